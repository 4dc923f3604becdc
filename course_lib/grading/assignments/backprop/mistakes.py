"""The mistakes that people make in the assignment ``backprop``: what they return."""

import numpy as np

from course_lib.grading.assignments.backprop import references as right


def sigmoid(u):
    """The logistic function, of numbers as of arrays."""
    return 1 / (1 + np.exp(-u))


def sigmoid_slope(u, a):
    """Slope of the sigmoid, from its activation."""
    return a * (1 - a)


def tanh_slope(u, a):
    """Slope of tanh, from its activation."""
    return 1 - a * a


def no_slope(u, a):
    """Mistake: the activation is passed as if it were linear."""
    return np.ones_like(a)


def stepped(w, theta, x, t, eta, *, sign=-1, slope=sigmoid_slope, factor=1, start=1):
    """One step with another sign, slope or factor, and from 0 if ``start`` is 0."""
    u = w @ x + theta
    move = sign * eta * factor * (sigmoid(u) - t) * slope(u, sigmoid(u))
    return {
        "the array of new weights": start * w + move * x,
        "the new threshold": start * theta + move,
    }


def error_after_the_step(w, theta, x, t, eta):
    """Mistake: the error of the unit as it has become."""
    new_w, new_theta, _ = right.one_step(w, theta, x, t, eta)
    return {"the error": 0.5 * (sigmoid(new_w @ x + new_theta) - t) ** 2}


def averaged(g, x, weight):
    """Mistake: the mean over samples, of what is the gradient of a mean already."""
    _, d_weight, d_bias = right.linear_backward(g, x, weight)
    return {
        "the gradient of the weights": d_weight / len(x),
        "the gradient of the bias": d_bias / len(x),
    }


def two_layers(
    x, a1, o, t, w2, *, hidden=sigmoid_slope, output=sigmoid_slope, factor=1, through=True
):
    """Gradients with other slopes, and the error itself sent back unless it goes ``through``."""
    delta2 = factor * (o - t) * output(None, o)
    delta1 = (delta2 if through else factor * (o - t)) @ w2 * hidden(None, a1)
    return delta1.T @ x, delta1.sum(axis=0), delta2.T @ a1, delta2.sum(axis=0)


def again(u, a):
    """Mistake: the slope at the activation, as if that were the potential."""
    return sigmoid(a) * (1 - sigmoid(a))


def unsummed_thresholds(x, a1, o, t, w2):
    """Mistake: a threshold's gradient for each sample."""
    delta2 = (o - t) * o * (1 - o)
    return {
        "the gradient of theta(1)": delta2 @ w2 * a1 * (1 - a1),
        "the gradient of theta(2)": delta2,
    }


def mlp(
    x,
    t,
    weights,
    thetas,
    *,
    slope=tanh_slope,
    output=lambda u: u,
    output_slope=no_slope,
    divide=len,
    theta_factor=1,
):
    """Gradients with other slopes, another last layer, or divided by another number."""
    activations, potentials = [x], []
    for weight, theta in zip(weights, thetas):
        potentials.append(activations[-1] @ weight.T + theta_factor * theta)
        activations.append(np.tanh(potentials[-1]))
    o = output(potentials[-1])
    delta = (o - t) * output_slope(potentials[-1], o) / divide(t)
    d_weights: list[np.ndarray] = []
    d_thetas: list[np.ndarray] = []
    for level in reversed(range(len(weights))):
        d_weights.insert(0, delta.T @ activations[level])
        d_thetas.insert(0, delta.sum(axis=0))
        if level:
            delta = delta @ weights[level] * slope(potentials[level - 1], activations[level])
    return d_weights, d_thetas


def differences(f, x, h, *, right=1, left=1, over=lambda h: 2 * h, whole=False):
    """Differences between steps of ``right`` and ``left`` times ``h``, divided by ``over(h)``."""
    gradient = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        above, below = (x.copy() if whole else x.astype(float) for _ in range(2))
        above[index] += right * h
        below[index] -= left * h
        gradient[index] = (f(above) - f(below)) / over(h)
    return gradient


def steps_pile_up(f, x, h):
    """Mistake: an entry that was moved is never put back."""
    moved, gradient = x.astype(float), np.empty(x.shape)
    for index in np.ndindex(x.shape):
        moved[index] += h
        above = f(moved)
        moved[index] -= 2 * h
        gradient[index] = (above - f(moved)) / (2 * h)
    return gradient


def all_at_once(f, x, h):
    """Mistake: every entry takes the step together."""
    return (f(x + h) - f(x - h)) / (2 * h)


def shared(x, t, w, theta, steps, *, slope=tanh_slope, weight=None, of=sum):
    """Gradients of the uses of a layer, from the last to the first, put together by ``of``."""
    activations = [x]
    for _ in range(steps):
        activations.append(np.tanh(activations[-1] @ w.T + theta))
    back, d_w, d_theta = activations[-1] - t, [], []
    for a, below in zip(activations[:0:-1], activations[-2::-1]):
        delta = back * slope(None, a)
        d_w.append(delta.T @ below)
        d_theta.append(delta.sum(axis=0))
        back = delta @ (w if weight is None else weight(w))
    return of(d_w), of(d_theta)
