import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import same_color
from matplotlib.patches import Rectangle
from scipy import signal

from course_lib import figures

IMAGE = np.array([[1.0, 2, 2, 8], [1, 1, 3, 8], [2, 2, 7, 9]])
KERNEL = np.array([[-1.0, 1], [0, 2]])


def numbers(ax):
    """What is written into the cells: from (row, column) to the text."""
    return {(text.get_position()[1], text.get_position()[0]): text.get_text() for text in ax.texts}


def axes_by_title(words):
    (ax,) = [ax for ax in plt.gcf().axes if ax.get_title().startswith(words)]
    return ax


def test_cells_stand_where_the_matrix_has_them_and_nan_is_blank():
    _, ax = plt.subplots()
    figures.draw_cells(ax, [[1.0, -2.5, 3.0], [np.nan, 0.0, 5.0]])
    assert numbers(ax) == {(0, 0): "1", (0, 1): "−2.5", (0, 2): "3", (1, 1): "0", (1, 2): "5"}
    assert ax.yaxis_inverted()


@pytest.mark.parametrize("position", range(6))
def test_the_products_add_up_to_the_pixel_of_the_output(position):
    expected = signal.correlate2d(IMAGE, KERNEL, mode="valid").ravel()
    sentence = figures.sliding_figure(IMAGE, KERNEL, position)
    row, column = divmod(position, 3)
    assert f"row {row}, column {column}" in sentence
    assert sentence.endswith(f"add up to {expected[position]:g}.".replace("-", "−"))
    products = numbers(axes_by_title("products")).values()
    assert sum(float(text.replace("−", "-")) for text in products) == expected[position]
    shown = [float(t.replace("−", "-")) for t in numbers(axes_by_title("$F")).values()]
    assert shown == expected[: position + 1].tolist()
    (window,) = [p for p in axes_by_title("image").patches if isinstance(p, Rectangle)]
    assert (window.get_y(), window.get_x()) == (row - 0.5, column - 0.5)


def test_correlation_and_convolution_are_told_apart():
    x, kernel = np.array([0.0, 1, 0, 0, 5]), np.array([1.0, 2, 3])
    for k in range(3):
        sentence = figures.one_dimensional_figure(x, kernel, k)
        correlation = signal.correlate(x, kernel, mode="valid")[k]
        convolution = signal.convolve(x, kernel, mode="valid")[k]
        assert sentence.endswith(
            f"correlation is {correlation:g}, the convolution {convolution:g}."
        )
        plain, flipped = (numbers(ax) for ax in plt.gcf().axes)
        assert [plain[1, k + n] for n in range(3)] == ["1", "2", "3"]
        assert [flipped[1, k + n] for n in range(3)] == ["3", "2", "1"]
        plt.close("all")


@pytest.mark.parametrize(
    ("stride", "padding", "count", "unseen"),
    [(1, 0, 5, 0), (1, 1, 7, 0), (3, 0, 2, 13), (4, 2, 3, 24)],
)
def test_windows_and_missed_pixels(stride, padding, count, unseen):
    """By hand: stride 3 misses the last row and column, stride 4 the second and sixth as well."""
    sentence = figures.stride_padding_figure(stride, padding)
    assert f"the output is {count} by {count}." in sentence
    assert sentence.endswith(f"{unseen} of 49.")
    left, right = plt.gcf().axes
    orange = [p for p in left.patches if same_color(p.get_facecolor(), figures.COLORS["error"])]
    assert len(orange) == unseen
    assert len(right.patches) == count**2
    (middles,) = left.collections
    assert len(middles.get_offsets()) == count**2
    low, high = left.get_xlim()
    assert all(low <= p.get_x() and p.get_x() + p.get_width() <= high for p in left.patches)


def test_a_kernel_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="kernel_size is 9, expected at most the 7"):
        figures.stride_padding_figure(1, 0, kernel_size=9)


def test_a_filter_keeps_the_size_and_repeats_the_border():
    photo = np.random.default_rng(0).random((6, 9))
    kernel = np.random.default_rng(1).random((3, 5))
    expected = signal.correlate2d(np.pad(photo, ((1, 1), (2, 2)), mode="edge"), kernel, "valid")
    np.testing.assert_allclose(figures.filtered(photo, kernel), expected)


def test_a_filtered_photograph_keeps_its_colours_and_says_its_range():
    photo = np.zeros((4, 5))
    photo[:, 3:] = 1.0
    edge = np.array([[-1.0, 0, 2]])
    sentence = figures.filter_figure(photo, "edge", [edge])
    assert sentence.endswith("edge makes of it, where black is 0: values from 0.0 to 2.0.")
    assert plt.gcf().get_gid() == "as-drawn"
    sentence = figures.filter_figure(photo, "slope", [np.array([[1.0, 0, -1]])])
    assert sentence.endswith("slope makes of it, where grey is 0: values from −1.0 to 0.0.")
    both = figures.filter_figure(photo, "length", [3 * edge, 4 * edge])
    assert both.endswith("length makes of it, where black is 0: values from 0.0 to 10.0.")


def test_pooled_values_are_written_under_their_names():
    pooled = {"max": np.array([[8.0, 2.0]]), "average": np.array([[4.0, 1.0]])}
    sentence = figures.pooling_figure(np.ones((2, 4)), pooled, 2, 2)
    assert sentence == ("Windows of 2 by 2 with stride 2: max [[8.0, 2.0]]; average [[4.0, 1.0]].")
    assert numbers(axes_by_title("max")) == {(0, 0): "8", (0, 1): "2"}
    windows = [p for p in axes_by_title("image").patches if isinstance(p, Rectangle)]
    assert [(p.get_x(), p.get_width()) for p in windows] == [(-0.5, 2), (1.5, 2)]
