"""One writer keeps and records what all workers find: what it takes, in a file and on a server."""

import contextlib
import io
import itertools
import pickle
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import postgresql
from benchmarks.harness import Row
from course_lib.grading import batch, crowd, demo, pipeline
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
        runs = [
            stack.enter_context(writer(students, Path(folder, name), address))
            for name, address in {"SQLite": None, "PostgreSQL": url}.items()
        ]
        results = examine(runs[0], students)
        times: list[list[float]] = [[] for _ in runs]
        for student, result in zip(students, itertools.cycle(results)):
            sent = pickle.dumps(result | {"student": student.id})
            for slot, run in zip(times, runs):
                start = time.perf_counter()
                run.examined(student.id, pickle.loads(sent))
                slot.append(time.perf_counter() - start)
    sqlite, server = map(statistics.median, times)
    work = "keep and record a result"
    return Row(work, f"{CLASS} of {ASSIGNMENT}", "on PostgreSQL", sqlite, server)


@contextlib.contextmanager
def writer(students: list[crowd.Student], course: Path, url: str | None) -> Iterator[batch.Run]:
    """A run of ``course grade`` that waits for what workers find; its gradebook is at ``url``."""
    crowd.hand_in(students, ASSIGNMENT, course)
    with contextlib.redirect_stderr(io.StringIO()):
        api = demo.open_course(ROOT, course, ASSIGNMENT, url)
    run = batch.Run(api, ASSIGNMENT, [], feedback=False)
    run.root, run.plan, run.watch = course, plans.plan(api, ASSIGNMENT), lambda *_: None
    with Recorder(api, run.plan) as run.recorder:
        yield run


def examine(run: batch.Run, students: list[crowd.Student]) -> list[dict]:
    """Results of the first submissions that can be examined."""
    course = run.api.coursedir
    folders = {s.id: pipeline.submission(course, ASSIGNMENT, s.id) for s in students}
    results = (plans.examine(run.plan, *one) for one in folders.items())
    return list(itertools.islice((found for found in results if not found["problem"]), EXAMINED))
