"""Pictures of kernels that slide over images: products, strides and borders, filters, poolings.

Numbers are written into cells; blue cells are positive and orange ones negative. The ``draw_...``
functions draw on an axes; the ``..._figure`` functions make a whole figure and return the sentence
that describes it, as :func:`course_lib.figures.flipbook` wants.
"""

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from course_lib.figures.style import COLORS, keep_colors
from course_lib.nn import conv2d, convolve, correlate

SIGNED = LinearSegmentedColormap.from_list(
    "signed", [COLORS["error"], "white", COLORS["prediction"]]
)
INK = LinearSegmentedColormap.from_list("ink", ["white", COLORS["ink"]])


def draw_cells(ax: Axes, values, *, numbers: bool = True, limit: float | None = None) -> None:
    """Draw a matrix as cells, coloured by sign and size; NaN leaves a cell blank.

    Parameters
    ----------
    ax : matplotlib axes
        Cell [i, j] is the unit square around x = j, y = i, rows from the top down.
    values : array, shape (H, W)
    numbers : bool
        Whether the values are written into the cells.
    limit : float, optional
        Size at which the colour is full; without it, twice the largest, so that text stands out.
    """
    values = np.asarray(values, dtype=float)
    known = np.abs(values[np.isfinite(values)])
    limit = limit or 2 * max(known.max(initial=0.0), 1e-9)
    ax.pcolormesh(
        np.arange(values.shape[1] + 1) - 0.5,
        np.arange(values.shape[0] + 1) - 0.5,
        np.ma.masked_invalid(values),
        cmap=SIGNED,
        vmin=-limit,
        vmax=limit,
        edgecolors=COLORS["muted"],
        linewidth=0.6,
    )
    if numbers:
        for (i, j), value in np.ndenumerate(values):
            if np.isfinite(value):
                ax.text(j, i, f"{value:zg}".replace("-", "−"), ha="center", va="center", size=11)
    _bare(ax, values.shape)


def draw_window(ax: Axes, corner: tuple[float, float], size: tuple[int, int], **how) -> None:
    """Outline the window of ``size`` (rows, columns) whose first cell is ``corner``."""
    style: dict[str, Any] = {
        "fill": False,
        "edgecolor": COLORS["ink"],
        "linewidth": 3.5,
        "zorder": 3,
    } | how
    row, column = corner
    ax.add_patch(Rectangle((column - 0.5, row - 0.5), size[1], size[0], **style))


def one_dimensional_figure(x, kernel, k: int) -> str:
    """Draw one step of a correlation and of a convolution of the same signal and kernel.

    Parameters
    ----------
    x : array, shape (L,)
    kernel : array, shape (l,)
    k : int
        Which of the places where the kernel lies inside the signal, from 0.

    Returns
    -------
    str
        What comes out of both at this place, in a sentence.
    """
    x, kernel = np.asarray(x, dtype=float), np.asarray(kernel, dtype=float)
    rows = {
        "correlation": (kernel, correlate(x, kernel)),
        "convolution: the kernel is flipped": (kernel[::-1], convolve(x, kernel)),
    }
    _, axes = plt.subplots(2, 1, figsize=(6.0, 5.4))
    indent = len(kernel) // 2  # an output stands under the middle of its window
    for ax, (title, (shown, output)) in zip(axes, rows.items()):
        cells = np.full((3, len(x)), np.nan)
        cells[0] = x
        cells[1, k : k + len(kernel)] = shown
        cells[2, indent : indent + k + 1] = output[: k + 1]
        draw_cells(ax, cells, limit=2 * float(np.abs(cells[np.isfinite(cells)]).max()))
        draw_window(ax, (0, k), (2, len(kernel)))
        draw_window(ax, (2, k + indent), (1, 1))
        for row, name in enumerate("xwy"):
            ax.text(-0.8, row, f"${name}$", ha="center", va="center")
        ax.set_xlim(-1.0, len(x) - 0.45)
        ax.set_title(title)
    (_, correlated), (_, convolved) = rows.values()
    return (
        f"Kernel under signal values {k} to {k + len(kernel) - 1}: the correlation is"
        f" {correlated[k]:g}, the convolution {convolved[k]:g}."
    )


