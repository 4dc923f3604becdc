"""Correlation and convolution of one signal or image with one kernel: the flip made visible.

The lecture's formulas, as written. :func:`course_lib.nn.conv2d` is the first of them, for many
channels and kernels at once, whatever the name says: a network learns its kernels, so it does not
matter to it which way round they are stored.
"""

import math

from course_lib.nn.checks import floating


def correlate(x, kernel, /):
    r"""Correlation :math:`y(k) = \sum_n x(n + k)\, w(n)`, in one or two dimensions.

    Parameters
    ----------
    x : array, shape (L,) or (H, W)
    kernel : array, shape (l,) or (h, w)
        No larger than ``x``.

    Returns
    -------
    array, shape (L - l + 1,) or (H - h + 1, W - w + 1)
        One value for every place where the kernel lies inside ``x`` ("valid" in NumPy's words).

    Notes
    -----
    The lecture prints w(k) for w(n), which cannot be meant: k would not be summed over.

    Examples
    --------
    >>> correlate(np.array([0.0, 0.0, 1.0, 0.0, 0.0]), np.array([1.0, 2.0, 3.0]))
    array([3., 2., 1.])
    """
    return _correlate("correlate", x, kernel)


def convolve(x, kernel, /):
    r"""Convolution :math:`y(k) = \sum_n x(k - n)\, w(n)`: correlation with the flipped kernel.

    Shapes are as for :func:`correlate`; what differs is that the answer to a single 1 is the
    kernel itself, the right way round.

    Examples
    --------
    >>> convolve(np.array([0.0, 0.0, 1.0, 0.0, 0.0]), np.array([1.0, 2.0, 3.0]))
    array([1., 2., 3.])
    """
    xp = floating("convolve", x=x, kernel=kernel)
    return _correlate("convolve", x, xp.flip(kernel))


def _correlate(operation, x, kernel):
    xp = floating(operation, x=x, kernel=kernel)
    if kernel.ndim != x.ndim or x.ndim not in (1, 2):
        raise ValueError(
            f"{operation}: x has shape {tuple(x.shape)} and kernel {tuple(kernel.shape)}, "
            f"expected both of 1 or both of 2 dimensions"
        )
    size = tuple(n - k + 1 for n, k in zip(x.shape, kernel.shape))
    if min(size) < 1 or 0 in kernel.shape:
        raise ValueError(
            f"{operation}: kernel has shape {tuple(kernel.shape)}, "
            f"expected at least 1 and at most the {tuple(x.shape)} of x"
        )
    result = xp.zeros(size, dtype=x.dtype, device=x.device)
    for number in range(math.prod(kernel.shape)):
        offset = divmod(number, kernel.shape[-1])[-x.ndim :]  # row by row through the kernel
        shifted = tuple(slice(start, start + length) for start, length in zip(offset, size))
        result += x[shifted] * kernel[offset]
    return result
