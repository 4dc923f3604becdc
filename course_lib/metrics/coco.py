"""COCO's evaluation of detectors: average precision and recall over ten IoU thresholds.

:func:`coco_evaluate` gives what pycocotools gives, bit by bit. It goes in four steps, each a module
or a function: read and check the input (``coco_data``, ``coco_files``), match detections with
targets (``pairing``, ``matching``), draw the curves (``coco_curves``), and average them
(``coco_result``).
"""

import warnings
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import replace
from os import PathLike
from pathlib import Path

import numpy as np

from course_lib.arrays import device, namespace, to_numpy
from course_lib.metrics.coco_curves import Listed, count_targets, curves, events
from course_lib.metrics.coco_data import read_columns
from course_lib.metrics.coco_result import CocoResult
from course_lib.metrics.matching import MOST_SETTINGS, in_ranges, match, wishes
from course_lib.metrics.pairing import box_overlap, overlapping_pairs, rank_detections
from course_lib.metrics.sorting import sorting_order

DETECTIONS_AT_A_TIME = 1 << 17  # fewer keep more of the work in the processor's cache
# As in pycocotools: 0.05 steps made by arange would miss some thresholds by the last bit.
IOU_THRESHOLDS = tuple(np.linspace(0.5, 0.95, 10).tolist())
AREA_RANGES = {
    "all": (0.0, 1e10),
    "small": (0.0, 32.0**2),
    "medium": (32.0**2, 96.0**2),
    "large": (96.0**2, 1e10),
}


def coco_evaluate(
    ground_truth,
    detections,
    *,
    iou_type="bbox",
    iou_thresholds=IOU_THRESHOLDS,
    area_ranges=AREA_RANGES,
    max_detections=(1, 10, 100),
    progress=False,
):
    """Average precision and recall of a detector, by the rules of COCO.

    Parameters
    ----------
    ground_truth : dict in COCO's form, path of a COCO JSON file, or dict of arrays
        Arrays are ``image_id`` (G,), ``category_id`` (G,), ``bbox`` (G, 4) with x, y, width and
        height; if wanted ``area`` (G,), otherwise width times height, ``iscrowd`` (G,), and the ids
        of all ``images`` (I,) and ``categories`` (K,), otherwise those that occur.
    detections : list of results in COCO's form, path of a COCO JSON file, or dict of arrays
        Arrays are ``image_id`` (D,), ``category_id`` (D,), ``bbox`` (D, 4) and ``score`` (D,), of
        the same library and on the same device as the ground truth.
    iou_type : "bbox" or "segm"
        Whether boxes or masks have to overlap. Masks come in COCO's form only.
    iou_thresholds : sequence of T floats
        A detection matches from this IoU on.
    area_ranges : dict from A labels to the lowest and the highest area, in square pixels
        The first one is the overall range, the table shows the others besides.
    max_detections : sequence of M ints
        How many detections of an image and class count, the best ones.
    progress : bool
        Show a progress bar while files are read.

    Returns
    -------
    CocoResult

    Raises
    ------
    ValueError
        If an entry is not possible, such as an unknown image, a NaN or a negative size.

    Warns
    -----
    UserWarning
        If an annotation has the id 0. As in pycocotools, its match then counts as none.

    Notes
    -----
    Bit for bit the numbers of pycocotools. Lecture, "AP and mAP Definitions in COCO Competition".

    Examples
    --------
    >>> truth = {"image_id": np.array([1]), "category_id": np.array([7]),
    ...          "bbox": np.array([[10.0, 10.0, 100.0, 100.0]])}
    >>> found = {"image_id": np.array([1, 1]), "category_id": np.array([7, 7]),
    ...          "bbox": np.array([[10.0, 10.0, 100.0, 80.0], [300.0, 10.0, 50.0, 50.0]]),
    ...          "score": np.array([0.9, 0.8])}
    >>> result = coco_evaluate(truth, found)
    >>> float(result.stats[0].round(3))  # IoU 0.8: found at 7 of the 10 thresholds
    0.7
    """
    settings = _settings(iou_type, iou_thresholds, area_ranges, max_detections)
    scene, targets, found, overlap = _read(ground_truth, detections, iou_type, progress)
    if not namespace(targets.named).all(targets.named):
        warnings.warn(
            "ground truth: an annotation has the id 0, which COCO's evaluation takes for no match; "
            "number annotations from 1",
            stacklevel=2,
        )
    precision, recall = _tensors(scene, targets, found, overlap, *settings)
    thresholds, ranges, most = settings
    return CocoResult(precision, recall, thresholds, ranges, most, scene.names)


def _tensors(scene, targets, detections, overlap, thresholds, area_ranges, max_detections):
    """Precision (T, R, K, A, M) and recall (T, K, A, M), of some classes at a time."""
    classes = len(scene.names)
    truth_order, truth_edges = _by_class(targets.klass, classes)
    found_order, found_edges = _by_class(detections.klass, classes)
    parts = []
    for low, high in _blocks(found_edges):
        few_targets = targets[truth_order[truth_edges[low] : truth_edges[high]]]
        few_detections = detections[found_order[found_edges[low] : found_edges[high]]]
        parts.append(
            _tensors_of_block(
                replace(few_targets, klass=few_targets.klass - low),
                replace(few_detections, klass=few_detections.klass - low),
                overlap,
                (scene.images.shape[0], high - low),
                [min(threshold, 1 - 1e-10) for threshold in thresholds],
                list(area_ranges.values()),
                max_detections,
            )
        )
    precision, recall = zip(*parts)
    return _joined(precision, axis=2), _joined(recall, axis=1)


