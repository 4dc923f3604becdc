"""What every operation of this package asks of its arguments, and how it says no.

One sentence each: the operation, the argument, what was found, what was expected.
"""

from functools import cache

from course_lib.arrays import namespace


def library(operation, /, **arrays):
    """The one library that all ``arrays`` belong to; None is passed over.

    Raises
    ------
    TypeError
        Not an array, or arrays of different libraries.
    """
    try:
        return namespace(*arrays.values())
    except TypeError as error:
        raise TypeError(f"{operation}: {_who_is_no_array(arrays)}{error}") from None


def floating(operation, /, **arrays):
    """The library of ``arrays``, which must agree in library, device and real floating dtype.

    Parameters
    ----------
    operation : str
        Begins the sentence of the error.
    **arrays : array or None
        Arguments by name; None is passed over.

    Raises
    ------
    TypeError
        Not an array, arrays of different libraries, integers, or two floating dtypes.
    ValueError
        Arrays on different devices.
    """
    xp = library(operation, **arrays)
    present = [array for array in arrays.values() if array is not None]
    dtype, device = present[0].dtype, present[0].device
    if not _is_floating(xp, dtype):
        raise TypeError(
            f"{operation}: {_name(arrays, present[0])} has dtype {dtype}, "
            f"expected a real floating dtype"
        )
    for array in present[1:]:
        if array.dtype != dtype:
            raise TypeError(
                f"{operation}: {_name(arrays, array)} has dtype {array.dtype}, "
                f"expected {dtype} as {_name(arrays, present[0])} has"
            )
        if array.device != device:
            raise ValueError(
                f"{operation}: {_name(arrays, array)} is on device {array.device}, "
                f"expected {device} where {_name(arrays, present[0])} is"
            )
    return xp


def same_shape(operation, name, array, expected_name, expected, /):
    """Raise ValueError unless ``array`` has the shape of ``expected``."""
    if array.shape != expected.shape:
        raise ValueError(
            f"{operation}: {name} has shape {tuple(array.shape)}, "
            f"expected {tuple(expected.shape)} as {expected_name} has"
        )


def dimensions(operation, name, array, meaning, /):
    """Raise ValueError unless ``array`` has one axis per letter of ``meaning``, such as "NCHW"."""
    if array.ndim != len(meaning):
        raise ValueError(
            f"{operation}: {name} has shape {tuple(array.shape)}, "
            f"expected {len(meaning)} dimensions ({', '.join(meaning)})"
        )


@cache
def _is_floating(xp, dtype):
    return xp.isdtype(dtype, "real floating")


def _name(arrays, wanted):
    return next(name for name, array in arrays.items() if array is wanted)


def _who_is_no_array(arrays):
    for name, array in arrays.items():
        if array is not None:
            try:
                namespace(array)
            except TypeError:
                return f"{name}: "
    return ""
