"""COCO's masks: polygons and run-length encodings (RLE), and how much they overlap.

Decoding and intersecting them is left to pycocotools, which is the extra ``coco`` of this package.
"""

import numpy as np
from pycocotools import mask

FORMS = "polygons of three points or more, or an RLE with counts and the size of its image"
FARTHEST = 1e6  # pixels


def encode_all(rows, sizes, name, /):
    """The mask of every row as a compressed RLE.

    Parameters
    ----------
    rows : list of dicts with ``image_id`` and ``segmentation``
    sizes : dict from image id to its height and width
    name : str
        What to call the rows in messages.

    Raises
    ------
    ValueError
        If a segmentation is not in one of COCO's forms, or its image is not known or has no size.
    """
    rles = []
    for i, row in enumerate(rows):
        size = sizes.get(row["image_id"])
        if size is None:
            expected = f"the id of one of the {len(sizes)} images of the ground truth"
            raise ValueError(f"{name}[{i}]: image_id is {row['image_id']!r}, expected {expected}")
        if None in size:
            raise ValueError(f"{name}[{i}]: its image has no height and width, which masks need")
        segmentation = row.get("segmentation")
        if not _is_polygons(segmentation) and not _is_rle(segmentation, size):
            found = repr(segmentation)[:60]
            raise ValueError(f"{name}[{i}]: segmentation is {found}, expected {FORMS}")
        rles.append(_encode(segmentation, *size))
    return rles


def _is_polygons(segmentation):
    return (
        isinstance(segmentation, list)
        and len(segmentation) > 0
        and all(len(polygon) >= 6 and len(polygon) % 2 == 0 for polygon in segmentation)
        # pycocotools walks along the outline step by step, and takes NaN for a place far away.
        and all(abs(x) < FARTHEST for polygon in segmentation for x in polygon)
    )


def _is_rle(segmentation, size):
    if not isinstance(segmentation, dict) or list(segmentation.get("size", ())) != list(size):
        return False
    counts = segmentation.get("counts")
    if isinstance(counts, list):
        return min(counts, default=0) >= 0 and sum(counts) == size[0] * size[1]
    return isinstance(counts, str | bytes)


def _encode(segmentation, height, width):
    if isinstance(segmentation, list):
        return mask.merge(mask.frPyObjects(segmentation, height, width))
    if isinstance(segmentation["counts"], list):
        return mask.frPyObjects(segmentation, height, width)
    return segmentation


def box_as_polygon(box, /):
    """The outline of a box, which is the mask of a result that has none."""
    x, y, width, height = box
    return [[x, y, x, y + height, x + width, y + height, x + width, y]]


def boxes(rles, /):
    """Smallest box around each mask, shape (N, 4)."""
    return mask.toBbox(rles) if rles else np.zeros((0, 4))


def areas(rles, /):
    """Number of pixels of each mask, shape (N,)."""
    return mask.area(rles).astype(np.float64) if rles else np.zeros(0)


def mask_overlap(found, truth, crowd, /):
    """IoU of pairs of masks; see :func:`course_lib.metrics.matching.overlapping_pairs`.

    Parameters
    ----------
    found, truth : lists of D and of G RLEs
    crowd : boolean array, shape (G,)

    Returns
    -------
    function of (detection, target), integer arrays of shape (P,), the latter ascending
    """

    def overlap(detection, target):
        cuts = np.flatnonzero(np.diff(target)) + 1
        shares = [
            mask.iou([found[d] for d in ds], [truth[ts[0]]], [int(crowd[ts[0]])])[:, 0]
            for ds, ts in zip(np.split(detection, cuts), np.split(target, cuts))
            if ds.size
        ]
        return np.concatenate([np.zeros(0), *shares])

    return overlap
