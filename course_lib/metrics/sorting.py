"""Sorting scores, which is where the curves over all thresholds spend their time."""

import numpy as np
from array_api_compat import is_numpy_array

from course_lib.arrays import namespace

BUCKETS = 2**16  # what the largest 16-bit number can tell apart


def sort_descending(scores, /):
    """The scores in descending order; equal ones stay in the order they came in.

    Parameters
    ----------
    scores : floating-point array, shape (N,)
        Finite.

    Returns
    -------
    order : integer array, shape (N,)
        Where each one was.
    ordered : array, shape (N,)

    Examples
    --------
    >>> sort_descending(np.array([0.5, 2.0, 0.5]))
    (array([1, 0, 2]), array([2. , 0.5, 0.5]))
    """
    xp = namespace(scores)
    if is_numpy_array(scores) and scores.shape[0] >= BUCKETS:
        return _bucket_sort(scores)
    order = xp.argsort(scores, descending=True)
    return order, xp.take(scores, order)


def _bucket_sort(scores):
    """The same for many scores in NumPy, three times as fast as with its stable ``argsort`` alone.

    NumPy sorts 16-bit integers by radix, without comparing. So the range of the scores is cut into
    2¹⁶ equal buckets, and their numbers are sorted first. What that leaves nearly in order, the
    stable ``argsort`` (which looks for runs and merges them) finishes in little more than one
    pass; where scores crowd in a few buckets it has more to do, and at worst all.
    """
    low, high = float(scores.min()), float(scores.max())
    if not 0 < high - low <= float(np.finfo(scores.dtype).max):
        order = np.argsort(-scores, kind="stable")
        return order, scores[order]
    place = high - scores
    place /= high - low
    place *= BUCKETS - 1
    order = np.argsort(place.astype(np.uint16), kind="stable")
    nearly = scores[order]
    finish = np.argsort(-nearly, kind="stable")
    return order[finish], nearly[finish]
