"""A student's output beside the expected one: whether it is right, and what differs, in words.

Only what is certain is said: the type, the shape, the worst element.
"""

import inspect
import math
import reprlib
from collections.abc import Sequence

import numpy as np

from course_lib.arrays import to_numpy

DOUBLE, SINGLE = 1e-7, 2e-4  # of the largest expected value: room for another order of operations
ROUNDING = 1e-12  # of the largest input: what remains where the expected values cancel to 0
SHOWN = 24  # elements that the inputs may have to be shown in a report


def describe(value) -> str:
    """A short name for what somebody returned."""
    kind = type(value).__name__
    if value is None:
        return "None (is there a return statement?)"
    try:
        shape = getattr(value, "shape", None)
        if shape is not None and tuple(shape) != ():
            return f"{kind} of shape {tuple(shape)}"
        if isinstance(value, np.generic):  # whose repr has its type in it once more
            value = value.item()
        return f"{kind} {reprlib.repr(value):.40}"
    except Exception:  # somebody's own class, whose repr fails
        return kind


def numeric(value) -> np.ndarray | None:
    """``value`` as an array of numbers, or None if it is not made of numbers."""
    try:
        array = to_numpy(value)
    except Exception:  # whatever conversion to an array means for somebody's own class
        return None
    return array if array.dtype.kind in "biufc" else None


def leaves(value, name: str) -> list[tuple[str, object]]:
    """The arrays in a list or tuple of arrays, each with its name; ``value`` itself if it is one.

    Examples
    --------
    >>> [name for name, _ in leaves([np.ones(2), (np.ones(3), np.ones(4))], "grads")]
    ['grads[0]', 'grads[1][0]', 'grads[1][1]']
    """
    if not isinstance(value, list | tuple):
        return [(name, value)]
    return [leaf for i, item in enumerate(value) for leaf in leaves(item, f"{name}[{i}]")]


def largest(value) -> float:
    """The largest finite absolute value in an array, or a list of arrays; 0 if there is none."""
    sizes = [np.abs(np.asarray(leaf, dtype=complex)) for _, leaf in leaves(value, "")]
    return max((float(np.max(s, initial=0.0, where=np.isfinite(s))) for s in sizes), default=0.0)


def tolerance(expected, rtol: float, largest_input: float) -> float:
    """How far from ``expected`` an output may be and still be right.

    In proportion to the largest expected value, so that a gradient of 1e-9 is not right when it is
    0; and at least the rounding that inputs of that size leave behind.
    """
    floor = ROUNDING * rtol / DOUBLE * max(1.0, largest_input)
    return rtol * largest(expected) + floor


def same(result, expected, atol: float) -> bool:
    """Whether ``result`` is ``expected``: as many arrays, of the same shapes, equal within atol.

    NaN and infinity are equal to themselves only.
    """
    if isinstance(expected, list | tuple):
        items = _items(result)
        return len(items) == len(expected) and all(
            same(r, e, atol) for r, e in zip(items, expected)
        )
    got, wanted = numeric(result), np.asarray(expected)
    if got is None or got.shape != wanted.shape:
        return False
    if same_bytes(got, wanted):  # the most, and fast
        return True
    if got.dtype.kind == wanted.dtype.kind == "f":  # the next most
        with np.errstate(all="ignore"):
            worst = np.maximum.reduce(np.abs(got - wanted), axis=None, initial=0.0)
        if math.isfinite(worst):
            return bool(worst <= atol)
    return bool(np.all(_errors(got, wanted) <= atol))


def same_bytes(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays are equal to the last bit, which takes less time to say."""
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def _errors(got: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Absolute differences; infinite where only one of the two is finite, or their signs differ."""
    with np.errstate(all="ignore"):
        error = np.abs(got.astype(complex) - wanted)
    equal = (got == wanted) | (np.isnan(got) & np.isnan(wanted))
    return np.where(equal, 0.0, np.where(np.isnan(error), np.inf, error))


def relative_errors(result, expected) -> np.ndarray | None:
    """Error of each element over the largest expected value, for the picture; None without one.

    Of a list of arrays the first that is wrong is taken.
    """
    for (_, got), (_, wanted) in zip(leaves(result, ""), leaves(expected, "")):
        got, wanted = numeric(got), np.asarray(wanted)
        if got is None or got.shape != wanted.shape:
            return None
        error = _errors(got, wanted) / (largest(wanted) or 1.0)
        if error.max(initial=0.0) > DOUBLE and error.size > 1:
            return error
    return None


def ratio(got: np.ndarray, wanted: np.ndarray) -> float | None:
    """By what one factor ``got`` is larger than ``wanted``; None if there is no such factor."""
    nonzero = wanted != 0
    if got.shape != wanted.shape or not nonzero.any() or got[~nonzero].any():
        return None
    with np.errstate(all="ignore"):
        ratios = got[nonzero] / wanted[nonzero]
    if not np.isfinite(ratios).all() or not np.allclose(ratios, ratios[0], rtol=1e-6):
        return None
    return float(ratios[0].real) or None


def difference(result, expected, name: str, atol: float) -> str:
    """What differs between a wrong output and the expected one, in a sentence."""
    if isinstance(expected, list | tuple):
        return _difference_of_lists(result, expected, name, atol)
    wanted, got = np.asarray(expected), numeric(result)
    if got is None:
        return f"{name}: expected numbers, got {describe(result)}"
    if got.shape != wanted.shape:
        return f"{name}: expected {_shape(wanted)}, got {_shape(got)}"
    worst = np.unravel_index(np.argmax(_errors(got, wanted)), wanted.shape)
    return f"{name}{_where(worst)} is {_plain(got[worst])}, expected {_plain(wanted[worst])}"


def _items(result) -> Sequence:
    """A list, a tuple, or an array with a first axis, as it is; nothing of anything else.

    It is not made a list: an array may have more rows than a list has room for.
    """
    if isinstance(result, list | tuple):
        return result
    got = numeric(result)
    return [] if got is None or got.ndim == 0 else got  # type: ignore[return-value]


def _difference_of_lists(result, expected, name: str, atol: float) -> str:
    items = _items(result)
    if len(items) == 0:
        return f"{name}: expected a list of {len(expected)}, got {describe(result)}"
    if len(items) != len(expected):
        return f"{name}: expected a list of {len(expected)}, got one of {len(items)}"
    for index, (got, wanted) in enumerate(zip(items, expected)):
        if not same(got, wanted, atol):
            return difference(got, wanted, f"{name}[{index}]", atol)
    return ""


def inputs(function, arguments: tuple) -> str:
    """The inputs by name, where they are short enough to be worth reading."""
    named = dict(zip(inspect.signature(function).parameters, arguments))
    if any(callable(value) for value in named.values()):
        return ""
    try:
        arrays = {name: np.asarray(value) for name, value in named.items()}
    except ValueError:  # a list of arrays of several shapes
        return ""
    if sum(array.size for array in arrays.values()) > SHOWN:
        return ""
    shown = ", ".join(
        f"{name} = {np.array2string(array, separator=', ', precision=4)}".replace("\n", "")
        for name, array in arrays.items()
    )
    return f"for {shown}"


def _shape(array: np.ndarray) -> str:
    return "a single number" if array.shape == () else f"an array of shape {array.shape}"


def _where(index) -> str:
    return f"[{', '.join(str(int(i)) for i in index)}]" if len(index) else ""


def _plain(value) -> str:
    return f"{value:.6g}" if isinstance(value, float | np.floating) else f"{value}"
