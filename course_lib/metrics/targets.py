"""Checks of labels and weights, and the way from labels to the numbers 0, 1, 2, …

What every classification metric does before it counts: lists become arrays, wrong input gets one
clear sentence, and labels (integers, booleans, strings) become indices.
"""

import sys
import warnings
from dataclasses import dataclass

import array_api_compat
import numpy as np

from course_lib.arrays import Array, bincount, device, namespace

EXACT = 2**53  # float64 tells all integers below this apart


class UndefinedMetricWarning(UserWarning):
    """A ratio was 0/0, and the message says which number took its place."""


@dataclass(frozen=True)
class Targets:
    """True and predicted labels of the same samples, checked.

    ``y_true`` and ``y_pred`` have shape (N,), one label a sample, or (N, K), multi-label: 1 where
    the sample has label k, 0 where not. ``labels`` are all that occur, in order. ``weight`` is
    None or has shape (N,).
    """

    y_true: Array
    y_pred: Array
    labels: Array
    weight: Array | None

    @property
    def multilabel(self):
        """Whether a sample may have several labels at once."""
        return self.y_true.ndim == 2

    @property
    def kind(self):
        """What the targets are, in words."""
        if self.multilabel:
            return "multi-label"
        return "binary" if self.labels.shape[0] <= 2 else "multi-class"


def check_targets(y_true, y_pred, sample_weight=None):
    """Check what a metric was given and return it as :class:`Targets`.

    Raises
    ------
    ValueError
        For empty input, lengths or kinds that do not match, and values that are not labels.
    TypeError
        For arrays of different libraries.
    """
    y_true, y_pred, sample_weight = as_arrays(y_true, y_pred, sample_weight)
    y_true, y_pred = check_labels(y_true, "y_true"), check_labels(y_pred, "y_pred")
    if y_true.shape != y_pred.shape:
        raise ValueError(
            f"y_pred has shape {tuple(y_pred.shape)}, expected {tuple(y_true.shape)} like y_true"
        )
    if is_text(y_true) != is_text(y_pred):
        words = "strings", "numbers"
        found, expected = words if is_text(y_pred) else words[::-1]
        raise ValueError(f"y_pred holds {found}, expected {expected} like y_true")
    weight = check_weight(sample_weight, y_true.shape[0])
    if y_true.ndim == 2:
        check_indicators(y_true, "y_true")
        check_indicators(y_pred, "y_pred")
        labels = namespace(y_true).arange(y_true.shape[1], device=device(y_true))
    else:
        labels = union(distinct(y_true), distinct(y_pred))
    return Targets(y_true, y_pred, labels, weight)


def as_arrays(*values):
    """The values as arrays of one library; None stays None.

    A list (or anything else that NumPy can read) joins the library and device of the arrays
    beside it, and is a NumPy array when there are none.
    """
    arrays = [value for value in values if array_api_compat.is_array_api_obj(value)]
    if not arrays:
        return [None if value is None else np.asarray(value) for value in values]
    xp, where = namespace(*arrays), device(arrays[0])
    return [
        value
        if value is None or array_api_compat.is_array_api_obj(value)
        else xp.asarray(value, device=where)
        for value in values
    ]


def is_text(y):
    """Whether ``y`` holds strings, which only NumPy has."""
    return array_api_compat.is_numpy_array(y) and y.dtype.kind == "U"


def check_labels(y, name):
    """Labels as strings or integers, shape (N,) or (N, K), without copying more than needed."""
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim not in (1, 2):
        raise ValueError(f"{name} has {y.ndim} dimensions, expected 1, or 2 if multi-label")
    if 0 in y.shape:
        raise ValueError(f"{name} is empty, its shape is {tuple(y.shape)}: expected a sample")
    if array_api_compat.is_numpy_array(y) and y.dtype.kind in "OT":  # strings as objects
        y = np.array(y.tolist()) if all(isinstance(v, str) for v in y.flat) else y
    if is_text(y):
        return y
    if array_api_compat.is_numpy_array(y) and y.dtype.kind not in "biuf":
        raise ValueError(f"{name} has dtype {y.dtype}, expected integers, booleans or strings")
    xp = namespace(y)
    if xp.isdtype(y.dtype, "bool"):
        return xp.astype(y, xp.int8)
    if xp.isdtype(y.dtype, "real floating"):
        y = xp.astype(y, xp.float64, copy=False)
        whole = (xp.abs(y) < EXACT) & (xp.round(y) == y)
        if not xp.all(whole):
            found = float(y[~whole][0])
            raise ValueError(f"{name} holds {found}, expected class labels, not scores")
    return xp.astype(y, xp.int64, copy=False)


