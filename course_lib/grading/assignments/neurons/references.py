"""The right functions of the assignment ``neurons``, made of those of the library."""

import numpy as np

from course_lib import nn


def sigmoid(u):
    """Logistic function of every potential."""
    return nn.sigmoid(u)


def tanh(u):
    """Hyperbolic tangent of every potential."""
    return nn.tanh(u)


def slopes(u):
    """Slopes of sigmoid, tanh and the rectifier at every potential."""
    one = np.ones_like(u)
    return (
        nn.sigmoid_backward(one, nn.sigmoid(u)),
        nn.tanh_backward(one, nn.tanh(u)),
        nn.relu_backward(one, u),
    )


def mlp_forward(x, weights, thetas):
    """Activations (N, N_l) of each hidden layer, which are tanh, and the potentials behind them."""
    hidden, a = [], x
    for weight, theta in zip(weights[:-1], thetas[:-1]):
        a = nn.tanh(nn.linear(a, weight, theta))
        hidden.append(a)
    return hidden, nn.linear(a, weights[-1], thetas[-1])


def softmax(u):
    """Probabilities of the classes, a row each sample."""
    return nn.softmax(u)


def decide(u):
    """The class of each sample if there is one, and its labels if there may be several."""
    return np.argmax(u, axis=1), (u >= 0).astype(int)


def local_map(x, weights, thetas):
    """The matrix (K, D) and constant (K,) that a rectifier network equals near ``x`` (D,)."""
    matrix, constant = np.eye(len(x)), np.zeros(len(x))
    for weight, theta in zip(weights[:-1], thetas[:-1]):
        matrix, constant = weight @ matrix, weight @ constant + theta
        on = matrix @ x + constant > 0
        matrix, constant = on[:, None] * matrix, on * constant
    return weights[-1] @ matrix, weights[-1] @ constant + thetas[-1]
