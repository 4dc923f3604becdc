"""How good is a detector: true positives, average precision, and the protocol of Pascal VOC.

A detection is a *true positive* if its class is right and it overlaps a target enough: an IoU of at
least a threshold. A target lends itself to one detection only, the others are false positives.
Accepting the detections one after the other, best score first, traces a curve of precision over
recall; the area under it is the average precision (AP) of a class.

COCO's protocol is that of :func:`course_lib.metrics.coco_evaluate`.
"""

import math
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from course_lib.arrays import Array, device, namespace
from course_lib.metrics.coco_data import read_columns
from course_lib.metrics.pairing import box_overlap, overlapping_pairs, rank_detections
from course_lib.metrics.runs import highest_from_here, place_in_run, steps
from course_lib.metrics.sorting import sorting_order

READ_AT = {"11-point": 11, "101-point": 101}


def detection_curve(true_positive, targets, /):
    """Precision and recall after each detection.

    Parameters
    ----------
    true_positive : boolean array, shape (D,)
        Of the detections of one class, best score first; the others are false positives.
    targets : int
        How many there are to be found.

    Returns
    -------
    recall, precision : arrays, shape (D,)
        Share of the targets found so far; share of the detections so far that are right.

    Raises
    ------
    ValueError
        If there are fewer targets than true positives.

    Examples
    --------
    >>> recall, precision = detection_curve(np.array([True, False, True]), 4)
    >>> recall, precision.round(3)
    (array([0.25, 0.25, 0.5 ]), array([1.   , 0.5  , 0.667]))
    """
    xp = namespace(true_positive)
    found = xp.cumulative_sum(xp.astype(true_positive, xp.float64))
    if found.shape[0] and found[-1] > targets:
        raise ValueError(f"targets is {targets}, expected as many as true positives at least")
    number = xp.arange(1, found.shape[0] + 1, dtype=found.dtype, device=device(found))
    return found / max(targets, 1), found / number


def average_precision(recall, precision, /, *, interpolation="all-points"):
    """Area under a precision-recall curve, by one of the three rules in use.

    Precision goes up and down along the curve. Every rule first replaces it by the highest
    precision at this recall or beyond: whoever accepts more detections can have that.

    Parameters
    ----------
    recall, precision : arrays, shape (N,)
        After each detection, best score first, so that recall never falls.
    interpolation : "all-points", "11-point" or "101-point"
        The area under all steps (Pascal VOC since 2010), or the mean at the recalls 0, 0.1, ..., 1
        (Pascal VOC 2007) or 0, 0.01, ..., 1 (COCO). Beyond the last recall precision is 0.

    Returns
    -------
    array, shape ()

    Raises
    ------
    ValueError
        If the shapes do not match, values are not from 0 to 1, recall falls, or the interpolation
        is not one of these.

    Notes
    -----
    Lecture, "Definition of Average Precision (AP)".

    Examples
    --------
    >>> recall, precision = np.array([0.5, 0.5, 1.0]), np.array([1.0, 0.5, 0.75])
    >>> float(average_precision(recall, precision))
    0.875
    """
    xp = namespace(recall, precision)
    _check_curve(recall, precision)
    if interpolation not in ("all-points", *READ_AT):
        expected = ", ".join(map(repr, ("all-points", *READ_AT)))
        raise ValueError(f"interpolation is {interpolation!r}, expected one of {expected}")
    envelope = highest_from_here(precision)
    if interpolation == "all-points":
        return xp.sum(steps(recall) * envelope)
    levels = np.linspace(0.0, 1.0, READ_AT[interpolation])
    levels = xp.asarray(levels, dtype=recall.dtype, device=device(recall))
    envelope = xp.concat([envelope, xp.zeros((1,), dtype=envelope.dtype, device=device(recall))])
    return xp.mean(envelope[xp.searchsorted(recall, levels, side="left")])


def _check_curve(recall, precision):
    xp = namespace(recall, precision)
    if recall.ndim != 1 or recall.shape != precision.shape:
        raise ValueError(
            f"recall and precision have the shapes {tuple(recall.shape)} and "
            f"{tuple(precision.shape)}, expected (N,) both"
        )
    for name, values in (("recall", recall), ("precision", precision)):
        if not xp.all((values >= 0) & (values <= 1)):
            raise ValueError(f"{name} has values that are not from 0 to 1")
    if xp.any(xp.diff(recall) < 0):
        raise ValueError("recall falls, expected that of the detections from the best score on")


