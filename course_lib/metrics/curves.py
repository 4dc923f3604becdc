"""What a classifier's scores are worth at every threshold: curves, and the areas under them.

A sample is called positive when its score is at least the threshold. Moving the threshold down past
one score after another turns negatives into positives; the curves follow the counts.
"""

from course_lib.arrays import device, namespace, to_numpy
from course_lib.metrics.sorting import sort_with_flag, stable_sort
from course_lib.metrics.targets import (
    as_arrays,
    check_labels,
    check_scores,
    check_weight,
    distinct,
    warn_caller,
)


def precision_recall_curve(
    y_true, y_score, *, pos_label=None, sample_weight=None, drop_intermediate=False
):
    """Precision and recall at every threshold.

    Parameters
    ----------
    y_true : array or list, shape (N,)
        True class of each sample, of two classes; of more when pos_label is given.
    y_score : array or list, shape (N,)
        Finite; the higher, the more probably positive.
    pos_label : int or str, optional
        The positive class; may be left out when the classes are 0 and 1, or -1 and 1.
    sample_weight : array or list, shape (N,), optional
    drop_intermediate : bool
        Leave out thresholds between others of the same recall: fewer points, the same picture.

    Returns
    -------
    precision, recall : array, shape (T + 1,)
        At ``thresholds``, and last the point 1, 0, where nothing is called positive.
    thresholds : array, shape (T,)
        The different scores, ascending.

    Raises
    ------
    ValueError
        If the arguments do not fit each other, or a score is NaN or infinite.

    Notes
    -----
    Lecture, "Precision and Recall".

    Examples
    --------
    >>> precision, recall, thresholds = precision_recall_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    >>> precision
    array([0.5       , 0.66666667, 0.5       , 1.        , 1.        ])
    >>> recall
    array([1. , 1. , 0.5, 0.5, 0. ])
    """
    tp, called, thresholds = counts_at_thresholds(
        *check_scored(y_true, y_score, pos_label, sample_weight)
    )
    xp = namespace(tp)
    if drop_intermediate:
        end = xp.ones_like(tp[:1], dtype=xp.bool)
        step = tp[1:] != tp[:-1]
        corner = xp.concat([end, step]) | xp.concat([step, end])
        tp, called, thresholds = tp[corner], called[corner], thresholds[corner]
    found, positives = tp, tp[-1:]
    if positives[0] == 0:
        message = "y_true has no positive sample: recall is set to 1 at every threshold"
        warn_caller(message)
        found = positives = xp.ones_like(tp)
    recall = _ascending(found, positives, last=0.0)
    return _ascending(tp, _not_zero(called), last=1.0), recall, xp.flip(thresholds)


def roc_curve(y_true, y_score, *, pos_label=None, sample_weight=None, drop_intermediate=True):
    """False and true positive rate at every threshold: receiver operating characteristic.

    Parameters
    ----------
    y_true, y_score, pos_label, sample_weight
        As for :func:`precision_recall_curve`.
    drop_intermediate : bool
        Leave out points on a straight line between others, which no plot shows.

    Returns
    -------
    fpr, tpr : array, shape (T,)
        Both from 0 to 1; NaN, with an :class:`UndefinedMetricWarning`, where y_true has no
        negative or no positive sample.
    thresholds : array, shape (T,)
        Descending; the first is infinite, where nothing is called positive.

    Raises
    ------
    ValueError
        If the arguments do not fit each other, or a score is NaN or infinite.

    Examples
    --------
    >>> fpr, tpr, thresholds = roc_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    >>> fpr, tpr
    (array([0. , 0. , 0.5, 0.5, 1. ]), array([0. , 0.5, 0.5, 1. , 1. ]))
    >>> thresholds
    array([ inf, 0.8 , 0.4 , 0.35, 0.1 ])
    """
    tp, called, thresholds = counts_at_thresholds(
        *check_scored(y_true, y_score, pos_label, sample_weight)
    )
    fp = called - tp
    xp = namespace(tp)
    if drop_intermediate and tp.shape[0] > 2:
        end = xp.ones_like(tp[:1], dtype=xp.bool)
        bend = (xp.diff(fp, n=2) != 0) | (xp.diff(tp, n=2) != 0)
        corner = xp.concat([end, bend, end])
        tp, fp, thresholds = tp[corner], fp[corner], thresholds[corner]
    start = xp.zeros_like(tp[:1])
    rates = []
    for count, name in ((fp, "negative"), (tp, "positive")):
        count = xp.concat([start, count])
        if count[-1] <= 0:
            message = f"y_true has no {name} sample: the {name} rate is not a number"
            warn_caller(message)
            rates.append(xp.full_like(count, xp.nan))
        else:
            rates.append(count / count[-1])
    thresholds = xp.concat([start + xp.inf, xp.astype(thresholds, tp.dtype)])
    return *rates, thresholds


