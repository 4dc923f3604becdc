"""Which way a convolution goes: its shapes and settings are checked, and its work laid out.

There are two ways to make a convolution a matrix product. Windows of small images are gathered
(:mod:`course_lib.nn.gathering`); large images, and all on a GPU, are stacked
(:mod:`course_lib.nn.stacking`).
"""

from functools import lru_cache
from numbers import Real

from course_lib.nn import gathering, stacking
from course_lib.nn.checks import dimensions, whole
from course_lib.nn.windows import output_size, pair

WIDE = 16  # rows of at least this length are copied fast one by one


def plan_convolution(operation, xp, x, weight, stride, padding, padding_value, dilation, groups):
    """Check shapes and settings, and lay out the work.

    Returns
    -------
    Gathering or Stacking
        Either has ``correlate`` and ``grad_weight``.
    """
    dimensions(operation, "x", x, "NCHW")
    dimensions(operation, "weight", weight, ("K", "C / groups", "kernel height", "kernel width"))
    return _plan(
        operation,
        tuple(x.shape),
        tuple(weight.shape),
        pair(operation, "stride", stride, 1),
        pair(operation, "padding", padding, 0),
        padding_value,
        pair(operation, "dilation", dilation, 1),
        whole(operation, "groups", groups, 1),
        xp,
        x.device,
    )


@lru_cache(maxsize=256)  # a network asks for the same few plans at every step
def _plan(
    operation,
    x_shape,
    weight_shape,
    stride,
    padding,
    padding_value,
    dilation,
    groups,
    xp,
    device,
):
    _check_channels(operation, x_shape, weight_shape, groups)
    if not isinstance(padding_value, Real):
        raise TypeError(f"{operation}: padding_value is {padding_value!r}, expected a number")
    size = output_size(operation, x_shape[2:], weight_shape[2:], stride, padding, dilation)
    settings = stride, padding, dilation
    return lay_out(x_shape, weight_shape, size, settings, padding_value, groups, xp, device)


def lay_out(x_shape, weight_shape, size, settings, padding_value, groups, xp, device):
    """Lay out a convolution whose output has the height and width ``size``."""
    work = x_shape, weight_shape, size, settings, padding_value, groups
    on_gpu = "cuda" in str(device)
    if size[1] >= WIDE or on_gpu:
        return stacking.lay_out(*work, on_gpu)
    return gathering.lay_out(*work, xp, device)


def _check_channels(operation, x_shape, weight_shape, groups):
    channels, kernels = x_shape[1], weight_shape[0]
    if 0 in weight_shape:
        raise ValueError(f"{operation}: weight has shape {weight_shape}, expected no 0")
    if channels % groups or kernels % groups:
        raise ValueError(
            f"{operation}: groups is {groups}, expected a divisor of the {channels} channels "
            f"of x and the {kernels} kernels of weight"
        )
    if weight_shape[1] != channels // groups:
        parts = f" in groups of {channels // groups}" if groups > 1 else ""
        raise ValueError(
            f"{operation}: x has {channels} channels{parts}, "
            f"weight expects {weight_shape[1]} (weight.shape[1])"
        )
