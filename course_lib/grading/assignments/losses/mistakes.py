"""The mistakes that people make in the assignment ``losses``: what they return."""

import numpy as np

from course_lib import nn
from course_lib.grading.assignments.losses import references as right


def per_sample(values):
    """Sum over the outputs and mean over the samples."""
    return np.sum(values) / len(values)


def squared_error_of_potentials(z, t):
    """Mistake: the potential passes for the output."""
    return per_sample((z - t) ** 2) / 2, (z - t) / len(z)


def squared_error_with_slope_of_potential(z, t):
    """Mistake: the slope o (1 - o), with the potential for o."""
    return {"the gradient": (nn.sigmoid(z) - t) * z * (1 - z) / len(z)}


def overflowing_sigmoid(z):
    """The sigmoid as e^z / (1 + e^z), which is no number where z is large."""
    return np.exp(z) / (1 + np.exp(z))


def squared_error_that_overflows(z, t):
    """Mistake: a sigmoid that overflows."""
    o = overflowing_sigmoid(z)
    return per_sample((o - t) ** 2) / 2, (o - t) * o * (1 - o) / len(z)


def binary_cross_entropy_that_overflows(z, t):
    """Mistake: a sigmoid that overflows."""
    o = overflowing_sigmoid(z)
    return -per_sample(t * np.log(o) + (1 - t) * np.log(1 - o)), (o - t) / len(z)


def loss_without_brackets(z, t):
    """Mistake: the minus sign reaches the first of the two terms only."""
    o = nn.sigmoid(z)
    return {"the loss": per_sample(-t * np.log(o) + (1 - t) * np.log(1 - o))}


def loss_of_class_one(z, t):
    """Mistake: the term of class 1 alone."""
    return {"the loss": -per_sample(t * np.log(nn.sigmoid(z)))}


def loss_of_probabilities(z, t):
    """Mistake: both logarithms of rounded probabilities; 0 times infinity is no number."""
    o = nn.sigmoid(z)
    return {"the loss": -per_sample(t * np.log(o) + (1 - t) * np.log(1 - o))}


def loss_of_chosen_probabilities(z, t):
    """Mistake: the same with one logarithm for each target, which may be infinite."""
    o = nn.sigmoid(z)
    return {"the loss": -per_sample(np.log(np.where(t == 1, o, 1 - o)))}


def loss_of_clipped_probabilities(z, t, eps):
    """Mistake: probabilities below ``eps`` and above 1 - eps are moved there."""
    o = np.clip(nn.sigmoid(z), eps, 1 - eps)
    return {"the loss": -per_sample(t * np.log(o) + (1 - t) * np.log(1 - o))}


def loss_of_raised_probabilities(z, t, eps):
    """Mistake: ``eps`` is added to whatever a logarithm is taken of."""
    o = nn.sigmoid(z)
    return {"the loss": -per_sample(t * np.log(o + eps) + (1 - t) * np.log(1 - o + eps))}


def loss_with_exponential(z, t, sign):
    """Mistake: log(1 + exp(±z)), which a large potential makes infinite."""
    softplus = np.log(1 + np.exp(sign * z))
    return {"the loss": per_sample(softplus + ((1 - t) * z if sign < 0 else -t * z))}


def gradient_with_slope_again(z, t):
    """Mistake: o - t, multiplied by the slope that it has just been rid of."""
    o = nn.sigmoid(z)
    return {"the gradient": (o - t) * o * (1 - o) / len(z)}


def gradient_of_output(z, t):
    """Mistake: stops at the output, a link before the potential."""
    o = nn.sigmoid(z)
    return {"the gradient": (o - t) / (o * (1 - o)) / len(z)}


def cross_entropy_along(z, classes, axis=1, one_hot=False):
    """The loss and gradient with the softmax along an axis, and no thought of overflow.

    With ``one_hot`` targets the logarithms of all classes are multiplied by them, and added up.
    """
    o = np.exp(z) / np.sum(np.exp(z), axis=axis, keepdims=True)
    t = right.one_hot(classes, z.shape[1])
    chosen = t * np.log(o) if one_hot else np.log(o[np.arange(len(z)), classes])
    return -per_sample(chosen), (o - t) / len(z)


