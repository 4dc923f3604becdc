"""A series as a regression problem, and back: lag matrix and forecasts."""

import operator

from course_lib.arrays import namespace


def lagged(series, order, /):
    """The series as a regression problem: its past beside its present.

    Parameters
    ----------
    series : array, shape (n,)
    order : int
        Number of past values p, from 1 to n - 1.

    Returns
    -------
    inputs : array, shape (n - p, p)
        In row k - p the values y(k-1), y(k-2), ..., y(k-p).
    targets : array, shape (n - p,)
        The values y(k).

    Raises
    ------
    ValueError
        If the series is not one finite row, or shorter than the order asks for.
    TypeError
        If it is not floating point.

    Examples
    --------
    >>> inputs, targets = lagged(np.array([1.0, 2.0, 3.0, 4.0]), 2)
    >>> inputs
    array([[2., 1.],
           [3., 2.]])
    >>> targets
    array([3., 4.])
    """
    xp = namespace(series)
    if series.ndim != 1:
        raise ValueError(f"series has shape {tuple(series.shape)}, expected one dimension")
    if not xp.isdtype(series.dtype, "real floating"):
        raise TypeError(f"series must be floating point, got {series.dtype}")
    n = series.shape[0]
    if not 1 <= operator.index(order) < n:
        raise ValueError(f"order must be from 1 to {n - 1} for {n} values, got {order}")
    if not xp.all(xp.isfinite(series)):
        raise ValueError("series has values that are NaN or infinite")
    columns = [series[order - lag : n - lag] for lag in range(1, order + 1)]
    return xp.stack(columns, axis=1), series[order:]


def one_step_forecast(predictor, series, /):
    """What the predictor says about each value, knowing the true ones before it.

    Parameters
    ----------
    predictor : what a ``fit_`` function returned
    series : array, shape (n,)

    Returns
    -------
    array, shape (n - p,)
        Predictions of y(p), ..., y(n-1).
    """
    inputs, _ = lagged(series, predictor.order)
    return predictor.predict(inputs)


def forecast(predictor, series, steps, /):
    """The values after the end of the series, each from predictions before it: free-running.

    Parameters
    ----------
    predictor : what a ``fit_`` function returned
    series : array, shape (n,)
        At least p values.
    steps : int
        How many values to predict.

    Returns
    -------
    array, shape (steps,)

    Raises
    ------
    ValueError
        If the series is shorter than p.

    Examples
    --------
    >>> from course_lib.timeseries import fit_ar
    >>> doubling = np.array([1.0, 2.0, 4.0, 8.0, 16.0])
    >>> forecast(fit_ar(doubling, 1), doubling, 3).round(6)
    array([ 32.,  64., 128.])
    """
    xp, order = namespace(series), predictor.order
    if series.ndim != 1 or series.shape[0] < order:
        raise ValueError(
            f"forecast: series has shape {tuple(series.shape)}, expected at least {order} values"
        )
    window = xp.flip(series[series.shape[0] - order :])  # the latest value first, as in lagged
    predictions = []
    for _ in range(steps):
        prediction = predictor.predict(window[None, :])
        predictions.append(prediction)
        window = xp.concat([prediction, window[:-1]])
    return xp.concat(predictions) if predictions else series[:0]
