"""The examiner: runs test cells as ordinary Python, with the student's names as proxies.

It has the tests, the references and the random inputs, and makes the scores. It shares nothing
with the submission but the plain data that a :class:`~course_lib.grading.session.Session` brings.
"""

import ast
import contextlib
import io
import math
import numbers
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from course_lib.grading.assignment import Assignment
from course_lib.grading.checks import Result, recorded
from course_lib.grading.remote import Proxy
from course_lib.grading.session import Session, TooSlow
from course_lib.grading.source import Origin, SourceCell, lines_shown, missing_names, parse, trusted

RESTARTS = 2  # programs that one submission may lose and still go on
PRINTED = 50_000  # characters that a test may print
FILENAME = "<test>"


@dataclass
class Verdict:
    """What came of a test cell.

    Attributes
    ----------
    score : float
        Between 0 and the points of the cell.
    printed : str
    problem : tuple of (str, str) or None
        Name and message of what was raised.
    checks : list of Result
        What the calls of ``check`` in it found.
    """

    score: float
    printed: str
    problem: tuple[str, str] | None = None
    checks: list[Result] = field(default_factory=list)


class Magics:
    """Stands for IPython in test cells: magics do nothing, timed cells run."""

    def __init__(self, namespace):
        self.namespace = namespace

    def run_line_magic(self, name, line, **_):
        """Do nothing, except ``%time``."""
        return self.run_cell_magic(name, "", line)

    def run_cell_magic(self, name, line, body):
        """Run the cell below ``%%time`` and its like."""
        if name in ("time", "timeit", "capture", "prun"):
            exec(compile(body, FILENAME, "exec"), self.namespace)

    def system(self, command):
        """No shell commands among the tests."""
        raise RuntimeError("a test cell cannot run shell commands")

    getoutput = system


@dataclass
class Examiner:
    """Examines one submission; use it in a ``with`` statement.

    Parameters
    ----------
    assignment : Assignment
    source : list of SourceCell
        The instructor's cells.
    folder : Path
        Where the tests run: the instructor's, not the submission's.
    files : mapping of str to Path
        What the submission may read.
    confined : bool
        Whether the submission runs in a sandbox.
    """

    assignment: Assignment
    source: list[SourceCell]
    folder: Path
    files: dict[str, Path]
    confined: bool = True
    student_names: set[str] = field(default_factory=set, init=False)
    loaded: set = field(default_factory=set, init=False)

    def __enter__(self):
        self.trusted = trusted(tuple(self.source))
        self.namespace: dict = {"__name__": "__main__"}
        self.namespace["get_ipython"] = lambda: Magics(self.namespace)
        self.session = self.start()
        self.lost = False
        self.restarts = 0
        self.done: list[str] = []  # cells that a new program would have to run again
        return self

    def __exit__(self, *_):
        self.session.close()

    @property
    def vanished(self) -> bool:
        """Whether its program ever ended by itself, or because somebody else killed it."""
        return self.lost or self.session.vanished

    def start(self) -> Session:
        """A program without any cell run."""
        return Session(
            self.assignment,
            self.files,
            confined=self.confined,
            operators=self.trusted.special_methods,
        )

    def student_cell(self, source: str):
        """Run a cell in the sandbox; its outputs as the sandbox reports them."""
        self.revive()
        outputs = self.session.run(source)
        self.done.append(source)
        return outputs

    def revive(self) -> None:
        """Replace a program that is gone, running again the cells that did not end it."""
        if not self.session.ended or self.session.seconds <= 0:
            return
        if self.restarts == RESTARTS:
            return
        self.restarts += 1
        self.lost = self.vanished
        seconds = self.session.seconds
        self.session = self.start()
        self.session.seconds = seconds
        with contextlib.suppress(Exception):  # then what follows says that it is gone
            for source in self.done:
                self.session.run(source)

    def setup_cell(self, source: str, name: str | None) -> None:
        """Run one of the instructor's read-only cells here, for the tests that follow."""
        with contextlib.suppress(Exception):
            self.execute(source, name, io.StringIO())

    def test_cell(self, source: str, name: str, points: float) -> Verdict:
        """Run a test cell and turn what came of it into a score."""
        printed = io.StringIO()
        self.revive()
        with recorded() as found:
            try:
                value = self.execute(source, name, printed)
            except Exception as error:
                problem = type(error).__name__, message(error, source)
                return Verdict(0.0, printed.getvalue()[:PRINTED], problem, found)
        return Verdict(score(value, points), printed.getvalue()[:PRINTED], None, found)

    def execute(self, source: str, name: str | None, printed: io.StringIO):
        """Run a cell here; the value of its last expression, None if that is the student's."""
        tree = parse(source)
        body, last = tree.body, None
        if body and isinstance(body[-1], ast.Expr):
            last = body[-1].value
            body = body[:-1]
        foreign = self.resolve(missing_names(tree), name)
        with (
            standing_in(self.folder),
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
            time_limit(self.assignment.cell_seconds),
        ):
            exec(compile(ast.Module(body, []), FILENAME, "exec"), self.namespace)
            if last is None:
                return None
            value = eval(compile(ast.Expression(last), FILENAME, "eval"), self.namespace)
        return None if _root(last) in foreign else value

    def resolve(self, names: Sequence[str], test: str | None) -> set[str]:
        """Bring the names that a cell needs into the namespace; those that are the student's."""
        foreign = set()
        for name in names:
            if name in self.namespace and name not in self.student_names:
                continue
            origin = self.trusted.origin(name, test)
            if origin is not None:
                self.student_names.discard(name)
                self.load(origin, test)
                continue
            foreign.add(name)
            self.student_names.add(name)
            try:
                self.namespace[name] = self.session.lookup(name)
            except NameError:
                self.namespace.pop(name, None)  # Python says it, if the name is really used
            except Exception as error:
                self.namespace[name] = unavailable(name, error)
        return foreign

    def load(self, origin: Origin, test: str | None) -> None:
        """Run the instructor's code that defines a name, once."""
        if origin.key in self.loaded:
            return
        self.loaded.add(origin.key)
        self.resolve(missing_names(origin.code), test)
        with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
            exec(compile(origin.code, FILENAME, "exec"), self.namespace)


