"""Layers that the first LeNet needs beyond the usual: its biases and its wiring."""

import math

import numpy as np

from course_lib.arrays import namespace
from course_lib.nn.checks import dimensions, floating
from course_lib.nn.image_layers import check_image
from course_lib.nn.layers import Layer


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
        self.is_copy = np.arange(in_channels)[:, None] == np.array(self.channels)
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
        # Channels first and images last, as convolutions of small images leave them in memory.
        channels = xp.take(_images_last(xp, x), xp.asarray(self.channels, device=x.device), axis=0)
        return _images_first(xp, channels)

    def backward(self, grad_output, *, input_gradient=True):
        """A channel gets the sum of what its copies got: one product with a matrix of 0 and 1."""
        shape = self._recall()
        xp = namespace(grad_output)
        adds = xp.asarray(self.is_copy, dtype=grad_output.dtype, device=grad_output.device)
        flat = xp.reshape(_images_last(xp, grad_output), (len(self.channels), -1))
        return _images_first(xp, xp.reshape(adds @ flat, (*shape[1:], shape[0])))

    def output_shape(self, input_shape, /):
        """(Number of copies, H, W)."""
        check_image("SelectChannels", input_shape, self.in_channels)
        return (len(self.channels), *input_shape[1:])

    def __repr__(self):
        return f"SelectChannels({len(self.channels)} of {self.in_channels})"


def _images_last(xp, x):
    """(N, C, H, W) seen as (C, H, W, N)."""
    return xp.permute_dims(x, (1, 2, 3, 0))


def _images_first(xp, x):
    """(C, H, W, N) seen as (N, C, H, W)."""
    return xp.permute_dims(x, (3, 0, 1, 2))
