"""Random inputs of the assignment ``metrics``."""

import numpy as np

from course_lib.grading.assignments.metrics.references import f1_at_thresholds


def labels(rng):
    """True and predicted classes, all of which occur, and their number."""
    classes = int(rng.integers(3, 6))
    y_true = rng.permutation(np.append(np.arange(classes), rng.integers(0, classes, 7)))
    y_pred = np.where(rng.random(len(y_true)) < 0.5, y_true, rng.integers(0, classes, len(y_true)))
    return y_true, y_pred, classes


def labels_of_two(rng):
    """Samples of two classes out of four."""
    y_true, y_pred = rng.integers(0, 2, (2, 9))
    return y_true, y_pred, 4


def no_labels(rng):
    """No samples."""
    return np.zeros(0, int), np.zeros(0, int), 3


def matrix(rng):
    """A confusion matrix of 3 or 4 classes, with a correct sample of each."""
    classes = int(rng.integers(3, 5))
    return (rng.integers(0, 50, (classes, classes)) + np.eye(classes, dtype=int),)


def two_by_two(rng):
    """A confusion matrix of two classes without zeros."""
    return (rng.integers(1, 50, (2, 2)),)


def nothing_predicted(rng):
    """A confusion matrix whose second column is 0."""
    return (two_by_two(rng)[0] * [[1, 0], [1, 0]],)


def nothing_positive(rng):
    """A confusion matrix whose second row is 0."""
    return (two_by_two(rng)[0] * [[1, 1], [0, 0]],)


def rates(rng):
    """Precision, recall and a beta that is not 1."""
    beta = rng.uniform(1.2, 3.0) ** rng.choice([-1, 1])
    return rng.uniform(0.1, 1.0), rng.uniform(0.1, 1.0), beta


def scored(rng, decimals=2):
    """Labels and scores with one best threshold: rounding must not decide between two."""
    while True:
        y_true = (rng.random(10) < 0.4).astype(int)
        scores = np.round(rng.normal(y_true, 1.0), decimals)
        best, second = np.sort([f1 for _, f1 in f1_at_thresholds(y_true, scores)])[:-3:-1]
        if best > second:
            return y_true, scores


def all_positive(rng):
    """Only positive samples."""
    return np.ones(6, int), rng.normal(size=6)


def two_best(rng):
    """Two thresholds with the same F1, which are the best.

    At the upper one precision is 1 and recall 1/4, at the lower one it is the other way round:
    whichever way F1 is computed, rounding is the same for both.
    """
    y_true = np.zeros(16, int)
    y_true[[0, rng.integers(6, 11), rng.integers(11, 15), 15]] = 1
    order = rng.permutation(16)
    scores = np.empty(16)
    scores[order] = np.sort(np.round(rng.normal(size=16), 6))[::-1]
    shuffled = np.empty(16, int)
    shuffled[order] = y_true
    return shuffled, scores


def samples_and_folds(rng):
    """Numbers of samples and of folds that leave a remainder of 2 or more."""
    k = int(rng.integers(4, 7))
    return k * int(rng.integers(2, 4)) + int(rng.integers(2, k)), k


def folds_of_one_length(rng):
    """A number of folds that divides the number of samples; folds are longer than they are many."""
    k = int(rng.integers(2, 5))
    return k * int(rng.integers(k + 1, 8)), k


def folds_of_one_sample(rng):
    """As many folds as samples."""
    n = int(rng.integers(5, 9))
    return n, n


def ranked(rng):
    """Labels of both classes, and scores with ties between them."""
    while True:
        y_true = (rng.random(11) < 0.4).astype(int)
        scores = np.round(rng.normal(y_true, 1.0))
        positive, negative = scores[y_true == 1], scores[y_true == 0]
        if 1 < len(positive) < 9 and np.isin(positive, negative).any():
            return y_true, scores


def untied(rng):
    """Labels of both classes, and scores that all differ."""
    y_true = rng.permutation([0, 0, 0, 0, 0, 1, 1, 1])
    return y_true, rng.normal(y_true, 1.0)


def equal_scores(rng):
    """A classifier that gives every sample the same score."""
    return rng.permutation([0, 0, 0, 1, 1, 1, 1]), np.full(7, np.round(rng.random(), 2))
