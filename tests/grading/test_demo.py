"""The whole way with nbgrader: eight submissions, each graded as it deserves."""

import itertools
import shutil
from pathlib import Path

import pytest

from course_lib import notebooks
from course_lib.grading import demo, pipeline
from course_lib.grading.reports import page
from course_lib.grading.restore import repaired

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def demonstration(course):
    return demo.run(ROOT, course)


@pytest.fixture(scope="module")
def results(demonstration):
    return {result.student: result for result in demonstration[1]}


# By hand, from what each file in demo_class gets wrong. What is said in words has to be read by
# somebody first, so the best that anybody can have is 23 of 26.
POSSIBLE = [3, 2, 4, 3, 4, 4, 3, 3]
DESERVED = {
    "all-right": [3, 2, 4, 3, 4, 4, 0, 3],
    "blank": [0, 0, 0, 0, 0, 0, 0, 0],
    "swapped": [0, 2, 4, 3, 4, 4, 0, 3],
    # Visible points are all earned, except in the sixth exercise. Of the hidden ones:
    # accuracy one of 3 kinds of input is lost; precision and recall 2 of 4 kinds x 2 outputs;
    # F-beta one of 2 kinds; the best threshold one of 6 kinds x 2 outputs (the lower on a tie).
    "divides-by-zero": [3, 1 + 2 / 3, 1 + 3 * 6 / 8, 1 + 2 / 2, 1 + 3 * 11 / 12, 0, 0, 0],
    "one-missing": [3, 2, 4, 0, 4, 4, 0, 3],
    "syntax-error": [0, 2, 4, 0, 0, 0, 0, 0],
    "endless": [3, 2, 0, 0, 0, 0, 0, 0],
    "chatty": [3, 2, 4, 0, 4, 0, 0, 0],
}


def test_the_names_of_exercises_are_not_broken(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    names = [
        *("confusion_matrix", "accuracy", "precision_recall", "f_beta"),
        *("best_threshold", "k_fold", "words_accuracy", "roc_auc"),
    ]
    possible = dict(zip(names, POSSIBLE))
    demo.show([demo.Result("blank", "handed in as released", possible, possible, None)])
    said = capsys.readouterr().out
    assert all(f" {number} {name}" in said for number, name in enumerate(names, 1))
    assert max(map(len, said.splitlines())) <= 80


@pytest.mark.parametrize("student", list(DESERVED))
def test_everybody_gets_what_they_deserve(results, student):
    assert results[student].problem is None
    assert list(results[student].points.values()) == pytest.approx(DESERVED[student])
    assert list(results[student].max_points.values()) == POSSIBLE


@pytest.mark.parametrize("student", list(DESERVED))
def test_everybody_gets_a_feedback_page(results, course, student):
    path = course / "feedback" / student / "metrics" / "metrics.html"
    total = float(sum(DESERVED[student]))
    said = path.read_text(encoding="utf-8")
    assert f"<b>{round(total, 2):g}</b> <span>of 26 points</span>" in said


def test_the_feedback_says_what_is_wrong(results, course):
    path = course / "feedback" / "swapped" / "metrics" / "metrics.html"
    text = path.read_text(encoding="utf-8")
    assert "you seem to have swapped rows and columns" in text
    assert "HIDDEN TESTS" not in text and "8101" not in text  # nor the seed of the hidden inputs


def test_everybody_has_a_name_which_a_report_does_not_tell(demonstration, tmp_path):
    api, _ = demonstration
    with api.gradebook as gradebook:
        names = {
            student.id: (student.first_name, student.last_name) for student in gradebook.students
        }
    assert names == {student: told[:2] for student, told in demo.STUDENTS.items()}
    text = page.write(api, "metrics", tmp_path / "report.html").read_text(encoding="utf-8")
    named = page.write(api, "metrics", tmp_path / "named.html", names=True).read_text("utf-8")
    for name in itertools.chain.from_iterable(names.values()):
        assert name in named and name not in text


def test_deleted_cells_are_put_back(results, course):
    graded, whole = (
        notebooks.read(course / "autograded" / student / "metrics" / "metrics.ipynb")
        for student in ("one-missing", "all-right")
    )
    assert repaired(graded) and not repaired(whole)
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
    assert "metrics.ipynb could not be read: it is not a notebook" in graded.cells[0].source
    assert "was missing" not in graded.cells[0].source
    assert pipeline.grade(api, "metrics", "fine") is None
    assert sum(demo.points(api, "fine")[0].values()) == 20.0
