"""One number for a whole curve: average precision, and the area under the ROC curve.

For one pair of classes, and averaged over classes (multi-class, scores of shape (N, K)) or over
the columns or rows of multi-label targets.
"""

import itertools
import math

from course_lib.arrays import device, namespace, to_numpy
from course_lib.metrics.curves import check_scored, counts_at_thresholds, precision_at_thresholds
from course_lib.metrics.targets import (
    as_arrays,
    check_indicators,
    check_label_set,
    check_labels,
    check_scores,
    check_weight,
    distinct,
    encode,
    warn_caller,
)

AVERAGES = ("micro", "macro", "weighted", "samples", None)


def average_precision_score(y_true, y_score, *, average="macro", pos_label=1, sample_weight=None):
    """Mean of the precision over the recall: the area under the precision-recall steps.

    Parameters
    ----------
    y_true : array or list, shape (N,) or (N, K)
        True class of each sample, or its row of 0 and 1 in the multi-label case.
    y_score : array or list, shape (N,), or (N, K) for K classes or labels
        Finite; the higher, the more probably positive.
    average : {"macro", "micro", "weighted", "samples", None}
        How the K areas become one: their mean, one curve for all entries together, the mean
        weighted with the number of positives, the mean over rows instead of columns, or not at
        all. Two classes have one area, and nothing to average.
    pos_label : int or str
        The positive one of two classes.
    sample_weight : array or list, shape (N,), optional

    Returns
    -------
    float or array, shape (K,)
        A Python float; with average None an array of the library and device of the scores.

    Raises
    ------
    ValueError
        If the arguments do not fit each other, or a score is NaN or infinite.

    Notes
    -----
    Lecture, "Definition of Average Precision (AP)": the sum over thresholds of
    (R_n - R_(n-1)) P_n, with no interpolation between them.

    Examples
    --------
    >>> average_precision_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.8333333333333333
    """
    _check_average(average, AVERAGES)
    y_true, y_score, weight = _check(y_true, y_score, sample_weight)
    classes = _classes(y_true)
    if classes is not None and len(classes) <= 2:
        if len(classes) == 2 and pos_label not in classes:
            raise ValueError(f"pos_label is {pos_label!r}, expected one of {classes}")
        return _precision_area(*check_scored(y_true, y_score, pos_label, weight))
    if pos_label != 1:
        raise ValueError(f"pos_label is {pos_label!r}, expected 1 with more than two classes")
    positive = _columns(y_true, None if classes is None else distinct(y_true), y_score)
    return _averaged(_precision_area, positive, y_score, average, weight)


