"""How a convolution of small images becomes one matrix product: every window is gathered.

Which pixels a window sees is the same in every channel and every image. So one list of places is
drawn up, once, and a ``take`` copies the pixels of all windows: for each window a column of what a
kernel is to be multiplied with,

    output = weight @ windows,    gradient of the weight = gradient of the output @ windows.T.

The images come last in memory. What ``take`` copies at a time, one pixel of all images, is one
piece then; and the output stays in this order, for the layers that follow keep it.
"""

from typing import NamedTuple

import numpy as np

CACHED_NUMBERS = 2**18  # in the windows of a chunk of images: a second-level cache holds them


class Gathering(NamedTuple):
    """One convolution."""

    output_shape: tuple[int, ...]  # (N, K, H', W')
    settings: tuple[tuple[int, int], ...]  # stride, padding and dilation
    padding_value: float
    groups: int
    places: np.ndarray  # (kernel height * kernel width * H' * W',), of pixels in an image
    chunks: list[slice]  # of images that go through together

    def correlate(self, xp, x, weight, bias=None):
        """The output, shape (N, K, H', W')."""
        matrices = xp.reshape(weight, (self.groups, weight.shape[0] // self.groups, -1))
        output = self.empty(xp, self.output_shape, x)
        for images in self.chunks:
            chunk = matrices @ self._windows(xp, x[images, ...])
            chunk = xp.reshape(chunk, (*self.output_shape[1:], -1))
            output[images, ...] = xp.permute_dims(chunk, (3, 0, 1, 2))
        if bias is not None:
            output += bias[:, None, None]
        return output

    def grad_weight(self, xp, grad_output, x, shape):
        """The blame of a unit times the pixel that it saw, summed over images and positions."""
        kernels = shape[0] // self.groups
        inputs = shape[1] * shape[2] * shape[3]
        grad = xp.zeros((self.groups, inputs, kernels), dtype=x.dtype, device=x.device)
        for images in self.chunks:
            delta = xp.permute_dims(grad_output[images, ...], (1, 2, 3, 0))
            delta = xp.reshape(delta, (self.groups, kernels, -1))
            grad += self._windows(xp, x[images, ...]) @ xp.matrix_transpose(delta)
        return xp.reshape(xp.matrix_transpose(grad), shape)

    def empty(self, xp, shape, like):
        """Room for images of shape (N, C, H, W)."""
        room = xp.empty((*shape[1:], shape[0]), dtype=like.dtype, device=like.device)
        return xp.permute_dims(room, (3, 0, 1, 2))

    def _windows(self, xp, x):
        """All windows of these images: for each group a matrix with a column for each window."""
        n, channels, height, width = x.shape
        # The row below the image is what windows see of the padding.
        shape = (channels, height + 1, width, n)
        pixels = xp.full(shape, self.padding_value, dtype=x.dtype, device=x.device)
        pixels[:, :height, :, :] = xp.permute_dims(x, (1, 2, 3, 0))
        pixels = xp.reshape(pixels, (channels, (height + 1) * width, n))
        windows = xp.take(pixels, xp.asarray(self.places, device=x.device), axis=1)
        columns = self.output_shape[2] * self.output_shape[3] * n
        return xp.reshape(windows, (self.groups, -1, columns))


def lay_out(x_shape, weight_shape, size, settings, padding_value, groups):
    """Lay out a convolution whose output has the height and width ``size``."""
    samples, channels, height, width = x_shape
    row, column = (
        np.arange(kernel)[:, None] * dilation + np.arange(positions) * stride - padding
        for kernel, positions, stride, padding, dilation in zip(weight_shape[2:], size, *settings)
    )  # (kernel height, H') and (kernel width, W')
    row, column = row[:, None, :, None], column[None, :, None, :]
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    places = np.where(inside, row * width + column, height * width).reshape(-1)
    chunks = max(1, -(-samples * channels * places.size // CACHED_NUMBERS))
    images = max(1, -(-samples // chunks))  # in each
    return Gathering(
        output_shape=(samples, weight_shape[0], *size),
        settings=settings,
        padding_value=padding_value,
        groups=groups,
        places=places,
        chunks=[slice(first, first + images) for first in range(0, samples, images)],
    )
