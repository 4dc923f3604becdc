"""COCO's dicts and JSON files, read into the columns of :mod:`course_lib.metrics.coco_data`.

Two ways lead there. Most files with boxes are tables to :mod:`course_lib.metrics.coco_tables`. The
other way, through dicts, takes everything, such as masks and ids that are strings; it also gets the
files that the first one refuses, for it can say what is wrong with them.
"""

import json
from collections.abc import Mapping
from itertools import chain
from numbers import Integral, Real
from pathlib import Path

import msgspec
import numpy as np

from course_lib.metrics import coco_masks, coco_tables


def read_annotations(source, /, *, masks, progress):
    """Columns of a COCO data set with its annotations.

    Parameters
    ----------
    source : dict, or path of a JSON file
    masks : bool
        Read the masks too: ``segmentation`` is a list of RLEs, and ``sizes`` has the height and
        width of the image of each id.
    progress : function
        Called with the number of bytes whenever some have been read.

    Returns
    -------
    dict of columns, and what to call the annotations in messages

    Raises
    ------
    ValueError
        If it is not JSON, or not COCO's form.
    """
    name = "ground_truth" if isinstance(source, Mapping) else str(source)
    if not isinstance(source, Mapping):
        text = Path(source).read_bytes()
        progress(len(text))
        try:
            if not masks:
                return coco_tables.annotations(text), f"{name}: annotations"
        except (msgspec.MsgspecError, OverflowError):
            pass  # the dicts will tell
        source = _json(text, name)
    return _annotations(source, name, masks), f"{name}: annotations"


def read_results(source, /, *, sizes, progress):
    """Columns of COCO results.

    Parameters
    ----------
    source : list of dicts, or path of a JSON file
    sizes : dict or None
        From :func:`read_annotations`, if masks are wanted.
    progress : function
        As for :func:`read_annotations`.

    Returns
    -------
    dict of columns, and what to call the results in messages

    Raises
    ------
    ValueError
        If it is not JSON, or not COCO's form.
    """
    name = "detections" if isinstance(source, list) else str(source)
    if not isinstance(source, list):
        try:
            if sizes is None:
                return coco_tables.results(source, progress), name
        except (msgspec.MsgspecError, OverflowError):
            pass
        source = _json(Path(source).read_bytes(), name)
    return _results(source, name, sizes), name


def _json(text, name):
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError(f"{name}: not JSON: {error}") from None


def _annotations(dataset, name, masks):
    """Columns of a data set that is a dict."""
    parts = ("images", "categories", "annotations")
    if not isinstance(dataset, Mapping):
        raise ValueError(f"{name}: a list, expected an object with {', '.join(parts)}")
    for part in parts:
        if not isinstance(dataset.get(part), list):
            raise ValueError(f"{name}: no list {part!r}, expected {', '.join(parts)}")
    images, categories, rows = (dataset[part] for part in parts)
    fields = ("id", "image_id", "category_id", "area") + (() if masks else ("bbox",))
    columns = _columns_of_dicts(rows, fields, f"{name}: annotations") | {
        "iscrowd": np.array([bool(row.get("iscrowd", 0)) for row in rows], dtype=bool),
        "images": _columns_of_dicts(images, ("id",), f"{name}: images")["id"],
        "categories": _columns_of_dicts(categories, ("id",), f"{name}: categories")["id"],
        "names": [category.get("name", category["id"]) for category in categories],
    }
    if masks:
        columns["sizes"] = {i["id"]: (i.get("height"), i.get("width")) for i in images}
        rles = coco_masks.encode_all(rows, columns["sizes"], f"{name}: annotations")
        columns |= {"segmentation": rles, "bbox": coco_masks.boxes(rles)}
    return columns


def _results(rows, name, sizes):
    """Columns of results that are a list of dicts. As in pycocotools, the first one tells whether
    they have boxes; if not, boxes and areas are those of the masks.
    """
    if not isinstance(rows, list):
        raise ValueError(f"{name}: an object, expected a list of results")
    first = rows[0] if rows else {"bbox": [0, 0, 0, 0]}
    has_boxes = not isinstance(first, Mapping) or np.size(first.get("bbox", [])) > 0
    fields = ("image_id", "category_id", "score", "bbox" if has_boxes else "segmentation")
    columns = _columns_of_dicts(rows, fields, name)
    if sizes is not None:
        if has_boxes:
            outline = coco_masks.box_as_polygon
            rows = [{"segmentation": outline(row["bbox"]), **row} for row in rows]
        columns["segmentation"] = coco_masks.encode_all(rows, sizes, name)
    if not has_boxes:
        rles = columns["segmentation"]
        columns |= {"bbox": coco_masks.boxes(rles), "area": coco_masks.areas(rles)}
    return columns


def _columns_of_dicts(rows, fields, name):
    """An array (of masks a list) for each field of the rows."""
    try:
        return {field: _column([row[field] for row in rows], field) for field in fields}
    except (KeyError, TypeError, ValueError, OverflowError):
        _explain(rows, fields, name)
        raise


def _column(values, field):
    if field == "segmentation":
        return values
    if field in ("area", "score"):
        return np.fromiter(values, np.float64, len(values))
    if field == "bbox":
        if any(len(box) != 4 for box in values):
            raise ValueError("a box of other than four numbers")
        numbers = np.fromiter(chain.from_iterable(values), np.float64, 4 * len(values))
        return numbers.reshape(-1, 4)
    ids = np.asarray(values) if values else np.zeros(0, dtype=np.int64)
    if ids.dtype.kind == "U" and all(isinstance(value, str) for value in values):
        return ids
    if ids.dtype.kind not in "iu":
        raise TypeError("ids that are neither integers nor strings")
    return ids.astype(np.int64, copy=False)


def _explain(rows, fields, name):
    """Say what is wrong with the first wrong row."""
    for i, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise ValueError(f"{name}[{i}]: {_short(row)}, expected an object") from None
        for field in fields:
            if field not in row:
                needed = ", ".join(fields)
                raise ValueError(f"{name}[{i}]: no {field!r}, expected {needed}") from None
            if expected := _expected(field, row[field], rows[0][field]):
                found = _short(row[field])
                raise ValueError(f"{name}[{i}]: {field} is {found}, expected {expected}") from None


def _expected(field, value, first):
    """What a value should be, or None if it is that; ``first`` is that of the first row."""
    if field in ("id", "image_id", "category_id"):
        if not isinstance(value, Integral | str):
            return "an integer or a string"
        return None if isinstance(value, str) == isinstance(first, str) else f"an id like {first!r}"
    if field in ("area", "score"):
        return None if isinstance(value, Real) else "a number"
    if field == "bbox":
        right = np.size(value) == 4 and all(isinstance(number, Real) for number in value)
        return None if right else "four numbers x, y, width, height"
    return None


def _short(value):
    """A value in a message."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
