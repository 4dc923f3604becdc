"""What every assignment promises to those who write it, and to those who grade it."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.validator import Validator
from traitlets.config import Config

from course_lib import notebooks
from course_lib.grading import pipeline, rehearsal, sandbox
from course_lib.grading.assignment import Assignment
from course_lib.grading.assignments import CHECKS

ROOT = Path(__file__).parents[2]
ASSIGNMENTS = pipeline.assignments(ROOT)
SOLUTION, RELEASE = "has-solved-it", "handed-it-in-as-it-was"
for_each_assignment = pytest.mark.parametrize("name", ASSIGNMENTS)


def source(name):
    return notebooks.read(pipeline.source_notebook(ROOT, name))


def marks(notebook):
    """What nbgrader knows of every cell that it knows."""
    return [c.metadata["nbgrader"] for c in notebook.cells if "nbgrader" in c.metadata]


def settings(name):
    return Assignment.read(ROOT / "solutions" / name / "assignment.toml")


@for_each_assignment
def test_points_are_those_announced(name):
    notebook = source(name)
    total = sum(float(m["points"]) for m in marks(notebook) if m.get("grade"))
    text = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    headings = re.findall(r"^## .*\(([\d.]+) points?\)", text, re.MULTILINE)
    assert total == settings(name).points == sum(map(float, headings))


@for_each_assignment
def test_it_says_what_it_is(name):
    said = settings(name)
    assert said.title and said.minutes
    assert (ROOT / "book" / f"{said.lecture}.ipynb").exists()


@for_each_assignment
def test_grade_ids_are_unique(name):
    ids = Counter(m["grade_id"] for m in marks(source(name)))
    assert max(ids.values()) == 1


@for_each_assignment
def test_one_answer_in_words_with_a_rubric(name):
    written = [
        c
        for c in source(name).cells
        if c.cell_type == "markdown" and c.metadata.get("nbgrader", {}).get("grade")
    ]
    assert written and all("ubric" in cell.source for cell in written)


def headings(page: str) -> set[str]:
    """Anchors of a lecture's headings."""
    cells = notebooks.read(ROOT / "book" / f"{page}.ipynb").cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    found = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-") for heading in found}


@pytest.mark.parametrize("check", list(CHECKS))
def test_a_report_sends_students_to_pages_that_exist(check):
    places = {CHECKS[check].read} | {m.read for m in CHECKS[check].misconceptions}
    for place in places - {""}:
        page, _, heading = place.partition("#")
        assert not heading or heading in headings(page), place
        assert (ROOT / "book" / f"{page}.ipynb").exists(), place


@for_each_assignment
def test_the_solution_passes_its_own_checks(name, tmp_path):
    shutil.copytree(ROOT / "solutions" / name, tmp_path / name)  # some write files when they run
    rows = rehearsal.rehearse(tmp_path / name / f"{name}.ipynb")
    assert [row for row in rows if row.score is not None and row.score != row.points] == []


@for_each_assignment
def test_nothing_of_a_release_is_right_already(name, tmp_path):
    shutil.copytree(ROOT / "exercises" / name, tmp_path / name)
    rows = rehearsal.rehearse(tmp_path / name / f"{name}.ipynb")
    assert [row for row in rows if row.score] == []


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """``graded(name)``: scores of the solution and of the release, by us and by plain nbgrader."""
    done = {}

    def scores(name):
        if name not in done:
            folder = tmp_path_factory.mktemp(name)
            done[name] = grade_both_ways(name, folder)
        return done[name]

    return scores


def grade_both_ways(name: str, root: Path) -> dict:
    """Scores of every test by (grader, student)."""
    shutil.copy(ROOT / "nbgrader_config.py", root)
    shutil.copytree(ROOT / "solutions" / name, root / "solutions" / name)
    pipeline.release(root, name)
    for student, folder in ((SOLUTION, "solutions"), (RELEASE, "exercises")):
        target = root / "submitted" / student / name
        shutil.copytree(root / folder / name, target, ignore=shutil.ignore_patterns("*.toml"))
    ours = pipeline.course(root)
    pipeline.confine(ours, confined=sandbox.missing() is None)
    config = Config({"CourseDirectory": dict(ours.config.CourseDirectory)})
    config.Execute.extra_arguments = ["--log-level=ERROR"]
    plain = NbGraderAPI(CourseDirectory(config=config), config=config)
    found = {}
    for grader, api in (("ours", ours), ("plain", plain)):
        for student in (SOLUTION, RELEASE):
            pipeline.succeed(api.autograde(name, student, force=True), f"{grader}, {student}")
            with api.gradebook as gradebook:
                grades = gradebook.find_submission(name, student).notebooks[0].grades
                found[grader, student] = {
                    g.name: (g.auto_score, g.max_score) for g in grades if g.auto_score is not None
                }
    return found


@for_each_assignment
def test_graded_solution_full_release_nothing(graded, name):
    scores = graded(name)
    assert all(got == most for got, most in scores["ours", SOLUTION].values())
    assert all(got == 0 for got, _ in scores["ours", RELEASE].values())


@for_each_assignment
def test_plain_nbgrader_gives_the_same_scores(graded, name):
    scores = graded(name)
    for student in (SOLUTION, RELEASE):
        assert scores["plain", student] == scores["ours", student]
        assert len(scores["plain", student]) > 1


@for_each_assignment
def test_nbgraders_validate_opens_it(name, tmp_path):
    """Its button in the notebook finds nothing wrong with the solution."""
    shutil.copytree(ROOT / "solutions" / name, tmp_path / name)
    assert "failed" not in Validator().validate(str(tmp_path / name / f"{name}.ipynb"))
