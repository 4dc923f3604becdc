r"""The update rules, each in the lecture's letters.

``sgd_update`` and its siblings are pure: arrays in, new arrays out. The rule itself is the private
function below each, which writes to its arrays; an optimizer object calls that one.

:math:`W` is a parameter, :math:`\nabla L` the gradient of the loss with respect to it and
:math:`\alpha` the learning rate ``lr``. Source: lecture, "Gradient Descent Updates", "More Variants
of Updates" and "Adaptive Moment (Adam) Estimation Updates".
"""

import math

from course_lib.arrays import namespace


def sgd_update(param, grad, /, *, lr):
    r"""Stochastic gradient descent: :math:`W \leftarrow W - \alpha \nabla L`.

    Parameters
    ----------
    param, grad : floating-point arrays of one shape
        A parameter and the gradient of the loss with respect to it. Never written to.
    lr : float
        Learning rate :math:`\alpha`; the lecture's typical choices are 0.01 and 0.1.

    Returns
    -------
    array
        The parameter after the step.

    Raises
    ------
    ValueError
        If the shapes differ.
    TypeError
        If an array is not floating point, or the arrays are of different libraries.

    Examples
    --------
    >>> sgd_update(np.array([1.0, 2.0]), np.array([1.0, -1.0]), lr=0.1)
    array([0.9, 2.1])
    """
    (param,) = _copies("sgd_update", param, grad)
    _sgd(param, grad, lr)
    return param


def _sgd(param, grad, lr):
    param -= lr * grad


def momentum_update(param, grad, velocity, /, *, lr, momentum=0.9):
    r"""Gradient descent with momentum, whose velocity leaks away by the factor :math:`\mu`.

    .. math:: V \leftarrow \mu V - \alpha \nabla L, \qquad W \leftarrow W + V

    Parameters
    ----------
    param, grad, velocity : arrays of one shape
        ``velocity`` is :math:`V`, zero before the first step.
    lr : float
        Learning rate :math:`\alpha`.
    momentum : float
        :math:`\mu` in [0, 1); typically 0.9, 0.95 or 0.99.

    Returns
    -------
    param, velocity : arrays
    """
    param, velocity = _copies("momentum_update", param, grad, velocity=velocity)
    _momentum(param, grad, velocity, lr, momentum)
    return param, velocity


def _momentum(param, grad, velocity, lr, momentum):
    velocity *= momentum
    velocity -= lr * grad
    param += velocity


def adagrad_update(param, grad, sum_squares, /, *, lr, eps=1e-10):
    r"""Adaptive gradient: weights that have moved much take smaller steps.

    .. math:: S \leftarrow S + (\nabla L)^2, \qquad
              W \leftarrow W - \alpha \frac{\nabla L}{\sqrt{S} + \epsilon}

    The lecture leaves out :math:`\epsilon`; a weight whose gradient was always 0 then gets 0/0.

    Parameters
    ----------
    param, grad, sum_squares : arrays of one shape
        As in :func:`sgd_update`; ``sum_squares`` is :math:`S`, zero before the first step.
    lr : float
        Learning rate :math:`\alpha`.
    eps : float
        :math:`\epsilon`, which keeps the quotient finite.

    Returns
    -------
    param, sum_squares : arrays
    """
    param, sum_squares = _copies("adagrad_update", param, grad, sum_squares=sum_squares)
    _adagrad(param, grad, sum_squares, lr, eps)
    return param, sum_squares


def _adagrad(param, grad, sum_squares, lr, eps):
    sum_squares += grad**2
    param -= lr * grad / (namespace(param).sqrt(sum_squares) + eps)


def rmsprop_update(param, grad, mean_square, /, *, lr, gamma=0.99, eps=1e-8):
    r"""Root mean square propagation: AdaGrad that forgets.

    .. math:: R \leftarrow \gamma R + (1 - \gamma) (\nabla L)^2, \qquad
              W \leftarrow W - \alpha \frac{\nabla L}{\sqrt{R} + \epsilon}

    Parameters
    ----------
    param, grad, mean_square : arrays of one shape
        As in :func:`sgd_update`; ``mean_square`` is :math:`R`, zero before the first step.
    lr : float
        Learning rate :math:`\alpha`.
    gamma : float
        Decay rate :math:`\gamma` in [0, 1).
    eps : float
        :math:`\epsilon`, which the lecture leaves out.

    Returns
    -------
    param, mean_square : arrays
    """
    param, mean_square = _copies("rmsprop_update", param, grad, mean_square=mean_square)
    _rmsprop(param, grad, mean_square, lr, gamma, eps)
    return param, mean_square


