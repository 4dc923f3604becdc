"""The references that the grader trusts, judged by scikit-learn."""

import numpy as np
import pytest
from sklearn import metrics as sk

from course_lib.grading.assignments import metrics


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
