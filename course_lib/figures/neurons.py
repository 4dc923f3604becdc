"""Pictures of a single neuron: its parts, its activation function, the line that it draws."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from course_lib.figures.network import draw_network, layer_text, unit_positions
from course_lib.figures.style import COLORS
from course_lib.nn import (
    linear,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    tanh,
    tanh_backward,
)

_POTENTIALS = np.linspace(-4.0, 4.0, 321)
_LIMIT = 3.0  # of the plane of two inputs, in both directions


def neuron_figure(x, weights, theta: float) -> str:
    """Draw a neuron at work, with the names that it has in the brain above and here below.

    Parameters
    ----------
    x, weights : arrays, shape (D,)
    theta : float

    Returns
    -------
    str
        The numbers, in a sentence.
    """
    x, weights = np.asarray(x, dtype=float), np.asarray(weights, dtype=float)
    u = linear(x[None, :], weights[None, :], np.array([theta]))
    a = float(sigmoid(u)[0, 0])
    sizes = [len(x), 1]
    _, ax = plt.subplots(figsize=(6.0, 3.9))
    draw_network(
        ax,
        sizes,
        inside=layer_text(0, x, "{:.1f}") | {(1, 0): f"{a:.2f}"},
        below=layer_text(1, u[0], "u = {:z.2f}"),
        labels=layer_text(1, weights[None, :], "{:z.1f}"),
        unit_colors={(1, 0): COLORS["prediction"]},
    )
    (left, top), (right, _) = unit_positions(sizes)[0, 0], unit_positions(sizes)[1, 0]
    axon = {"arrowstyle": "-|>", "lw": 2.5, "color": COLORS["prediction"], "shrinkA": 20}
    ax.annotate("", (right + 0.62, 0.0), (right, 0.0), arrowprops=axon)
    ax.text(right + 0.4, 0.14, f"a = {a:.2f}", ha="center", color=COLORS["prediction"])
    names = [
        (left, "other\nneurons", "inputs\n$x_j$"),
        (left + 0.45, "synapses", "weights\n$w_j$"),
        (right, "cell\nbody", r"$u = \Sigma_j w_j x_j + \theta$"),
        (right + 0.4, "axon", "$a = f(u)$"),
    ]
    for where, brain, here in names:
        ax.text(where, top + 0.95, brain, ha="center", va="center", color=COLORS["muted"])
        ax.text(where, -top - 0.6, here, ha="center", va="top")
    ax.text(right, 0.42, f"θ = {theta:g}", ha="center", va="center", size=11)
    ax.set(xlim=(-0.25, right + 0.65), ylim=(-top - 1.4, top + 1.3))
    return (
        f"Inputs {_listed(x)} through weights {_listed(weights)}, threshold {theta:g}:"
        f" u = {u[0, 0]:.2f}, a = {a:.2f}."
    )


def activation_figure(u: float) -> str:
    """Draw sigmoid, tanh and ReLU with their tangents at a potential, and the slopes below.

    Parameters
    ----------
    u : float
        Between -4 and 4.

    Returns
    -------
    str
        Value and slope of each, in a sentence.
    """
    _, axes = plt.subplots(2, 3, figsize=(6.0, 4.6), sharex=True, sharey="row")
    here, found = np.array([u]), []
    for name, column in zip(("sigmoid", "tanh", "ReLU"), axes.T):
        value, slope = _value_and_slope(name, here)
        curve, slopes = _value_and_slope(name, _POTENTIALS)
        a, gradient = float(value[0]), float(slope[0])
        column[0].plot(_POTENTIALS, curve, color=COLORS["prediction"])
        tangent = np.array([-1.2, 1.2])
        column[0].plot(u + tangent, a + gradient * tangent, color=COLORS["gradient"])
        column[1].plot(_POTENTIALS, slopes, color=COLORS["gradient"])
        column[0].plot(u, a, "o", color=COLORS["ink"])
        column[1].plot(u, gradient, "o", color=COLORS["ink"])
        column[0].set_title(f"{name}\n{a:.2f}")
        column[1].set_title(f"slope {gradient:.2f}")
        column[1].set(xlabel="$u$", xticks=[-4, 0, 4])
        found.append(f"{name} {a:.2f} with slope {gradient:.2f}")
    axes[0, 0].set(ylabel="$f(u)$", ylim=(-1.15, 2.1))
    axes[1, 0].set(ylabel="$f'(u)$", ylim=(-0.08, 1.15))
    return ", ".join(found) + "."


def line_figure(weights, theta: float) -> str:
    """Draw the activation of a sigmoid neuron over the plane of its two inputs.

    Parameters
    ----------
    weights : array, shape (2,)
    theta : float

    Returns
    -------
    str
        Where the line a = 1/2 is and how wide the crossing, in a sentence.
    """
    weights = np.asarray(weights, dtype=float)
    length = float(np.linalg.norm(weights))
    axis = np.linspace(-_LIMIT, _LIMIT, 121)
    x1, x2 = np.meshgrid(axis, axis)
    points = np.stack([x1.ravel(), x2.ravel()], axis=1)
    a = sigmoid(linear(points, weights[None, :], np.array([theta]))).reshape(x1.shape)
    _, ax = plt.subplots(figsize=(6.0, 4.4))
    shades = LinearSegmentedColormap.from_list("output", ["white", COLORS["prediction"]])
    ax.contourf(x1, x2, a, levels=np.linspace(0, 1, 11), cmap=shades, alpha=0.6)
    lines = ax.contour(
        x1, x2, a, levels=[0.1, 0.5, 0.9], colors=COLORS["ink"], linewidths=[1, 2.5, 1]
    )
    ax.clabel(lines, fmt="%.1f")
    foot = -theta * weights / length**2  # the point of the line closest to the origin
    tip = foot + weights / length
    arrow = {"arrowstyle": "-|>", "lw": 2.5, "color": COLORS["ink"], "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", tip, foot, arrowprops=arrow)
    ax.annotate(r"$\mathbf{w}$", tip, (4, 2), textcoords="offset points")
    ax.plot(0, 0, "+", color=COLORS["ink"], markersize=10)
    ax.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal", xlim=(-3, 3), ylim=(-3, 3))
    width = 2 * np.log(9) / length  # f runs from 0.1 to 0.9 while u runs over 2 ln 9
    return (
        f"The line a = 0.5 is {abs(theta) / length:.2f} from the origin, where a is"
        f" {a[60, 60]:.2f}, and a rises from 0.1 to 0.9 within {width:.2f}."
    )


def _value_and_slope(name, u):
    """The activation function called ``name`` and its derivative, at each potential."""
    ones = np.ones_like(u)
    if name == "sigmoid":
        return sigmoid(u), sigmoid_backward(ones, sigmoid(u))
    if name == "tanh":
        return tanh(u), tanh_backward(ones, tanh(u))
    return relu(u), relu_backward(ones, u)


def _listed(values):
    return ", ".join(f"{value:g}" for value in values)
