"""Predictors of series against statsmodels, NumPy, SciPy, and recurrences whose rule is known."""

import numpy as np
import pytest
import scipy.optimize
from statsmodels.regression.linear_model import OLS
from statsmodels.tsa.ar_model import AutoReg
from statsmodels.tsa.arima.estimators.hannan_rissanen import hannan_rissanen
from statsmodels.tsa.arima_process import arma_generate_sample
from statsmodels.tsa.tsatools import lagmat

from course_lib.data import load_sunspots
from course_lib.timeseries import (
    fit_ar,
    fit_arma,
    fit_mlp,
    fit_polynomial,
    fit_rational_polynomial,
    forecast,
    lagged,
    monomials,
    one_step_forecast,
)

SERIES = load_sunspots()[1]


def test_lagged_has_the_latest_value_first(lib):
    inputs, targets = lagged(lib([1.0, 2.0, 4.0, 8.0, 16.0]), 3)
    np.testing.assert_array_equal(lib.numpy(inputs), [[4, 2, 1], [8, 4, 2]])
    np.testing.assert_array_equal(lib.numpy(targets), [8, 16])


@pytest.mark.parametrize("order", [1, 2, 9])
def test_ar_is_that_of_statsmodels(lib, order):
    judge = AutoReg(SERIES, order, trend="c").fit()
    model = fit_ar(lib(SERIES), order)
    assert model.order == order
    ours = [float(model.intercept), *lib.numpy(model.coefficients)]
    np.testing.assert_allclose(ours, judge.params, rtol=1e-9)
    one_step = lib.numpy(one_step_forecast(model, lib(SERIES)))
    np.testing.assert_allclose(one_step, judge.fittedvalues, rtol=1e-9)
    running = lib.numpy(forecast(model, lib(SERIES), 30))
    np.testing.assert_allclose(running, judge.forecast(30), rtol=1e-9)
    assert forecast(model, lib(SERIES), 0).shape == (0,)


def test_ar_in_float32(lib):
    model = fit_ar(lib(SERIES, "float32"), 3)
    coefficients = lib.numpy(model.coefficients)
    assert coefficients.dtype == np.float32
    np.testing.assert_allclose(coefficients, AutoReg(SERIES, 3).fit().params[1:], rtol=1e-4)


@pytest.mark.parametrize("p, q, long", [(3, 2, 12), (1, 4, 9), (9, 1, 9)])
def test_arma_is_two_regressions_of_statsmodels(lib, p, q, long):
    """Both stages by statsmodels: the residuals of the first are columns of the second."""
    residuals = AutoReg(SERIES, long, trend="c").fit().resid
    rows = len(SERIES) - q - long
    columns = [np.ones(rows), lagmat(SERIES, p)[-rows:], lagmat(residuals, q)[-rows:]]
    judge = OLS(SERIES[-rows:], np.column_stack(columns)).fit()
    model = fit_arma(lib(SERIES), p, q, long_order=long)
    assert model.order == q + long
    ours = [model.coefficients, model.surprise_coefficients]
    ours = np.concatenate([[float(model.intercept)], *map(lib.numpy, ours)])
    np.testing.assert_allclose(ours, judge.params, rtol=1e-8)
    one_step = lib.numpy(one_step_forecast(model, lib(SERIES)))
    np.testing.assert_allclose(one_step, judge.fittedvalues, rtol=1e-9)


def test_arma_finds_the_rule_as_well_as_statsmodels():
    """Statsmodels' first stage is Yule and Walker's, so the two agree only nearly."""
    rule = np.array([1.2, -0.6]), np.array([0.5])
    series = arma_generate_sample(
        np.r_[1, -rule[0]],
        np.r_[1, rule[1]],
        20_000,
        distrvs=np.random.default_rng(0).standard_normal,
    )
    judge = hannan_rissanen(series, ar_order=2, ma_order=1, unbiased=False)[0]
    model = fit_arma(series, 2, 1)
    ours = np.concatenate([model.coefficients, model.surprise_coefficients])
    np.testing.assert_allclose(ours, judge.params[:3], atol=1e-3)
    np.testing.assert_allclose(ours, np.concatenate(rule), atol=0.03)
    assert model.foresight.order == 98


