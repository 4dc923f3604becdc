"""Losses: how wrong the outputs are, as one number, and the gradient that training descends.

All have the same ``reduction``: "sum" adds over samples and outputs, "mean" divides that by the
number of samples N (the length of the first axis), "none" gives one number per sample. Each
``_backward`` partner returns the gradient with respect to the first argument; with "none" that is
the gradient of every sample's own loss, the same as for "sum". Training needs both at every step:
each ``_and_gradient`` partner returns the pair, and does once what the two have in common.
"""

from functools import cache

from course_lib.arrays import reduce_sum
from course_lib.nn.activations import log_softmax, sigmoid, softmax
from course_lib.nn.checks import dimensions, floating, library, same_shape

REDUCTIONS = ("mean", "sum", "none")
# How far from 1 the sum of rounded probabilities may be: float32 keeps 7 digits.
SUM_TOLERANCE = 1e-4


def l2_loss(output, target, /, *, reduction="mean"):
    r"""Half the squared error, :math:`\frac{1}{2} \sum_k (o_k - t_k)^2`.

    Parameters
    ----------
    output : array, shape (N, ...)
        What the network says.
    target : array, shape (N, ...)
        What it should have said.
    reduction : {"mean", "sum", "none"}
        See the module's description.

    Returns
    -------
    array, shape () or (N,) with "none"

    Examples
    --------
    >>> float(l2_loss(np.array([[1.0], [3.0]]), np.array([[0.0], [0.0]])))
    2.5
    """
    _check_elementwise("l2_loss", "output", output, target, reduction)
    error = output - target
    return 0.5 * _reduce(error * error, reduction)


def l2_loss_backward(output, target, /, *, reduction="mean"):
    """Gradient of :func:`l2_loss` with respect to ``output``: the error o - t."""
    _check_elementwise("l2_loss_backward", "output", output, target, reduction)
    return _scale(output - target, reduction)


def l2_loss_and_gradient(output, target, /, *, reduction="mean"):
    """The pair of :func:`l2_loss` and :func:`l2_loss_backward`, from one error."""
    _check_elementwise("l2_loss_and_gradient", "output", output, target, reduction)
    error = output - target
    return 0.5 * _reduce(error * error, reduction), _scale(error, reduction)


def binary_cross_entropy_with_logits(logits, target, /, *, reduction="mean"):
    r"""Cross-entropy of independent yes/no outputs, :math:`-[t \log o + (1 - t) \log (1 - o)]`.

    Parameters
    ----------
    logits : array, shape (N, ...)
        Potentials u; the probabilities are o = sigmoid(u).
    target : array, shape (N, ...)
        Probabilities of "yes", usually 0 or 1.
    reduction : {"mean", "sum", "none"}
        See the module's description.

    Returns
    -------
    array, shape () or (N,) with "none"

    Notes
    -----
    Written in u it is :math:`\max(u, 0) - u t + \log(1 + e^{-|u|})`, which no logit overflows and
    no rounding of o to 1 turns into log 0.

    Examples
    --------
    >>> float(binary_cross_entropy_with_logits(np.array([[1e4]]), np.array([[0.0]])))
    10000.0
    """
    name = "binary_cross_entropy_with_logits"
    xp = _check_elementwise(name, "logits", logits, target, reduction)
    _check_probabilities(xp, name, target)
    losses = xp.maximum(logits, 0.0) - logits * target + xp.log1p(xp.exp(-xp.abs(logits)))
    return _reduce(losses, reduction)


def binary_cross_entropy_with_logits_backward(logits, target, /, *, reduction="mean"):
    """Gradient of :func:`binary_cross_entropy_with_logits` by the logits: o - t again."""
    name = "binary_cross_entropy_with_logits_backward"
    xp = _check_elementwise(name, "logits", logits, target, reduction)
    _check_probabilities(xp, name, target)
    return _scale(sigmoid(logits) - target, reduction)


def binary_cross_entropy_with_logits_and_gradient(logits, target, /, *, reduction="mean"):
    r"""The pair of :func:`binary_cross_entropy_with_logits` and its ``_backward``.

    The exponential :math:`d = e^{-|u|}` is in both: o is 1 / (1 + d) where u is positive, and
    d / (1 + d) elsewhere.
    """
    name = "binary_cross_entropy_with_logits_and_gradient"
    xp = _check_elementwise(name, "logits", logits, target, reduction)
    _check_probabilities(xp, name, target)
    decay = xp.exp(-xp.abs(logits))
    losses = xp.maximum(logits, 0.0) - logits * target + xp.log1p(decay)
    output = xp.where(logits > 0, 1.0, decay) / (1.0 + decay)
    return _reduce(losses, reduction), _scale(output - target, reduction)


