"""The checks of the assignment ``losses``: three errors, and the derivation of their gradients."""

from course_lib.grading.assignments.losses.derivation import (
    OUTPUT_LAYER_GRADIENTS,
    SOFTMAX_BACKWARD,
    TWO_PATHS,
)
from course_lib.grading.assignments.losses.errors import (
    BINARY_CROSS_ENTROPY,
    CROSS_ENTROPY,
    SQUARED_ERROR,
)

CHECKS = {
    "squared_error": SQUARED_ERROR,
    "binary_cross_entropy": BINARY_CROSS_ENTROPY,
    "cross_entropy": CROSS_ENTROPY,
    "two_paths": TWO_PATHS,
    "output_layer_gradients": OUTPUT_LAYER_GRADIENTS,
    "softmax_backward": SOFTMAX_BACKWARD,
}
