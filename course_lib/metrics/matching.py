"""Which detection gets which target: greedy matching by COCO's rules, in all images at once.

Within a group, the detections choose in the order of their scores: each takes the target it
overlaps most among those that are still free. COCO does that anew for every *setting*, an IoU
threshold with a range of target sizes. All settings ask the same question of a detection and a
target, and every answer is yes or no. So one integer holds all answers, a *bit* for each setting,
and ``&`` settles them together.
"""

from dataclasses import dataclass

from course_lib.arrays import Array, device, namespace, to_numpy
from course_lib.metrics.runs import place_in_run, previous_equal, run_starts
from course_lib.metrics.sorting import sorting_order

MOST_SETTINGS = 62  # as many bits of a signed 64-bit integer are free


@dataclass(frozen=True)
class Pairs:
    """Detections with targets that they may take, or have taken; all of shape (P,).

    ``settings`` has a bit for each setting in which they may, or have; ``ignored`` tells whether
    the target is one that those settings ignore.
    """

    detection: Array
    target: Array
    ignored: Array
    settings: Array

    def __getitem__(self, rows):
        """The pairs at these rows."""
        return Pairs(
            self.detection[rows], self.target[rows], self.ignored[rows], self.settings[rows]
        )


def in_ranges(area, ranges, /):
    """Bit a is set where the area lies in ``ranges[a]``, both ends included.

    Examples
    --------
    >>> in_ranges(np.array([5.0, 10.0, 20.0]), [(0, 10), (10, 20)])
    array([1, 3, 2])
    """
    xp = namespace(area)
    inside = [(area >= low) & (area <= high) for low, high in ranges]
    return sum(xp.astype(column, xp.int64) << a for a, column in enumerate(inside))


def wishes(detection, target, iou, /, *, thresholds, regular, ranges):
    """What each detection would take, most wanted first.

    A detection prefers the higher IoU, of equal ones the later target, and turns to the ignored
    targets only after all regular ones. Which are ignored depends on the area range, so that a pair
    comes twice: as regular for some settings, as ignored for the others.

    Parameters
    ----------
    detection, target, iou : arrays, shape (P,)
        The pairs, ordered by target.
    thresholds : sequence of T floats
    regular : integer array, shape (G,)
        Bit a of a target is set unless area range a ignores it.
    ranges : int
        Number A of area ranges. Bit ``t A + a`` stands for threshold t with area range a.

    Returns
    -------
    Pairs
        Ordered by detection.
    """
    xp = namespace(iou)
    order = xp.flip(sorting_order(-detection, iou))
    detection, target, iou = detection[order], target[order], iou[order]
    reached = sum(
        xp.astype(iou >= threshold, xp.int64) << (t * ranges)
        for t, threshold in enumerate(thresholds)
    )
    regular = regular[target]
    ignored = ((1 << ranges) - 1) - regular
    # Each threshold has `ranges` bits; a product copies the bits of the area ranges there.
    pairs = Pairs(
        xp.concat([detection, detection]),
        xp.concat([target, target]),
        xp.concat([xp.zeros_like(target, dtype=xp.bool), xp.ones_like(target, dtype=xp.bool)]),
        xp.concat([reached * regular, reached * ignored]),
    )
    (possible,) = xp.nonzero(pairs.settings != 0)
    pairs = pairs[possible]
    return pairs[sorting_order(pairs.detection)]


def match(pairs, group, reusable, /):
    """Let the detections choose, in all groups at once: the first wish of each group, the second, …

    Parameters
    ----------
    pairs : Pairs
        The wishes, ordered by group, score of the detection and preference.
    group : integer array, shape (P,)
        The group of each wish.
    reusable : boolean array, shape (G,)
        Targets that more than one detection may take (crowds).

    Returns
    -------
    Pairs
        Those that came about, and in which settings.
    """
    xp = namespace(group)
    turns, in_turns = _turns(group)
    first_wish = place_in_run(pairs.detection)[in_turns] == 0
    pairs = pairs[in_turns]
    last_of_target = previous_equal(pairs.target)
    may_stay = reusable[pairs.target]
    granted = xp.zeros_like(pairs.settings)
    has_target = granted  # nothing yet
    is_taken = xp.zeros(group.shape[0] + 1, dtype=granted.dtype, device=device(group))
    for now in turns:
        taken = is_taken[last_of_target[now]]
        has_target = xp.where(first_wish[now], 0, has_target[: now.stop - now.start])
        granted[now] = pairs.settings[now] & ~(has_target | taken)
        has_target = has_target | granted[now]
        is_taken[now] = taken | xp.where(may_stay[now], 0, granted[now])
    (rows,) = xp.nonzero(granted != 0)
    return Pairs(pairs.detection[rows], pairs.target[rows], pairs.ignored[rows], granted[rows])


def _turns(group):
    """Sort wishes so that turn n, the wishes number n of all groups that have so many, is a slice.

    The groups with most wishes come first, so that each turn starts with those of the next one.

    Returns
    -------
    list of slices, and the order
    """
    xp = namespace(group)
    _, lengths = run_starts(group)
    turn = place_in_run(group)
    order = sorting_order(turn, -xp.repeat(lengths, lengths))
    starts, lengths = (to_numpy(edge).tolist() for edge in run_starts(turn[order]))
    return [slice(a, a + n) for a, n in zip(starts, lengths)], order
