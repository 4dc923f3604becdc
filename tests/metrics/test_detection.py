"""Average precision and Pascal VOC, judged by their definitions written as loops, and by hand."""

import numpy as np
import pytest

from course_lib.metrics.detection import average_precision, detection_curve, voc_evaluate


def random_curve(rng, n, targets):
    right = rng.random(n) < 0.5
    right &= np.cumsum(right) <= targets
    return right, np.cumsum(right) / targets, np.cumsum(right) / np.arange(1, n + 1)


def area_by_definition(recall, precision, interpolation):
    """The definition in words: highest precision at this recall or beyond, averaged over recall."""

    def highest(level):
        return max((p for r, p in zip(recall, precision) if r >= level), default=0.0)

    if interpolation == "all-points":
        steps = np.diff(recall, prepend=0)
        return sum(step * highest(level) for step, level in zip(steps, recall))
    number = {"11-point": 11, "101-point": 101}[interpolation]
    return np.mean([highest(level) for level in np.linspace(0, 1, number)])


@pytest.mark.parametrize("interpolation", ["all-points", "11-point", "101-point"])
@pytest.mark.parametrize("n", [0, 1, 7, 40])
def test_average_precision_by_definition(lib, rng, n, interpolation):
    _, recall, precision = random_curve(rng, n, 9)
    result = lib.numpy(average_precision(lib(recall), lib(precision), interpolation=interpolation))
    expected = area_by_definition(recall, precision, interpolation)
    assert result == pytest.approx(expected, rel=1e-14, abs=1e-15)


def test_average_precision_by_hand(lib):
    # Right, wrong, right of two targets: precision 1 up to recall 1/2, then 2/3.
    recall, precision = lib([0.5, 0.5, 1.0]), lib([1.0, 0.5, 2 / 3])
    for interpolation, expected in {
        "all-points": (1 + 2 / 3) / 2,
        "11-point": (6 + 5 * 2 / 3) / 11,
        "101-point": (51 + 50 * 2 / 3) / 101,
    }.items():
        area = average_precision(recall, precision, interpolation=interpolation)
        assert lib.numpy(area) == pytest.approx(expected, rel=1e-14)


def test_average_precision_keeps_float32(lib):
    # 0.7 in single precision is below 0.7 in double: it must still be reached.
    recall, precision = lib([0.7], "float32"), lib([1.0], "float32")
    area = lib.numpy(average_precision(recall, precision, interpolation="11-point"))
    assert area == pytest.approx(8 / 11, rel=1e-6)


def test_detection_curve(lib, rng):
    right, recall, precision = random_curve(rng, 20, 9)
    result = detection_curve(lib(right), 9)
    np.testing.assert_array_equal(lib.numpy(result[0]), recall)
    np.testing.assert_array_equal(lib.numpy(result[1]), precision)


BAD_CURVES = {
    "shapes": (([0.1, 0.2], [1.0]), {}, r"shapes \(2,\) and \(1,\), expected \(N,\) both"),
    "range": (([0.1], [1.5]), {}, "precision has values that are not from 0 to 1"),
    "NaN": (([np.nan], [1.0]), {}, "recall has values that are not from 0 to 1"),
    "falling": (([0.2, 0.1], [1.0, 1.0]), {}, "recall falls"),
    "rule": (
        ([0.1], [1.0]),
        {"interpolation": "12-point"},
        "interpolation is '12-point', expected",
    ),
}


@pytest.mark.parametrize("case", BAD_CURVES)
def test_bad_curves(lib, case):
    arrays, settings, message = BAD_CURVES[case]
    with pytest.raises(ValueError, match=message):
        average_precision(*(lib(array, "float64") for array in arrays), **settings)


def test_bad_number_of_targets(lib):
    with pytest.raises(ValueError, match="targets is 1, expected as many as true positives"):
        detection_curve(lib([True, True]), 1)


def iou(a, b):
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    common = max(width, 0) * max(height, 0)
    return common / (a[2] * a[3] + b[2] * b[3] - common)


