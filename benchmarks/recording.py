"""One writer records what all workers find: how long it takes, on disk and on a server."""

import contextlib
import copy
import itertools
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import postgresql
from benchmarks.harness import Row
from course_lib.grading import crowd, pipeline
from course_lib.grading import plan as plans
from course_lib.grading.record import Recorder

ROOT = Path(__file__).parent.parent
ASSIGNMENT = "backprop"
CLASS = 100  # submissions
EXAMINED = 10  # of them; the others have the results of these


def row() -> Row:
    """By the clock, since a record waits for the disk; the two take turns."""
    with (
        tempfile.TemporaryDirectory() as folder,
        postgresql.server() as url,
        contextlib.ExitStack() as stack,
    ):
        students = [student.id for student in hand_in(Path(folder, "course"))]
        recorders = [
            stack.enter_context(recorder(Path(folder, "course"), Path(folder, name), address))
            for name, address in {"SQLite": None, "PostgreSQL": url}.items()
        ]
        results = examine(recorders[0].plan, Path(folder, "SQLite"), students)
        times: list[list[float]] = [[] for _ in recorders]
        for student, result in zip(students, itertools.cycle(results)):
            for slot, there in zip(times, recorders):
                one = copy.deepcopy(result) | {"student": student}
                start = time.perf_counter()
                there.record(one)
                slot.append(time.perf_counter() - start)
    sqlite, server = map(statistics.median, times)
    return Row("record a result", f"{CLASS} of {ASSIGNMENT}", "on PostgreSQL", sqlite, server)


def hand_in(course: Path) -> list[crowd.Student]:
    """A course into which a class has handed in."""
    students = crowd.Crowd(ROOT, ASSIGNMENT).draw(CLASS)
    crowd.hand_in(students, ASSIGNMENT, course)
    shutil.copy(ROOT / "nbgrader_config.py", course)
    shutil.copytree(ROOT / "solutions" / ASSIGNMENT, course / "solutions" / ASSIGNMENT)
    return students


@contextlib.contextmanager
def recorder(course: Path, folder: Path, url: str | None) -> Iterator[Recorder]:
    """A recorder for a copy of the course in ``folder``, with its gradebook at ``url``."""
    shutil.copytree(course, folder)
    before = os.environ.pop("COURSE_DB_URL", None)
    try:
        os.environ |= {"COURSE_DB_URL": url} if url else {}
        pipeline.release(folder, ASSIGNMENT)
        api = pipeline.course(folder)
    finally:
        os.environ.pop("COURSE_DB_URL", None)
        os.environ |= {"COURSE_DB_URL": before} if before else {}
    with Recorder(api, plans.plan(api, ASSIGNMENT)) as found:
        yield found


def examine(plan: plans.Plan, course: Path, students: list[str]) -> list[dict]:
    """Results of the first submissions that can be examined."""
    results = (plans.examine(plan, s, course / "submitted" / s / ASSIGNMENT) for s in students)
    return list(itertools.islice((found for found in results if not found["problem"]), EXAMINED))
