"""``course check``: a student's notebook, run from top to bottom on their own machine."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from typer.testing import CliRunner

from course_lib import notebooks
from course_lib.cli import app
from course_lib.grading import rehearsal

SETUP = "from course_lib.grading import check\nimport numpy as np"


def test_cell(name, source, points=1):
    marks = {"grade": True, "solution": False, "locked": True, "grade_id": name, "points": points}
    return new_code_cell(source, metadata={"nbgrader": {**marks, "schema_version": 3}})


test_cell.__test__ = False  # a cell with a test in it, not a test of ours


@pytest.fixture
def notebook(tmp_path):
    """``notebook(*cells)``: the path of a notebook with these cells."""

    def write(*cells):
        path = tmp_path / "mine.ipynb"
        notebooks.write(new_notebook(cells=list(cells)), path)
        return path

    return write


def test_every_exercise_and_what_its_check_says(notebook):
    words = {"grade": True, "solution": True, "grade_id": "explain", "points": 2}
    path = notebook(
        new_code_cell(f"{SETUP}\ndef accuracy(m):\n    return np.trace(m) / m.sum()"),
        test_cell("test_accuracy", 'check(accuracy, "accuracy", points=1)'),
        new_code_cell("def f_beta(p, r, beta):\n    return (p + r) / 2"),
        test_cell("test_f_beta", 'check(f_beta, "f_beta", points=3)', 3),
        test_cell("hidden_f_beta", "# Other inputs are tried here (2 points).", 2),
        test_cell("test_missing", 'check(precision, "precision_recall", points=2)', 2),
        test_cell("test_bare", "np.testing.assert_allclose(accuracy(np.eye(2)), 1)", 4),
        new_markdown_cell("YOUR ANSWER HERE", metadata={"nbgrader": words}),
    )
    before = path.read_bytes()
    rows = {row.exercise: row for row in rehearsal.rehearse(path)}
    assert path.read_bytes() == before
    assert [(r.exercise, r.score, r.points) for r in rows.values()] == [
        ("accuracy", 1.0, 1.0),
        ("f_beta", 0.0, 3.0),
        ("missing", 0.0, 2.0),
        ("bare", 4.0, 4.0),
        ("explain", None, 2.0),
    ]
    assert rows["accuracy"].said == "" == rows["bare"].said
    assert rows["f_beta"].said.startswith("the F-beta score is wrong")
    assert rows["missing"].said == "NameError: name 'precision' is not defined"
    assert rows["explain"].said == "not written yet"


def test_the_command_says_it_in_a_table(notebook):
    path = notebook(new_code_cell(SETUP), test_cell("test_ones", "1.5", 2))
    result = CliRunner().invoke(app, ["check", str(path)])
    assert result.exit_code == 1
    assert "1.5 / 2" in result.output
    assert "1.5 of 2 points that the checks in it can give." in result.output


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (test_cell("test_end", "import os; os._exit(0)"), r"cell 1 \(import os; os._exit"),
        (new_code_cell("1 + 1"), "no cell of it is graded; is it an assignment?"),
    ],
)
def test_what_is_no_assignment_or_ends_its_program(notebook, cell, said):
    with pytest.raises(notebooks.NotebookError, match=said):
        rehearsal.rehearse(notebook(cell))


def test_a_cell_that_never_ends_is_interrupted_and_the_rest_is_run(notebook, monkeypatch):
    monkeypatch.setattr(rehearsal, "CELL_SECONDS", 1)
    path = notebook(new_code_cell("while True: pass"), test_cell("test_one", "1.0"))
    assert [row.score for row in rehearsal.rehearse(path)] == [1.0]
