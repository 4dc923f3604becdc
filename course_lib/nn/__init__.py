"""Neural networks by hand: every operation with the backward pass that the lecture derives.

Functions come in pairs, ``f`` and ``f_backward``, and are pure; a loss has a third function,
``f_and_gradient``, for the results of both. Layers own weights and remember what the backward pass
needs; models are chains of layers.
"""

from course_lib.nn.activations import (
    log_softmax,
    log_softmax_backward,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    softmax,
    softmax_backward,
    tanh,
    tanh_backward,
)
from course_lib.nn.convolution import conv1d, conv1d_backward, conv2d, conv2d_backward
from course_lib.nn.correlation import convolve, correlate
from course_lib.nn.dropout import dropout, dropout_backward
from course_lib.nn.image_layers import AvgPool2d, Conv2d, LocalResponseNorm, MaxPool2d
from course_lib.nn.layers import Dropout, Flatten, Layer, Linear, ReLU, Sigmoid, Tanh
from course_lib.nn.linear import linear, linear_backward
from course_lib.nn.losses import (
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_and_gradient,
    binary_cross_entropy_with_logits_backward,
    cross_entropy,
    cross_entropy_and_gradient,
    cross_entropy_backward,
    l2_loss,
    l2_loss_and_gradient,
    l2_loss_backward,
)
from course_lib.nn.models import alexnet, lenet1989, mlp
from course_lib.nn.normalization import local_response_norm, local_response_norm_backward
from course_lib.nn.pooling import (
    avg_pool2d,
    avg_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
)
from course_lib.nn.sequential import Sequential
from course_lib.nn.wiring import SelectChannels, UnitBias

__all__ = [
    "sigmoid",
    "sigmoid_backward",
    "tanh",
    "tanh_backward",
    "relu",
    "relu_backward",
    "softmax",
    "softmax_backward",
    "log_softmax",
    "log_softmax_backward",
    "linear",
    "linear_backward",
    "l2_loss",
    "l2_loss_backward",
    "l2_loss_and_gradient",
    "binary_cross_entropy_with_logits",
    "binary_cross_entropy_with_logits_backward",
    "binary_cross_entropy_with_logits_and_gradient",
    "cross_entropy",
    "cross_entropy_backward",
    "cross_entropy_and_gradient",
    "conv1d",
    "conv1d_backward",
    "conv2d",
    "conv2d_backward",
    "correlate",
    "convolve",
    "max_pool2d",
    "max_pool2d_backward",
    "avg_pool2d",
    "avg_pool2d_backward",
    "local_response_norm",
    "local_response_norm_backward",
    "dropout",
    "dropout_backward",
    "Layer",
    "Linear",
    "Sigmoid",
    "Tanh",
    "ReLU",
    "Conv2d",
    "MaxPool2d",
    "AvgPool2d",
    "LocalResponseNorm",
    "UnitBias",
    "SelectChannels",
    "Flatten",
    "Dropout",
    "Sequential",
    "mlp",
    "lenet1989",
    "alexnet",
]
