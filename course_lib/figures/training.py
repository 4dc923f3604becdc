"""Pictures of training: one pattern on its way through a network, and a decision boundary."""

import copy
from dataclasses import dataclass, field

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from course_lib.figures.network import draw_network, edges, layer_text, unit_positions
from course_lib.figures.style import COLORS
from course_lib.nn import Sequential, l2_loss, l2_loss_and_gradient
from course_lib.optim import SGD

_CHANGE = "{:+z.2f}"  # a number with its sign: what is added to a weight


@dataclass(frozen=True)
class Stage:
    """One moment of training: what is written on the drawn network, and a sentence about it."""

    name: str
    title: str
    sentence: str
    sizes: list[int]
    network: dict = field(repr=False)  # keyword arguments of draw_network
    above_output: str = ""

    def __str__(self):
        return self.name


def training_stages(model: Sequential, inputs, targets, order, *, lr: float) -> list[Stage]:
    """Train a copy of ``model`` pattern by pattern, and keep what there is to see on the way.

    Parameters
    ----------
    model : Sequential
        Linear, Sigmoid, Linear, Sigmoid, with one output; it is not changed.
    inputs : array, shape (N, D)
    targets : array, shape (N, 1)
    order : sequence of int
        Which patterns are presented, one after the other, counted from 0.
    lr : float
        Learning rate of the step after each pattern.

    Returns
    -------
    list of Stage
        Five a pattern: present, hidden layer, output, compare, adjust.
    """
    model = copy.deepcopy(model)
    stages = []
    for pattern in order:
        stages += _stages(model, inputs[pattern], targets[pattern], pattern + 1, lr)
    return stages


def stage_figure(stage: Stage) -> str:
    """Draw a stage; returns its sentence, as :func:`course_lib.figures.flipbook` wants."""
    _, ax = plt.subplots(figsize=(6.0, 3.9))
    draw_network(ax, stage.sizes, **stage.network)
    x, y = unit_positions(stage.sizes)[len(stage.sizes) - 1, 0]
    ax.annotate(
        stage.above_output,
        (x, y),
        xytext=(0, 32),
        textcoords="offset points",
        ha="center",
        va="center",
        color=COLORS["truth"],
        weight="bold",
    )
    ax.set_title(stage.title)
    return stage.sentence


