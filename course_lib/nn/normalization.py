"""Local response normalization: units that share a pixel inhibit each other across channels.

Krizhevsky et al. 2012, in PyTorch's parametrization: ``alpha`` is divided by ``size``.
"""

from course_lib.nn.checks import floating, same_shape


def local_response_norm(x, /, *, size, alpha=1e-4, beta=0.75, k=1.0):
    r"""Divide each unit by :math:`d^\beta`, where :math:`d_c = k + \frac{\alpha}{n} \sum x_j^2`.

    Parameters
    ----------
    x : array, shape (N, C, ...)
    size : int
        Channels n in the sum: n // 2 before channel c, c itself, and (n - 1) // 2 after it, as
        far as they exist.
    alpha, beta, k : float
        Strength, exponent and offset.

    Returns
    -------
    array, shape (N, C, ...)

    Examples
    --------
    >>> local_response_norm(np.array([[3.0, 4.0]]), size=2, alpha=2.0, beta=1.0, k=0.0)
    array([[0.33333333, 0.16      ]])
    """
    xp = floating("local_response_norm", x=x)
    _check("local_response_norm", x, size)
    return x * _denominator(xp, x, size, alpha, k) ** -beta


def local_response_norm_backward(grad_output, x, /, *, size, alpha=1e-4, beta=0.75, k=1.0):
    r"""Gradient through :func:`local_response_norm`.

    A unit acts on its own output directly, and on those of its neighbours by their denominators:
    :math:`g_c d_c^{-\beta} - \frac{2 \alpha \beta}{n} x_c \sum_j g_j x_j d_j^{-\beta - 1}`, with
    the sum over the channels j whose window contains c.
    """
    name = "local_response_norm_backward"
    xp = floating(name, x=x, grad_output=grad_output)
    _check(name, x, size)
    same_shape(name, "grad_output", grad_output, "x", x)
    denominator = _denominator(xp, x, size, alpha, k)
    scaled = grad_output * denominator**-beta
    blame = _window_sum(xp, scaled * x / denominator, (size - 1) // 2, size // 2)
    blame *= x
    blame *= 2 * alpha * beta / size
    return scaled - blame


def _denominator(xp, x, size, alpha, k):
    total = _window_sum(xp, x * x, size // 2, (size - 1) // 2)
    total *= alpha / size
    total += k
    return total


def _window_sum(xp, values, before, after):
    """Sum over the channels from ``before`` ahead of each to ``after`` behind it."""
    channels = values.shape[1]
    total = xp.zeros_like(values)
    for shift in range(-before, after + 1):
        first, last = max(0, -shift), min(channels, channels - shift)
        if first < last:
            part = total[:, first:last, ...]
            part += values[:, first + shift : last + shift, ...]
    return total


def _check(operation, x, size):
    if x.ndim < 2:
        raise ValueError(f"{operation}: x has shape {tuple(x.shape)}, expected (N, C, ...)")
    if not isinstance(size, int) or size < 1:
        raise ValueError(f"{operation}: size is {size!r}, expected a positive integer")
