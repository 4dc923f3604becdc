"""coco_evaluate of masks gives the very bits of pycocotools, on random sets in all COCO's forms."""

import contextlib
import io

import numpy as np
import pytest
from pycocotools import mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from course_lib.metrics import coco_evaluate

HEIGHT, WIDTH = 90, 100
# of pycocotools' own decoding, under NumPy 2
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def pycocotools(dataset, results, iou_type):
    """The judge's precision, recall and stats; it writes into what it gets."""
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = {**dataset, "annotations": [dict(a) for a in dataset["annotations"]]}
        truth.createIndex()
        judge = COCOeval(truth, truth.loadRes([dict(result) for result in results]), iou_type)
        judge.evaluate()
        judge.accumulate()
        judge.summarize()
    return judge.eval["precision"], judge.eval["recall"], judge.stats


def random_polygons(rng):
    """One or two polygons around a common place."""
    center = rng.integers(5, 60, 2)
    return [
        (center + rng.integers(0, 50, (rng.integers(3, 7), 2))).ravel().astype(float).tolist()
        for _ in range(rng.integers(1, 3))
    ]


def shifted(rng, polygons):
    """Nearly the same mask."""
    return [(np.array(p) + rng.integers(0, 4)).tolist() for p in polygons]


def run_lengths(polygons):
    """The same mask as an uncompressed RLE: lengths of runs down the columns."""
    pixels = mask.decode([compressed(polygons)])[..., 0].ravel(order="F")
    edges = np.flatnonzero(np.diff(pixels, prepend=0)).tolist()
    counts = np.diff([0, *edges, pixels.size]).tolist()
    return {"size": [HEIGHT, WIDTH], "counts": counts}


def compressed(polygons):
    """The same mask as a compressed RLE, as JSON files have it."""
    rle = mask.merge(mask.frPyObjects(polygons, HEIGHT, WIDTH))
    return {"size": rle["size"], "counts": rle["counts"].decode()}


def random_set(rng, form):
    images, classes = rng.choice(100, 3, replace=False), rng.choice(50, 2, replace=False)
    annotations, results = [], []
    for number in range(1, rng.integers(2, 15)):
        polygons = random_polygons(rng)
        encode = [lambda polygons: polygons, run_lengths, compressed][rng.integers(0, 3)]
        place = {"image_id": int(rng.choice(images)), "category_id": int(rng.choice(classes))}
        annotations.append(
            place
            | {
                "id": number,
                "segmentation": encode(polygons),
                "area": float(rng.choice([100, 1024, 3000, 9216])),
                "iscrowd": int(rng.random() < 0.2),
            }
        )
        for _ in range(rng.integers(0, 3)):
            rle = compressed(shifted(rng, polygons))
            result = place | {"segmentation": rle, "score": float(rng.integers(0, 5) / 5)}
            box = {"bbox": [float(x) for x in mask.toBbox(rle)]}
            results.append(
                {"masks": result, "masks and boxes": result | box, "boxes": result | box}[form]
            )
            if form == "boxes":
                del results[-1]["segmentation"]
    if not results:
        rle = compressed(polygons)
        results = [place | {"segmentation": rle, "bbox": [1.0, 2, 3, 4], "score": 0.5}]
    dataset = {
        "images": [{"id": int(i), "height": HEIGHT, "width": WIDTH} for i in images],
        "categories": [{"id": int(c), "name": str(c)} for c in classes],
        "annotations": annotations,
    }
    return dataset, results


@pytest.mark.parametrize("form", ["masks", "masks and boxes", "boxes"])
@pytest.mark.parametrize("seed", range(5))
def test_fuzz_masks(seed, form):
    rng = np.random.default_rng(seed)
    for _ in range(10):
        dataset, results = random_set(rng, form)
        result = coco_evaluate(dataset, results, iou_type="segm")
        precision, recall, stats = pycocotools(dataset, results, "segm")
        np.testing.assert_array_equal(result.precision, precision)
        np.testing.assert_array_equal(result.recall, recall)
        np.testing.assert_array_equal(result.stats, stats)


@pytest.mark.parametrize("seed", range(5))
def test_boxes_of_masks(seed):
    """Results without boxes can be evaluated as boxes: those around the masks."""
    dataset, results = random_set(np.random.default_rng(100 + seed), "masks")
    for annotation in dataset["annotations"]:
        polygons = [[2.0, 3, 50, 3, 50, 40, 2, 40]]
        annotation["bbox"] = [float(x) for x in mask.toBbox(compressed(polygons))]
    result = coco_evaluate(dataset, results)
    precision, recall, stats = pycocotools(dataset, results, "bbox")
    np.testing.assert_array_equal(result.precision, precision)
    np.testing.assert_array_equal(result.recall, recall)
    np.testing.assert_array_equal(result.stats, stats)


BAD_MASKS = {
    "none": (None, r"annotations\[0\]: segmentation is None, expected polygons"),
    "empty": ([], r"annotations\[0\]: segmentation is \[\], expected polygons of three points"),
    "two points": ([[1.0, 2, 3, 4]], r"annotations\[0\]: segmentation is \[\[1.0, 2, 3, 4\]\]"),
    "odd": ([[1.0, 2, 3, 4, 5, 6, 7]], r"annotations\[0\]: segmentation is"),
    "NaN": ([[1.0, np.nan, 3, 4, 5, 6]], r"annotations\[0\]: segmentation is"),
    "no counts": ({"size": [HEIGHT, WIDTH]}, r"annotations\[0\]: segmentation is"),
    "other size": ({"size": [3, 4], "counts": [12]}, r"annotations\[0\]: segmentation is"),
    "too long": ({"size": [HEIGHT, WIDTH], "counts": [7]}, r"annotations\[0\]: segmentation is"),
}


@pytest.mark.parametrize("case", BAD_MASKS)
def test_bad_masks(case):
    dataset, results = random_set(np.random.default_rng(0), "masks")
    dataset["annotations"][0]["segmentation"], message = BAD_MASKS[case]
    with pytest.raises(ValueError, match=message):
        coco_evaluate(dataset, results, iou_type="segm")


def test_image_without_size():
    dataset, results = random_set(np.random.default_rng(0), "masks")
    for image in dataset["images"]:
        del image["height"]
    with pytest.raises(ValueError, match=r"annotations\[0\]: its image has no height and width"):
        coco_evaluate(dataset, results, iou_type="segm")


def test_results_for_an_unknown_image():
    dataset, results = random_set(np.random.default_rng(0), "masks")
    results[0]["image_id"] = 12345
    with pytest.raises(ValueError, match=r"detections\[0\]: image_id is 12345, expected the id of"):
        coco_evaluate(dataset, results, iou_type="segm")
