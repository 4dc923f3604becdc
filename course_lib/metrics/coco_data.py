"""The columns that coco_evaluate works on, and the checks that they have to pass.

COCO's files list annotations and results one after the other, each with its fields. The evaluation
wants them the other way round: an array for each field, with an element for each entry.
"""

from dataclasses import dataclass, fields

from course_lib.arrays import Array, device, namespace, to_numpy
from course_lib.metrics.sorting import sorting_order


@dataclass(frozen=True)
class Scene:
    """What there is: the ids of the images and of the classes, ascending, and the classes' names.

    Ids are integers; NumPy arrays may have strings.
    """

    images: Array
    classes: Array
    names: tuple[str, ...]


@dataclass(frozen=True)
class Targets:
    """Annotated objects.

    Attributes
    ----------
    entry : integer array, shape (G,)
        Place in the input.
    image, klass : integer arrays, shape (G,)
        Places of their ids in the scene.
    area : array, shape (G,)
        Size in square pixels; area ranges are about this.
    crowd : boolean array, shape (G,)
        Whether it stands for many objects and is to be ignored.
    named : boolean array, shape (G,)
        False for an annotation with id 0, which pycocotools takes for "no match".
    """

    entry: Array
    image: Array
    klass: Array
    area: Array
    crowd: Array
    named: Array

    def __getitem__(self, rows):
        """The targets at these rows."""
        return Targets(*(getattr(self, field.name)[rows] for field in fields(self)))


@dataclass(frozen=True)
class Detections:
    """What a detector found: columns as in :class:`Targets`, and a score for each."""

    entry: Array
    image: Array
    klass: Array
    area: Array
    score: Array

    def __getitem__(self, rows):
        """The detections at these rows."""
        return Detections(*(getattr(self, field.name)[rows] for field in fields(self)))


def read_columns(truth, found, truth_name, found_name, /):
    """Check the columns of ground truth and detections and number their images and classes.

    Parameters
    ----------
    truth, found : mapping from field to array
        As :func:`course_lib.metrics.coco_evaluate` describes them. The ground truth may have the
        fields ``id`` and ``names`` (of the categories) besides, detections an ``area``.
    truth_name, found_name : str
        What to call them in messages.

    Returns
    -------
    Scene, Targets, Detections, and the boxes of the latter two, shape (..., 4)
        Boxes as smallest x, smallest y, width and height, in double precision as pycocotools has
        them.

    Raises
    ------
    ValueError
        If a field is missing, shapes do not match, or an entry is not possible.
    """
    _check_shapes(truth, truth_name, ("image_id", "category_id", "bbox"))
    _check_shapes(found, found_name, ("image_id", "category_id", "bbox", "score"))
    scene = _scene(truth, found, truth_name)
    truth_box, found_box = _boxes(truth, truth_name), _boxes(found, found_name)
    targets = _targets(truth, scene, truth_box, truth_name)
    return scene, targets, _detections(found, scene, found_box, found_name), truth_box, found_box


def _check_shapes(columns, name, needed):
    """Every field has an element for each entry, a box four numbers."""
    for field in needed:
        if field not in columns:
            raise ValueError(f"{name}: no field {field!r}; expected {', '.join(needed)}")
    entries = columns["image_id"].shape[0] if columns["image_id"].ndim else 0
    optional = [field for field in ("area", "iscrowd", "id", "difficult") if field in columns]
    for field in (*needed, *optional):
        expected = (entries, 4) if field == "bbox" else (entries,)
        if columns[field].shape != expected:
            raise ValueError(
                f"{name}: {field} has the shape {tuple(columns[field].shape)}, "
                f"expected {expected} (image_id has {entries} entries)"
            )


def _scene(truth, found, name):
    images = _known(truth, found, "images", "image_id", name)
    classes = _known(truth, found, "categories", "category_id", name)
    order = sorting_order(classes)
    names = truth.get("names", to_numpy(classes).tolist())
    names = tuple(str(names[i]) for i in to_numpy(order).tolist())
    return Scene(images[sorting_order(images)], classes[order], names)


