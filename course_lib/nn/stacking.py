"""How a convolution becomes matrix products: stacks of shifted copies, in cache-sized chunks.

The stack of an image has one row for each channel and kernel column: the channel, shifted by that
column. A shift by a kernel *row* needs no copy: images are stored row after row, so it is the same
memory, read from some rows further down. A kernel of height h thus costs h matrix products with
slices of one stack,

    output = sum over kernel rows i of  weight[i] @ stack[shifted by i],

and the gradient of the weight is made of products with the same slices. (That of the images is
another convolution: :mod:`course_lib.nn.transposed`.) With stride s the rows that a kernel row
meets are s apart; the stack then has one plane for each remainder i mod s. When the channels are
few, all kernel rows are copied after all, a plane each, for one large product.

Images go through in chunks, so that the stack of one stays in the processor's cache, and the
backward pass stacks again rather than keeping kernel-width copies of every input in memory.

A slice is taken to be a view, as it is in every library whose arrays can be written to:
``part = array[slice]; part += x`` is one pass over the memory, ``array[slice] += x`` is two.
"""

import math
from typing import NamedTuple

from course_lib.nn.windows import overlap

CACHED_NUMBERS = 2**18  # in a stack: a second-level cache holds about as much
GPU_NUMBERS = 2**26  # a GPU wants few large products
LOW = 16  # fewer stack rows than this are not worth a product of their own


class Product(NamedTuple):
    """Kernel rows that meet the stack at the same shift, in planes next to each other."""

    weights: slice  # columns of the weight matrix
    stack: slice  # rows of the stack
    down: int  # by how many rows of the image the stack is shifted


