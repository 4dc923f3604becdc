"""Pictures of how samples are divided: subsets, early stopping, the winner of many, folds."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from course_lib.figures.style import COLORS

# Training data teach, as the truth does; validation judges, test judges last.
SUBSETS = {
    "train": COLORS["truth"],
    "validation": COLORS["error"],
    "test": COLORS["prediction"],
}
_POINT: dict[str, Any] = {
    "marker": "o",
    "markersize": 11,
    "color": COLORS["ink"],
    "markeredgecolor": "white",
    "clip_on": False,
    "zorder": 5,
}


def draw_subsets(ax: Axes, sizes: Mapping[str, int]) -> None:
    """Draw a bar of all samples, cut into its subsets with their names and sizes.

    Parameters
    ----------
    ax : matplotlib axes
    sizes : mapping from "train", "validation", "test" to number of samples
    """
    start = 0
    for name, size in sizes.items():
        ax.add_patch(Rectangle((start, 0), size, 1, fc=SUBSETS[name], alpha=0.55, ec="white", lw=3))
        ax.text(start + size / 2, 0.5, f"{name}\n{size}", ha="center", va="center")
        start += size
    ax.set(xlim=(0, start), ylim=(0, 1))
    ax.axis("off")


def stopping_figure(train, validation, curve, losses, epoch: int) -> str:
    """Draw what a network has learned of a curve, and its two losses, up to an epoch.

    Parameters
    ----------
    train, validation : pair of arrays, shapes (N, 1)
        Inputs and targets.
    curve : pair of arrays, shapes (M, 1)
        Inputs, and what the network says of them after this epoch.
    losses : pair of lists of float
        Training and validation loss of each epoch of the whole training.
    epoch : int
        Counted from 1.

    Returns
    -------
    str
        Both losses, and the epoch of the lowest validation loss so far.
    """
    _, (fit, loss) = plt.subplots(2, 1, figsize=(6.0, 6.0))
    best = int(np.argmin(losses[1][:epoch])) + 1
    for (x, y), name, mark in [(train, "train", "o"), (validation, "validation", "s")]:
        fit.plot(x, y, mark, color=SUBSETS[name], ms=6, label=name)
    fit.plot(*curve, color=COLORS["ink"], lw=1.8)
    fit.set(xlabel="$x$", ylabel="$t$", xlim=(-1.05, 1.05), ylim=(-1.9, 1.9))
    fit.legend(loc="upper left")
    for values, name in zip(losses, SUBSETS):
        loss.plot(np.arange(1, epoch + 1), values[:epoch], color=SUBSETS[name], label=name)
        loss.plot(epoch, values[epoch - 1], **{**_POINT, "color": SUBSETS[name]})
    loss.axvline(best, color=COLORS["muted"], lw=1, ls="--")
    loss.set(xscale="log", xlabel="epoch", ylabel="loss", ylim=(0, 0.3))
    loss.set_xlim(1, len(losses[0]))
    loss.set_title(f"best in validation so far: epoch {best}")
    return (
        f"Epoch {epoch}: training loss {losses[0][epoch - 1]:.2f}, validation loss"
        f" {losses[1][epoch - 1]:.2f}, lowest at epoch {best}."
    )


def winner_figure(validation, test, models: int) -> str:
    """Draw the accuracies of the first ``models`` models, and mark the best in validation.

    Parameters
    ----------
    validation, test : array, shape (M,)
        Accuracy of each model.
    models : int
        From 1 to M.

    Returns
    -------
    str
        What the winner has in validation and in the test.
    """
    validation, test = np.asarray(validation)[:models], np.asarray(test)[:models]
    best = int(np.argmax(validation))
    _, ax = plt.subplots(figsize=(6.0, 4.4))
    ax.axhline(0.5, color=COLORS["muted"], lw=1, ls="--")
    ax.axvline(0.5, color=COLORS["muted"], lw=1, ls="--")
    ax.plot(validation, test, "o", color=COLORS["muted"], ms=5, alpha=0.4, mew=0)
    ax.plot(validation[best], test[best], **_POINT)
    ax.set(xlim=(0.3, 0.7), ylim=(0.3, 0.7), aspect="equal")
    ax.set(xlabel="accuracy in validation", ylabel="accuracy in the test")
    ax.set_title(f"best of {models}: {validation[best]:.2f}, in the test {test[best]:.2f}")
    return (
        f"The best of {models} models in validation has {validation[best]:.2f} there"
        f" and {test[best]:.2f} in the test."
    )


def folds_figure(scores: Sequence[float], fold: int) -> str:
    """Draw the k divisions of k-fold cross-validation, done up to ``fold``, with their scores.

    Parameters
    ----------
    scores : sequence of k floats
        The score of each fold.
    fold : int
        Counted from 1; at k all are done.

    Returns
    -------
    str
        The score of this fold, and the mean so far.
    """
    k, mean = len(scores), float(np.mean(scores[:fold]))
    _, ax = plt.subplots(figsize=(6.0, 0.62 * k + 1.0))
    for row in range(k):
        done = row < fold
        for part in range(k):
            name = "validation" if part == row else "train"
            alpha = 0.6 if done else 0.15
            box = Rectangle((part, k - row - 0.9), 0.96, 0.8, fc=SUBSETS[name], alpha=alpha)
            ax.add_patch(box)
        text = f"{scores[row]:.2f}" if done else "–"
        ax.text(k + 0.1, k - row - 0.5, text, va="center")
    ax.text(fold - 0.52, k - fold + 0.5, "validation", ha="center", va="center", size=10)
    ax.text(k + 0.1, k + 0.2, "score", va="bottom")
    ax.set(xlim=(0, k + 0.7), ylim=(0, k + 0.5))
    ax.axis("off")
    ax.set_title(f"mean of {fold}: {mean:.3f}", loc="left")
    return f"Fold {fold} is validation: score {scores[fold - 1]:.2f}, mean so far {mean:.3f}."
