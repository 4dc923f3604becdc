"""Pictures of multi-layer perceptrons: what layers do to the plane, to digits, and to outputs."""

import matplotlib.pyplot as plt
import numpy as np

from course_lib.figures.style import COLORS
from course_lib.nn import linear, sigmoid, softmax

_CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
_XOR = np.array([0, 1, 1, 0])
# ten hues that are dark enough on white for a numeral to be read
_DIGIT_COLORS = (
    "#0072b2",
    "#b3590a",
    "#2a7a2a",
    "#c01f1f",
    "#6f4aa0",
    "#7a4a3a",
    "#b03a90",
    "#444444",
    "#77770a",
    "#0f7d8c",
)


def fold_figure(weight, bias, share: float) -> str:
    """Draw the corners of exclusive or on their way from the inputs to two hidden units.

    Parameters
    ----------
    weight : array, shape (2, 2)
        One hidden sigmoid unit a row.
    bias : array, shape (2,)
    share : float
        Of the way from the plane of the inputs, 0, to the plane of the activations, 1.

    Returns
    -------
    str
        Where the four corners are, in a sentence.
    """

    def moved(points):
        return (1 - share) * points + share * sigmoid(linear(points, weight, bias))

    _, ax = plt.subplots(figsize=(6.0, 4.6))
    along, across = np.linspace(-0.25, 1.25, 61), np.linspace(-0.25, 1.25, 7)
    for fixed in across:
        constant = np.full_like(along, fixed)
        for line in (np.stack([along, constant], axis=1), np.stack([constant, along], axis=1)):
            ax.plot(*moved(line).T, color=COLORS["muted"], lw=0.8, alpha=0.6)
    corners = moved(_CORNERS)
    for (x, y), corner, label in zip(corners, _CORNERS, _XOR):
        fill = COLORS["truth"] if label else "white"
        ax.scatter(x, y, s=190, color=fill, edgecolors=COLORS["truth"], lw=2.5, zorder=3)
        # the two corners of class 1 end in one place: their names go to different sides
        side = (13, -16) if corner[0] > corner[1] else (13, 12)
        ax.annotate(f"{corner[0]:.0f} {corner[1]:.0f}", (x, y), side, textcoords="offset points")
    if share == 1:
        ax.plot([0.1, 1.3], [-0.4, 0.8], color=COLORS["ink"], lw=2.5)
    names = ("$x_1$", "$x_2$") if share < 0.5 else ("$a_1(1)$", "$a_2(1)$")
    ax.set(xlim=(-0.4, 1.4), ylim=(-0.4, 1.4), aspect="equal", xlabel=names[0], ylabel=names[1])
    ax.set(xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])
    places = ", ".join(
        f"{corner[0]:.0f} {corner[1]:.0f} at ({x:.2f}, {y:.2f})"
        for corner, (x, y) in zip(_CORNERS, corners)
    )
    return f"{places}{'; a line separates the classes' if share == 1 else ''}."


def tomorrow_figure(days, temperatures, hot_from: float, regress, classify) -> str:
    """Draw one year's temperatures with a regression on top, a classification below.

    Parameters
    ----------
    days : array, shape (N,)
        Time of the year from 0 to 1.
    temperatures : array, shape (N,)
        In °C.
    hot_from : float
        The temperature from which a day is hot.
    regress, classify : functions from (M,) to (M,)
        The predicted temperature, and the probability of a hot day.

    Returns
    -------
    str
        What both say about midsummer, in a sentence.
    """
    year = np.linspace(0, 1, 200)
    expected, probability = regress(year), classify(year)
    _, axes = plt.subplots(2, 1, figsize=(6.0, 5.2), sharex=True)
    truth, prediction = COLORS["truth"], COLORS["prediction"]
    axes[0].scatter(days, temperatures, s=16, color=truth, label="days")
    axes[0].plot(year, expected, color=prediction, label="prediction")
    axes[0].axhline(hot_from, color=COLORS["muted"], lw=1, ls="--")
    axes[0].set(ylabel="temperature in °C", title="regression: how warm?")
    axes[0].legend(loc="upper left")
    axes[1].scatter(days, temperatures >= hot_from, s=16, color=truth, marker="|")
    axes[1].plot(year, probability, color=prediction)
    axes[1].set(xlabel="time of the year", ylabel="probability of hot", yticks=[0, 0.5, 1])
    axes[1].set_title("classification: cold or hot?")
    summer = int(np.argmin(np.abs(year - 0.5)))
    return (
        f"Midsummer: {expected[summer]:.0f} °C expected,"
        f" hot with probability {probability[summer]:.2f}."
    )


def heads_figure(logits) -> str:
    """Draw what softmax and what separate sigmoids make of the same potentials, as bars.

    Parameters
    ----------
    logits : array, shape (C,)

    Returns
    -------
    str
        All outputs, in a sentence.
    """
    logits = np.asarray(logits, dtype=float)
    _, axes = plt.subplots(1, 2, figsize=(6.0, 3.4), sharey=True)
    found = []
    for ax, name, outputs in [
        (axes[0], "softmax", softmax(logits)),
        (axes[1], "sigmoids", sigmoid(logits)),
    ]:
        total = float(outputs.sum())
        bars = ax.bar(range(1, len(logits) + 1), outputs, color=COLORS["prediction"])
        ax.bar_label(bars, fmt="%.2f", padding=2)
        ax.set(ylim=(0, 1.12), xlabel="class", title=f"{name}, sum {total:.2f}")
        ax.set_xticks(range(1, len(logits) + 1))
        found.append(f"{name} {', '.join(f'{output:.2f}' for output in outputs)}")
    axes[0].set_ylabel("output")
    return f"{'; '.join(found)}."


def layer_figure(activations, labels, title: str) -> str:
    """Draw activations of a layer as numerals, in the plane in which they vary most.

    Parameters
    ----------
    activations : array, shape (N, K)
    labels : array of int, shape (N,)
        The digits, 0 to 9.
    title : str

    Returns
    -------
    str
        How much of the variance is in the plane, in a sentence.
    """
    centred = activations - activations.mean(axis=0)
    _, strengths, axes_of_variance = np.linalg.svd(centred, full_matrices=False)
    # the sign of an axis is arbitrary: make its largest entry positive
    largest = np.argmax(np.abs(axes_of_variance[:2]), axis=1)
    signs = np.sign(axes_of_variance[[0, 1], largest])
    plane = centred @ (axes_of_variance[:2] * signs[:, None]).T
    _, ax = plt.subplots(figsize=(6.0, 4.6))
    ax.set(xlim=(plane[:, 0].min(), plane[:, 0].max()), title=title)
    ax.set(ylim=(plane[:, 1].min(), plane[:, 1].max()), xticks=[], yticks=[])
    ax.margins(0.04)
    for (x, y), label in zip(plane, labels):
        ax.text(x, y, str(label), color=_DIGIT_COLORS[label], ha="center", va="center", size=11)
    share = float((strengths[:2] ** 2).sum() / (strengths**2).sum())
    return f"{title}; the plane holds {100 * share:.0f} % of the variance."
