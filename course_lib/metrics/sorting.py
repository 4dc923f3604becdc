"""Sorting, which is where the curves and COCO's evaluation spend their time."""

import numpy as np
from array_api_compat import is_numpy_namespace

from course_lib.arrays import namespace

STEPS = 1 << 16  # what a 16-bit number can tell apart
FEW = 1000  # not worth two sorts
ROW = 256  # the longest that NumPy sorts with AVX-512 registers alone
NARROWEST = 1e-300  # a range of keys that can be divided by


def sorting_order(*keys):
    """The order that sorts by the first key, ties by the second, and so on, then by position.

    Parameters
    ----------
    *keys : arrays, shape (N,)
        The most important first.

    Returns
    -------
    integer array, shape (N,)

    Examples
    --------
    >>> sorting_order(np.array([1, 0, 1, 0]), np.array([5, 7, 4, 7]))
    array([1, 3, 2, 0])
    """
    order, _ = stable_sort(keys[-1])
    for key in reversed(keys[:-1]):
        order = order[stable_sort(key[order])[0]]
    return order


def stable_sort(key, /):
    """The order that sorts the key, equal ones staying as they were, and the key in that order.

    Parameters
    ----------
    key : array, shape (N,)

    Returns
    -------
    order : integer array, shape (N,)
    ordered : array, shape (N,)

    Examples
    --------
    >>> stable_sort(np.array([0.5, 0.2, 0.5]))
    (array([1, 0, 2]), array([0.2, 0.5, 0.5]))
    """
    xp = namespace(key)
    if is_numpy_namespace(xp) and key.shape[0] >= FEW and key.dtype.kind in "iuf":
        lowest = float(key.min())
        spread = float(key.max()) - lowest
        if NARROWEST < spread < np.inf:
            return _sort_in_steps(key, lowest, spread)
    order = xp.argsort(key, stable=True)
    return order, xp.take(key, order)


def sort_with_flag(key, flag, /):
    """The key in ascending order, and each one's flag; equal keys may change places.

    Parameters
    ----------
    key : floating-point array, shape (N,)
    flag : boolean array, shape (N,)

    Returns
    -------
    key, flag : array, shape (N,)

    Examples
    --------
    >>> sort_with_flag(np.array([0.5, 0.2, 0.7]), np.array([True, False, True]))
    (array([0.2, 0.5, 0.7]), array([False,  True,  True]))
    """
    xp = namespace(key, flag)
    doubles = is_numpy_namespace(xp) and key.dtype == np.float64 and key.shape[0] >= FEW
    if doubles and key.min() >= 0 and key.max() <= 1:
        return _sort_probabilities(key, flag)
    order, key = stable_sort(key)
    return key, xp.take(flag, order)


def _sort_probabilities(key, flag):
    """The same in NumPy, faster, for what is moved is one number for key and flag.

    The bits of numbers from 0 to 2 sort like the numbers. Their first bit is 0, but for -0.0,
    which equals 0.0, so that they can be shifted to make room for the flag.
    """
    pairs = np.ascontiguousarray(key).view(np.int64) << 1
    pairs |= flag
    step = np.empty(key.shape, np.uint16)
    np.multiply(key, STEPS - 1, out=step, casting="unsafe")
    pairs = pairs[step.argsort(stable=True)]
    _finish_sorting(pairs)
    flag = (pairs & 1).astype(bool)
    pairs >>= 1
    return pairs.view(np.float64), flag


def _finish_sorting(numbers):
    """Sort, in place, what is nearly sorted; fast where no way is longer than half a row.

    Rows are sorted, then rows that begin in the middle of those. NumPy sorts rows of up to 256
    numbers without a branch, five times as fast as long arrays.
    """
    half = ROW // 2
    rest = numbers.shape[0] % ROW
    numbers[rest:].reshape(-1, ROW).sort(axis=1)
    numbers[: rest + half].sort()
    numbers[rest + half : -half].reshape(-1, ROW).sort(axis=1)
    if np.any(numbers[1:] < numbers[:-1]):
        numbers.sort(stable=True)


def _sort_in_steps(key, lowest, spread):
    """The same in NumPy, faster, for it sorts 16-bit integers in O(N).

    Sorting roughly first, by 2**16 steps from the lowest to the highest key, leaves little to do
    for the exact sort, which does not even have to run if a step is one of the integers.
    """
    exact = spread < STEPS and key.dtype.kind in "iu"
    step = np.subtract(key, lowest, dtype=np.float64)
    if not exact:
        step *= (STEPS - 1) / spread
    order = step.astype(np.uint16).argsort(stable=True)
    nearly = key[order]
    if exact:
        return order, nearly
    finish = nearly.argsort(stable=True)
    return order[finish], nearly[finish]
