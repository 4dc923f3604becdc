"""What coco_evaluate reads: dicts, files and arrays, and what it says about bad ones."""

import copy
import json
import subprocess
import sys

import numpy as np
import pytest

from course_lib.metrics import coco_evaluate

DATASET = {
    "images": [{"id": 3}, {"id": 8}],
    "categories": [{"id": 5, "name": "cat"}, {"id": 2, "name": "dog"}],
    "annotations": [
        {
            "id": 1,
            "image_id": 3,
            "category_id": 5,
            "bbox": [0, 0, 10, 10],
            "area": 90,
            "iscrowd": 0,
        },
        {"id": 2, "image_id": 8, "category_id": 2, "bbox": [5, 5, 20, 20], "area": 400},
    ],
}
RESULTS = [
    {"image_id": 3, "category_id": 5, "bbox": [0, 0, 10, 8], "score": 0.9},
    {"image_id": 8, "category_id": 2, "bbox": [50, 5, 20, 20], "score": 0.8},
]
# The cat is found with IoU 0.8, at 7 of the 10 thresholds; the dog is not.
FOUND = 0.7


@pytest.fixture
def dataset():
    return copy.deepcopy(DATASET)


@pytest.fixture
def results():
    return copy.deepcopy(RESULTS)


def write(folder, dataset, results):
    paths = folder / "annotations.json", folder / "results.json"
    for path, content in zip(paths, (dataset, results)):
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return paths


def test_dicts(dataset, results):
    result = coco_evaluate(dataset, results)
    assert result.classes == ("dog", "cat")  # by id
    assert result.class_average_precision == pytest.approx({"cat": FOUND, "dog": 0})
    assert (dataset, results) == (DATASET, RESULTS)  # nothing was written to


@pytest.mark.parametrize("kind", [str, lambda path: path])
def test_files(tmp_path, dataset, results, kind):
    result = coco_evaluate(*map(kind, write(tmp_path, dataset, results)))
    assert result.class_average_precision == pytest.approx({"cat": FOUND, "dog": 0})


def test_files_in_small_pieces(tmp_path, rng, monkeypatch):
    """Cuts at every possible place, also within text that looks like the end of a result."""
    results = [
        {
            "image_id": int(rng.choice([3, 8])),
            "note": {"a": [{"b": 1}, {"b": "}, {"}]},
            "category_id": int(rng.choice([2, 5])),
            "bbox": rng.integers(0, 30, 4).tolist(),
            "score": float(rng.random()),
        }
        for _ in range(40)
    ]
    expected = coco_evaluate(DATASET, results)
    for keep in (True, False):
        if not keep:
            results = [{k: v for k, v in result.items() if k != "note"} for result in results]
        for piece in (1, 50, 333, 10**6):
            monkeypatch.setattr("course_lib.metrics.coco_tables.PIECE", piece)
            result = coco_evaluate(*write(tmp_path, DATASET, results))
            np.testing.assert_array_equal(result.precision, expected.precision)


def test_other_fields_are_passed_over(tmp_path, dataset, results):
    dataset |= {"info": {"year": 2017}, "licenses": []}
    dataset["annotations"][0]["segmentation"] = {"size": "whatever"}
    results[0]["id"] = 0
    result = coco_evaluate(*write(tmp_path, dataset, results))
    assert result.stats[0] == pytest.approx(FOUND / 2)


def test_ids_may_be_strings(tmp_path, dataset, results):
    for row in (*dataset["annotations"], *results):
        row["image_id"] = f"{row['image_id']}.jpg"
    dataset["images"] = [{"id": "3.jpg"}, {"id": "8.jpg"}]
    for source in ((dataset, results), write(tmp_path, dataset, results)):
        assert coco_evaluate(*source).stats[0] == pytest.approx(FOUND / 2)


def test_numbers_may_be_of_numpy(dataset, results):
    for row in results:
        row["image_id"], row["score"] = np.int64(row["image_id"]), np.float32(row["score"])
        row["bbox"] = np.array(row["bbox"], dtype=np.float32)
    assert coco_evaluate(dataset, results).stats[0] == pytest.approx(FOUND / 2)


def test_no_results(tmp_path, dataset):
    for source in ((dataset, []), write(tmp_path, dataset, [])):
        assert coco_evaluate(*source).stats[0] == 0


def test_id_zero_counts_as_unmatched_and_warns(dataset, results):
    dataset["annotations"][0]["id"] = 0
    with pytest.warns(UserWarning, match="an annotation has the id 0"):
        result = coco_evaluate(dataset, results)
    assert result.stats[0] == 0


