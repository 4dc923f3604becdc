"""How good is a classifier? Counts of right and wrong answers, and the ratios made of them.

The signatures and the results are scikit-learn's: the truth comes first, and targets are binary,
multi-class (one label a sample) or multi-label (a row of 0 and 1 for every sample). Arrays may be
of any library; lists become NumPy arrays.
"""

import math
import warnings
from dataclasses import dataclass, replace

from course_lib.arrays import Array, bincount, namespace, to_numpy
from course_lib.metrics.targets import check_label_set, check_targets, encode

AVERAGES = ("binary", "micro", "macro", "weighted", "samples", None)


class UndefinedMetricWarning(UserWarning):
    """A ratio was 0/0 and a number was put in its place; ``zero_division`` chooses it."""


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
        warnings.warn(message, UserWarning, stacklevel=2)
    shown = (true >= 0) & (pred >= 0)
    weight = targets.weight if targets.weight is None else targets.weight[shown]
    cells = bincount((n * true + pred)[shown], weights=weight, minlength=n * n)
    matrix = xp.reshape(cells, (n, n))
    if weight is None or xp.isdtype(weight.dtype, "integral"):
        matrix = xp.astype(matrix, xp.int64)
    if normalize is None:
        return matrix
    matrix = xp.astype(matrix, xp.float64)
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
    score = float(_count(right, targets.weight))
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
    hits = _hits(y_true, y_pred, labels, pos_label, average, sample_weight)
    return _score("precision", hits.hit, hits.predicted, hits, average, zero_division)


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
    hits = _hits(y_true, y_pred, labels, pos_label, average, sample_weight)
    return _score("recall", hits.hit, hits.actual, hits, average, zero_division)


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
    hits = _hits(y_true, y_pred, labels, pos_label, average, sample_weight)
    sizes = hits.actual + hits.predicted
    return _score("F-score", 2 * hits.hit, sizes, hits, average, zero_division)


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
    hits = _hits(y_true, y_pred, labels, pos_label, average, sample_weight)
    if math.isinf(beta):
        return _score("recall", hits.hit, hits.actual, hits, average, zero_division)
    numerator = (1 + beta**2) * hits.hit
    denominator = beta**2 * hits.actual + hits.predicted
    return _score("F-score", numerator, denominator, hits, average, zero_division)


@dataclass(frozen=True)
class _Hits:
    """What the ratios are made of: float64, shape (K,), for every class (or sample, or in total).

    ``hit`` is TP, ``predicted`` TP + FP, ``actual`` TP + FN; ``weight`` is that of the samples.
    """

    hit: Array
    predicted: Array
    actual: Array
    weight: Array | None

    def total(self):
        """The sums over all classes."""
        xp = namespace(self.hit)
        columns = (self.hit, self.predicted, self.actual)
        hit, predicted, actual = (xp.reshape(xp.sum(column), (1,)) for column in columns)
        return _Hits(hit, predicted, actual, self.weight)


def _hits(y_true, y_pred, labels, pos_label, average, sample_weight):
    """Check the arguments of a score and count."""
    if average not in AVERAGES:
        options = ", ".join(map(repr, AVERAGES))
        raise ValueError(f"average is {average!r}, expected one of {options}")
    targets = check_targets(y_true, y_pred, sample_weight)
    if average == "binary":
        return _binary_hits(targets, pos_label)
    if pos_label not in (None, 1):
        message = f"pos_label={pos_label!r} is ignored: average is {average!r}, not 'binary'"
        warnings.warn(message, UserWarning, stacklevel=3)
    if average == "samples" and not targets.multilabel:
        raise ValueError(f"average is 'samples', but y_true is {targets.kind}, not multi-label")
    count = _multilabel_hits if targets.multilabel else _class_hits
    labels = targets.labels if labels is None else check_label_set(labels, targets.y_true)
    hits = count(targets, labels, average)
    return hits.total() if average == "micro" else hits


