"""One writer records what all workers find: how long it takes, on disk and on a server."""

import contextlib
import copy
import io
import itertools
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks import postgresql
from benchmarks.harness import Row
from course_lib.grading import crowd, demo, pipeline
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
        students = crowd.Crowd(ROOT, ASSIGNMENT).draw(CLASS)
        recorders = [
            stack.enter_context(recorder(students, Path(folder, name), address))
            for name, address in {"SQLite": None, "PostgreSQL": url}.items()
        ]
        results = examine(recorders[0], students)
        times: list[list[float]] = [[] for _ in recorders]
        for student, result in zip(students, itertools.cycle(results)):
            for slot, there in zip(times, recorders):
                one = copy.deepcopy(result) | {"student": student.id}
                start = time.perf_counter()
                there.record(one)
                slot.append(time.perf_counter() - start)
    sqlite, server = map(statistics.median, times)
    return Row("record a result", f"{CLASS} of {ASSIGNMENT}", "on PostgreSQL", sqlite, server)


def recorder(students: list[crowd.Student], course: Path, url: str | None) -> Recorder:
    """For a course into which a class has handed in, with its gradebook at ``url`` or in a file."""
    crowd.hand_in(students, ASSIGNMENT, course)
    with contextlib.redirect_stderr(io.StringIO()):
        api = demo.open_course(ROOT, course, ASSIGNMENT, url)
    return Recorder(api, plans.plan(api, ASSIGNMENT))


def examine(recorder: Recorder, students: list[crowd.Student]) -> list[dict]:
    """Results of the first submissions that can be examined."""
    folders = {s.id: pipeline.submission(recorder.course, ASSIGNMENT, s.id) for s in students}
    results = (plans.examine(recorder.plan, *one) for one in folders.items())
    return list(itertools.islice((found for found in results if not found["problem"]), EXAMINED))
