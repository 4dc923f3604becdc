"""Pooling: every window of an image becomes its largest, or its average, pixel.

Windows may overlap. As everywhere in this package, the offsets within a window are visited one by
one and all windows at once. Settings are those of PyTorch. A slice is taken to be a view: writing
to it writes to the array.
"""

from course_lib.nn.checks import dimensions, floating
from course_lib.nn.windows import output_size, overlap, pair


def max_pool2d(x, /, *, kernel_size, stride=None, padding=0):
    """Largest pixel of every window.

    Parameters
    ----------
    x : array, shape (N, C, H, W)
    kernel_size : int or (int, int)
        Height and width of a window.
    stride : int or (int, int), optional
        Step of the window; without it, windows lie side by side.
    padding : int or (int, int)
        Pixels around the image that are never the largest; at most half of the kernel.

    Returns
    -------
    array, shape (N, C, H', W')
        H' = (H + 2 padding - kernel height) // stride + 1, and so for W'.

    Raises
    ------
    ValueError
        If the kernel exceeds the padded image, or a setting is out of range.

    Examples
    --------
    >>> x = np.arange(16.0).reshape(1, 1, 4, 4)
    >>> max_pool2d(x, kernel_size=2)
    array([[[[ 5.,  7.],
             [13., 15.]]]])
    """
    xp = floating("max_pool2d", x=x)
    size, offsets = _windows("max_pool2d", x, kernel_size, stride, padding)
    shape = (*x.shape[:2], *size)
    largest = xp.full(shape, -xp.inf, dtype=x.dtype, device=x.device)
    for windows, pixels in offsets:
        largest[windows] = xp.maximum(largest[windows], x[pixels])
    return largest


def max_pool2d_backward(grad_output, x, /, *, kernel_size, stride=None, padding=0):
    """Gradient through :func:`max_pool2d`: all of it goes to the pixel that won.

    Of several pixels that are equally large the first in reading order wins, as in PyTorch. After
    a rectifier that happens in every window of zeros.

    Parameters
    ----------
    grad_output : array, shape (N, C, H', W')
    x : array, shape (N, C, H, W)
        The input, from which the winners are found again.

    Returns
    -------
    array, shape (N, C, H, W)
    """
    name = "max_pool2d_backward"
    xp = floating(name, x=x, grad_output=grad_output)
    size, offsets = _windows(name, x, kernel_size, stride, padding)
    _check_grad_output(name, grad_output, x, size)
    largest = max_pool2d(x, kernel_size=kernel_size, stride=stride, padding=padding)
    open_windows = xp.ones(largest.shape, dtype=xp.bool, device=x.device)
    grad_x = xp.zeros(x.shape, dtype=x.dtype, device=x.device)
    for windows, pixels in offsets:
        still_open = open_windows[windows]
        won = (x[pixels] == largest[windows]) & still_open
        still_open ^= won
        part = grad_x[pixels]
        part += grad_output[windows] * xp.astype(won, x.dtype)
    return grad_x


def avg_pool2d(x, /, *, kernel_size, stride=None, padding=0):
    """Average pixel of every window; pixels in the padding count as zeros.

    Parameters and shapes are as for :func:`max_pool2d`.

    Examples
    --------
    >>> x = np.arange(16.0).reshape(1, 1, 4, 4)
    >>> avg_pool2d(x, kernel_size=2)
    array([[[[ 2.5,  4.5],
             [10.5, 12.5]]]])
    """
    xp = floating("avg_pool2d", x=x)
    size, offsets = _windows("avg_pool2d", x, kernel_size, stride, padding)
    total = xp.zeros((*x.shape[:2], *size), dtype=x.dtype, device=x.device)
    for windows, pixels in offsets:
        part = total[windows]
        part += x[pixels]
    return total / len(offsets)


def avg_pool2d_backward(grad_output, x, /, *, kernel_size, stride=None, padding=0):
    """Gradient through :func:`avg_pool2d`: every pixel of a window gets the same share.

    Of ``x`` only the shape matters.
    """
    name = "avg_pool2d_backward"
    xp = floating(name, x=x, grad_output=grad_output)
    size, offsets = _windows(name, x, kernel_size, stride, padding)
    _check_grad_output(name, grad_output, x, size)
    share = grad_output / len(offsets)
    grad_x = xp.zeros(x.shape, dtype=x.dtype, device=x.device)
    for windows, pixels in offsets:
        part = grad_x[pixels]
        part += share[windows]
    return grad_x


def _windows(operation, x, kernel_size, stride, padding):
    """How many windows there are, and for each offset the windows and pixels that it pairs."""
    dimensions(operation, "x", x, "NCHW")
    kernel_size = pair(operation, "kernel_size", kernel_size, 1)
    stride = kernel_size if stride is None else pair(operation, "stride", stride, 1)
    padding = pair(operation, "padding", padding, 0)
    if 2 * padding[0] > kernel_size[0] or 2 * padding[1] > kernel_size[1]:
        raise ValueError(
            f"{operation}: padding is {padding}, expected at most half of kernel_size {kernel_size}"
        )
    height, width = x.shape[2:]
    size = output_size(operation, (height, width), kernel_size, stride, padding)
    vertical = [overlap(height, size[0], i - padding[0], stride[0]) for i in range(kernel_size[0])]
    horizontal = [overlap(width, size[1], j - padding[1], stride[1]) for j in range(kernel_size[1])]
    return size, [
        ((..., rows, columns), (..., pixel_rows, pixel_columns))
        for rows, pixel_rows in vertical
        for columns, pixel_columns in horizontal
    ]


def _check_grad_output(operation, grad_output, x, size):
    expected = (*x.shape[:2], *size)
    if grad_output.shape != expected:
        raise ValueError(
            f"{operation}: grad_output has shape {tuple(grad_output.shape)}, "
            f"expected {expected} for x {tuple(x.shape)}"
        )
