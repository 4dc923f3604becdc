"""Layers for images (N, C, H, W): convolution, pooling and local response normalization."""

import math

import numpy as np

from course_lib.nn.checks import whole
from course_lib.nn.convolution import conv2d, conv2d_backward
from course_lib.nn.initialization import he_normal
from course_lib.nn.layers import Layer
from course_lib.nn.normalization import local_response_norm, local_response_norm_backward
from course_lib.nn.pooling import (
    avg_pool2d,
    avg_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
)
from course_lib.nn.windows import output_size, pair


class Conv2d(Layer):
    """Convolutional layer, :func:`course_lib.nn.conv2d` with weights of its own.

    Parameters
    ----------
    in_channels, out_channels : int
        C and K: the weight has shape (K, C / groups, kernel height, kernel width), the bias (K,)
        starts at 0.
    kernel_size, stride, padding, dilation : int or (int, int)
        Vertically and horizontally.
    padding_value : float
        Of the pixels around the image.
    groups : int
        Both numbers of channels are multiples of it.
    rng : numpy.random.Generator
        Draws the weight.
    bias : bool
    initial : function
        One of :mod:`course_lib.nn.initialization`.
    dtype : str or NumPy dtype
        float32 or float64.
    """

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        *,
        stride=1,
        padding=0,
        padding_value=0.0,
        dilation=1,
        groups=1,
        rng,
        bias=True,
        initial=he_normal,
        dtype="float64",
    ):
        whole("Conv2d", "in_channels", in_channels, 1)
        whole("Conv2d", "out_channels", out_channels, 1)
        whole("Conv2d", "groups", groups, 1)
        kernel_size = pair("Conv2d", "kernel_size", kernel_size, 1)
        if in_channels % groups or out_channels % groups:
            raise ValueError(
                f"Conv2d: groups is {groups}, expected a divisor of the {in_channels} channels in "
                f"and the {out_channels} channels out"
            )
        shape = (out_channels, in_channels // groups, *kernel_size)
        weight = initial(shape, rng=rng, dtype=dtype)
        super().__init__(weight, *([np.zeros(out_channels, dtype)] if bias else []))
        self.settings = {
            "stride": pair("Conv2d", "stride", stride, 1),
            "padding": pair("Conv2d", "padding", padding, 0),
            "padding_value": padding_value,
            "dilation": pair("Conv2d", "dilation", dilation, 1),
            "groups": groups,
        }

    def forward(self, x, *, training=False):
        """(N, C, H, W) to (N, K, H', W')."""
        output = conv2d(x, *self.parameters, **self.settings)
        self._saved = x
        return output

    def backward(self, grad_output, *, input_gradient=True):
        """(N, K, H', W') to (N, C, H, W), or to None without ``input_gradient``."""
        x = self._recall()
        self.gradients.clear()  # before room is taken for the new ones
        grad_x, grad_weight, grad_bias = conv2d_backward(
            grad_output, x, self.parameters[0], **self.settings, input_gradient=input_gradient
        )
        self.gradients.extend((grad_weight, grad_bias)[: len(self.parameters)])
        return grad_x

    def output_shape(self, input_shape, /):
        """(K, H', W'), if the input is (C, H, W)."""
        channels = self.parameters[0].shape[1] * self.settings["groups"]
        check_image("Conv2d", input_shape, channels)
        size = output_size(
            "Conv2d",
            input_shape[1:],
            self.parameters[0].shape[2:],
            self.settings["stride"],
            self.settings["padding"],
            self.settings["dilation"],
        )
        return (self.parameters[0].shape[0], *size)

    def multiply_adds(self, input_shape, /):
        """One for each weight at each position of the window."""
        positions = math.prod(self.output_shape(input_shape)[1:])
        return math.prod(self.parameters[0].shape) * positions

    def connections(self, input_shape, /):
        """The same, and a bias for each unit."""
        units = math.prod(self.output_shape(input_shape)) if len(self.parameters) == 2 else 0
        return self.multiply_adds(input_shape) + units

    def __repr__(self):
        kernels, channels, *kernel_size = self.parameters[0].shape
        text = f"{channels * self.settings['groups']}, {kernels}, {short(tuple(kernel_size))}"
        for name in "stride", "padding", "dilation":
            if self.settings[name] != ((0, 0) if name == "padding" else (1, 1)):
                text += f", {name}={short(self.settings[name])}"
        if self.settings["padding_value"] != 0:
            text += f", padding_value={self.settings['padding_value']}"
        if self.settings["groups"] > 1:
            text += f", groups={self.settings['groups']}"
        return f"Conv2d({text}{'' if len(self.parameters) == 2 else ', bias=False'})"


class _Pool2d(Layer):
    """What the two poolings share."""

    def __init__(self, kernel_size, *, stride=None, padding=0):
        super().__init__()
        name = type(self).__name__
        kernel_size = pair(name, "kernel_size", kernel_size, 1)
        self.settings = {
            "kernel_size": kernel_size,
            "stride": kernel_size if stride is None else pair(name, "stride", stride, 1),
            "padding": pair(name, "padding", padding, 0),
        }

    def output_shape(self, input_shape, /):
        """(C, H', W'), if the input is (C, H, W)."""
        name = type(self).__name__
        check_image(name, input_shape)
        sizes = self.settings["kernel_size"], self.settings["stride"], self.settings["padding"]
        return (input_shape[0], *output_size(name, input_shape[1:], *sizes))

    def __repr__(self):
        text = short(self.settings["kernel_size"])
        if self.settings["stride"] != self.settings["kernel_size"]:
            text += f", stride={short(self.settings['stride'])}"
        if self.settings["padding"] != (0, 0):
            text += f", padding={short(self.settings['padding'])}"
        return f"{type(self).__name__}({text})"


class MaxPool2d(_Pool2d):
    """:func:`course_lib.nn.max_pool2d` as a layer, with the same settings."""

    def forward(self, x, *, training=False):
        """(N, C, H, W) to (N, C, H', W')."""
        output = max_pool2d(x, **self.settings)
        self._saved = x
        return output

    def backward(self, grad_output, *, input_gradient=True):
        """To the largest pixel of each window."""
        return max_pool2d_backward(grad_output, self._recall(), **self.settings)


class AvgPool2d(_Pool2d):
    """:func:`course_lib.nn.avg_pool2d` as a layer, with the same settings."""

    def forward(self, x, *, training=False):
        """(N, C, H, W) to (N, C, H', W')."""
        output = avg_pool2d(x, **self.settings)
        self._saved = x
        return output

    def backward(self, grad_output, *, input_gradient=True):
        """In equal shares to all pixels of each window."""
        return avg_pool2d_backward(grad_output, self._recall(), **self.settings)


class LocalResponseNorm(Layer):
    """:func:`course_lib.nn.local_response_norm` as a layer, with the same settings."""

    def __init__(self, size, *, alpha=1e-4, beta=0.75, k=1.0):
        super().__init__()
        self.settings = {"size": size, "alpha": alpha, "beta": beta, "k": k}

    def forward(self, x, *, training=False):
        """(N, C, H, W), and the output has the same shape."""
        output = local_response_norm(x, **self.settings)
        self._saved = x
        return output

    def backward(self, grad_output, *, input_gradient=True):
        """To the unit itself, and to the neighbours that inhibited it."""
        return local_response_norm_backward(grad_output, self._recall(), **self.settings)

    def __repr__(self):
        return f"LocalResponseNorm({self.settings['size']})"


def check_image(layer, input_shape, channels=None, /):
    """Raise ValueError unless the shape of a sample is (C, H, W), with this many channels."""
    if len(input_shape) != 3 or channels not in (None, input_shape[0]):
        raise ValueError(
            f"{layer}: input_shape is {tuple(input_shape)}, expected "
            f"({'C' if channels is None else channels}, H, W)"
        )


def short(sizes, /):
    """How a pair of sizes is written: one number when both are the same."""
    return str(sizes[0] if sizes[0] == sizes[1] else sizes)