def test_monomials_by_hand(lib):
    a, b, c = 2.0, 3.0, 5.0
    expected = [1, a, b, c, a * a, a * b, a * c, b * b, b * c, c * c]
    np.testing.assert_array_equal(lib.numpy(monomials(lib([[a, b, c]]), 2)), [expected])
    assert monomials(lib(np.ones((2, 3))), 4).shape == (2, 35)


def test_polynomial_is_least_squares(lib):
    """NumPy's lstsq as the judge, on products formed here."""
    y, p, q = SERIES[2:], SERIES[1:-1], SERIES[:-2]
    features = np.stack([p**0, p, q, p * p, p * q, q * q], axis=1)
    expected = np.linalg.lstsq(features, y)[0]
    model = fit_polynomial(lib(SERIES), 2, degree=2)
    np.testing.assert_allclose(lib.numpy(model.coefficients), expected, rtol=1e-8)
    one_step = lib.numpy(one_step_forecast(model, lib(SERIES)))
    np.testing.assert_allclose(one_step, features @ expected, rtol=1e-9)


def test_polynomial_of_degree_1_is_ar():
    ar, polynomial = fit_ar(SERIES, 3), fit_polynomial(SERIES, 3, degree=1)
    expected = [ar.intercept, *ar.coefficients]
    np.testing.assert_allclose(polynomial.coefficients, expected, rtol=1e-12)


def test_polynomial_finds_the_logistic_map(lib):
    series = [0.3]
    for _ in range(40):
        series.append(3.8 * series[-1] * (1 - series[-1]))
    model = fit_polynomial(lib(series), 1, degree=2)
    np.testing.assert_allclose(lib.numpy(model.coefficients), [0, 3.8, -3.8], atol=1e-12)
    continued = lib.numpy(forecast(model, lib(series[:20]), 5))
    np.testing.assert_allclose(continued, series[20:25], rtol=1e-9)


