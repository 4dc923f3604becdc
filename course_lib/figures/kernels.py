"""Pictures of kernels that are learned, and of what becomes of a map when its image is shifted."""

import matplotlib.pyplot as plt
import numpy as np

from course_lib.figures.convolution import INK, SIGNED, draw_cells
from course_lib.figures.style import COLORS
from course_lib.nn import conv2d


def learned_kernel_figure(kernel, wanted, step: int, losses) -> str:
    """Draw a kernel in the middle of its training, beside the one that it should become.

    Parameters
    ----------
    kernel, wanted : array, shape (h, w)
        The kernel after ``step`` steps, and its goal.
    step : int
    losses : sequence of float
        Loss before each step.

    Returns
    -------
    str
        How far the kernel is from its goal, in a sentence.
    """
    kernel, wanted = np.asarray(kernel, dtype=float), np.asarray(wanted, dtype=float)
    furthest = float(np.abs(kernel - wanted).max())
    _, axes = plt.subplot_mosaic(
        [["kernel", "wanted"], ["loss", "loss"]], figsize=(6.0, 4.9), height_ratios=[1.5, 1]
    )
    limit = 2 * float(np.abs(wanted).max())
    draw_cells(axes["kernel"], kernel.round(1), limit=limit)
    axes["kernel"].set_title(f"learned, after {step} steps")
    draw_cells(axes["wanted"], wanted, limit=limit)
    axes["wanted"].set_title("wanted", color=COLORS["truth"])
    axes["loss"].semilogy(losses, color=COLORS["error"])
    axes["loss"].axvline(step, color=COLORS["ink"], linewidth=3)
    axes["loss"].set(xlabel="step", ylabel="loss $E$")
    return f"After {step} steps the furthest of the {kernel.size} weights is {furthest:.2f} away."


def shift_figure(image, kernel, shift: int, stride: int) -> str:
    """Draw whether the feature map of a shifted image is the shifted feature map.

    Parameters
    ----------
    image : array, shape (H, W)
        Zero in its last ``shift`` columns, so that nothing is pushed out.
    kernel : array, shape (h, w)
    shift : int
        Pixels to the right.
    stride : int
        Of the correlation. A map moves by ``shift // stride``.

    Returns
    -------
    str
        The largest difference between the two maps, in a sentence.
    """
    moved = np.roll(image, shift, axis=1)
    before, after = (feature_map(picture, kernel, stride) for picture in (image, moved))
    expected = np.roll(before, shift // stride, axis=1)
    difference = after - expected
    largest = float(np.abs(difference).max())
    limit = float(np.abs(before).max())
    panels = {
        "image": image,
        "its map": before,
        "that map, shifted": expected,
        "shifted image": moved,
        "its map ": after,
        f"difference: {largest:.1f} at most": difference,
    }
    _, axes = plt.subplots(2, 3, figsize=(6.0, 3.3))
    for ax, (title, values) in zip(axes.flat, panels.items()):
        if "image" in title:
            ax.pcolormesh(values, cmap=INK, vmin=0, vmax=1)
        else:
            ax.pcolormesh(values, cmap=SIGNED, vmin=-limit, vmax=limit)
        ax.set(aspect="equal", xticks=[], yticks=[], title=title)
        ax.title.set_size(10.5)
        ax.invert_yaxis()
        ax.spines[:].set_visible(True)
    return (
        f"Shifted by {shift}, with stride {stride}: the map of the shifted image and the shifted"
        f" map differ by {largest:.1f} at most."
    )


def feature_map(image, kernel, stride: int = 1):
    """The correlation of one image (H, W) with one kernel (h, w), in steps of ``stride``."""
    image, kernel = np.asarray(image, dtype=float), np.asarray(kernel, dtype=float)
    return conv2d(image[None, None], kernel[None, None], stride=stride)[0, 0]
