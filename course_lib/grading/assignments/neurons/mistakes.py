"""The mistakes that people make in the assignment ``neurons``: what they return."""

import numpy as np

from course_lib.grading.assignments.neurons import references as right


def sigmoid_that_overflows(u):
    """Mistake: e^u above and below, infinite over infinite for a large potential."""
    return np.exp(u) / (1 + np.exp(u))


def tanh_that_overflows(u):
    """Mistake: as the definition has it, with exponentials of both signs."""
    return (np.exp(u) - np.exp(-u)) / (np.exp(u) + np.exp(-u))


def tanh_that_overflows_upwards(u):
    """Mistake: the same, multiplied by e^u above and below."""
    return (np.exp(2 * u) - 1) / (np.exp(2 * u) + 1)


def tanh_that_overflows_downwards(u):
    """Mistake: the same, multiplied by e^-u above and below."""
    return (1 - np.exp(-2 * u)) / (1 + np.exp(-2 * u))


def slopes_that_overflow(u, tanh, sign):
    """Mistake: fractions of exponentials; the sigmoid's has those of ``sign * u``."""
    decay = np.exp(sign * u)
    return {
        "the slope of the sigmoid": decay / (1 + decay) ** 2,
        "the slope of tanh": 1 - tanh(u) ** 2,
    }


def slopes_that_are_activations(u):
    """Mistake: the curves themselves."""
    return right.sigmoid(u), np.tanh(u), np.maximum(u, 0)


def slopes_of_potentials(u):
    """Mistake: f (1 - f) and 1 - f^2 with the potential for f."""
    return {"the slope of the sigmoid": u * (1 - u), "the slope of tanh": 1 - u**2}


def forward(x, weights, thetas, *, hidden=np.tanh, output=lambda u: u, sign=1):
    """The forward pass with other functions, and other signs of the thresholds."""
    activations, a = [], x
    for weight, theta in zip(weights[:-1], thetas[:-1]):
        a = hidden(a @ weight.T + sign * theta)
        activations.append(a)
    return activations, output(a @ weights[-1].T + sign * thetas[-1])


def forward_with_thresholds_outside(x, weights, thetas):
    """Mistake: the activation of the weighted sum, and the threshold added to that."""
    activations, a = [], x
    for weight, theta in zip(weights[:-1], thetas[:-1]):
        a = np.tanh(a @ weight.T) + theta
        activations.append(a)
    return activations, a @ weights[-1].T + thetas[-1]


def hidden_potentials(x, weights, thetas):
    """Mistake: hands out the potentials of the hidden layers instead of their activations."""
    potentials, a = [], x
    for weight, theta in zip(weights[:-1], thetas[:-1]):
        potentials.append(a @ weight.T + theta)
        a = np.tanh(potentials[-1])
    return {"the list of hidden activations": potentials}


def shares(exponentials, axis=1):
    """Exponentials over their sum, along an axis or over everything."""
    return exponentials / np.sum(exponentials, axis=axis, keepdims=True)


def softmax_shifted_above_only(u):
    """Mistake: the largest potential is subtracted above the line, but not below."""
    return np.exp(u - u.max(axis=1, keepdims=True)) / np.exp(u).sum(axis=1, keepdims=True)


def decided_by_overflowing(u):
    """Mistake: probabilities with exponentials that overflow, and decisions from these."""
    return {
        "the array of classes": np.argmax(shares(np.exp(u)), axis=1),
        "the array of labels": (sigmoid_that_overflows(u) >= 0.5).astype(int),
    }


def one_hot(u):
    """Mistake: a row of zeros and a one for each sample instead of a number."""
    return {"the array of classes": np.eye(u.shape[1], dtype=int)[np.argmax(u, axis=1)]}


def last_of_the_tied(u):
    """Mistake: of two classes that are equally likely, the one with the larger number."""
    return {"the array of classes": u.shape[1] - 1 - np.argmax(u[:, ::-1], axis=1)}


def map_of_all_neurons(x, weights, thetas):
    """Mistake: multiplies the matrices as if no neuron were silent."""
    matrix, constant = np.eye(len(x)), np.zeros(len(x))
    for weight, theta in zip(weights, thetas):
        matrix, constant = weight @ matrix, weight @ constant + theta
    return matrix, constant


def map_with_silent_outputs(x, weights, thetas):
    """Mistake: switches off outputs that are negative, as if they were rectifiers too."""
    matrix, constant = right.local_map(x, weights, thetas)
    on = matrix @ x + constant > 0
    return on[:, None] * matrix, on * constant


def constant_with_silent_thresholds(x, weights, thetas):
    """Mistake: adds the thresholds after the silent neurons have been switched off."""
    a, constant = x, np.zeros(len(x))
    for weight, theta in zip(weights[:-1], thetas[:-1]):
        on = weight @ a + theta > 0
        a = on * (weight @ a + theta)
        constant = on * (weight @ constant) + theta
    return {"the constant": weights[-1] @ constant + thetas[-1]}


def constant_that_is_the_output(x, weights, thetas):
    """Mistake: what the network says at ``x``, in the place of what it would say at 0."""
    matrix, constant = right.local_map(x, weights, thetas)
    return {"the constant": matrix @ x + constant}
