"""The references of the assignment ``metrics``, judged by scikit-learn and by hand."""

import numpy as np
import pytest
from sklearn import metrics as sk
from sklearn.model_selection import KFold

from course_lib.grading.assignments.metrics import inputs
from course_lib.grading.assignments.metrics import references as metrics


@pytest.fixture(params=range(20))
def labels(request):
    rng = np.random.default_rng(request.param)
    return rng.integers(0, 2, 12), rng.integers(0, 2, 12), np.round(rng.normal(size=12), 1)


def test_counts_and_what_follows_from_them(labels):
    y_true, y_pred, _ = labels
    matrix = metrics.confusion_matrix(y_true, y_pred, 3)
    assert np.array_equal(matrix, sk.confusion_matrix(y_true, y_pred, labels=[0, 1, 2]))
    assert metrics.accuracy(matrix) == pytest.approx(sk.accuracy_score(y_true, y_pred))
    precision, recall = metrics.precision_recall(matrix[:2, :2])
    assert precision == pytest.approx(sk.precision_score(y_true, y_pred, zero_division=0))
    assert recall == pytest.approx(sk.recall_score(y_true, y_pred, zero_division=0))
    for beta in (0.5, 1.0, 2.0):
        expected = sk.fbeta_score(y_true, y_pred, beta=beta, zero_division=0)
        assert metrics.f_beta(precision, recall, beta) == pytest.approx(expected)


def test_best_threshold_is_the_best_of_all(labels):
    y_true, _, scores = labels
    threshold, f1 = metrics.best_threshold(y_true, scores)
    values = {t: sk.f1_score(y_true, scores >= t, zero_division=0) for t in scores}
    assert f1 == pytest.approx(max(values.values()))
    assert threshold == max(t for t, value in values.items() if np.isclose(value, f1))


def test_empty_classes_give_zero_and_no_warning():
    assert metrics.precision_recall(np.array([[5, 0], [3, 0]])) == (0.0, 0.0)
    assert metrics.accuracy(np.zeros((2, 2), int)) == 0.0
    assert metrics.f_beta(0.0, 0.0, 1.0) == 0.0
    assert np.array_equal(metrics.confusion_matrix([], [], 2), np.zeros((2, 2)))


@pytest.mark.parametrize("seed", range(10))
def test_two_thresholds_are_equally_good_as_drawn(seed):
    """By every way of computing F1, to the last bit: students differ in it."""
    y_true, scores = inputs.two_best(np.random.default_rng(seed))
    counts = [((scores >= t) @ y_true, np.sum(scores >= t)) for t in np.unique(scores)[::-1]]
    ways = (
        lambda p, r: 2 * p * r / (p + r),
        lambda p, r: 2 / (1 / p + 1 / r),
        lambda p, r: 1 / ((1 / p + 1 / r) / 2),
        lambda p, r: p * r / ((p + r) / 2),
    )
    for way in ways:
        f1 = [way(tp / called, tp / 4) if tp else 0.0 for tp, called in counts]
        assert np.flatnonzero(np.array(f1) == max(f1)).tolist() == [0, 15]


@pytest.mark.parametrize(("n", "k"), [(14, 4), (17, 6), (12, 3), (5, 5), (2, 2)])
def test_folds(n, k):
    training, validation = metrics.k_fold(n, k)
    expected = list(KFold(k).split(np.zeros(n)))
    for ours, (train, fold) in zip(zip(training, validation), expected, strict=True):
        assert np.array_equal(ours[0], train) and np.array_equal(ours[1], fold)


@pytest.mark.parametrize("draw", [inputs.ranked, inputs.untied, inputs.equal_scores])
def test_the_area_under_the_roc_curve(draw, rng):
    for _ in range(10):
        y_true, scores = draw(rng)
        expected = sk.roc_auc_score(y_true, scores)
        assert metrics.roc_auc(y_true, scores) == pytest.approx(expected)
