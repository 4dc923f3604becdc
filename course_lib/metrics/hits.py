"""What precision, recall and F-score are made of: counts for each class, and ratios of them."""

import math
from dataclasses import dataclass

from course_lib.arrays import Array, bincount, namespace, to_numpy
from course_lib.metrics.targets import check_label_set, check_targets, encode, warn_caller

AVERAGES = ("binary", "micro", "macro", "weighted", "samples", None)


@dataclass(frozen=True)
class Hits:
    """Counts, or sums of weights, for each of K classes (or samples, or 1 for all of them).

    ``hit`` is TP, ``predicted`` TP + FP, ``actual`` TP + FN: float64, shape (K,). ``weight`` is
    that of the samples, or None.
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
        return Hits(hit, predicted, actual, self.weight)


def count_hits(y_true, y_pred, labels, pos_label, average, sample_weight):
    """Check the arguments of a score and count what it is made of."""
    if average not in AVERAGES:
        options = ", ".join(map(repr, AVERAGES))
        raise ValueError(f"average is {average!r}, expected one of {options}")
    targets = check_targets(y_true, y_pred, sample_weight)
    if average == "binary":
        return _binary_hits(targets, pos_label)
    if pos_label not in (None, 1):
        message = f"pos_label={pos_label!r} is ignored: average is {average!r}, not 'binary'"
        warn_caller(message, UserWarning)
    if average == "samples" and not targets.multilabel:
        raise ValueError(f"average is 'samples' but y_true is {targets.kind}, not multi-label")
    labels = targets.labels if labels is None else check_label_set(labels, targets.y_true)
    if targets.multilabel:
        hits = _multilabel_hits(targets, labels, axis=1 if average == "samples" else 0)
    else:
        hits = _class_hits(targets, labels)
    return hits.total() if average == "micro" else hits


def _binary_hits(targets, pos_label):
    """Counts of the positive class alone."""
    if targets.kind != "binary":
        options = ", ".join(map(repr, AVERAGES[1:]))
        raise ValueError(f"average is 'binary' but y_true is {targets.kind}: use one of {options}")
    found = to_numpy(targets.labels).tolist()
    if pos_label not in found and (len(found) == 2 or isinstance(found[0], str)):
        raise ValueError(f"pos_label is {pos_label!r}, expected one of the labels found, {found}")
    if pos_label not in found:  # every sample is of the other class
        pos_label = found[0] + 1
    actual, predicted = targets.y_true == pos_label, targets.y_pred == pos_label
    return _flag_hits(actual, predicted, targets.weight)


def _multilabel_hits(targets, labels, axis):
    """Counts of each column in ``labels`` (axis 0), or of each row in these columns (axis 1)."""
    xp = namespace(labels)
    n = targets.y_true.shape[1]
    outside = labels[(labels < 0) | (labels >= n)]
    if outside.shape[0]:
        raise ValueError(
            f"labels holds {int(outside[0])}, expected columns of y_true, 0 to {n - 1}"
        )
    actual = xp.take(targets.y_true, labels, axis=1) == 1
    predicted = xp.take(targets.y_pred, labels, axis=1) == 1
    return _flag_hits(actual, predicted, targets.weight, axis)


def _class_hits(targets, labels):
    """Counts of each class in ``labels``."""
    xp = namespace(labels)
    classes = xp.unique_values(labels)
    asked = encode(labels, classes) + 1
    true, pred = encode(targets.y_true, classes) + 1, encode(targets.y_pred, classes) + 1

    def bins(positions, weight):  # bin 0 holds the classes that nobody asked for
        sums = bincount(positions, weights=weight, minlength=classes.shape[0] + 1)
        return xp.astype(xp.take(sums, asked), xp.float64)

    right, weight = true == pred, targets.weight
    hit = bins(true[right], None if weight is None else weight[right])
    return Hits(hit, bins(pred, weight), bins(true, weight), weight)


def _flag_hits(actual, predicted, weight, axis=None):
    """Counts of flags along an axis, or of all."""
    xp = namespace(actual)
    counts = (count(flags, weight, axis) for flags in (actual & predicted, predicted, actual))
    hit, predicted, actual = (xp.reshape(xp.asarray(n, dtype=xp.float64), (-1,)) for n in counts)
    return Hits(hit, predicted, actual, weight)


def count(flags, weight=None, axis=None):
    """How many flags are set, or the sum of their weights."""
    xp = namespace(flags)
    if weight is None:
        return xp.count_nonzero(flags, axis=axis)
    weight = weight if flags.ndim == 1 else xp.expand_dims(weight, axis=1)
    return xp.sum(xp.where(flags, weight, 0), axis=axis)


def ratio(name, numerator, denominator, hits, average, zero_division):
    """The ratios with ``zero_division`` in place of 0/0, and their average."""
    if zero_division not in ("warn", 0, 1) and zero_division == zero_division:  # nan is not itself
        raise ValueError(f"zero_division is {zero_division!r}, expected 'warn', 0, 1 or nan")
    xp = namespace(numerator)
    undefined = denominator == 0
    ratios = numerator / xp.where(undefined, 1.0, denominator)
    if xp.any(undefined):
        if zero_division == "warn":
            warn_caller(f"{name} is 0/0 and set to 0: zero_division chooses another value")
            zero_division = 0
        ratios = xp.where(undefined, float(zero_division), ratios)
    if average is None:
        return ratios
    return _mean(ratios, {"weighted": hits.actual, "samples": hits.weight}.get(average))


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
