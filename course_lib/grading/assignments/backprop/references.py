"""The right functions of the assignment ``backprop``, made of those of the library."""

import numpy as np

from course_lib import gradcheck, nn, optim


def one_step(w, theta, x, t, eta):
    """New weights (D,) and threshold of a sigmoid unit after one pattern, and its error before."""
    o = nn.sigmoid(np.asarray(w @ x + theta))
    delta = nn.sigmoid_backward(o - t, o)
    w = optim.sgd_update(w, delta * x, lr=eta)
    return w, theta - eta * delta, nn.l2_loss(o[None, None], np.array([[t]]))


def linear_backward(grad_output, x, weight):
    """Gradients through ``x @ weight.T + bias``: of x, of the weights, of the bias."""
    return nn.linear_backward(grad_output, x, weight)


def two_layer_backward(x, a1, o, t, w2):
    """Gradients of half the summed squared error; sigmoids in both layers."""
    delta2 = nn.sigmoid_backward(nn.l2_loss_backward(o, t, reduction="sum"), o)
    back, d_w2, d_theta2 = nn.linear_backward(delta2, a1, w2)
    delta1 = nn.sigmoid_backward(back, a1)
    return delta1.T @ x, delta1.sum(axis=0), d_w2, d_theta2


def mlp_backward(x, t, weights, thetas):
    """Gradients of the mean squared error, a list for the weights and one for the thresholds."""
    activations = [x]
    for weight, theta in zip(weights[:-1], thetas[:-1]):
        activations.append(nn.tanh(nn.linear(activations[-1], weight, theta)))
    output = nn.linear(activations[-1], weights[-1], thetas[-1])
    delta = nn.l2_loss_backward(output, t)
    d_weights: list[np.ndarray] = []
    d_thetas: list[np.ndarray] = []
    for weight, a in zip(reversed(weights), reversed(activations)):
        back, d_weight, d_theta = nn.linear_backward(delta, a, weight)
        d_weights.insert(0, d_weight)
        d_thetas.insert(0, d_theta)
        delta = nn.tanh_backward(back, a)
    return d_weights, d_thetas


def numerical_gradient(f, x, h):
    """Gradient of ``f`` at ``x`` by central differences with the step ``h``."""
    return gradcheck.numerical_gradient(f, x.astype(np.float64), eps=h)


def shared_backward(x, t, w, theta, steps):
    """Gradients of half the summed squared error of a tanh layer that is used ``steps`` times."""
    activations = [x]
    for _ in range(steps):
        activations.append(nn.tanh(nn.linear(activations[-1], w, theta)))
    back = nn.l2_loss_backward(activations[-1], t, reduction="sum")
    d_w, d_theta = np.zeros_like(w), np.zeros_like(theta)
    for a, below in zip(reversed(activations), reversed(activations[:-1])):
        back, of_w, of_theta = nn.linear_backward(nn.tanh_backward(back, a), below, w)
        d_w, d_theta = d_w + of_w, d_theta + of_theta
    return d_w, d_theta
