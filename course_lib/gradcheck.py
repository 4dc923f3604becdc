"""Is a gradient right? Central differences along random directions say so in two evaluations.

A gradient g predicts how a function changes along a direction v: by h g·v. The difference
quotient (f(x + h v) - f(x - h v)) / 2h measures the same. One random direction mixes all inputs,
so a single wrong entry of g shows; only when it does are the entries tried one by one.

Where a kink, such as that of a rectifier or a maximum, lies within the step, the quotient mixes
two slopes and says nothing about g. It gives itself away: on a smooth function the second
difference falls fourfold when the step is halved. The check then moves to a point nearby.
"""

import math
from typing import NamedTuple

import numpy as np

from course_lib.arrays import device, namespace, to_numpy

DIRECTIONS = 3
ATTEMPTS = 20  # points nearby that are tried when there is a kink
DETOUR = 1e-3  # how far away they are


class GradientError(ValueError):
    """A gradient that the differences contradict."""


def numerical_gradient(f, x, /, *, eps=6e-6):
    """Gradient of a scalar function by central differences, entry by entry.

    Parameters
    ----------
    f : function of one array
        Returns a scalar.
    x : array of float64, shape (...)
        Where the gradient is wanted; it is not written to.
    eps : float
        Step. The default, the cube root of float64's spacing at 1, balances the rounding of f
        against the curvature that the quotient neglects.

    Returns
    -------
    array, shape (...)
        2 evaluations of ``f`` per entry of ``x``.

    Examples
    --------
    >>> numerical_gradient(lambda x: x @ x, np.array([1.0, 2.0])).round(6)
    array([2., 4.])
    """
    _check_float64("numerical_gradient", "x", x)
    point = np.array(to_numpy(x))
    gradient = np.empty_like(point)
    for index in np.ndindex(point.shape):
        sides = []
        for step in (eps, -eps):
            moved = point.copy()
            moved[index] += step
            sides.append(float(f(_like(moved, x))))
        gradient[index] = (sides[0] - sides[1]) / (2 * eps)
    return _like(gradient, x)


def gradcheck(forward, backward, inputs, *, rng, rtol=1e-6, eps=6e-6):
    """Compare a backward pass with central differences of its forward pass.

    Parameters
    ----------
    forward : function
        ``forward(*inputs)`` returns one array.
    backward : function
        ``backward(grad_output, *inputs)`` returns the gradients with respect to all inputs, in
        order; for one input, the gradient itself will do.
    inputs : sequence of float64 arrays
        The point. Close to a kink another one nearby is taken.
    rng : numpy.random.Generator
        Draws ``grad_output`` and the directions.
    rtol : float
        Largest error allowed, relative to the length of the gradient.
    eps : float
        Step of the differences.

    Returns
    -------
    float
        The largest relative error found.

    Raises
    ------
    GradientError
        If a gradient has another shape than its input, or is wrong: the sentence tells which
        argument, which index, and both numbers. Also if there is a kink wherever one looks.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> gradcheck(lambda x: x**2, lambda g, x: 2 * x * g, [np.ones(3)], rng=rng) < 1e-6
    True
    >>> gradcheck(lambda x: x**2, lambda g, x: x * g, [np.ones(1)], rng=rng)
    Traceback (most recent call last):
    ...
    course_lib.gradcheck.GradientError: gradcheck: argument 0, index (0,): backward gives ...
    """
    inputs = list(inputs)
    if not inputs:
        raise ValueError("gradcheck: inputs is empty, expected at least one array")
    for position, x in enumerate(inputs):
        _check_float64("gradcheck", f"inputs[{position}]", x)
    problem = _Problem(forward, backward, rng, eps, rtol)
    worst = 0.0
    for position, x in enumerate(inputs):
        for _ in range(DIRECTIONS if math.prod(x.shape) else 0):
            worst = max(worst, _check_direction(problem, inputs, position))
    return worst


class _Problem(NamedTuple):
    forward: object
    backward: object
    rng: np.random.Generator
    eps: float
    rtol: float


class _Slope(NamedTuple):
    """What differences say about a function of the step at 0."""

    value: float
    noise: float
    kinked: bool


