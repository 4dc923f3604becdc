"""What students return who make a mistake in one of the first three exercises of ``detection``."""

import numpy as np

from course_lib.grading.assignments.detection import references as right
from course_lib.grading.checks import Misconception


def _overlaps(boxes1, boxes2, *, more=0.0, least=0.0):
    """Overlap of every pair, and the areas, with ``more`` added to sides that are ``least``."""
    low = np.maximum(boxes1[:, None, :2], boxes2[:, :2])
    high = np.minimum(boxes1[:, None, 2:], boxes2[:, 2:])
    overlap = np.maximum(high - low + more, least).prod(axis=-1)
    area1 = (boxes1[:, 2:] - boxes1[:, :2] + more).prod(axis=1)
    area2 = (boxes2[:, 2:] - boxes2[:, :2] + more).prod(axis=1)
    return overlap, area1[:, None], area2


def _iou(union, **sides):
    """``box_iou`` with another union, or other sides; 0 where the union is 0."""

    def iou(boxes1, boxes2):
        overlap, area1, area2 = _overlaps(boxes1, boxes2, **sides)
        below = union(overlap, area1, area2) + 0 * overlap
        return np.divide(overlap, below, out=np.zeros_like(overlap), where=below != 0)

    return iou


def _union(overlap, area1, area2):
    return area1 + area2 - overlap


def _around_both(boxes1, boxes2):
    overlap, _, _ = _overlaps(boxes1, boxes2)
    low = np.minimum(boxes1[:, None, :2], boxes2[:, :2])
    high = np.maximum(boxes1[:, None, 2:], boxes2[:, 2:])
    around = (high - low).prod(axis=-1)
    return np.divide(overlap, around, out=np.zeros_like(overlap), where=around != 0)


def _width_and_height(boxes1, boxes2):
    corners = [np.hstack([b[:, :2], b[:, :2] + b[:, 2:]]) for b in (boxes1, boxes2)]
    return _iou(_union)(*corners)


def _unguarded_iou(boxes1, boxes2):
    overlap, area1, area2 = _overlaps(boxes1, boxes2)
    return overlap / _union(overlap, area1, area2)


BOX_IOU = (
    Misconception(
        "multiplied negative sides",
        _iou(_union, least=-np.inf),
        hint="What do you get for two boxes that are apart along both axes?",
        more="Minus times minus is plus. An overlap has no side below 0.",
    ),
    Misconception(
        "counted the overlap twice",
        _iou(lambda overlap, area1, area2: area1 + area2),
        hint="Compare a box with itself. How much do the two cover together?",
    ),
    Misconception(
        "added 1 to the sides",
        _iou(_union, more=1.0),
        hint="These coordinates are distances, not numbers of pixels.",
        more="A box from 0 to 2 is 2 wide here, though it touches the pixels 0, 1 and 2.",
    ),
    Misconception(
        "read the boxes as x, y, width and height",
        _width_and_height,
        hint="The last two numbers of a box are a corner, too.",
    ),
    Misconception(
        "divided by the smaller area",
        _iou(lambda overlap, area1, area2: np.minimum(area1, area2)),
        hint="A small box inside a large one is not a good answer. What does yours say?",
    ),
    Misconception(
        "divided by the area of the first box",
        _iou(lambda overlap, area1, area2: area1),
        hint="Exchange the two boxes: the result should be the same.",
    ),
    Misconception(
        "divided by the box around both",
        _around_both,
        hint="The union is what the two cover; the corners of a box around them belong to neither.",
    ),
    Misconception(
        "divided by zero",
        _unguarded_iou,
        hint="Two boxes without area have no union. Ask before you divide.",
    ),
)


def _match(iou, scores, threshold, *, order=None, enough=np.greater_equal, free_first=True):
    """``greedy_matching`` with another order, comparison or rule for targets that are taken."""
    match = np.full(len(scores), -1)
    if not iou.size:
        return match
    free = np.ones(iou.shape[1], dtype=bool)
    for detection in np.argsort(-scores, kind="stable") if order is None else order:
        wanted = np.where(free, iou[detection], -1.0) if free_first else iou[detection]
        target = wanted.argmax()
        if enough(wanted[target], threshold) and free[target]:
            match[detection], free[target] = target, False
    return match


