"""What `course grade` says at the end: every problem once, and repairs that are repairs."""

import pytest

from course_lib.grading import showing
from course_lib.grading.batch import Line
from course_lib.grading.examine import UNCONFINED


def line(student, notes=(), problem=None, repaired=False):
    score = None if problem else 20.0
    return Line(student, score, 26.0, list(notes), problem, False, False, repaired)


@pytest.fixture
def said(capsys, monkeypatch):
    """``said(*lines)``: what the summary of these lines says."""
    monkeypatch.setenv("COLUMNS", "200")

    def show(*lines):
        showing.summary("metrics", list(lines))
        return capsys.readouterr().out

    return show


def test_only_cells_that_were_put_right_count_as_repaired(said):
    missing = "f_beta was missing; it has been put back as released"
    text = said(
        line("ada", [UNCONFINED]),
        line("ben", [UNCONFINED, missing], repaired=True),
        line("cyd", ["the file 'a.zip' was not accepted"]),
        line("dan", ["metrics.ipynb was not handed in"], "no notebook was handed in"),
    )
    assert "3 of 4 graded; 1 repaired; 1 failed" in text
    assert text.count("graded WITHOUT a sandbox") == 2


def test_a_problem_stands_alone(said):
    text = said(line("dan", ["metrics.ipynb was not handed in"], "no notebook was handed in"))
    assert "no notebook was handed in" in text
    assert "metrics.ipynb" not in text


def test_a_page_that_could_not_be_written_hides_no_note(said):
    graded = line("ada", ["f_beta was missing; it has been put back as released"])
    graded.problem = "feedback for ada failed: no room"
    text = said(graded)
    assert "f_beta was missing" in text and "no room" in text
