"""Pictures of detections: boxes in images, overlaps, the staircase under which AP is the area.

The ``draw_...`` functions draw on an axes; the ``..._figure`` functions make a whole figure and
return the sentence that describes it.
"""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Rectangle

from course_lib.figures.style import COLORS
from course_lib.metrics import average_precision, box_iou, detection_curve

_DOT: dict[str, Any] = {"color": COLORS["ink"], "markersize": 11, "markeredgecolor": "white"}


def draw_box(ax: Axes, box, kind: str, *, text: str = "", place: str = "above") -> None:
    """Draw a box (x, y, width, height) as a target or a detection, y downwards.

    Parameters
    ----------
    ax : matplotlib axes
    box : four floats
    kind : "truth" or "prediction"
    text : str
        What stands at the box.
    place : "above" or "below"
    """
    x, y, width, height = box
    line: dict[str, Any] = {"lw": 5.0, "alpha": 0.5} if kind == "truth" else {"lw": 2.0, "ls": "--"}
    ax.add_patch(Rectangle((x, y), width, height, fill=False, ec=COLORS[kind], **line))
    top = place == "above"
    at, va = (y - 0.03 * height, "bottom") if top else (y + 1.03 * height, "top")
    label = ax.text(x if top else x + width, at, text, color=COLORS[kind], va=va)
    label.set(ha="left" if top else "right", zorder=3)
    label.set_bbox({"fc": "white", "ec": "none", "alpha": 0.75, "pad": 0.5})


def scene_figure(truth, found, names, *, size=(300, 208)) -> str:
    """Draw every image with its targets and the numbered detections.

    Parameters
    ----------
    truth, found : dict of arrays
        As for :func:`course_lib.metrics.coco_evaluate`.
    names : dict from category id to str
    size : pair of float
        Width and height of the images.

    Returns
    -------
    str
        How many targets and detections each image has.
    """
    images = np.unique(truth["image_id"])
    _, axes = plt.subplots(len(images), 1, figsize=(6.0, 3.9 * len(images)), squeeze=False)
    parts = []
    for ax, image in zip(axes[:, 0], images):
        there = np.flatnonzero(truth["image_id"] == image)
        claimed = np.flatnonzero(found["image_id"] == image)
        for g in there:
            draw_box(ax, truth["bbox"][g], "truth", text=names[truth["category_id"][g]])
        for d in claimed:
            text = f"{d + 1}: {names[found['category_id'][d]]} {found['score'][d]:.2f}"
            draw_box(ax, found["bbox"][d], "prediction", text=text, place="below")
        ax.set(xlim=(0, size[0]), ylim=(size[1], 0), aspect="equal", title=f"image {image}")
        ax.set(xticks=[], yticks=[], facecolor="#f4f4f4")
        ax.spines[:].set_visible(False)
        parts.append(f"image {image} has {len(there)} targets and {len(claimed)} detections")
    return "; ".join(parts).capitalize() + "."


def iou_figure(across: float, down: float, *, threshold: float = 0.5) -> str:
    """Draw a detection of 10 by 8 that lies ``across`` and ``down`` off its target, and the IoU.

    Parameters
    ----------
    across, down : float
        From 0 on.
    threshold : float
        From this IoU on it is a hit.

    Returns
    -------
    str
        Where the detection is, overlap, union and IoU.
    """
    width, height = 10.0, 8.0
    target = np.array([[0.0, 0.0, width, height]])
    iou = float(box_iou(target, target + np.tile([across, down], 2))[0, 0])
    overlap = max(width - across, 0.0) * max(height - down, 0.0)
    union = 2 * width * height - overlap
    _, ax = plt.subplots(figsize=(6.0, 4.4))
    for corner, kind in [((0.0, 0.0), "truth"), ((across, down), "prediction")]:
        ax.add_patch(Rectangle(corner, width, height, fc=COLORS[kind], alpha=0.18))
        text = {"truth": "target", "prediction": "detection"}[kind]
        place = "above" if kind == "truth" else "below"
        draw_box(ax, (*corner, width, height), kind, text=text, place=place)
    if overlap:
        corner, sides = (across, down), (width - across, height - down)
        ax.add_patch(Rectangle(corner, *sides, fc=COLORS["ink"], alpha=0.35, hatch="//"))
    verdict = "true positive" if iou >= threshold else "false positive"
    ax.set_title(f"IoU = {overlap:g} / {union:g} = {iou:.2f}: {verdict}")
    ax.set(xlim=(-0.5, 20.5), ylim=(14.8, -1.4), aspect="equal")
    ax.axis("off")
    return (
        f"The detection is {across:g} to the right and {down:g} below: overlap {overlap:g},"
        f" union {union:g}, IoU {iou:.2f}, a {verdict}."
    )


