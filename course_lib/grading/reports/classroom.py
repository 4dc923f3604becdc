"""A graded assignment as data: scores from the gradebook, mistakes and repairs from the notebooks.

Everything comes from where nbgrader has put it, so it does not matter whether ``course grade``,
``nbgrader autograde`` or formgrader graded, nor which database the gradebook is.
"""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy
from nbformat import v4
from nbgrader.api import (
    BaseCell,
    Grade,
    Gradebook,
    MissingEntry,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)

from course_lib import notebooks
from course_lib.grading import results
from course_lib.grading.pipeline import GradingError
from course_lib.grading.restore import notes_of, repaired
from course_lib.grading.trials import NOT_WRITTEN

UNNAMED = "no mistake that the grader knows"
ENDINGS = {  # by the names of our own exceptions, which say nothing to a reader
    "TooSlow": "code that did not come to an end",
    "ProgramEnded": "code that ended its program",
}
_CHECK = re.compile("^(test|hidden)_")
_NUMBER_AND_POINTS = re.compile(r"^\s*(?:\d+\.\s*)?(.*?)\s*(?:\([\d.]+ points?\))?\s*$")


@dataclass(frozen=True)
class Exercise:
    """An exercise: what is asked under one heading; its checks share their points."""

    name: str
    title: str
    points: float


@dataclass
class Mark:
    """What a student has for one exercise."""

    score: float = 0.0
    waits: bool = False  # for a person to grade it
    mistakes: set[str] = field(default_factory=set)

    @property
    def written(self) -> bool:
        """Whether anything was handed in for it."""
        return NOT_WRITTEN not in self.mistakes


@dataclass
class Submission:
    """What a student has for the assignment."""

    student: str
    name: str
    penalty: float = 0.0
    marks: dict[str, Mark] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    repaired: bool = False  # a cell had to be put right
    seconds: float | None = None  # that grading took

    @property
    def score(self) -> float:
        """All points, less what being late costs."""
        return max(0.0, sum(mark.score for mark in self.marks.values()) - self.penalty)

    @property
    def waits(self) -> bool:
        """Whether a person has to grade a part of it."""
        return any(mark.waits for mark in self.marks.values())


@dataclass
class Classroom:
    """All of an assignment; ``ungraded`` says by student why nothing could be graded."""

    assignment: str
    title: str
    exercises: list[Exercise]
    submissions: list[Submission]
    ungraded: dict[str, str]
    absent: list[str]
    minutes: int | None = None

    @property
    def points(self) -> float:
        """What can be reached."""
        return sum(exercise.points for exercise in self.exercises)


def read(api, name: str) -> Classroom:
    """The graded assignment ``name`` of the nbgrader course ``api``.

    Raises
    ------
    GradingError
        If nobody has been graded yet.
    course_lib.notebooks.NotebookError
        If one of the instructor's notebooks cannot be read.
    """
    nobody = GradingError(f"nobody has been graded in {name!r} yet; run `course grade {name}`")
    address = sqlalchemy.make_url(api.coursedir.db_url)
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").exists():
        raise nobody  # nbgrader would make an empty one
    folder = Path(api.coursedir.format_path(api.coursedir.source_directory, ".", name))
    with api.gradebook as gradebook:
        try:
            assignment = gradebook.find_assignment(name)
        except MissingEntry:
            raise nobody from None
        exercises = _exercises(assignment, all_headings(folder))
        submissions = _submissions(gradebook, name)
        students = {student.id for student in gradebook.students}
    if not submissions:
        raise nobody
    for submission in submissions.values():
        course = api.coursedir
        graded = Path(course.format_path(course.autograded_directory, submission.student, name))
        for path in sorted(graded.glob("*.ipynb")):
            _add_notebook(submission, v4.reads(path.read_text(encoding="utf-8")))
    problems = {}
    for result in results.all_of(Path(api.coursedir.root), name):
        student = result.get("student")
        if student in submissions:
            submissions[student].seconds = result.get("seconds")
        elif student and result.get("problem"):
            problems[student] = result["problem"]
    known = facts(folder)
    return Classroom(
        assignment=name,
        title=known.get("title", name),
        exercises=list(exercises.values()),
        submissions=sorted(submissions.values(), key=lambda s: (-s.score, s.student)),
        ungraded=problems,
        absent=sorted(students - set(submissions) - set(problems)),
        minutes=known.get("minutes"),
    )


