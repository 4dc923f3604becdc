"""Random inputs of the assignment ``detection``.

Numbers of targets at which a curve is read are prime: no recall but 0 and 1 is then one of the
levels, and rounding does not decide which side it is on.
"""

import numpy as np

from course_lib import metrics
from course_lib.grading.assignments.detection import references


def boxes(rng, n, scale=10.0):
    """Boxes of all sizes by their corners: (n, 4)."""
    low = rng.uniform(-scale, scale, (n, 2))
    return np.hstack([low, low + rng.uniform(0.2 * scale, 1.4 * scale, (n, 2))])


def two_sets(rng, scale=10.0):
    """Two different numbers of boxes."""
    n = int(rng.integers(2, 6))
    return boxes(rng, n, scale), boxes(rng, n + int(rng.integers(1, 4)), scale)


def apart(rng):
    """Boxes that are apart along both axes."""
    one, other = two_sets(rng)
    return one, other + 100.0


def empty_box(rng):
    """A box without area in both sets, at the same place."""
    one, other = two_sets(rng)
    one[0, 2:] = one[0, :2]
    other[1] = one[0]
    return one, other


def no_boxes(rng):
    """Nothing to compare with."""
    return np.zeros((0, 4)), boxes(rng, 3)


def crowded(rng):
    """IoUs in which detections compete for targets, and a threshold."""
    targets = int(rng.integers(3, 5))
    detections = targets + int(rng.integers(2, 4))
    iou = rng.uniform(0.0, 1.0, (detections, targets))
    return iou, rng.permutation(detections) / detections + 0.01, float(rng.uniform(0.4, 0.6))


def no_targets(rng):
    """Detections in an image without targets."""
    return np.zeros((5, 0)), rng.random(5), 0.5


def no_detections(rng):
    """An image with targets and without detections."""
    return np.zeros((0, 3)), np.zeros(0), 0.5


def at_the_threshold(rng):
    """The best IoU of some detections is the threshold itself, and the others are lower."""
    iou, scores, _ = crowded(rng)
    iou *= 0.45
    each = np.arange(iou.shape[1])
    iou[each, each] = 0.5
    return iou, scores, 0.5


def hits(rng):
    """Right and wrong detections, best first, and more targets than are found."""
    right = rng.permutation(np.arange(int(rng.integers(8, 12))) < rng.integers(3, 7))
    return right, int(right.sum()) + int(rng.integers(1, 4))


def nothing_right(rng):
    """Wrong detections only."""
    return np.zeros(int(rng.integers(3, 7)), bool), 4


def no_targets_at_all(rng):
    """Detections where there is nothing to find."""
    return np.zeros(int(rng.integers(3, 7)), bool), 0


def curve(rng, missed=None):
    """Recall and precision of a detector that misses one target or two, or ``missed``."""
    targets = int(rng.choice([7, 11, 13]))
    found = targets - int(rng.integers(1, 3) if missed is None else missed)
    right = rng.permutation(np.arange(found + int(rng.integers(3, 6))) < found)
    return references.detection_curve(right, targets)


def complete_curve(rng):
    """Recall and precision of a detector that finds every target, with mistakes in between."""
    return curve(rng, missed=0)


def nothing_found(rng):
    """Recall and precision of a detector that is never right."""
    return references.detection_curve(*nothing_right(rng))


def empty_curve(rng):
    """Recall and precision of a detector that finds nothing at all."""
    return np.zeros(0), np.zeros(0)


def perfect(rng):
    """Recall and precision of a detector without mistakes."""
    return references.detection_curve(np.ones(7, bool), 7)


def sampled(draw):
    """Recall and precision as ``draw`` gives them, and a number of readings."""
    return lambda rng: (*draw(rng), int(rng.choice([11, 21, 101])))


def area(true_positive, targets):
    """AP of detections of one class, best first: what the exercise on mAP is given."""
    curve = metrics.detection_curve(np.asarray(true_positive, bool), int(targets))
    return float(metrics.average_precision(*curve, interpolation="101-point"))


def judged(rng):
    """Detections of four classes, right or wrong at each of five thresholds."""
    classes = rng.permutation([0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3])
    scores = (rng.permutation(len(classes)) + 1) / 20
    reached = np.where(rng.random(len(classes)) < 0.7, rng.integers(1, 6, len(classes)), 0)
    right = reached > np.arange(5)[:, None]
    targets = np.bincount(classes[right[0]], minlength=4) + rng.integers(1, 6, 4)
    return right, scores, classes, targets, area


def class_without_targets(rng):
    """No target of one of the classes."""
    right, scores, classes, targets, ap = judged(rng)
    targets[1] = 0
    return right & (classes != 1), scores, classes, targets, ap


def class_without_detections(rng):
    """No detection of one of the classes."""
    right, scores, classes, targets, ap = judged(rng)
    some = classes != 2
    return right[:, some], scores[some], classes[some], targets, ap


def images(rng, targets=(3, 1, 3), detections=(5, 2, 4)):
    """Targets in much the same places of a few images, and detections near them."""
    places = boxes(rng, max(targets))
    truth = [places[:n] + rng.normal(0, 0.1, (n, 4)) for n in targets]
    found = [
        boxes(rng, d)
        if not len(t)
        else t[rng.integers(0, len(t), d)] + rng.normal(0, 0.7, (d, 4)) * rng.random((d, 1))
        for t, d in zip(truth, detections)
    ]
    found = [np.hstack([np.minimum(b[:, :2], b[:, 2:]), b[:, 2:]]) for b in found]
    scores = (rng.permutation(sum(detections)) + 1) / 20
    return truth, found, np.split(scores, np.cumsum(detections)[:-1])


def image_without_targets(rng):
    """Detections in an image in which there is nothing."""
    return images(rng, targets=(4, 0, 3), detections=(5, 2, 4))


def image_without_detections(rng):
    """Targets in an image in which nothing is found."""
    return images(rng, targets=(2, 2, 3), detections=(4, 0, 5))


def nothing_in_place(rng):
    """Detections that overlap nothing."""
    truth, found, scores = images(rng)
    return truth, [b + 100.0 for b in found], scores
