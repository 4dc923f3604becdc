"""What the functions of the assignment ``backprop`` are tried with.

N samples, D inputs, the H units of a hidden layer and K outputs always differ, so that no axis
passes for another.
"""

import itertools

from course_lib.grading.functions import Waves


def sizes(rng):
    """N, D, H and K, all different, and larger than 1."""
    return tuple(int(n) for n in rng.permutation([2, 3, 4, 5]))


def unit(rng, features=None):
    """A unit's weights (D,) and threshold, a pattern (D,), its target 0 or 1, a learning rate."""
    features = features or sizes(rng)[1]
    w, x = rng.normal(size=(2, features))
    target = float(rng.integers(2))
    return w, float(rng.normal()), x, target, float(rng.choice([0.1, 0.5, 2.0]))


def layer(rng, samples=None, neurons=None, scale=1.0):
    """A gradient (N, K) that comes back, the inputs (N, D), the weights (K, D)."""
    n, d, _, k = sizes(rng)
    n, k = samples or n, neurons or k
    return scale * rng.normal(size=(n, k)), rng.normal(size=(n, d)), rng.normal(size=(k, d))


def two_layers(rng, samples=None, outputs=None, on_target=False):
    """Inputs (N, D), activations of both layers, targets (N, K) and the second weights (K, H)."""
    n, d, hidden, k = sizes(rng)
    n, k = samples or n, outputs or k
    x, a1 = rng.normal(size=(n, d)), rng.uniform(0.05, 0.95, size=(n, hidden))
    o = rng.uniform(0.05, 0.95, size=(n, k))
    t = o.copy() if on_target else rng.integers(0, 2, size=(n, k)).astype(float)
    return x, a1, o, t, rng.normal(size=(k, hidden))


def network(rng, widths=None, samples=None):
    """A batch (N, D), its targets (N, K), and the weights and thresholds of every layer."""
    n, d, hidden, k = sizes(rng)
    widths = widths or [d, hidden, hidden + 4, k]
    n = samples or n + 8
    weights = [rng.normal(size=(units, inputs)) for inputs, units in itertools.pairwise(widths)]
    thetas = [rng.normal(size=units) for units in widths[1:]]
    return rng.normal(size=(n, widths[0])), rng.normal(size=(n, widths[-1])), weights, thetas


def repeated_layer(rng, samples=None, steps=None):
    """A batch (N, D), targets (N, D), one layer (D, D) and how often it is used."""
    n, d, _, uses = sizes(rng)
    n, d = samples or n, d + 1
    x, t = rng.normal(size=(2, n, d))
    return x, t, rng.normal(size=(d, d)), rng.normal(size=d), steps or uses


def point(rng, shape=None, whole=False):
    """A function, a point of several axes, a step: few entries, since f is called for each."""
    shape = shape or [(4,), (2, 3), (3, 2)][rng.integers(3)]
    x = rng.integers(-3, 4, size=shape) if whole else rng.normal(size=shape)
    return Waves(*rng.normal(size=(2, *shape))), x, float(rng.uniform(0.5e-3, 1e-3))
