"""Pictures of a series and of models that predict it."""

import matplotlib.pyplot as plt
import numpy as np

from course_lib.figures.style import COLORS

_MOST = 200.0  # sunspots, on both axes of a surface
_ROOM = 6.0  # that a label needs on either side, in the same unit


def series_figure(years, values, split: int) -> str:
    """Draw a yearly series, and the year up to which models may learn from it.

    Parameters
    ----------
    years : array of int, shape (n,)
    values : array, shape (n,)
    split : int
        The last year of the training part.

    Returns
    -------
    str
        Its extent and its largest value, in a sentence.
    """
    _, ax = plt.subplots(figsize=(6.0, 3.2))
    ax.plot(years, values, color=COLORS["truth"], lw=1.5)
    ax.axvspan(split + 0.5, years[-1], color=COLORS["muted"], alpha=0.18, lw=0)
    ax.text(split + 4, values.max() * 1.06, "kept for testing", color=COLORS["muted"])
    ax.set(xlabel="year", ylabel="sunspots", xlim=(years[0], years[-1]))
    ax.set_ylim(0, values.max() * 1.18)
    top = int(np.argmax(values))
    return (
        f"Yearly sunspot numbers from {years[0]} to {years[-1]}, in cycles of about 11 years;"
        f" the largest is {values[top]:.0f}, in {years[top]}."
    )


def prediction_figure(years, truth, prediction, name: str, *, largest: float = 80.0) -> str:
    """Draw predictions over the truth, and the errors below.

    Parameters
    ----------
    years : array of int, shape (n,)
    truth, prediction : arrays, shape (n,)
    name : str
        Of the model.
    largest : float
        Where the axis of the errors ends.

    Returns
    -------
    str
        The root mean square error, in a sentence.
    """
    error = prediction - truth
    rms = float(np.sqrt(np.mean(error**2)))
    _, axes = plt.subplots(2, 1, figsize=(6.0, 4.6), sharex=True, height_ratios=[2, 1])
    axes[0].plot(years, truth, color=COLORS["truth"], label="sunspots")
    axes[0].plot(years, prediction, color=COLORS["prediction"], label="prediction")
    axes[0].set(ylim=(-30, 260), title=f"{name}: error {rms:.1f}")
    axes[0].legend(ncols=2, loc="upper left")
    axes[1].bar(years, error, width=0.9, color=COLORS["error"])
    axes[1].set(ylim=(-largest, largest), xlabel="year", ylabel="error")
    return f"{name}: root mean square error {rms:.1f} from {years[0]} to {years[-1]}."


def surface_figure(predictor, series, name: str) -> str:
    """Draw what a predictor of order 2 says, over the plane of the two values before.

    Parameters
    ----------
    predictor : what a ``fit_`` function of :mod:`course_lib.timeseries` returned
        Of order 2.
    series : array, shape (n,)
        What it has learned from: every pair of neighbours is a point of the plane.
    name : str
        Of the model.

    Returns
    -------
    str
        The predictions at two places, in a sentence.
    """
    axis = np.linspace(0.0, _MOST, 81)
    latest, before = np.meshgrid(axis, axis)
    inputs = np.stack([latest.ravel(), before.ravel()], axis=1)
    surface = predictor.predict(inputs).reshape(latest.shape)
    _, ax = plt.subplots(figsize=(6.0, 4.8))
    levels = np.arange(-100, 301, 20)
    ax.contourf(latest, before, surface, levels=levels, cmap="Blues", extend="both", alpha=0.8)
    lines = ax.contour(
        latest, before, surface, levels=levels, colors=COLORS["prediction"], linewidths=1
    )
    for label in ax.clabel(lines, fmt="%d", fontsize=10, colors=COLORS["ink"]):
        place = label.get_position()
        if min(place) < _ROOM or max(place) > _MOST - _ROOM:
            label.remove()  # the edge would cut it
    ax.scatter(series[1:], series[:-1], s=10, color=COLORS["truth"])
    ax.set(xlabel="$y(k-1)$", ylabel="$y(k-2)$", aspect="equal", title=name)
    ax.set(xlim=(0, _MOST), ylim=(0, _MOST))
    rising, falling = predictor.predict(np.array([[60.0, 20.0], [60.0, 100.0]]))
    return f"{name}: after 20, 60 it expects {rising:.0f}, after 100, 60 it expects {falling:.0f}."