def _by_class(klass, classes):
    """The order that sorts by class, and where each class starts, and the last one ends."""
    xp = namespace(klass)
    order = sorting_order(klass)
    edges = xp.searchsorted(klass[order], xp.arange(classes + 1, device=device(klass)))
    return order, to_numpy(edges).tolist()


def _blocks(edges):
    """Ranges of classes that have about ``DETECTIONS_AT_A_TIME`` detections together."""
    low = 0
    for high in range(1, len(edges)):
        if edges[high] - edges[low] >= DETECTIONS_AT_A_TIME or high == len(edges) - 1:
            yield low, high
            low = high


def _joined(parts, axis):
    return parts[0] if len(parts) == 1 else namespace(*parts).concat(parts, axis=axis)


def _tensors_of_block(targets, detections, overlap, sizes, thresholds, ranges, max_detections):
    """The same for targets and detections of ``sizes``: so many images and classes."""
    xp = namespace(targets.area)
    images, classes = sizes
    ranking = rank_detections(detections.klass, detections.image, detections.score, images)
    detections = detections[ranking.order]
    found_entry = detections.entry[ranking.by_group]
    targets = targets[sorting_order(targets.klass, targets.image)]
    pairs = overlapping_pairs(
        ranking.group,
        targets.klass * images + targets.image,
        lambda detection, target: overlap(found_entry[detection], targets.entry[target]),
        lowest=min(thresholds),
        most_detections=max_detections[-1],
    )
    regular = xp.where(targets.crowd, 0, in_ranges(targets.area, ranges))
    rank = ranking.rank[sorting_order(ranking.by_group)]
    listed = Listed(detections.klass, rank, in_ranges(detections.area, ranges))
    objects = count_targets(targets.klass, regular, classes, len(ranges))
    parts = []
    step = MOST_SETTINGS // len(ranges)
    for now in (thresholds[start : start + step] for start in range(0, len(thresholds), step)):
        options = wishes(*pairs, thresholds=now, regular=regular, ranges=len(ranges))
        matches = match(options, ranking.group[options.detection], targets.crowd)
        happened = events(
            matches,
            ranking.by_group[matches.detection],
            targets.named[matches.target],
            listed,
            classes,
            thresholds=len(now),
            ranges=len(ranges),
        )
        parts.append(
            curves(happened, listed, objects, thresholds=len(now), max_detections=max_detections)
        )
    precision, recall = zip(*parts)
    return _joined(precision, axis=0), _joined(recall, axis=0)


def _settings(iou_type, iou_thresholds, area_ranges, max_detections):
    """Check the settings; thresholds, area ranges, numbers of detections."""
    if iou_type not in ("bbox", "segm"):
        raise ValueError(f"iou_type is {iou_type!r}, expected 'bbox' or 'segm'")
    thresholds = tuple(float(t) for t in iou_thresholds)
    if not thresholds or not all(0 <= t <= 1 for t in thresholds):
        raise ValueError(f"iou_thresholds is {thresholds}, expected numbers from 0 to 1")
    ranges = {str(label): (float(low), float(high)) for label, (low, high) in area_ranges.items()}
    if not ranges or not all(low <= high for low, high in ranges.values()):
        raise ValueError(f"area_ranges is {ranges}, expected a lowest and a highest area each")
    if len(ranges) > MOST_SETTINGS:
        raise ValueError(f"area_ranges has {len(ranges)} ranges, expected {MOST_SETTINGS} at most")
    most = tuple(sorted(int(n) for n in max_detections))
    if not most or most[0] < 1:
        raise ValueError(f"max_detections is {most}, expected integers from 1 on")
    return thresholds, ranges, most


def _read(ground_truth, detections, iou_type, progress):
    """Scene, targets, detections, and the function for their overlap, from any form of input."""
    masks = iou_type == "segm"
    arrays = _is_arrays(ground_truth), _is_arrays(detections)
    if masks and any(arrays):
        raise ValueError("iou_type 'segm' needs masks: COCO's dicts or files, but got arrays")
    truth, found, names = ground_truth, detections, ["ground_truth", "detections"]
    if not all(arrays):
        coco_files = _import_coco_files()
        with _progress_bar(ground_truth, detections, progress) as read:
            if not arrays[0]:
                truth, names[0] = coco_files.read_annotations(truth, masks=masks, progress=read)
            if not arrays[1]:
                sizes = truth.get("sizes")
                found, names[1] = coco_files.read_results(found, sizes=sizes, progress=read)
    scene, targets, detections, truth_box, found_box = read_columns(truth, found, *names)
    if not masks:
        return scene, targets, detections, box_overlap(found_box, truth_box, targets.crowd)
    from course_lib.metrics.coco_masks import mask_overlap

    rles = found["segmentation"], truth["segmentation"]
    return scene, targets, detections, mask_overlap(*rles, targets.crowd)


def _import_coco_files():
    try:
        from course_lib.metrics import coco_files
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"COCO's dicts and files need {error.name}: pip install 'course-lib[coco]'"
        ) from None
    return coco_files


def _is_arrays(source):
    return isinstance(source, Mapping) and "annotations" not in source and "bbox" in source


@contextmanager
def _progress_bar(ground_truth, detections, progress):
    """A function that takes the number of bytes read, and shows it if wanted."""
    if not progress:
        yield lambda count: None
        return
    from tqdm.auto import tqdm

    paths = [source for source in (ground_truth, detections) if isinstance(source, str | PathLike)]
    size = sum(Path(path).stat().st_size for path in paths)
    with tqdm(total=size, desc="reading", unit="B", unit_scale=True, leave=False) as bar:
        yield bar.update
