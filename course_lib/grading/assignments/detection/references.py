"""The right answers of the assignment ``detection``: the library, and what is not in it."""

import numpy as np

from course_lib import metrics

THRESHOLDS = np.linspace(0.5, 0.95, 10)


def box_iou(boxes1, boxes2):
    """IoU of every box with every other, by their corners: (N, 4) and (M, 4) to (N, M)."""
    return metrics.box_iou(boxes1, boxes2)


def greedy_matching(iou, scores, threshold):
    """The target that each detection gets, or -1; the best score chooses first: (D,)."""
    match = np.full(len(scores), -1)
    free = np.ones(iou.shape[1], dtype=bool)
    for detection in np.argsort(-scores, kind="stable"):
        wanted = np.where(free, iou[detection], -1.0)
        if free.any() and wanted.max() >= threshold:
            match[detection] = wanted.argmax()
            free[match[detection]] = False
    return match


def detection_curve(true_positive, targets):
    """Recall and precision after each detection, best score first."""
    return metrics.detection_curve(true_positive, targets)


def average_precision(recall, precision):
    """Area under the curve, each precision replaced by the best from there on."""
    return metrics.average_precision(recall, precision)


def sampled_average_precision(recall, precision, points):
    """Mean of that curve at so many recalls, evenly spaced from 0 to 1."""
    levels = np.linspace(0.0, 1.0, points)
    return np.mean([np.max(precision[recall >= level], initial=0.0) for level in levels])


def mean_average_precision(hits, scores, classes, targets, ap):
    """AP of each class, averaged over the rows of ``hits``, and the mean over the classes."""
    order = np.argsort(-scores)
    aps = np.full(len(targets), np.nan)
    for c in np.flatnonzero(targets):
        listed = order[classes[order] == c]
        aps[c] = np.mean([ap(row[listed], int(targets[c])) for row in hits])
    return aps, np.nanmean(aps)


def coco_average_precision(targets, boxes, scores):
    """AP@[.5:.95] of one class, from lists with the boxes and scores of each image."""
    order = np.argsort(-np.concatenate(scores))
    total = sum(len(of_image) for of_image in targets)
    areas = []
    for hits in hits_at(THRESHOLDS, targets, boxes, scores):
        curve = metrics.detection_curve(hits[order], total)
        areas.append(metrics.average_precision(*curve, interpolation="101-point"))
    return np.mean(areas)


def hits_at(thresholds, targets, boxes, scores):
    """For each threshold, which detections find a target, those of all images in one array."""
    ious = [box_iou(found, truth) for found, truth in zip(boxes, targets)]
    for threshold in thresholds:
        matches = [greedy_matching(iou, s, threshold) for iou, s in zip(ious, scores)]
        yield np.concatenate(matches) >= 0
