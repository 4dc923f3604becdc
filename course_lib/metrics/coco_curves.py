"""COCO's precision-recall curves, those of all classes at once.

After matching, a detection is right (it has a regular target), wrong (it has none) or ignored. Down
the list of a class, best score first,

    precision = right so far / (right + wrong so far),    recall = right so far / targets.

Both can only rise at a detection that is right. So it is enough to look at the *events*, the
detections that were matched; how many others came before them is counted once for all thresholds.
"""

from dataclasses import dataclass

import numpy as np

from course_lib.arrays import Array, device, namespace
from course_lib.metrics.runs import (
    highest_from_here,
    run_starts,
    segment_maximum,
    sorting_order,
    steps,
)

RECALLS = np.linspace(0.0, 1.0, 101)
# pycocotools adds it to the denominator, which makes the first precision 1 - 2**-52 instead of 1.
EPSILON = 2.0**-52


@dataclass(frozen=True)
class Listed:
    """The detections of all classes, one list after the other, each from the best score down.

    Class, rank in image and class, and a bit for each area range that the detection lies in; all of
    shape (D,).
    """

    klass: Array
    rank: Array
    lies_in: Array


@dataclass(frozen=True)
class Events:
    """Matched detections in the order of the list, and after each class one event that ends it.

    Attributes
    ----------
    klass, rank, position : integer arrays, shape (E,)
        Class, rank, and number of listed detections up to and including this one.
    present, right, added, removed : integer arrays, shape (E,)
        A bit for each setting: in which the event matters; in which the detection is right; in
        which it is right but outside the area range, so that it must be added to those that count;
        in which it is ignored but inside, so that it must be removed.
    """

    klass: Array
    rank: Array
    position: Array
    present: Array
    right: Array
    added: Array
    removed: Array

    def at(self, setting):
        """Class, rank, position, right, change of the count: of the events of one setting."""
        xp = namespace(self.klass)
        (rows,) = xp.nonzero((self.present & (1 << setting)) != 0)
        right = (self.right[rows] >> setting) & 1
        change = ((self.added[rows] >> setting) & 1) - ((self.removed[rows] >> setting) & 1)
        return self.klass[rows], self.rank[rows], self.position[rows], right, change


def events(matches, place, named, listed, classes, /, *, thresholds, ranges):
    """Turn matches into events.

    Parameters
    ----------
    matches : Pairs, shape (P,)
    place : integer array, shape (P,)
        Place of their detections in the list.
    named : boolean array, shape (P,)
        Whether a match with a regular target counts.
    listed : Listed
    classes, thresholds, ranges : int
        Numbers of classes, of IoU thresholds and of area ranges.
    """
    xp = namespace(place)
    copies = sum(1 << (t * ranges) for t in range(thresholds))
    inside = listed.lies_in[place] * copies
    right = xp.where(~matches.ignored & named, matches.settings, 0)
    removed = xp.where(matches.ignored, matches.settings & inside, 0)
    every = xp.arange(classes, device=device(place))
    ends = xp.searchsorted(listed.klass, every, side="right")
    none = xp.zeros_like(ends)
    matched = (
        listed.klass[place], listed.rank[place], place + 1,
        right | removed, right, right & ~inside, removed,
    )  # fmt: skip
    last = (every, none, ends, none - 1, none, none, none)
    columns = [xp.concat(pair) for pair in zip(matched, last)]
    order = sorting_order(columns[2])
    return Events(*(column[order] for column in columns))


def count_targets(klass, regular, classes, ranges, /):
    """Number of regular targets of each class; an array of shape (K,) for each area range.

    ``klass`` ascends; ``regular`` has a bit for each area range. Both have the shape (G,).
    """
    xp = namespace(klass)
    ends = xp.searchsorted(klass, xp.arange(classes, device=device(klass)), side="right")
    counts = []
    for a in range(ranges):
        total = xp.cumulative_sum((regular >> a) & 1, include_initial=True)
        counts.append(steps(total[ends]))
    return counts


