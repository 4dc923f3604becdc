"""What students return who make a mistake with the folds of the assignment ``metrics``."""

import numpy as np

from course_lib.grading.assignments.metrics import references as right
from course_lib.grading.checks import Misconception


def _rest(n, folds):
    return [np.setdiff1d(np.arange(n), fold) for fold in folds]


def _without_left_over(n, k):
    folds = [np.arange(n)[j * (n // k) : (j + 1) * (n // k)] for j in range(k)]
    return _rest(n, folds), folds


def _left_over_in_the_last_fold(n, k):
    starts = np.arange(k) * (n // k)
    folds = [np.arange(a, b) for a, b in zip(starts, [*starts[1:], n])]
    return _rest(n, folds), folds


def _dealt(n, k):
    folds = [np.arange(j, n, k) for j in range(k)]
    return _rest(n, folds), folds


def _folds_of_k_samples(n, k):
    folds = [np.arange(start, min(start + k, n)) for start in range(0, n, k)]
    return _rest(n, folds), folds


def _all_before(n, k):
    return {"training": [np.arange(fold[0]) for fold in right.k_fold(n, k)[1]]}


def _next_fold(n, k):
    folds = right.k_fold(n, k)[1]
    return {"training": [*folds[1:], folds[0]]}


K_FOLD = (
    Misconception(
        "trained on the validation samples, too",
        lambda n, k: {"training": [np.arange(n)] * k},
        hint="What is a score worth on samples that the model was trained on?",
        more="Each training set is everything but the fold of the same number.",
        read="measuring/splits#three-subsets",
    ),
    Misconception(
        "left out the samples that remain when the others are divided evenly",
        _without_left_over,
        hint="Count the validation samples of all folds together. Is everybody there?",
        more="With 14 samples and 4 folds, two folds have to have four samples.",
    ),
    Misconception(
        "put all samples that remain into the last fold",
        _left_over_in_the_last_fold,
        hint="The lengths of two folds differ by one at most. How long is the last one here?",
    ),
    Misconception(
        "dealt the samples out instead of cutting",
        _dealt,
        hint="A fold is a stretch of consecutive samples here; the library deals them like cards, "
        "which is just as good, but not what is asked for.",
    ),
    Misconception(
        "made folds of k samples",
        _folds_of_k_samples,
        hint="k is the number of folds, not their length.",
    ),
    Misconception(
        "trained on the samples before the fold only",
        _all_before,
        hint="What comes after the fold may teach, too, unless the samples are a series in time.",
    ),
    Misconception(
        "trained on one fold only",
        _next_fold,
        hint="One fold validates. What do the other k - 1 do?",
    ),
)
