"""What the functions of the assignment ``lenet`` are tried with: small layers of its kind."""

import numpy as np


def pictures(rng, samples=3, paper=False):
    """Images (N, 16, 16) with pixels 0..255 in a single byte each."""
    shape = (samples, 16, 16)
    return (np.zeros(shape, np.uint8) if paper else rng.integers(0, 256, shape).astype(np.uint8),)


def first_layer(rng, samples=3, maps=5, scale=0.2):
    """Bordered images (N, 1, 20, 20); kernels (M, 1, 5, 5); a bias for each unit (M, 8, 8)."""
    x = np.full((samples, 1, 20, 20), -1.0)
    x[:, :, 2:-2, 2:-2] = rng.uniform(-1, 1, (samples, 1, 16, 16))
    return x, scale * rng.normal(size=(maps, 1, 5, 5)), rng.normal(size=(maps, 8, 8)) / 2


def second_layer(rng, samples=2, seen=3):
    """Maps (N, 6, 8, 8); kernels (J, F, 5, 5); whom each sees (J, F); a bias for each unit."""
    a = rng.uniform(-1, 1, (samples, 6, 8, 8))
    table = np.stack([rng.permutation(6)[:seen] for _ in range(4)])
    return a, 0.2 * rng.normal(size=(4, seen, 5, 5)), table, rng.normal(size=(4, 4, 4)) / 2


def circle(rng, maps=None, seen=None):
    """How many maps there are, and how many of them each map sees."""
    maps = maps or int(rng.integers(7, 14))
    return maps, seen or int(rng.integers(3, maps - 1))


def layer(rng, seen=None):
    """Maps, rows, columns, size of the kernels, and how many maps or images each unit sees."""
    low, high = [3, 5, 7, 4, 2], [13, 7, 10, 7, 9]
    maps, rows, columns, size, several = (int(n) for n in rng.integers(low, high))
    return maps, rows, columns, size, seen or several


def answers(rng, rate=None, right=0.8, samples=40):
    """Outputs (N, 10), labels (N,), and a rate of mistakes that is allowed."""
    outputs, labels = rng.uniform(-1, 0.6, (samples, 10)), rng.integers(0, 10, samples)
    known = rng.random(samples) < right
    outputs[known, labels[known]] += rng.uniform(0, 1.4, known.sum())
    # One of the surest is wrong, so that the rate is exceeded early and kept to again later.
    ranked = np.sort(outputs, axis=1)
    margins = np.sort(ranked[:, -1] - ranked[:, -2])
    outputs[0] = -1.0
    outputs[0, (labels[0] + 1) % 10] = -1.0 + margins[-4:-2].mean()
    return outputs, labels, float(rng.choice([0.1, 0.15])) if rate is None else rate


def hopeless_answers(rng):
    """Outputs of which the surest is wrong, and no mistake allowed."""
    outputs, labels, _ = answers(rng)
    outputs[0] = -1.0
    outputs[0, (labels[0] + 1) % 10] = 3.0
    return outputs, labels, 0.0
