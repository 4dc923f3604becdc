"""Files as tables: every number as the standard library's JSON reads it."""

import json

import numpy as np
import pytest

pytest.importorskip("msgspec")
from course_lib.metrics import coco_files, coco_tables

NUMBERS = [0.1, -0.0, 5e-324, 1.7976931348623157e308, 3, 2**53 + 1, 1e22, 0.30000000000000004]


@pytest.fixture
def file(tmp_path):
    """A function that writes rows to a file."""

    def write(rows):
        path = tmp_path / "results.json"
        path.write_text(json.dumps(rows))
        return path

    return write


def rows_of(rng, image_ids):
    picks = rng.integers(len(NUMBERS), size=(len(image_ids), 5)).tolist()
    return [
        {
            "image_id": image_id,
            "score": NUMBERS[pick[0]],
            "bbox": [NUMBERS[i] for i in pick[1:]],
            "category_id": pick[0] - 3,
        }
        for image_id, pick in zip(image_ids, picks)
    ]


@pytest.mark.parametrize("count", [0, 1, 15, 16, 70000])  # MessagePack writes lengths in three ways
def test_all_numbers_are_exact(file, rng, count, monkeypatch):
    monkeypatch.setattr(coco_tables, "PIECE", 1 << 30)
    rows = rows_of(rng, range(count))
    columns = coco_tables.results(file(rows), lambda count: None)
    for field, column in columns.items():
        expected = np.array([row[field] for row in rows], dtype=column.dtype)
        assert column.tobytes() == expected.tobytes(), field
        assert column.dtype == (np.float64 if field in ("bbox", "score") else np.int64)


@pytest.mark.parametrize("image_id", [2**53 - 1, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1])
def test_ids_that_double_precision_does_not_hold_are_exact_too(file, rng, image_id):
    path = file(rows_of(rng, [image_id]))
    columns, _ = coco_files.read_results(path, sizes=None, progress=lambda count: None)
    assert columns["image_id"].tolist() == [image_id]


def test_an_id_is_no_fraction(file, rng):
    path = file(rows_of(rng, [1, 1.5]))
    with pytest.raises(ValueError, match=r"results.json\[1\]: image_id is 1.5, expected an int"):
        coco_files.read_results(path, sizes=None, progress=lambda count: None)
