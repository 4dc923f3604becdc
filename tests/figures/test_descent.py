import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib import figures

FRAME = {"xlim": (-2.0, 2.0), "ylim": (-1.0, 1.0), "labels": ("$w_1$", "$w_2$")}


def bowl(first, second):
    return first**2 + 10 * second**2


def test_the_map_has_the_first_weight_to_the_right():
    _, ax = plt.subplots()
    figures.draw_surface(ax, bowl, (-2.0, 2.0), (-1.0, 1.0), levels=[1.0, 5.0])
    lines = ax.collections[-1].get_paths()
    innermost = lines[0].vertices
    assert np.abs(innermost).max(axis=0) == pytest.approx([1.0, 0.316], abs=0.01)
    assert bowl(*innermost.T) == pytest.approx(1.0, abs=0.02)


def test_every_path_ends_in_a_mark_and_its_error_is_said():
    paths = {
        "slow": np.array([[2.0, 1.0], [1.0, 0.5]]),
        "fast": np.array([[2.0, 1.0], [0.0, 0.1]]),
        "lost": np.array([[2.0, 1.0], [1e5, 0.0]]),
    }
    sentence = figures.paths_figure(bowl, paths, title=r"Two steps, $\eta$ = 1", **FRAME)
    assert sentence == (
        "Two steps, eta = 1. Error at the ends: slow 3.5, fast 0.1, lost out of sight."
    )
    (ax,) = plt.gcf().axes
    marks = {
        line.get_label(): line.get_xydata()[0] for line in ax.lines if len(line.get_xdata()) == 1
    }
    for name, path in paths.items():
        assert marks[name] == pytest.approx(path[-1])
    assert len({line.get_color() for line in ax.lines}) == 3


def test_batches_that_point_uphill_are_hollow():
    gradients = [[1.0, 0.0], [2.0, 1.0], [-1.0, 0.0], [3.0, -1.0]]
    sentence = figures.cloud_figure(gradients, [1.0, 0.0], limit=4.0)
    # squared distances from (1, 0): 0, 2, 4, 5
    assert sentence == (
        "Full gradient of length 1.000; batches deviate by 1.658,"
        " and 75 % of them point the same way."
    )
    (ax,) = plt.gcf().axes
    down, up = ax.collections
    assert len(down.get_offsets()) == 3
    assert up.get_offsets().tolist() == [[-1.0, 0.0]]


def test_steps_of_one_weight_lie_on_its_parabola():
    sentence = figures.parabola_figure([2.0, -1.0, 0.5], curvature=4.0)
    assert sentence == "From 2.00 to -1.00 in one step, to 0.5 in 2."
    curve, _, steps, start, goal = plt.gcf().axes[0].lines
    assert steps.get_ydata() == pytest.approx([8.0, 2.0, 0.5])
    assert curve.get_ydata() == pytest.approx(2 * curve.get_xdata() ** 2)
    assert start.get_xydata().tolist() == [[2.0, 8.0]]
    assert goal.get_xydata().tolist() == [[0.0, 0.0]]


@pytest.mark.parametrize(("end", "clipped"), [((2.0, 0.5), False), ((0.0, 1.5), True)])
def test_a_mark_on_the_edge_is_whole_and_none_is_outside(end, clipped):
    figures.paths_figure(bowl, {"path": np.array([[0.0, 0.0], end])}, **FRAME)
    assert plt.gca().lines[-1].get_clip_on() is clipped
