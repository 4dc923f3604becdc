"""The checks of the assignment ``neurons``: from one activation to a network that decides."""

from course_lib.grading.assignments.neurons.curves import SIGMOID, SLOPES, TANH
from course_lib.grading.assignments.neurons.networks import DECIDE, LOCAL_MAP, MLP_FORWARD, SOFTMAX

CHECKS = {
    "sigmoid": SIGMOID,
    "tanh": TANH,
    "slopes": SLOPES,
    "mlp_forward": MLP_FORWARD,
    "softmax": SOFTMAX,
    "decide": DECIDE,
    "local_map": LOCAL_MAP,
}
