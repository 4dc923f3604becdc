"""A multi-layer perceptron as a predictor."""

from dataclasses import dataclass

from course_lib.arrays import Array, namespace
from course_lib.nn import Layer, l2_loss, mlp
from course_lib.optim import Adam
from course_lib.timeseries.lags import lagged
from course_lib.training import fit


@dataclass(frozen=True)
class NeuralPredictor:
    """A network of the past values, in units in which the series has mean 0 and deviation 1."""

    order: int
    network: Layer
    mean: Array
    deviation: Array

    def predict(self, inputs, /):
        """From the lag matrix (N, p) to the predictions (N,)."""
        output = self.network.forward((inputs - self.mean) / self.deviation)
        return output[:, 0] * self.deviation + self.mean


def fit_mlp(series, order, /, *, hidden=8, epochs=200, lr=0.01, batch_size=16, rng, progress=False):
    """Multi-layer perceptron with one hidden layer (tanh), trained with Adam.

    Parameters
    ----------
    series : array, shape (n,)
    order : int
        Number of past values p.
    hidden : int
        Units of the hidden layer.
    epochs, batch_size : int
        As in :func:`course_lib.training.fit`.
    lr : float
        Learning rate of Adam.
    rng : numpy.random.Generator
        Draws the initial weights and shuffles the years.
    progress : bool
        Show a progress bar.

    Returns
    -------
    NeuralPredictor

    Raises
    ------
    ValueError, TypeError
        As in :func:`lagged`, or if all values of the series are the same.
    """
    inputs, targets = lagged(series, order)
    xp = namespace(series)
    mean, deviation = xp.mean(series), xp.std(series)
    if deviation == 0:
        raise ValueError("fit_mlp: all values of the series are the same")
    network = mlp([order, hidden, 1], activation="tanh", rng=rng).to(series)
    data = (inputs - mean) / deviation, ((targets - mean) / deviation)[:, None]
    fit(
        network,
        l2_loss,
        Adam(lr=lr),
        data,
        epochs=epochs,
        batch_size=batch_size,
        rng=rng,
        progress=progress,
    )
    return NeuralPredictor(order, network, mean, deviation)