def unavailable(name: str, error: Exception):
    """Stands for a function that could not be fetched: raises why when it is called."""

    def raise_why(*_, **__):
        raise error

    raise_why.__name__ = name
    return raise_why


def _root(node: ast.AST) -> str | None:
    """The name at the beginning of an expression: ``f`` in ``f(x).y[0]``."""
    while isinstance(node, ast.Call | ast.Attribute | ast.Subscript | ast.Await):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def score(value, points: float) -> float:
    """Points for a test cell that ended without an exception and whose last value is ``value``.

    As in nbgrader a number is partial credit and anything else full marks; unlike there, what is
    no number between 0 and ``points`` is never more than it says.
    """
    if isinstance(value, bool | np.bool_):
        return points if value else 0.0
    if isinstance(value, numbers.Real) and not isinstance(value, Proxy):
        number = float(value)
        return 0.0 if math.isnan(number) else min(max(number, 0.0), points)
    return points


def message(error: Exception, source: str) -> str:
    """What a student may read about a test that failed: never a line of a hidden test."""
    text = str(error)
    if text:
        return text
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == FILENAME
    ]
    line = lines_shown(source)[lines[0] - 1] if lines and lines[0] else None
    return f"this is not so: {line.strip()}" if line else "a hidden test is not passed"


@contextlib.contextmanager
def standing_in(folder: Path):
    """Work in ``folder``, but import nothing from it."""
    before = sys.path[:]
    sys.path[:] = [entry for entry in before if entry not in ("", ".")]
    try:
        with contextlib.chdir(folder):
            yield
    finally:
        sys.path[:] = before


@contextlib.contextmanager
def time_limit(seconds: float):
    """Raise TooSlow after ``seconds``, where Python allows that: in the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(signum, frame):
        raise TooSlow(f"this test was stopped after {seconds:g} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
