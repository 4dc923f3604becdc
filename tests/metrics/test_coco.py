"""coco_evaluate gives the very bits of pycocotools, on random data sets full of special cases."""

import contextlib
import io
import warnings

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from course_lib.metrics.coco import coco_evaluate

RANGES = {"all": (0, 1e10), "small": (0, 32**2), "medium": (32**2, 96**2), "large": (96**2, 1e10)}


def pycocotools(dataset, results, iou_type="bbox", **params):
    """The judge's precision, recall and, for its own settings, stats."""
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = {**dataset, "annotations": [dict(a) for a in dataset["annotations"]]}
        truth.createIndex()
        if results:
            found = truth.loadRes([dict(result) for result in results])
        else:  # loadRes fails on an empty list
            found = COCO()
            found.dataset = {**dataset, "annotations": []}
            found.createIndex()
        judge = COCOeval(truth, found, iou_type)
        for name, value in params.items():
            setattr(judge.params, name, value)
        judge.evaluate()
        judge.accumulate()
        if not params:
            judge.summarize()
    return judge.eval["precision"], judge.eval["recall"], judge.stats


def random_boxes(rng, n, *, step):
    """Corners on a grid: equal boxes and equal IoUs are frequent, areas hit 32² and 96²."""
    sides = np.array([8, 16, 32, 48, 96, 128])
    return np.concatenate(
        [rng.integers(0, 6, (n, 2)) * step, rng.choice(sides, (n, 2))], axis=1
    ).astype(float)


def random_set(rng):
    """A small data set and results, with all that has ever made evaluators differ."""
    image_ids = rng.choice(1000, rng.integers(1, 6), replace=False)
    class_ids = rng.choice(100, rng.integers(1, 5), replace=False)
    annotated_classes = class_ids[: rng.integers(1, len(class_ids) + 1)]  # others stay empty
    n = int(rng.choice([0, 3, 12, 25], p=[0.05, 0.25, 0.4, 0.3]))
    boxes = random_boxes(rng, n, step=16)
    areas = np.where(rng.random(n) < 0.5, boxes[:, 2] * boxes[:, 3], rng.choice([1024, 9216, 500]))
    first_id = int(rng.random() > 0.1)  # id 0 is pycocotools' quirk
    annotations = [
        {
            "id": int(first_id + i),
            "image_id": int(rng.choice(image_ids)),
            "category_id": int(rng.choice(annotated_classes)),
            "bbox": box.tolist(),
            "area": float(area),
            "iscrowd": int(rng.random() < 0.2),
        }
        for i, (box, area) in enumerate(zip(boxes, areas))
    ]
    m = int(rng.choice([0, 10, 40, 250], p=[0.05, 0.35, 0.5, 0.1]))
    step = rng.choice([4, 16])
    found = random_boxes(rng, m, step=step)
    copied = rng.random(m) < 0.5 * (n > 0)
    if n:
        found[copied] = boxes[rng.integers(0, n, m)][copied] + rng.integers(0, 3, (m, 4))[copied]
    levels = rng.choice([3, 1000])
    results = [
        {
            "image_id": int(image_ids[0] if m == 250 else rng.choice(image_ids)),
            "category_id": int(class_ids[0] if m == 250 else rng.choice(class_ids)),
            "bbox": box.tolist(),
            "score": float(rng.integers(0, levels) / levels),
        }
        for box in found
    ]
    dataset = {
        "images": [{"id": int(i), "height": 200, "width": 240} for i in image_ids],
        "categories": [{"id": int(c), "name": f"class {c}"} for c in class_ids],
        "annotations": annotations,
    }
    return dataset, results