def _binary_hits(targets, pos_label):
    """Counts of the positive class alone."""
    if targets.kind != "binary":
        options = ", ".join(map(repr, AVERAGES[1:]))
        raise ValueError(f"average is 'binary' but y_true is {targets.kind}: use one of {options}")
    found = to_numpy(targets.labels).tolist()
    if pos_label not in found and (len(found) == 2 or isinstance(found[0], str)):
        raise ValueError(f"pos_label is {pos_label!r}, expected one of the labels found, {found}")
    if pos_label not in found:  # everything is of the other class
        pos_label = found[0] + 1
    actual, predicted = targets.y_true == pos_label, targets.y_pred == pos_label
    return _count_all(actual, predicted, targets.weight)


def _multilabel_hits(targets, labels, average):
    """Counts of each column in ``labels``, or of each row for the average over samples."""
    xp = namespace(labels)
    n = targets.y_true.shape[1]
    outside = labels[(labels < 0) | (labels >= n)]
    if outside.shape[0]:
        raise ValueError(
            f"labels holds {int(outside[0])}, expected columns of y_true, 0 to {n - 1}"
        )
    actual = xp.take(targets.y_true, labels, axis=1) == 1
    predicted = xp.take(targets.y_pred, labels, axis=1) == 1
    if average == "samples":
        return replace(_count_all(actual, predicted, None, axis=1), weight=targets.weight)
    return _count_all(actual, predicted, targets.weight, axis=0)


def _class_hits(targets, labels, average):
    """Counts of each class in ``labels``."""
    xp = namespace(labels)
    classes = xp.unique_values(labels)
    wanted = encode(labels, classes) + 1
    true, pred = encode(targets.y_true, classes) + 1, encode(targets.y_pred, classes) + 1

    def count(positions, weight):  # bin 0 holds the classes that nobody asked for
        bins = bincount(positions, weights=weight, minlength=classes.shape[0] + 1)
        return xp.astype(xp.take(bins, wanted), xp.float64)

    right, weight = true == pred, targets.weight
    hit = count(true[right], None if weight is None else weight[right])
    return _Hits(hit, count(pred, weight), count(true, weight), weight)


def _count_all(actual, predicted, weight, axis=None):
    """Counts of flags along an axis, or of all."""
    xp = namespace(actual)
    counts = (_count(flags, weight, axis) for flags in (actual & predicted, predicted, actual))
    hit, predicted, actual = (xp.reshape(xp.asarray(n, dtype=xp.float64), (-1,)) for n in counts)
    return _Hits(hit, predicted, actual, weight)


def _count(flags, weight=None, axis=None):
    """How many flags are set, or the sum of their weights."""
    xp = namespace(flags)
    if weight is None:
        return xp.count_nonzero(flags, axis=axis)
    weight = weight if flags.ndim == 1 else xp.expand_dims(weight, axis=1)
    return xp.sum(xp.where(flags, weight, 0), axis=axis)


def _score(name, numerator, denominator, hits, average, zero_division):
    """The ratios, with ``zero_division`` for 0/0, and their average."""
    if not (zero_division in ("warn", 0, 1) or zero_division != zero_division):
        raise ValueError(f"zero_division is {zero_division!r}, expected 'warn', 0, 1 or nan")
    xp = namespace(numerator)
    undefined = denominator == 0
    ratio = numerator / xp.where(undefined, 1.0, denominator)
    if xp.any(undefined):
        if zero_division == "warn":
            message = f"{name} is 0/0 somewhere and set to 0: zero_division chooses another value"
            warnings.warn(message, UndefinedMetricWarning, stacklevel=3)
            zero_division = 0
        ratio = xp.where(undefined, float(zero_division), ratio)
    if average is None:
        return ratio
    weight = {"weighted": hits.actual, "samples": hits.weight}.get(average)
    return _mean(ratio, weight)


def _mean(values, weight):
    """Mean of those values that are not NaN, weighted unless all weights are zero."""
    xp = namespace(values)
    known = ~xp.isnan(values)
    values = values[known]
    if values.shape[0] == 0:
        return math.nan
    if weight is None or not xp.any(weight[known] != 0):
        return float(xp.mean(values))
    weight = xp.astype(weight[known], xp.float64)
    return float(xp.sum(values * weight) / xp.sum(weight))
