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
from functools import lru_cache
from typing import NamedTuple

from course_lib.nn.checks import dimensions
from course_lib.nn.windows import output_size, overlap, pair, whole

CACHED_NUMBERS = 2**17  # in a stack: with the products beside it, a second-level cache holds it
GPU_NUMBERS = 2**26  # a GPU wants few large products
LOW = 16  # fewer stack rows than this are not worth a product of their own
WIDE = 16  # rows of at least this length are copied fast; shorter ones are interleaved


class Product(NamedTuple):
    """Kernel rows that meet the stack at the same shift, in planes next to each other."""

    weights: slice  # columns of the weight matrix
    stack: slice  # rows of the stack
    down: int  # by how many rows of the image the stack is shifted


class Plan(NamedTuple):
    """Where the pieces of one convolution lie."""

    output_shape: tuple[int, ...]  # (N, K, H', W')
    stack_shape: tuple[int, ...]  # (groups, planes, C / groups, kernel width, rows, W')
    products: list[Product]
    vertical: list[tuple[slice, slice]]  # of each plane: rows of the stack, and of the image
    horizontal: list[tuple[slice, slice]]  # of each kernel column: the same
    settings: tuple[tuple[int, int], ...]  # stride, padding and dilation
    on_gpu: bool
    images: int  # at a time
    interleaved: bool  # whether images come last in a stack, or first

    def seen(self, product, stack):
        """Index of what a product multiplies: in each group a matrix, H' * W' * n wide."""
        row = stack.shape[-1] // self.stack_shape[4]
        height = self.output_shape[2]
        return ..., product.stack, slice(product.down * row, (product.down + height) * row)

    def arrange(self, xp, x):
        """(images, C, H, W) as (m, C, H, W, n): m images side by side, n interleaved.

        One of m and n is 1. Interleaved, narrow images have long rows too.
        """
        if not self.interleaved:
            return x[..., None]
        moved = xp.permute_dims(x, (1, 2, 3, 0))[None, ...]
        copy = xp.empty(moved.shape, dtype=x.dtype, device=x.device)
        copy[...] = moved
        return copy

    def restore(self, xp, arranged):
        """Back from :meth:`arrange` to (images, C, H, W)."""
        if not self.interleaved:
            return arranged[..., 0]
        return xp.permute_dims(arranged[0, ...], (3, 0, 1, 2))


def plan_convolution(operation, x, weight, stride, padding, dilation, groups):
    """Check shapes and settings, and lay out the work."""
    dimensions(operation, "x", x, "NCHW")
    dimensions(operation, "weight", weight, ("K", "C / groups", "kernel height", "kernel width"))
    return _plan(
        operation,
        tuple(x.shape),
        tuple(weight.shape),
        pair(operation, "stride", stride, 1),
        pair(operation, "padding", padding, 0),
        pair(operation, "dilation", dilation, 1),
        whole(operation, "groups", groups, 1),
        "cuda" in str(x.device),
    )


@lru_cache(maxsize=256)  # a network asks for the same few plans at every step
def _plan(operation, x_shape, weight_shape, stride, padding, dilation, groups, on_gpu):
    _check_channels(operation, x_shape, weight_shape, groups)
    size = output_size(operation, x_shape[2:], weight_shape[2:], stride, padding, dilation)
    return lay_out(x_shape, weight_shape, size, stride, padding, dilation, groups, on_gpu)


def lay_out(x_shape, weight_shape, size, stride, padding, dilation, groups, on_gpu):
    """Lay out a convolution whose output has the height and width ``size``."""
    samples, _, *image_size = x_shape
    kernels, channels, *kernel_size = weight_shape
    height, width = size
    interleaved = (width < WIDE and samples > 1) or on_gpu
    offsets = [i * dilation[0] for i in range(kernel_size[0])]
    height_of_plane = channels * kernel_size[1]
    if height_of_plane < LOW and not interleaved:
        planes = offsets
        places = [(i, 0) for i in range(kernel_size[0])]
    else:
        planes = sorted({offset % stride[0] for offset in offsets})
        places = [(planes.index(o % stride[0]), o // stride[0]) for o in offsets]
    rows = height + places[-1][1]
    stack_shape = (groups, len(planes), channels, kernel_size[1], rows, width)
    room = GPU_NUMBERS if on_gpu else CACHED_NUMBERS
    return Plan(
        output_shape=(samples, kernels, height, width),
        stack_shape=stack_shape,
        products=_products(places, height_of_plane),
        vertical=[overlap(image_size[0], rows, plane - padding[0], stride[0]) for plane in planes],
        horizontal=[
            overlap(image_size[1], width, j * dilation[1] - padding[1], stride[1])
            for j in range(kernel_size[1])
        ],
        settings=(stride, padding, dilation),
        on_gpu=on_gpu,
        images=max(1, min(samples, room // math.prod(stack_shape))),
        interleaved=interleaved,
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


def _check_channels(operation, x_shape, weight_shape, groups):
    channels, kernels = x_shape[1], weight_shape[0]
    if 0 in weight_shape:
        raise ValueError(f"{operation}: weight has shape {weight_shape}, expected no 0")
    if channels % groups or kernels % groups:
        raise ValueError(
            f"{operation}: groups is {groups}, expected a divisor of the {channels} channels "
            f"of x and the {kernels} kernels of weight"
        )
    if weight_shape[1] != channels // groups:
        raise ValueError(
            f"{operation}: x has {channels} channels in groups of {channels // groups}, "
            f"weight expects {weight_shape[1]} (weight.shape[1])"
        )


def weight_matrices(xp, weight, groups):
    """The weight as (groups, K / groups, kernel height * C / groups * kernel width)."""
    rows = xp.permute_dims(weight, (0, 2, 1, 3))  # kernel rows before channels, as in the stack
    return xp.reshape(rows, (groups, weight.shape[0] // groups, -1))


def weight_from_matrices(xp, matrices, shape):
    """Back from :func:`weight_matrices` to a weight of this shape."""
    kernels, channels, height, width = shape
    return xp.permute_dims(xp.reshape(matrices, (kernels, height, channels, width)), (0, 2, 1, 3))


def stacks(xp, x, plan):
    """Chunk after chunk: which images, and their stack, in memory that is used again.

    What lies in the padding is never written to and stays 0.
    """
    stack = None
    groups, planes, channels, kernel_width = plan.stack_shape[:4]
    for first in range(0, x.shape[0], plan.images):
        images = slice(first, min(first + plan.images, x.shape[0]))
        arranged = plan.arrange(xp, x[images, ...])
        m, _, height, width, n = arranged.shape
        arranged = xp.reshape(arranged, (m, groups, channels, height, width, n))
        if stack is None or stack.shape[0] * stack.shape[-1] != m * n:
            stack = xp.zeros((m, *plan.stack_shape, n), dtype=x.dtype, device=x.device)
        for plane, (rows, image_rows) in enumerate(plan.vertical):
            for j, (columns, image_columns) in enumerate(plan.horizontal):
                copy = arranged[..., image_rows, image_columns, :]
                stack[:, :, plane, :, j, rows, columns, :] = copy
        yield images, xp.reshape(stack, (m, groups, planes * channels * kernel_width, -1))
