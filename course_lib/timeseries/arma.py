"""ARMA: auto-regression that also hears of its own surprises."""

import math
import operator
from dataclasses import dataclass

from course_lib.arrays import Array, namespace
from course_lib.timeseries.lags import lagged
from course_lib.timeseries.regression import AutoRegression, fit_ar, least_squares, monomials


@dataclass(frozen=True)
class AutoRegressionMovingAverage:
    """y(k) = intercept + b_1 y(k-1) + ... + b_p y(k-p) + a_1 x(k-1) + ... + a_q x(k-q).

    ``coefficients`` are the b, ``surprise_coefficients`` the a. The surprise x(k) is what
    ``foresight``, a longer auto-regression, gets wrong about y(k).
    """

    intercept: Array
    coefficients: Array
    surprise_coefficients: Array
    foresight: AutoRegression

    @property
    def order(self):
        """How many past values it looks at: the oldest surprise has a past of its own."""
        return self.surprise_coefficients.shape[0] + self.foresight.order

    def predict(self, inputs, /):
        """From the lag matrix (N, order) to the predictions (N,)."""
        p, q = self.coefficients.shape[0], self.surprise_coefficients.shape[0]
        surprises = _surprises(self.foresight, inputs, q)
        return (
            inputs[:, :p] @ self.coefficients
            + surprises @ self.surprise_coefficients
            + self.intercept
        )


def fit_arma(series, ar_order, ma_order, /, *, long_order=None):
    r"""Auto-regression and moving average, by least squares in two stages.

    Parameters
    ----------
    series : array, shape (n,)
    ar_order : int
        Number of past values p.
    ma_order : int
        Number of past surprises q, at least 1.
    long_order : int, optional
        Of the auto-regression that defines the surprises; by default, as in statsmodels,
        :math:`\lfloor (\ln n)^2 \rfloor`, and at least twice p and q. At
        least p: surprises of a shorter past are sums of the p values themselves.

    Returns
    -------
    AutoRegressionMovingAverage
        In :func:`forecast` its own predictions count as true, and their surprises with them.

    Raises
    ------
    ValueError, TypeError
        As in :func:`fit_ar`, or if ``ma_order`` is below 1 or ``long_order`` below p.

    Notes
    -----
    Hannan and Rissanen, Biometrika 69 (1982): an ARMA model is linear in its coefficients once
    its inputs, the surprises, are known. A long auto-regression makes them known, nearly.

    Examples
    --------
    >>> from course_lib.data import load_sunspots
    >>> model = fit_arma(load_sunspots()[1], 3, 2, long_order=12)
    >>> model.order
    14
    """
    if operator.index(ma_order) < 1:
        raise ValueError(f"fit_arma: ma_order must be at least 1, got {ma_order}")
    lagged(series, ar_order)  # refuses what no order suits, in the words of all fits
    if long_order is None:
        long_order = max(math.floor(math.log(series.shape[0]) ** 2), 2 * ar_order, 2 * ma_order)
    if long_order < ar_order:
        raise ValueError(
            f"fit_arma: long_order must be at least ar_order, {ar_order}, got {long_order}"
        )
    foresight = fit_ar(series, long_order)
    inputs, targets = lagged(series, ma_order + long_order)
    known = [monomials(inputs[:, :ar_order], 1), _surprises(foresight, inputs, ma_order)]
    found = least_squares("fit_arma", namespace(inputs).concat(known, axis=1), targets)
    return AutoRegressionMovingAverage(
        found[0], found[1 : ar_order + 1], found[ar_order + 1 :], foresight
    )


def _surprises(foresight, inputs, count):
    """x(k-1), ..., x(k-count) for each row of the lag matrix."""
    xp, order = namespace(inputs), foresight.order
    columns = [
        inputs[:, lag - 1] - foresight.predict(inputs[:, lag : lag + order])
        for lag in range(1, count + 1)
    ]
    return xp.stack(columns, axis=1)
