"""A demo class: eight submissions as students write them, graded by nbgrader.

It shows an instructor the whole way before there are students, and it is the test that one bad
submission never stops the others. A class of any size comes from :mod:`~course_lib.grading.crowd`.
"""

import copy
import functools
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from rich.box import SIMPLE
from rich.columns import Columns
from rich.console import Console
from rich.table import Table
from tqdm import tqdm

from course_lib import notebooks
from course_lib.grading import batch, crowd, pipeline, sandbox, showing

ASSIGNMENT = "metrics"
STUDENTS = {  # first and last name, and what is handed in
    "all-right": ("Rosa", "Albrecht", "everything right"),
    "blank": ("Omar", "Bianchi", "handed in as released"),
    "swapped": ("Mateo", "Castillo", "rows and columns swapped"),
    "divides-by-zero": (
        "Kenji",
        "Demir",
        "no thought of empty classes and of left-over samples",
    ),
    "one-missing": ("Nadia", "Eriksen", "exercise 4 deleted"),
    "syntax-error": ("Viktor", "Fischer", "exercise 1 cannot be read, 4 to 8 not written"),
    "endless": ("Amélie", "García", "exercise 5 never ends, 3, 4 and 6 to 8 not written"),
    "chatty": ("Tariq", "Hansen", "prints to stderr, ignores beta"),
}


@dataclass(frozen=True)
class Result:
    """What one student got: points by exercise, or why there are none."""

    student: str
    story: str
    points: dict[str, float]
    max_points: dict[str, float]
    problem: str | None


def submission(released, solution, answers: str | None):
    """The notebook that a student hands in.

    ``answers`` is the text of a file in ``demo_class``: a student's code under ``# %% grade_id``;
    None hands in the solution.
    """
    notebook = copy.deepcopy(released)
    if answers is None:
        cells = {cell.id: cell.source for cell in solution.cells}
        written = {
            cell.metadata.nbgrader.grade_id: cells[cell.id]
            for cell in notebook.cells
            if cell.metadata.get("nbgrader", {}).get("solution")
        }
    else:
        parts = re.split(r"^# %% (.+)\n", answers, flags=re.MULTILINE)[1:]
        written = dict(zip(parts[::2], parts[1::2]))
    kept = []
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if f"delete {re.sub('^(test|hidden)_', '', grade_id)}" in written:
            continue
        if grade_id in written:
            cell.source = written[grade_id].strip()
        kept.append(cell)
    notebook.cells = kept
    return notebook


def hand_in(root: Path, course: Path) -> None:
    """Write every student's notebook to ``course``/submitted."""
    released = notebooks.read(root / "exercises" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb")
    solution = notebooks.read(pipeline.source_notebook(root, ASSIGNMENT))
    files = Path(__file__).parent / "demo_class"
    for student in STUDENTS:
        file = files / f"{student.replace('-', '_')}.py"
        answers = file.read_text(encoding="utf-8") if file.exists() else None
        folder = course / "submitted" / student / ASSIGNMENT
        folder.mkdir(parents=True)
        notebooks.write(submission(released, solution, answers), folder / f"{ASSIGNMENT}.ipynb")


def run(root: Path, course: Path):
    """Hand in, grade and write feedback in a fresh folder ``course``.

    Returns
    -------
    tuple of NbGraderAPI and list of Result
        The course, and what came of each of the eight.
    """
    shutil.rmtree(course, ignore_errors=True)
    hand_in(root, course)
    api = open_course(root, course)
    # These submissions are our own, so the demo also runs where nothing can be confined.
    pipeline.confine(api, confined=sandbox.missing() is None)
    with api.gradebook as gradebook:
        for student, (first, last, _) in STUDENTS.items():
            gradebook.add_student(student, first_name=first, last_name=last)
    results = []
    for student in tqdm(STUDENTS, "grading", unit="submission", disable=None):
        problem = pipeline.grade(api, ASSIGNMENT, student)
        story = STUDENTS[student][-1]
        results.append(Result(student, story, *points(api, student), problem))
    return api, results


def show(results: list[Result]) -> None:
    """Print a table of what the eight got."""
    possible = results[0].max_points
    title = f"A demo class: points in assignment {ASSIGNMENT!r}"
    table = Table(title=title, box=SIMPLE, padding=0)
    table.add_column("student", no_wrap=True)
    table.add_column("what was handed in", min_width=16)
    headings = [*range(1, len(possible) + 1), "all"]
    for heading, points in zip(headings, [*possible.values(), sum(possible.values())]):
        table.add_column(f"{heading}\n/ {points:g}", justify="right")
    for result in results:
        scores = [*result.points.values(), sum(result.points.values())]
        table.add_row(result.student, result.story, *[f"{round(score, 2):g}" for score in scores])
    names = [f" {i} {exercise}" for i, exercise in enumerate(possible, 1)]
    Console().print(table, Columns(names, padding=(0, 3)))


def run_crowd(root: Path, course: Path, name: str, count: int, seed: int, jobs: int | None):
    """Have ``count`` students hand in ``name`` in a fresh folder ``course``, and grade them.

    Returns
    -------
    tuple of NbGraderAPI and list of Line
        The course, and what came of each submission.
    """
    students = crowd.Crowd(root, name, seed).draw(count)
    shutil.rmtree(course, ignore_errors=True)
    crowd.hand_in(students, name, course)
    api = open_course(root, course, name)
    pipeline.confine(api, confined=sandbox.missing() is None)
    with api.gradebook as gradebook:
        for student in students:
            gradebook.add_student(student.id, first_name=student.first, last_name=student.last)
    watching = functools.partial(showing.progress, count)
    names = [student.id for student in students]
    return api, batch.Run(api, name, names, jobs, watching=watching)()


def open_course(root: Path, course: Path, name: str = ASSIGNMENT, url: str | None = None):
    """An nbgrader course in the folder ``course`` into which the assignment has been released.

    Its gradebook is at ``url``, or a file in the folder.
    """
    api = pipeline.course(
        root,
        root=str(course),
        source_directory=str(root / "solutions"),
        release_directory="release",
        db_url=url or f"sqlite:///{course}/gradebook.db",
    )
    pipeline.succeed(api.generate_assignment(name), f"releasing {name}")
    return api


def points(api, student: str) -> tuple[dict[str, float], dict[str, float]]:
    """Points and maximum by exercise (its visible and hidden checks together)."""
    earned: dict[str, float] = {}
    possible: dict[str, float] = {}
    with api.gradebook as gradebook:
        for grade in gradebook.find_submission(ASSIGNMENT, student).notebooks[0].grades:
            exercise = re.sub("^(test|hidden)_", "", grade.name)
            earned[exercise] = earned.get(exercise, 0.0) + grade.score
            possible[exercise] = possible.get(exercise, 0.0) + grade.max_score
    return earned, possible