def test_rational_polynomial_finds_the_rule(lib):
    """y(k) = (1 + 2 y(k-1)) / (1 + 0.5 y(k-1) + 0.25 y(k-2)), from the steps that follow it."""

    def rule(a, b):
        return (1 + 2 * a) / (1 + 0.5 * a + 0.25 * b)

    series = [0.1, 4.0]
    for _ in range(12):
        series.append(rule(series[-1], series[-2]))
    model = fit_rational_polynomial(lib(series), 2, degree=1, denominator_degree=1)
    np.testing.assert_allclose(lib.numpy(model.numerator), [1, 2, 0], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(lib.numpy(model.denominator), [0.5, 0.25], rtol=1e-5, atol=1e-5)
    running = lib.numpy(forecast(model, lib(series[:5]), 4))
    np.testing.assert_allclose(running, series[5:9], rtol=1e-6)


@pytest.mark.parametrize("order, degree, below", [(2, 1, 1), (2, 2, 1), (3, 2, 2)])
def test_rational_polynomial_is_a_least_squares_solution(lib, order, degree, below):
    """SciPy, started where ours ended, finds nothing better; and it is better than a polynomial."""
    series = SERIES[:221]
    model = fit_rational_polynomial(lib(series), order, degree=degree, denominator_degree=below)
    inputs, targets = lagged(series, order)
    above, below = monomials(inputs, degree), monomials(inputs, below)[:, 1:]
    # In units in which all coefficients are of a size.
    scale = np.concatenate([np.abs(above).max(axis=0), np.abs(below).max(axis=0)])

    def error(scaled):
        c = scaled / scale
        n = above.shape[1]
        return above @ c[:n] / (1 + below @ c[n:]) - targets

    ours = np.concatenate([lib.numpy(model.numerator), lib.numpy(model.denominator)]) * scale
    judge = scipy.optimize.least_squares(error, ours, method="lm", xtol=1e-12, ftol=1e-12)
    squared = (error(ours) ** 2).sum()
    np.testing.assert_allclose(squared, 2 * judge.cost, rtol=1e-6)
    one_step = lib.numpy(one_step_forecast(model, lib(series)))
    np.testing.assert_allclose(one_step - targets, error(ours), rtol=1e-6, atol=1e-9)
    polynomial = one_step_forecast(fit_polynomial(series, order, degree=degree), series)
    assert squared < ((polynomial - targets) ** 2).sum()


def test_mlp_learns_what_ar_cannot(lib):
    """The logistic map again: its linear correlation is next to nothing."""
    series = [0.3]
    for _ in range(150):
        series.append(3.8 * series[-1] * (1 - series[-1]))
    series = np.array(series)
    model = fit_mlp(lib(series), 1, hidden=6, epochs=60, lr=0.03, rng=np.random.default_rng(0))
    error = lib.numpy(one_step_forecast(model, lib(series))) - series[1:]
    linear = one_step_forecast(fit_ar(series, 1), series) - series[1:]
    assert np.abs(error).mean() < 0.1 * np.abs(linear).mean()
    running = lib.numpy(forecast(model, lib(series), 3))
    assert running.shape == (3,)
    by_hand = series
    for _ in range(3):
        by_hand = np.append(
            by_hand, lib.numpy(one_step_forecast(model, lib(by_hand[-1:].repeat(2))))
        )
    np.testing.assert_allclose(running, by_hand[-3:], rtol=1e-12)


def test_mlp_of_the_same_seed_is_the_same():
    first, second = (
        fit_mlp(SERIES[:60], 3, epochs=2, rng=np.random.default_rng(7)) for _ in range(2)
    )
    for a, b in zip(first.network.parameters, second.network.parameters):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    "call, error, sentence",
    [
        (lambda: lagged(np.ones((3, 2)), 1), ValueError, r"series has shape \(3, 2\)"),
        (lambda: lagged(np.arange(5), 1), TypeError, "must be floating point, got int64"),
        (lambda: lagged([1.0, 2.0], 1), TypeError, "expected an array"),
        (
            lambda: lagged(SERIES[:5], 5),
            ValueError,
            "order must be from 1 to 4 for 5 values, got 5",
        ),
        (
            lambda: lagged(SERIES[:5], 0),
            ValueError,
            "order must be from 1 to 4 for 5 values, got 0",
        ),
        (lambda: fit_ar(np.array([1.0, np.nan, 2.0, 1.0]), 1), ValueError, "NaN or infinite"),
        (
            lambda: fit_ar(SERIES[:7], 4),
            ValueError,
            "fit_ar: 5 coefficients from 3 equations; take a longer series or a lower order",
        ),
        (
            lambda: fit_arma(SERIES, 3, 0),
            ValueError,
            "fit_arma: ma_order must be at least 1, got 0",
        ),
        (
            lambda: fit_arma(SERIES, 0, 2),
            ValueError,
            "order must be from 1 to 308 for 309 values, got 0",
        ),
        (
            lambda: fit_arma(SERIES, 3, 2, long_order=2),
            ValueError,
            "fit_arma: long_order must be at least ar_order, 3, got 2",
        ),
        (
            lambda: fit_arma(SERIES[:27], 6, 8, long_order=6),
            ValueError,
            "fit_arma: 15 coefficients from 13 equations",
        ),
        (
            lambda: fit_polynomial(SERIES, 2, degree=0),
            ValueError,
            "fit_polynomial: degree must be at least 1, got 0",
        ),
        (
            lambda: fit_rational_polynomial(SERIES[:8], 2),
            ValueError,
            "fit_rational_polynomial: 8 coefficients from 6 equations",
        ),
        (
            lambda: fit_rational_polynomial(SERIES, 2, denominator_degree=-1),
            ValueError,
            "fit_rational_polynomial: denominator_degree must be at least 1, got -1",
        ),
        (
            lambda: fit_mlp(np.ones(9), 2, rng=np.random.default_rng(0)),
            ValueError,
            "fit_mlp: all values of the series are the same",
        ),
        (
            lambda: forecast(fit_ar(SERIES, 3), SERIES[:2], 4),
            ValueError,
            r"forecast: series has shape \(2,\), expected at least 3 values",
        ),
    ],
)
def test_bad_input_gets_one_sentence(call, error, sentence):
    with pytest.raises(error, match=sentence):
        call()
