"""Networks drawn as the lecture draws them: units as circles, layers from left to right.

Layers are numbered 0 (the inputs) to L (the outputs), and units from 0, as arrays are. A unit is
the pair ``(l, i)``. A weight is the triple ``(l, i, j)``, the lecture's :math:`w_{ij}(l)`: entry
``[i, j]`` of layer l's weight matrix, on the way from unit j of layer l - 1 to unit i of layer l.
"""

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from course_lib.figures.style import COLORS

Unit = tuple[int, int]
Edge = tuple[int, int, int]

_UNIT_POINTS = 40  # diameter of a circle
_WIDEST, _THINNEST = 5.0, 0.6  # of a line, in points
_LABEL_AT = 0.3  # of the way from unit to unit: the fan is wide enough there, nothing crosses yet
_BELOW_UNIT = -32  # of the line of text under a circle, in points from its centre


def unit_positions(sizes: Sequence[int]) -> dict[Unit, tuple[float, float]]:
    """Where :func:`draw_network` puts the units: layers at x = 0, 1, ..., units one apart in y.

    Parameters
    ----------
    sizes : sequence of int
        Units in each layer, inputs first.

    Returns
    -------
    dict
        From (l, i) to (x, y); the middle of each layer is at y = 0 and its first unit on top.

    Examples
    --------
    >>> unit_positions([2, 1])
    {(0, 0): (0.0, 0.5), (0, 1): (0.0, -0.5), (1, 0): (1.0, 0.0)}
    """
    return {
        (layer, i): (float(layer), (size - 1) / 2 - i)
        for layer, size in enumerate(sizes)
        for i in range(size)
    }


def edges(sizes: Sequence[int]) -> list[Edge]:
    """All weights (l, i, j) of a fully connected network, layer by layer.

    Examples
    --------
    >>> edges([2, 1])
    [(1, 0, 0), (1, 0, 1)]
    """
    return [
        (layer, i, j)
        for layer, (inputs, units) in enumerate(itertools.pairwise(sizes), 1)
        for i in range(units)
        for j in range(inputs)
    ]


def layer_text(layer: int, values, pattern: str = "{:z.2f}") -> dict:
    """Labels for one layer: of its units from a vector, of its weights from a matrix.

    Parameters
    ----------
    layer : int
    values : array, shape (K,) or (K, D)
    pattern : str
        How a number is written, for :meth:`str.format`.

    Returns
    -------
    dict
        From (layer, i) or (layer, i, j) to text, as :func:`draw_network` takes it.

    Examples
    --------
    >>> layer_text(1, [0.25, -1.0])
    {(1, 0): '0.25', (1, 1): '−1.00'}
    """
    # a minus sign as wide as the plus, where a hyphen is easily overlooked
    return {
        (layer, *index): pattern.format(value).replace("-", "−")
        for index, value in np.ndenumerate(np.asarray(values))
    }


def draw_network(
    ax: Axes,
    sizes: Sequence[int],
    *,
    inside: Mapping[Unit, str] | None = None,
    below: Mapping[Unit, str] | None = None,
    labels: Mapping[Edge, str] | None = None,
    unit_colors: Mapping[Unit, str] | None = None,
    edge_colors: Mapping[Edge, str] | None = None,
    weights: Sequence | None = None,
) -> None:
    """Draw a fully connected network; what a mapping does not mention stays plain.

    Parameters
    ----------
    ax : matplotlib axes
        Its limits are set and its frame is removed.
    sizes : sequence of int
        Units in each layer, inputs first.
    inside, below : mapping from (l, i) to str
        Text in and under the circles; mathematics as in matplotlib.
    labels : mapping from (l, i, j) to str
        Text on the lines, in the colour of the line.
    unit_colors : mapping from (l, i) to colour
        Fills a circle; the text in it turns white.
    edge_colors : mapping from (l, i, j) to colour
        Draws a line in colour, thick, and above the others.
    weights : sequence of L arrays, shapes (K, D)
        Makes the width of each line the size of its weight, and lines of negative ones dashed.
    """
    positions = unit_positions(sizes)
    labels, edge_colors = labels or {}, edge_colors or {}
    widths = _line_widths(sizes, weights, edge_colors)
    for edge in edges(sizes):
        layer, i, j = edge
        (x0, y0), (x1, y1) = positions[layer - 1, j], positions[layer, i]
        color = edge_colors.get(edge, COLORS["muted"])
        order = 2 if edge in edge_colors else 1
        negative = weights is not None and np.asarray(weights[layer - 1])[i, j] < 0
        style = (0, (3, 1.5)) if negative else "-"
        ax.plot([x0, x1], [y0, y1], color=color, lw=widths[edge], ls=style, zorder=order)
        if edge in labels:
            where = x0 + _LABEL_AT * (x1 - x0), y0 + _LABEL_AT * (y1 - y0)
            box = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
            text_color = color if edge in edge_colors else COLORS["ink"]
            _text(ax, where, labels[edge], color=text_color, size=11, zorder=3, bbox=box)
    for unit, (x, y) in positions.items():
        fill = (unit_colors or {}).get(unit)
        size, ink = _UNIT_POINTS**2, COLORS["ink"]
        ax.scatter(x, y, s=size, color=fill or "white", edgecolors=ink, lw=1.5, zorder=4)
        _text(ax, (x, y), (inside or {}).get(unit, ""), color="white" if fill else ink, zorder=5)
        _text(ax, (x, y), (below or {}).get(unit, ""), offset=_BELOW_UNIT, size=11, zorder=5)
    half = max(sizes) / 2
    ax.set(xlim=(-0.3, len(sizes) - 0.7), ylim=(-half - 0.15, half))
    ax.axis("off")


def _line_widths(sizes, weights, edge_colors) -> dict[Edge, float]:
    if weights is None:
        return {edge: 2.5 if edge in edge_colors else 1.0 for edge in edges(sizes)}
    strength = {
        (layer, *index): abs(weight)
        for layer, matrix in enumerate(weights, 1)
        for index, weight in np.ndenumerate(np.asarray(matrix))
    }
    strongest = max(strength.values()) or 1.0
    return {edge: _THINNEST + _WIDEST * size / strongest for edge, size in strength.items()}


def _text(ax, where, text, *, offset=0, **how):
    ax.annotate(
        text, where, xytext=(0, offset), textcoords="offset points", ha="center", va="center", **how
    )
