import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import same_color

from course_lib import figures

SIZES = [3, 2, 1]
WEIGHTS = [np.array([[0.1, 0.2, 0.3], [0.4, -0.5, 0.6]]), np.array([[0.7, -0.8]])]


@pytest.fixture
def ax():
    _, ax = plt.subplots()
    return ax


def texts_at(ax):
    return {text.get_text(): tuple(text.xy) for text in ax.texts if text.get_text()}


def line_between(ax, start, end):
    (line,) = [
        line
        for line in ax.lines
        if np.allclose(line.get_xydata(), [start, end])  # a line is drawn from input to output
    ]
    return line


def test_there_is_a_line_for_every_weight_and_a_circle_for_every_unit(ax):
    figures.draw_network(ax, SIZES)
    assert len(ax.lines) == 3 * 2 + 2 * 1
    assert len(ax.collections) == 6


def test_the_label_of_a_weight_is_on_its_line(ax):
    """Entry [i, j] belongs to the line from unit j to unit i; transposed it would be elsewhere."""
    labels = figures.layer_text(1, WEIGHTS[0]) | figures.layer_text(2, WEIGHTS[1])
    figures.draw_network(ax, SIZES, labels=labels)
    where, found = figures.unit_positions(SIZES), texts_at(ax)
    for layer, i, j in figures.edges(SIZES):
        text = f"{WEIGHTS[layer - 1][i, j]:.2f}".replace("-", "−")
        start, end = np.array(where[layer - 1, j]), np.array(where[layer, i])
        share = (np.array(found[text]) - start) / (end - start + 1e-12)
        assert share[0] == pytest.approx(0.3)
        assert np.array(found[text]) == pytest.approx(start + share[0] * (end - start))


def test_text_goes_to_its_unit(ax):
    figures.draw_network(ax, SIZES, inside={(0, 2): "1.9"}, below={(1, 0): "u"})
    assert texts_at(ax) == {"1.9": (0.0, -1.0), "u": (1.0, 0.5)}


def test_coloured_lines_are_above_the_others(ax):
    figures.draw_network(ax, SIZES, edge_colors={(1, 1, 0): "red"})
    chosen = line_between(ax, (0, 1), (1, -0.5))
    others = [line for line in ax.lines if line is not chosen]
    assert same_color(chosen.get_color(), "red")
    assert all(line.get_zorder() < chosen.get_zorder() for line in others)
    assert all(line.get_linewidth() < chosen.get_linewidth() for line in others)


def test_strong_weights_are_wide_and_negative_ones_dashed(ax):
    figures.draw_network(ax, SIZES, weights=WEIGHTS)
    strongest = line_between(ax, (1, -0.5), (2, 0))  # -0.8
    weakest = line_between(ax, (0, 1), (1, 0.5))  # 0.1
    widths = [line.get_linewidth() for line in ax.lines]
    assert strongest.get_linewidth() == max(widths) > min(widths) == weakest.get_linewidth()
    assert [line.get_linestyle() for line in ax.lines].count("--") == 2
    assert strongest.get_linestyle() == "--"


def test_weights_that_are_all_zero_can_be_drawn(ax):
    figures.draw_network(ax, [2, 1], weights=[np.zeros((1, 2))])
    assert all(np.isfinite(line.get_linewidth()) for line in ax.lines)
