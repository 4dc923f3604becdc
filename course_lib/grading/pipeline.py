"""nbgrader at work: releasing an assignment, grading submissions, writing feedback.

The folder with ``nbgrader_config.py`` is the course. Everything here goes through nbgrader's own
converters, so a course can be moved to plain nbgrader and back at any time.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import sysconfig
import tempfile
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbgrader.api import MissingEntry
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from course_lib import notebooks
from course_lib.grading import database, sandbox
from course_lib.grading.restore import notes_of

# nbgrader builds its records in an order that SQLAlchemy remarks on; the result is right.
warnings.filterwarnings("ignore", "Object of type <Submitted", SAWarning)


class GradingError(Exception):
    """Something that the instructor has to know, in one sentence."""


def course(root: Path, /, **directories: str) -> NbGraderAPI:
    """The nbgrader course in ``root``; ``directories`` replaces some of its folders.

    Raises
    ------
    GradingError
        If ``root`` is not an nbgrader course, or its settings or its gradebook cannot be used.
    """
    config = settings(root / "nbgrader_config.py")
    scripts = sysconfig.get_path("scripts")
    if scripts not in os.environ.get("PATH", "").split(
        os.pathsep
    ):  # nbgrader calls alembic by name
        os.environ["PATH"] = os.pathsep.join([scripts, os.environ.get("PATH", "")])
    config.CourseDirectory.merge(Config({"root": str(root), **directories}))
    folders = CourseDirectory(config=config)
    try:
        database.examine(folders.db_url)
    except database.DatabaseError as error:
        raise GradingError(str(error)) from None
    return NbGraderAPI(folders, config=config)


def settings(path: Path) -> Config:
    """What the program ``path`` sets; :class:`GradingError` names the line that does not run."""
    if not path.exists():
        raise GradingError(f"{path.parent} has no {path.name}; run it in the folder of the course")
    try:
        return PyFileConfigLoader(path.name, path=str(path.parent)).load_config()
    except SyntaxError as error:
        raise GradingError(f"{error.filename}, line {error.lineno}: {error.msg}") from None
    except Exception as error:  # it is a program, so anything can happen
        frames = traceback.extract_tb(error.__traceback__)
        lines = [f", line {f.lineno}" for f in frames if Path(f.filename).name == path.name]
        said = f"{type(error).__name__}: {error}"
        raise GradingError(f"{path}{''.join(lines[-1:])}: {said}") from None


def source_notebook(root: Path, name: str) -> Path:
    """The instructor's notebook of the assignment ``name``."""
    path = root / "solutions" / name / f"{name}.ipynb"
    if not path.exists():
        there = ", ".join(assignments(root)) or "none"
        raise GradingError(f"there is no assignment {name!r} in solutions/; there are: {there}")
    return path


def assignments(root: Path) -> list[str]:
    """Names of all assignments, in order."""
    return sorted(path.parent.name for path in (root / "solutions").glob("*/*.ipynb"))


def generate(root: Path, name: str, destination: Path, *, database: bool) -> None:
    """Let nbgrader make the student's version of ``name`` in ``destination``/``name``."""
    notebooks.read(source_notebook(root, name))  # nbgrader would not say which file is broken
    api = course(root, release_directory=str(destination))
    api.config.GenerateAssignment.no_database = not database
    api.config.SaveCells.enabled = database
    succeed(api.generate_assignment(name, force=True, create=True), f"releasing {name}")
    path = destination / name / f"{name}.ipynb"
    notebook = notebooks.read(path)
    notebook.metadata["course_release"] = fingerprint(notebook)
    notebooks.write(notebook, path)


def fingerprint(notebook: nbformat.NotebookNode) -> str:
    """Hash of everything that a release says, so that an edit by hand is noticed."""
    parts = [[cell.id, cell.cell_type, cell.source, cell.metadata] for cell in notebook.cells]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def release(root: Path, name: str, *, force: bool = False) -> Path:
    """Write ``exercises/name`` anew from ``solutions/name``, whole or not at all.

    Raises
    ------
    GradingError
        If there is no such assignment, or the released notebook was edited by hand (its edits
        would be lost; ``force`` overwrites them).
    """
    source_notebook(root, name)
    target = root / "exercises" / name
    released = target / f"{name}.ipynb"
    if released.exists() and not force:
        old = notebooks.read(released)
        if old.metadata.get("course_release") != fingerprint(old):
            raise GradingError(
                f"{released.relative_to(root)} was edited by hand and would be overwritten; "
                f"edit solutions/{name}/{name}.ipynb, then run `course release --force {name}`"
            )
    with working_folder(root) as folder:
        generate(root, name, folder, database=True)
        if target.exists():
            target.rename(folder / "previous")
        target.parent.mkdir(exist_ok=True)
        (folder / name).rename(target)
    return released