def curves(happened, listed, objects, /, *, thresholds, max_detections):
    """Precision and recall at all settings.

    Parameters
    ----------
    happened : Events
    listed : Listed
    objects : list of A integer arrays, shape (K,)
        Regular targets of each class, for each area range.
    thresholds : int
        Number T of IoU thresholds.
    max_detections : sequence of M ints

    Returns
    -------
    precision : array, shape (T, R, K, A, M)
    recall : array, shape (T, K, A, M)
    """
    xp = namespace(listed.klass)
    recalls = xp.asarray(RECALLS, device=device(listed.klass))
    tables, finals = [], []
    for a, targets in enumerate(objects):
        inside = ((listed.lies_in >> a) & 1) != 0
        seen = [
            xp.cumulative_sum(
                xp.astype(inside & (listed.rank < most), xp.int64), include_initial=True
            )
            for most in max_detections
        ]
        reached = recalls_reached(targets, recalls)
        for t in range(thresholds):
            klass, rank, *columns = happened.at(t * len(objects) + a)
            for m, most in enumerate(max_detections):
                (rows,) = xp.nonzero(rank < most)
                kept = [column[rows] for column in (klass, *columns)]
                table, right = class_curves(*kept, seen=seen[m], reached=reached)
                finals.append(xp.where(targets > 0, _ratio(right, targets), -1.0))
                tables.append(xp.where(targets[:, None] > 0, table, -1.0))
    shape = (len(objects), thresholds, len(max_detections), *tables[0].shape)
    precision = xp.permute_dims(xp.reshape(xp.stack(tables), shape), (1, 4, 3, 0, 2))
    recall = xp.permute_dims(xp.reshape(xp.stack(finals), shape[:-1]), (1, 3, 0, 2))
    return precision, recall


def class_curves(klass, position, right, change, /, *, seen, reached):
    """Precision at all recalls, for every class, at one setting.

    Parameters
    ----------
    klass, position, right, change : integer arrays, shape (E,)
        The events.
    seen : integer array, shape (D + 1,)
        How many of the first 0, 1, ..., D listed detections count.
    reached : two integer arrays
        From :func:`recalls_reached`.

    Returns
    -------
    precision : array, shape (K, R)
    right : integer array, shape (K,)
        How many detections are right in all.
    """
    xp = namespace(klass)
    recalls = RECALLS.size
    starts, lengths = run_starts(klass)
    last = starts + lengths - 1
    right = _restart(xp.cumulative_sum(right), last, lengths)
    counted = _restart(seen[position] + xp.cumulative_sum(change), last, lengths)
    precision = xp.astype(right, xp.float64) / (xp.astype(counted, xp.float64) + EPSILON)
    # The precision of an event is read at the recalls that were not reached before it; that of the
    # last one is zero, at all recalls that remain.
    is_last = xp.arange(klass.shape[0], device=device(klass)) == xp.repeat(last, lengths)
    precision = xp.where(is_last, 0.0, precision)
    reads, first = reached
    up_to = reads[xp.repeat(first, lengths) + right]
    up_to = xp.where(is_last, recalls * (klass + 1), up_to)
    reads = steps(up_to)
    (rows,) = xp.nonzero(reads)
    table = xp.repeat(segment_maximum(precision, rows), reads[rows])
    return highest_from_here(xp.reshape(table, (-1, recalls))), right[last]


def _restart(total, last, lengths):
    """Running totals, turned into totals that start from zero in every class."""
    xp = namespace(total)
    before = total[last] - steps(total[last])
    return total - xp.repeat(before, lengths)


def _ratio(count, total):
    xp = namespace(count)
    return xp.astype(count, xp.float64) / xp.astype(xp.where(total > 0, total, 1), xp.float64)


def recalls_reached(targets, recalls, /):
    """How many recalls a class has reached after 0, 1, ... right detections.

    Parameters
    ----------
    targets : integer array, shape (K,)
        Regular targets of each class.
    recalls : array, shape (R,), ascending

    Returns
    -------
    reached : integer array
        At index ``first[k] + n``, for class k with n right detections: ``k R`` plus the number of
        recalls that ``n / targets[k]`` reaches.
    first : integer array, shape (K,)
    """
    xp = namespace(targets)
    where = device(targets)
    size = targets + 1
    first = xp.cumulative_sum(size) - size
    klass = xp.repeat(xp.arange(targets.shape[0], device=where), size)
    right = xp.arange(klass.shape[0], device=where) - first[klass]
    reached = xp.searchsorted(recalls, _ratio(right, targets[klass]), side="right")
    return klass * recalls.shape[0] + reached, first
