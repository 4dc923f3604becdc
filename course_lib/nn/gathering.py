"""How a convolution of small images becomes one matrix product: every window is gathered.

Which pixels a window sees is the same in every channel and every image. So one list of places is
drawn up, once, and a ``take`` copies the pixels of all windows: for each window a column of what a
kernel is to be multiplied with,

    output = weight @ windows,    gradient of the weight = gradient of the output @ windows.T.

The images come last in memory. What ``take`` copies at a time, one pixel of all images, is one
piece then; and the output stays in this order, for the layers that follow keep it.
"""

import math
from typing import NamedTuple

import numpy as np

from course_lib.arrays import Array

CACHED_NUMBERS = 2**18  # in the windows of a chunk of images: a second-level cache holds them


class Gathering(NamedTuple):
    """One convolution."""

    output_shape: tuple[int, ...]  # (N, K, H', W')
    settings: tuple[tuple[int, int], ...]  # stride, padding and dilation
    padding_value: float
    groups: int
    windows_shape: tuple[int, int]  # of one image: inputs of a kernel, H' * W'
    places: Array  # (kernel height * kernel width * H' * W',), of pixels in an image
    chunks: list[slice]  # of images that go through together

    def correlate(self, xp, x, weight, bias=None):
        """The output, shape (N, K, H', W')."""
        matrices = xp.reshape(weight, (self.groups, weight.shape[0] // self.groups, -1))
        outputs = [
            xp.reshape(matrices @ self._windows(xp, part), (*self.output_shape[1:], part.shape[0]))
            for part in (x[images, ...] for images in self.chunks)
        ]
        output = outputs[0] if len(outputs) == 1 else xp.concat(outputs, axis=3)
        if bias is not None:
            output += bias[:, None, None, None]
        return xp.permute_dims(output, (3, 0, 1, 2))

    def grad_weight(self, xp, grad_output, x, shape):
        """The blame of a unit times the pixel that it saw, summed over images and positions."""
        kernels = shape[0] // self.groups
        size = (self.groups, self.windows_shape[0], kernels)
        grad = xp.zeros(size, dtype=x.dtype, device=x.device)
        for images in self.chunks:
            windows = self._windows(xp, x[images, ...])
            delta = xp.permute_dims(grad_output[images, ...], (1, 2, 3, 0))
            delta = xp.reshape(delta, (self.groups, kernels, windows.shape[2]))
            grad += windows @ xp.matrix_transpose(delta)
            del windows  # or the next ones would need other memory
        return xp.reshape(xp.matrix_transpose(grad), shape)

    def empty(self, xp, shape, like):
        """Room for images of shape (N, C, H, W)."""
        room = xp.empty((*shape[1:], shape[0]), dtype=like.dtype, device=like.device)
        return xp.permute_dims(room, (3, 0, 1, 2))

    def _windows(self, xp, x):
        """All windows of these images: for each group a matrix with a column for each window."""
        n, channels, height, width = x.shape
        pixels = xp.empty((channels, height + 1, width, n), dtype=x.dtype, device=x.device)
        pixels[:, :height, :, :] = xp.permute_dims(x, (1, 2, 3, 0))
        pixels[:, height, :, :] = self.padding_value  # what windows see of the padding
        pixels = xp.reshape(pixels, (channels, (height + 1) * width, n))
        rows, positions = self.windows_shape
        windows = xp.take(pixels, self.places, axis=1)
        return xp.reshape(windows, (self.groups, rows, positions * n))


def lay_out(x_shape, weight_shape, size, settings, padding_value, groups, xp, device):
    """Lay out a convolution whose output has the height and width ``size``."""
    samples, channels, height, width = x_shape
    row, column = (
        np.arange(kernel)[:, None] * dilation + np.arange(positions) * stride - padding
        for kernel, positions, stride, padding, dilation in zip(weight_shape[2:], size, *settings)
    )  # (kernel height, H') and (kernel width, W')
    row, column = row[:, None, :, None], column[None, :, None, :]
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    places = np.where(inside, row * width + column, height * width).reshape(-1)
    parts = max(1, -(-samples * channels * places.size // CACHED_NUMBERS))
    images = max(1, -(-samples // parts))
    return Gathering(
        output_shape=(samples, weight_shape[0], *size),
        settings=settings,
        padding_value=padding_value,
        groups=groups,
        windows_shape=(math.prod(weight_shape[1:]), math.prod(size)),
        places=xp.asarray(places, device=device),
        chunks=[slice(i, min(i + images, samples)) for i in range(0, max(1, samples), images)],
    )