def sliding_figure(image, kernel, position: int) -> str:
    """Draw one step of a correlation: the window, its products with the kernel, their sum.

    Parameters
    ----------
    image : array, shape (H, W)
    kernel : array, shape (h, w)
    position : int
        Which of the windows, from 0, in reading order.

    Returns
    -------
    str
        Where the window is and what the sum is, in a sentence.
    """
    image, kernel = np.asarray(image, dtype=float), np.asarray(kernel, dtype=float)
    output = correlate(image, kernel)
    row, column = divmod(position, output.shape[1])
    seen = image[row : row + kernel.shape[0], column : column + kernel.shape[1]]
    so_far = np.full(output.size, np.nan)
    so_far[: position + 1] = output.ravel()[: position + 1]
    total = f"{output[row, column]:g}".replace("-", "−")
    _, axes = plt.subplot_mosaic(
        [["image", "kernel"], ["output", "products"]],
        figsize=(6.0, 5.4),
        width_ratios=[image.shape[1], kernel.shape[1] + 1],
        height_ratios=[image.shape[0], output.shape[0] + 1],
    )
    draw_cells(axes["image"], image)
    draw_window(axes["image"], (row, column), kernel.shape)
    draw_cells(axes["kernel"], kernel)
    draw_cells(axes["products"], seen * kernel)
    largest = float(np.abs(output).max())
    draw_cells(axes["output"], so_far.reshape(output.shape), limit=2 * largest)
    draw_window(axes["output"], (row, column), (1, 1))
    axes["image"].set_title("image $x$ and window")
    axes["kernel"].set_title("kernel $w$")
    axes["products"].set_title(f"products, sum {total}")
    axes["output"].set_title(f"$F({row}, {column})$ = {total}")
    return (
        f"Window at row {row}, column {column}: the {kernel.size} products of pixel and weight"
        f" add up to {total}."
    )


def stride_padding_figure(stride: int, padding: int, *, size: int = 7, kernel_size: int = 3) -> str:
    """Draw where the windows of a square image lie, and how many pixels come out.

    Parameters
    ----------
    stride, padding : int
        Step of the window, and zeros around the image.
    size, kernel_size : int
        Of the image and of the kernel; both are squares.

    Returns
    -------
    str
        The size of the output, in a sentence.
    """
    padded = size + 2 * padding
    if kernel_size > padded:
        raise ValueError(
            f"stride_padding_figure: kernel_size is {kernel_size}, "
            f"expected at most the {padded} of the padded image"
        )
    starts = np.arange(0, padded - kernel_size + 1, stride)
    corners, count = starts - padding, len(starts)
    covered = {int(start) + offset for start in corners for offset in range(kernel_size)}
    missed = [n for n in range(size) if n not in covered]
    _, (left, right) = plt.subplots(1, 2, figsize=(6.0, 3.7), width_ratios=[1.5, 1])
    for i in range(size):
        for j in range(size):
            fill = COLORS["error"] if i in missed or j in missed else "#e4e4e4"
            draw_window(left, (i, j), (1, 1), fill=True, fc=fill, ec="white", lw=1.5, zorder=1)
    draw_window(left, (-padding, -padding), (padded, padded), linestyle=":", linewidth=1.5)
    for number, column in enumerate(corners[:2]):
        window = {"ec": COLORS["prediction"], "linestyle": "--" if number else "-"}
        draw_window(left, (corners[0], column), (kernel_size, kernel_size), **window)
    rows, columns = np.meshgrid(corners, corners, indexing="ij")
    middle = (kernel_size - 1) / 2
    left.scatter(columns + middle, rows + middle, s=49, color=COLORS["prediction"], zorder=2)
    left.set_title(f"{size} × {size} image, padding {padding}, stride {stride}")
    for i in range(count):
        for j in range(count):
            fill = COLORS["prediction"]
            draw_window(right, (i + 1, j + 1), (1, 1), fill=True, fc=fill, ec="white", lw=1.5)
    right.set_title(f"output {count} × {count}")
    # The same limits on every frame: nothing jumps.
    for ax, low, high in ((left, -2.6, size + 1.6), (right, 0.0, size + 2.6)):
        ax.set(xlim=(low, high), ylim=(high, low), aspect="equal")
        ax.axis("off")
    unseen = size**2 - (size - len(missed)) ** 2
    return (
        f"A {kernel_size} by {kernel_size} window fits {count} times in each direction:"
        f" the output is {count} by {count}. Pixels that no window sees: {unseen} of {size**2}."
    )