def _again_and_again(iou, scores, threshold):
    if not iou.size:
        return right.greedy_matching(iou, scores, threshold)
    return np.where(iou.max(axis=1) >= threshold, iou.argmax(axis=1), -1)


def _first_that_passes(iou, scores, threshold):
    """The IoUs that pass are all the same to this student, so the first is taken."""
    return _match(np.where(iou >= threshold, threshold, -1.0), scores, threshold)


def _targets_choose(iou, scores, threshold):
    match = np.full(len(scores), -1)
    for target in range(iou.shape[1]):
        wanted = np.where(match < 0, iou[:, target], -1.0)
        if wanted.size and wanted.max() >= threshold:
            match[wanted.argmax()] = target
    return match


GREEDY_MATCHING = (
    Misconception(
        "let a target be found twice",
        _again_and_again,
        hint="A target that has been given away is not free any more.",
        more="Keep a list of the targets that are taken.",
    ),
    Misconception(
        "left out the sorting by score",
        lambda iou, scores, threshold: _match(iou, scores, threshold, order=range(len(scores))),
        hint="Who chooses first?",
    ),
    Misconception(
        "sorted from the lowest score",
        lambda iou, scores, threshold: _match(
            iou, scores, threshold, order=np.argsort(scores, kind="stable")
        ),
        hint="In which direction does np.argsort sort, and who should choose first?",
    ),
    Misconception(
        "returned the matches in the order of the scores",
        lambda iou, scores, threshold: right.greedy_matching(iou, scores, threshold)[
            np.argsort(-scores, kind="stable")
        ],
        hint="The detections choose in the order of their scores, but entry i of the result "
        "belongs to row i of iou.",
    ),
    Misconception(
        "given up where the best target is taken",
        lambda iou, scores, threshold: _match(iou, scores, threshold, free_first=False),
        hint="Which targets does a detection look at: all of them, or those that are still free?",
        more="This is how Pascal VOC did it. Here the second best is better than none.",
    ),
    Misconception(
        "taken the first target that passes",
        _first_that_passes,
        hint="A detection may pass with several targets. Which one does it take?",
    ),
    Misconception(
        "asked for more than the threshold",
        lambda iou, scores, threshold: _match(iou, scores, threshold, enough=np.greater),
        hint='"At least" includes the threshold itself.',
    ),
    Misconception(
        "let the targets choose",
        _targets_choose,
        hint="It is the detections that choose, one after the other.",
    ),
)


def _over_the_detections(true_positive, targets):
    return {"the recall": np.cumsum(true_positive) / max(len(true_positive), 1)}


def _over_the_found(true_positive, targets):
    return {"the recall": np.cumsum(true_positive) / max(np.sum(true_positive), 1)}


def _counted_from_0(true_positive, targets):
    return {"the precision": np.cumsum(true_positive) / np.arange(len(true_positive))}


def _over_all_detections(true_positive, targets):
    return {"the precision": np.cumsum(true_positive) / max(len(true_positive), 1)}


def _no_running_sum(true_positive, targets):
    return true_positive / max(targets, 1), true_positive / np.arange(1, len(true_positive) + 1)


DETECTION_CURVE = (
    Misconception(
        "exchanged precision and recall",
        lambda true_positive, targets: right.detection_curve(true_positive, targets)[::-1],
        hint="Which of the two is a share of the targets, and which is returned first?",
    ),
    Misconception(
        "divided the recall by the number of detections",
        _over_the_detections,
        hint="Recall is a share of what there is to be found.",
    ),
    Misconception(
        "divided the recall by the number of targets that are found",
        _over_the_found,
        hint="Your recall always ends at 1. What about the targets that nobody finds?",
    ),
    Misconception(
        "counted the detections from 0",
        _counted_from_0,
        hint="After the first detection, how many have been accepted?",
    ),
    Misconception(
        "divided the precision by all detections",
        _over_all_detections,
        hint="Precision after three detections knows nothing of the fourth.",
    ),
    Misconception(
        "left out the running sum",
        _no_running_sum,
        hint="After the third detection there are the hits of the first and second, too.",
    ),
    Misconception(
        "divided by zero",
        lambda true_positive, targets: {"the recall": np.cumsum(true_positive) / targets},
        hint="There may be no targets. Ask before you divide.",
    ),
)
