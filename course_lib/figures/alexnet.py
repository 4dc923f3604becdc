"""Pictures of what a network costs, layer by layer, and of what its ingredients buy."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np

from course_lib.figures.convolution import draw_window
from course_lib.figures.style import COLORS
from course_lib.nn.sequential import Costs


def layer_costs(costs: Sequence[Costs]) -> dict[str, Costs]:
    """The rows that have parameters, named conv1, conv2, ... and fc6, fc7, ... as they come.

    Parameters
    ----------
    costs : sequence of Costs
        As :meth:`course_lib.nn.Sequential.costs` returns them.
    """
    rows = [row for row in costs if row.parameters]
    return {
        f"{'conv' if row.layer.startswith('Conv2d') else 'fc'}{number}": row
        for number, row in enumerate(rows, 1)
    }


def cost_figure(layers: Mapping[str, Costs], chosen: str) -> str:
    """Draw all layers with their shapes, parameters and multiply-adds, and one of them in blue.

    Parameters
    ----------
    layers : mapping from str to Costs
        As :func:`layer_costs` returns it.
    chosen : str
        Name of the layer.

    Returns
    -------
    str
        Shape and costs of the layer, with its share of the whole, in a sentence.
    """
    names, rows = list(layers), list(layers.values())
    color = {name: COLORS["prediction" if name == chosen else "muted"] for name in names}
    _, (shapes, parameters, products) = plt.subplots(
        3, 1, figsize=(6.0, 5.6), height_ratios=[1.5, 1, 1], sharex=True
    )
    for position, (name, row) in enumerate(layers.items()):
        channels, *size = row.output_shape
        height = size[0] if size else 3
        width = 0.12 + 0.7 * np.sqrt(channels / 4096)  # a quarter of the width, 16 times fewer
        corner = (-height / 2 + 0.5, position - width / 2 + 0.5)
        look = {"fill": True, "fc": color[name], "ec": "white", "lw": 1}
        draw_window(shapes, corner, (height, width), **look)
        text = f"{channels}" + (f"\n{size[0]}²" if size else "")
        shapes.text(position, height / 2 + 3, text, ha="center", va="bottom", size=10.5)
    shapes.set(xlim=(-0.6, len(names) - 0.4), ylim=(-32, 50), yticks=[])
    shapes.set_title("channels, and size of the maps")
    shapes.spines[:].set_visible(False)
    shapes.tick_params(length=0)
    totals = {}
    for ax, field, title in (
        (parameters, "parameters", "million parameters"),
        (products, "multiply_adds", "million multiply-adds a picture"),
    ):
        counts = {name: getattr(row, field) for name, row in layers.items()}
        totals[field] = sum(counts.values())
        millions = [n / 1e6 for n in counts.values()]
        bars = ax.bar(range(len(names)), millions, color=color.values())
        numbers = ax.bar_label(bars, [f"{n:.1f}" if n >= 1 else f"{n:.2f}" for n in millions])
        for number, name in zip(numbers, names):
            number.set(size=10.5, weight="bold" if name == chosen else "normal")
        ax.set(title=title, yticks=[])
        ax.tick_params(length=0)
        ax.margins(y=0.25)
        ax.spines["left"].set_visible(False)
    products.set_xticks(range(len(names)), names)
    row = rows[names.index(chosen)]
    shape = " × ".join(map(str, row.output_shape))
    return (
        f"{chosen}: {shape} units; {row.parameters:,} parameters,"
        f" {row.parameters / totals['parameters']:.1%} of all; {row.multiply_adds:,}"
        f" multiply-adds, {row.multiply_adds / totals['multiply_adds']:.1%} of all."
    )


def errors_figure(errors: Mapping[str, np.ndarray], epochs: Sequence[int], shown: int) -> str:
    """Draw the test errors of several variants, each run with several seeds, after some epochs.

    Parameters
    ----------
    errors : mapping from str to array, shape (seeds, len(epochs))
        Percent; the first variant is what the others are compared with.
    epochs : sequence of int
        When the errors were measured.
    shown : int
        Which of them is drawn, from ``epochs``.

    Returns
    -------
    str
        The mean error of each variant, in a sentence.
    """
    column = list(epochs).index(shown)
    _, ax = plt.subplots(figsize=(6.0, 3.8))
    means = {name: float(values[:, column].mean()) for name, values in errors.items()}
    first, *_ = means.values()
    ax.axvline(first, color=COLORS["muted"], linestyle="--", linewidth=1.5)
    for position, (name, values) in enumerate(errors.items()):
        where = values[:, column], np.full(len(values), position)
        ax.scatter(*where, color=COLORS["error"], s=30, alpha=0.6, linewidths=0)
        ax.plot([means[name]] * 2, [position - 0.3, position + 0.3], color=COLORS["ink"], lw=3)
    ax.set_yticks(range(len(errors)), list(errors))
    ax.invert_yaxis()
    largest = max(float(values.max()) for values in errors.values())
    ax.set(xlim=(0, 1.05 * largest), xlabel="test error in percent")
    ax.set_title(f"after {shown} epochs")
    return ", ".join(f"{name} {mean:.1f} %" for name, mean in means.items()) + "."
