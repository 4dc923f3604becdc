"""The right functions of the assignment ``losses``, made of those of the library.

Losses and gradients are sums over the outputs and means over the samples.
"""

import numpy as np

from course_lib import nn


def squared_error(z, t):
    """Half the squared error of sigmoid outputs, and its gradient with respect to ``z``."""
    o = nn.sigmoid(z)
    loss, gradient = nn.l2_loss_and_gradient(o, t)
    return loss, nn.sigmoid_backward(gradient, o)


def binary_cross_entropy(z, t):
    """Cross-entropy of sigmoid outputs, and its gradient with respect to ``z``."""
    return nn.binary_cross_entropy_with_logits_and_gradient(z, t)


def cross_entropy(z, classes):
    """Cross-entropy of softmax outputs, and its gradient with respect to ``z``."""
    return nn.cross_entropy_and_gradient(z, classes)


def two_paths(h, weight, t):
    """What reaches w21, which leads from hidden unit 2 to output 1, through o1 and through o2."""
    o1, _ = nn.softmax(weight @ h)
    t1, t2 = t
    return -t1 * (1 - o1) * h[1], t2 * o1 * h[1]


def output_layer_gradients(h, weight, theta, classes):
    """Gradients (K, H) and (K,) of a softmax layer's weights and thresholds."""
    delta = nn.cross_entropy_backward(nn.linear(h, weight, theta), classes)
    return nn.linear_backward(delta, h, weight)[1:]


def softmax_backward(g, o):
    """Gradient with respect to the potentials of a softmax, from that for its outputs."""
    return nn.softmax_backward(g, o)


def one_hot(classes, number):
    """A row of zeros and a one for each class in ``classes``."""
    return np.eye(number)[classes]
