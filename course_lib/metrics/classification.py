"""How good is a classifier? Counts of right and wrong answers, and the ratios made of them.

The signatures and the results are scikit-learn's: the truth comes first, and targets are binary,
multi-class (one label a sample) or multi-label (a row of 0 and 1 for every sample). Arrays may be
of any library; lists become NumPy arrays.
"""

import math

from course_lib.arrays import bincount, namespace
from course_lib.metrics.hits import count, count_hits, ratio
from course_lib.metrics.targets import check_label_set, check_targets, encode, warn_caller


def confusion_matrix(y_true, y_pred, *, labels=None, sample_weight=None, normalize=None):
    """Count how often each true class was predicted as each class.

    Parameters
    ----------
    y_true, y_pred : array or list, shape (N,)
        True and predicted class of each sample: integers, booleans or strings.
    labels : array or list, shape (K,), optional
        The classes to show and their order; samples of other classes are left out. By default
        all that occur, in ascending order.
    sample_weight : array or list, shape (N,), optional
        How much each sample counts.
    normalize : {"true", "pred", "all"}, optional
        Divide by the sum of each row, of each column, or of everything.

    Returns
    -------
    array, shape (K, K)
        Rows are true classes, columns predicted ones; integers unless weights or normalize make
        them fractions. In the binary case ``[[TN, FP], [FN, TP]]``.

    Raises
    ------
    ValueError
        If the arguments do not fit each other, or no label occurs in y_true.

    Notes
    -----
    Lecture, "Performance Metrics".

    Examples
    --------
    >>> confusion_matrix([0, 1, 0, 1], [1, 1, 1, 0])
    array([[0, 2],
           [1, 1]])
    """
    if normalize not in (None, "true", "pred", "all"):
        raise ValueError(f"normalize is {normalize!r}, expected 'true', 'pred', 'all' or None")
    targets = check_targets(y_true, y_pred, sample_weight)
    if targets.multilabel:
        raise ValueError("y_true is multi-label, confusion_matrix expects one class a sample")
    xp = namespace(targets.y_true)
    labels = targets.labels if labels is None else check_label_set(labels, targets.y_true)
    true, pred = encode(targets.y_true, labels), encode(targets.y_pred, labels)
    if not xp.any(true >= 0):
        raise ValueError("labels: none of them occurs in y_true, expected at least one that does")
    n = labels.shape[0]
    if n == 1:
        message = "only one label was found: pass all that can occur as labels"
        warn_caller(message, UserWarning)
    shown = (true >= 0) & (pred >= 0)
    weight = targets.weight if targets.weight is None else targets.weight[shown]
    cells = bincount((n * true + pred)[shown], weights=weight, minlength=n * n)
    matrix = xp.reshape(cells, (n, n))
    whole = normalize is None and (weight is None or xp.isdtype(weight.dtype, "integral"))
    matrix = xp.astype(matrix, xp.int64 if whole else xp.float64)
    if normalize is None:
        return matrix
    axis = {"true": 1, "pred": 0, "all": None}[normalize]
    total = xp.sum(matrix, axis=axis, keepdims=True)
    return matrix / xp.where(total == 0, 1.0, total)


def accuracy_score(y_true, y_pred, *, normalize=True, sample_weight=None):
    """Fraction of the samples whose prediction is right.

    Parameters
    ----------
    y_true, y_pred : array or list, shape (N,) or (N, K)
        True and predicted class of each sample, or its multi-label row, which is right only as a
        whole.
    normalize : bool
        False gives the number of right samples instead.
    sample_weight : array or list, shape (N,), optional

    Returns
    -------
    float
        A Python float, as from scikit-learn.

    Notes
    -----
    Lecture, "Performance Metrics" and "What is Wrong with Accuracy Alone?": (TP + TN) / N misleads
    when one class is rare.

    Examples
    --------
    >>> accuracy_score([0, 1, 2, 3], [0, 2, 1, 3])
    0.5
    """
    targets = check_targets(y_true, y_pred, sample_weight)
    xp = namespace(targets.y_true)
    right = targets.y_true == targets.y_pred
    if targets.multilabel:
        right = xp.all(right, axis=1)
    total = right.shape[0] if targets.weight is None else float(xp.sum(targets.weight))
    score = float(count(right, targets.weight))
    return score / total if normalize else score


