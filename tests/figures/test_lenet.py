import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import same_color

from course_lib import figures
from course_lib.nn import lenet1989


def cells(ax):
    """The values that are drawn on an axes, in the shape of the picture."""
    mesh = ax.collections[0]
    return np.asarray(mesh.get_array()).reshape(mesh.get_coordinates()[1:, 1:].shape[:2])


def test_every_kernel_is_drawn_and_its_moment_marked():
    kernels = np.random.default_rng(0).uniform(-0.3, 0.3, size=(12, 1, 5, 5))
    sentence = figures.h1_figure(kernels, 2, [300, 100, 20, 5])
    largest = np.abs(kernels).max()
    assert sentence == (
        f"After 2 epochs: 20 mistakes in test; the largest weight of the 12 kernels is"
        f" {largest:.2f}."
    )
    *pictures, curve = plt.gcf().axes
    for ax, kernel in zip(pictures, kernels, strict=True):
        np.testing.assert_array_equal(cells(ax), kernel[0])
    assert curve.lines[0].get_ydata().tolist() == [300, 100, 20, 5]
    assert curve.lines[1].get_xdata()[0] == 2


def test_maps_are_those_of_the_layers_and_the_answer_is_blue():
    model = lenet1989(rng=np.random.default_rng(1))
    image = np.random.default_rng(2).uniform(-1, 1, size=(1, 16, 16))
    sentence = figures.maps_figure(model, image, 7)
    output = model.forward(image[None])[0]
    answer = int(output.argmax())
    assert sentence.startswith(f"A 7: the output of {answer} is {output[answer]:.1f}")
    h1 = model.layers[0].forward(image[None])[0]
    picture, bars, *maps = plt.gcf().axes
    np.testing.assert_array_equal(cells(picture), image[0])
    for ax, values in zip(maps, h1):
        np.testing.assert_array_equal(cells(ax), values)
    assert len(maps) == 24
    blue = figures.COLORS["prediction"]
    chosen = [n for n, bar in enumerate(bars.patches) if same_color(bar.get_facecolor(), blue)]
    assert chosen == [answer]


@pytest.mark.parametrize("count", [1, 3, 5, 12])
def test_mistakes_are_shown_with_truth_and_answer(count):
    images = np.random.default_rng(0).uniform(-1, 1, size=(count, 4, 4))
    labels, answers = list(range(count)), list(range(1, count + 1))
    sentence = figures.mistakes_figure(images, labels, answers)
    assert sentence.startswith(f"{count} pictures of digits: 0 read as 1")
    shown = [ax for ax in plt.gcf().axes if ax.get_title()]
    assert [ax.get_title() for ax in shown] == [f"a {n}, read as {n + 1}" for n in labels]
    for ax, image in zip(shown, images):
        np.testing.assert_array_equal(cells(ax), image)


@pytest.mark.parametrize("count", [0, 13])
def test_too_few_or_too_many_mistakes_are_refused(count):
    with pytest.raises(ValueError, match=f"images are {count}, expected 1 to 12"):
        figures.mistakes_figure(np.zeros((count, 4, 4)), [0] * count, [1] * count)
