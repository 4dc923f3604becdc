"""The gradient of a convolution with respect to its images, which is a convolution as well.

A pixel is blamed by all windows that it lay in. With a stride of 1, those are its neighbours in
``grad_output``, so the gradient is a convolution of ``grad_output`` with the kernels in reverse.
With a stride s, pixels s q + a of different a ("phases") meet different kernel rows, those that lie
s apart. Cut into pieces of s rows, a kernel has one row for every phase in each piece. The gradient
is then a convolution with the pieces in reverse: for each channel it yields a small image for every
phase, vertically and horizontally, and :func:`interlaced` makes them one.

A slice is taken to be a view here, as in :mod:`course_lib.nn.stacking`.
"""

from functools import lru_cache
from typing import NamedTuple

from course_lib.nn.planning import lay_out


class Axis(NamedTuple):
    """The transposed convolution along one axis, written for the vertical one."""

    rows: slice  # where the kernel lies in its pieces
    pieces: int
    phases: int  # the stride, which is the length of a piece
    positions: int  # the rows that each phase has
    padding: int  # negative where the convolution never reached the last rows of padding
    dilation: int


def _axis(size, kernel_size, stride, padding, dilation):
    """Kernel row i met pixel ``position * stride + i * dilation - padding``."""
    step, dilation = (1, dilation) if stride == 1 else (dilation, 1)
    shift, first = divmod(-padding, stride)
    last = first + step * (kernel_size - 1)
    pieces = last // stride + 1
    return Axis(
        rows=slice(first, last + 1, step),
        pieces=pieces,
        phases=stride,
        positions=-(-size // stride),
        padding=dilation * (pieces - 1) + shift,
        dilation=dilation,
    )


@lru_cache(maxsize=256)
def plan_transposed(x_shape, weight_shape, grad_shape, settings, groups, on_gpu):
    """Lay out the gradient of a convolution with ``settings`` (stride, padding, dilation).

    Returns
    -------
    Gathering or Stacking
        From ``grad_output`` to the small images, (N, C * phases, positions).
    tuple of two Axis
        The vertical and the horizontal one.
    """
    axes = tuple(_axis(*each) for each in zip(x_shape[2:], weight_shape[2:], *settings))
    phases = axes[0].phases * axes[1].phases
    transposed = lay_out(
        grad_shape,
        (x_shape[1] * phases, weight_shape[0] // groups, *(axis.pieces for axis in axes)),
        tuple(axis.positions for axis in axes),
        ((1, 1), tuple(axis.padding for axis in axes), tuple(axis.dilation for axis in axes)),
        0.0,
        groups,
        on_gpu,
    )
    return transposed, axes


def transposed_kernels(xp, weight, groups, axes):
    """Kernels in reverse, from K channels to the phases of C: (C * phases, K / groups, pieces)."""
    kernels, channels = weight.shape[:2]
    rows, columns = axes
    cut = (rows.pieces, rows.phases, columns.pieces, columns.phases)
    spread = xp.zeros(
        (kernels, channels, cut[0] * cut[1], cut[2] * cut[3]),
        dtype=weight.dtype,
        device=weight.device,
    )
    spread[..., rows.rows, columns.rows] = weight
    spread = xp.reshape(spread, (groups, kernels // groups, channels, *cut))
    reverse = xp.permute_dims(xp.flip(spread, axis=(3, 5)), (0, 2, 4, 6, 1, 3, 5))
    return xp.reshape(reverse, (-1, kernels // groups, rows.pieces, columns.pieces))


def interlaced(xp, small_images, axes, images):
    """Write small images, (N, C * phases, positions), as whole ones to ``images``, (N, C, H, W)."""
    rows, columns = axes
    samples, channels = images.shape[:2]
    shape = (samples, channels, rows.phases, columns.phases, *small_images.shape[2:])
    small_images = xp.reshape(small_images, shape)
    for a in range(rows.phases):
        for b in range(columns.phases):
            pixels = images[:, :, a :: rows.phases, b :: columns.phases]
            pixels[...] = small_images[:, :, a, b, : pixels.shape[2], : pixels.shape[3]]
