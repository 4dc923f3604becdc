import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn import metrics as judge

from course_lib import figures

# Two positives and three negatives; at 0.5 they make 1 TP, 1 FN, 2 FP, 1 TN.
Y_TRUE = np.array([1, 1, 0, 0, 0])
SCORES = np.array([0.92, 0.31, 0.72, 0.58, 0.07])


def test_the_confusion_matrix_has_the_positive_class_first():
    _, ax = plt.subplots()
    figures.draw_confusion_matrix(ax, [[10, 5], [15, 100]])
    texts = {text.get_text(): text.get_position() for text in ax.texts}
    for name, count, right, low in [
        ("TP", "10", 0, 0),
        ("FN", "5", 1, 0),
        ("FP", "15", 0, 1),
        ("TN", "100", 1, 1),
    ]:
        for text in (name, count):
            x, y = texts[text]
            assert (x > 1, y < 1) == (right, low), text


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.5, 0.95])
def test_the_bars_are_the_counts_of_the_confusion_matrix(threshold):
    _, ax = plt.subplots()
    figures.draw_scores(ax, Y_TRUE, SCORES, threshold)
    sides = {"right": 0, "left": 0, "right up": 0, "left up": 0}
    for bar in ax.patches:
        side = "right" if bar.get_x() >= threshold - 1e-9 else "left"
        sides[side + (" up" if bar.get_height() > 0 else "")] += abs(bar.get_height())
    tn, fp, fn, tp = judge.confusion_matrix(Y_TRUE, np.greater_equal(SCORES, threshold)).ravel()
    assert sides == {"right up": tp, "left up": fn, "right": fp, "left": tn}


def test_a_threshold_is_described_in_counts():
    assert figures.threshold_figure(Y_TRUE, SCORES, 0.5) == (
        "1 true and 2 false positives, 1 false and 1 true negatives; precision 0.33, recall 0.50."
    )


def test_the_point_of_a_threshold_lies_on_the_curve():
    figures.threshold_figure(Y_TRUE, SCORES, 0.5)
    curve, point = plt.gcf().axes[-1].lines
    (recall,), (precision,) = point.get_data()
    assert (recall, precision) == (0.5, pytest.approx(1 / 3))
    assert np.min(np.hypot(*(np.array(curve.get_data()).T - [recall, precision]).T)) < 1e-12


@pytest.mark.parametrize(
    "draw", [figures.threshold_figure, figures.fbeta_figure, figures.imbalance_figure]
)
def test_a_point_on_the_edge_of_the_axes_is_whole(draw):
    draw(Y_TRUE, SCORES, 1.0)
    lines = [line for ax in plt.gcf().axes for line in ax.lines]
    points = [line for line in lines if line.get_marker() == "o"]
    assert points and not any(point.get_clip_on() for point in points)


@pytest.mark.parametrize("beta", [0.3, 1.0, 3.0])
def test_the_best_threshold_is_the_best_of_all(rng, beta):
    y_true, scores = rng.integers(0, 2, size=60), rng.random(60)
    best = max(judge.fbeta_score(y_true, scores >= s, beta=beta) for s in scores)
    assert figures.fbeta_figure(y_true, scores, beta).endswith(f"F-beta {best:.2f}.")


def test_the_negatives_of_an_imbalanced_picture_are_weighted():
    sentence = figures.imbalance_figure(Y_TRUE, SCORES, 30.0)
    # 1 of 2 positives is called, 2 of 3 negatives: precision 1/2 over 1/2 + 30 * 2/3
    assert sentence == (
        "30 negatives for each positive. At the point 67 % of the negatives and 50 % of the"
        " positives are called positive; precision 0.024."
    )


def test_the_roc_curve_is_that_of_every_imbalance():
    curves = []
    for ratio in (1.0, 100.0):
        figures.imbalance_figure(Y_TRUE, SCORES, ratio)
        curves.append(plt.gcf().axes[0].lines[0].get_data())
    fpr, tpr, _ = judge.roc_curve(Y_TRUE, SCORES)
    for curve in curves:
        np.testing.assert_allclose(curve, [fpr, tpr])
