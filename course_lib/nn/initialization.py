"""Random initial weights whose potentials are neither lost nor blown up from layer to layer.

A potential is a sum over the fan-in of a neuron. For its variance to be that of the inputs, the
weights need the variance 1 / fan-in (LeCun 1998); for the gradients, which flow the other way,
1 / fan-out, and 2 / (fan-in + fan-out) is a compromise (Glorot, whose first name is Xavier, and
Bengio 2010); a rectifier drops half of the signal, which 2 / fan-in makes up for (He 2015).

All functions have the same arguments: ``shape`` of the weight, (K, D) of a linear layer or
(K, C, kernel height, kernel width) of a convolution; ``rng``, a NumPy generator; ``dtype``,
float32 or float64. They return a NumPy array. A shape that connects nothing is a ValueError, a
``rng`` that is no generator a TypeError.

Examples
--------
>>> weight = he_normal((50, 200), rng=np.random.default_rng(0), dtype="float64")
>>> round(float(weight.std()), 2)
0.1
"""

import math

import numpy as np

from course_lib.nn.checks import generator


def lecun_normal(shape, /, *, rng, dtype):
    """Normal of variance 1 / fan-in: for sigmoid-like units."""
    return _normal(shape, 1 / _fans(shape)[0], rng, dtype)


def lecun_uniform(shape, /, *, rng, dtype):
    """Uniform of variance 1 / fan-in, within ± sqrt(3 / fan-in)."""
    return _uniform(shape, math.sqrt(3 / _fans(shape)[0]), rng, dtype)


def lecun1989_uniform(shape, /, *, rng, dtype):
    """Uniform within ± 2.4 / fan-in: the first LeNet (LeCun et al. 1989)."""
    return _uniform(shape, 2.4 / _fans(shape)[0], rng, dtype)


def xavier_normal(shape, /, *, rng, dtype):
    """Normal of variance 2 / (fan-in + fan-out)."""
    return _normal(shape, 2 / sum(_fans(shape)), rng, dtype)


def xavier_uniform(shape, /, *, rng, dtype):
    """Uniform of variance 2 / (fan-in + fan-out), within ± sqrt(6 / (fan-in + fan-out))."""
    return _uniform(shape, math.sqrt(6 / sum(_fans(shape))), rng, dtype)


def he_normal(shape, /, *, rng, dtype):
    """Normal of variance 2 / fan-in: for rectifiers."""
    return _normal(shape, 2 / _fans(shape)[0], rng, dtype)


def he_uniform(shape, /, *, rng, dtype):
    """Uniform of variance 2 / fan-in, within ± sqrt(6 / fan-in)."""
    return _uniform(shape, math.sqrt(6 / _fans(shape)[0]), rng, dtype)


def _fans(shape):
    """Inputs that a unit sees, and units that an input reaches (in a convolution, about)."""
    if len(shape) < 2 or min(shape) < 1:
        raise ValueError(
            f"initialization: shape is {tuple(shape)}, "
            f"expected (K, D) or (K, C, kernel sizes), all at least 1"
        )
    kernel = math.prod(shape[2:])
    return shape[1] * kernel, shape[0] * kernel


def _normal(shape, variance, rng, dtype):
    weight = generator("initialization", rng).standard_normal(shape, dtype=np.dtype(dtype))
    weight *= math.sqrt(variance)
    return weight


def _uniform(shape, bound, rng, dtype):
    weight = generator("initialization", rng).random(shape, dtype=np.dtype(dtype))
    weight *= 2 * bound
    weight -= bound
    return weight