def _rmsprop(param, grad, mean_square, lr, gamma, eps):
    mean_square *= gamma
    mean_square += (1 - gamma) * grad**2
    param -= lr * grad / (namespace(param).sqrt(mean_square) + eps)


def adam_update(
    param, grad, m, r, t, /, *, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8, eps_inside_sqrt=False
):
    r"""Adaptive moment estimation: the mean gradient over the root of the mean square.

    .. math::
        M_t &= \beta_1 M_{t-1} + (1 - \beta_1) \nabla L, &
        R_t &= \beta_2 R_{t-1} + (1 - \beta_2) (\nabla L)^2 \\
        \hat M_t &= M_t / (1 - \beta_1^t), & \hat R_t &= R_t / (1 - \beta_2^t) \\
        W_t &= W_{t-1} - \alpha \hat M_t / (\sqrt{\hat R_t} + \epsilon)

    Parameters
    ----------
    param, grad, m, r : arrays of one shape
        As in :func:`sgd_update`; ``m`` and ``r`` are the moments, zero before the first step.
    t : int
        Number of this step, from 1 on.
    lr : float
        Learning rate :math:`\alpha`.
    beta1, beta2 : float
        Decay rates of the moments, in [0, 1).
    eps : float
        :math:`\epsilon`.
    eps_inside_sqrt : bool
        The lecture's variant, :math:`\alpha \hat M_t / \sqrt{\hat R_t + \epsilon}`, instead of the
        one of Kingma and Ba (https://arxiv.org/abs/1412.6980) and PyTorch.

    Returns
    -------
    param, m, r : arrays

    Raises
    ------
    ValueError
        If the shapes differ or ``t`` is below 1.
    TypeError
        If an array is not floating point, or the arrays are of different libraries.
    """
    if t < 1:
        raise ValueError(f"adam_update: t counts steps from 1, got {t}")
    param, m, r = _copies("adam_update", param, grad, m=m, r=r)
    m /= 1 - beta1
    r /= 1 - beta2
    _adam(param, grad, m, r, t, lr, beta1, beta2, eps, eps_inside_sqrt)
    m *= 1 - beta1
    r *= 1 - beta2
    return param, m, r


def _adam(param, grad, sum_gradients, sum_squares, t, lr, beta1, beta2, eps, eps_inside_sqrt):
    r"""The rule for the sums :math:`M_t / (1 - \beta_1)` and :math:`R_t / (1 - \beta_2)`.

    A sum, :math:`S \leftarrow \beta S + \nabla L`, takes one pass over the arrays less than a
    moment. The corrected moments are the sums divided by the sums of their weights, numbers that
    are taken out of the arrays as well (Kingma and Ba, end of section 2).
    """
    sum_gradients *= beta1
    sum_gradients += grad
    sum_squares *= beta2
    sum_squares += grad * grad
    weights = (1 - beta1**t) / (1 - beta1)
    squared_weights = (1 - beta2**t) / (1 - beta2)
    sqrt = namespace(param).sqrt
    if eps_inside_sqrt:
        denominator = sqrt(sum_squares + squared_weights * eps)
    else:
        denominator = sqrt(sum_squares)
        denominator += math.sqrt(squared_weights) * eps
    step = sum_gradients / denominator
    step *= lr * math.sqrt(squared_weights) / weights
    param -= step


def _copies(rule, param, grad, **state):
    """Copies of ``param`` and the arrays of ``state``, once all arrays fit each other."""
    arrays = {"param": param, "grad": grad, **state}
    xp = namespace(*arrays.values())
    for name, array in arrays.items():
        if not xp.isdtype(array.dtype, "real floating"):
            raise TypeError(f"{rule}: {name} must be floating point, got {array.dtype}")
        if array.shape != param.shape:
            raise ValueError(
                f"{rule}: {name} has shape {tuple(array.shape)}, param {tuple(param.shape)}"
            )
    return [xp.asarray(array, copy=True) for array in (param, *state.values())]
