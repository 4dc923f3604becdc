"""The right functions of the assignment ``optimizers``, made of those of the library."""

import numpy as np

from course_lib import optim


def sgd_update(w, grad, alpha):
    """The weights after a step against the gradient."""
    return optim.sgd_update(w, grad, lr=alpha)


def momentum_update(w, grad, v, alpha, mu):
    """The weights and the velocity after a step."""
    return optim.momentum_update(w, grad, v, lr=alpha, momentum=mu)


def adagrad_update(w, grad, s, alpha, eps):
    """The weights and the sum of squares after a step."""
    return optim.adagrad_update(w, grad, s, lr=alpha, eps=eps)


def rmsprop_update(w, grad, r, alpha, gamma, eps):
    """The weights and the average of squares after a step."""
    return optim.rmsprop_update(w, grad, r, lr=alpha, gamma=gamma, eps=eps)


def adam_update(w, grad, m, r, t, alpha, beta1, beta2, eps):
    """The weights and both averages after step ``t``."""
    return optim.adam_update(w, grad, m, r, t, lr=alpha, beta1=beta1, beta2=beta2, eps=eps)


def train(slope, w):
    """Polyak's momentum for curvatures from 1 to 100; see ``book/optimizing/step-size``."""
    v = np.zeros_like(w)
    for _ in range(60):
        w, v = momentum_update(w, slope(w), v, (2 / 11) ** 2, (9 / 11) ** 2)
    return w


def nesterov(slope, w, alpha, mu, steps):
    """The path (steps + 1, D) of descent with the slope taken where the velocity leads."""
    path, v = [w], np.zeros_like(w)
    for _ in range(steps):
        w, v = momentum_update(w, slope(w + mu * v), v, alpha, mu)
        path.append(w)
    return np.stack(path)