def test_arrays_without_lists_of_ids(lib):
    truth = {"image_id": lib([1]), "category_id": lib([7]), "bbox": lib([[0.0, 0, 10, 10]])}
    found = {
        "image_id": lib([1, 2]),
        "category_id": lib([7, 4]),
        "bbox": lib([[0.0, 0, 10, 8], [0, 0, 1, 1]]),
        "score": lib([0.9, 0.8]),
    }
    result = coco_evaluate(truth, found)
    assert result.class_average_precision == pytest.approx({"4": -1, "7": FOUND})


def change(part, row, field, value):
    def apply(dataset, results):
        rows = results if part == "results" else dataset[part]
        rows[row][field] = value

    return apply


def remove(part, row, field):
    def apply(dataset, results):
        rows = results if part == "results" else dataset[part]
        del rows[row][field]

    return apply


BOX = "expected finite x, y, width, height, and no negative size"
BAD = {
    change("results", 1, "score", float("nan")): r"\[1\]: score is nan, expected a finite number",
    change("results", 1, "score", float("inf")): r"\[1\]: score is inf, expected a finite number",
    change("results", 1, "score", "high"): r"\[1\]: score is 'high', expected a number",
    change("results", 0, "bbox", [0, float("nan"), 1, 1]): rf"\[0\]: bbox is .*nan.*, {BOX}",
    change("results", 0, "bbox", [0, 0, 1, -1]): rf"\[0\]: bbox is .*-1.0\], {BOX}",
    change("results", 1, "bbox", [0, 0, 1]): r"\[1\]: bbox is \[0, 0, 1\], expected four numbers",
    change("results", 1, "bbox", 7): r"\[1\]: bbox is 7, expected four numbers",
    change("results", 1, "image_id", 4): r"\[1\]: image_id is 4, expected the id of one of the 2",
    change("results", 1, "image_id", 99): r"\[1\]: image_id is 99, expected the id of one of the 2",
    change("results", 1, "image_id", "8"): r"\[1\]: image_id is '8', expected an id like 3",
    change(
        "results", 1, "image_id", None
    ): r"\[1\]: image_id is None, expected an integer or a str",
    change("results", 0, "category_id", 4): r"\[0\]: category_id is 4, expected the id of one of",
    remove(
        "results", 1, "score"
    ): r"\[1\]: no 'score', expected image_id, category_id, score, bbox",
    remove("results", 1, "bbox"): r"\[1\]: no 'bbox', expected image_id, category_id, score, bbox",
    change("annotations", 1, "bbox", [0, 0, -1, 1]): rf"annotations\[1\]: bbox is .*, {BOX}",
    change(
        "annotations", 1, "area", float("nan")
    ): r"annotations\[1\]: area is nan, expected a fini",
    change(
        "annotations", 1, "area", -1
    ): r"annotations\[1\]: area is -1.0, expected a finite number",
    remove("annotations", 1, "area"): r"annotations\[1\]: no 'area', expected id, image_id, categ",
    change("annotations", 1, "id", 1): r"annotations: the id 1 comes twice, expected distinct ids",
    change("annotations", 1, "id", "b"): r"annotations\[1\]: id is 'b', expected an id like 1",
    change("annotations", 1, "image_id", 4): r"annotations\[1\]: image_id is 4, expected the id of",
    change("images", 1, "id", 3): r"images: the id 3 comes twice, expected distinct ids",
    change("categories", 1, "id", 5): r"categories: the id 5 comes twice, expected distinct ids",
    remove("categories", 1, "id"): r"categories\[1\]: no 'id', expected id",
}


@pytest.mark.parametrize("form", ["dicts", "files"])
@pytest.mark.parametrize("apply", BAD, ids=list(BAD.values()))
def test_bad_entries(tmp_path, dataset, results, apply, form):
    apply(dataset, results)
    source = (dataset, results) if form == "dicts" else write(tmp_path, dataset, results)
    with pytest.raises(ValueError, match=BAD[apply]) as caught:
        coco_evaluate(*source)
    assert "\n" not in str(caught.value)
    if form == "files":
        assert "json" in str(caught.value)


