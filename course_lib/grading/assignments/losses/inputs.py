"""What the functions of the assignment ``losses`` are tried with.

N samples, H hidden units and K classes always differ, so that no axis passes for another.
"""

import numpy as np

from course_lib import nn


def binary(rng, samples=None, outputs=None):
    """Moderate potentials and targets of 0 and 1, both (N, K)."""
    shape = samples or int(rng.integers(9, 12)), outputs or int(rng.integers(3, 6))
    return 2 * rng.normal(size=shape), (rng.random(shape) < 0.5).astype(float)


def sure_binary(rng, right):
    """Two samples, in one of which a potential of 1e4 or -1e4 is right or wrong."""
    z, t = binary(rng, samples=2)
    place = int(rng.integers(2)), int(rng.integers(z.shape[1]))
    t[place] = rng.integers(2)
    z[place] = 1e4 if (t[place] == 1) == right else -1e4
    return z, t


def soft_binary(rng):
    """Targets that are probabilities."""
    z, t = binary(rng)
    return z, 0.1 + 0.8 * t


def classes_but_one(rng, samples, classes):
    """Class numbers of the samples; one of the ``classes`` does not occur among them."""
    return rng.permutation(classes)[:-1][rng.integers(0, classes - 1, samples)]


def labelled(rng, samples=None):
    """Moderate potentials (N, K), and the number of the right class of each sample."""
    samples, classes = samples or int(rng.integers(9, 12)), int(rng.integers(3, 6))
    return 2 * rng.normal(size=(samples, classes)), classes_but_one(rng, samples, classes)


def sure_labelled(rng, right):
    """Two samples, in one of which a potential of 1e4 is that of the right class, or of another."""
    z, classes = labelled(rng, samples=2)
    n = int(rng.integers(2))
    other = (classes[n] + int(rng.integers(1, z.shape[1]))) % z.shape[1]
    z[n, classes[n] if right else other] = 1e4
    return z, classes


def three_units(rng, size=1.0):
    """Three hidden activations, the weights (2, 3) behind them, a target of two probabilities."""
    share = rng.uniform(0.1, 0.9)
    h = rng.uniform(0.2, 1.0, 3)
    return h, size * rng.normal(size=(2, 3)), np.array([share, 1 - share])


def three_sure_units(rng):
    """The same, with an output that rounds to 0."""
    while True:
        h, weight, t = three_units(rng, size=5000.0)
        if np.min(nn.softmax(weight @ h)) == 0:
            return h, weight, t


def three_units_one_hot(rng):
    """The same, with a target of 0 and 1."""
    h, weight, t = three_units(rng)
    return h, weight, np.round(t)


def output_layer(rng, samples=None, size=1.0):
    """Hidden activations (N, H), weights (K, H), thresholds (K,) and classes (N,)."""
    samples, hidden, classes = samples or int(rng.integers(9, 12)), int(rng.integers(6, 8)), 4
    return (
        rng.normal(size=(samples, hidden)),
        size * rng.normal(size=(classes, hidden)),
        rng.normal(size=classes),
        classes_but_one(rng, samples, classes),
    )


def gradient_and_outputs(rng, samples=None):
    """A gradient for the outputs of a softmax, and these outputs, both (N, K)."""
    shape = samples or int(rng.integers(9, 12)), int(rng.integers(3, 6))
    return rng.normal(size=shape), nn.softmax(rng.normal(size=shape))


def even_gradient_and_outputs(rng):
    """A gradient that is the same for all outputs of a sample."""
    g, o = gradient_and_outputs(rng)
    return np.repeat(g[:, :1], g.shape[1], axis=1), o


def gradient_and_sure_outputs(rng):
    """Outputs that are exactly 0 and 1 for one sample."""
    g, o = gradient_and_outputs(rng)
    o[0] = np.eye(o.shape[1])[0]
    return g, o
