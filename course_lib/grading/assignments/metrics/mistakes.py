"""What students return who make a mistake in the assignment ``metrics``, other than with folds."""

import numpy as np

from course_lib.grading.assignments.metrics import references as right
from course_lib.grading.checks import Misconception


def _shares(y_true, y_pred, num_classes):
    return right.confusion_matrix(y_true, y_pred, num_classes) / len(y_true)


def _of_classes_that_occur(y_true, y_pred, num_classes):
    found = len(np.unique(np.append(y_true, y_pred)))
    return right.confusion_matrix(y_true, y_pred, found)


CONFUSION_MATRIX = (
    Misconception(
        "swapped rows and columns",
        lambda y_true, y_pred, n: right.confusion_matrix(y_pred, y_true, n),
        hint="Which of the two labels chooses the row?",
        more="Take one sample with y_true = 0 and y_pred = 1. In which cell is it counted?",
    ),
    Misconception(
        "counted no pair of classes more than once",
        lambda *given: np.minimum(right.confusion_matrix(*given), 1),
        hint="No entry is above 1. What does matrix[rows, columns] += 1 do when a cell is named "
        "twice?",
        more="NumPy reads all the cells first, adds 1, and then writes them. np.add.at counts "
        "repeated cells, and so does a loop.",
    ),
    Misconception(
        "returned shares instead of counts",
        _shares,
        hint="The matrix holds numbers of samples, not their share.",
    ),
    Misconception(
        "left out the classes that do not occur",
        _of_classes_that_occur,
        hint="The shape is (C, C), whatever the labels are: num_classes says how many there are.",
    ),
)


def _first_two_classes(matrix):
    return (matrix[0, 0] + matrix[1, 1]) / matrix.sum()


ACCURACY = (
    Misconception(
        "returned the share of errors",
        lambda matrix: 1 - right.accuracy(matrix),
        hint="Where in the matrix are the samples that were classified correctly?",
    ),
    Misconception(
        "averaged over the classes",
        lambda matrix: np.mean(np.diag(matrix) / matrix.sum(axis=1)),
        hint="Every sample counts the same here, so that a rare class counts for little.",
        more="There is one fraction for the whole matrix, not one for each row.",
    ),
    Misconception(
        "looked at the first two classes only",
        _first_two_classes,
        hint="The matrix may be of any size, and each class has its correct samples.",
    ),
    Misconception(
        "divided by zero",
        lambda matrix: np.trace(matrix) / matrix.sum(),
        hint="A matrix of zeros has no samples. Ask before you divide.",
    ),
)


def _class_0_is_positive(matrix):
    return right.precision_recall(matrix[::-1, ::-1])


def _specificity(matrix):
    (tn, fp), _ = matrix
    return {"the recall": tn / (tn + fp) if tn + fp else 0.0}


def _over_all_samples(matrix):
    return (matrix[1, 1] / matrix.sum(),) * 2


def _unguarded_precision_recall(matrix):
    tp = matrix[1, 1]
    return tp / matrix[:, 1].sum(), tp / matrix[1].sum()


def _one_for_nothing(matrix):
    return tuple(np.nan_to_num(_unguarded_precision_recall(matrix), nan=1.0))


PRECISION_RECALL = (
    Misconception(
        "exchanged precision and recall",
        lambda matrix: right.precision_recall(matrix)[::-1],
        hint="Either the two are returned in the other order, or false positives and false "
        "negatives have changed places.",
        more="A false positive is a sample of class 0 that was called 1. In which row is it "
        "counted, and in which column?",
    ),
    Misconception(
        "computed the specificity",
        _specificity,
        hint="Recall is about the samples that are positive; this is the same share of the "
        "negative ones.",
    ),
    Misconception(
        "taken class 0 for the positive one",
        _class_0_is_positive,
        hint="In this matrix the positive class comes last, in the tables of the lecture first.",
    ),
    Misconception(
        "divided by all samples",
        _over_all_samples,
        hint="Both are a share of some samples: of those called positive, of those that are "
        "positive.",
    ),
    Misconception(
        "divided by zero",
        _unguarded_precision_recall,
        hint="A fraction with nothing below the line is 0 here; ask before you divide.",
    ),
    Misconception(
        "taken 0/0 for 1",
        _one_for_nothing,
        hint="There are reasons for 1, but this exercise (and the library) says 0.",
    ),
)


