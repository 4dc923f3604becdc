"""Pictures of the first LeNet: its kernels while they are learned, its maps, its mistakes.

Blue weights and activations are positive, orange ones negative. Images have the background -1 and
ink up to 1, as the network sees them.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from course_lib.figures.convolution import INK, SIGNED
from course_lib.figures.style import COLORS
from course_lib.nn import Sequential


def h1_figure(kernels, epoch: int, mistakes) -> str:
    """Draw the kernels of a first layer at one moment of training, over the learning curve.

    Parameters
    ----------
    kernels : array, shape (K, 1, h, w)
        K is a multiple of 6.
    epoch : int
        When these were the kernels.
    mistakes : sequence of int
        On test images, after each epoch from 0 on.

    Returns
    -------
    str
        The largest weight and the number of mistakes, in a sentence.
    """
    kernels = np.asarray(kernels)
    rows = len(kernels) // 6
    figure = plt.figure(figsize=(6.0, 4.6))
    upper, lower = figure.subfigures(2, 1, height_ratios=[1.25, 1], squeeze=False)[:, 0]
    for ax, kernel in zip(upper.subplots(rows, 6).flat, kernels[:, 0]):
        draw_picture(ax, kernel, cmap=SIGNED, limit=0.4)
    upper.suptitle(f"kernels of H1 after {epoch} epochs", size=12)
    ax = lower.subplots()
    ax.semilogy(mistakes, color=COLORS["error"])
    ax.axvline(epoch, color=COLORS["ink"], linewidth=3)
    ax.set(xlabel="epoch", ylabel="mistakes in test", ylim=(1, 2 * max(mistakes)))
    largest = float(np.abs(kernels).max())
    return (
        f"After {epoch} epochs: {mistakes[epoch]} mistakes in test;"
        f" the largest weight of the {len(kernels)} kernels is {largest:.2f}."
    )


def maps_figure(model: Sequential, image, label: int) -> str:
    """Draw an image, the maps that H1 and H2 make of it, and the outputs.

    Parameters
    ----------
    model : Sequential
        As :func:`course_lib.nn.lenet1989` makes it.
    image : array, shape (1, 16, 16)
    label : int
        What it shows.

    Returns
    -------
    str
        The two largest outputs, in a sentence.
    """
    h1 = model.layers[0].forward(image[None])
    h2 = model.layers[1].forward(h1)
    output = model.forward(image[None])[0]
    figure = plt.figure(figsize=(6.0, 5.6))
    parts = figure.subfigures(3, 1, height_ratios=[1.15, 1, 1], squeeze=False)
    top, first, second = parts[:, 0]
    picture, bars = top.subplots(1, 2, width_ratios=[1, 2.2])
    draw_picture(picture, image[0], cmap=INK)
    picture.set_title("input", size=11)
    colors = [COLORS["muted"]] * 10
    colors[int(output.argmax())] = COLORS["prediction"]
    bars.bar(range(10), output + 1, bottom=-1, color=colors)
    bars.set(xticks=range(10), ylim=(-1.05, 1.05), yticks=[-1, 0, 1])
    bars.set_title("output units", size=11)
    for part, maps, name in ((first, h1[0], "H1"), (second, h2[0], "H2")):
        part.suptitle(f"12 maps of {name}", size=11)
        for ax, values in zip(part.subplots(2, 6).flat, maps):
            draw_picture(ax, values, cmap=SIGNED)
    second_best, best = (int(digit) for digit in np.argsort(output)[-2:])
    return (
        f"A {label}: the output of {best} is {output[best]:.1f},"
        f" that of {second_best} is {output[second_best]:.1f}."
    ).replace("-", "−")


def mistakes_figure(images, labels, answers) -> str:
    """Draw images with what they show and what was answered; at most 12.

    Parameters
    ----------
    images : array, shape (N, 16, 16)
    labels, answers : sequence of int, shape (N,)

    Returns
    -------
    str
        All of them, in a sentence.
    """
    if not 1 <= len(images) <= 12:
        raise ValueError(f"mistakes_figure: images are {len(images)}, expected 1 to 12")
    columns = min(4, len(images))
    rows = -(-len(images) // columns)
    _, axes = plt.subplots(rows, columns, figsize=(6.0, 1.9 * rows), squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    for ax, image, label, answer in zip(axes.flat, images, labels, answers):
        ax.axis("on")
        draw_picture(ax, image, cmap=INK)
        ax.set_title(f"a {label}, read as {answer}", size=11)
    pairs = ", ".join(f"{label} read as {answer}" for label, answer in zip(labels, answers))
    return f"{len(images)} pictures of digits: {pairs}."


def draw_picture(ax: Axes, values, *, cmap, limit: float = 1.0) -> None:
    """Draw an image from ``-limit`` to ``limit``, pixel by pixel, in a thin frame.

    In 15 shades, so that those of a page's 64 colours that are left suffice for all else.
    """
    ax.pcolormesh(values, cmap=cmap.resampled(15), vmin=-limit, vmax=limit)
    ax.set(aspect="equal", xticks=[], yticks=[])
    ax.invert_yaxis()
    ax.spines[:].set_visible(True)
    ax.spines[:].set(color=COLORS["muted"], linewidth=0.8)
