"""How gradients change the weights: SGD, momentum, AdaGrad, RMSProp and Adam.

Each rule is there twice: as a pure function of arrays (:mod:`~course_lib.optim.rules`) and as an
object that updates all parameters of a model (:mod:`~course_lib.optim.optimizers`).
"""

from course_lib.optim.optimizers import SGD, AdaGrad, Adam, Momentum, Optimizer, RMSProp
from course_lib.optim.rules import (
    adagrad_update,
    adam_update,
    momentum_update,
    rmsprop_update,
    sgd_update,
)

__all__ = [
    "sgd_update",
    "momentum_update",
    "adagrad_update",
    "rmsprop_update",
    "adam_update",
    "SGD",
    "Momentum",
    "AdaGrad",
    "RMSProp",
    "Adam",
    "Optimizer",
]
