"""Demo classes of any size: who they are, what they hand in, and that it can be graded."""

import shutil
from pathlib import Path

import pytest
from nbformat import v4

from course_lib import notebooks
from course_lib.grading import crowd, demo, pipeline
from course_lib.grading.assignments import CHECKS

ROOT = Path(__file__).parents[2]
NAMES = pipeline.assignments(ROOT)


def exercises(student):
    """The source of each exercise in a student's notebook."""
    return {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in v4.reads(student.text).cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_assignment_has_a_mixture(name):
    """200 students: nobody twice, each exercise solved, got wrong and left out by some."""
    source = crowd.Crowd(ROOT, name)
    students = source.draw(200)
    assert len({student.id for student in students}) == 200
    assert all(student.id.isascii() for student in students)
    whole = [exercises(s) for s in students if s.text.startswith("{") and s.text.endswith("}\n")]
    released = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in source.released.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    for exercise in CHECKS.keys() & released.keys():
        right = {text.strip() for text in [source.solved[exercise], *source.right[exercise]]}
        wrong = {text.strip() for texts in source.wrong[exercise].values() for text in texts}
        written = [answers[exercise].strip() for answers in whole if exercise in answers]
        solved = sum(text in right for text in written)
        failed = sum(text in wrong for text in written)
        absent = sum(text == released[exercise].strip() for text in written)
        assert min(solved, failed, absent) >= 5, exercise
        assert solved + failed + absent >= len(written) - 5  # the others are broken


def test_a_seed_is_a_class():
    first, again, other = (crowd.Crowd(ROOT, "metrics", seed).draw(30) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_broken_notebooks_are_as_many_as_said():
    students = crowd.Crowd(ROOT, "metrics").draw(1000)
    texts = [student.text for student in students]
    assert sum(text == "" for text in texts) == crowd.BROKEN["empty file"]
    assert sum(bool(text) and not text.endswith("}\n") for text in texts) == 4
    whole = [exercises(student) for student in students if student.text.endswith("}\n")]
    endless = sum("while True:\n        pass" in "".join(found.values()) for found in whole)
    assert endless == crowd.BROKEN["endless"]
    complete = max(map(len, whole))
    assert sum(len(found) < complete for found in whole) == crowd.BROKEN["deleted"]


def test_an_assignment_without_answers(tmp_path):
    shutil.copytree(ROOT / "solutions" / "metrics", tmp_path / "solutions" / "metrics")
    shutil.copytree(ROOT / "exercises" / "metrics", tmp_path / "exercises" / "metrics")
    with pytest.raises(pipeline.GradingError, match=r"bank, .* run it in a copy of the repository"):
        crowd.Crowd(tmp_path, "metrics")
    (tmp_path / "tests" / "assignments" / "bank").mkdir(parents=True)
    with pytest.raises(
        pipeline.GradingError, match=r"no answers to 'metrics' in tests/.*metrics.md"
    ):
        crowd.Crowd(tmp_path, "metrics")
    with pytest.raises(pipeline.GradingError, match="there is no assignment 'none'"):
        crowd.Crowd(ROOT, "none")


def test_a_small_class_is_graded(tmp_path):
    api, lines = demo.run_crowd(ROOT, tmp_path / "course", "metrics", 4, seed=3, jobs=2)
    assert [line.problem for line in lines] == [None] * 4
    assert len({line.student for line in lines}) == 4
    with api.gradebook as gradebook:
        assert all(student.last_name for student in gradebook.students)
    for line in lines:
        graded = tmp_path / "course" / "autograded" / line.student / "metrics" / "metrics.ipynb"
        assert notebooks.read(graded).metadata["course_checks"]