def boundary_figure(model: Sequential, inputs, classes) -> str:
    """Draw the output of a network with two inputs over their plane, and the data on it.

    The bluer, the closer the output is to 1; the dark line is where it is 0.5. Points of class 1
    are filled, and those on the wrong side are circled.

    Parameters
    ----------
    model : Sequential
        From (N, 2) to outputs (N, 1) between 0 and 1.
    inputs : array, shape (N, 2)
    classes : array of 0 and 1, shape (N,)

    Returns
    -------
    str
        How many points are on the wrong side, and the mean error, in a sentence.
    """
    output = model.forward(inputs)
    wrong = (output[:, 0] >= 0.5) != (classes == 1)
    error = float(l2_loss(output, classes[:, None].astype(output.dtype)))
    _, ax = plt.subplots(figsize=(6.0, 4.4))
    low, high = inputs.min(axis=0) - 0.4, inputs.max(axis=0) + 0.4
    x, y = np.meshgrid(np.linspace(low[0], high[0], 120), np.linspace(low[1], high[1], 90))
    surface = model.forward(np.stack([x.ravel(), y.ravel()], axis=1)).reshape(x.shape)
    shades = LinearSegmentedColormap.from_list("output", ["white", COLORS["prediction"]])
    ax.contourf(x, y, surface, levels=np.linspace(0, 1, 11), cmap=shades, alpha=0.6)
    if surface.min() < 0.5 < surface.max():
        ax.contour(x, y, surface, levels=[0.5], colors=COLORS["ink"], linewidths=2.5)
    for label, fill in [(0, "white"), (1, COLORS["truth"])]:
        here = inputs[classes == label]
        ax.scatter(
            here[:, 0], here[:, 1], s=34, color=fill, edgecolors=COLORS["truth"], linewidths=1.5
        )
    rings = inputs[wrong]
    ax.scatter(rings[:, 0], rings[:, 1], s=150, facecolors="none", edgecolors=COLORS["error"], lw=2)
    ax.set(xlabel="$x_1$", ylabel="$x_2$", xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    ax.set_title(f"{wrong.sum()} of {len(classes)} on the wrong side, mean error {error:.3f}")
    return f"{wrong.sum()} of {len(classes)} points on the wrong side, mean error {error:.3f}."


def _stages(model, x, target, number, lr):
    """Present one pattern to ``model`` and take a step; the five stages."""
    first, _, second, _ = model.layers
    u1 = first.forward(x[None, :])
    a1 = model.layers[1].forward(u1)
    u2 = second.forward(a1)
    o = model.layers[3].forward(u2)
    sizes = [x.shape[0], a1.shape[1], 1]
    weights = layer_text(1, first.parameters[0]) | layer_text(2, second.parameters[0])
    thresholds = _thresholds(first.parameters[1], second.parameters[1], "{:z.2f}")
    inputs = layer_text(0, x, "{:.1f}")
    hidden, output = layer_text(1, a1[0]), layer_text(2, o[0])
    error, t = float(o[0, 0] - target[0]), float(target[0])
    loss, gradient = l2_loss_and_gradient(o, target[None, :])
    model.backward(gradient)
    SGD(lr=lr).step(model.parameters, model.gradients)
    w1, theta1, w2, theta2 = (-lr * gradient for gradient in model.gradients)
    largest = max(float(np.abs(change).max()) for change in (w1, theta1, w2, theta2))
    shown = {"inside": inputs, "labels": weights, "below": thresholds}
    u1_text, u2_text = layer_text(1, u1[0], "u = {:.2f}"), layer_text(2, u2[0], "u = {:.2f}")
    off = {(2, 0): f"o − t = {error:+.2f}".replace("-", "−")}
    blue, orange, purple = COLORS["prediction"], COLORS["error"], COLORS["gradient"]
    pattern = " ".join(f"{value:.1f}" for value in x)

    def stage(name, title, sentence, above="", **network):
        return Stage(f"{number} {name}", title, sentence, sizes, shown | network, above)

    return [
        stage(
            "present",
            f"pattern {number} is presented",
            f"Pattern {number}, {pattern}, is at the inputs.",
        ),
        stage(
            "hidden",
            "fed through the hidden layer",
            f"Pattern {number}: the hidden units fire at {' and '.join(hidden.values())}.",
            inside=inputs | hidden,
            below=thresholds | u1_text,
            unit_colors=dict.fromkeys(hidden, blue),
            edge_colors={edge: blue for edge in edges(sizes) if edge[0] == 1},
        ),
        stage(
            "output",
            "fed through to the output",
            f"Pattern {number}: the output is {o[0, 0]:.2f}.",
            inside=inputs | hidden | output,
            below=thresholds | u2_text,
            unit_colors=dict.fromkeys(output, blue),
            edge_colors={edge: blue for edge in edges(sizes) if edge[0] == 2},
        ),
        stage(
            "compare",
            f"compared with the target: $E$ = ½ ({abs(error):.2f})² = {loss:.3f}",
            f"Pattern {number}: the target is {t:g}, the output {o[0, 0]:.2f}; E is {loss:.3f}.",
            above=f"t = {t:g}",
            inside=inputs | hidden | output,
            below=thresholds | off,
            unit_colors=dict.fromkeys(output, orange),
        ),
        stage(
            "adjust",
            r"adjusted: to each weight $-\eta\ \partial E / \partial w$ is added",
            f"Pattern {number}: all weights and thresholds move, by {largest:.2f} at most.",
            above=f"t = {t:g}",
            inside=inputs | hidden | output,
            below=_thresholds(theta1, theta2, _CHANGE),
            labels=layer_text(1, w1, _CHANGE) | layer_text(2, w2, _CHANGE),
            edge_colors=dict.fromkeys(edges(sizes), purple),
        ),
    ]


def _thresholds(hidden, output, pattern):
    return layer_text(1, hidden, "θ = " + pattern) | layer_text(2, output, "θ = " + pattern)
