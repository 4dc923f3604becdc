"""The checks of the assignment ``backprop``: gradients by hand, for a network of any depth."""

from course_lib.grading.assignments.backprop.layers import (
    LINEAR_BACKWARD,
    NUMERICAL_GRADIENT,
    ONE_STEP,
)
from course_lib.grading.assignments.backprop.networks import (
    MLP_BACKWARD,
    SHARED_BACKWARD,
    TWO_LAYER_BACKWARD,
)

CHECKS = {
    "one_step": ONE_STEP,
    "linear_backward": LINEAR_BACKWARD,
    "two_layer_backward": TWO_LAYER_BACKWARD,
    "mlp_backward": MLP_BACKWARD,
    "numerical_gradient": NUMERICAL_GRADIENT,
    "shared_backward": SHARED_BACKWARD,
}
