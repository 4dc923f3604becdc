"""Dropout: units that are left out at random must be made up for by the others."""

from course_lib.nn.checks import floating, library, same_shape


def dropout(x, mask, /, *, p):
    """Set ``x`` to 0 where the mask is False, and scale the rest by 1 / (1 - p).

    The scale keeps the expected value, so that nothing has to change when no unit is dropped.

    Parameters
    ----------
    x : array, shape (...)
    mask : boolean array, shape (...)
        True for the units that are kept; drawn by the caller, each with probability 1 - p.
    p : float
        Probability of being dropped, in [0, 1).

    Returns
    -------
    array, shape (...)

    Examples
    --------
    >>> dropout(np.array([1.0, 2.0]), np.array([True, False]), p=0.5)
    array([2., 0.])
    """
    return _masked("dropout", "x", x, mask, p)


def dropout_backward(grad_output, mask, /, *, p):
    """Gradient through :func:`dropout`: the same mask and scale, for the map is linear."""
    return _masked("dropout_backward", "grad_output", grad_output, mask, p)


def _masked(operation, name, x, mask, p):
    xp = library(operation, **{name: x, "mask": mask})
    floating(operation, **{name: x})
    same_shape(operation, "mask", mask, name, x)
    if not xp.isdtype(mask.dtype, "bool"):
        raise TypeError(f"{operation}: mask has dtype {mask.dtype}, expected booleans")
    if not 0 <= p < 1:
        raise ValueError(f"{operation}: p is {p}, expected a probability in [0, 1)")
    return x * xp.astype(mask, x.dtype) * (1 / (1 - p))