def voc_by_loops(truth, found, threshold):
    """The devkit's loop: flags of the detections, and for each class whether they are right."""
    fates, listed = ["wrong"] * len(found["score"]), {}
    taken = set()
    order = np.lexsort([np.arange(len(found["score"])), found["image_id"], -found["score"]])
    for i in order:
        rivals = [
            (iou(found["bbox"][i], truth["bbox"][j]), -j)
            for j in range(len(truth["bbox"]))
            if truth["image_id"][j] == found["image_id"][i]
            and truth["category_id"][j] == found["category_id"][i]
        ]
        best, j = max(rivals, default=(-1, 0))
        if best >= threshold and truth["difficult"][-j]:
            fates[i] = "ignored"
        elif best >= threshold and -j not in taken:
            taken.add(-j)
            fates[i] = "right"
        if fates[i] != "ignored":
            listed.setdefault(int(found["category_id"][i]), []).append(fates[i] == "right")
    return fates, listed


def random_columns(rng, n, *, images=4, classes=3):
    return {
        "image_id": rng.integers(10, 10 + images, n),
        "category_id": rng.integers(0, classes, n),
        "bbox": np.concatenate([rng.integers(0, 4, (n, 2)) * 8, rng.choice([16, 24], (n, 2))], 1)
        * 1.0,
    }


@pytest.mark.parametrize("interpolation", ["all-points", "11-point"])
@pytest.mark.parametrize(("n", "m"), [(12, 60), (30, 30), (0, 5), (5, 0)])
def test_voc_by_loops(lib, rng, n, m, interpolation):
    truth = random_columns(rng, n) | {"difficult": rng.random(n) < 0.3}
    found = random_columns(rng, m) | {"score": rng.integers(0, 9, m) / 9}
    ids = {"images": np.arange(10, 14), "categories": np.arange(3)}
    result = voc_evaluate(
        {name: lib(column) for name, column in (truth | ids).items()},
        {name: lib(column) for name, column in found.items()},
        iou_threshold=0.4,
        interpolation=interpolation,
    )
    fates, listed = voc_by_loops(truth, found, 0.4)
    assert lib.numpy(result.true_positive).tolist() == [fate == "right" for fate in fates]
    assert lib.numpy(result.ignored).tolist() == [fate == "ignored" for fate in fates]
    areas = []
    for k in range(3):
        total = np.sum((truth["category_id"] == k) & ~truth["difficult"])
        if total == 0:
            assert np.isnan(result.average_precision[str(k)])
            continue
        right = np.cumsum(listed.get(k, []))
        curve = right / total, right / np.arange(1, len(right) + 1)
        areas.append(area_by_definition(*curve, interpolation))
        assert result.average_precision[str(k)] == pytest.approx(areas[-1], rel=1e-14, abs=1e-15)
    expected = np.mean(areas) if areas else np.nan
    assert result.mean_average_precision == pytest.approx(expected, rel=1e-14, nan_ok=True)


def test_voc_gives_a_taken_target_to_nobody(lib):
    """Two detections prefer the first target; COCO would give the second one to the later."""
    truth = {
        "image_id": lib([1, 1]),
        "category_id": lib([1, 1]),
        "bbox": lib([[0.0, 0, 10, 10], [4, 0, 10, 10]]),
    }
    found = truth | {"bbox": lib([[0.0, 0, 10, 10], [1, 0, 10, 10]]), "score": lib([0.9, 0.8])}
    result = voc_evaluate(truth, found, iou_threshold=0.5)
    assert lib.numpy(result.true_positive).tolist() == [True, False]
    assert result.mean_average_precision == 0.5


@pytest.mark.parametrize("first_is_difficult", [True, False])
def test_voc_prefers_the_earlier_of_two_equal_targets(lib, first_is_difficult):
    columns = {"image_id": lib([1, 1]), "category_id": lib([1, 1])}
    columns["bbox"] = lib([[0.0, 0, 10, 10], [0, 0, 10, 10]])
    truth = columns | {"difficult": lib([first_is_difficult, not first_is_difficult])}
    result = voc_evaluate(truth, columns | {"score": lib([0.9, 0.8])})
    assert lib.numpy(result.ignored).tolist() == [first_is_difficult] * 2


def test_bad_threshold(lib):
    with pytest.raises(ValueError, match="iou_threshold is 0, expected a number above 0"):
        voc_evaluate({}, {}, iou_threshold=0)