def counts_at_thresholds(positive, y_score, weight):
    """True positives, and all called positive, at each threshold, from the highest down.

    Parameters
    ----------
    positive : boolean array, shape (N,)
    y_score : floating-point array, shape (N,)
    weight : float64 array, shape (N,), or None

    Returns
    -------
    tp, called : float64 array, shape (T,)
    thresholds : array, shape (T,)
        The different scores, descending.
    """
    xp = namespace(y_score)
    if weight is None:
        y_score, positive = sort_with_flag(y_score, positive)
    else:
        order, y_score = stable_sort(y_score)
        positive, weight = xp.take(positive, order), xp.flip(xp.take(weight, order))
    y_score, positive = xp.flip(y_score), xp.flip(positive)
    end = xp.ones_like(positive[:1])
    last = xp.concat([y_score[1:] != y_score[:-1], end])  # of the samples with one score
    if weight is None:
        tp = xp.cumulative_sum(xp.astype(positive, xp.float64))
        called = xp.arange(1, tp.shape[0] + 1, dtype=tp.dtype, device=device(tp))
    else:
        tp = xp.cumulative_sum(xp.where(positive, weight, 0.0))
        called = tp + xp.cumulative_sum(xp.where(positive, 0.0, weight))
    if not xp.all(last):
        tp, called, y_score = tp[last], called[last], y_score[last]
    return tp, called, y_score


def precision_at_thresholds(tp, called):
    """TP over all that are called positive, and 0 for 0/0."""
    return tp / _not_zero(called)


def _not_zero(called):
    """With 1 in place of 0, which negative weights can add up to."""
    xp = namespace(called)
    return xp.where(called == 0, 1.0, called) if xp.any(called == 0) else called


def _ascending(numerator, denominator, *, last):
    """Ratios from the lowest threshold up, and the last point of the curve.

    Large arrays are what takes time here, so that the one array is made and divided in place.
    """
    xp = namespace(numerator)
    end = xp.full_like(numerator[:1], last)
    ratios = xp.concat([xp.flip(numerator), end])
    part = ratios[:-1]  # a view, as of every array that can be written to
    part /= xp.flip(denominator)
    return ratios


def check_scored(y_true, y_score, pos_label, sample_weight):
    """Which samples are positive, their scores and weights; those without weight are left out."""
    y_true, y_score, sample_weight = as_arrays(y_true, y_score, sample_weight)
    y_true, y_score = check_labels(y_true, "y_true"), check_scores(y_score)
    if y_true.ndim != 1:
        raise ValueError(f"y_true has shape {tuple(y_true.shape)}, expected one class a sample")
    if y_score.shape != y_true.shape:
        found, expected = tuple(y_score.shape), tuple(y_true.shape)
        raise ValueError(f"y_score has shape {found}, expected {expected} like y_true")
    weight = check_weight(sample_weight, y_true.shape[0])
    positive = _positive(y_true, pos_label)
    if weight is None:
        return positive, y_score, None
    counted = weight != 0
    weight = namespace(weight).astype(weight[counted], namespace(weight).float64)
    return positive[counted], y_score[counted], weight


def _positive(y_true, pos_label):
    """Which samples are positive; the label that says so is 1 where that goes without saying."""
    xp = namespace(y_true)
    found = to_numpy(distinct(y_true)).tolist()
    if pos_label is None:
        if not (set(found) <= {0, 1} or set(found) <= {-1, 1}):
            raise ValueError(f"pos_label is needed: y_true holds {found}, not just 0 and 1")
        pos_label = 1
    if pos_label not in found:  # a comparison of strings with numbers would not be defined
        return xp.zeros_like(y_true, dtype=xp.bool)
    return y_true == pos_label