def filter_figure(photo, name: str, kernels: Sequence) -> str:
    """Draw a photograph beside what a filter makes of it.

    Parameters
    ----------
    photo : array, shape (H, W)
        Grey from 0 (black) to 1.
    name : str
        Of the filter.
    kernels : sequence of arrays, shape (h, w), with odd h and w
        One, or two whose outputs are the sides of a right triangle of which the hypotenuse is
        shown: a gradient's size.

    Returns
    -------
    str
        Which filter it is, and the range of what comes out, in a sentence.
    """
    photo = np.asarray(photo, dtype=float)
    outputs = [filtered(photo, kernel) for kernel in kernels]
    output = outputs[0] if len(outputs) == 1 else np.hypot(*outputs)
    signed = len(outputs) == 1 and abs(np.sum(kernels)) < 1e-9  # flat regions come out as 0
    figure, axes = plt.subplots(1, 2, figsize=(6.0, 2.5))
    keep_colors(figure)
    axes[0].imshow(photo, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    bottom = -1 if signed else 0
    axes[1].imshow(output, cmap="gray", vmin=bottom, vmax=1, interpolation="nearest")
    axes[0].set_title("photograph")
    axes[1].set_title(name)
    for ax in axes:
        ax.axis("off")
    grey = "grey is 0" if signed else "black is 0"
    return (
        f"The photograph, and beside it what the filter {name} makes of it, where {grey}:"
        f" values from {output.min():z.1f} to {output.max():.1f}."
    ).replace("-", "−")


def filtered(photo, kernel):
    """Correlate ``photo`` (H, W) with a kernel of odd sizes, repeating its border outwards.

    Returns
    -------
    array, shape (H, W)
    """
    kernel = np.asarray(kernel, dtype=float)
    border = [(n // 2, n // 2) for n in kernel.shape]
    padded = np.pad(np.asarray(photo, dtype=float), border, mode="edge")
    return conv2d(padded[None, None], kernel[None, None])[0, 0]


def pooling_figure(image, pooled: dict, window: int, stride: int) -> str:
    """Draw an image with its pooling windows, and under each name what is left of it.

    Parameters
    ----------
    image : array, shape (H, W)
    pooled : dict from str to array, shape (H', W')
        The pooled images, by the title to be written over each.
    window, stride : int
        Size and step of the square windows.

    Returns
    -------
    str
        The pooled values, in a sentence.
    """
    image = np.asarray(image, dtype=float)
    limit = 2 * float(np.abs(image).max())
    widths = [image.shape[1], *(np.shape(values)[1] + 1 for values in pooled.values())]
    _, axes = plt.subplots(1, 1 + len(pooled), figsize=(6.0, 2.7), width_ratios=widths)
    draw_cells(axes[0], image, limit=limit)
    axes[0].set_title("image")
    rows, columns = np.shape(next(iter(pooled.values())))
    for i in range(rows):
        for j in range(columns):
            draw_window(axes[0], (i * stride, j * stride), (window, window), linewidth=2)
    for ax, (name, values) in zip(axes[1:], pooled.items()):
        draw_cells(ax, values, limit=limit)
        ax.set_title(name)
    parts = [f"{name} {np.asarray(values).tolist()}" for name, values in pooled.items()]
    return f"Windows of {window} by {window} with stride {stride}: {'; '.join(parts)}."


def _bare(ax, shape):
    ax.set(xlim=(-0.55, shape[1] - 0.45), ylim=(shape[0] - 0.45, -0.55), aspect="equal")
    ax.axis("off")
