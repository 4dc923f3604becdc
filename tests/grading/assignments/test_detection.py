"""The references of the assignment ``detection``, judged by pycocotools and by hand."""

import contextlib
import io

import numpy as np
import pytest
from pycocotools import mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from course_lib.grading.assignments.detection import inputs, references

# Of the lecture: five cats found, numbers 1, 4 and 5 of them rightly, and there are three.
CATS = np.array([True, False, False, True, True]), 3


def test_the_iou_of_boxes(rng):
    for draw in (inputs.two_sets, inputs.apart, inputs.empty_box):
        one, other = draw(rng)
        sized = [np.hstack([b[:, :2], b[:, 2:] - b[:, :2]]) for b in (one, other)]
        with np.errstate(invalid="ignore"):
            expected = np.nan_to_num(mask.iou(*sized, [0] * len(other)))
        assert np.allclose(references.box_iou(one, other), expected, atol=1e-12)
    assert references.box_iou(*inputs.no_boxes(rng)).shape == (0, 3)


def coco_matching(iou, scores, threshold):
    """What pycocotools matches, given the IoUs."""
    detections, targets = iou.shape
    judge = COCOeval(iouType="bbox")
    judge.params.iouThrs = [threshold]
    judge._gts[1, 1] = [
        {"id": g + 1, "ignore": 0, "iscrowd": 0, "area": 1.0} for g in range(targets)
    ]
    judge._dts[1, 1] = [
        {"id": d + 1, "score": s, "area": 1.0, "image_id": 1, "category_id": 1}
        for d, s in enumerate(scores)
    ]
    judge.ious = {(1, 1): iou[np.argsort(-scores, kind="stable")]}
    found = judge.evaluateImg(1, 1, [0, 1e10], 100)
    match = np.full(detections, -1)
    match[np.array(found["dtIds"], int) - 1] = found["dtMatches"][0] - 1
    return match


@pytest.mark.parametrize("draw", [inputs.crowded, inputs.at_the_threshold])
def test_greedy_matching(draw, rng):
    for _ in range(20):
        arguments = draw(rng)
        assert np.array_equal(references.greedy_matching(*arguments), coco_matching(*arguments))


def test_greedy_matching_of_nothing(rng):
    assert references.greedy_matching(*inputs.no_targets(rng)).tolist() == [-1] * 5
    assert references.greedy_matching(*inputs.no_detections(rng)).shape == (0,)


def test_the_curve_of_the_lecture():
    recall, precision = references.detection_curve(*CATS)
    assert recall == pytest.approx([1 / 3, 1 / 3, 1 / 3, 2 / 3, 1])
    assert precision == pytest.approx([1, 1 / 2, 1 / 3, 2 / 4, 3 / 5])
    assert references.detection_curve(np.zeros(2, bool), 0)[0].tolist() == [0, 0]


def test_the_areas_of_the_lecture():
    """By hand: the best precision is 1 up to a recall of 1/3, and 0.6 from there on."""
    curve = references.detection_curve(*CATS)
    assert references.average_precision(*curve) == pytest.approx(1 / 3 + 0.6 * 2 / 3)
    sampled = references.sampled_average_precision
    assert sampled(*curve, 11) == pytest.approx((4 + 7 * 0.6) / 11)
    assert sampled(*curve, 101) == pytest.approx((34 + 67 * 0.6) / 101)


def test_areas_without_hits(rng):
    for draw in (inputs.nothing_found, inputs.empty_curve):
        assert references.average_precision(*draw(rng)) == 0
        assert references.sampled_average_precision(*draw(rng), 11) == 0


def test_the_mean_over_thresholds_and_classes():
    """By hand, with an ``ap`` that says where the hits are: 1 for the best detection, 10, 100."""
    hits = np.array([[True, True, True, False], [True, False, False, False]])
    scores, classes = np.array([0.1, 0.9, 0.5, 0.7]), np.array([0, 0, 0, 2])

    def ap(row, targets):
        return float(sum(10**place for place in np.flatnonzero(row))) / targets

    aps, mean = references.mean_average_precision(hits, scores, classes, np.array([4, 0, 3]), ap)
    assert aps == pytest.approx([(111 / 4 + 100 / 4) / 2, np.nan, 0], nan_ok=True)
    assert mean == pytest.approx(211 / 16)


@pytest.mark.parametrize(
    "draw",
    [
        inputs.images,
        inputs.image_without_targets,
        inputs.image_without_detections,
        inputs.nothing_in_place,
    ],
)
def test_coco(draw, rng):
    targets, boxes, scores = draw(rng)
    truth = [
        {"image_id": i, "category_id": 1, "bbox": _sized(box), "area": 1.0, "iscrowd": 0}
        for i, of_image in enumerate(targets)
        for box in of_image
    ]
    found = [
        {"image_id": i, "category_id": 1, "bbox": _sized(box), "score": score}
        for i, (of_image, sure) in enumerate(zip(boxes, scores))
        for box, score in zip(of_image, sure)
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = {
            "images": [{"id": i} for i in range(len(targets))],
            "categories": [{"id": 1}],
            "annotations": [{"id": n + 1, **entry} for n, entry in enumerate(truth)],
        }
        coco.createIndex()
        judge = COCOeval(coco, coco.loadRes(found), "bbox")
        judge.evaluate()
        judge.accumulate()
        judge.summarize()
    ours = references.coco_average_precision(targets, boxes, scores)
    assert ours == pytest.approx(judge.stats[0], abs=1e-12)
    assert 0 < ours < 1 or draw is inputs.nothing_in_place


def _sized(box):
    return [*box[:2].tolist(), *(box[2:] - box[:2]).tolist()]
