"""``course check``: a student's notebook, run from top to bottom on their own machine."""

import re

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


def test_a_function_that_never_ends_is_said_to_be_one(notebook, monkeypatch):
    monkeypatch.setattr(rehearsal, "CELL_SECONDS", 1)
    endless = "def accuracy(matrix):\n    while True:\n        pass"
    path = notebook(
        new_code_cell(f"{SETUP}\n{endless}"),
        test_cell("test_accuracy", 'check(accuracy, "accuracy")'),
    )
    (row,) = rehearsal.rehearse(path)
    assert (row.score, row.said) == (0.0, "it did not come to an end within 1 s")


def test_where_no_mistake_is_named_a_wrong_value_is_shown(notebook):
    path = notebook(
        new_code_cell(f"{SETUP}\ndef f(matrix):\n    return 0.123, 0.321"),
        test_cell("test_f", 'check(f, "precision_recall")'),
    )
    (row,) = rehearsal.rehearse(path)
    known = r"the precision is wrong: the precision is 0\.123, expected [\d.]+ \(and 1 more\)"
    assert re.fullmatch(known, row.said), row.said


def test_a_cell_that_cannot_be_run_is_why_a_name_is_missing(notebook):
    words = {"grade": False, "solution": True, "grade_id": "accuracy"}
    path = notebook(
        new_code_cell(SETUP),
        new_code_cell("def accuracy(matrix)\n    return 1", metadata={"nbgrader": words}),
        test_cell("test_accuracy", 'check(accuracy, "accuracy")'),
        test_cell("test_other", "raise ValueError('another matter')"),
    )
    missing, other = rehearsal.rehearse(path)
    assert missing.said.startswith("SyntaxError: expected ':'")
    assert other.said == "ValueError: another matter"


def test_what_is_said_is_no_markup(notebook):
    path = notebook(test_cell("test_markup", "raise ValueError('[/bold] [red]')"))
    assert "ValueError: [/bold] [red]" in CliRunner().invoke(app, ["check", str(path)]).output


def test_a_folder_is_no_notebook(tmp_path):
    result = CliRunner().invoke(app, ["check", str(tmp_path)])
    assert result.exit_code == 1
    assert result.stderr == f"course check: {tmp_path}: cannot be read (Is a directory)\n"
