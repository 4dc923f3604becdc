"""The checks of the assignment ``metrics``: from a confusion matrix to the best threshold."""

import numpy as np

from course_lib.grading.checks import Check, Misconception
from course_lib.metrics import classification


def confusion_matrix(y_true, y_pred, num_classes):
    """Counts, true class down the rows and predicted class along the columns: (C, C)."""
    if len(y_true) == 0:  # which the library refuses, as scikit-learn does
        return np.zeros((num_classes, num_classes), dtype=int)
    return classification.confusion_matrix(y_true, y_pred, labels=np.arange(num_classes))


def accuracy(matrix):
    """Share of the diagonal; 0 for a matrix without samples."""
    return np.trace(matrix) / matrix.sum() if matrix.sum() else 0.0


def precision_recall(matrix):
    """Precision and recall of class 1 from a 2 x 2 confusion matrix; 0 where nothing is counted."""
    (_, fp), (fn, tp) = matrix
    return (tp / (tp + fp) if tp + fp else 0.0, tp / (tp + fn) if tp + fn else 0.0)


def f_beta(precision, recall, beta):
    """Weighted harmonic mean of precision and recall; 0 if both are 0."""
    weighted = beta**2 * precision + recall
    return (1 + beta**2) * precision * recall / weighted if weighted else 0.0


def best_threshold(y_true, scores):
    """The threshold among the scores that maximises F1 (the highest on a tie), and that F1."""
    return max(_thresholds(y_true, scores), key=lambda pair: pair[1])


def _thresholds(y_true, scores):
    """Every threshold among the scores, highest first, with the F1 score that it gives."""
    return [
        (t, classification.f1_score(y_true, (scores >= t).astype(int), zero_division=0))
        for t in np.unique(scores)[::-1]
    ]


def _precision_recall_without_guard(matrix):
    """Mistake: divides without asking whether there is anything to divide by."""
    (_, fp), (fn, tp) = matrix
    return tp / (tp + fp), tp / (tp + fn)


def _labels(rng, classes=None, n=None):
    classes = classes or int(rng.integers(3, 6))
    n = n or int(rng.integers(8, 12))
    y_true = rng.integers(0, classes, n)
    y_pred = np.where(rng.random(n) < 0.5, y_true, rng.integers(0, classes, n))
    return y_true, y_pred, classes


def _matrix(rng):
    return (rng.integers(1, 50, (2, 2)),)


def _scored(rng, decimals=2):
    """Labels and scores with one best threshold: rounding must not decide between two."""
    while True:
        y_true = (rng.random(10) < 0.4).astype(int)
        scores = np.round(rng.normal(y_true, 1.0), decimals)
        best, second = np.sort([f1 for _, f1 in _thresholds(y_true, scores)])[:-3:-1]
        if best > second:
            return y_true, scores


CHECKS = {
    "confusion_matrix": Check(
        reference=confusion_matrix,
        ordinary=_labels,
        outputs=("the matrix",),
        edge_cases={
            "a class never occurs": lambda rng: (*_labels(rng, classes=2)[:2], 4),
            "there are no samples": lambda rng: (np.zeros(0, int), np.zeros(0, int), 3),
        },
        misconceptions=(
            Misconception(
                "swapped rows and columns",
                lambda y_true, y_pred, n: confusion_matrix(y_pred, y_true, n),
                hint="Which of the two labels chooses the row?",
                more="Take one sample with y_true = 0 and y_pred = 1. In which cell is it counted?",
            ),
        ),
        read="measuring/classification#the-confusion-matrix",
    ),
    "accuracy": Check(
        reference=accuracy,
        ordinary=lambda rng: (rng.integers(0, 50, (3, 3)) + np.eye(3, dtype=int),),
        outputs=("the accuracy",),
        edge_cases={"there are no samples": lambda rng: (np.zeros((2, 2), int),)},
    ),
    "precision_recall": Check(
        reference=precision_recall,
        ordinary=_matrix,
        outputs=("the precision", "the recall"),
        edge_cases={
            "nothing is predicted positive": lambda rng: (_matrix(rng)[0] * [[1, 0], [1, 0]],),
            "nothing is positive": lambda rng: (_matrix(rng)[0] * [[1, 1], [0, 0]],),
        },
        misconceptions=(
            Misconception(
                "divided by zero",
                _precision_recall_without_guard,
                hint="A fraction with nothing below the line is 0 here; ask before you divide.",
            ),
        ),
        read="measuring/classification#precision-and-recall",
    ),
    "f_beta": Check(
        reference=f_beta,
        ordinary=lambda rng: tuple(rng.uniform([0.1, 0.1, 0.5], [1.0, 1.0, 2.0])),
        outputs=("the F-beta score",),
        edge_cases={"precision and recall are 0": lambda rng: (0.0, 0.0, 1.0)},
    ),
    "best_threshold": Check(
        reference=best_threshold,
        ordinary=_scored,
        outputs=("the threshold", "the F1 score"),
        edge_cases={
            "scores are tied": lambda rng: _scored(rng, decimals=0),
            "all samples are positive": lambda rng: (np.ones(6, int), rng.normal(size=6)),
        },
    ),
}
