"""Present a batch, compare with the targets, send the error back, adjust the weights; again."""

import contextlib
import math
import operator
import os
import sys
from dataclasses import dataclass, field

import numpy as np

from course_lib.arrays import device, namespace
from course_lib.training import checkpoints

EVALUATION_BATCH = 1024  # samples that go through the model together when nothing is learned


@dataclass(repr=False)
class History:
    """What :func:`fit` saw.

    Attributes
    ----------
    loss : list of float
        Mean training loss of each epoch, every batch measured before its update.
    validation_loss : list of float
        Mean validation loss after each epoch; empty without validation data.
    stopped_early : bool
        Whether early stopping ended the training.
    """

    loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    stopped_early: bool = False

    def __repr__(self):
        change = f", loss {self.loss[0]:.3g} to {self.loss[-1]:.3g}" if self.loss else ""
        return f"History({len(self.loss)} epochs{change})"


class DivergenceError(FloatingPointError):
    """The loss is no longer a finite number.

    Attributes
    ----------
    step : int
        The step that could not be taken, counted from 1.
    history : History
        The epochs that were completed.
    """

    def __init__(self, sentence, step, history):
        super().__init__(sentence)
        self.step, self.history = step, history


def fit(
    model,
    loss,
    optimizer,
    data,
    *,
    epochs,
    batch_size,
    rng,
    validation=None,
    early_stopping=None,
    checkpoint=None,
    progress=True,
):
    """Train ``model`` in place.

    Parameters
    ----------
    model : course_lib.nn.Layer
        Usually a :class:`~course_lib.nn.Sequential`.
    loss : function or pair of functions
        ``loss(output, target)``, a mean over the samples. Its gradient is the function of the same
        module whose name ends in ``_backward``, or the second of the pair. If that module has
        one that ends in ``_and_gradient``, it is asked for both at once.
    optimizer : course_lib.optim.Optimizer
    data : pair of arrays
        Inputs and targets, shapes (N, ...), in the library and on the device of the model.
    epochs : int
        How often all samples are presented.
    batch_size : int or None
        Samples between two updates: 1 is pattern by pattern, None the full batch.
    rng : numpy.random.Generator or None
        Shuffles the samples in every epoch; None keeps their order.
    validation : pair of arrays, optional
        Samples whose loss is measured after each epoch.
    early_stopping : course_lib.validation.EarlyStopping, optional
        Ends the training when the validation loss no longer falls; in any case the model has the
        weights of the best epoch afterwards.
    checkpoint : path, optional
        File that is written after every epoch. If it exists, training goes on where it ended, and
        arrives at the same weights as a run without interruption. Remove it to begin anew.
    progress : bool
        Show a progress bar, in a terminal or a notebook; never in CI (variable ``CI`` set).

    Returns
    -------
    History

    Raises
    ------
    DivergenceError
        If a loss or a weight becomes infinite or NaN. The model keeps the last weights whose loss
        was finite.
    ValueError, TypeError
        If the arguments do not fit each other, or the checkpoint is of another model.

    Notes
    -----
    Lecture, "Neural Network Training" and "Gradient Descent Updates". Two runs from the same seed
    give the same weights.

    Examples
    --------
    >>> from course_lib.nn import l2_loss, mlp
    >>> from course_lib.optim import SGD
    >>> rng = np.random.default_rng(0)
    >>> x = np.linspace(-1, 1, 20)[:, None]
    >>> model = mlp([1, 1], rng=rng)
    >>> history = fit(model, l2_loss, SGD(lr=0.1), (x, 3 * x), epochs=60, batch_size=4, rng=rng)
    >>> len(history.loss), model.parameters[0].round(2)
    (60, array([[3.]]))
    """
    loss, loss_and_gradient = _loss_functions(loss)
    samples = _check(data, epochs, batch_size, rng, validation, early_stopping)
    history = History()
    run = checkpoints.Run(model, optimizer, rng, early_stopping, history)
    if checkpoint is not None:
        checkpoints.resume(checkpoint, run)
    batches = math.ceil(samples / (batch_size or samples))
    trainer = _Trainer(model, loss_and_gradient, optimizer, history, len(history.loss) * batches)
    # An overflow is reported once, by its step, and not by NumPy's warnings.
    with (
        np.errstate(over="ignore", invalid="ignore", divide="ignore"),
        _progress_bar(progress, epochs * batches, trainer.step) as bar,
    ):
        while len(history.loss) < epochs and not history.stopped_early:
            total = trainer.epoch(_batches(data, batch_size, rng), bar)
            if validation is not None:
                value = trainer.finite("validation loss", evaluate(model, loss, validation))
                history.validation_loss.append(value)
            history.loss.append(total / samples)
            if early_stopping is not None:
                history.stopped_early = early_stopping.update(value, trainer.parameters)
            if checkpoint is not None:
                checkpoints.save(checkpoint, run)
        bar.total = bar.n  # tqdm paints a bar that ends early red
    if early_stopping is not None:
        early_stopping.restore(trainer.parameters)
    return history


def evaluate(model, loss, data, *, batch_size=EVALUATION_BATCH):
    """Mean loss over samples that nothing is learned from.

    Parameters
    ----------
    model : course_lib.nn.Layer
    loss : function
        ``loss(output, target)``, a mean over the samples.
    data : pair of arrays
        Inputs and targets, shapes (N, ...).
    batch_size : int
        Samples that go through the model together.

    Returns
    -------
    float
    """
    total = 0.0
    for x, target in _batches(data, batch_size, None):
        total += float(loss(model.forward(x), target)) * x.shape[0]
    return total / data[0].shape[0]


