"""Grouping by sorting: equal keys stand next to each other in runs.

The array standard has no ``group by``. A stable sort (:mod:`course_lib.metrics.sorting`) puts the
members of a group side by side, and the functions here tell where each run begins and how far into
its run each element is.
"""

import numpy as np
from array_api_compat import is_numpy_namespace

from course_lib.arrays import device, namespace
from course_lib.metrics.sorting import sorting_order


def run_starts(keys, /):
    """Where each run of equal keys starts.

    Parameters
    ----------
    keys : integer array, shape (N,)
        Not negative; equal keys stand next to each other.

    Returns
    -------
    starts, lengths : integer arrays, shape (number of runs,)

    Examples
    --------
    >>> run_starts(np.array([4, 4, 7, 9, 9, 9]))
    (array([0, 2, 3]), array([2, 1, 3]))
    """
    xp = namespace(keys)
    (starts,) = xp.nonzero(xp.diff(keys, prepend=_one(-1, keys)))
    return starts, xp.diff(starts, append=_one(keys.shape[0], starts))


def _one(value, like):
    """An array of one element."""
    xp = namespace(like)
    return xp.full((1,), value, dtype=like.dtype, device=device(like))


def steps(totals, /):
    """What each running total adds to the one before, the first to zero.

    Examples
    --------
    >>> steps(np.array([3, 5, 5]))
    array([3, 2, 0])
    """
    added = namespace(totals).asarray(totals, copy=True)
    if totals.shape[0] > 1:
        added[1:] -= totals[:-1]
    return added


def previous_equal(keys, /):
    """Index of the last element before each one that is equal to it; N where there is none.

    Parameters
    ----------
    keys : integer array, shape (N,)
        Not negative.

    Examples
    --------
    >>> previous_equal(np.array([5, 8, 5, 5]))
    array([4, 4, 0, 2])
    """
    xp = namespace(keys)
    n = keys.shape[0]
    order = sorting_order(keys)
    before = xp.concat([_one(n, order), order])[:n]
    is_equal = xp.diff(keys[order], prepend=_one(-1, keys)) == 0
    return xp.where(is_equal, before, n)[sorting_order(order)]


def place_in_run(keys, /):
    """How many equal keys stand before each one in its run: 0, 1, 2, … and again from 0.

    Examples
    --------
    >>> place_in_run(np.array([4, 4, 7, 9, 9, 9]))
    array([0, 1, 0, 0, 1, 2])
    """
    xp = namespace(keys)
    starts, lengths = run_starts(keys)
    return xp.arange(keys.shape[0], device=device(keys)) - xp.repeat(starts, lengths)


def segment_maximum(values, starts, /):
    """The highest of ``values`` from each start to the next, or to the end.

    Examples
    --------
    >>> segment_maximum(np.array([3.0, 1.0, 4.0, 1.0]), np.array([0, 1]))
    array([3., 4.])
    """
    xp = namespace(values, starts)
    if is_numpy_namespace(xp):
        return np.maximum.reduceat(values, starts)
    # Each pass takes in as much again of what lies ahead as was seen before it.
    lengths = xp.diff(starts, append=_one(values.shape[0], starts))
    ahead = xp.repeat(starts + lengths, lengths) - xp.arange(values.shape[0], device=device(values))
    highest = xp.asarray(values, copy=True)
    step = 1
    while step < int(xp.max(lengths)):
        further = xp.where(ahead[:-step] > step, highest[step:], highest[:-step])
        highest[:-step] = xp.maximum(highest[:-step], further)
        step *= 2
    return highest[starts]


def highest_from_here(values, /):
    """The highest of each value and those that follow it along the last axis.

    The first pass looks one place ahead, the second two, then four: each doubles what was seen. The
    standard has no running maximum that would do it in one.

    Examples
    --------
    >>> highest_from_here(np.array([1.0, 0.5, 0.7, 0.2]))
    array([1. , 0.7, 0.7, 0.2])
    """
    xp = namespace(values)
    values = xp.asarray(values, copy=True)
    step = 1
    while step < values.shape[-1]:
        values[..., :-step] = xp.maximum(values[..., :-step], values[..., step:])
        step *= 2
    return values
