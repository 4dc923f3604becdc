"""What students return who make a mistake in an exercise of ``detection`` on average precision."""

import numpy as np

from course_lib import metrics
from course_lib.grading.assignments.detection import references as right
from course_lib.grading.checks import Misconception

NO_INTERPOLATION = "left out the best precision from there on"
EXTENDED = "extended the curve beyond the last recall"
STRAIGHT_LINES = "joined the points by straight lines"


def _envelope(precision):
    """The best precision at each detection or a later one."""
    return np.maximum.accumulate(precision[::-1])[::-1]


def _steps(recall):
    return np.diff(recall, prepend=0.0)


def _extended(recall, precision):
    if not len(recall):
        return 0.0
    return right.average_precision(np.append(recall, 1.0), np.append(precision, precision[-1]))


def _at_the_hits(recall, precision):
    found = precision[_steps(recall) > 0]
    return np.mean(found) if len(found) else 0.0


def _from_the_origin(recall, precision):
    return np.trapezoid(np.append(1.0, precision), np.append(0.0, recall))


AVERAGE_PRECISION = (
    Misconception(
        NO_INTERPOLATION,
        lambda recall, precision: np.sum(_steps(recall) * precision),
        hint="Precision goes up and down along the list. Which one counts at a given recall?",
        more="Look at the solid line in the figure of the staircase. Where it is above the dotted "
        "one, what lies to the right?",
    ),
    Misconception(
        "taken the best precision up to there",
        lambda recall, precision: np.sum(_steps(recall) * np.maximum.accumulate(precision)),
        hint="To which side does the maximum look, to lower recalls or to higher ones?",
    ),
    Misconception(
        STRAIGHT_LINES,
        lambda recall, precision: np.trapezoid(precision, recall),
        hint="A staircase has steps. The area under one step is a rectangle.",
    ),
    Misconception(
        STRAIGHT_LINES,
        _from_the_origin,
        hint="A staircase has steps. The area under one step is a rectangle.",
    ),
    Misconception(
        "left out the first step",
        lambda recall, precision: np.sum(np.diff(recall) * _envelope(precision)[1:]),
        hint="At which recall does the curve begin?",
    ),
    Misconception(
        "taken the plain mean of the precisions",
        lambda recall, precision: np.mean(precision) if len(precision) else 0.0,
        hint="Not every detection makes a step to the right, and only steps have an area.",
    ),
    Misconception(
        "averaged over the targets that are found",
        _at_the_hits,
        hint="Targets that are never found lower the average precision. Yours does not see them.",
    ),
    Misconception(
        EXTENDED,
        _extended,
        hint="What is the precision of targets that are never found?",
    ),
)


def _sampled(recall, precision, levels):
    """Best precision from each level on."""
    return np.array([np.max(precision[recall >= x], initial=0.0) for x in levels])


def _first_at(recall, precision, points):
    levels = np.linspace(0.0, 1.0, points)
    return np.mean([precision[recall >= x][0] if np.any(recall >= x) else 0.0 for x in levels])


def _straight(recall, precision, points):
    if not len(recall):
        return 0.0
    return np.mean(np.interp(np.linspace(0.0, 1.0, points), recall, precision))


def _last_goes_on(recall, precision, points):
    if not len(recall):
        return 0.0
    return right.sampled_average_precision(
        np.append(recall, 1.0), np.append(precision, precision[-1]), points
    )


def _reached_only(recall, precision, points):
    levels = np.linspace(0.0, 1.0, points)
    reached = levels[levels <= np.max(recall, initial=-1.0)]
    return np.mean(_sampled(recall, precision, reached)) if len(reached) else 0.0


def _above(recall, precision, points):
    levels = np.linspace(0.0, 1.0, points)
    return np.mean([np.max(precision[recall > x], initial=0.0) for x in levels])


SAMPLED = (
    Misconception(
        NO_INTERPOLATION,
        _first_at,
        hint="Several detections have this recall or more. Whose precision counts?",
    ),
    Misconception(
        STRAIGHT_LINES,
        _straight,
        hint="Between two detections there is nothing on the way; the curve goes in steps.",
    ),
    Misconception(
        "left out the recall 0",
        lambda recall, precision, points: np.mean(
            _sampled(recall, precision, np.linspace(0.0, 1.0, points)[1:])
        ),
        hint="Count your readings. At which recall is the first?",
    ),
    Misconception(
        "left out the recall 1",
        lambda recall, precision, points: np.mean(
            _sampled(recall, precision, np.linspace(0.0, 1.0, points)[:-1])
        ),
        hint="Count your readings. At which recall is the last?",
    ),
    Misconception(
        "divided by the number of gaps between the readings",
        lambda *given: right.sampled_average_precision(*given) * given[2] / (given[2] - 1),
        hint="A fence with eleven posts has ten gaps. Of what do you take the mean?",
    ),
    Misconception(
        EXTENDED,
        _last_goes_on,
        hint="What is the precision at a recall that is never reached?",
    ),
    Misconception(
        "averaged only over the recalls that are reached",
        _reached_only,
        hint="A recall that is never reached is a reading, too.",
    ),
    Misconception(
        "asked for more than the recall",
        _above,
        hint="Somebody who wants all targets is content with a recall of exactly 1.",
    ),
)