def _check_direction(problem, inputs, position):
    """Relative error along a random direction of one input, at the first point without a kink."""
    point = inputs
    for _ in range(ATTEMPTS):
        cotangent = _normal_like(problem.rng, problem.forward(*point))
        gradient = _gradients(problem, cotangent, point)[position]
        direction = problem.rng.standard_normal(gradient.shape)
        along = _along(problem, cotangent, point, position, direction)
        slope = _slope(along, problem, float(np.linalg.norm(gradient)))
        if not slope.kinked:
            break
        point = [
            _like(to_numpy(x) + DETOUR * problem.rng.standard_normal(x.shape), x) for x in inputs
        ]
    else:
        raise GradientError(f"gradcheck: argument {position}: there is a kink at every point tried")
    predicted = float(np.sum(gradient * direction))
    scale = max(float(np.linalg.norm(gradient)), abs(slope.value))
    error = abs(predicted - slope.value)
    if not error <= problem.rtol * scale + slope.noise:
        raise GradientError(_blame(problem, cotangent, point, position, gradient))
    return error / scale if scale else 0.0


def _gradients(problem, cotangent, inputs):
    """The backward pass, as NumPy arrays whose shapes are right."""
    gradients = problem.backward(cotangent, *inputs)
    if not isinstance(gradients, tuple | list):
        gradients = (gradients,)
    if len(gradients) != len(inputs):
        raise GradientError(
            f"gradcheck: backward returns {len(gradients)} gradients, "
            f"expected {len(inputs)}, one for each input"
        )
    for position, (gradient, x) in enumerate(zip(gradients, inputs)):
        if tuple(gradient.shape) != tuple(x.shape):
            raise GradientError(
                f"gradcheck: argument {position} has shape {tuple(x.shape)}, "
                f"its gradient has {tuple(gradient.shape)}"
            )
    return [to_numpy(gradient) for gradient in gradients]


def _along(problem, cotangent, inputs, position, direction):
    """The function of one number h: cotangent · forward at h steps along the direction."""
    x = inputs[position]
    weights = to_numpy(cotangent)

    def value(h):
        moved = list(inputs)
        moved[position] = _like(to_numpy(x) + h * direction, x)
        return float(np.sum(weights * to_numpy(problem.forward(*moved))))

    return value


def _slope(value, problem, size):
    """Derivative of ``value`` at 0, and whether a kink within the step spoils it."""
    h = problem.eps
    centre, left, right = value(0.0), value(-h), value(h)
    near_left, near_right = value(-h / 2), value(h / 2)
    slope = (near_right - near_left) / h
    # A second difference over h is the change of slope. That of a smooth function halves with h.
    change = (right - 2 * centre + left) / h
    near_change = (near_right - 2 * centre + near_left) / (h / 2)
    largest = max(abs(number) for number in (centre, left, right))
    noise = 16 * np.finfo(np.float64).eps * largest / h
    excess = abs(2 * near_change - change)
    return _Slope(slope, noise, excess > problem.rtol * max(size, abs(slope)) + 4 * noise)


def _blame(problem, cotangent, inputs, position, gradient):
    """The sentence about the entry that is furthest off."""
    worst, sentence = -1.0, ""
    for index in np.ndindex(gradient.shape):
        unit = np.zeros(gradient.shape)
        unit[index] = 1.0
        slope = _slope(_along(problem, cotangent, inputs, position, unit), problem, 0.0)
        error = abs(slope.value - gradient[index])
        error = math.inf if math.isnan(error) else error
        if error > worst:
            worst = error
            sentence = (
                f"gradcheck: argument {position}, index {index}: backward gives "
                f"{gradient[index]:.10g}, central differences give {slope.value:.10g}"
            )
    return sentence


def _normal_like(rng, array):
    return _like(rng.standard_normal(array.shape), array)


def _like(values, array):
    return namespace(array).asarray(values, dtype=array.dtype, device=device(array))


def _check_float64(function, name, x):
    xp = namespace(x)
    if x.dtype != xp.float64:
        raise TypeError(
            f"{function}: {name} has dtype {x.dtype}, expected float64, "
            f"for differences lose half of the digits"
        )
