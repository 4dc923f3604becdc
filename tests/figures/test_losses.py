import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib import figures


def test_the_slopes_are_those_of_the_formulas():
    _, ax = plt.subplots()
    figures.draw_slopes(ax, target=1.0)
    cross_entropy, squared, _ = ax.lines
    z = cross_entropy.get_xdata()
    o = 1 / (1 + np.exp(-z))
    assert cross_entropy.get_ydata() == pytest.approx(o - 1)
    assert squared.get_ydata() == pytest.approx((o - 1) * o * (1 - o))


def test_a_stalled_neuron_is_described_in_numbers():
    """At z = 0 the slope is 1/2 for cross-entropy; at z = 4 it is 0.982² · 0.018 for the square."""
    potentials = {"cross-entropy": [4.0, 0.0], "squared error": [4.0, 4.0]}
    assert figures.stall_figure(potentials, 1) == (
        "Step 1. Cross-entropy: output 0.500, slope 0.500;"
        " squared error: output 0.982, slope 0.017."
    )


def test_the_dots_are_at_the_step():
    figures.stall_figure({"cross-entropy": [4.0, 0.0], "squared error": [4.0, 2.0]}, 1)
    above, below = plt.gcf().axes
    dots = [line.get_xydata()[0] for line in above.lines if line.get_marker() == "o"]
    assert np.array(dots) == pytest.approx(np.array([[1, 0.5], [1, 0.8808]]), abs=1e-4)
    dots = [line.get_xydata()[0] for line in below.lines if line.get_marker() == "o"]
    assert np.array(dots) == pytest.approx(np.array([[0, 0.5], [2, 0.0925]]), abs=1e-4)


def test_the_slopes_of_softmax_are_output_minus_target():
    sentence = figures.softmax_figure(np.log([2.0, 1.0, 1.0]), [1, 0, 0])
    assert sentence == (
        "Outputs 0.50, 0.25, 0.25; loss 0.69; slopes -0.50, 0.25, 0.25,"
        " negative for the target only."
    )
    heights = [bar.get_height() for bar in plt.gcf().axes[1].patches]
    assert heights == pytest.approx([-0.5, 0.25, 0.25])


def test_the_largest_slopes_are_written_inside_their_axes():
    figures.softmax_figure([20.0, 0.0, 0.0], [0, 0, 1])
    below = plt.gcf().axes[1]
    plt.gcf().canvas.draw()
    frame = below.get_window_extent()
    for text in below.texts:
        box = text.get_window_extent()
        assert frame.y0 <= box.y0 and box.y1 <= frame.y1, text.get_text()
