"""Which detections and targets can meet: those of one class in one image that overlap enough.

A *group* is one class in one image. Sorting puts the members of a group side by side, and a join of
the two sorted lists gives all pairs without a loop over images.
"""

from dataclasses import dataclass
from itertools import pairwise

from course_lib.arrays import Array, device, namespace, to_numpy
from course_lib.metrics.runs import place_in_run
from course_lib.metrics.sorting import sorting_order

PAIRS_AT_A_TIME = 1 << 17  # the columns of so many pairs stay in the processor's cache


@dataclass(frozen=True)
class Ranking:
    """Detections in order.

    Attributes
    ----------
    order : integer array, shape (D,)
        The detections sorted by class, score (best first), image and place in the input: COCO's
        list for the precision-recall curve of each class, one list after the other.
    by_group : integer array, shape (D,)
        Places in that list, sorted by group; the best score of a group comes first.
    group : integer array, shape (D,)
        Group of each element of ``by_group``: class times number of images plus image.
    rank : integer array, shape (D,)
        How many better ones each element of ``by_group`` has in its group.
    """

    order: Array
    by_group: Array
    group: Array
    rank: Array


def rank_detections(klass, image, score, images, /):
    """Sort detections by class and score and, within that, by group; see :class:`Ranking`."""
    order = sorting_order(klass, -score, image)
    klass, image = klass[order], image[order]
    by_group = sorting_order(klass, image)
    group = klass[by_group] * images + image[by_group]
    return Ranking(order, by_group, group, place_in_run(group))


def overlapping_pairs(detection_group, target_group, overlap, *, lowest, most_detections):
    """All pairs of one group whose IoU is at least ``lowest``.

    Parameters
    ----------
    detection_group, target_group : integer arrays, shapes (D,) and (G,), ascending
        Group of each detection, in which the best come first, and of each target.
    overlap : function of (detection, target), two integer arrays of shape (P,)
        Gives the IoU of these pairs.
    lowest : float
        No pair below can match.
    most_detections : int
        Only so many detections of each group take part.

    Returns
    -------
    detection, target : integer arrays, shape (P,)
        Indices of the detection and the target, ordered by target.
    iou : array, shape (P,)
    """
    xp = namespace(detection_group)
    first = xp.searchsorted(detection_group, target_group, side="left")
    count = xp.searchsorted(detection_group, target_group, side="right") - first
    count = xp.where(count > most_detections, most_detections, count)
    columns = []
    for start, stop in _blocks(count):
        detection, target = _join(first, count, start, stop)
        iou = overlap(detection, target)
        (kept,) = xp.nonzero(iou >= lowest)
        columns.append((detection[kept], target[kept], iou[kept]))
    return tuple(xp.concat(column) for column in zip(*columns))


def _blocks(count):
    """Ranges of targets that have about ``PAIRS_AT_A_TIME`` pairs each."""
    pairs = to_numpy(count).cumsum()
    total = pairs[-1] if pairs.size else 0
    marks = range(PAIRS_AT_A_TIME, int(total), PAIRS_AT_A_TIME)
    edges = [0, *(int(pairs.searchsorted(mark)) + 1 for mark in marks), pairs.size]
    return pairwise(edges)


def _join(first, count, start, stop):
    """Targets start to stop - 1, each with its ``count`` detections from ``first`` on."""
    xp = namespace(count)
    where = device(count)
    count = count[start:stop]
    target = xp.repeat(xp.arange(start, stop, device=where), count)
    shift = first[start:stop] - (xp.cumulative_sum(count) - count)
    detection = xp.arange(target.shape[0], device=where) + xp.repeat(shift, count)
    return detection, target


def box_overlap(found, truth, crowd, /):
    """IoU of pairs of boxes, as COCO defines and pycocotools rounds it.

    Parameters
    ----------
    found, truth : arrays, shapes (D, 4) and (G, 4)
        Boxes as x, y, width, height.
    crowd : boolean array, shape (G,)
        Targets that stand for many objects: the union is the detection's area alone.

    Returns
    -------
    function of (detection, target), integer arrays of shape (P,)
        Gives their IoU, shape (P,).
    """
    xp = namespace(found, truth)

    def overlap(detection, target):
        boxes1, boxes2 = xp.take(found, detection, axis=0), xp.take(truth, target, axis=0)
        x1, y1, width1, height1 = (boxes1[:, i] for i in range(4))
        x2, y2, width2, height2 = (boxes2[:, i] for i in range(4))
        width = xp.minimum(x1 + width1, x2 + width2) - xp.maximum(x1, x2)
        height = xp.minimum(y1 + height1, y2 + height2) - xp.maximum(y1, y2)
        common = xp.where((width > 0) & (height > 0), width * height, 0.0)
        area = width1 * height1
        union = xp.where(crowd[target], area, area + width2 * height2 - common)
        return common / xp.where(union > 0, union, 1.0)

    return overlap
