"""Pictures of losses: which slopes they send back, and what learning makes of them.

Outputs and probabilities are blue, targets green, slopes purple. Where two losses are compared, the
line of the cross-entropy is solid and that of the squared error dashed.
"""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from course_lib.figures.style import COLORS
from course_lib.nn import (
    binary_cross_entropy_with_logits_backward,
    cross_entropy_and_gradient,
    l2_loss_backward,
    sigmoid,
    sigmoid_backward,
    softmax,
)

_LINES = {"cross-entropy": "-", "squared error": "--"}


def draw_slopes(ax: Axes, target: float = 0.0) -> None:
    """Draw the slope of both losses along the potential of a sigmoid output, for one target.

    Parameters
    ----------
    ax : matplotlib axes
    target : float
        0 or 1.
    """
    z = np.linspace(-8, 8, 161)
    for name, line in _LINES.items():
        slope = _slope(name, z, np.full_like(z, target))
        ax.plot(z, slope, line, color=COLORS["gradient"], label=name)
    ax.axhline(0, color=COLORS["muted"], linewidth=1)
    ax.set(xlabel="potential $z$", ylabel=r"slope $\partial E / \partial z$", xlim=(-8, 8))


def stall_figure(potentials: Mapping[str, Sequence[float]], step: int) -> str:
    """Draw how far two neurons have learned to say 0, and the slope that drives each of them.

    Parameters
    ----------
    potentials : mapping
        From "cross-entropy" and "squared error" to the potential z before each step.
    step : int

    Returns
    -------
    str
        Both outputs and both slopes at this step, in a sentence.
    """
    _, (above, below) = plt.subplots(2, 1, figsize=(6.0, 5.2))
    above.axhline(0, color=COLORS["truth"], label="target")
    draw_slopes(below)
    sentences = []
    for name, line in _LINES.items():
        z = np.asarray(potentials[name])
        o, slope = sigmoid(z), _slope(name, z, np.zeros_like(z))
        above.plot(o, color=COLORS["muted"], linewidth=1, linestyle=line)
        above.plot(o[: step + 1], line, color=COLORS["prediction"], label=name)
        _dot(above, step, o[step], name)
        _dot(below, z[step], slope[step], name)
        sentences.append(f"{name}: output {o[step]:.3f}, slope {slope[step]:.3f}")
    above.set(xlabel="steps", ylabel="output $o$", ylim=(-0.06, 1.06))
    above.legend(loc="center left", bbox_to_anchor=(0.3, 0.5))
    below.legend(loc="upper left")
    return f"Step {step}. {'; '.join(sentences).capitalize()}."


def softmax_figure(logits, target) -> str:
    """Draw probabilities, targets and slopes of the classes of one sample.

    Parameters
    ----------
    logits : array, shape (K,)
        Potentials y.
    target : array, shape (K,)
        One-hot.

    Returns
    -------
    str
        The probabilities, the loss and the slopes, in a sentence.
    """
    y, t = np.asarray(logits)[None, :], np.asarray(target, dtype=float)[None, :]
    loss, gradient = cross_entropy_and_gradient(y, t)
    o, slope = softmax(y)[0], gradient[0]
    places = np.arange(len(o))
    _, (above, below) = plt.subplots(2, 1, figsize=(6.0, 4.4), height_ratios=[1.1, 1])
    above.bar(places - 0.2, o, 0.38, color=COLORS["prediction"], label="output $o_k$")
    above.bar(places + 0.2, t[0], 0.38, color=COLORS["truth"], label="target $t_k$")
    above.set(ylim=(0, 1.3), yticks=[0, 1], title=f"$L$ = {loss:.2f}")
    above.legend(ncols=2, loc="upper right")
    below.bar(places, slope, 0.38, color=COLORS["gradient"])
    below.axhline(0, color=COLORS["ink"], linewidth=1)
    above.set_xlim(-0.6, len(o) - 0.4)
    below.set(xlim=above.get_xlim(), ylim=(-1.6, 1.6), yticks=[-1, 0, 1])
    below.set(ylabel=r"$\partial L / \partial y_k$")
    names = [f"class {k + 1}\n$y_{k + 1}$ = {value:g}" for k, value in enumerate(y[0])]
    above.set_xticks(places, [])
    below.set_xticks(places, [name.replace("-", "−") for name in names])
    for k, value in enumerate(slope):
        side = 0.08 if value >= 0 else -0.08
        where = "bottom" if value >= 0 else "top"
        text = f"{value:+.2f}".replace("-", "−")
        below.text(k, value + side, text, ha="center", va=where, color=COLORS["gradient"])
    return (
        f"Outputs {_listed(o)}; loss {loss:.2f}; slopes {_listed(slope)},"
        f" negative for the target only."
    )


def _slope(name, z, target):
    """The slope of the named loss along z, for a sigmoid output; every z is a sample."""
    if name == "cross-entropy":
        return binary_cross_entropy_with_logits_backward(z, target, reduction="sum")
    o = sigmoid(z)
    return sigmoid_backward(l2_loss_backward(o, target, reduction="sum"), o)


def _dot(ax, x, y, name):
    fill = COLORS["ink"] if name == "cross-entropy" else "white"
    ax.plot(x, y, "o", color=fill, markersize=10, markeredgecolor=COLORS["ink"], zorder=5)


def _listed(numbers):
    return ", ".join(f"{number:.2f}" for number in numbers)
