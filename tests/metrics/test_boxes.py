"""IoU of boxes and masks, judged by pycocotools and by counting pixels."""

import numpy as np
import pytest
from pycocotools import mask

from course_lib.metrics.boxes import box_iou, crowd_iou, mask_iou


def random_boxes(rng, n, d=2, *, low=0, high=12):
    """Corners on a grid of whole numbers; empty ones among them."""
    corners = np.sort(rng.integers(low, high, (n, 2, d)), axis=1)
    return corners.reshape(n, 2 * d).astype(float)


def pixels(box, *, side=12):
    """The box as a mask of unit cells."""
    d = len(box) // 2
    cells = np.indices((side,) * d)
    inside = [(cells[i] >= box[i]) & (cells[i] < box[i + d]) for i in range(d)]
    return np.logical_and.reduce(inside)


def counted(boxes1, boxes2, *, of_first=False):
    """Overlap by counting cells."""
    table = np.zeros((len(boxes1), len(boxes2)))
    for i, a in enumerate(map(pixels, boxes1)):
        for j, b in enumerate(map(pixels, boxes2)):
            union = a.sum() if of_first else (a | b).sum()
            table[i, j] = (a & b).sum() / union if union else 0.0
    return table


def sizes(boxes):
    """COCO's form: corner, width and height."""
    return np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("d", [2, 3])
def test_box_iou_counts_cells(lib, rng, d, dtype):
    boxes1, boxes2 = random_boxes(rng, 7, d), random_boxes(rng, 5, d)
    result = lib.numpy(box_iou(lib(boxes1, dtype), lib(boxes2, dtype)))
    assert result.dtype == dtype
    np.testing.assert_allclose(result, counted(boxes1, boxes2), rtol=np.finfo(dtype).eps)


@pytest.mark.parametrize("crowd", [False, True])
def test_box_iou_is_that_of_pycocotools(lib, rng, crowd):
    boxes1, boxes2 = random_boxes(rng, 40, high=99), random_boxes(rng, 30, high=99)
    boxes1 = boxes1[np.prod(sizes(boxes1)[:, 2:], axis=1) > 0]  # 0 / 0 in pycocotools
    judge = mask.iou(sizes(boxes1), sizes(boxes2), np.full(30, crowd, dtype=np.uint8))
    overlap = crowd_iou if crowd else box_iou
    np.testing.assert_array_equal(lib.numpy(overlap(lib(boxes1), lib(boxes2))), judge)


def test_crowd_iou_counts_cells(lib, rng):
    boxes1, boxes2 = random_boxes(rng, 7), random_boxes(rng, 5)
    result = lib.numpy(crowd_iou(lib(boxes1), lib(boxes2)))
    np.testing.assert_allclose(result, counted(boxes1, boxes2, of_first=True), rtol=1e-15)


def test_box_iou_of_integers(lib):
    assert lib.numpy(box_iou(lib([[0, 0, 2, 2]]), lib([[1, 0, 3, 2]]))) == pytest.approx(1 / 3)


def test_box_iou_in_several_tiles(lib, rng, monkeypatch):
    boxes1, boxes2 = random_boxes(rng, 9), random_boxes(rng, 4)
    monkeypatch.setattr("course_lib.metrics.boxes.TILE", 8)
    result = lib.numpy(box_iou(lib(boxes1), lib(boxes2)))
    np.testing.assert_allclose(result, counted(boxes1, boxes2), rtol=1e-15)


@pytest.mark.parametrize(("n", "m"), [(0, 3), (3, 0), (0, 0)])
def test_box_iou_of_nothing(lib, rng, n, m):
    result = box_iou(lib(random_boxes(rng, n)), lib(random_boxes(rng, m)))
    assert lib.numpy(result).shape == (n, m)


def test_mask_iou(lib, rng):
    masks1, masks2 = rng.random((6, 5, 4)) < 0.4, rng.random((3, 5, 4)) < 0.4
    masks1[2] = False
    rles = [
        mask.encode(np.asfortranarray(m.transpose(1, 2, 0), np.uint8)) for m in (masks1, masks2)
    ]
    judge = mask.iou(*rles, np.zeros(3, dtype=np.uint8))
    np.testing.assert_array_equal(lib.numpy(mask_iou(lib(masks1), lib(masks2))), judge)


def test_mask_iou_of_volumes_and_of_empty_masks(lib):
    nothing, half = np.zeros((1, 2, 3, 4), dtype=bool), np.zeros((1, 2, 3, 4), dtype=bool)
    half[0, 0] = True
    assert lib.numpy(mask_iou(lib(nothing), lib(nothing))) == 0
    assert lib.numpy(mask_iou(lib(half), lib(~nothing))) == 0.5


BAD_BOXES = {
    "three numbers": ([[0.0, 1, 2]], r"boxes2 has the shape \(1, 3\), expected \(N, 4\)"),
    "one box alone": ([0.0, 1, 2, 3], r"boxes2 has the shape \(4,\), expected \(N, 4\)"),
    "NaN": (
        [[0.0, 0, 1, 1], [0, np.nan, 1, 1]],
        r"boxes2\[1\] reaches from nan to 1.0 along axis 1",
    ),
    "infinite": ([[0.0, 0, np.inf, 1]], r"boxes2\[0\] reaches from 0.0 to inf along axis 0"),
    "negative size": ([[5.0, 0, 1, 1]], r"boxes2\[0\] reaches from 5.0 to 1.0 along axis 0"),
    "other dimensions": ([[0.0, 0, 0, 1, 1, 1]], "boxes2 has boxes of 6 numbers, boxes1 of 4"),
}


@pytest.mark.parametrize("case", BAD_BOXES)
def test_bad_boxes(lib, case):
    boxes, message = BAD_BOXES[case]
    with pytest.raises(ValueError, match=message):
        box_iou(lib([[0.0, 0, 1, 1]]), lib(boxes))


def test_bad_masks(lib):
    with pytest.raises(TypeError, match=r"masks2 has the dtype .*float64, expected booleans"):
        mask_iou(lib(np.ones((1, 2), dtype=bool)), lib(np.ones((1, 2))))
    with pytest.raises(ValueError, match=r"the shapes \(1, 2\) and \(1, 3\), expected"):
        mask_iou(lib(np.ones((1, 2), dtype=bool)), lib(np.ones((1, 3), dtype=bool)))