def draw_masks(ax: Axes, truth, found, *, title: str = "") -> None:
    """Draw two boolean masks over each other: only the target, only the detection, both.

    Parameters
    ----------
    ax : matplotlib axes
    truth, found : boolean arrays, shape (H, W)
    title : str
    """
    colors = ["#f4f4f4", COLORS["truth"], COLORS["prediction"], COLORS["ink"]]
    kind = np.asarray(truth) + 2 * np.asarray(found)
    ax.imshow(kind, cmap=ListedColormap(colors), vmin=0, vmax=3, interpolation="nearest")
    ax.set(title=title, xticks=[], yticks=[])
    ax.spines[:].set_visible(False)


def staircase_figure(true_positive, targets: int, shown: int) -> str:
    """Draw the precision-recall curve of the first ``shown`` detections, and the area under it.

    Parameters
    ----------
    true_positive : boolean array, shape (D,)
        Of the detections of one class, best score first.
    targets : int
        How many there are to be found.
    shown : int
        From 1 to D.

    Returns
    -------
    str
        Precision, recall and area after that many detections.
    """
    recall, precision = detection_curve(np.asarray(true_positive)[:shown], targets)
    area = float(average_precision(recall, precision))
    _, (strip, ax) = plt.subplots(2, 1, figsize=(6.0, 5.2), height_ratios=[1, 7])
    _draw_verdicts(strip, true_positive, shown)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    r, p = np.append(0.0, recall), np.append(envelope[:1], envelope)
    ax.fill_between(r, p, step="pre", color=COLORS["prediction"], alpha=0.2, lw=0)
    ax.step(r, p, where="pre", color=COLORS["prediction"], lw=1.5)
    ax.plot(recall, precision, "o", color=COLORS["prediction"], ms=8, clip_on=False, zorder=4)
    ax.plot(recall, precision, ":", color=COLORS["prediction"], lw=1.5)
    ax.plot(recall[-1], precision[-1], "o", clip_on=False, zorder=5, **_DOT)
    for found in range(1, targets + 1):
        ax.axvline(found / targets, color=COLORS["muted"], lw=0.6, ls=":")
    ax.set(xlim=(0, 1.02), ylim=(0, 1.05), xlabel="recall", ylabel="precision")
    ax.set_title(f"area so far: {area:.3f}")
    return (
        f"After detection {shown}, a {'true' if true_positive[shown - 1] else 'false'} positive:"
        f" precision {precision[-1]:.2f}, recall {recall[-1]:.2f}, area {area:.3f}."
    )


def levels_figure(precision, iou_thresholds, level: int) -> str:
    """Draw COCO's 101 precisions at one IoU threshold, and the AP at all of them.

    Parameters
    ----------
    precision : array, shape (T, 101)
        Of one class: ``CocoResult.precision[:, :, k, 0, -1]``.
    iou_thresholds : sequence of T floats
    level : int
        Which threshold.

    Returns
    -------
    str
        The AP at this threshold, and the mean over all.
    """
    precision = np.asarray(precision)
    area, threshold = precision.mean(axis=1), iou_thresholds[level]
    _, (curve, levels) = plt.subplots(1, 2, figsize=(6.0, 3.3))
    recall = np.linspace(0.0, 1.0, precision.shape[1])
    curve.vlines(recall, 0.0, precision[level], color=COLORS["prediction"], lw=1, alpha=0.5)
    curve.plot(recall, precision[level], "o", color=COLORS["prediction"], ms=2.5, clip_on=False)
    curve.set(xlim=(0, 1.02), ylim=(0, 1.05), xlabel="recall", ylabel="precision")
    curve.set_title(f"IoU ≥ {threshold:.2f}")
    levels.plot(iou_thresholds, area, "o-", color=COLORS["prediction"], lw=1, ms=5)
    levels.axhline(area.mean(), color=COLORS["muted"], lw=1.5, ls="--")
    levels.text(0.96, area.mean() + 0.02, "mean", color=COLORS["muted"], ha="right")
    levels.plot(threshold, area[level], "o", zorder=4, clip_on=False, **_DOT)
    levels.set(ylim=(-0.02, 1.05), xlabel="IoU threshold", ylabel="AP")
    levels.set_title(f"AP = {area[level]:.3f}")
    return (
        f"At an IoU of {threshold:.2f} the mean of the 101 precisions is {area[level]:.3f};"
        f" over all thresholds it is {area.mean():.3f}."
    )


def _draw_verdicts(ax: Axes, true_positive, shown: int) -> None:
    """A row with a cell for each detection, best score first; those not yet shown are empty."""
    for d, right in enumerate(true_positive):
        face = COLORS["truth" if right else "error"] if d < shown else "white"
        edge = "white" if d < shown else COLORS["muted"]
        ax.add_patch(Rectangle((d + 0.04, 0), 0.92, 1, fc=face, alpha=0.7, ec=edge))
        text = f"{d + 1}: {'TP' if right else 'FP'}" if d < shown else f"{d + 1}"
        ax.text(d + 0.5, 0.5, text, ha="center", va="center")
    ax.set(xlim=(0, len(true_positive)), ylim=(0, 1))
    ax.axis("off")