def _weighted(precision, recall, weight):
    return (1 + weight) * precision * recall / (weight * precision + recall)


F_BETA = (
    Misconception(
        "ignored beta",
        lambda precision, recall, beta: _weighted(precision, recall, 1.0),
        hint="The result is the same whatever beta is.",
    ),
    Misconception(
        "left out the square of beta",
        lambda precision, recall, beta: _weighted(precision, recall, beta),
        hint="Look at the powers of beta once more.",
    ),
    Misconception(
        "exchanged precision and recall",
        lambda precision, recall, beta: _weighted(recall, precision, beta**2),
        hint="A beta above 1 should make recall more important. Does it?",
        more="Precision and recall are multiplied above the line, so there it makes no "
        "difference; below the line it does.",
    ),
    Misconception(
        "taken the arithmetic mean",
        lambda precision, recall, beta: (precision + beta**2 * recall) / (1 + beta**2),
        hint="This is high already when only one of the two is.",
    ),
    Misconception(
        "left beta out above the line",
        lambda precision, recall, beta: 2 * precision * recall / (beta**2 * precision + recall),
        hint="With precision and recall both 1 the result should be 1, for every beta.",
    ),
    Misconception(
        "divided by zero",
        lambda precision, recall, beta: _weighted(precision, recall, beta**2),
        hint="Precision and recall may both be 0. Ask before you divide.",
    ),
)


def _best(y_true, scores, decide, quality):
    """Like the reference, with another decision at a threshold or another quality."""
    rated = [(t, quality(y_true, decide(scores, t))) for t in np.unique(scores)[::-1]]
    return max(rated, key=lambda pair: pair[1])


def _f1(y_true, y_pred):
    hits = np.sum(y_pred & (y_true == 1))
    return 2 * hits / (np.sum(y_pred) + np.sum(y_true)) if hits else 0.0


def _lower_on_a_tie(y_true, scores):
    return max(reversed(right.f1_at_thresholds(y_true, scores)), key=lambda pair: pair[1])


BEST_THRESHOLD = (
    Misconception(
        "left out the samples at the threshold",
        lambda y_true, scores: _best(y_true, scores, np.greater, _f1),
        hint='A score equal to the threshold is positive, too: "at least".',
    ),
    Misconception(
        "taken the threshold with the best accuracy",
        lambda y_true, scores: _best(
            y_true, scores, np.greater_equal, lambda y, p: float(np.mean(y == p))
        ),
        hint="The best one by which measure?",
    ),
    Misconception(
        "called low scores positive",
        lambda y_true, scores: _best(y_true, scores, np.less_equal, _f1),
        hint="On which side of the threshold are the positive ones?",
    ),
    Misconception(
        "taken the lower of two thresholds that are equally good",
        _lower_on_a_tie,
        hint="On a tie the higher threshold wins. In which order do you try them, and when does "
        "a new one replace the best?",
    ),
)


def _pairs_won(y_true, scores):
    """Pairs of a positive and a negative sample in order, tied, and in all."""
    gap = scores[y_true == 1][:, None] - scores[y_true == 0]
    return np.sum(gap > 0), np.sum(gap == 0), gap.size


def _ties_are(worth):
    def area(y_true, scores):
        won, tied, pairs = _pairs_won(y_true, scores)
        return (won + worth * tied) / pairs

    return area


def _over_all_pairs(y_true, scores):
    won, tied, _ = _pairs_won(y_true, scores)
    return (won + tied / 2) / (len(scores) * (len(scores) - 1) / 2)


ROC_AUC = (
    Misconception(
        "counted ties as lost",
        _ties_are(0.0),
        hint="A positive and a negative with the same score: what would a coin do?",
    ),
    Misconception(
        "counted ties as won",
        _ties_are(1.0),
        hint="A positive and a negative with the same score: what would a coin do?",
    ),
    Misconception(
        "ranked from the wrong end",
        lambda y_true, scores: 1 - right.roc_auc(y_true, scores),
        hint="A classifier that gives all positives the highest scores should get 1.",
    ),
    Misconception(
        "divided by all pairs of samples",
        _over_all_pairs,
        hint="Two samples of the same class are no pair here: there is nothing to tell apart.",
    ),
)