def cross_entropy_with_exponential(z, classes):
    """Mistake: the logarithm of a sum of exponentials that overflows."""
    chosen = z[np.arange(len(z)), classes]
    return {"the loss": per_sample(np.log(np.sum(np.exp(z), axis=1)) - chosen)}


def cross_entropy_of_probabilities(z, classes, raised=0.0):
    """Mistake: the logarithm of a probability that has been rounded, and perhaps raised."""
    o = nn.softmax(z)[np.arange(len(z)), classes]
    return {"the loss": -per_sample(np.log(o + raised))}


def cross_entropy_of_all_probabilities(z, classes):
    """Mistake: the same for all classes, and 0 times infinity where the target is 0."""
    t = right.one_hot(classes, z.shape[1])
    return {"the loss": -per_sample(t * np.log(nn.softmax(z)))}


def cross_entropy_of_columns(z, classes):
    """Mistake: ``[:, classes]``, which takes whole columns, in the loss and in the gradient."""
    gradient = nn.softmax(z)
    gradient[:, classes] -= 1
    return -np.mean(nn.log_softmax(z)[:, classes]), gradient / len(z)


def cross_entropy_of_all_classes(z, classes):
    """Mistake: adds log(1 - o) for every class that is not the right one."""
    o, t = nn.softmax(z), right.one_hot(classes, z.shape[1])
    return {"the loss": -per_sample(t * np.log(o) + (1 - t) * np.log(1 - o))}


def cross_entropy_of_sigmoids(z, classes):
    """Mistake: a sigmoid for each class instead of one softmax."""
    return right.binary_cross_entropy(z, right.one_hot(classes, z.shape[1]))


def paths(h, weight, t):
    """The letters of the derivation: o1, o2, t1, t2 and h2."""
    return *nn.softmax(weight @ h), *t, h[1]


def paths_to_unit_two(h, weight, t):
    """Mistake: the weight that leads from hidden unit 1 to output 2."""
    _, o2, t1, t2, _ = paths(h, weight, t)
    return t1 * o2 * h[0], -t2 * (1 - o2) * h[0]


def paths_without_logarithm(h, weight, t):
    """Mistake: minus the target for the slope of the loss along an output."""
    o1, o2, t1, t2, h2 = paths(h, weight, t)
    return -t1 * o1 * (1 - o1) * h2, t2 * o2 * o1 * h2


def paths_that_divide(h, weight, t):
    """Mistake: divides by an output that may be 0, as the derivation does."""
    o1, o2, t1, t2, h2 = paths(h, weight, t)
    return -t1 / o1 * (o1 * (1 - o1)) * h2, -t2 / o2 * (-o2 * o1) * h2


def path_of_rising_output(h, weight, t):
    """Mistake: o2 (1 - o2) = o2 o1, without the minus, for the slope of o2 along y1."""
    o1, _, _, t2, h2 = paths(h, weight, t)
    return {"the path through o2": -t2 * o1 * h2}


def layer_gradients(h, delta):
    """Gradients of weights and thresholds from delta (N, K)."""
    return delta.T @ h, delta.sum(axis=0)


def layer_without_thresholds(h, weight, theta, classes):
    """Mistake: potentials without thresholds."""
    return right.output_layer_gradients(h, weight, np.zeros_like(theta), classes)


def layer_with(change):
    """The gradients of the layer, with a ``change`` of (outputs, targets) to delta."""

    def returns(h, weight, theta, classes):
        o = nn.softmax(nn.linear(h, weight, theta))
        return layer_gradients(h, change(o, right.one_hot(classes, len(theta))) / len(h))

    return returns


def layer_of_columns(h, weight, theta, classes):
    """Mistake: ``[:, classes] -= 1``, which subtracts from whole columns."""
    return layer_gradients(h, cross_entropy_of_columns(nn.linear(h, weight, theta), classes)[1])


def layer_that_overflows(h, weight, theta, classes):
    """Mistake: a softmax that overflows."""
    return layer_gradients(h, cross_entropy_along(nn.linear(h, weight, theta), classes)[1])


def layer_thresholds(summed):
    """The thresholds' gradient, with another way of ``summed`` over delta (N, K)."""

    def returns(h, weight, theta, classes):
        delta = right.cross_entropy(nn.linear(h, weight, theta), classes)[1]
        return {"the gradient of the thresholds": summed(delta)}

    return returns
