"""Which array library is this?

One implementation per algorithm serves NumPy, torch (CPU and CUDA) and every other library that
follows the Python array API standard. :func:`namespace` finds the library of the arguments; the
few other functions here are what the standard lacks, and two that NumPy is slow to begin.
"""

from typing import Any

import array_api_compat
import numpy as np

Array = Any  # an array of any library that follows the standard; no common base class exists

# Types seen before and their library: asking again would cost more than a small operation does.
_NAMESPACES: dict[type, Any] = {}


def namespace(*arrays):
    """The array library that all of ``arrays`` belong to.

    Parameters
    ----------
    *arrays : array or None
        Arrays of one library; None (an optional argument that was not given) is passed over.

    Returns
    -------
    module
        The library's namespace, following the array API standard (through array-api-compat).

    Raises
    ------
    TypeError
        If no argument is an array, or if they come from different libraries.

    Examples
    --------
    >>> xp = namespace(np.zeros(3))
    >>> float(xp.sum(xp.asarray([1.0, 2.0])))
    3.0
    """
    kinds = {type(array) for array in arrays if array is not None}
    if len(kinds) == 1 and (known := _NAMESPACES.get(next(iter(kinds)))) is not None:
        return known
    present = [array for array in arrays if array is not None]
    for array in present:
        if not array_api_compat.is_array_api_obj(array):
            raise TypeError(
                f"expected an array (NumPy, torch or another array API library), "
                f"got {type(array).__name__}: {array!r:.60}"
            )
    if not present:
        raise TypeError("expected at least one array, got none")
    try:
        xp = array_api_compat.array_namespace(*present)
    except TypeError:
        names = sorted(f"{kind.__module__.split('.')[0]}.{kind.__name__}" for kind in kinds)
        raise TypeError(f"arrays of different libraries: {', '.join(names)}") from None
    return _NAMESPACES.setdefault(type(present[0]), xp)


def device(array, /):
    """Where ``array`` lives ("cpu", a torch.device, …): pass it on when a new array is created."""
    return array_api_compat.device(array)


def bincount(x, /, *, weights=None, minlength=0):
    """How often each of 0, 1, 2, … occurs in ``x``, or the sum of the weights that it got.

    NumPy and torch have it; the standard does not, where it is read off the sorted values.

    Parameters
    ----------
    x : integer array, shape (n,)
        Not negative.
    weights : array, shape (n,), optional
    minlength : int
        The least length of the result.

    Returns
    -------
    array, shape (max(minlength, largest x + 1),)

    Examples
    --------
    >>> bincount(np.array([0, 2, 2]), minlength=4)
    array([1, 0, 2, 0])
    """
    xp = namespace(x, weights)
    if hasattr(xp, "bincount"):
        return xp.bincount(x, weights=weights, minlength=minlength)
    length = max(minlength, int(xp.max(x)) + 1 if x.shape[0] else 0)
    order = xp.argsort(x)
    first = xp.searchsorted(xp.take(x, order), xp.arange(length + 1, dtype=x.dtype))
    weights = xp.ones_like(x) if weights is None else weights
    totals = xp.cumulative_sum(xp.take(weights, order), include_initial=True)
    return xp.diff(xp.take(totals, first))


def reduce_sum(x, /, *, axis=None, keepdims=False):
    """``sum`` of the array's library; in NumPy's case without what goes before the addition.

    ``np.sum`` calls ``np.add.reduce`` too, after preparations that take longer than a small sum.

    Examples
    --------
    >>> reduce_sum(np.array([[1.0, 2.0], [3.0, 4.0]]), axis=0)
    array([4., 6.])
    """
    if type(x) is np.ndarray:
        return np.add.reduce(x, axis=axis, keepdims=keepdims)
    return namespace(x).sum(x, axis=axis, keepdims=keepdims)


def reduce_max(x, /, *, axis=None, keepdims=False):
    """``max`` of the array's library, as :func:`reduce_sum` is its ``sum``."""
    if type(x) is np.ndarray:
        return np.maximum.reduce(x, axis=axis, keepdims=keepdims)
    return namespace(x).max(x, axis=axis, keepdims=keepdims)


def to_numpy(array, /):
    """A NumPy array with the values of ``array``, copied only where that is needed.

    Accepts lists and scalars too, so that reports and plots can call it on anything.
    """
    if type(array) is np.ndarray:
        return array
    if array_api_compat.is_torch_array(array):
        return array.detach().cpu().numpy()
    if array_api_compat.is_array_api_obj(array) and not isinstance(array, np.ndarray | np.generic):
        return np.from_dlpack(array)
    return np.asarray(array)
