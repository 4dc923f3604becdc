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
    segment_maximum,
    steps,
)
from course_lib.metrics.sorting import sorting_order

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
    rank, position : integer arrays, shape (E,)
        Rank, and number of listed detections up to and including this one.
    present, right, added, removed : integer arrays, shape (E,)
        A bit for each setting: in which the event matters; in which the detection is right; in
        which it is right but outside the area range, so that it must be added to those that count;
        in which it is ignored but inside, so that it must be removed. At the event that ends a
        class, ``present`` is -1 (all bits) and the others are 0.
    """

    rank: Array
    position: Array
    present: Array
    right: Array
    added: Array
    removed: Array

    def at(self, setting):
        """The events of one setting: rank, whether one ends a class, position, right, change."""
        xp = namespace(self.rank)
        (rows,) = xp.nonzero((self.present & (1 << setting)) != 0)
        right = (self.right[rows] >> setting) & 1
        change = ((self.added[rows] >> setting) & 1) - ((self.removed[rows] >> setting) & 1)
        return self.rank[rows], self.present[rows] < 0, self.position[rows], right, change


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
    added = right & ~inside
    matched = (listed.rank[place], place + 1, right | removed, right, added, removed)
    last = (none, ends, none - 1, none, none, none)
    columns = [xp.concat(pair) for pair in zip(matched, last)]
    order = sorting_order(columns[1])
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
    precision, recall = [], []
    for a, targets in enumerate(objects):
        inside = ((listed.lies_in >> a) & 1) != 0
        seen = [_count_so_far(inside & (listed.rank < most)) for most in max_detections]
        reached = recalls_reached(targets, recalls)
        read = []
        for t in range(thresholds):
            rank, *columns = happened.at(t * len(objects) + a)
            for most, counted in zip(max_detections, seen):
                few = columns
                if most < max_detections[-1]:  # no event has a rank beyond the last number
                    (rows,) = xp.nonzero(rank < most)
                    few = [column[rows] for column in columns]
                read.append(read_curves(*few, seen=counted, reached=reached))
        tables, totals = (xp.stack(parts) for parts in zip(*read))
        exists = targets > 0
        precision.append(xp.where(exists[:, None], highest_from_here(tables), -1.0))
        recall.append(xp.where(exists, _ratio(totals, targets), -1.0))
    shape = (len(objects), thresholds, len(max_detections), *tables.shape[1:])
    precision = xp.permute_dims(xp.reshape(xp.stack(precision), shape), (1, 4, 3, 0, 2))
    recall = xp.permute_dims(xp.reshape(xp.stack(recall), shape[:-1]), (1, 3, 0, 2))
    return precision, recall


def _count_so_far(which):
    """How many of the first 0, 1, 2, ... are true."""
    xp = namespace(which)
    return xp.cumulative_sum(xp.astype(which, xp.int64), include_initial=True)


def read_curves(is_last, position, right, change, /, *, seen, reached):
    """Highest precision between one recall and the next, for every class, at one setting.

    Parameters
    ----------
    is_last, position, right, change : arrays, shape (E,)
        The events, from :meth:`Events.at`.
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
    xp = namespace(position)
    (last,) = xp.nonzero(is_last)
    lengths = steps(last + 1)
    right = _restart(xp.cumulative_sum(right), last, lengths)
    counted = _restart(seen[position] + xp.cumulative_sum(change), last, lengths)
    precision = xp.astype(right, xp.float64) / (xp.astype(counted, xp.float64) + EPSILON)
    # Precision is read at an event for the recalls that were not reached before it, and at the last
    # one, where it is zero, for all that remain.
    up_to, start = reached
    up_to = up_to[xp.repeat(start, lengths) + right]
    ends = xp.arange(1, last.shape[0] + 1, device=device(last)) * RECALLS.size
    up_to = xp.where(is_last, xp.repeat(ends, lengths), up_to)
    reads = steps(up_to)
    (rows,) = xp.nonzero(reads)
    highest = segment_maximum(xp.where(is_last, 0.0, precision), rows)
    return xp.reshape(xp.repeat(highest, reads[rows]), (-1, RECALLS.size)), right[last]


def _restart(total, last, lengths):
    """Running totals, turned into totals that start from zero in every class."""
    at_end = total[last]
    return total - namespace(total).repeat(at_end - steps(at_end), lengths)


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