def roc_auc_score(
    y_true,
    y_score,
    *,
    average="macro",
    sample_weight=None,
    max_fpr=None,
    multi_class="raise",
    labels=None,
):
    """Area under the ROC curve: how probably a positive sample scores higher than a negative.

    Parameters
    ----------
    y_true : array or list, shape (N,) or (N, K)
        True class of each sample, the greater of two being positive; or its row of 0 and 1 in the
        multi-label case.
    y_score : array or list, shape (N,), or (N, K) for K classes or labels
        Finite; with more than two classes probabilities, whose rows add up to 1.
    average : {"macro", "micro", "weighted", "samples", None}
        As for :func:`average_precision_score`.
    sample_weight : array or list, shape (N,), optional
    max_fpr : float, optional
        The area up to this false positive rate only, scaled so that guessing gets 1/2 (McClish).
    multi_class : {"raise", "ovr", "ovo"}
        With more than two classes: each against the rest, or each pair (Hand and Till).
    labels : array or list, shape (K,), optional
        The classes that the columns of y_score stand for, ascending.

    Returns
    -------
    float or array, shape (K,)
        A Python float; with average None an array of the library and device of the scores. NaN,
        with an :class:`UndefinedMetricWarning`, where only one class is present.

    Raises
    ------
    ValueError
        If the arguments do not fit each other, or a score is NaN or infinite.

    Examples
    --------
    >>> roc_auc_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    _check_average(average, AVERAGES)
    if max_fpr is not None and not 0 < max_fpr <= 1:
        raise ValueError(f"max_fpr is {max_fpr!r}, expected a number above 0, at most 1, or None")
    y_true, y_score, weight = _check(y_true, y_score, sample_weight)
    classes = _classes(y_true)

    def area(positive, score, weight):
        return _roc_area(positive, score, weight, max_fpr)

    if classes is None:
        return _averaged(area, _columns(y_true, None, y_score), y_score, average, weight)
    if len(classes) > 2 or (y_score.ndim == 2 and y_score.shape[1] > 2):
        if max_fpr not in (None, 1):
            raise ValueError(f"max_fpr is {max_fpr!r}, expected None with more than two classes")
        return _multi_class(area, y_true, y_score, labels, multi_class, average, weight)
    return area(*check_scored(y_true, y_score, classes[-1], weight))


def _check(y_true, y_score, sample_weight):
    """The arguments as arrays, checked, one weight for each sample or None."""
    y_true, y_score, sample_weight = as_arrays(y_true, y_score, sample_weight)
    y_true, y_score = check_labels(y_true, "y_true"), check_scores(y_score)
    if y_score.shape[0] != y_true.shape[0]:
        found, expected = y_score.shape[0], y_true.shape[0]
        raise ValueError(f"y_score has {found} samples, expected {expected} like y_true")
    weight = check_weight(sample_weight, y_true.shape[0])
    if weight is not None:
        weight = namespace(weight).astype(weight, namespace(weight).float64)
    return y_true, y_score, weight


def _check_average(average, options):
    if average not in options:
        expected = ", ".join(map(repr, options))
        raise ValueError(f"average is {average!r}, expected one of {expected}")


def _classes(y_true):
    """The classes that occur, as a list; None for multi-label targets."""
    return None if y_true.ndim == 2 else to_numpy(distinct(y_true)).tolist()


def _columns(y_true, classes, y_score):
    """For each class (or label) a column that says which samples are of it."""
    xp = namespace(y_true)
    if classes is None:
        check_indicators(y_true, "y_true")
        positive = y_true == 1
    else:
        positive = xp.expand_dims(y_true, axis=1) == xp.expand_dims(classes, axis=0)
    if positive.shape != y_score.shape:
        found, expected = tuple(y_score.shape), tuple(positive.shape)
        raise ValueError(f"y_score has shape {found}, expected {expected}: a column for each class")
    return positive


def _precision_area(positive, y_score, weight):
    """The sum of P_n (R_n - R_(n-1)) for one positive class."""
    tp, called, _ = counts_at_thresholds(positive, y_score, weight)
    if tp[-1] == 0:
        message = "y_true has no positive sample: average precision is set to 0"
        warn_caller(message)
        return 0.0
    return float(_steps(tp) @ precision_at_thresholds(tp, called) / tp[-1])


def _roc_area(positive, y_score, weight, max_fpr):
    """The area under TP / P over FP / N for one positive class, by trapezoids."""
    tp, called, _ = counts_at_thresholds(positive, y_score, weight)
    fp = called - tp
    if tp[-1] == 0 or fp[-1] == 0:
        message = "y_true has one class only: the area under its ROC curve is not a number"
        warn_caller(message)
        return math.nan
    full = float(tp[-1]) * float(fp[-1])
    if max_fpr in (None, 1):
        return _trapezoids(tp, fp) / full
    area = _trapezoids(*_up_to(max_fpr * float(fp[-1]), tp, fp)) / full
    guessing, perfect = max_fpr**2 / 2, max_fpr
    return 0.5 * (1 + (area - guessing) / (perfect - guessing))


def _steps(counts):
    """What each threshold adds to the counts."""
    xp = namespace(counts)
    return xp.diff(counts, prepend=xp.zeros_like(counts[:1]))


def _trapezoids(tp, fp):
    """Area under the line from (0, 0) through the points (fp, tp)."""
    return float(_steps(fp) @ (tp - _steps(tp) / 2))


def _up_to(limit, tp, fp):
    """The part of the curve left of ``limit`` false positives, which cuts the last segment."""
    xp = namespace(tp)
    start = xp.zeros_like(tp[:1])
    tp, fp = xp.concat([start, tp]), xp.concat([start, fp])
    i = int(xp.count_nonzero(fp <= limit))
    end = start + limit
    height = tp[i - 1] + (end - fp[i - 1]) * (tp[i] - tp[i - 1]) / (fp[i] - fp[i - 1])
    return xp.concat([tp[:i], height]), xp.concat([fp[:i], end])


def _averaged(area, positive, y_score, average, weight):
    """The areas of all columns (or rows, for the average over samples), and their mean."""
    xp = namespace(y_score)
    if average == "micro":
        weight = weight if weight is None else xp.repeat(weight, y_score.shape[1])
        return area(xp.reshape(positive, (-1,)), xp.reshape(y_score, (-1,)), weight)
    importance = None
    if average == "weighted":
        each = xp.ones_like(y_score[:, 0], dtype=xp.float64) if weight is None else weight
        importance = xp.sum(xp.where(positive, xp.expand_dims(each, axis=1), 0.0), axis=0)
    if average == "samples":
        positive, y_score, importance, weight = positive.T, y_score.T, weight, None
    areas = [area(positive[:, k], y_score[:, k], weight) for k in range(y_score.shape[1])]
    areas = xp.asarray(areas, dtype=xp.float64, device=device(y_score))
    if average is None:
        return areas
    if importance is None:
        return float(xp.mean(areas))
    total = float(xp.sum(importance))
    areas = xp.where(importance == 0, 0.0, areas)  # a column without positives may be NaN
    return float(xp.sum(areas * importance)) / total if total else 0.0


def _multi_class(area, y_true, y_score, labels, multi_class, average, weight):
    """Area for more than two classes, one against the rest or one against one."""
    options = {"ovr": ("micro", "macro", "weighted", None), "ovo": ("macro", "weighted")}
    if multi_class not in options:
        raise ValueError(
            f"multi_class is {multi_class!r}, expected 'ovr' or 'ovo' with more than two classes"
        )
    _check_average(average, options[multi_class])
    classes = distinct(y_true) if labels is None else _check_columns(labels, y_true)
    positive = _columns(y_true, classes, y_score)
    xp = namespace(y_score)
    total = xp.sum(y_score, axis=1)
    if not xp.all(xp.abs(total - 1) <= 1e-5):
        raise ValueError("y_score: the rows do not add up to 1, expected probabilities of classes")
    if multi_class == "ovr":
        return _averaged(area, positive, y_score, average, weight)
    if weight is not None:
        raise ValueError("sample_weight was given, expected None with multi_class='ovo'")
    return _one_vs_one(area, positive, y_score, average)


def _check_columns(labels, y_true):
    """The classes that columns of scores stand for: ascending, and no others in y_true."""
    labels = check_label_set(labels, y_true)
    found = to_numpy(labels).tolist()
    if found != sorted(set(found)):
        raise ValueError(f"labels is {found}, expected ascending order and no label twice")
    unknown = y_true[encode(y_true, labels) < 0]
    if unknown.shape[0]:
        raise ValueError(f"y_true holds {to_numpy(unknown)[0]!s}, expected one of labels, {found}")
    return labels


def _one_vs_one(area, positive, y_score, average):
    """Mean over the pairs of classes that occur, each class in turn the positive one."""
    xp = namespace(y_score)
    areas, importance = [], []
    present = [k for k in range(y_score.shape[1]) if xp.any(positive[:, k])]
    for pair in itertools.combinations(present, 2):
        either = positive[:, pair[0]] | positive[:, pair[1]]
        both = [area(positive[:, k][either], y_score[:, k][either], None) for k in pair]
        areas.append(sum(both) / 2)
        importance.append(int(xp.count_nonzero(either)) if average == "weighted" else 1)
    if not areas:
        return math.nan
    return sum(a * w for a, w in zip(areas, importance)) / sum(importance)
