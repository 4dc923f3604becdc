"""The checks of the assignment ``convolution``: layers that see through a window."""

from course_lib.grading.assignments.convolution.layers import CONV2D, CONV2D_BACKWARD, SLIDE
from course_lib.grading.assignments.convolution.others import (
    AS_MATRIX,
    COUNT,
    MAX_POOL,
    MAX_POOL_BACKWARD,
)

CHECKS = {
    "slide": SLIDE,
    "conv2d": CONV2D,
    "conv2d_backward": CONV2D_BACKWARD,
    "max_pool": MAX_POOL,
    "max_pool_backward": MAX_POOL_BACKWARD,
    "count": COUNT,
    "as_matrix": AS_MATRIX,
}
