"""What the sandbox costs: one submission against plain nbgrader, and what passes through the wire.

Grading is done by several processes; their CPU times are added. Calls are timed by the clock,
since two processes take turns.
"""

import contextlib
import io
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from benchmarks.harness import Row, version
from course_lib.grading import batch, crowd, demo, pipeline, sandbox
from course_lib.grading.assignment import Assignment
from course_lib.grading.session import Session

ROOT = Path(__file__).parent.parent
STUDENT = "all-right"
CLASS = 100  # submissions
ASSIGNMENT = "backprop"
MEGABYTES = 100
MEASURED = (
    "One submission: CPU time of all processes. A class and calls: by the clock. Medians; "
    "of a class, the middle one of three rounds, each of which grades it once both ways."
)


def rows() -> Iterator[Row]:
    """Four promises; none where nothing can be confined."""
    if reason := sandbox.missing():
        print(reason)
        return
    yield grading()
    yield a_class()
    yield from calls()


def grading() -> Row:
    """One submission of the assignment ``metrics``, autograded."""
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
        course = Path(folder)
        demo.hand_in(ROOT, course)
        ours = demo.open_course(ROOT, course)
        settings = Config({"CourseDirectory": dict(ours.config.CourseDirectory)})
        settings.Execute.extra_arguments = ["--log-level=ERROR"]
        plain = NbGraderAPI(CourseDirectory(config=settings), config=settings)

        def autograde(api):
            pipeline.succeed(api.autograde(demo.ASSIGNMENT, STUDENT, force=True), "grading")

        our_seconds, plain_seconds = taking_turns(
            lambda: autograde(ours), lambda: autograde(plain), clock=cpu_of_all
        )
    work = "autograde one submission"
    return Row(work, "10 tests", version("nbgrader"), our_seconds, plain_seconds, target=1 / 1.2)


def a_class() -> Row:
    """A class: seconds by the clock for one submission, ours with as many jobs as usual.

    Of three rounds the one in the middle, by how many times as fast ours is.
    """
    drawn = crowd.Crowd(ROOT, ASSIGNMENT)
    students = [student for _ in range(CLASS // 10) for student in drawn.draw(10)]
    rounds = sorted((one_round(students) for _ in range(3)), key=lambda both: both[1] / both[0])
    size = f"{CLASS} of {ASSIGNMENT}, {os.cpu_count()} processors"
    return Row("grade a class", size, version("nbgrader"), *rounds[1], target=20)


def one_round(students: list[crowd.Student]) -> tuple[float, float]:
    """Our seconds and nbgrader's for one submission, each in a course of its own.

    What is handed in is right and wrong as students are, but no notebook is broken: nbgrader would
    stop there. It takes one after the other and gets every tenth, half of them before ours and
    half after, in case the machine is not always as fast; scores must be equal.
    """
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
        courses = Path(folder, "ours"), Path(folder, "plain")
        for course in courses:
            crowd.hand_in(students, ASSIGNMENT, course)
        ours, plain = (demo.open_course(ROOT, course, ASSIGNMENT) for course in courses)
        settings = Config({"CourseDirectory": dict(plain.config.CourseDirectory)})
        settings.Execute.extra_arguments = ["--log-level=ERROR"]
        plain = NbGraderAPI(CourseDirectory(config=settings), config=settings)
        names = [student.id for student in students]
        graded = names[::10]

        def grade_plainly(some: list[str]) -> float:
            start = time.perf_counter()
            for student in some:
                pipeline.succeed(plain.autograde(ASSIGNMENT, student), "grading")
            return time.perf_counter() - start

        plain_seconds = grade_plainly(graded[::2])
        start = time.perf_counter()
        lines = batch.Run(ours, ASSIGNMENT, names, feedback=False)()
        our_seconds = (time.perf_counter() - start) / CLASS
        plain_seconds = (plain_seconds + grade_plainly(graded[1::2])) / len(graded)
        with plain.gradebook as gradebook:
            expected = {s: gradebook.find_submission(ASSIGNMENT, s).score for s in graded}
    if {line.student: line.score for line in lines if line.student in expected} != expected:
        raise RuntimeError("course grade and nbgrader do not agree on the scores")
    return our_seconds, plain_seconds


def calls() -> Iterator[Row]:
    """Calls of a student's function in the sandbox."""
    session = Session(Assignment(call_seconds=60, memory_mb=2048), {})
    try:
        session.run("def same(x): return x")
        same = session.lookup("same")
        small, large = np.arange(5.0), np.ones(MEGABYTES << 17)
        seconds, _ = taking_turns(lambda: same(small), lambda: None, repeat=500)
        yield Row("call through the sandbox", "5 numbers", "1 ms", seconds, 1e-3, target=1)
        copied = np.zeros_like(large)
        seconds, copy = taking_turns(
            lambda: same(large), lambda: np.copyto(copied, large), repeat=15
        )
        size = f"{MEGABYTES} MB each way"
        yield Row("call through the sandbox", size, "two copies", seconds, 2 * copy, target=0.1)
    finally:
        session.close()


def cpu_of_all() -> float:
    """CPU seconds of this process and of its children that have ended."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, who))


def taking_turns(*works: Callable, repeat: int = 5, clock=time.perf_counter) -> list[float]:
    """Median seconds of each of ``works``; the first round is not counted."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(repeat + 1):
        for slot, work in zip(times, works):
            start = clock()
            work()
            slot.append(clock() - start)
    return [statistics.median(slot[1:]) for slot in times]
