"""How well two regions agree: intersection over union (IoU) of boxes and of masks.

A box is given by its corners: the lowest coordinate along each axis, then the highest; (x1, y1, x2,
y2) in a picture, (x1, y1, z1, x2, y2, z2) in a volume.
"""

from math import prod

from course_lib.arrays import device, namespace

TILE = 1 << 15  # elements that are worked on at a time: a few arrays of them stay in the cache


def box_iou(boxes1, boxes2, /):
    """Intersection over union of every box with every other.

    Parameters
    ----------
    boxes1, boxes2 : arrays, shapes (N, 2 d) and (M, 2 d), d = 2 or 3
        Corners, low then high.

    Returns
    -------
    array, shape (N, M)
        From 0 (apart, or one of them empty) to 1 (the same box).

    Raises
    ------
    ValueError
        If the shapes do not fit, a coordinate is not finite, or a box has a negative size.

    Notes
    -----
    Lecture, "Intersection over Union (IoU) for Location TP/FP". The matrix is filled tile by tile,
    so that nothing of its size is needed besides it.

    Examples
    --------
    >>> box_iou(np.array([[0.0, 0.0, 2.0, 2.0]]), np.array([[1.0, 0.0, 3.0, 2.0]])).round(3)
    array([[0.333]])
    """

    def union(size1, size2, common):
        both = size1 + size2
        both -= common  # in place: one array less
        return both

    return _pairwise(boxes1, boxes2, union)


def crowd_iou(boxes, crowds, /):
    """COCO's overlap with a crowd: the share of each box that lies in each crowd region.

    A crowd is a box around many objects that were not annotated one by one. How much of it a
    detection leaves uncovered says nothing, so that the "union" is the detection's own area.

    Parameters
    ----------
    boxes, crowds : arrays, shapes (N, 2 d) and (M, 2 d), d = 2 or 3
        Corners, low then high.

    Returns
    -------
    array, shape (N, M)

    Examples
    --------
    >>> crowd_iou(np.array([[0.0, 0.0, 2.0, 2.0]]), np.array([[1.0, 0.0, 9.0, 9.0]]))
    array([[0.5]])
    """
    return _pairwise(boxes, crowds, lambda size1, size2, common: size1)


def mask_iou(masks1, masks2, /):
    """Intersection over union of every mask with every other.

    Parameters
    ----------
    masks1, masks2 : boolean arrays, shapes (N, ...) and (M, ...)
        Of pictures or volumes of one shape.

    Returns
    -------
    array, shape (N, M)
        In double precision; 0 where one of the masks is empty.

    Raises
    ------
    ValueError
        If the shapes do not fit.
    TypeError
        If the masks are not boolean.

    Examples
    --------
    >>> mask_iou(np.array([[True, True, False]]), np.array([[False, True, True]])).round(3)
    array([[0.333]])
    """
    xp = namespace(masks1, masks2)
    for name, masks in (("masks1", masks1), ("masks2", masks2)):
        if masks.dtype != xp.bool:
            raise TypeError(f"{name} has the dtype {masks.dtype}, expected booleans")
    if masks1.ndim < 2 or masks1.shape[1:] != masks2.shape[1:]:
        raise ValueError(
            f"masks1 and masks2 have the shapes {tuple(masks1.shape)} and {tuple(masks2.shape)}, "
            f"expected (N, ...) and (M, ...) with the same picture shape"
        )
    pixels = prod(masks1.shape[1:])
    flat1 = xp.astype(xp.reshape(masks1, (masks1.shape[0], pixels)), xp.float64)
    flat2 = xp.astype(xp.reshape(masks2, (masks2.shape[0], pixels)), xp.float64)
    common = flat1 @ flat2.T
    union = xp.sum(flat1, axis=1)[:, None] + xp.sum(flat2, axis=1) - common
    return common / xp.where(union > 0, union, 1.0)


def _pairwise(boxes1, boxes2, union):
    """Common size over ``union(size1, size2, common)``, for some rows of the matrix at a time."""
    xp = namespace(boxes1, boxes2)
    low1, high1, size1 = _sides(boxes1, "boxes1")
    low2, high2, size2 = _sides(boxes2, "boxes2")
    if len(low1) != len(low2):
        raise ValueError(
            f"boxes2 has boxes of {2 * len(low2)} numbers, boxes1 of {2 * len(low1)}; "
            f"expected the same dimensions"
        )
    n, m = size1.shape[0], size2.shape[0]
    overlap = xp.empty((n, m), dtype=size1.dtype, device=device(size1))
    zeros = xp.zeros_like(size2)
    rows = max(1, TILE // max(1, m))
    for start in range(0, n, rows):
        tile = slice(start, min(start + rows, n))
        spread = xp.empty_like(overlap[tile, :])
        common = None
        for axis in range(len(low1)):
            # NumPy takes the minimum of two rows three times as fast as that of a number and a row.
            spread[...] = high1[axis][tile, None]
            side = xp.minimum(spread, high2[axis])
            spread[...] = low1[axis][tile, None]
            side -= xp.maximum(spread, low2[axis])
            side = xp.maximum(side, zeros)
            if common is not None:
                side *= common
            common = side
        overlap[tile, :] = common / union(size1[tile, None], size2, common)
    return overlap


def _sides(boxes, name):
    """Low and high coordinates along each axis, and the sizes, of checked boxes."""
    xp = namespace(boxes)
    if boxes.ndim != 2 or boxes.shape[1] not in (4, 6):
        raise ValueError(
            f"{name} has the shape {tuple(boxes.shape)}, expected (N, 4) or (N, 6): corners of "
            f"boxes in two or three dimensions"
        )
    if not xp.isdtype(boxes.dtype, "real floating"):
        boxes = xp.astype(boxes, xp.float64)
    columns = [xp.asarray(boxes[:, i], copy=True) for i in range(boxes.shape[1])]
    d = boxes.shape[1] // 2
    low, high = columns[:d], columns[d:]
    for axis, (start, end) in enumerate(zip(low, high)):
        bad = ~(xp.isfinite(start) & xp.isfinite(end) & (start <= end))
        if xp.any(bad):
            row = int(xp.argmax(xp.astype(bad, xp.int8)))
            raise ValueError(
                f"{name}[{row}] reaches from {float(start[row])} to {float(end[row])} along axis "
                f"{axis}, expected finite numbers, the lower one first"
            )
    size = prod(end - start for start, end in zip(low, high))
    # An empty box has nothing in common with any other; a size of 1 spares us 0 / 0.
    return low, high, xp.where(size > 0, size, 1.0)
