"""Pictures of descent: an error over two weights as a map, and paths and gradients on it."""

from collections.abc import Callable, Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from course_lib.figures.style import COLORS

Limits = tuple[float, float]

# One look for each path of a picture, in their order: colour, line, mark at the end.
_LOOKS = [
    (COLORS["prediction"], "-", "o"),
    (COLORS["error"], "--", "s"),
    (COLORS["gradient"], "-", "^"),
    (COLORS["truth"], "-", "D"),
    (COLORS["ink"], ":", "v"),
]
_PALE = LinearSegmentedColormap.from_list("error", ["white", "#d9d9d9"])
_GRID = 121  # points of the map along each axis


def draw_surface(ax: Axes, error: Callable, xlim: Limits, ylim: Limits, *, levels=12) -> None:
    """Draw an error over two weights as a map with contour lines, paler where it is lower.

    Parameters
    ----------
    ax : matplotlib axes
    error : function
        ``error(first, second)`` for two arrays of one shape.
    xlim, ylim : pair of float
        Range of the first and of the second weight.
    levels : int or sequence of float
        Contour lines, as matplotlib counts them. Between lines that are given the shades are even.
    """
    first, second = np.meshgrid(np.linspace(*xlim, _GRID), np.linspace(*ylim, _GRID))
    height = error(first, second)
    lines = np.linspace(height.min(), height.max(), levels) if np.ndim(levels) == 0 else levels
    shades = plt.matplotlib.colors.BoundaryNorm(lines, _PALE.N, extend="both")
    ax.contourf(first, second, height, levels=lines, cmap=_PALE, norm=shades, extend="both")
    ax.contour(first, second, height, levels=lines, colors=COLORS["muted"], linewidths=0.6)
    ax.set(xlim=xlim, ylim=ylim)


def paths_figure(
    error: Callable,
    paths: Mapping[str, np.ndarray],
    *,
    xlim: Limits,
    ylim: Limits,
    labels: tuple[str, str],
    levels=12,
    goal: tuple[float, float] | None = None,
    title: str = "",
) -> str:
    """Draw paths on the map of an error, each with a mark where it has got to.

    Parameters
    ----------
    error, xlim, ylim, levels
        As for :func:`draw_surface`.
    paths : mapping from str to array, shape (T + 1, 2)
        The weights before the first and after each step; at most five paths.
    labels : pair of str
        Names of the two weights.
    goal : pair of float, optional
        Where the minimum is.
    title : str

    Returns
    -------
    str
        The error at the end of every path, in a sentence.
    """
    _, ax = plt.subplots(figsize=(6.0, 4.4))
    draw_surface(ax, error, xlim, ylim, levels=levels)
    if goal is not None:
        ax.plot(*goal, "*", color=COLORS["truth"], markersize=16, markeredgecolor="white")
    ends = []
    for (name, path), (color, line, mark) in zip(paths.items(), _LOOKS):
        ax.plot(*path.T, line, color=color, linewidth=1.5)
        beyond = not ax.viewLim.contains(*path[-1])  # a mark may lie on the edge, not outside
        (end,) = ax.plot(*path[-1], mark, color=color, label=name, zorder=4, clip_on=beyond)
        end.set(markersize=10, markeredgecolor="white")
        ends.append(f"{name} {_short(error(*path[-1]))}")
    ax.set(xlabel=labels[0], ylabel=labels[1], title=title, xlim=xlim, ylim=ylim)
    legend = ax.legend(loc="best", frameon=True, framealpha=0.85, edgecolor="none")
    legend.set_zorder(6)
    said = title.translate({ord(sign): None for sign in "$\\"})  # no mathematics in an alt text
    return f"{said + '. ' if said else ''}Error at the ends: {', '.join(ends)}."


def cloud_figure(gradients, full, *, limit: float, title: str = "") -> str:
    """Draw gradients of random batches as dots, and the gradient of all data as an arrow.

    Parameters
    ----------
    gradients : array, shape (M, 2)
        One gradient of each batch.
    full : array, shape (2,)
    limit : float
        The axes reach from minus to plus this.
    title : str

    Returns
    -------
    str
        The length of the full gradient, the spread of the others, and how many go downhill.
    """
    gradients, full = np.asarray(gradients), np.asarray(full)
    spread = np.sqrt(np.mean(np.sum((gradients - full) ** 2, axis=1)))
    down = gradients @ full > 0
    _, ax = plt.subplots(figsize=(6.0, 4.6))
    for chosen, fill in [(down, COLORS["gradient"]), (~down, "white")]:
        x, y = gradients[chosen].T
        ax.scatter(x, y, s=28, color=fill, edgecolors=COLORS["gradient"], lw=1)
    across = np.array([-full[1], full[0]]) / np.linalg.norm(full) * 3 * limit
    ax.plot(*np.transpose([across, -across]), "--", color=COLORS["muted"], linewidth=1)
    arrow = {"arrowstyle": "-|>", "color": COLORS["ink"], "lw": 3, "mutation_scale": 22}
    ax.annotate("", full, (0, 0), arrowprops=arrow, zorder=5)
    ax.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal", title=title)
    ax.set(xlabel=r"$\partial E / \partial w$", ylabel=r"$\partial E / \partial \theta$")
    return (
        f"Full gradient of length {np.linalg.norm(full):.3f}; batches deviate by {spread:.3f},"
        f" and {100 * down.mean():.0f} % of them point the same way."
    )


def parabola_figure(weights, *, curvature: float = 1.0, title: str = "") -> str:
    """Draw the steps of one weight on its error, the parabola c/2 w².

    Parameters
    ----------
    weights : array, shape (T + 1,)
        Before the first and after each step.
    curvature : float
        The c of the parabola.
    title : str

    Returns
    -------
    str
        The weights after the first and after the last step, in a sentence.
    """
    weights = np.asarray(weights)
    reach = 1.15 * abs(weights[0])
    w = np.linspace(-3 * reach, 3 * reach, 301)
    _, ax = plt.subplots(figsize=(6.0, 3.8))
    ax.plot(w, curvature / 2 * w**2, color=COLORS["muted"])
    heights = curvature / 2 * weights**2
    ax.plot(weights, heights, color=COLORS["error"], linewidth=1.2)
    ax.plot(weights, heights, "o", color=COLORS["error"], markersize=7, markeredgecolor="white")
    ax.plot(weights[0], heights[0], "o", color=COLORS["ink"], markersize=11)
    ax.plot(0, 0, "*", color=COLORS["truth"], markersize=16, markeredgecolor="white", zorder=4)
    top = 2.2 * heights[0]
    ax.set(xlim=(-1.6 * reach, 1.6 * reach), ylim=(-0.06 * top, top))
    ax.set(xlabel="weight $w$", ylabel="error $E$", title=title)
    return (
        f"From {weights[0]:.2f} to {weights[1]:.2f} in one step,"
        f" to {_short(weights[-1])} in {len(weights) - 1}."
    )


def _short(number) -> str:
    return "out of sight" if not abs(number) < 1e4 else f"{float(number):.3g}"
