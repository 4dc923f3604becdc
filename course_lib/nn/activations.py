"""Activation functions and their derivatives.

Every function but the two softmaxes acts elementwise on an array of any shape. Its ``_backward``
partner applies the chain rule: from the gradient of the loss with respect to the output, to the
gradient with respect to the input.
"""

import math
from functools import cache

from course_lib.arrays import reduce_max, reduce_sum
from course_lib.nn.checks import floating, same_shape


def sigmoid(x, /):
    r"""Logistic function :math:`f(u) = 1 / (1 + e^{-u})`.

    Parameters
    ----------
    x : array, shape (...)
        Potential of each neuron.

    Returns
    -------
    array, shape (...)
        Firing rate, strictly between 0 and 1 until rounding.

    Notes
    -----
    Lecture, "Biological & Artificial Neurons". Computed as :math:`e^u / (e^u + 1)`, which far
    below is as small as the exponential. Potentials are cut off before theirs overflows (at 88 in
    float32, at 709 in float64): the rate has been 1 for long.

    Examples
    --------
    >>> sigmoid(np.array([0.0]))
    array([0.5])
    """
    xp = floating("sigmoid", x=x)
    one, highest = _one_and_highest(xp, x.dtype, x.device)
    growth = xp.exp(xp.minimum(x, highest))
    return growth / (growth + one)


def sigmoid_backward(grad_output, output, /):
    """Gradient through :func:`sigmoid`: f' = f (1 - f), so only the output is needed."""
    xp = floating("sigmoid_backward", output=output, grad_output=grad_output)
    same_shape("sigmoid_backward", "grad_output", grad_output, "output", output)
    one, _ = _one_and_highest(xp, output.dtype, output.device)
    return grad_output * output * (one - output)


@cache
def _one_and_highest(xp, dtype, device):
    """Two numbers, 1 and the highest integer with a finite exponential.

    They are arrays: with a number of Python's, a small operation takes twice as long in torch.
    """
    highest = float(math.floor(math.log(xp.finfo(dtype).max)))
    return tuple(xp.asarray(number, dtype=dtype, device=device) for number in (1.0, highest))


def tanh(x, /):
    r"""Hyperbolic tangent :math:`(e^u - e^{-u}) / (e^u + e^{-u})`, elementwise.

    Parameters
    ----------
    x : array, shape (...)
        Potential of each neuron.

    Returns
    -------
    array, shape (...)
        Firing rate, between -1 and 1.

    Examples
    --------
    >>> tanh(np.array([-1e4, 0.0, 1e4]))
    array([-1.,  0.,  1.])
    """
    return floating("tanh", x=x).tanh(x)


def tanh_backward(grad_output, output, /):
    """Gradient through :func:`tanh`: f' = 1 - f^2, so only the output is needed."""
    floating("tanh_backward", output=output, grad_output=grad_output)
    same_shape("tanh_backward", "grad_output", grad_output, "output", output)
    return grad_output * (1.0 - output * output)


def relu(x, /):
    """Rectifier max(0, u), elementwise.

    Parameters
    ----------
    x : array, shape (...)
        Potential of each neuron.

    Returns
    -------
    array, shape (...)
        The potential where it is positive, 0 elsewhere.

    Examples
    --------
    >>> relu(np.array([-2.0, 3.0]))
    array([0., 3.])
    """
    return floating("relu", x=x).maximum(x, 0.0)


def relu_backward(grad_output, x, /):
    """Gradient through :func:`relu`: it passes where the input is positive.

    The derivative at exactly 0, where there is none, is taken to be 0, as everybody does.
    """
    xp = floating("relu_backward", x=x, grad_output=grad_output)
    same_shape("relu_backward", "grad_output", grad_output, "x", x)
    return grad_output * xp.astype(x > 0, x.dtype)


def softmax(x, /, *, axis=-1):
    r"""Exponentials divided by their sum, :math:`o_k = e^{u_k} / \sum_j e^{u_j}`.

    Parameters
    ----------
    x : array, shape (..., K, ...)
        Logits. Not empty along ``axis``.
    axis : int
        Where the K classes are.

    Returns
    -------
    array, shape (..., K, ...)
        Probabilities: positive until they underflow, and of sum 1 along ``axis``.

    Notes
    -----
    A constant added to all logits cancels. With the largest logit moved to 0, no exponential
    exceeds 1, and nothing overflows.

    Examples
    --------
    >>> softmax(np.array([1e4, 1e4]))
    array([0.5, 0.5])
    """
    xp = _over_classes("softmax", axis, x=x)
    output = xp.exp(x - reduce_max(x, axis=axis, keepdims=True))
    output /= reduce_sum(output, axis=axis, keepdims=True)
    return output


def softmax_backward(grad_output, output, /, *, axis=-1):
    r"""Gradient through :func:`softmax`: :math:`o_k (g_k - \sum_j g_j o_j)`.

    Every output depends on every input of its row, so the Jacobian is the full matrix
    :math:`\partial o_j / \partial u_k = o_j (\delta_{jk} - o_k)`; it is never formed.
    """
    _over_classes("softmax_backward", axis, output=output, grad_output=grad_output)
    same_shape("softmax_backward", "grad_output", grad_output, "output", output)
    mean = reduce_sum(grad_output * output, axis=axis, keepdims=True)
    return output * (grad_output - mean)


def log_softmax(x, /, *, axis=-1):
    r"""Logarithm of :func:`softmax`, :math:`u_k - \log \sum_j e^{u_j}`, exact where that is 0.

    Parameters and result are as for :func:`softmax`.

    Examples
    --------
    >>> log_softmax(np.array([0.0, 1e4]))
    array([-10000.,      0.])
    """
    xp = _over_classes("log_softmax", axis, x=x)
    shifted = x - reduce_max(x, axis=axis, keepdims=True)
    shifted -= xp.log(reduce_sum(xp.exp(shifted), axis=axis, keepdims=True))
    return shifted


def log_softmax_backward(grad_output, output, /, *, axis=-1):
    r"""Gradient through :func:`log_softmax`: :math:`g_k - o_k \sum_j g_j` with the softmax o."""
    xp = _over_classes("log_softmax_backward", axis, output=output, grad_output=grad_output)
    same_shape("log_softmax_backward", "grad_output", grad_output, "output", output)
    return grad_output - xp.exp(output) * reduce_sum(grad_output, axis=axis, keepdims=True)


def _over_classes(operation, axis, /, **arrays):
    """The library of ``arrays``, once the first is known to have classes along ``axis``."""
    xp = floating(operation, **arrays)
    name, x = next(iter(arrays.items()))
    if not -x.ndim <= axis < x.ndim:
        raise ValueError(
            f"{operation}: axis is {axis}, but {name} has shape {tuple(x.shape)} "
            f"with {x.ndim} dimensions"
        )
    if x.shape[axis] == 0:
        raise ValueError(
            f"{operation}: {name} has shape {tuple(x.shape)}, "
            f"expected at least one class along axis {axis}"
        )
    return xp