class _Trainer:
    """Takes the steps, and holds the weights to go back to when one went wrong."""

    def __init__(self, model, loss_and_gradient, optimizer, history, step):
        self.model, self.loss_and_gradient = model, loss_and_gradient
        self.optimizer, self.history, self.step = optimizer, history, step
        self.parameters = model.parameters
        self.good = [namespace(p).asarray(p, copy=True) for p in self.parameters]

    def epoch(self, batches, bar):
        """A step for every batch; the sum of the losses of all samples, before its update each."""
        total = 0.0
        for x, target in batches:
            self.step += 1
            output = self.model.forward(x, training=True)
            value, gradient = self.loss_and_gradient(output, target)
            value = self.finite("loss", float(value))
            for good, parameter in zip(self.good, self.parameters):
                good[...] = parameter
            self.model.backward(gradient, input_gradient=False)
            self.optimizer.step(self.parameters, self.model.gradients)
            total += value * x.shape[0]
            bar.update(1)
        for parameter in self.parameters:
            self.finite("sum of a layer's weights", float(namespace(parameter).sum(parameter)))
        bar.set_postfix_str(f"loss {value:.3g}", refresh=False)
        return total

    def finite(self, what, value):
        """``value`` itself; if it is not finite, go back to the last good weights and raise."""
        if math.isfinite(value):
            return value
        for good, parameter in zip(self.good, self.parameters):
            parameter[...] = good
        if self.step == 1 and what == "loss":  # nothing has been learned yet
            hint = "the model is as it was; look at the data, and at the initial weights"
        else:
            hint = "the model keeps the last weights whose loss was finite, and a smaller "
            hint += "learning rate may help"
        raise DivergenceError(
            f"fit: the {what} is {value} at step {self.step} (epoch {len(self.history.loss) + 1}); "
            f"{hint}",
            self.step,
            self.history,
        )


def _batches(data, batch_size, rng):
    """The samples in batches, shuffled if there is an rng and more than one batch."""
    x, target = data
    samples = x.shape[0]
    size = batch_size or samples
    xp, order = namespace(x), None
    if rng is not None and size < samples:
        order = xp.asarray(rng.permutation(samples), device=device(x))
    for start in range(0, samples, size):
        batch = slice(start, min(start + size, samples))
        if order is None:
            yield x[batch, ...], target[batch, ...]
        else:
            yield tuple(xp.take(array, order[batch], axis=0) for array in data)


def _loss_functions(loss):
    """The loss alone, and the function that returns it together with its gradient."""
    if isinstance(loss, tuple):
        return loss[0], _together(*loss)
    name = getattr(loss, "__name__", loss)
    module = sys.modules.get(getattr(loss, "__module__", ""))
    if hasattr(module, f"{name}_and_gradient"):
        return loss, getattr(module, f"{name}_and_gradient")
    if hasattr(module, f"{name}_backward"):
        return loss, _together(loss, getattr(module, f"{name}_backward"))
    raise ValueError(
        f"fit: no function {name}_backward beside the loss; give the pair (loss, gradient)"
    )


def _together(loss, gradient):
    """One function of two; a loss that is not finite ends the run and has no gradient."""

    def loss_and_gradient(output, target):
        value = float(loss(output, target))
        return value, gradient(output, target) if math.isfinite(value) else None

    return loss_and_gradient


def _check(data, epochs, batch_size, rng, validation, early_stopping):
    """Refuse what does not fit together; the number of training samples."""
    for name, pair in (("data", data), ("validation", validation)):
        if pair is None and name == "validation":
            continue
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            got = type(pair).__name__
            got += f" of {len(pair)}" if isinstance(pair, (tuple, list)) else ""
            raise TypeError(f"fit: {name} must be a pair (inputs, targets), got {got}")
        x, target = pair
        namespace(x, target)
        if x.shape[0] != target.shape[0] or x.shape[0] == 0:
            raise ValueError(
                f"fit: {name} has {x.shape[0]} inputs and {target.shape[0]} targets, "
                "expected as many of both and at least one"
            )
    for name, number in (
        ("epochs", epochs),
        ("batch_size", 1 if batch_size is None else batch_size),
    ):
        if operator.index(number) < 1:
            raise ValueError(f"fit: {name} must be at least 1, got {number}")
    if not isinstance(rng, (np.random.Generator, type(None))):
        raise TypeError(f"fit: rng must be a numpy.random.Generator or None, got {rng!r:.60}")
    if early_stopping is not None and validation is None:
        raise ValueError("fit: early_stopping looks at the validation loss, give validation too")
    return data[0].shape[0]


class _NoBar(contextlib.nullcontext):
    """Stands for tqdm's bar where none is shown."""

    n = 0

    def __enter__(self):
        return self

    def update(self, n):
        """Show nothing."""

    def set_postfix_str(self, text, refresh):
        """Show nothing."""


def _progress_bar(wanted, total, done):
    """The bar of tqdm, unless nobody would look at it."""
    notebook = "ipykernel.zmqshell" in sys.modules  # how tqdm tells, too
    if wanted and not os.environ.get("CI") and (notebook or sys.stderr.isatty()):
        with contextlib.suppress(ModuleNotFoundError):
            from tqdm.auto import tqdm

            return tqdm(total=total, initial=done, unit="step")
    return _NoBar()