@dataclass(frozen=True)
class VocResult:
    """What a detector is worth, by the rules of Pascal VOC.

    Attributes
    ----------
    average_precision : dict from class to float
        NaN for a class without targets.
    mean_average_precision : float
        Mean over the classes with targets.
    true_positive, ignored : boolean arrays, shape (D,)
        What became of each detection, in the order in which they were given; a detection that is
        neither is a false positive.
    curves : dict from class to (recall, precision)
        See :func:`detection_curve`; ignored detections are left out.
    """

    average_precision: dict[str, float]
    mean_average_precision: float
    true_positive: Array
    ignored: Array
    curves: dict[str, tuple[Array, Array]]


def voc_evaluate(ground_truth, detections, *, iou_threshold=0.5, interpolation="all-points"):
    """Average precision of a detector, by the rules of Pascal VOC.

    Each detection, best score first, goes for the target of its image and class that it overlaps
    most. If that IoU reaches the threshold and the target is free, it is a true positive; if the
    target is taken, a false positive, even if it overlaps another one (COCO would give it that). If
    the target is *difficult*, it is neither.

    Parameters
    ----------
    ground_truth : dict of arrays
        ``image_id`` (G,), ``category_id`` (G,) and ``bbox`` (G, 4) with x, y, width and height; if
        wanted ``difficult`` (G,), and the ids of all ``images`` (I,) and ``categories`` (K,).
    detections : dict of arrays
        ``image_id`` (D,), ``category_id`` (D,), ``bbox`` (D, 4) and ``score`` (D,).
    iou_threshold : float
    interpolation : str
        See :func:`average_precision`: "11-point" for VOC 2007.

    Returns
    -------
    VocResult

    Raises
    ------
    ValueError
        If an entry is not possible, such as an unknown image, a NaN or a negative size.

    Notes
    -----
    Of equal scores, the lower image id comes first, then the order given. Coordinates are
    continuous (the devkit adds 1 to widths and heights, since its coordinates number pixels).
    """
    if not 0 < iou_threshold <= 1:
        raise ValueError(f"iou_threshold is {iou_threshold}, expected a number above 0, at most 1")
    columns = ground_truth, detections, "ground_truth", "detections"
    scene, targets, found, truth_box, found_box = read_columns(*columns)
    xp = namespace(truth_box)
    difficult = xp.zeros_like(targets.crowd)
    if "difficult" in ground_truth:
        difficult = xp.astype(ground_truth["difficult"], xp.bool)
    images = scene.images.shape[0]
    ranking = rank_detections(found.klass, found.image, found.score, images)
    entry = ranking.order[ranking.by_group]
    by_group = sorting_order(targets.klass, targets.image)
    overlap = box_overlap(found_box, truth_box, xp.zeros_like(difficult))
    detection, target, iou = overlapping_pairs(
        ranking.group,
        (targets.klass * images + targets.image)[by_group],
        lambda detection, target: overlap(entry[detection], by_group[target]),
        lowest=iou_threshold,
        most_detections=entry.shape[0],
    )
    place, target = ranking.by_group[detection], by_group[target]
    right, ignored = _voc_fates(place, target, iou, difficult, entry.shape[0])
    klass = found.klass[ranking.order]
    curves = {}
    for k, name in enumerate(scene.names):
        (listed,) = xp.nonzero((klass == k) & ~ignored)
        total = int(xp.count_nonzero((targets.klass == k) & ~difficult))
        if total:
            curves[name] = detection_curve(right[listed], total)
    areas = {
        name: float(average_precision(*curves[name], interpolation=interpolation))
        if name in curves
        else math.nan
        for name in scene.names
    }
    mean = fmean(areas[name] for name in curves) if curves else math.nan
    as_given = sorting_order(ranking.order)
    return VocResult(areas, mean, right[as_given], ignored[as_given], curves)


def _voc_fates(place, target, iou, difficult, n):
    """Which of n ranked detections are right, and which are ignored, from the pairs that overlap.

    Each detection wants its best target; of those that want the same one, the first gets it.
    """
    xp = namespace(place)
    wanted = sorting_order(place, -iou, target)
    (first,) = xp.nonzero(place_in_run(place[wanted]) == 0)
    place, target = place[wanted[first]], target[wanted[first]]
    claims = sorting_order(target, place)
    (first,) = xp.nonzero(place_in_run(target[claims]) == 0)
    granted = claims[first]
    (right,) = xp.nonzero(~difficult[target[granted]])
    (ignored,) = xp.nonzero(difficult[target])
    return _marked(place[granted[right]], n), _marked(place[ignored], n)


def _marked(places, n):
    """A boolean array of n elements, true at the places given."""
    xp = namespace(places)
    places = places[sorting_order(places)]
    every = xp.arange(n, device=device(places))
    at, after = (xp.searchsorted(places, every, side=side) for side in ("left", "right"))
    return at < after
