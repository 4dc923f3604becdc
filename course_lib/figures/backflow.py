"""Pictures of backpropagation: one pattern forward through a drawn network, its error back."""

from dataclasses import replace

import numpy as np

from course_lib.figures.network import Edge, edges, layer_text
from course_lib.figures.style import COLORS
from course_lib.figures.training import Stage
from course_lib.nn import Sequential, l2_loss, l2_loss_backward, sigmoid_backward

_SIGNED = "{:+z.2f}"
_FINE = "{:+z.3f}"


def gradient_flow(model: Sequential, x, target) -> list[Stage]:
    """What flows through a network with one hidden layer, unit by unit and edge by edge.

    Parameters
    ----------
    model : Sequential
        Linear, Sigmoid, Linear, Sigmoid; thresholds are used but not written on the picture.
    x : array, shape (D,)
    target : array, shape (K,)

    Returns
    -------
    list of Stage
        Forward into each unit (blue), the error (orange), back along each edge of the last layer,
        and the slopes of all weights (purple). Draw them with
        :func:`course_lib.figures.stage_figure`.
    """
    first, second = model.layers[0], model.layers[2]
    a1 = model.layers[1].forward(first.forward(x[None, :]))
    o = model.layers[3].forward(second.forward(a1))
    weight = second.parameters[0]
    delta2 = sigmoid_backward(l2_loss_backward(o, target[None, :]), o)
    passed = delta2[0, :, None] * weight  # what output j sends back to hidden unit i: [j, i]
    delta1 = sigmoid_backward(passed.sum(axis=0)[None, :], a1)
    sizes = [x.shape[0], a1.shape[1], o.shape[1]]
    weights = layer_text(1, first.parameters[0]) | layer_text(2, weight)
    inputs = layer_text(0, x, "{:.1f}")
    blank = Stage("start", "the pattern at the inputs", "", sizes, {}, "")
    plain = {"inside": inputs, "labels": weights}
    stages = [replace(blank, sentence=f"Inputs {_listed(inputs)}.", network=plain)]
    stages += _forward(blank, plain, layer_text(1, a1[0]), layer_text(2, o[0]))
    full = {**plain, "inside": inputs | layer_text(1, a1[0]) | layer_text(2, o[0])}
    stages.append(_error(blank, full, o[0], target))
    stages += _back(blank, full, delta2[0], passed, delta1[0])
    stages.append(_slopes(blank, full, x, a1[0], delta1[0], delta2[0]))
    return stages


def _forward(blank, plain, hidden, outputs):
    """A stage for every unit that gets its activation."""
    stages, inside, blue = [], dict(plain["inside"]), COLORS["prediction"]
    for unit, text in (hidden | outputs).items():
        inside = inside | {unit: text}
        layer, i = unit
        name = f"{'hidden' if layer == 1 else 'output'} {i + 1}"
        into = {edge: blue for edge in edges(blank.sizes) if edge[:2] == unit}
        look = {"inside": inside, "unit_colors": {unit: blue}, "edge_colors": into}
        title, sentence = f"forward: {name} unit", f"Activation of {name}: {text}."
        stages.append(
            replace(blank, name=name, title=title, sentence=sentence, network=plain | look)
        )
    return stages


def _error(blank, full, o, target):
    errors = layer_text(2, o - target, "o − t = " + _SIGNED)
    loss = float(l2_loss(o[None, :], target[None, :]))
    return replace(
        blank,
        name="compare",
        title=f"compared with the targets: $E$ = {loss:.3f}",
        sentence=f"Errors: {_listed(errors)}; E is {loss:.3f}.",
        network=full | {"below": errors, "unit_colors": dict.fromkeys(errors, COLORS["error"])},
    )


def _back(blank, full, delta2, passed, delta1):
    """A stage for the deltas of the outputs, one for every edge back, one for the hidden deltas."""
    purple = COLORS["gradient"]
    out = layer_text(2, delta2, "δ " + _FINE)
    known = full | {"below": out, "unit_colors": dict.fromkeys(out, purple)}
    title = r"back through the outputs: $\delta = (o - t)\ o\ (1 - o)$"
    stages = [
        replace(
            blank, name="δ out", title=title, sentence=f"Outputs: {_listed(out)}.", network=known
        )
    ]
    labels, below = dict(full["labels"]), dict(out)
    colors: dict[Edge, str] = {}
    for i in range(passed.shape[1]):
        for j in range(passed.shape[0]):
            edge, text = (2, j, i), layer_text(2, passed, _FINE)[2, j, i]
            labels, colors = labels | {edge: text}, colors | {edge: purple}
            total = layer_text(1, passed[: j + 1].sum(axis=0), "Σ " + _FINE)[1, i]
            below = below | {(1, i): total}
            sentence = (
                f"Output {j + 1} sends {text} to hidden {i + 1}; its sum is {total.split()[-1]}."
            )
            look = {"labels": labels, "edge_colors": colors, "below": below}
            title = rf"back along $w_{{{j + 1}{i + 1}}}$: $\delta_{j + 1}\ w_{{{j + 1}{i + 1}}}$"
            name = f"w{j + 1}{i + 1}"
            stages.append(
                replace(blank, name=name, title=title, sentence=sentence, network=known | look)
            )
    hidden = layer_text(1, delta1, "δ " + _FINE)
    look = {"below": hidden | out, "unit_colors": dict.fromkeys(hidden | out, purple)}
    title = r"back through the hidden units: $\delta = \Sigma\ a\ (1 - a)$"
    sentence = f"Hidden units: {_listed(hidden)}."
    stages.append(
        replace(blank, name="δ hidden", title=title, sentence=sentence, network=known | look)
    )
    return stages


def _slopes(blank, full, x, a1, delta1, delta2):
    slopes = [np.outer(delta1, x), np.outer(delta2, a1)]
    labels = layer_text(1, slopes[0], _FINE) | layer_text(2, slopes[1], _FINE)
    below = layer_text(1, delta1, "δ " + _FINE) | layer_text(2, delta2, "δ " + _FINE)
    largest = max(float(np.abs(slope).max()) for slope in slopes)
    return replace(
        blank,
        name="slopes",
        title=r"slope of each weight: $\delta$ at its end times activation at its start",
        sentence=f"All weights have their slopes; the largest is {largest:.3f} in size.",
        network=full
        | {
            "labels": labels,
            "below": below,
            "unit_colors": dict.fromkeys(below, COLORS["gradient"]),
            "edge_colors": dict.fromkeys(labels, COLORS["gradient"]),
        },
    )


def _listed(texts):
    return ", ".join(texts.values())