def stale_release(root: Path, name: str) -> str | None:
    """A sentence if ``exercises/name`` is not what ``solutions/name`` generates, else None."""
    released = root / "exercises" / name / f"{name}.ipynb"
    if not released.exists():
        return f"exercises/{name} was never released; run `course release {name}`"
    with working_folder(root) as folder:
        generate(root, name, folder, database=False)
        new, old = contents(folder / name), contents(released.parent)
    different = sorted(file for file in new.keys() | old.keys() if new.get(file) != old.get(file))
    if not different:
        return None
    return (
        f"exercises/{name}/{different[0]} is not what solutions/{name} generates; "
        f"run `course release {name}`"
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Every file in a folder, by its name below it, but those that Jupyter leaves there."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    }


@contextmanager
def working_folder(root: Path) -> Iterator[Path]:
    """A temporary folder on the same disk, so that a finished release is moved in one step."""
    (root / "_build").mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="release-", dir=root / "_build"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def succeed(result: dict, doing: str) -> None:
    """Raise what nbgrader reports as a failure, in the words of the first exception it met."""
    if not result["success"]:
        said = f"{result.get('log') or ''}\n{result.get('error') or ''}"
        reasons = re.findall(r"^ *((?:\w+\.)*\w*(?:Error|Exception|Timeout)\w*: .+)$", said, re.M)
        raise GradingError(f"{doing} failed: {reasons[0] if reasons else said.strip()[-200:]}")


def grade(api: NbGraderAPI, name: str, student: str) -> str | None:
    """Autograde one submission and write its feedback page; None, or why that was not possible.

    One submission that cannot be graded never stops the others, so nothing is raised for it.
    """
    for step, doing in ((api.autograde, "grading"), (api.generate_feedback, "feedback for")):
        try:
            succeed(step(name, student, force=True), f"{doing} {student}")
        except GradingError as error:
            return str(error)
    return None


def confine(api: NbGraderAPI, *, confined: bool) -> None:
    """Run submissions in a sandbox, or without one and say so in every result.

    Raises
    ------
    GradingError
        If they are to be confined and this machine cannot do that.
    """
    if confined and (reason := sandbox.missing()):
        raise GradingError(
            f"{reason} (for notebooks that you wrote yourself there is --unsafe-no-sandbox)"
        )
    api.config.Examine.confined = confined


def is_released(api: NbGraderAPI, name: str) -> bool:
    """Whether the gradebook knows the cells of the assignment ``name``."""
    with api.gradebook as gradebook, contextlib.suppress(MissingEntry):
        return bool(gradebook.find_assignment(name).notebooks)
    return False


def submission(course: CourseDirectory, name: str, student: str) -> Path:
    """Where the files are that a student has handed in."""
    return Path(course.format_path(course.submitted_directory, student, name))


def submitted(api: NbGraderAPI, name: str, only: list[str] | None = None) -> list[str]:
    """Who has handed in the assignment ``name``; of those, ``only``, if it names anybody.

    Raises
    ------
    GradingError
        If nobody has, or one of ``only`` has not.
    """
    folder = submission(api.coursedir, name, "*")
    root = Path(*folder.parts[: folder.parts.index("*")])
    found = sorted(path.parts[len(root.parts)] for path in root.glob(str(folder.relative_to(root))))
    if not found:
        raise GradingError(f"nobody has handed in {name!r} (submitted/*/{name})")
    for student in only or []:
        if student not in found:
            raise GradingError(
                f"{student!r} has not handed in {name!r}; there are {len(found)} who have: "
                f"{', '.join(found[:20])}{' …' if len(found) > 20 else ''}"
            )
    return only or found


@dataclass(frozen=True)
class Graded:
    """What came of one submission: points, what the grader noticed, or why there are none."""

    student: str
    score: float
    max_score: float
    notes: list[str]
    problem: str | None


def result(api: NbGraderAPI, name: str, student: str, problem: str | None) -> Graded:
    """Points of a graded submission, from the gradebook, and notes, from its notebooks."""
    score = max_score = 0.0
    with contextlib.suppress(MissingEntry), api.gradebook as gradebook:
        found = gradebook.find_submission(name, student)
        score, max_score = found.score, found.max_score
    folder = api.coursedir.format_path(api.coursedir.autograded_directory, student, name)
    notes = [
        note
        for path in sorted(Path(folder).glob("*.ipynb"))
        for note in notes_of(notebooks.read(path))
    ]
    return Graded(student, score, max_score, notes, problem)
