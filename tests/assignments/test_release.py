"""What students get: everything they need, nothing they must not see."""

import importlib
import re
import shutil
from pathlib import Path

import pytest

from course_lib import notebooks
from course_lib.grading import pipeline

ROOT = Path(__file__).parents[2]
ASSIGNMENTS = pipeline.assignments(ROOT)


def secrets(name):
    """Every line of the source that stands between the marks of a solution or a hidden test."""
    source = notebooks.read(pipeline.source_notebook(ROOT, name))
    text = "\n".join(cell.source for cell in source.cells)
    hidden = re.findall(
        r"### BEGIN (SOLUTION|HIDDEN TESTS)\n(.*?)### END \1", text, flags=re.DOTALL
    )
    return {line.strip() for _, block in hidden for line in block.splitlines() if line.strip()}


@pytest.fixture
def sandbox(tmp_path):
    """A copy of the course that a test may spoil."""
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    for folder in ("solutions", "exercises"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def test_there_are_assignments():
    assert "metrics" in ASSIGNMENTS


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_no_solution_and_no_hidden_test_is_released(name):
    found = secrets(name)
    assert len(found) > 4
    for path in (ROOT / "exercises" / name).rglob("*"):
        text = path.read_text(encoding="utf-8").replace('\\"', '"')
        assert not [line for line in found if line in text], path
        assert "BEGIN SOLUTION" not in text and "HIDDEN TESTS" not in text


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_no_mistake_and_no_hint_is_released(name):
    module = importlib.import_module(f"course_lib.grading.assignments.{name}")
    known = [m for known in module.CHECKS.values() for m in known.misconceptions]
    text = (ROOT / "exercises" / name / f"{name}.ipynb").read_text(encoding="utf-8")
    assert known and not [m.name for m in known if m.name in text or m.hint in text]


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_exercises_are_what_solutions_generate(name):
    assert pipeline.stale_release(ROOT, name) is None


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_the_release_runs_up_to_where_the_student_writes(name):
    released = notebooks.read(ROOT / "exercises" / name / f"{name}.ipynb")
    stubs = {"code": "raise NotImplementedError", "markdown": "YOUR ANSWER HERE"}
    solutions = [c for c in released.cells if c.metadata.get("nbgrader", {}).get("solution")]
    assert solutions and all(stubs[cell.cell_type] in cell.source for cell in solutions)
    assert not any(cell.get("outputs") for cell in released.cells)


def test_an_edited_release_is_not_overwritten(sandbox):
    path = sandbox / "exercises" / "metrics" / "metrics.ipynb"
    edited = path.read_text().replace("Accuracy (2 points)", "Accuracy (3 points)")
    path.write_text(edited)
    with pytest.raises(pipeline.GradingError, match=r"metrics\.ipynb was edited by hand"):
        pipeline.release(sandbox, "metrics")
    assert path.read_text() == edited
    assert pipeline.stale_release(sandbox, "metrics")
    pipeline.release(sandbox, "metrics", force=True)
    assert pipeline.stale_release(sandbox, "metrics") is None


def test_a_release_is_replaced_when_its_source_changes(sandbox):
    source = sandbox / "solutions" / "metrics" / "metrics.ipynb"
    source.write_text(source.read_text().replace("Accuracy (2 points)", "Accuracy (two points)"))
    assert "is not what solutions/metrics generates" in pipeline.stale_release(sandbox, "metrics")
    released = pipeline.release(sandbox, "metrics")
    assert "Accuracy (two points)" in released.read_text()
    assert not list((sandbox / "_build").iterdir())


def test_a_file_that_does_not_belong_there_is_named(sandbox):
    (sandbox / "solutions" / "metrics" / "table.csv").write_text("1,2")
    said = "exercises/metrics/table.csv is not what solutions/metrics generates"
    assert said in pipeline.stale_release(sandbox, "metrics")
    pipeline.release(sandbox, "metrics")
    assert pipeline.stale_release(sandbox, "metrics") is None
    (sandbox / "solutions" / "metrics" / "table.csv").unlink()
    assert said in pipeline.stale_release(sandbox, "metrics")


def test_what_a_solution_writes_when_it_is_run_is_not_released(sandbox):
    (sandbox / "solutions" / "lenet" / "predictions.csv").write_text("7\n3\n")
    assert pipeline.stale_release(sandbox, "lenet") is None


def test_an_unknown_assignment_is_named(sandbox):
    with pytest.raises(pipeline.GradingError, match="no assignment 'metric' in solutions/"):
        pipeline.release(sandbox, "metric")


def test_a_source_that_nbgrader_refuses_leaves_the_release_alone(sandbox):
    source = sandbox / "solutions" / "metrics" / "metrics.ipynb"
    source.write_text(source.read_text().replace("### END SOLUTION", ""))
    before = (sandbox / "exercises" / "metrics" / "metrics.ipynb").read_text()
    with pytest.raises(pipeline.GradingError, match="releasing metrics failed"):
        pipeline.release(sandbox, "metrics")
    assert (sandbox / "exercises" / "metrics" / "metrics.ipynb").read_text() == before


def test_a_folder_that_is_no_course(tmp_path):
    with pytest.raises(pipeline.GradingError, match="has no nbgrader_config"):
        pipeline.course(tmp_path)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("c.x = (", "'\\(' was never closed"),
        ("c.x = y", "NameError: name 'y' is not defined"),
    ],
)
def test_settings_that_do_not_run_are_named_with_their_line(tmp_path, line, said):
    (tmp_path / "nbgrader_config.py").write_text(f"c = get_config()\n{line}\n")
    with pytest.raises(pipeline.GradingError, match=rf"nbgrader_config\.py, line 2: {said}$"):
        pipeline.course(tmp_path)


def test_a_source_that_is_no_notebook_is_named(sandbox):
    (sandbox / "solutions" / "metrics" / "metrics.ipynb").write_text("junk")
    with pytest.raises(notebooks.NotebookError, match=r"solutions/metrics/metrics\.ipynb: not a "):
        pipeline.release(sandbox, "metrics")