def _known(truth, found, listed, field, name):
    """The ids listed, or all that occur."""
    xp = namespace(truth[field], found[field])
    if listed not in truth:
        return xp.unique_values(xp.concat([truth[field], found[field]]))
    _check_distinct(truth[listed], f"{name}, {listed}")
    return truth[listed]


def _check_distinct(ids, name):
    xp = namespace(ids)
    if xp.unique_values(ids).shape == ids.shape:
        return
    ordered = ids[sorting_order(ids)]
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    raise ValueError(f"{name}: the id {twice[0]} comes twice, expected distinct ids")


def _targets(columns, scene, box, name):
    xp = namespace(box)
    area = xp.astype(columns["area"], box.dtype) if "area" in columns else box[:, 2] * box[:, 3]
    _refuse(~(xp.isfinite(area) & (area >= 0)), name, "area", area, "a finite number, 0 or more")
    image, klass = _places(columns, scene, name)
    named, crowd = xp.ones_like(image, dtype=xp.bool), xp.zeros_like(image, dtype=xp.bool)
    if "id" in columns:
        _check_distinct(columns["id"], name)
        named = columns["id"] != 0
    if "iscrowd" in columns:
        crowd = xp.astype(columns["iscrowd"], xp.bool)
    return Targets(_entries(image), image, klass, area, crowd, named)


def _detections(columns, scene, box, name):
    xp = namespace(box)
    score = columns["score"]
    area = xp.astype(columns["area"], box.dtype) if "area" in columns else box[:, 2] * box[:, 3]
    _refuse(~xp.isfinite(score), name, "score", score, "a finite number")
    image, klass = _places(columns, scene, name)
    return Detections(_entries(image), image, klass, area, score)


def _entries(column):
    return namespace(column).arange(column.shape[0], device=device(column))


def _boxes(columns, name):
    xp = namespace(columns["bbox"])
    box = xp.astype(columns["bbox"], xp.float64, copy=False)
    if not xp.all(xp.isfinite(box)) or xp.any(box[:, 2:] < 0):
        bad = ~xp.all(xp.isfinite(box), axis=1) | xp.any(box[:, 2:] < 0, axis=1)
        _refuse(bad, name, "bbox", box, "finite x, y, width, height, and no negative size")
    return box


def _places(columns, scene, name):
    """Image and class of each entry as places in the scene."""
    return (
        _place(columns["image_id"], scene.images, name, "image_id", "images"),
        _place(columns["category_id"], scene.classes, name, "category_id", "categories"),
    )


def _place(ids, known, name, field, what):
    xp = namespace(ids, known)
    expected = f"the id of one of the {known.shape[0]} {what} of the ground truth"
    if _dense(known, ids):  # searching for every integer between is faster than for every entry
        lowest, highest = int(known[0]), int(known[-1])
        _refuse((ids < lowest) | (ids > highest), name, field, ids, expected)
        between = xp.arange(lowest, highest + 1, dtype=known.dtype, device=device(known))
        place = xp.searchsorted(known, between)[xp.astype(ids, xp.int64) - lowest]
    else:
        place = xp.searchsorted(known, ids)
        _refuse(place == known.shape[0], name, field, ids, expected)
    _refuse(known[place] != ids, name, field, ids, expected)
    return place


def _dense(known, ids):
    """Whether the known ids are integers that lie close together, compared with all entries."""
    xp = namespace(known, ids)
    if not known.shape[0] or not all(xp.isdtype(a.dtype, "signed integer") for a in (known, ids)):
        return False
    return int(known[-1]) - int(known[0]) <= ids.shape[0]


def _refuse(bad, name, field, values, expected):
    """Raise ValueError about the first entry that is ``bad``, if there is one."""
    xp = namespace(bad)
    if xp.any(bad):
        row = int(xp.argmax(xp.astype(bad, xp.int8)))
        found = to_numpy(values[row, ...]).tolist()
        raise ValueError(f"{name}[{row}]: {field} is {found!r}, expected {expected}")
