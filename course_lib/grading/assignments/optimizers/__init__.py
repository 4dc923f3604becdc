"""The checks of the assignment ``optimizers``: five update rules, and two ways down a ravine."""

from course_lib.grading.assignments.optimizers.descents import NESTEROV, TRAIN
from course_lib.grading.assignments.optimizers.updates import (
    ADAGRAD,
    ADAM,
    MOMENTUM,
    RMSPROP,
    SGD,
)

CHECKS = {
    "sgd_update": SGD,
    "momentum_update": MOMENTUM,
    "adagrad_update": ADAGRAD,
    "rmsprop_update": RMSPROP,
    "adam_update": ADAM,
    "train": TRAIN,
    "nesterov": NESTEROV,
}
