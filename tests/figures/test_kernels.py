import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy import signal

from course_lib import figures

DIGIT = np.zeros((6, 14))
DIGIT[1:5, 2:6] = np.random.default_rng(0).random((4, 4))
EDGE = np.array([[-1.0, 0, 1], [-1, 0, 1]])


def test_a_learned_kernel_is_written_beside_the_wanted_one():
    kernel, wanted = np.array([[1.04, -0.5]]), np.array([[1.0, 1.0]])
    sentence = figures.learned_kernel_figure(kernel, wanted, 7, [0.5] * 9)
    assert sentence == "After 7 steps the furthest of the 2 weights is 1.50 away."
    learned, goal, loss = plt.gcf().axes
    assert [text.get_text() for text in learned.texts] == ["1", "−0.5"]
    assert [text.get_text() for text in goal.texts] == ["1", "1"]
    assert loss.lines[-1].get_xdata()[0] == 7


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_a_feature_map_is_every_so_manyth_value_of_the_correlation(stride):
    expected = signal.correlate2d(DIGIT, EDGE, mode="valid")[::stride, ::stride]
    np.testing.assert_allclose(figures.feature_map(DIGIT, EDGE, stride), expected)


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("shift", [0, 1, 2, 3, 4, 6])
def test_maps_move_along_with_shifts_by_multiples_of_the_stride(shift, stride):
    sentence = figures.shift_figure(DIGIT, EDGE, shift, stride)
    assert sentence.startswith(f"Shifted by {shift}, with stride {stride}")
    assert sentence.endswith("differ by 0.0 at most.") == (shift % stride == 0)


def test_the_difference_is_that_of_the_two_maps():
    maps = [
        signal.correlate2d(picture, EDGE, mode="valid")[::2, ::2]
        for picture in (DIGIT, np.roll(DIGIT, 3, axis=1))
    ]
    difference = maps[1] - np.roll(maps[0], 1, axis=1)
    sentence = figures.shift_figure(DIGIT, EDGE, 3, 2)
    assert f"differ by {np.abs(difference).max():.1f} at most" in sentence
    drawn = plt.gcf().axes[-1].collections[0].get_array()
    np.testing.assert_allclose(np.asarray(drawn).reshape(difference.shape), difference)