def precision_score(
    y_true,
    y_pred,
    *,
    labels=None,
    pos_label=1,
    average="binary",
    sample_weight=None,
    zero_division="warn",
):
    """How many of the predicted positives are right: TP / (TP + FP).

    Parameters
    ----------
    y_true, y_pred : array or list, shape (N,) or (N, K)
        True and predicted class of each sample, or its row of 0 and 1 in the multi-label case.
    labels : array or list, optional
        The classes to score, when ``average`` is not "binary". By default all that occur.
    pos_label : int or str
        The positive class, when ``average`` is "binary".
    average : {"binary", "micro", "macro", "weighted", "samples", None}
        "binary" scores pos_label alone. None gives one score a class; "macro" is their mean,
        "weighted" their mean weighted with the number of true samples of each class. "micro"
        counts over all classes together. "samples" is the mean over rows of multi-label targets.
    sample_weight : array or list, shape (N,), optional
    zero_division : {"warn", 0, 1, nan}
        What 0/0 is; "warn" makes it 0 with an :class:`UndefinedMetricWarning`.

    Returns
    -------
    float or array, shape (K,)
        A Python float; with average None an array of the library and device of the targets.

    Raises
    ------
    ValueError
        If the arguments do not fit each other, or are unknown.

    Notes
    -----
    Lecture, "Precision and Recall".

    Examples
    --------
    >>> precision_score([0, 1, 1, 0], [1, 1, 0, 0])
    0.5
    """
    hits = count_hits(y_true, y_pred, labels, pos_label, average, sample_weight)
    return ratio("precision", hits.hit, hits.predicted, hits, average, zero_division)


def recall_score(
    y_true,
    y_pred,
    *,
    labels=None,
    pos_label=1,
    average="binary",
    sample_weight=None,
    zero_division="warn",
):
    """How many of the true positives were found: TP / (TP + FN).

    Parameters, results and errors are those of :func:`precision_score`.

    Examples
    --------
    >>> recall_score([0, 1, 1, 0], [1, 1, 0, 0])
    0.5
    """
    hits = count_hits(y_true, y_pred, labels, pos_label, average, sample_weight)
    return ratio("recall", hits.hit, hits.actual, hits, average, zero_division)


def f1_score(
    y_true,
    y_pred,
    *,
    labels=None,
    pos_label=1,
    average="binary",
    sample_weight=None,
    zero_division="warn",
):
    """Harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN).

    Parameters, results and errors are those of :func:`precision_score`.

    Examples
    --------
    >>> f1_score([0, 1, 1, 0], [1, 1, 0, 0])
    0.5
    """
    hits = count_hits(y_true, y_pred, labels, pos_label, average, sample_weight)
    sizes = hits.actual + hits.predicted
    return ratio("F-score", 2 * hits.hit, sizes, hits, average, zero_division)


def fbeta_score(
    y_true,
    y_pred,
    *,
    beta,
    labels=None,
    pos_label=1,
    average="binary",
    sample_weight=None,
    zero_division="warn",
):
    """Weighted harmonic mean of precision and recall; recall counts beta² times as much.

    (1 + beta²) TP / ((1 + beta²) TP + FP + beta² FN): beta 0 is precision, infinity is recall.
    The other parameters, results and errors are those of :func:`precision_score`.

    Parameters
    ----------
    beta : float
        0 or more, infinity included.

    Examples
    --------
    >>> fbeta_score([0, 1, 1, 1], [1, 1, 0, 0], beta=2.0)  # precision 1/2, recall 1/3
    0.35714285714285715
    """
    if not beta >= 0:
        raise ValueError(f"beta is {beta!r}, expected a number that is not negative")
    hits = count_hits(y_true, y_pred, labels, pos_label, average, sample_weight)
    if math.isinf(beta):
        return ratio("recall", hits.hit, hits.actual, hits, average, zero_division)
    numerator = (1 + beta**2) * hits.hit
    denominator = beta**2 * hits.actual + hits.predicted
    return ratio("F-score", numerator, denominator, hits, average, zero_division)
