"""Layers that the first LeNet needs beyond the usual: its border, its biases and its wiring."""

import math

import numpy as np

from course_lib.arrays import namespace
from course_lib.nn.checks import dimensions, floating
from course_lib.nn.image_layers import check_image, short
from course_lib.nn.layers import Layer
from course_lib.nn.windows import pair


class ConstantPad2d(Layer):
    """A border of one value around every image: LeNet's background is -1, not 0.

    Parameters
    ----------
    padding : int or (int, int)
        Rows above and below, and columns left and right.
    value : float
    """

    def __init__(self, padding, value):
        super().__init__()
        self.padding = pair("ConstantPad2d", "padding", padding, 0)
        self.value = value

    def forward(self, x, *, training=False):
        """(N, C, H, W) to (N, C, H + 2 rows, W + 2 columns)."""
        xp = floating("ConstantPad2d", x=x)
        dimensions("ConstantPad2d", "x", x, "NCHW")
        shape = (*x.shape[:2], *(n + 2 * p for n, p in zip(x.shape[2:], self.padding)))
        output = xp.full(shape, self.value, dtype=x.dtype, device=x.device)
        output[self._inside(shape)] = x
        self._saved = (shape,)
        return output

    def backward(self, grad_output, *, input_gradient=True):
        """What the border was blamed for is dropped."""
        (shape,) = self._recall()
        return grad_output[self._inside(shape)]

    def output_shape(self, input_shape, /):
        """(C, H + 2 rows, W + 2 columns)."""
        check_image("ConstantPad2d", input_shape)
        return (input_shape[0], *(n + 2 * p for n, p in zip(input_shape[1:], self.padding)))

    def __repr__(self):
        return f"ConstantPad2d({short(self.padding)}, {self.value})"

    def _inside(self, shape):
        (rows, columns), (height, width) = self.padding, shape[2:]
        return ..., slice(rows, height - rows), slice(columns, width - columns)


class UnitBias(Layer):
    """A bias for every unit, not only for every channel.

    Parameters
    ----------
    shape : tuple of int
        Shape of one sample.
    dtype : str or NumPy dtype
        float32 or float64. The biases start at 0.
    """

    def __init__(self, shape, *, dtype="float64"):
        super().__init__(np.zeros(shape, dtype))

    def forward(self, x, *, training=False):
        """(N, ...), and the output has the same shape."""
        (bias,) = self.parameters
        floating("UnitBias", x=x, bias=bias)
        if x.shape[1:] != bias.shape:
            raise ValueError(
                f"UnitBias: x has samples of shape {tuple(x.shape[1:])}, "
                f"expected {tuple(bias.shape)} as the biases have"
            )
        self._saved = True
        return x + bias

    def backward(self, grad_output, *, input_gradient=True):
        """Unchanged to the input; to the biases, the sum over samples."""
        self._recall()
        self.gradients[:] = [namespace(grad_output).sum(grad_output, axis=0)]
        return grad_output

    def connections(self, input_shape, /):
        """One for each unit."""
        return math.prod(input_shape)

    def __repr__(self):
        return f"UnitBias({tuple(self.parameters[0].shape)})"


class SelectChannels(Layer):
    """Channels in another order, any number of times: who sees whom in the groups that follow.

    Parameters
    ----------
    channels : sequence of int
        For each output channel, the input channel that it copies.
    in_channels : int
        How many input channels there are.
    """

    def __init__(self, channels, in_channels):
        super().__init__()
        self.channels, self.in_channels = tuple(channels), in_channels
        if not all(0 <= channel < in_channels for channel in self.channels):
            raise ValueError(
                f"SelectChannels: channels go from {min(self.channels)} to {max(self.channels)}, "
                f"expected numbers in 0..{in_channels - 1}"
            )

    def forward(self, x, *, training=False):
        """(N, C, H, W) to (N, number of copies, H, W)."""
        xp = floating("SelectChannels", x=x)
        dimensions("SelectChannels", "x", x, "NCHW")
        self.output_shape(x.shape[1:])
        self._saved = x.shape
        return xp.take(x, xp.asarray(self.channels, device=x.device), axis=1)

    def backward(self, grad_output, *, input_gradient=True):
        """A channel gets the sum of what its copies got: one product with a matrix of 0 and 1."""
        shape = self._recall()
        xp = namespace(grad_output)
        copied = xp.asarray(self.channels, device=grad_output.device)
        channel = xp.arange(self.in_channels, device=grad_output.device)[:, None]
        adds = xp.astype(copied == channel, grad_output.dtype)
        pixels = math.prod(shape[2:])
        flat = xp.reshape(grad_output, (shape[0], len(self.channels), pixels))
        return xp.reshape(adds @ flat, shape)

    def output_shape(self, input_shape, /):
        """(Number of copies, H, W)."""
        check_image("SelectChannels", input_shape, self.in_channels)
        return (len(self.channels), *input_shape[1:])

    def __repr__(self):
        return f"SelectChannels({len(self.channels)} of {self.in_channels})"