def cross_entropy(logits, target, /, *, reduction="mean"):
    r"""Cross-entropy of one choice among K classes, :math:`-\sum_k t_k \log o_k`.

    Parameters
    ----------
    logits : array, shape (N, K)
        Potentials u; the probabilities are o = softmax(u).
    target : array, shape (N,) of integers or (N, K) of floats
        The index of the class of each sample, or the probability of each class.
    reduction : {"mean", "sum", "none"}
        See the module's description.

    Returns
    -------
    array, shape () or (N,) with "none"

    Raises
    ------
    ValueError
        If an index is not in 0..K-1, or probabilities are negative or do not add to 1.

    Examples
    --------
    >>> float(cross_entropy(np.array([[1e4, 0.0]]), np.array([1])))
    10000.0
    """
    _, probabilities = _class_probabilities("cross_entropy", logits, target, reduction)
    return _reduce(-probabilities * log_softmax(logits), reduction)


def cross_entropy_backward(logits, target, /, *, reduction="mean"):
    """Gradient of :func:`cross_entropy` with respect to the logits.

    It is o - t because the target's probabilities add to 1 (lecture, "Softmax").
    """
    _, probabilities = _class_probabilities("cross_entropy_backward", logits, target, reduction)
    return _scale(softmax(logits) - probabilities, reduction)


def cross_entropy_and_gradient(logits, target, /, *, reduction="mean"):
    """The pair of :func:`cross_entropy` and :func:`cross_entropy_backward`.

    The softmax of the gradient is the exponential of the loss's logarithm.
    """
    name = "cross_entropy_and_gradient"
    xp, probabilities = _class_probabilities(name, logits, target, reduction)
    log_output = log_softmax(logits)
    loss = _reduce(-probabilities * log_output, reduction)
    return loss, _scale(xp.exp(log_output) - probabilities, reduction)


def _check_elementwise(operation, name, output, target, reduction):
    """The library of a loss whose target looks like its output."""
    xp = floating(operation, **{name: output, "target": target})
    same_shape(operation, "target", target, name, output)
    if output.ndim == 0:
        raise ValueError(f"{operation}: {name} has shape (), expected (N, ...)")
    _check_reduction(operation, output, reduction)
    return xp


def _class_probabilities(operation, logits, target, reduction):
    """The library of ``logits``, and ``target`` as probabilities of shape (N, K), checked."""
    xp = library(operation, logits=logits, target=target)
    floating(operation, logits=logits)
    dimensions(operation, "logits", logits, "NK")
    _check_reduction(operation, logits, reduction)
    if target.ndim == 2:
        floating(operation, logits=logits, target=target)
        same_shape(operation, "target", target, "logits", logits)
        _check_probabilities(xp, operation, target)
        _check_sums(xp, operation, target)
        return xp, target
    return xp, _one_hot(xp, operation, logits, target)


def _one_hot(xp, operation, logits, target):
    """Probability 1 for the labelled class of each sample."""
    samples, classes = logits.shape
    if target.shape != (samples,) or not _is_integral(xp, target.dtype):
        raise ValueError(
            f"{operation}: target has dtype {target.dtype} and shape {tuple(target.shape)}, "
            f"expected integers of shape ({samples},) or floats of shape ({samples}, {classes})"
        )
    chosen = target[:, None] == _numbers(xp, classes, target.device)
    if int(xp.count_nonzero(chosen)) != samples:  # a label out of range is no class's number
        raise ValueError(
            f"{operation}: target goes from {int(xp.min(target))} to {int(xp.max(target))}, "
            f"expected classes in 0..{classes - 1}"
        )
    return xp.astype(chosen, logits.dtype)


@cache
def _numbers(xp, classes, device):
    return xp.arange(classes, device=device)


@cache
def _is_integral(xp, dtype):
    return xp.isdtype(dtype, "integral")


def _check_probabilities(xp, operation, target):
    if xp.any((target < 0) | (target > 1)):
        raise ValueError(
            f"{operation}: target goes from {float(xp.min(target)):.6g} to "
            f"{float(xp.max(target)):.6g}, expected probabilities in 0..1"
        )


def _check_sums(xp, operation, target):
    excess = xp.abs(xp.sum(target, axis=1) - 1.0)
    if xp.any(excess > SUM_TOLERANCE):
        worst = int(xp.argmax(excess))
        raise ValueError(
            f"{operation}: the probabilities in row {worst} of target add to "
            f"{float(xp.sum(target[worst, :])):.6g}, expected 1"
        )


def _check_reduction(operation, output, reduction):
    if reduction not in REDUCTIONS:
        raise ValueError(
            f"{operation}: reduction is {reduction!r}, expected one of {', '.join(REDUCTIONS)}"
        )
    if reduction == "mean" and output.shape[0] == 0:
        raise ValueError(f"{operation}: no samples, expected at least one for a mean")


def _reduce(losses, reduction):
    """Elementwise losses (N, ...) to what ``reduction`` asks for."""
    if reduction == "none":
        return reduce_sum(losses, axis=tuple(range(1, losses.ndim)))
    total = reduce_sum(losses)
    return total / losses.shape[0] if reduction == "mean" else total


def _scale(gradient, reduction):
    """The gradient of the sum over samples to that of ``reduction``."""
    return gradient / gradient.shape[0] if reduction == "mean" else gradient