class Stacking(NamedTuple):
    """One convolution, and where its pieces lie."""

    output_shape: tuple[int, ...]  # (N, K, H', W')
    settings: tuple[tuple[int, int], ...]  # stride, padding and dilation
    padding_value: float
    stack_shape: tuple[int, ...]  # (groups, planes, C / groups, kernel width, rows, W')
    products: list[Product]
    vertical: list[tuple[slice, slice]]  # of each plane: rows of the stack, and of the image
    horizontal: list[tuple[slice, slice]]  # of each kernel column: the same
    images: int  # at a time
    on_gpu: bool  # there, images are interleaved: they come last in a stack

    @property
    def groups(self):
        """Parts into which the channels fall."""
        return self.stack_shape[0]

    def correlate(self, xp, x, weight, bias=None):
        """The output, shape (N, K, H', W')."""
        output = self.empty(xp, self.output_shape, x)
        matrices = self._matrices(xp, weight)
        for images, stack in self._stacks(xp, x):
            first, *others = self.products
            potentials = matrices[..., first.weights] @ self._seen(first, stack)
            for product in others:
                potentials += matrices[..., product.weights] @ self._seen(product, stack)
            potentials = xp.reshape(potentials, (stack.shape[0], *self.output_shape[1:], -1))
            if bias is not None:
                potentials += bias[:, None, None, None]
            output[images, ...] = self._restore(xp, potentials)
        return output

    def grad_weight(self, xp, grad_output, x, shape):
        """The blame of a unit times the pixel that it saw, summed over images and positions."""
        kernels, channels, height, width = shape
        size = (self.groups, height * channels * width, kernels // self.groups)
        grad = xp.zeros(size, dtype=x.dtype, device=x.device)
        for images, stack in self._stacks(xp, x):
            delta = self._arrange(xp, grad_output[images, ...])
            delta = xp.reshape(delta, (stack.shape[0], self.groups, size[2], -1))
            delta = xp.matrix_transpose(delta)
            if len(self.products) > 1:  # then it pays to turn it round in memory, once for all
                turned = xp.empty(delta.shape, dtype=x.dtype, device=x.device)
                turned[...] = delta
                delta = turned
            for product in self.products:
                shares = self._seen(product, stack) @ delta
                grad[:, product.weights, :] += xp.sum(shares, axis=0)
        rows = xp.reshape(xp.matrix_transpose(grad), (kernels, height, channels, width))
        return xp.permute_dims(rows, (0, 2, 1, 3))

    def empty(self, xp, shape, like):
        """Room for images of shape (N, C, H, W)."""
        return xp.empty(shape, dtype=like.dtype, device=like.device)

    def _matrices(self, xp, weight):
        """The weight as (groups, K / groups, kernel height * C / groups * kernel width)."""
        rows = xp.permute_dims(weight, (0, 2, 1, 3))  # kernel rows before channels, as in the stack
        return xp.reshape(rows, (self.groups, weight.shape[0] // self.groups, -1))

    def _stacks(self, xp, x):
        """Chunk after chunk: which images, and their stack, in memory that is used again.

        What lies in the padding is never written to and stays what it is.
        """
        stack = None
        groups, planes, channels, kernel_width = self.stack_shape[:4]
        for first in range(0, x.shape[0], self.images):
            images = slice(first, min(first + self.images, x.shape[0]))
            arranged = self._arrange(xp, x[images, ...])
            m, _, height, width, n = arranged.shape
            arranged = xp.reshape(arranged, (m, groups, channels, height, width, n))
            if stack is None or stack.shape[0] * stack.shape[-1] != m * n:
                shape = (m, *self.stack_shape, n)
                stack = xp.full(shape, self.padding_value, dtype=x.dtype, device=x.device)
            for plane, (rows, image_rows) in enumerate(self.vertical):
                for j, (columns, image_columns) in enumerate(self.horizontal):
                    copy = arranged[..., image_rows, image_columns, :]
                    stack[:, :, plane, :, j, rows, columns, :] = copy
            yield images, xp.reshape(stack, (m, groups, planes * channels * kernel_width, -1))

    def _seen(self, product, stack):
        """What a product multiplies: in each group a matrix, H' * W' * n wide."""
        row = stack.shape[-1] // self.stack_shape[4]
        height = self.output_shape[2]
        columns = slice(product.down * row, (product.down + height) * row)
        return stack[..., product.stack, columns]

    def _arrange(self, xp, x):
        """(images, C, H, W) as (m, C, H, W, n): m images side by side, n interleaved.

        One of m and n is 1. On a GPU, the images of a chunk are one wide matrix.
        """
        if not self.on_gpu:
            return x[..., None]
        moved = xp.permute_dims(x, (1, 2, 3, 0))[None, ...]
        copy = xp.empty(moved.shape, dtype=x.dtype, device=x.device)
        copy[...] = moved
        return copy

    def _restore(self, xp, arranged):
        """Back from :meth:`_arrange` to (images, C, H, W)."""
        if not self.on_gpu:
            return arranged[..., 0]
        return xp.permute_dims(arranged[0, ...], (3, 0, 1, 2))


def lay_out(x_shape, weight_shape, size, settings, padding_value, groups, on_gpu):
    """Lay out a convolution whose output has the height and width ``size``."""
    stride, padding, dilation = settings
    samples, _, *image_size = x_shape
    kernels, channels, *kernel_size = weight_shape
    height, width = size
    offsets = [i * dilation[0] for i in range(kernel_size[0])]
    height_of_plane = channels * kernel_size[1]
    if height_of_plane < LOW and not on_gpu:
        planes = offsets
        places = [(i, 0) for i in range(kernel_size[0])]
    else:
        planes = sorted({offset % stride[0] for offset in offsets})
        places = [(planes.index(o % stride[0]), o // stride[0]) for o in offsets]
    rows = height + places[-1][1]
    stack_shape = (groups, len(planes), channels, kernel_size[1], rows, width)
    room = GPU_NUMBERS if on_gpu else CACHED_NUMBERS
    return Stacking(
        output_shape=(samples, kernels, height, width),
        settings=settings,
        padding_value=padding_value,
        stack_shape=stack_shape,
        products=_products(places, height_of_plane),
        vertical=[overlap(image_size[0], rows, plane - padding[0], stride[0]) for plane in planes],
        horizontal=[
            overlap(image_size[1], width, j * dilation[1] - padding[1], stride[1])
            for j in range(kernel_size[1])
        ],
        images=max(1, min(samples, room // math.prod(stack_shape))),
        on_gpu=on_gpu,
    )


def _products(places, height):
    """Kernel rows, each at a (plane, shift) of the stack, joined where their planes adjoin."""
    runs: list[list[int]] = []  # first and last kernel row
    for i, (plane, down) in enumerate(places):
        if i and (plane - 1, down) == places[i - 1]:
            runs[-1][1] = i
        else:
            runs.append([i, i])
    return [
        Product(
            weights=slice(first * height, (last + 1) * height),
            stack=slice(places[first][0] * height, (places[last][0] + 1) * height),
            down=places[first][1],
        )
        for first, last in runs
    ]