def check(dataset, results, iou_type="bbox", **settings):
    params = {
        "iouThrs": np.array(settings["iou_thresholds"]) if "iou_thresholds" in settings else None,
        "maxDets": list(settings["max_detections"]) if "max_detections" in settings else None,
    }
    if "area_ranges" in settings:
        params["areaRng"] = [list(limits) for limits in settings["area_ranges"].values()]
        params["areaRngLbl"] = list(settings["area_ranges"])
    params = {name: value for name, value in params.items() if value is not None}
    precision, recall, stats = pycocotools(dataset, results, iou_type, **params)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of id 0
        result = coco_evaluate(dataset, results, iou_type=iou_type, **settings)
    np.testing.assert_array_equal(result.precision, precision)
    np.testing.assert_array_equal(result.recall, recall)
    if not params:
        np.testing.assert_array_equal(result.stats, stats)


@pytest.mark.parametrize("seed", range(50))
def test_fuzz_boxes(seed):
    rng = np.random.default_rng(seed)
    for _ in range(10):
        check(*random_set(rng))


SETTINGS = {
    "thresholds": {"iou_thresholds": (0.0, 0.3, 1.0)},
    "more settings than bits": {"iou_thresholds": tuple(np.linspace(0.2, 0.9, 17).tolist())},
    "ranges": {"area_ranges": {"all": (0, 1e10), "1024": (1024, 1024), "some": (900, 9216)}},
    "numbers": {"max_detections": (2, 30, 5)},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_own_settings(name):
    for seed in range(2000, 2008):
        check(*random_set(np.random.default_rng(seed)), **SETTINGS[name])


def test_iou_of_nearly_one_reaches_the_threshold_one():
    dataset, _ = random_set(np.random.default_rng(0))
    image, category = dataset["images"][0], dataset["categories"][0]
    place = {"image_id": image["id"], "category_id": category["id"]}
    box = {"bbox": [0.0, 0.0, 64.0, 64.0], "area": 4096.0, "iscrowd": 0}
    dataset["annotations"] = [place | box | {"id": 1}]
    results = [place | {"bbox": [0.0, 0.0, 64.0, 64.0 * (1 + 1e-11)], "score": 0.5}]
    check(dataset, results, iou_thresholds=(1.0,))


@pytest.mark.parametrize("block", [1, 7])
def test_small_blocks(monkeypatch, block):
    monkeypatch.setattr("course_lib.metrics.coco.DETECTIONS_AT_A_TIME", block)
    monkeypatch.setattr("course_lib.metrics.pairing.PAIRS_AT_A_TIME", block)
    for seed in range(3000, 3004):
        check(*random_set(np.random.default_rng(seed)))


def test_another_device_of_an_array_library():
    """array-api-strict refuses to mix devices, as CUDA does."""
    strict = pytest.importorskip("array_api_strict")
    device = strict.Device("device1")
    dataset, results = random_set(np.random.default_rng(1001))
    arrays = as_arrays(lambda x: strict.asarray(x, device=device), dataset, results)
    assert coco_evaluate(*arrays).precision.device == device


def as_arrays(lib, dataset, results):
    """The same in the form of arrays."""

    def column(rows, field, dtype):
        shape = (len(rows), 4) if field == "bbox" else (len(rows),)
        return lib(np.array([row[field] for row in rows], dtype=dtype).reshape(shape))

    fields = {"image_id": int, "category_id": int, "bbox": float}
    truth = fields | {"area": float, "iscrowd": bool}
    ground_truth = {f: column(dataset["annotations"], f, t) for f, t in truth.items()}
    ground_truth["images"] = column(dataset["images"], "id", int)
    ground_truth["categories"] = column(dataset["categories"], "id", int)
    found = fields | {"score": float}
    return ground_truth, {f: column(results, f, t) for f, t in found.items()}


@pytest.mark.parametrize("seed", range(12))
def test_arrays_of_every_library(lib, seed):
    dataset, results = random_set(np.random.default_rng(1000 + seed))
    for number, annotation in enumerate(dataset["annotations"], start=1):
        annotation["id"] = number
    precision, recall, stats = pycocotools(dataset, results)
    result = coco_evaluate(*as_arrays(lib, dataset, results))
    np.testing.assert_array_equal(lib.numpy(result.precision), precision)
    np.testing.assert_array_equal(lib.numpy(result.recall), recall)
    np.testing.assert_array_equal(result.stats, stats)
