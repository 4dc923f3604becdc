"""COCO's files with boxes, read fast: no field of a row becomes a Python object that is kept.

msgspec decodes a piece of JSON into rows of the few fields that boxes need, past all else that it
has, and writes them once more, as MessagePack. There every number takes nine bytes: one that says
"double precision" and eight of the number. So all rows are equally long, a table that NumPy reads.
A file that is not of this form is refused; :mod:`course_lib.metrics.coco_files` then looks closer.
"""

import re
from functools import cache
from pathlib import Path

import msgspec
import numpy as np

PIECE = 1 << 17  # bytes of a file that are decoded at a time: its rows stay in the cache
LAST_COMMA = re.compile(rb".*}(\s*,\s*){", re.DOTALL)  # between the last two objects of a list
NUMBER = np.dtype([("kind", "V1"), ("value", ">f8")])
INTEGERS = ("id", "image_id", "category_id", "iscrowd")
TOO_LARGE = 2**53  # from here on, double precision does not tell all integers apart

Box = tuple[float, float, float, float]


class _Image(msgspec.Struct, gc=False):
    id: int


class _Category(msgspec.Struct, gc=False):
    id: int
    name: str = ""


class _Annotation(msgspec.Struct, gc=False):
    id: float
    image_id: float
    category_id: float
    bbox: Box
    area: float
    iscrowd: float = 0.0


class _Dataset(msgspec.Struct):
    images: list[_Image]
    categories: list[_Category]
    annotations: list[_Annotation]


class _Result(msgspec.Struct, gc=False):
    image_id: float
    category_id: float
    bbox: Box
    score: float


def annotations(text, /):
    """Columns of a data set.

    Raises
    ------
    msgspec.MsgspecError, OverflowError
        If it has another form.
    """
    dataset = msgspec.json.decode(text, type=_Dataset)
    return _columns(dataset.annotations, _Annotation) | {
        "images": np.array([image.id for image in dataset.images], dtype=np.int64),
        "categories": np.array([category.id for category in dataset.categories], dtype=np.int64),
        "names": [category.name or category.id for category in dataset.categories],
    }


def results(path, progress, /):
    """Columns of results; ``progress`` is called with the number of bytes read, often.

    Raises
    ------
    msgspec.MsgspecError
        If they have another form.
    """
    decoder = msgspec.json.Decoder(list[_Result])
    with Path(path).open("rb") as file:
        pieces = [_columns(decoder.decode(piece), _Result) for piece in _pieces(file, progress)]
    return {field: np.concatenate([piece[field] for piece in pieces]) for field in pieces[0]}


def _pieces(file, progress):
    """The text of a JSON list, cut into the texts of shorter lists.

    A cut within an object leaves its brackets unbalanced, so that it is noticed in decoding.
    """
    rest = b""
    while block := file.read(PIECE):
        rest += block
        if cut := LAST_COMMA.match(rest):
            yield rest[: cut.start(1)] + b"]"
            rest = b"[" + rest[cut.end(1) :]
        else:
            rest += file.read()
        progress(len(block))
    yield rest


def _columns(rows, kind):
    """An array for each field of the rows."""
    layout = _layout(kind)
    packed = msgspec.msgpack.encode(rows)
    table = np.frombuffer(packed, layout, len(rows), len(packed) - len(rows) * layout.itemsize)
    columns = {}
    for field in kind.__struct_fields__:
        column = table[field]["value"].astype(np.float64)
        if field in INTEGERS:
            if np.any((column != np.floor(column)) | (np.abs(column) >= TOO_LARGE)):
                raise msgspec.ValidationError(f"{field} is not a whole number, or large")
            column = column.astype(np.int64)
        columns[field] = column
    return columns


@cache
def _layout(kind):
    """How a row of this kind lies in MessagePack."""
    parts: list[tuple] = [("number of fields", "V1")]
    for field in msgspec.structs.fields(kind):
        parts.append((f"length and letters of {field.name}", f"V{1 + len(field.name)}"))
        if field.type == Box:
            parts += [("length of box", "V1"), (field.name, NUMBER, 4)]
        else:
            parts.append((field.name, NUMBER))
    return np.dtype(parts)
