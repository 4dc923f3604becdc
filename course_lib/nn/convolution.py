"""Convolution layers' arithmetic, forward and backward, in one and two dimensions.

How it is computed is told in :mod:`course_lib.nn.planning`. As in PyTorch, the "convolution" of a
neural network is a cross-correlation; :func:`course_lib.nn.convolve` shows the difference.
"""

from course_lib.nn.checks import dimensions, floating, whole
from course_lib.nn.planning import plan_convolution
from course_lib.nn.transposed import plan_transposed


def conv1d(
    x, weight, bias=None, /, *, stride=1, padding=0, padding_value=0.0, dilation=1, groups=1
):
    """Cross-correlate signals with kernels, as PyTorch's function of this name does.

    Parameters
    ----------
    x : array, shape (N, C, L)
        Signals.
    weight : array, shape (K, C / groups, kernel length)
    bias : array, shape (K,), optional
    stride, padding, dilation, groups : int
    padding_value : float
        As for :func:`conv2d`.

    Returns
    -------
    array, shape (N, K, L')

    Raises
    ------
    ValueError, TypeError
        As :func:`conv2d`.

    Examples
    --------
    >>> conv1d(np.array([[[1.0, 2.0, 4.0]]]), np.array([[[1.0, -1.0]]]))
    array([[[-1., -2.]]])
    """
    x, weight, settings = _as_images("conv1d", x, weight, stride, padding, dilation)
    settings |= {"padding_value": padding_value, "groups": groups}
    return _forward("conv1d", x, weight, bias, **settings)[:, :, 0, :]


def conv1d_backward(
    grad_output,
    x,
    weight,
    /,
    *,
    stride=1,
    padding=0,
    padding_value=0.0,
    dilation=1,
    groups=1,
    input_gradient=True,
):
    """Gradients through :func:`conv1d`, as :func:`conv2d_backward` returns them."""
    name = "conv1d_backward"
    x, weight, settings = _as_images(name, x, weight, stride, padding, dilation)
    floating(name, x=x, grad_output=grad_output)
    dimensions(name, "grad_output", grad_output, ("N", "K", "L'"))
    settings |= {"padding_value": padding_value, "groups": groups}
    grad_x, grad_weight, grad_bias = _backward(
        name, grad_output[:, :, None, :], x, weight, input_gradient, **settings
    )
    if grad_x is not None:
        grad_x = grad_x[:, :, 0, :]
    return grad_x, grad_weight[:, :, 0, :], grad_bias


def conv2d(
    x, weight, bias=None, /, *, stride=1, padding=0, padding_value=0.0, dilation=1, groups=1
):
    """Cross-correlate images with kernels, as PyTorch's function of this name does.

    Parameters
    ----------
    x : array, shape (N, C, H, W)
        Images.
    weight : array, shape (K, C / groups, kernel height, kernel width)
        One kernel for each output channel.
    bias : array, shape (K,), optional
    stride, padding, dilation : int or (int, int)
        Vertically and horizontally: step of the window, pixels around the image, step within
        the window.
    padding_value : float
        Of the pixels around the image.
    groups : int
        Output channels K / groups at a time see C / groups of the input channels only.

    Returns
    -------
    array, shape (N, K, H', W')
        H' = (H + 2 padding - dilation (kernel height - 1) - 1) // stride + 1, and so for W'.

    Raises
    ------
    ValueError
        If shapes do not fit together, the kernel exceeds the padded image, groups do not divide
        the channels, or a setting is out of range.
    TypeError
        If the arrays are not of one floating dtype and one library.

    Examples
    --------
    >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> conv2d(x, np.ones((1, 1, 2, 2)), stride=1)
    array([[[[ 8., 12.],
             [20., 24.]]]])
    """
    settings = stride, padding, padding_value, dilation, groups
    return _forward("conv2d", x, weight, bias, *settings)


def conv2d_backward(
    grad_output,
    x,
    weight,
    /,
    *,
    stride=1,
    padding=0,
    padding_value=0.0,
    dilation=1,
    groups=1,
    input_gradient=True,
):
    """Gradients through :func:`conv2d`, from the gradient with respect to its output.

    Parameters
    ----------
    grad_output : array, shape (N, K, H', W')
    x : array, shape (N, C, H, W)
    weight : array, shape (K, C / groups, kernel height, kernel width)
    stride, padding, padding_value, dilation, groups
        As in the forward pass.
    input_gradient : bool
        False leaves out ``grad_x``, half of the work: the data need no gradient.

    Returns
    -------
    grad_x : array, shape (N, C, H, W), or None
        Every pixel is blamed by all the windows that it lay in.
    grad_weight : array, shape of ``weight``
        A weight is shared by all positions, so their blames add up.
    grad_bias : array, shape (K,)
    """
    settings = stride, padding, padding_value, dilation, groups
    return _backward("conv2d_backward", grad_output, x, weight, input_gradient, *settings)


def _forward(operation, x, weight, bias, stride, padding, padding_value, dilation, groups):
    xp = floating(operation, x=x, weight=weight, bias=bias)
    plan = plan_convolution(
        operation, xp, x, weight, stride, padding, padding_value, dilation, groups
    )
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError(
            f"{operation}: bias has shape {tuple(bias.shape)}, "
            f"expected ({weight.shape[0]},), one for each kernel"
        )
    return plan.correlate(xp, x, weight, bias)


def _backward(
    operation,
    grad_output,
    x,
    weight,
    input_gradient,
    stride,
    padding,
    padding_value,
    dilation,
    groups,
):
    xp = floating(operation, x=x, weight=weight, grad_output=grad_output)
    plan = plan_convolution(
        operation, xp, x, weight, stride, padding, padding_value, dilation, groups
    )
    if grad_output.shape != plan.output_shape:
        raise ValueError(
            f"{operation}: grad_output has shape {tuple(grad_output.shape)}, expected "
            f"{plan.output_shape} for x {tuple(x.shape)} and weight {tuple(weight.shape)}"
        )
    return (
        _grad_images(xp, grad_output, x, weight, plan) if input_gradient else None,
        plan.grad_weight(xp, grad_output, x, weight.shape),
        xp.sum(grad_output, axis=(0, 2, 3)),
    )


def _grad_images(xp, grad_output, x, weight, plan):
    """A convolution as well, as :mod:`course_lib.nn.transposed` tells."""
    shapes = tuple(x.shape), tuple(weight.shape), plan.output_shape
    transposed = plan_transposed(*shapes, plan.settings, plan.groups, xp, x.device)
    return transposed.grad_images(xp, grad_output, weight)


def _as_images(operation, x, weight, stride, padding, dilation):
    """Signals as images of height 1, with settings that leave the height alone."""
    floating(operation, x=x, weight=weight)
    dimensions(operation, "x", x, "NCL")
    dimensions(operation, "weight", weight, ("K", "C / groups", "kernel length"))
    settings = {
        "stride": (1, whole(operation, "stride", stride, 1)),
        "padding": (0, whole(operation, "padding", padding, 0)),
        "dilation": (1, whole(operation, "dilation", dilation, 1)),
    }
    return x[:, :, None, :], weight[:, :, None, :], settings