def check_scores(y_score):
    """Scores as finite real numbers, shape (N,) or (N, K)."""
    xp = namespace(y_score)
    if y_score.ndim == 2 and y_score.shape[1] == 1:
        y_score = y_score[:, 0]
    if not xp.isdtype(y_score.dtype, "real floating"):
        if not xp.isdtype(y_score.dtype, ("bool", "integral")):
            raise ValueError(f"y_score has dtype {y_score.dtype}, expected real numbers")
        return xp.astype(y_score, xp.float64)
    finite = xp.isfinite(y_score)
    if not xp.all(finite):
        raise ValueError(f"y_score holds {float(y_score[~finite][0])}, expected finite numbers")
    return y_score


def check_indicators(y, name):
    """Multi-label targets hold 0 and 1 only."""
    xp = namespace(y)
    for extreme in (int(xp.min(y)), int(xp.max(y))):
        if extreme not in (0, 1):
            raise ValueError(f"{name} holds {extreme}, expected 0 or 1 in multi-label targets")


def check_weight(sample_weight, n):
    """Sample weights as int64 or float64, shape (n,), finite and not all zero; or None."""
    if sample_weight is None:
        return None
    xp = namespace(sample_weight)
    if tuple(sample_weight.shape) != (n,):
        raise ValueError(f"sample_weight has shape {tuple(sample_weight.shape)}, expected ({n},)")
    whole = xp.isdtype(sample_weight.dtype, ("bool", "integral"))
    weight = xp.astype(sample_weight, xp.int64 if whole else xp.float64, copy=False)
    if not whole and not xp.all(xp.isfinite(weight)):
        found = float(weight[~xp.isfinite(weight)][0])
        raise ValueError(f"sample_weight holds {found}, expected finite numbers")
    if xp.all(weight == 0):
        raise ValueError("sample_weight is zero for every sample, expected some other number")
    return weight


def distinct(y):
    """The different labels in ``y``, in order.

    Labels are mostly a few small integers, which are found faster by counting than by sorting.
    """
    xp = namespace(y)
    if is_text(y):
        return xp.unique_values(y)
    low, high = int(xp.min(y)), int(xp.max(y))
    candidates = xp.arange(low, high + 1, device=device(y)) if high - low <= y.shape[0] else None
    if candidates is None:
        return xp.unique_values(y)
    if high - low < 2:
        return candidates
    return candidates[bincount(y - low, minlength=high - low + 1) > 0]


def union(first, second):
    """All labels that occur in either array, in order."""
    xp = namespace(first, second)
    return xp.unique_values(xp.concat([first, second]))


def encode(y, labels):
    """For each element of ``y`` its position in ``labels``, or -1 where it is not among them.

    ``labels`` may come in any order; of equal ones the last counts.
    """
    xp = namespace(y, labels)
    order = xp.argsort(labels)
    ordered = xp.take(labels, order)
    if not is_text(y):
        y = xp.astype(y, labels.dtype, copy=False)
        first, n = int(ordered[0]), labels.shape[0]
        if xp.all(labels == xp.arange(first, first + n, device=device(y))):  # nothing to search
            at = y - first
            outside = (at < 0) | (at >= n)
            return xp.where(outside, -1, at) if xp.any(outside) else at
    at = xp.searchsorted(ordered, y, side="right") - 1
    at = xp.where(at < 0, 0, at)
    return xp.where(xp.take(ordered, at) == y, xp.take(order, at), -1)


def check_label_set(labels, y):
    """The argument ``labels`` as a flat array beside ``y``: not empty, and of the same kind."""
    _, labels = as_arrays(y, labels)
    if labels.ndim != 1 or labels.shape[0] == 0:
        raise ValueError(
            f"labels has shape {tuple(labels.shape)}, expected a flat list of at least one label"
        )
    labels = check_labels(labels, "labels")
    if is_text(labels) != is_text(y):
        words = "strings", "numbers"
        found, expected = words if is_text(labels) else words[::-1]
        raise ValueError(f"labels holds {found}, expected {expected} like y_true")
    return labels


def warn_caller(message, category=UndefinedMetricWarning):
    """Warn at the line that called a metric from outside this package."""
    level = 1
    while sys._getframe(level).f_globals.get("__name__", "").startswith("course_lib.metrics"):
        level += 1
    warnings.warn(message, category, stacklevel=level + 1)
