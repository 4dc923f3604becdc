"""Pictures of two-class decisions: confusion matrix, scores under a threshold, trade-off curves.

The ``draw_...`` functions draw on an axes; the ``..._figure`` functions make a whole figure and
return the sentence that describes it, as :func:`course_lib.figures.flipbook` wants.
"""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from course_lib.figures.style import COLORS
from course_lib.metrics import (
    confusion_matrix,
    precision_recall_curve,
    precision_score,
    recall_score,
    roc_curve,
)

# Each outcome: its place in the lecture's table (row, column), its colour, how strong the colour
# is. Right decisions have the colour of truth, wrong ones of error; the positive row is stronger.
_OUTCOMES = {
    "TP": (0, 0, COLORS["truth"], 0.75),
    "FN": (0, 1, COLORS["error"], 0.75),
    "FP": (1, 0, COLORS["error"], 0.35),
    "TN": (1, 1, COLORS["truth"], 0.35),
}
_POINT: dict[str, Any] = {
    "marker": "o",
    "markersize": 12,
    "color": COLORS["ink"],
    "markeredgecolor": "white",
    "clip_on": False,  # it may lie on the edge of the axes
}
_BINS = np.linspace(0.0, 1.0, 21)  # a threshold that is a multiple of 0.05 splits no bar


def draw_confusion_matrix(ax: Axes, matrix, *, title: str = "") -> None:
    """Draw the lecture's table: actual classes in rows, decisions in columns, positive first.

    Parameters
    ----------
    ax : matplotlib axes
    matrix : array of int, shape (2, 2)
        ``[[TP, FN], [FP, TN]]``, which is ``confusion_matrix(..., labels=[1, 0])``.
    title : str
    """
    matrix = np.asarray(matrix)
    for name, (row, column, color, alpha) in _OUTCOMES.items():
        ax.add_patch(Rectangle((column, 1 - row), 1, 1, facecolor=color, alpha=alpha, ec="white"))
        ax.text(column + 0.5, 1.56 - row, matrix[row, column], ha="center", va="center", size=19)
        ax.text(column + 0.5, 1.2 - row, name, ha="center", va="center", size=12)
    ax.set(xlim=(0, 2), ylim=(0, 2), aspect="equal", title=title, xlabel="predicted")
    ax.set_ylabel("actual")
    ax.set_xticks([0.5, 1.5], ["positive", "negative"])
    ax.set_yticks([1.5, 0.5], ["positive", "negative"], rotation=90, va="center")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def draw_scores(ax: Axes, y_true, scores, threshold: float) -> None:
    """Draw the scores of actual positives upwards, of actual negatives downwards, and a threshold.

    The threshold cuts the two histograms into four areas: TP, FN, FP, TN.

    Parameters
    ----------
    ax : matplotlib axes
    y_true : array of 0 and 1, shape (N,)
    scores : array, shape (N,)
        Between 0 and 1; positive is decided from ``threshold`` on.
    threshold : float
    """
    y_true, scores = np.asarray(y_true), np.asarray(scores)
    decided = scores >= threshold
    areas = {
        "TP": (y_true == 1) & decided,
        "FN": (y_true == 1) & ~decided,
        "FP": (y_true == 0) & decided,
        "TN": (y_true == 0) & ~decided,
    }
    height = max(np.histogram(scores[y_true == label], _BINS)[0].max() for label in (0, 1))
    for name, chosen in areas.items():
        row, column, color, alpha = _OUTCOMES[name]
        sign = 1 if row == 0 else -1
        counts = np.histogram(scores[chosen], _BINS)[0]
        ax.bar(_BINS[:-1], sign * counts, 0.047, align="edge", color=color, alpha=alpha)
        x, side = (1.09, "right") if column == 0 else (-0.09, "left")
        ax.text(x, sign * 0.86 * height, name, ha=side, va="center", weight="bold")
    ax.axhline(0, color=COLORS["ink"], linewidth=1)
    ax.axvline(threshold, color=COLORS["ink"], linewidth=3)
    ax.set(xlim=(-0.1, 1.1), ylim=(-1.05 * height, 1.05 * height), xlabel="score")
    ax.set_yticks([-height / 2, height / 2], ["actual\nnegative", "actual\npositive"])
    ax.tick_params(axis="y", length=0)


def draw_precision_recall(ax: Axes, y_true, scores) -> None:
    """Draw the precision-recall curve of ``scores`` (shapes (N,)) on axes from 0 to 1."""
    precision, recall, _ = precision_recall_curve(y_true, scores)
    ax.step(recall, precision, where="post", color=COLORS["prediction"])
    ax.set(xlim=(0, 1.03), ylim=(0, 1.05), aspect="equal", xlabel="recall", ylabel="precision")


