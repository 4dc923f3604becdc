"""The right answers of the assignment ``metrics``: the library, with the exercises' edge cases."""

import numpy as np

from course_lib.metrics import areas, classification


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
    return max(f1_at_thresholds(y_true, scores), key=lambda pair: pair[1])


def f1_at_thresholds(y_true, scores):
    """Every threshold among the scores, highest first, with the F1 score that it gives."""
    return [
        (t, classification.f1_score(y_true, (scores >= t).astype(int), zero_division=0))
        for t in np.unique(scores)[::-1]
    ]


def k_fold(n, k):
    """Training and validation samples of each of k folds, consecutive, the longer ones first."""
    validation = np.array_split(np.arange(n), k)
    return [np.setdiff1d(np.arange(n), fold) for fold in validation], validation


def roc_auc(y_true, scores):
    """Share of the pairs of a positive and a negative sample that the scores put in order."""
    return areas.roc_auc_score(y_true, scores)
