"""What every operation of this package asks of its arguments, and how it says no.

One sentence each: the operation, the argument, what was found, what was expected.
"""

from numbers import Integral
from typing import Any

import numpy as np

from course_lib.arrays import namespace

# Kinds of array, as (type, dtype, device), that passed before: small operations take no longer
# than the questions, and training asks them at every step.
_LIBRARIES: dict[Any, Any] = {}


def library(operation, /, **arrays):
    """The one library that all ``arrays`` belong to; None is passed over.

    Raises
    ------
    TypeError
        Not an array, or arrays of different libraries.
    ValueError
        Arrays on different devices.
    """
    try:
        xp = namespace(*arrays.values())
    except TypeError as error:
        raise TypeError(f"{operation}: {_who_is_no_array(arrays)}{error}") from None
    (first, expected), *others = [(n, a) for n, a in arrays.items() if a is not None]
    for name, array in others:
        if array.device != expected.device:
            raise ValueError(
                f"{operation}: {name} is on device {array.device}, "
                f"expected {expected.device} where {first} is"
            )
    return xp


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
    agreed = None
    try:
        for array in arrays.values():
            if array is not None:
                kind = (type(array), array.dtype, array.device)
                if agreed is None:
                    agreed = kind
                elif kind != agreed:
                    break
        else:
            if (known := _LIBRARIES.get(agreed)) is not None:
                return known
    except AttributeError:  # not an array: the sentence is found below
        pass
    return _LIBRARIES.setdefault(agreed, _agree(operation, arrays))


def _agree(operation, arrays):
    """What :func:`floating` says about a combination that it has not seen before."""
    xp = library(operation, **arrays)
    (first, expected), *others = [(n, a) for n, a in arrays.items() if a is not None]
    if not xp.isdtype(expected.dtype, "real floating"):
        raise TypeError(
            f"{operation}: {first} has dtype {expected.dtype}, expected a real floating dtype"
        )
    for name, array in others:
        if array.dtype != expected.dtype:
            raise TypeError(
                f"{operation}: {name} has dtype {array.dtype}, "
                f"expected {expected.dtype} as {first} has"
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


def whole(operation, name, value, least, /):
    """``value``, or ValueError if it is not an integer of at least ``least``."""
    if not isinstance(value, Integral) or value < least:
        raise ValueError(
            f"{operation}: {name} is {value!r}, expected an integer of at least {least}"
        )
    return value


def generator(operation, rng, /):
    """``rng``, or TypeError if it is not a NumPy generator."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"{operation}: rng is {rng!r}, expected numpy.random.default_rng(seed)")
    return rng


def _who_is_no_array(arrays):
    for name, array in arrays.items():
        if array is not None:
            try:
                namespace(array)
            except TypeError:
                return f"{name}: "
    return ""
