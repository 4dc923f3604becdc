"""What comes next? Predictors of a series from its own past.

Each ``fit_`` function returns a predictor: an object with the ``order`` p, the number of past
values that it looks at, and ``predict``, from the lag matrix (N, p) to the predictions (N,).
:func:`one_step_forecast` and :func:`forecast` work with any of them.

Source: lecture, "A Very Nonlinear Model with Single-Stage ML", with the series' own past in the
place of the inputs x.
"""

from course_lib.timeseries.arma import AutoRegressionMovingAverage, fit_arma
from course_lib.timeseries.lags import forecast, lagged, one_step_forecast
from course_lib.timeseries.neural import NeuralPredictor, fit_mlp
from course_lib.timeseries.regression import (
    AutoRegression,
    Polynomial,
    RationalPolynomial,
    fit_ar,
    fit_polynomial,
    fit_rational_polynomial,
    monomials,
)

__all__ = [
    "lagged",
    "fit_ar",
    "fit_arma",
    "monomials",
    "fit_polynomial",
    "fit_rational_polynomial",
    "fit_mlp",
    "one_step_forecast",
    "forecast",
    "AutoRegression",
    "AutoRegressionMovingAverage",
    "Polynomial",
    "RationalPolynomial",
    "NeuralPredictor",
]
