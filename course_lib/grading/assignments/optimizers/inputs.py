"""What the functions of the assignment ``optimizers`` are tried with."""

import numpy as np

SLOPES = 60  # how often ``train`` may ask for a slope
GOAL = 1e-3  # what may be left of the loss
FLATTEST, STEEPEST = 1.0, 100.0  # curvatures of a ravine


def weights(rng, shape=None):
    """Weights and a gradient of one shape, of one or two axes."""
    shape = shape or [(5,), (3, 4)][rng.integers(2)]
    return rng.normal(size=shape), rng.normal(size=shape)


def sgd(rng, shape=None):
    """Weights, gradient, learning rate."""
    return *weights(rng, shape), float(rng.choice([0.01, 0.1, 0.3]))


def momentum(rng, shape=None, first=False):
    """Weights, gradient, velocity, learning rate and momentum; at rest before the first step."""
    w, grad, alpha = sgd(rng, shape)
    v = np.zeros_like(w) if first else rng.normal(size=w.shape)
    return w, grad, v, alpha, float(rng.choice([0.5, 0.8, 0.95]))


def adagrad(rng, silent=False, first=False):
    """Weights, gradient, sum of squares, learning rate and epsilon, which is large enough to see.

    With ``silent``, the first weight has never had a gradient.
    """
    w, grad, alpha = sgd(rng)
    squares = np.zeros_like(w) if first else rng.uniform(0.1, 4, size=w.shape)
    if silent:
        grad[0], squares[0] = 0.0, 0.0
    return w, grad, squares, alpha, float(rng.choice([1e-3, 1e-2]))


def rmsprop(rng, silent=False, first=False):
    """As for AdaGrad, with a decay rate."""
    w, grad, squares, alpha, eps = adagrad(rng, silent, first)
    return w, grad, squares, alpha, float(rng.choice([0.5, 0.8, 0.95])), eps


def adam(rng, silent=False, first=False, late=False):
    """Weights, gradient, both averages, the number of the step, and the four settings."""
    w, grad, r, alpha, eps = adagrad(rng, silent, first)
    m = np.zeros_like(w) if first else rng.normal(size=w.shape)
    if silent:
        m[0] = 0.0
    t = 1 if first else 20_000 if late else int(rng.integers(2, 7))
    betas = float(rng.choice([0.6, 0.8])), float(rng.choice([0.9, 0.95]))
    return w, grad, m, r, t, alpha, *betas, eps


class Ravine:
    """The slope of a quadratic loss in D dimensions, turned at random; counts what it is asked.

    Parameters
    ----------
    rng : numpy.random.Generator
    size : int
        D, the number of weights.
    limit : int or None
        How many slopes there are; the next one raises RuntimeError.
    """

    def __init__(self, rng, size, limit=None):
        turned, _ = np.linalg.qr(rng.normal(size=(size, size)))
        curvatures = np.geomspace(FLATTEST, STEEPEST, size)
        self.matrix = turned.T @ (curvatures[:, None] * turned)
        self.minimum = rng.normal(size=size)
        # Every direction has its share of the loss here, so that none can be left out.
        signs, sizes = rng.choice([-1.0, 1.0], size=size), rng.uniform(0.8, 1.2, size=size)
        self.away = (signs * sizes / np.sqrt(curvatures)) @ turned
        self.limit, self.asked = limit, 0

    def __call__(self, w):
        """The gradient of the loss at ``w``."""
        w = np.asarray(w, dtype=float)
        if w.shape != self.minimum.shape:
            raise ValueError(f"slope takes an array of shape {self.minimum.shape}, got {w.shape}")
        self.asked += 1
        if self.limit is not None and self.asked > self.limit:
            raise RuntimeError(f"no more than {self.limit} slopes")
        return self.matrix @ (w - self.minimum)

    def loss(self, w):
        """Half the squared distance from the minimum, weighted by the curvatures."""
        away = w - self.minimum
        return 0.5 * float(away @ self.matrix @ away)


def ravine(rng, size=None, start=3.0):
    """A ravine of which ``SLOPES`` slopes may be asked, and where to start."""
    size = size or int(rng.integers(4, 7))
    slope = Ravine(rng, size, SLOPES)
    return slope, slope.minimum + start * slope.away


def run(rng, steps=None, mu=None):
    """A ravine, a start, learning rate, momentum and a few steps."""
    size = int(rng.integers(2, 5))
    mu = float(rng.choice([0.5, 0.8, 0.9])) if mu is None else mu
    steps = int(rng.integers(4, 6)) if steps is None else steps
    return Ravine(rng, size), rng.normal(size=size), float(rng.choice([0.002, 0.005])), mu, steps
