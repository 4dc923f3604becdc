"""What the report on a class shows, as numbers: each function feeds one part of the page."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from statistics import median

from course_lib.grading.admission import UNREAD
from course_lib.grading.reports.classroom import (
    ENDINGS,
    UNNAMED,
    Classroom,
    Exercise,
    Mark,
    Submission,
)
from course_lib.grading.trials import NOT_WRITTEN

STATES = ("right", "partly right", "wrong", "not written", "waits for a person")
LOW = 0.4  # of the points that have been given out: below, a student needs attention
REPEATED = 3  # exercises with the same mistake
STEPS = (0.25, 0.5, 1, 2, 2.5, 5, 10, 20, 25, 50, 100)
BARS = 24  # of the distribution, at most
EXACT = 1e-9
_OF_A_CELL = re.compile(r"^\S+(?= (was missing|is read-only|was there more|had been made))")
_DETAIL = re.compile(r" \(.*")


@dataclass(frozen=True)
class Bin:
    """Scores from ``low`` to ``high``; the last bin has those that are equal to ``high``, too."""

    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Success:
    """How the class did in an exercise: the mean share of its points, and how many are how far."""

    exercise: Exercise
    mean: float | None
    counts: dict[str, int]


@dataclass(frozen=True)
class Mistake:
    """How many students made a mistake, in all and by exercise."""

    name: str
    students: int
    by_exercise: dict[str, int]


def state(mark: Mark, points: float) -> str:
    """Which of :data:`STATES` an exercise is in."""
    if mark.waits:
        return "waits for a person"
    if mark.score >= points - EXACT:
        return "right"
    if mark.score > 0:
        return "partly right"
    return "wrong" if mark.written else "not written"


def distribution(room: Classroom) -> list[Bin]:
    """Bins of equal width, a round number of points, from 0 to what can be reached."""
    width = next((step for step in STEPS if room.points / step <= BARS), room.points / BARS)
    number = max(1, -int(-room.points // width))
    counts = Counter(min(int(s.score / width + EXACT), number - 1) for s in room.submissions)
    return [Bin(i * width, (i + 1) * width, counts[i]) for i in range(number)]


def middle(room: Classroom) -> float:
    """The median score."""
    return median(submission.score for submission in room.submissions)


def success(room: Classroom) -> list[Success]:
    """How the class did, by exercise; there is no mean while answers wait for a person."""
    found = []
    for exercise in room.exercises:
        marks = [s.marks[exercise.name] for s in room.submissions if exercise.name in s.marks]
        counts = Counter(state(mark, exercise.points) for mark in marks)
        shares = [mark.score / (exercise.points or 1) for mark in marks]
        mean = None if any(mark.waits for mark in marks) or not marks else sum(shares) / len(shares)
        found.append(Success(exercise, mean, {name: counts[name] for name in STATES}))
    return found


def mistakes(room: Classroom) -> list[Mistake]:
    """Every mistake, those of many students first, and those without a name at the end."""
    students: dict[str, set[str]] = defaultdict(set)
    places: dict[str, Counter] = defaultdict(Counter)
    for submission in room.submissions:
        for exercise, mark in submission.marks.items():
            for name in mark.mistakes - {NOT_WRITTEN}:
                students[name].add(submission.student)
                places[name][exercise] += 1
    found = [Mistake(name, len(who), dict(places[name])) for name, who in students.items()]
    return sorted(found, key=lambda m: (m.name == UNNAMED, -m.students, m.name))


def attention(room: Classroom) -> list[tuple[Submission, list[str]]]:
    """Students whom somebody should talk to, and why, those with most reasons first."""
    found = [(s, reasons(s, room)) for s in room.submissions]
    return sorted((f for f in found if f[1]), key=lambda f: (-len(f[1]), f[0].score))


def reasons(submission: Submission, room: Classroom) -> list[str]:
    """Why a student needs attention, in words; empty where nothing says so."""
    given = [
        (exercise.points, submission.marks[exercise.name])
        for exercise in room.exercises
        if exercise.name in submission.marks and not submission.marks[exercise.name].waits
    ]
    possible = sum(points for points, _ in given)
    reached = sum(mark.score for _, mark in given)
    missing = sum(not mark.written for _, mark in given)
    said = []
    if any(UNREAD in note for note in submission.notes):
        said.append("the file could not be read")
    elif given and missing == len(given):
        said.append("nothing was written")
    elif possible and reached < LOW * possible:
        said.append(f"{reached / possible:.0%} of the points")
    if 2 * missing >= len(given) > missing > 0:
        said.append(f"{missing} of {len(given)} exercises not written")
    for name, times in Counter(n for m in submission.marks.values() for n in m.mistakes).items():
        if name in ENDINGS.values():
            said.append(name)
        elif times >= REPEATED and name not in (NOT_WRITTEN, UNNAMED):
            said.append(f"the same mistake {times} times: {name}")
    return said


def noticed(room: Classroom) -> list[tuple[str, list[Submission]]]:
    """What the grader repaired or refused, without the name of the cell, and in whose notebook."""
    found: dict[str, dict[str, Submission]] = defaultdict(dict)
    for submission in room.submissions:
        for note in submission.notes:
            short = _DETAIL.sub("", _OF_A_CELL.sub("a cell", note))
            found[short][submission.student] = submission
    return sorted(
        ((note, list(who.values())) for note, who in found.items()),
        key=lambda f: (-len(f[1]), f[0]),
    )