def _mean_ap(pick, rows=slice(None), orders=lambda scores: np.argsort(-scores)):
    """Like the reference, with other rows, another order, or another choice of detections."""

    def answer(hits, scores, classes, targets, ap):
        aps = np.full(len(targets), np.nan)
        order = orders(scores)
        for c in np.flatnonzero(targets):
            listed, total = pick(order, classes, targets, c)
            aps[c] = np.mean([ap(row[listed], total) for row in hits[rows]])
        return aps, np.nanmean(aps)

    return answer


def _of_class(order, classes, targets, c):
    return order[classes[order] == c], int(targets[c])


def _all_classes(order, classes, targets, c):
    return order, int(np.sum(targets))


def _by_targets(*given):
    aps, _ = right.mean_average_precision(*given)
    return {"the mAP": np.nansum(aps * given[3]) / np.sum(given[3])}


def _empty_is_0(*given):
    aps = np.nan_to_num(right.mean_average_precision(*given)[0])
    return aps, np.mean(aps)


MEAN_AP = (
    Misconception(
        "left out the sorting by score",
        _mean_ap(_of_class, orders=lambda scores: np.arange(len(scores))),
        hint="In which order does ap want the detections?",
    ),
    Misconception(
        "sorted from the lowest score",
        _mean_ap(_of_class, orders=np.argsort),
        hint="In which direction does np.argsort sort, and which detection should come first?",
    ),
    Misconception(
        "used the first threshold only",
        _mean_ap(_of_class, rows=slice(1)),
        hint="Every row of hits is another threshold. What becomes of them?",
    ),
    Misconception(
        "thrown all classes together",
        _mean_ap(_all_classes),
        hint="Each class has its own list of detections, and its own AP.",
    ),
    Misconception(
        "weighted the classes by their targets",
        _by_targets,
        hint="A class counts the same, however many targets it has.",
    ),
    Misconception(
        "taken a class without targets for one with an AP of 0",
        _empty_is_0,
        hint="What should a detector have found, where there is nothing? The class has no AP.",
    ),
    Misconception(
        "let a class without AP spoil the mean",
        lambda *given: {"the mAP": np.mean(right.mean_average_precision(*given)[0])},
        hint="A mean that contains NaN is NaN. Leave such classes out.",
    ),
)


def _pooled(targets, boxes, scores, *, thresholds=right.THRESHOLDS, sort=True, rule="101-point"):
    """The reference, in steps of which some can be changed."""
    order = np.argsort(-np.concatenate(scores)) if sort else slice(None)
    total = sum(len(of_image) for of_image in targets)
    areas = []
    for hits in right.hits_at(thresholds, targets, boxes, scores):
        curve = right.detection_curve(hits[order], total)
        areas.append(metrics.average_precision(*curve, interpolation=rule))
    return np.mean(areas)


def _image_by_image(targets, boxes, scores):
    one = [
        right.coco_average_precision([t], [b], [s])
        for t, b, s in zip(targets, boxes, scores)
        if len(t)
    ]
    return np.mean(one)


def _one_image(targets, boxes, scores):
    return right.coco_average_precision(
        *([np.concatenate(lists)] for lists in (targets, boxes, scores))
    )


COCO = (
    Misconception(
        "averaged over the images",
        _image_by_image,
        hint="There is one list of detections, from all images, and one curve for it.",
        more="AP asks whether the scores sort hits from false alarms, also across images.",
    ),
    Misconception(
        "matched across images",
        _one_image,
        hint="A detection in one image cannot find a target in another.",
    ),
    Misconception(
        "left out the sorting by score",
        lambda *given: _pooled(*given, sort=False),
        hint="When the images are put together, is the list still in the order of the scores?",
    ),
    Misconception(
        "left out the threshold 0.95",
        lambda *given: _pooled(*given, thresholds=right.THRESHOLDS[:-1]),
        hint="How many thresholds do you have? np.arange stops early.",
    ),
    Misconception(
        "used the first threshold only",
        lambda *given: _pooled(*given, thresholds=[0.5]),
        hint="COCO does not choose a threshold.",
    ),
    Misconception(
        "taken the area itself instead of 101 readings",
        lambda *given: _pooled(*given, rule="all-points"),
        hint="By which of the three rules does COCO take the area?",
        read="measuring/detection#three-rules-one-area",
    ),
)