BAD_FILES = {
    "not JSON": ("{]", RESULTS, "annotations.json: not JSON: Expecting property name"),
    "cut off": (DATASET, '[{"image_id": 3', "results.json: not JSON: Expecting"),
    "empty": (DATASET, "", "results.json: not JSON: Expecting value"),
    "annotations in place of results": (
        DATASET,
        DATASET,
        "results.json: an object, expected a list",
    ),
    "results in place of annotations": (
        RESULTS,
        RESULTS,
        "annotations.json: a list, expected an obj",
    ),
    "no images": (
        {"annotations": []},
        RESULTS,
        "annotations.json: no list 'images', expected imag",
    ),
    "numbers": (DATASET, [1, 2], r"results.json\[0\]: 1, expected an object"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_bad_files(tmp_path, case):
    dataset, results, message = BAD_FILES[case]
    with pytest.raises(ValueError, match=message):
        coco_evaluate(*write(tmp_path, dataset, results))


def test_missing_file(tmp_path, results):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.json"):
        coco_evaluate(tmp_path / "nowhere.json", results)


ARRAYS = {
    "image_id": [1, 1],
    "category_id": [7, 7],
    "bbox": [[0.0, 0, 10, 10], [0, 0, 5, 5]],
    "score": [0.5, 0.4],
}
BAD_ARRAYS = {
    "shape": ({"score": [0.5]}, r"detections: score has the shape \(1,\), expected \(2,\)"),
    "box": ({"bbox": [[0.0, 0, 1]]}, r"bbox has the shape \(1, 3\), expected \(2, 4\)"),
    "NaN": ({"score": [0.5, np.nan]}, r"detections\[1\]: score is nan, expected a finite number"),
    "class": (
        {"category_id": [7, 8]},
        r"detections\[1\]: category_id is 8, expected the id of one",
    ),
}


@pytest.mark.parametrize("case", BAD_ARRAYS)
def test_bad_arrays(lib, case):
    changed, message = BAD_ARRAYS[case]
    truth = {name: lib(ARRAYS[name]) for name in ("image_id", "category_id", "bbox")}
    truth["categories"] = lib([7])
    found = {name: lib(column) for name, column in (ARRAYS | changed).items()}
    with pytest.raises(ValueError, match=message):
        coco_evaluate(truth, found)


def test_missing_column(lib):
    truth = {"bbox": lib([[0.0, 0, 1, 1]])}
    with pytest.raises(
        ValueError, match="ground_truth: no field 'image_id'; expected image_id, cat"
    ):
        coco_evaluate(truth, truth)


BAD_SETTINGS = {
    "iou_type": ({"iou_type": "keypoints"}, "iou_type is 'keypoints', expected 'bbox' or 'segm'"),
    "threshold": (
        {"iou_thresholds": [0.5, 1.5]},
        "iou_thresholds is .*, expected numbers from 0 to",
    ),
    "range": (
        {"area_ranges": {"all": (9, 1)}},
        "area_ranges is .*, expected a lowest and a highest",
    ),
    "number": ({"max_detections": [0]}, r"max_detections is \(0,\), expected integers from 1"),
}


@pytest.mark.parametrize("case", BAD_SETTINGS)
def test_bad_settings(dataset, results, case):
    settings, message = BAD_SETTINGS[case]
    with pytest.raises(ValueError, match=message):
        coco_evaluate(dataset, results, **settings)


def test_masks_do_not_come_as_arrays():
    arrays = {name: np.array(column) for name, column in ARRAYS.items()}
    with pytest.raises(ValueError, match="iou_type 'segm' needs masks"):
        coco_evaluate(arrays, arrays, iou_type="segm")


def course(*arguments):
    command = "from course_lib.cli import app; app()"
    return subprocess.run(
        [sys.executable, "-c", command, "coco-eval", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_command(tmp_path):
    numbers = tmp_path / "numbers.json"
    done = course(*write(tmp_path, DATASET, RESULTS), "--json", numbers)
    assert (done.returncode, done.stderr) == (0, "")
    first, *others = done.stdout.splitlines()
    assert first == (
        " Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.350"
    )
    assert len(others) == 11
    content = json.loads(numbers.read_text())
    assert content["stats"]["AP"] == pytest.approx(FOUND / 2)
    assert content["stats"]["AR_small"] == pytest.approx(FOUND / 2)
    assert content["AP"] == pytest.approx({"cat": FOUND, "dog": 0})


def test_command_with_bad_input(tmp_path):
    paths = write(tmp_path, DATASET, RESULTS)
    for arguments, code, words in (
        ((*paths[:1], tmp_path / "nowhere.json"), 1, "nowhere.json: No such file"),
        ((paths[1], paths[1]), 1, "results.json: a list, expected an object"),
        (paths[:1], 2, "Missing argument"),
        ((*paths, "--segm"), 1, "annotations[0]: its image has no height and width"),
    ):
        done = course(*arguments)
        assert (done.returncode, words in done.stderr) == (code, True), done.stderr
        assert done.stdout == ""
        assert code == 2 or len(done.stderr.splitlines()) == 1
