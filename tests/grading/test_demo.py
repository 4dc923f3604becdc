"""The whole way with nbgrader: eight submissions, each graded as it deserves."""

import shutil
from pathlib import Path

import pytest

from course_lib import notebooks
from course_lib.grading import demo, pipeline

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def results(course):
    return {result.student: result for result in demo.run(ROOT, course)}


# By hand, from what each file in demo_class gets wrong. Exercises 1 to 5 are worth 3, 2, 4, 3, 4.
DESERVED = {
    "all-right": [3, 2, 4, 3, 4],
    "blank": [0, 0, 0, 0, 0],
    "swapped": [0, 2, 4, 3, 4],
    # accuracy, F-beta: one edge case of two kinds of input; precision and recall: one output in
    # each of two edge cases is 0/0, of 2 outputs x 3 kinds: 4/6 of 3 points, 1 visible
    "divides-by-zero": [3, 1.5, 3, 2, 4],
    "one-missing": [3, 2, 4, 0, 4],
    "syntax-error": [0, 2, 4, 0, 0],
    "endless": [3, 2, 0, 0, 0],
    "chatty": [3, 2, 4, 0, 4],
}


@pytest.mark.parametrize("student", list(DESERVED))
def test_everybody_gets_what_they_deserve(results, student):
    assert results[student].problem is None
    assert list(results[student].points.values()) == pytest.approx(DESERVED[student])
    assert list(results[student].max_points.values()) == [3, 2, 4, 3, 4]


@pytest.mark.parametrize("student", list(DESERVED))
def test_everybody_gets_a_feedback_page(results, course, student):
    page = course / "feedback" / student / "metrics" / "metrics.html"
    total = sum(DESERVED[student])
    assert f"Score: {total:.1f} / 16.0" in page.read_text(encoding="utf-8")


def test_the_feedback_says_what_is_wrong(results, course):
    page = course / "feedback" / "swapped" / "metrics" / "metrics.html"
    text = page.read_text(encoding="utf-8")
    assert "rows and columns are swapped" in text
    assert "HIDDEN TESTS" not in text and "8101" not in text  # nor the seed of the hidden inputs


def test_deleted_cells_are_put_back(results, course):
    graded = notebooks.read(course / "autograded" / "one-missing" / "metrics" / "metrics.ipynb")
    names = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in graded.cells]
    exercise = names.index("f_beta")
    assert names[exercise : exercise + 3] == ["f_beta", "test_f_beta", "hidden_f_beta"]
    assert names.index("hidden_precision_recall") < exercise < names.index("best_threshold")
    assert "not written yet" in graded.cells[exercise + 1].outputs[0].text


def test_a_submission_that_is_no_notebook_is_reported_and_stops_nobody(results, course, tmp_path):
    for student, content in {"broken": "{not json", "fine": None}.items():
        folder = tmp_path / "submitted" / student / "metrics"
        folder.mkdir(parents=True)
        if content is None:
            shutil.copy(course / "submitted" / "swapped" / "metrics" / "metrics.ipynb", folder)
        else:
            (folder / "metrics.ipynb").write_text(content)
    api = demo.open_course(ROOT, tmp_path)
    assert pipeline.grade(api, "metrics", "broken") is None
    assert sum(demo.points(api, "broken")[0].values()) == 0.0
    graded = notebooks.read(tmp_path / "autograded" / "broken" / "metrics" / "metrics.ipynb")
    assert "metrics.ipynb is not a notebook that can be read" in graded.cells[0].source
    assert pipeline.grade(api, "metrics", "fine") is None
    assert sum(demo.points(api, "fine")[0].values()) == 13.0
