"""What differs between a student's output and the expected one, in words.

Only what is certain is said: the type, the shape, the worst element, and relations that hold for
the whole output (transposed, a constant factor, the opposite sign).
"""

import inspect

import numpy as np

from course_lib.arrays import to_numpy

RELATIVE_TOLERANCE = 1e-7  # of the largest expected value: room for another order of operations
SHOWN = 24  # elements that the inputs may have to be shown in a report


def describe(value) -> str:
    """A short name for what somebody returned."""
    if value is None:
        return "None (is there a return statement?)"
    kind = type(value).__name__
    shape = getattr(value, "shape", None)
    if shape is not None and tuple(shape) != ():
        return f"{kind} of shape {tuple(shape)}"
    return f"{kind} {value!r:.40}"


def numeric(value) -> np.ndarray | None:
    """``value`` as an array of numbers, or None if it is not made of numbers."""
    try:
        array = to_numpy(value)
    except (TypeError, ValueError, RuntimeError, BufferError):
        return None
    return array if array.dtype.kind in "biufc" else None


def number_of_outputs(result, names: tuple[str, ...]) -> str | None:
    """A sentence if ``result`` is not one value for each of ``names``."""
    if isinstance(result, tuple | list) and len(result) == len(names):
        return None
    wanted = f"expected {len(names)} values ({', '.join(names)})"
    if isinstance(result, tuple | list):
        return f"{wanted}, got {len(result)}"
    return f"{wanted}, got {describe(result)}"


def difference(result, expected, name: str) -> str | None:
    """None if ``result`` is ``expected`` to rounding, else what differs."""
    wanted = np.asarray(expected)
    got = numeric(result)
    if got is None:
        return f"expected numbers, got {describe(result)}"
    if got.shape != wanted.shape:
        return f"expected {_shape(wanted)}, got {_shape(got)}"
    scale = max(1.0, float(np.max(np.abs(wanted), initial=0.0)))
    error = np.abs(got.astype(complex) - wanted)
    right = error <= RELATIVE_TOLERANCE * scale
    if right.all():
        return None
    bad = ~np.isfinite(got)
    worst = np.unravel_index(np.argmax(bad if bad.any() else error), error.shape)
    said = f"{name}{_where(worst)} is {_plain(got[worst])}, expected {_plain(wanted[worst])}"
    pattern = relation(got, wanted, RELATIVE_TOLERANCE * scale)
    return f"{pattern}\n      {said}" if pattern else said


def relation(got: np.ndarray, wanted: np.ndarray, tolerance: float) -> str | None:
    """What is true of the whole output, if anything simple is."""
    if (
        got.ndim == 2
        and got.shape[0] == got.shape[1]
        and np.allclose(got.T, wanted, atol=tolerance)
    ):
        return "rows and columns are swapped"
    if got.size > 1 and np.allclose(got, -wanted, atol=tolerance):
        return "the sign is the opposite"
    nonzero = wanted != 0
    if nonzero.sum() > 1 and not got[~nonzero].any():
        ratio = got[nonzero] / wanted[nonzero]
        if ratio[0] and np.allclose(ratio, ratio[0], rtol=1e-6):
            return f"every element is {ratio[0]:.6g} times what it should be"
    return None


def inputs(function, arguments: tuple) -> str:
    """The inputs by name, where they are short enough to be worth reading."""
    arrays = dict(zip(inspect.signature(function).parameters, map(np.asarray, arguments)))
    if sum(array.size for array in arrays.values()) > SHOWN:
        return ""
    shown = ", ".join(
        f"{name} = {np.array2string(array, separator=', ', precision=4)}".replace("\n", "")
        for name, array in arrays.items()
    )
    return f"      for {shown}"


def changed(given: tuple, original: tuple) -> bool:
    """Whether a function wrote to the arrays that it was given."""
    return any(
        isinstance(before, np.ndarray) and not np.array_equal(before, after, equal_nan=True)
        for before, after in zip(original, given)
    )


def _shape(array: np.ndarray) -> str:
    return "a single number" if array.shape == () else f"an array of shape {array.shape}"


def _where(index) -> str:
    return f"[{', '.join(str(int(i)) for i in index)}]" if len(index) else ""


def _plain(value) -> str:
    return f"{value:.6g}" if isinstance(value, float | np.floating) else f"{value}"
