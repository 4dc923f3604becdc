import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from course_lib import figures

WEIGHT, BIAS = np.array([[8.0, 8.0], [8.0, 8.0]]), np.array([-4.0, -12.0])


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_corners_move_from_inputs_to_activations(share):
    """By hand: 0 1 and 1 0 have the potentials 4 and -4, and 1 / (1 + exp(-4)) = 0.982."""
    figures.fold_figure(WEIGHT, BIAS, share)
    corners = np.array([c.get_offsets()[0] for c in plt.gca().collections])
    assert corners[1] == pytest.approx([share * 0.982, 1 - share * 0.982], abs=0.001)
    assert corners[2] == pytest.approx([1 - share * 0.018, share * 0.018], abs=0.001)


def test_the_line_that_is_drawn_separates_the_classes():
    sentence = figures.fold_figure(WEIGHT, BIAS, 1.0)
    line = plt.gca().lines[-1].get_xydata()
    corners = np.array([c.get_offsets()[0] for c in plt.gca().collections])
    normal = np.array([line[1, 1] - line[0, 1], line[0, 0] - line[1, 0]])
    assert list((corners - line[0]) @ normal > 0) == [False, True, True, False]
    assert sentence.endswith("a line separates the classes.")
    assert "line" not in figures.fold_figure(WEIGHT, BIAS, 0.9)


def test_bars_are_softmax_and_sigmoids():
    logits = [2.0, -1.0, 0.5]
    sentence = figures.heads_figure(logits)
    for ax, judge in zip(plt.gcf().axes, (torch.softmax(torch.tensor(logits), 0), None)):
        expected = torch.sigmoid(torch.tensor(logits)) if judge is None else judge
        assert [bar.get_height() for bar in ax.patches] == pytest.approx(expected.tolist())
    assert sentence == "softmax 0.79, 0.04, 0.18; sigmoids 0.88, 0.27, 0.62."


def test_midsummer_is_described():
    days, temperatures = np.array([0.0, 0.5]), np.array([2.0, 25.0])
    sentence = figures.tomorrow_figure(
        days, temperatures, 18.0, lambda d: 40 * d, lambda d: np.where(d < 0.45, 0.0, 0.75)
    )
    assert sentence == "Midsummer: 20 °C expected, hot with probability 0.75."
    upper, lower = plt.gcf().axes
    assert np.array_equal(upper.collections[0].get_offsets(), [[0, 2], [0.5, 25]])
    assert np.array_equal(lower.collections[0].get_offsets(), [[0, 0], [0.5, 1]])


def test_numerals_are_in_the_plane_of_the_first_two_principal_components(rng):
    activations = rng.normal(size=(40, 6)) * [5, 3, 1, 1, 1, 1]
    labels = rng.integers(0, 10, size=40)
    sentence = figures.layer_figure(activations, labels, "hidden 1")
    judge = PCA(2).fit(activations)
    texts = plt.gca().texts
    assert [text.get_text() for text in texts] == [str(label) for label in labels]
    drawn = np.array([text.get_position() for text in texts])
    assert np.abs(drawn) == pytest.approx(np.abs(judge.transform(activations)))
    share = 100 * judge.explained_variance_ratio_.sum()
    assert sentence == f"hidden 1; the plane holds {share:.0f} % of the variance."
