"""The update rules applied to all parameters of a model, in place, with a memory between steps."""

import math
from dataclasses import dataclass, field, fields
from typing import ClassVar

import numpy as np

from course_lib.arrays import namespace
from course_lib.optim.rules import _adagrad, _adam, _momentum, _rmsprop, _sgd

BLOCK = 2**17  # elements that NumPy updates at a time: the temporaries then stay in the cache


@dataclass(kw_only=True, eq=False)
class Optimizer:
    """What all optimizers share; use one of the classes below.

    Attributes
    ----------
    t : int
        Steps taken so far.
    state : list of lists of arrays
        For every parameter what the rule remembers about it; filled at the first step.
    shapes : list of tuples
        The shapes of the parameters that the state belongs to.
    """

    t: int = field(default=0, init=False, repr=False)
    state: list = field(default_factory=list, init=False, repr=False)
    shapes: list = field(default_factory=list, init=False, repr=False)
    memory: ClassVar[int] = 0  # how many arrays the rule remembers for each parameter

    def __post_init__(self):
        for setting in (f for f in fields(self) if f.init and f.type is float):
            value = getattr(self, setting.name)
            limit = math.inf if setting.name in ("lr", "eps") else 1
            if not 0 <= value < limit:
                raise ValueError(
                    f"{type(self).__name__}: {setting.name} must be in [0, {limit}), got {value}"
                )

    def step(self, parameters, gradients):
        """Update every array of ``parameters`` in place.

        Parameters
        ----------
        parameters, gradients : lists of floating-point arrays
            In the same order and of the same shapes, those of the first step at every step.

        Raises
        ------
        ValueError
            If lengths or shapes differ; no parameter has changed then.
        TypeError
            If a parameter is not floating point, or a gradient is of another array library.
        """
        try:
            shapes = [param.shape for param in parameters]
            known = shapes == self.shapes == [grad.shape for grad in gradients]
        except AttributeError:  # something is no array
            known = False
        if not known:
            self._refuse(parameters, gradients)
            self.prepare(parameters)
        self.t += 1
        for param, grad, state, blocks in zip(parameters, gradients, self.state, self._blocks):
            if not blocks:
                self._apply(param, grad, *state)
            for rows in blocks:
                self._apply(param[rows], grad[rows], *[array[rows] for array in state])

    def prepare(self, parameters):
        """Fill :attr:`state` with its initial zeros; the first step does it by itself."""
        for i, param in enumerate(parameters):
            if not namespace(param).isdtype(param.dtype, "real floating"):
                raise TypeError(
                    f"{type(self).__name__}: parameter {i} must be floating point, "
                    f"got {param.dtype}"
                )
        self.shapes = [param.shape for param in parameters]
        self.state = [
            [namespace(param).zeros_like(param) for _ in range(self.memory)] for param in parameters
        ]
        self._blocks = [_blocks(param) for param in parameters]

    def _refuse(self, parameters, gradients):
        """Raise, unless this is the first step and all fits."""
        name = type(self).__name__
        if len(parameters) != len(gradients):
            hint = "" if gradients else "; run the model's backward first"
            raise ValueError(
                f"{name}: {len(parameters)} parameters, {len(gradients)} gradients{hint}"
            )
        if parameters:
            try:
                namespace(*parameters, *gradients)
            except TypeError as error:  # no arrays, or arrays of different libraries
                raise TypeError(f"{name}: {error}") from None
        for i, (param, grad) in enumerate(zip(parameters, gradients)):
            if grad is None:
                raise TypeError(f"{name}: gradient {i} is None; run the model's backward first")
            if grad.shape != param.shape:
                raise ValueError(
                    f"{name}: gradient {i} has shape {tuple(grad.shape)}, "
                    f"its parameter {tuple(param.shape)}"
                )
        if self.state:
            raise ValueError(
                f"{name}: the parameters are not those of the first step; "
                "take a new optimizer for another model"
            )

    def _apply(self, param, grad, *state):
        raise TypeError("Optimizer is the common base; use SGD, Momentum, AdaGrad, RMSProp or Adam")


def _blocks(param):
    """Slices of about BLOCK elements; none where ``param`` is updated as a whole."""
    size = math.prod(param.shape)
    if size <= BLOCK or not isinstance(param, np.ndarray):
        return []
    axis = param.strides.index(max(param.strides))  # so that a block is one piece of memory
    rows = param.shape[axis]
    length = max(1, BLOCK * rows // size)
    starts = range(0, rows, length)
    return [(slice(None),) * axis + (slice(start, start + length),) for start in starts]


@dataclass(kw_only=True, eq=False)
class SGD(Optimizer):
    """:func:`sgd_update` for all parameters of a model.

    Examples
    --------
    >>> parameters, gradients = [np.array([1.0, 2.0])], [np.array([1.0, -1.0])]
    >>> optimizer = SGD(lr=0.1)
    >>> optimizer.step(parameters, gradients)
    >>> parameters
    [array([0.9, 2.1])]
    """

    lr: float

    def _apply(self, param, grad):
        _sgd(param, grad, self.lr)


@dataclass(kw_only=True, eq=False)
class Momentum(Optimizer):
    """:func:`momentum_update` for all parameters of a model."""

    lr: float
    momentum: float = 0.9
    memory: ClassVar[int] = 1

    def _apply(self, param, grad, velocity):
        _momentum(param, grad, velocity, self.lr, self.momentum)


@dataclass(kw_only=True, eq=False)
class AdaGrad(Optimizer):
    """:func:`adagrad_update` for all parameters of a model."""

    lr: float
    eps: float = 1e-10
    memory: ClassVar[int] = 1

    def _apply(self, param, grad, sum_squares):
        _adagrad(param, grad, sum_squares, self.lr, self.eps)


@dataclass(kw_only=True, eq=False)
class RMSProp(Optimizer):
    """:func:`rmsprop_update` for all parameters of a model."""

    lr: float
    gamma: float = 0.99
    eps: float = 1e-8
    memory: ClassVar[int] = 1

    def _apply(self, param, grad, mean_square):
        _rmsprop(param, grad, mean_square, self.lr, self.gamma, self.eps)


@dataclass(kw_only=True, eq=False)
class Adam(Optimizer):
    """:func:`adam_update` for all parameters of a model."""

    lr: float = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    eps_inside_sqrt: bool = False
    memory: ClassVar[int] = 2

    def _apply(self, param, grad, sum_gradients, sum_squares):
        _adam(
            param,
            grad,
            sum_gradients,
            sum_squares,
            self.t,
            self.lr,
            self.beta1,
            self.beta2,
            self.eps,
            self.eps_inside_sqrt,
        )
