"""``course report``: one page about how a class did, and the table for a learning platform.

The page needs nothing but itself: no script, no font, no picture from elsewhere.
"""

import os
import tempfile
from datetime import datetime
from itertools import groupby
from pathlib import Path
from statistics import median

from jinja2 import Environment, PackageLoader, StrictUndefined

from course_lib.grading.pipeline import GradingError
from course_lib.grading.reports import classroom, figures, pseudonyms
from course_lib.grading.reports.classroom import Classroom
from course_lib.grading.reports.table import CsvExport

SHOWN_MISTAKES = 30
WIDTH, HEIGHT, FOOT, HEAD = 720, 226, 34, 38  # of the distribution, in the page's pixels


def write(api, name: str, target: Path, *, names: bool = False) -> Path:
    """Write the report on the assignment ``name`` to the file ``target``.

    Parameters
    ----------
    api : NbGraderAPI
    name : str
    target : Path
    names : bool
        Show who students are; otherwise each has a pseudonym, the same in every report.

    Raises
    ------
    GradingError
        If nobody has been graded, or the file cannot be written.
    course_lib.notebooks.NotebookError
        If one of the instructor's notebooks cannot be read.
    """
    room = classroom.read(api, name)
    folder = Path(api.coursedir.root) / "results"
    try:
        called = label(room, pseudonyms.key(folder), names=names)
        replace(target, lambda file: file.write_text(render(room, called), encoding="utf-8"))
    except OSError as error:
        raise unwritable(error, target) from None
    return target


def export(api, name: str, target: Path) -> str:
    """Have :class:`~course_lib.grading.reports.table.CsvExport` write everybody's points.

    Returns
    -------
    str
        What the file does not tell: whose points are not all there yet, and who is not in it.

    Raises
    ------
    GradingError, course_lib.notebooks.NotebookError
        As :func:`write`.
    """
    room = classroom.read(api, name)
    with api.gradebook as gradebook:

        def write_to(file: Path) -> None:
            CsvExport(parent=api, to=str(file), assignment=[name]).export(gradebook)

        try:
            replace(target, write_to)
        except OSError as error:
            raise unwritable(error, target) from None
        listed = {student.id for student in gradebook.students}
    return untold(room, listed)


def untold(room: Classroom, listed: set[str]) -> str:
    """What a table of points of the students ``listed`` does not tell; "" if nothing."""
    waiting = sum(s.waits for s in room.submissions)
    absent = len(room.ungraded.keys() - listed)
    zero = len(room.ungraded) - absent
    said = {
        "to be graded by a person": waiting,
        "not in it: could not be graded": absent,
        "in it with 0: could not be graded": zero,
    }
    return "; ".join(f"{count} {what}" for what, count in said.items() if count)


def unwritable(error: OSError, target: Path) -> GradingError:
    """The sentence about a file that cannot be written."""
    return GradingError(f"{target} cannot be written: {error.strerror or error}")


def replace(target: Path, write_to) -> None:
    """Have ``write_to(file)`` write a new file, and put it in the place of ``target``."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        raise IsADirectoryError(21, "it is a folder")
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    os.close(handle)
    new = Path(name)
    try:
        write_to(new)
        new.chmod(0o644)
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)


def label(room: Classroom, secret: bytes, *, names: bool) -> dict[str, str]:
    """What the page calls each student; with names, the pseudonym stands behind."""
    everybody = {s.student: s.name for s in room.submissions}
    everybody |= dict.fromkeys([*room.ungraded, *room.absent], "")
    hidden = pseudonyms.pseudonyms(list(everybody), secret)
    if not names:
        return hidden
    return {
        student: f"{f'{name}, ' if name else ''}{student} ({hidden[student]})"
        for student, name in everybody.items()
    }


def render(room: Classroom, called: dict[str, str]) -> str:
    """The page about a class whose students are ``called`` so."""
    environment = Environment(
        loader=PackageLoader("course_lib.grading.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": number, "share": share, "duration": duration}
    seconds = [s.seconds for s in room.submissions if s.seconds is not None]
    mistakes = figures.mistakes(room)
    return environment.get_template("report.html.j2").render(
        room=room,
        called=called,
        written=datetime.now().astimezone().strftime("%-d %B %Y, %H:%M"),
        bins=bars(figures.distribution(room)),
        size=(WIDTH, HEIGHT, FOOT),
        middle=figures.middle(room),
        mean=sum(s.score for s in room.submissions) / len(room.submissions),
        success=figures.success(room),
        states=figures.STATES,
        state=figures.state,
        mistakes=mistakes[:SHOWN_MISTAKES],
        more_mistakes=len(mistakes) - SHOWN_MISTAKES,
        most=max((n for m in mistakes for n in m.by_exercise.values()), default=1),
        attention=figures.attention(room),
        low=figures.LOW,
        repeated=figures.REPEATED,
        noticed=figures.noticed(room),
        strips=strips(room),
        waiting=sum(s.waits for s in room.submissions),
        repaired=sum(s.repaired for s in room.submissions),
        seconds=seconds and {"all": sum(seconds), "median": median(seconds), "most": max(seconds)},
    )


def bars(bins: list[figures.Bin]) -> list[dict]:
    """Where the bars of the distribution stand, and how high they are."""
    highest = max(b.count for b in bins) or 1
    width, height = WIDTH / len(bins), HEIGHT - FOOT - HEAD
    return [
        {
            "bin": b,
            "x": round(i * width + 1, 2),
            "width": round(width - 2, 2),
            "height": round(height * b.count / highest, 2),
        }
        for i, b in enumerate(bins)
    ]


def strips(room: Classroom) -> list[list[tuple[int, int, int]]]:
    """The class as a picture: by exercise runs of equal marks (start, length, number of the state).

    Students stand from left to right, in the order of ``room.submissions``.
    """
    found = []
    for exercise in room.exercises:
        marks = [s.marks.get(exercise.name, classroom.Mark()) for s in room.submissions]
        runs, start = [], 0
        for state, equal in groupby(figures.state(mark, exercise.points) for mark in marks):
            length = len(list(equal))
            runs.append((start, length, figures.STATES.index(state)))
            start += length
        found.append(runs)
    return found


def number(value: float) -> str:
    """A number of points, without digits that say nothing."""
    return f"{round(value, 2):g}"


def share(value: float | None) -> str:
    """A share as a percentage; a dash where there is none."""
    return "–" if value is None else f"{value:.0%}"


def duration(seconds: float) -> str:
    """A time in seconds, or in minutes where it is more than two."""
    return f"{number(seconds)} s" if seconds < 120 else f"{number(seconds / 60)} minutes"
