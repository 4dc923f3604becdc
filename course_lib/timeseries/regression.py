"""Predictors by least squares: auto-regression, polynomials and quotients of polynomials."""

import itertools
import math
import operator
from dataclasses import dataclass

from course_lib.arrays import Array, device, namespace
from course_lib.timeseries.lags import lagged

STEPS = 100  # of the nonlinear least squares; it settles after a few


@dataclass(frozen=True)
class AutoRegression:
    """y(k) = intercept + a_1 y(k-1) + ... + a_p y(k-p)."""

    intercept: Array
    coefficients: Array

    @property
    def order(self):
        """How many past values it looks at."""
        return self.coefficients.shape[0]

    def predict(self, inputs, /):
        """From the lag matrix (N, p) to the predictions (N,)."""
        return inputs @ self.coefficients + self.intercept


def fit_ar(series, order, /):
    """Auto-regression by least squares.

    Parameters
    ----------
    series : array, shape (n,)
    order : int
        Number of past values p.

    Returns
    -------
    AutoRegression

    Raises
    ------
    ValueError, TypeError
        As in :func:`lagged`, or if there are fewer equations than coefficients.

    Examples
    --------
    >>> model = fit_ar(np.array([1.0, 2.0, 4.0, 8.0, 16.0]), 1)
    >>> model.coefficients.round(6)
    array([2.])
    """
    inputs, targets = lagged(series, order)
    coefficients = least_squares("fit_ar", monomials(inputs, 1), targets)
    return AutoRegression(coefficients[0], coefficients[1:])


def monomials(inputs, degree, /):
    """All products of at most ``degree`` of the columns, the constant 1 first.

    Parameters
    ----------
    inputs : array, shape (N, p)
    degree : int

    Returns
    -------
    array, shape (N, F)
        F = (p + degree)! / (p! degree!). By degree, and then as the columns come: 1; a, b;
        a a, a b, b b; and so on.

    Examples
    --------
    >>> monomials(np.array([[2.0, 3.0]]), 2)
    array([[1., 2., 3., 4., 6., 9.]])
    """
    xp = namespace(inputs)
    columns = [xp.ones_like(inputs[:, 0])]
    for d in range(1, degree + 1):
        for chosen in itertools.combinations_with_replacement(range(inputs.shape[1]), d):
            columns.append(math.prod(inputs[:, i] for i in chosen))
    return xp.stack(columns, axis=1)


@dataclass(frozen=True)
class Polynomial:
    """y(k) is a polynomial in the past values, one coefficient for each of :func:`monomials`."""

    order: int
    degree: int
    coefficients: Array

    def predict(self, inputs, /):
        """From the lag matrix (N, p) to the predictions (N,)."""
        return monomials(inputs, self.degree) @ self.coefficients


def fit_polynomial(series, order, /, *, degree=2):
    """Polynomial regression by least squares; of degree 1 it is :func:`fit_ar`.

    Parameters
    ----------
    series : array, shape (n,)
    order : int
        Number of past values p.
    degree : int
        Of the polynomial, at least 1.

    Returns
    -------
    Polynomial

    Raises
    ------
    ValueError, TypeError
        As in :func:`fit_ar`, or if the degree is below 1.
    """
    _check_degree("fit_polynomial", "degree", degree)
    inputs, targets = lagged(series, order)
    coefficients = least_squares("fit_polynomial", monomials(inputs, degree), targets)
    return Polynomial(order, degree, coefficients)


@dataclass(frozen=True)
class RationalPolynomial:
    """y(k) = P / Q, two polynomials in the past values; the constant of Q is 1.

    ``numerator`` has one coefficient for each of :func:`monomials`, ``denominator`` one for each
    but the constant. Near a zero of Q the prediction has no bounds.
    """

    order: int
    degree: int
    denominator_degree: int
    numerator: Array
    denominator: Array

    def predict(self, inputs, /):
        """From the lag matrix (N, p) to the predictions (N,)."""
        above = monomials(inputs, self.degree) @ self.numerator
        return above / (1 + monomials(inputs, self.denominator_degree)[:, 1:] @ self.denominator)


def fit_rational_polynomial(series, order, /, *, degree=2, denominator_degree=1):
    r"""Rational-polynomial regression by nonlinear least squares.

    Parameters
    ----------
    series : array, shape (n,)
    order : int
        Number of past values p.
    degree, denominator_degree : int
        Of the polynomials P above and Q below, each at least 1.

    Returns
    -------
    RationalPolynomial
        Its squared error is at most that of :func:`fit_polynomial`, where it begins.

    Raises
    ------
    ValueError, TypeError
        As in :func:`fit_ar`, or if a degree is below 1.

    Notes
    -----
    Levenberg's and Marquardt's method: the derivatives of the predictions by the coefficients
    give a linear problem for the next step, and what does not lower the error is tried again with
    a shorter step.
    """
    caller = "fit_rational_polynomial"
    _check_degree(caller, "degree", degree)
    _check_degree(caller, "denominator_degree", denominator_degree)
    inputs, targets = lagged(series, order)
    xp = namespace(inputs)
    above, below = monomials(inputs, degree), monomials(inputs, denominator_degree)[:, 1:]
    split = above.shape[1]
    _check_equations(caller, targets.shape[0], split + below.shape[1])
    zeros = xp.zeros_like(below[0, :])
    coefficients = xp.concat([least_squares(caller, above, targets), zeros])

    def evaluate(coefficients):
        q = 1 + below @ coefficients[split:]
        prediction = above @ coefficients[:split] / q
        return prediction, q, float(xp.sum((targets - prediction) ** 2))

    prediction, q, error = evaluate(coefficients)
    damping = 1e-3
    for _ in range(STEPS):
        derivatives = xp.concat([above, -prediction[:, None] * below], axis=1) / q[:, None]
        step = _damped_least_squares(derivatives, targets - prediction, damping)
        trial = evaluate(coefficients + step)
        if trial[-1] < error:
            coefficients, damping = coefficients + step, damping / 10
            prediction, q, error = trial
        else:
            damping = damping * 10
    return RationalPolynomial(
        order, degree, denominator_degree, coefficients[:split], coefficients[split:]
    )


def least_squares(caller, features, targets):
    """The coefficients with the smallest squared error; the smallest such if there are many."""
    _check_equations(caller, *features.shape)
    return _damped_least_squares(features, targets, 0.0)


def _damped_least_squares(features, targets, damping):
    """Least squares with a price on the square of each coefficient, relative to its column.

    All columns are brought to length 1 first: powers of large numbers would drown the constant.
    """
    xp = namespace(features)
    length = xp.linalg.vector_norm(features, axis=0)
    length = xp.where(length > 0, length, xp.ones_like(length))
    columns = features / length
    if damping:
        price = math.sqrt(damping) * xp.eye(
            length.shape[0], dtype=length.dtype, device=device(length)
        )
        columns = xp.concat([columns, price])
        targets = xp.concat([targets, xp.zeros_like(length)])
    return (xp.linalg.pinv(columns) @ targets) / length


def _check_equations(caller, equations, unknowns):
    if equations < unknowns:
        raise ValueError(
            f"{caller}: {unknowns} coefficients from {equations} equations; "
            "take a longer series or a lower order or degree"
        )


def _check_degree(caller, name, degree):
    if operator.index(degree) < 1:
        raise ValueError(f"{caller}: {name} must be at least 1, got {degree}")
