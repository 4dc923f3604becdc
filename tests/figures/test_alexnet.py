import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import same_color

from course_lib import figures
from course_lib.nn import Conv2d, Flatten, Linear, ReLU, Sequential


@pytest.fixture
def layers():
    rng = np.random.default_rng(0)
    network = Sequential(
        *(Conv2d(1, 4, 3, rng=rng), ReLU(), Flatten(), Linear(16, 10, rng=rng)),
        input_shape=(1, 4, 4),
    )
    return figures.layer_costs(network.costs())


def test_layers_with_parameters_are_named_in_order(layers):
    assert list(layers) == ["conv1", "fc2"]
    assert [row.parameters for row in layers.values()] == [40, 170]


def test_the_chosen_layer_is_blue_and_its_share_is_said(layers):
    """By hand: 4 kernels of 9 weights at 4 places, and 160 weights once."""
    sentence = figures.cost_figure(layers, "conv1")
    assert sentence == (
        "conv1: 4 × 2 × 2 units; 40 parameters, 19.0% of all; 144 multiply-adds, 47.4% of all."
    )
    _, parameters, products = plt.gcf().axes
    np.testing.assert_allclose([bar.get_height() * 1e6 for bar in parameters.patches], [40, 170])
    np.testing.assert_allclose([bar.get_height() * 1e6 for bar in products.patches], [144, 160])
    blue = figures.COLORS["prediction"]
    for ax in plt.gcf().axes:
        assert [same_color(bar.get_facecolor(), blue) for bar in ax.patches] == [True, False]


def test_errors_are_drawn_run_by_run_with_their_mean():
    errors = {
        "base": np.array([[9.0, 5.0], [7.0, 3.0]]),
        "other": np.array([[8.0, 1.0], [8.0, 2.0]]),
    }
    assert figures.errors_figure(errors, [10, 20], 20) == "base 4.0 %, other 1.5 %."
    ax = plt.gca()
    base, other = ax.collections
    assert base.get_offsets().tolist() == [[5.0, 0.0], [3.0, 0.0]]
    assert other.get_offsets().tolist() == [[1.0, 1.0], [2.0, 1.0]]
    dashed, *means = ax.lines
    assert [line.get_xdata()[0] for line in (dashed, *means)] == [4.0, 4.0, 1.5]
    assert ax.get_title() == "after 20 epochs"
