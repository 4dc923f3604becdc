"""Which array library is this?

One implementation per algorithm serves NumPy, torch (CPU and CUDA) and every other library that
follows the Python array API standard. :func:`namespace` finds the library of the arguments; the
few other functions here are what the standard lacks.
"""

from typing import Any

import array_api_compat
import numpy as np

Array = Any  # an array of any library that follows the standard; no common base class exists


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
        return array_api_compat.array_namespace(*present)
    except TypeError:
        kinds = sorted({f"{type(a).__module__.split('.')[0]}.{type(a).__name__}" for a in present})
        raise TypeError(f"arrays of different libraries: {', '.join(kinds)}") from None


def device(array, /):
    """Where ``array`` lives ("cpu", a torch.device, …): pass it on when a new array is created."""
    return array_api_compat.device(array)


def to_numpy(array, /):
    """A NumPy array with the values of ``array``, copied only where that is needed.

    Accepts lists and scalars too, so that reports and plots can call it on anything.
    """
    if array_api_compat.is_torch_array(array):
        return array.detach().cpu().numpy()
    if array_api_compat.is_array_api_obj(array) and not isinstance(array, np.ndarray):
        return np.from_dlpack(array)
    return np.asarray(array)
