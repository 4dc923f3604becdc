"""``course grade``: many submissions at once, stopped and started again at any moment.

Worker processes examine, here or on other machines; this process alone writes. A result lies on
disk (:mod:`~course_lib.grading.results`) before it is recorded in the gradebook, and is marked once
that is done, so a run that was killed goes on where it was. What it repeats then has no effect
twice.
"""

import contextlib
import datetime
import fcntl
import functools
import getpass
import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from nbgrader.api import InvalidEntry
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config

from course_lib.grading import pipeline, results
from course_lib.grading import plan as plans
from course_lib.grading.assignment import AssignmentError
from course_lib.grading.cluster import Cluster, ClusterError
from course_lib.grading.pipeline import GradingError
from course_lib.grading.pool import Pool
from course_lib.grading.record import Recorder


@dataclass
class Line:
    """What the summary says of one submission; ``score`` is None where there is a problem."""

    student: str
    score: float | None
    max_score: float
    notes: list[str]
    problem: str | None
    needs_person: bool
    done_before: bool
    repaired: bool = False


@dataclass
class Run:
    """One run over an assignment.

    Parameters
    ----------
    api : NbGraderAPI
    name : str
        The assignment.
    students : list of str
    jobs : int, optional
        Submissions at once; :func:`usual_jobs` if not given.
    force : bool
        Examine again what has been examined.
    feedback : bool
        Write feedback pages, too.
    watching : callable
        A context manager, entered when workers have been started: ``watch(student, problem)``,
        which it gives, is called when a submission is finished.
    method : str
        How workers are replaced, see :class:`~course_lib.grading.pool.Pool`.
    scheduler : str, optional
        Address of a Dask scheduler whose workers examine; this machine's processes if none.
    """

    api: NbGraderAPI
    name: str
    students: list[str]
    jobs: int | None = None
    force: bool = False
    feedback: bool = True
    watching: Callable = lambda: contextlib.nullcontext(lambda student, problem: None)
    method: str = "forkserver"
    scheduler: str | None = None
    before: set[str] = field(default_factory=set, init=False)
    pageless: dict[str, str] = field(default_factory=dict, init=False)

    def __call__(self) -> list[Line]:
        """Grade all; what came of each.

        Raises
        ------
        GradingError
            If another run is going on, or the disk or the gradebook cannot be written.
        """
        self.root = Path(self.api.coursedir.root)
        try:
            self.plan = plans.plan(self.api, self.name)
            # Workers first: they have neither the lock nor a connection to the gradebook.
            with (
                self.workers(),
                locked(self.root / "results"),
                Recorder(self.api, self.plan) as self.recorder,
            ):
                with self.watching() as self.watch:
                    self.grade()
                return list(self.lines())
        except OSError as error:
            raise GradingError(
                f"{error.strerror or error} ({error.filename or self.root}); what was finished is "
                "kept, run it again when that is mended"
            ) from None
        except (SQLAlchemyError, InvalidEntry) as error:
            said = str(getattr(error, "orig", None) or error)  # the database's own words
            reason = next(iter(said.splitlines()), type(error).__name__)
            raise GradingError(
                f"the gradebook could not be written: {reason}; run it again when that is mended"
            ) from None
        except (AssignmentError, ClusterError) as error:
            raise GradingError(str(error)) from None

    @contextlib.contextmanager
    def workers(self) -> Iterator[None]:
        """The processes that work for this one: here, and at the scheduler's if there is one.

        Where every submission has been examined they start when there is a task, most often never.
        """
        preload = ["course_lib.startup", "course_lib.grading.batch"]
        with contextlib.ExitStack() as stack:
            jobs = min(self.jobs or usual_jobs(), max(len(self.students), 1))
            work = any(self.current(student) is None for student in self.students)
            begin = None
            if work and not self.scheduler:
                begin = functools.partial(plans.begin, self.plan)
                begin()  # here as well: what workers then need is forked from what this one has
            self.pool = Pool(jobs, preload, self.method, begin)
            if work:
                stack.enter_context(self.pool)
            else:
                stack.push(self.pool)  # only to be left
            self.cluster = None
            if self.scheduler:
                self.cluster = stack.enter_context(Cluster(self.scheduler))
            yield

    def file(self, student: str) -> Path:
        """Where the result of a student is."""
        return results.path(self.root, self.name, student)

    def current(self, student: str) -> dict | None:
        """A student's result, if nothing has changed since the submission was examined."""
        result = None if self.force else results.read(self.file(student))
        if result is None or result["problem"]:
            return None
        submission = pipeline.submission(self.api.coursedir, self.name, student)
        now = self.plan.fingerprint(submission)
        return result if result.get("fingerprint") == now else None

    def grade(self) -> None:
        """Do what is left to do for every student."""
        known = self.recorder.known()
        for student in self.students:
            result = self.current(student)
            if result is None:
                self.examine(student)
            elif result.get("recorded") and student in known:
                self.before.add(student)
                self.finish(result)
            elif all("notebook" in part for part in result["notebooks"].values()):
                self.record(result)
            else:  # it was recorded in a gradebook or a folder that is gone
                self.examine(student)
        if self.cluster:
            for student, value in self.cluster.results():
                self.examined(student, value)
        for key, value in self.pool.results():
            kind, student = cast(tuple[str, str], key)
            if kind == "examine":
                self.examined(student, value)
            else:
                self.written(student, value)

    def examine(self, student: str) -> None:
        """Have a submission examined by a worker."""
        submission = pipeline.submission(self.api.coursedir, self.name, student)
        if self.cluster:
            self.cluster.submit(student, self.plan, student, submission)
        else:
            self.pool.submit(("examine", student), plans.examine, self.plan, student, submission)

    def examined(self, student: str, value) -> None:
        """Keep a result and record it."""
        if isinstance(value, Exception):
            value = {"student": student, "assignment": self.name, "notes": [], "notebooks": {}} | {
                "problem": f"{type(value).__name__}: {value}"
            }
        results.write(self.file(student), value)
        if value["problem"]:
            self.watch(student, value["problem"])
        else:
            self.record(value)

    def record(self, result: dict) -> None:
        """Have the gradebook say what a result says."""
        self.recorder.record(result)
        for part in result["notebooks"].values():
            part.pop("notebook")
        result["recorded"] = True
        results.write(self.file(result["student"]), result)
        self.finish(result)

    def finish(self, result: dict) -> None:
        """Have the feedback page written, unless it is there or not wanted."""
        student = result["student"]
        if self.feedback and not result.get("feedback"):
            settings = self.api.config
            self.pool.submit(("feedback", student), write_feedback, settings, self.name, student)
        else:
            self.watch(student, None)

    def written(self, student: str, value) -> None:
        """Note that a feedback page has been written, or why not."""
        result = results.read(self.file(student)) or {}
        problem = str(value) if isinstance(value, Exception) else value
        result["feedback"] = problem is None
        if problem:
            self.pageless[student] = problem
        results.write(self.file(student), result)
        self.watch(student, problem)

    def lines(self) -> Iterator[Line]:
        """The summary, by student."""
        graded = self.recorder.scores()
        for student in self.students:
            result = results.read(self.file(student)) or {"problem": "no result", "notes": []}
            score, needs_person = graded.get(student, (None, False))
            yield Line(
                student,
                None if result["problem"] else score,
                self.recorder.max_score,
                result["notes"],
                result["problem"] or self.pageless.get(student),
                needs_person,
                student in self.before,
                result.get("repaired", False),
            )


def usual_jobs() -> int:
    """A quarter more than there are processors, rounded up.

    A job waits for a fifth of its time, while the kernel makes a sandbox or takes it down.
    """
    processors = os.cpu_count() or 1
    return processors + (processors + 3) // 4


def write_feedback(settings: Config, name: str, student: str) -> str | None:
    """Let nbgrader write a feedback page; None, or why that was not possible."""
    api = NbGraderAPI(CourseDirectory(config=settings), config=settings)
    try:
        pipeline.succeed(
            api.generate_feedback(name, student, force=True), f"feedback for {student}"
        )
    except GradingError as error:
        return str(error)
    return None


@contextlib.contextmanager
def locked(folder: Path):
    """One run at a time; the kernel gives the lock back however a run ends."""
    folder.mkdir(exist_ok=True)
    with (folder / ".lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise GradingError(f"another run is grading this course: {file.read()}") from None
        since = datetime.datetime.now().astimezone().isoformat(" ", "seconds")
        file.truncate(0)
        file.write(f"process {os.getpid()} of {getpass.getuser()} on {socket.gethostname()}")
        file.write(f", since {since}")
        file.flush()
        yield
