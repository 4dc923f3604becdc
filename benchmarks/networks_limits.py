"""The least that a step can cost: its matrix products, or its array calls, and nothing else.

What these take is no work that anybody wants done. It stands in the table beside a promise that we
miss, and shows how much of the time is ours to save.
"""

import itertools
import math
from collections.abc import Callable

import numpy as np

from course_lib.arrays import namespace, reduce_max, reduce_sum
from course_lib.optim.optimizers import BLOCK


def mlp_products(sizes: list[int], batch: int) -> Callable:
    """The matrix products of a training step, on arrays laid out as those of our layers."""
    work = []
    for i, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
        x, weight, delta = _noise(batch, inputs), _noise(inputs, outputs), _noise(batch, outputs)
        work += [(x, weight), (x.T, delta)]
        if i:  # the data need no gradient
            work.append((delta, weight.T))
    return _products(work)


def convolution_products(images, kernels, settings) -> Callable:
    """Those of a convolution with stride 1 that keeps the size, forward and backward.

    One for each image and kernel row. All use the same memory, which never leaves the cache.
    """
    samples, _, *size = images
    kernels, channels, height, width = kernels
    groups, pixels = settings.get("groups", 1), math.prod(size)
    kernels //= groups
    weight, reverse = _noise(groups, kernels, channels * width), _noise(groups, channels, kernels)
    reverse = np.tile(reverse, width)
    stack, delta = (_noise(groups, n * width, pixels) for n in (channels, kernels))
    columns = _noise(groups, pixels, kernels)
    work = [(weight, stack), (stack, columns), (reverse, delta)]
    return _products(work, repeat=samples * height)


def mlp_calls(model, x, target, loss: str, lr: float) -> Callable:
    """A step of SGD for the model linear, sigmoid, linear in the fewest calls: nothing is checked.

    For "cross-entropy" the target has one column for each class.
    """
    xp, samples = namespace(x), x.shape[0]
    first, first_bias, second, second_bias = parameters = model.parameters
    one, highest = (xp.asarray(number, dtype=x.dtype) for number in (1.0, 88.0))

    def squared_error(output):
        error = output - target
        return 0.5 * reduce_sum(error * error) / samples, error / samples

    def cross_entropy(output):
        shifted = output - reduce_max(output, axis=1, keepdims=True)
        exponentials = xp.exp(shifted)
        totals = reduce_sum(exponentials, axis=1, keepdims=True)
        value = -reduce_sum(target * (shifted - xp.log(totals))) / samples
        return value, (exponentials / totals - target) / samples

    compare = {"squared error": squared_error, "cross-entropy": cross_entropy}[loss]

    def step():
        hidden = x @ first.T
        hidden += first_bias
        growth = xp.exp(xp.minimum(hidden, highest))
        hidden = growth / (growth + one)
        output = hidden @ second.T
        output += second_bias
        value, delta = compare(output)
        blame = (delta @ second) * hidden * (one - hidden)
        gradients = (x.T @ blame).T, reduce_sum(blame, axis=0)
        gradients += (hidden.T @ delta).T, reduce_sum(delta, axis=0)
        for parameter, gradient in zip(parameters, gradients):
            parameter -= lr * gradient
        return value

    return step


def adam_calls(n: int) -> Callable:
    """The ten calls that Adam's formula needs, block by block, in memory that is kept."""
    arrays = [_noise(n) ** 2 for _ in range(4)]
    room = np.empty(BLOCK, np.float32)
    blocks = [[array[i : i + BLOCK] for array in arrays] for i in range(0, n, BLOCK)]

    def step():
        for param, grad, gradients, squares in blocks:
            work = room[: len(param)]
            np.multiply(gradients, 0.9, out=gradients)
            np.add(gradients, grad, out=gradients)
            np.multiply(squares, 0.999, out=squares)
            np.multiply(grad, grad, out=work)
            np.add(squares, work, out=squares)
            np.sqrt(squares, out=work)
            np.add(work, 1e-8, out=work)
            np.divide(gradients, work, out=work)
            np.multiply(work, 1e-3, out=work)
            np.subtract(param, work, out=param)

    return step


def _noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)


def _products(pairs: list, repeat: int = 1) -> Callable:
    """Multiplies all ``pairs``, into memory that is there."""
    work = [(a, b, np.empty_like(a @ b)) for a, b in pairs] * repeat

    def step():
        for a, b, room in work:
            np.matmul(a, b, out=room)

    return step
