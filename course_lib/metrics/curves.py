"""What a classifier's scores are worth at every threshold: curves, and the areas under them.

A sample is called positive when its score is at least the threshold. Moving the threshold down past
one score after another turns negatives into positives; the curves follow the counts.
"""

import warnings

from course_lib.arrays import device, namespace, to_numpy
from course_lib.metrics.classification import UndefinedMetricWarning
from course_lib.metrics.targets import (
    as_arrays,
    check_labels,
    check_scores,
    check_weight,
    distinct,
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
    tp, fp, thresholds = _counts(y_true, y_score, pos_label, sample_weight)
    xp = namespace(tp)
    if drop_intermediate:
        corner = _changes(tp)
        tp, fp, thresholds = tp[corner], fp[corner], thresholds[corner]
    called = tp + fp
    precision = tp / xp.where(called == 0, 1.0, called)
    if tp[-1] == 0:
        message = "y_true has no positive sample: recall is set to 1 at every threshold"
        warnings.warn(message, UndefinedMetricWarning, stacklevel=2)
        recall = xp.ones_like(tp)
    else:
        recall = tp / tp[-1]
    end = xp.asarray([1.0, 0.0], dtype=tp.dtype, device=device(tp))
    return (
        xp.concat([xp.flip(precision), end[:1]]),
        xp.concat([xp.flip(recall), end[1:]]),
        xp.flip(thresholds),
    )


def _counts(y_true, y_score, pos_label, sample_weight):
    """True and false positives (float64) at each threshold, from the highest down."""
    positive, y_score, weight = _check(y_true, y_score, pos_label, sample_weight)
    xp = namespace(y_score)
    order = xp.argsort(y_score, descending=True)
    y_score = xp.take(y_score, order)
    tp = xp.astype(xp.take(positive, order), xp.float64)
    end = xp.ones_like(positive[:1])
    last = xp.concat([y_score[1:] != y_score[:-1], end])  # of the samples with one score
    if weight is None:
        tp = xp.cumulative_sum(tp)[last]
        fp = xp.astype(xp.nonzero(last)[0] + 1, xp.float64) - tp
    else:
        weight = xp.take(weight, order)
        fp = xp.cumulative_sum((1.0 - tp) * weight)[last]
        tp = xp.cumulative_sum(tp * weight)[last]
    return tp, fp, y_score[last]


def _changes(counts):
    """Where a count differs from the one before or after it, and at both ends."""
    xp = namespace(counts)
    end = xp.ones_like(counts[:1], dtype=xp.bool)
    step = counts[1:] != counts[:-1]
    return xp.concat([end, step]) | xp.concat([step, end])


def _check(y_true, y_score, pos_label, sample_weight):
    """Which samples are positive, their scores and weights; those without weight are left out."""
    y_true, y_score, sample_weight = as_arrays(y_true, y_score, sample_weight)
    y_true = check_labels(y_true, "y_true")
    y_score = check_scores(y_score)
    if y_true.ndim != 1:
        raise ValueError(f"y_true has shape {tuple(y_true.shape)}, expected one class a sample")
    if y_score.shape != y_true.shape:
        expected = tuple(y_true.shape)
        raise ValueError(
            f"y_score has shape {tuple(y_score.shape)}, expected {expected} like y_true"
        )
    weight = check_weight(sample_weight, y_true.shape[0])
    positive = _positive(y_true, pos_label)
    if weight is None:
        return positive, y_score, None
    xp = namespace(y_score)
    counted = weight != 0
    return positive[counted], y_score[counted], xp.astype(weight[counted], xp.float64)


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
