"""What the functions of the assignment ``neurons`` are tried with.

N samples, D inputs, C classes and the widths of the layers always differ, so that no axis passes
for another.
"""

import itertools

import numpy as np

from course_lib.grading.assignments.neurons.references import local_map


def potentials(rng, samples=None):
    """Potentials of moderate size, (N, C); with few samples a report can show them all."""
    samples = samples or int(rng.integers(9, 12))
    return (2 * rng.normal(size=(samples, int(rng.integers(3, 6)))),)


def large_potentials(rng):
    """Potentials of which some are beyond what an exponential can bear, one in each sample."""
    (u,) = potentials(rng, samples=2)
    u[[0, 1], rng.integers(0, u.shape[1], 2)] += 1e4 * rng.permutation([1, -1])
    return (u,)


def zero_potentials(rng):
    """Potentials of which one of each sample is exactly 0."""
    (u,) = potentials(rng, samples=2)
    u[[0, 1], rng.integers(0, u.shape[1], 2)] = 0.0
    return (u,)


def tied_potentials(rng):
    """Potentials of which the two largest of each sample are equal."""
    (u,) = potentials(rng, samples=2)
    first = np.argmax(u, axis=1)
    second = (first + rng.integers(1, u.shape[1], len(u))) % u.shape[1]
    u[np.arange(len(u)), second] = u.max(axis=1)
    return (u,)


def silent_potentials(rng):
    """Potentials that are all negative."""
    return (-np.abs(potentials(rng, samples=2)[0]) - 0.1,)


def uneven_potentials(rng):
    """Moderate potentials, moved up for one sample and down for another."""
    (u,) = potentials(rng, samples=2)
    return (u + rng.permutation([[2000.0], [-2000.0]]),)


def network(rng, sizes=None, samples=None):
    """A batch (N, D), and the weights (N_l, N_l-1) and thresholds (N_l,) of each layer."""
    sizes = sizes or [3, 5, int(rng.choice([4, 6])), 2]
    samples = samples or int(rng.integers(7, 10))
    weights = [rng.normal(size=(units, inputs)) for inputs, units in itertools.pairwise(sizes)]
    thetas = [rng.normal(size=units) for units in sizes[1:]]
    return rng.normal(size=(samples, sizes[0])), weights, thetas


def point_and_network(rng, sizes=(3, 6, 5, 4)):
    """One point (D,), and a network whose outputs depend on it, with a few silent neurons."""
    while True:
        x, weights, thetas = network(rng, list(sizes), samples=1)
        if local_map(x[0], weights, thetas)[0].all():
            return x[0], weights, thetas


def point_and_silent_network(rng):
    """One point, and a network whose second layer is silent there."""
    x, weights, thetas = point_and_network(rng)
    thetas[1] = -50 - np.abs(thetas[1])
    return x, weights, thetas