def exercise_of(cell: str) -> str:
    """The exercise that a graded cell belongs to.

    Examples
    --------
    >>> exercise_of("hidden_accuracy")
    'accuracy'
    """
    return _CHECK.sub("", cell)


def headings(cells) -> dict[str, str]:
    """By exercise, the last heading above its cells, without its number and points."""
    found: dict[str, str] = {}
    title = ""
    for cell in cells:
        ours = cell.cell_type == "markdown" and "nbgrader" not in cell.metadata
        if ours and (heading := re.match(r"#+ (.+)", cell.source)):
            title = _NUMBER_AND_POINTS.sub(r"\1", heading[1].replace("`", ""))
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if name and title:
            found.setdefault(exercise_of(name), title)
    return found


def all_headings(folder: Path) -> dict[str, str]:
    """:func:`headings` of the instructor's notebooks, where they are."""
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.ipynb")):
        found |= headings(notebooks.read(path).cells)
    return found


def facts(folder: Path) -> dict:
    """What ``assignment.toml`` says; nothing where there is none."""
    path = folder / "assignment.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _exercises(assignment, titles: dict[str, str]) -> dict[str, Exercise]:
    """The exercises in the order of the notebook, each with the points of all its cells."""
    found: dict[str, Exercise] = {}
    for notebook in sorted(assignment.notebooks, key=lambda n: n.name):
        points = {cell.name: cell.max_score for cell in notebook.grade_cells + notebook.task_cells}
        for cell in [c.name for c in notebook.source_cells if c.name in points]:
            name = exercise_of(cell)
            before = found[name].points if name in found else 0.0
            title = titles.get(name, name.replace("_", " "))
            found[name] = Exercise(name, title, before + points[cell])
    return found


def _submissions(gradebook: Gradebook, name: str) -> dict[str, Submission]:
    """Everybody's points, in one query for all cells of all students."""
    found: dict[str, Submission] = {}
    query = (
        gradebook.db.query(Student, SubmittedNotebook, Grade, BaseCell.name)
        .join(SubmittedAssignment, SubmittedAssignment.student_id == Student.id)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .join(BaseCell, Grade.cell_id == BaseCell.id)
        .filter(SubmittedAssignment.assignment.has(name=name))
    )
    penalties: dict[tuple[str, str], float] = {}
    for student, notebook, grade, cell in query:
        named = " ".join(filter(None, (student.first_name, student.last_name)))
        submission = found.setdefault(student.id, Submission(student.id, named))
        mark = submission.marks.setdefault(exercise_of(cell), Mark())
        mark.score += grade.score
        mark.waits |= grade.needs_manual_grade
        by_hand = grade.needs_manual_grade or grade.manual_score is not None
        if grade.cell.cell_type == "markdown" and not by_hand:
            mark.mistakes.add(NOT_WRITTEN)  # nbgrader gives 0 to a text that is as released
        penalties[student.id, notebook.id] = notebook.late_submission_penalty or 0.0
    for (student, _), penalty in penalties.items():
        found[student].penalty += penalty
    return found


def _add_notebook(submission: Submission, notebook) -> None:
    """Take over what the grader wrote into a graded notebook: mistakes, and what it repaired."""
    for name, checks in notebook.metadata.get("course_checks", {}).items():
        mark = submission.marks.get(exercise_of(name))
        if mark is not None:
            mark.mistakes |= {
                _in_words(mistake["name"]) for check in checks for mistake in check["mistakes"]
            }
    for cell in notebook.cells:
        mark = submission.marks.get(exercise_of(_grade_id(cell)))
        if mark is not None:
            errors = [o for o in cell.get("outputs", []) if o["output_type"] == "error"]
            mark.mistakes |= {_stopped(error) for error in errors}
    submission.notes += notes_of(notebook)
    submission.repaired |= repaired(notebook)


def _stopped(output: dict) -> str:
    """What ended a check before it could say anything, as the name of a mistake."""
    if output["ename"] == "NameError":
        return "not defined the function"
    return ENDINGS.get(output["ename"], f"stopped with {output['ename']}")


def _in_words(mistake: str) -> str:
    """The name of a mistake as a reader of the report understands it."""
    return ENDINGS.get(mistake.removeprefix("raised "), mistake or UNNAMED)


def _grade_id(cell) -> str:
    marks = cell.metadata.get("nbgrader", {})
    return marks.get("grade_id", "") if marks.get("grade") else ""