def threshold_figure(y_true, scores, threshold: float) -> str:
    """Draw what a threshold does: scores, confusion matrix, and a point on the trade-off curve.

    Parameters
    ----------
    y_true : array of 0 and 1, shape (N,)
    scores : array, shape (N,)
    threshold : float
        Positive is decided where ``scores >= threshold``.

    Returns
    -------
    str
        The counts and what they make of precision and recall, in a sentence.
    """
    decided = (np.asarray(scores) >= threshold).astype(int)
    matrix = confusion_matrix(y_true, decided, labels=[1, 0])
    precision = precision_score(y_true, decided, zero_division=1.0)
    recall = recall_score(y_true, decided)
    _, axes = plt.subplot_mosaic(
        [["scores", "scores"], ["matrix", "curve"]], figsize=(6.0, 5.7), height_ratios=[1, 1.2]
    )
    draw_scores(axes["scores"], y_true, scores, threshold)
    draw_confusion_matrix(axes["matrix"], matrix)
    draw_precision_recall(axes["curve"], y_true, scores)
    axes["curve"].plot(recall, precision, **_POINT)
    (tp, fn), (fp, tn) = matrix
    return (
        f"{tp} true and {fp} false positives, {fn} false and {tn} true negatives;"
        f" precision {precision:.2f}, recall {recall:.2f}."
    )


def fbeta_figure(y_true, scores, beta: float) -> str:
    """Draw where F-beta is largest on the precision-recall curve, over its level lines.

    Parameters
    ----------
    y_true : array of 0 and 1, shape (N,)
    scores : array, shape (N,)
    beta : float
        Recall counts ``beta`` times as much as precision.

    Returns
    -------
    str
        The best threshold and what it gives, in a sentence.
    """
    precision, recall, thresholds = precision_recall_curve(y_true, scores)
    weighted = beta**2 * precision + recall
    fbeta = (1 + beta**2) * precision * recall / np.where(weighted > 0, weighted, 1.0)
    best = int(np.argmax(fbeta[:-1]))  # the last point of the curve belongs to no threshold
    axis = np.linspace(0.001, 1.0, 200)
    r, p = np.meshgrid(axis, axis)
    _, ax = plt.subplots(figsize=(6.0, 5.4))
    levels = ax.contour(
        r,
        p,
        (1 + beta**2) * p * r / (beta**2 * p + r),
        levels=np.arange(0.1, 1.0, 0.1),
        colors=COLORS["muted"],
        linewidths=1,
    )
    ax.clabel(levels, fmt="%.1f", fontsize=10)
    draw_precision_recall(ax, y_true, scores)
    ax.plot(recall[best], precision[best], **_POINT)
    ax.set_title(rf"lines of equal $F_\beta$ for $\beta$ = {beta:g}")
    return (
        f"The best threshold is {thresholds[best]:.2f}: precision {precision[best]:.2f},"
        f" recall {recall[best]:.2f}, F-beta {fbeta[best]:.2f}."
    )


def imbalance_figure(y_true, scores, ratio: float, *, threshold: float = 0.5) -> str:
    """Draw ROC and precision-recall curve as if there were ``ratio`` negatives for each positive.

    Parameters
    ----------
    y_true : array of 0 and 1, shape (N,)
    scores : array, shape (N,)
    ratio : float
        The negatives are weighted so that they count this many times as much as the positives.
    threshold : float
        The point that both curves mark.

    Returns
    -------
    str
        False positive rate, recall and precision at the threshold.
    """
    y_true, scores = np.asarray(y_true), np.asarray(scores)
    positives, negatives = np.sum(y_true == 1), np.sum(y_true == 0)
    weight = np.where(y_true == 1, 1.0, ratio * positives / negatives)
    decided, weighted = (scores >= threshold).astype(int), {"sample_weight": weight}
    precision = precision_score(y_true, decided, **weighted)
    recall, fpr = recall_score(y_true, decided), np.mean(decided[y_true == 0])
    _, (roc, trade) = plt.subplots(1, 2, figsize=(6.0, 3.4))
    false_rate, true_rate, _ = roc_curve(y_true, scores, **weighted)
    roc.plot(false_rate, true_rate, color=COLORS["prediction"])
    roc.plot([0, 1], [0, 1], color=COLORS["muted"], lw=1, ls="--")
    roc.set(xlim=(0, 1.03), ylim=(0, 1.05), aspect="equal", title="ROC")
    roc.set(xlabel="false positive rate", ylabel="true positive rate")
    precisions, recalls, _ = precision_recall_curve(y_true, scores, **weighted)
    trade.step(recalls, precisions, where="post", color=COLORS["prediction"])
    trade.axhline(1 / (1 + ratio), color=COLORS["muted"], lw=1, ls="--")
    trade.set(xlim=(0, 1.03), ylim=(0, 1.05), aspect="equal", title="precision and recall")
    trade.set(xlabel="recall", ylabel="precision")
    roc.plot(fpr, recall, **_POINT)
    trade.plot(recall, precision, **_POINT)
    return (
        f"{ratio:g} negatives for each positive. At the point {100 * fpr:.0f} % of the negatives"
        f" and {100 * recall:.0f} % of the positives are called positive; precision"
        f" {precision:.3f}."
    )
