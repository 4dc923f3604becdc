"""The gradient of a convolution with respect to its images, which is a convolution as well.

A pixel is blamed by all windows that it lay in. With a stride of 1, those are its neighbours in
``grad_output``, so the gradient is a convolution of ``grad_output`` with the kernels in reverse.
With a stride s, pixels s q + a of different a ("phases") meet different kernel rows, those that lie
s apart. Cut into pieces of s rows, a kernel has one row for every phase in each piece. The gradient
is then a convolution with the pieces in reverse: for each channel it yields a small image for every
phase, vertically and horizontally, and they are interlaced to one.

A slice is taken to be a view here, as in :mod:`course_lib.nn.stacking`.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from course_lib.arrays import Array
from course_lib.nn.gathering import Gathering
from course_lib.nn.planning import lay_out
from course_lib.nn.stacking import Stacking


class Axis(NamedTuple):
    """The transposed convolution along one axis, written for the vertical one."""

    rows: slice  # where the kernel lies in its pieces
    pieces: int
    phases: int  # the stride, which is the length of a piece
    positions: int  # the rows that each phase has
    padding: int  # negative where the convolution never reached the last rows of padding
    dilation: int


def _axis(size, kernel_size, stride, padding, dilation):
    """Kernel row i met pixel ``position * stride + i * dilation - padding``."""
    step, dilation = (1, dilation) if stride == 1 else (dilation, 1)
    shift, first = divmod(-padding, stride)
    last = first + step * (kernel_size - 1)
    pieces = last // stride + 1
    return Axis(
        rows=slice(first, last + 1, step),
        pieces=pieces,
        phases=stride,
        positions=-(-size // stride),
        padding=dilation * (pieces - 1) + shift,
        dilation=dilation,
    )


class Transposed(NamedTuple):
    """The gradient of one convolution with respect to its images."""

    x_shape: tuple[int, ...]  # (N, C, H, W)
    phases: tuple[int, int]  # vertically and horizontally
    convolution: Gathering | Stacking  # of grad_output, to (N, C * phases, positions)
    kernels_shape: tuple[int, ...]  # (C * phases, K / groups, pieces)
    origins: Array  # of each number of these kernels in the flat weight; at its end there is a 0

    def grad_images(self, xp, grad_output, weight):
        """From (N, K, H', W') to (N, C, H, W)."""
        small_images = self.convolution.correlate(xp, grad_output, self.kernels(xp, weight))
        if self.phases == (1, 1):
            return small_images
        samples, channels, *_ = self.x_shape
        shape = (samples, channels, *self.phases, *small_images.shape[2:])
        small_images = xp.reshape(small_images, shape)
        images = self.convolution.empty(xp, self.x_shape, weight)
        for a in range(self.phases[0]):
            for b in range(self.phases[1]):
                pixels = images[:, :, a :: self.phases[0], b :: self.phases[1]]
                pixels[...] = small_images[:, :, a, b, : pixels.shape[2], : pixels.shape[3]]
        return images

    def kernels(self, xp, weight):
        """The weight's kernels in pieces and in reverse."""
        zero = xp.zeros(1, dtype=weight.dtype, device=weight.device)
        numbers = xp.concat([xp.reshape(weight, (-1,)), zero])
        return xp.reshape(xp.take(numbers, self.origins), self.kernels_shape)


@lru_cache(maxsize=256)  # a network asks for the same few plans at every step
def plan_transposed(x_shape, weight_shape, grad_shape, settings, groups, xp, device):
    """Lay out the gradient of a convolution with ``settings`` (stride, padding, dilation)."""
    axes = tuple(_axis(*each) for each in zip(x_shape[2:], weight_shape[2:], *settings))
    origins = _origins(weight_shape, groups, *axes)
    convolution = lay_out(
        grad_shape,
        origins.shape,
        tuple(axis.positions for axis in axes),
        ((1, 1), tuple(axis.padding for axis in axes), tuple(axis.dilation for axis in axes)),
        0.0,
        groups,
        xp,
        device,
    )
    return Transposed(
        x_shape=x_shape,
        phases=tuple(axis.phases for axis in axes),
        convolution=convolution,
        kernels_shape=origins.shape,
        origins=xp.asarray(origins.reshape(-1), device=device),
    )


def _origins(weight_shape, groups, rows, columns):
    """Where in the flat weight each number of the new kernels comes from."""
    kernels, channels, *_ = weight_shape
    size = math.prod(weight_shape)
    cut = (rows.pieces, rows.phases, columns.pieces, columns.phases)
    spread = np.full((kernels, channels, cut[0] * cut[1], cut[2] * cut[3]), size)
    spread[..., rows.rows, columns.rows] = np.arange(size).reshape(weight_shape)
    spread = spread.reshape(groups, kernels // groups, channels, *cut)
    reverse = np.flip(spread, axis=(3, 5)).transpose(0, 2, 4, 6, 1, 3, 5)
    return reverse.reshape(-1, kernels // groups, rows.pieces, columns.pieces)
