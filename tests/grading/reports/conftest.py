"""A course whose gradebook and graded notebooks are written by hand, and a browser."""

from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from course_lib import browser, notebooks
from course_lib.grading import demo, results
from course_lib.grading.restore import REPAIRED, add_notes

ROOT = Path(__file__).parents[3]
SWAPPED = "swapped rows and columns"
MATRIX, ACCURACY, WORDS = "confusion_matrix", "accuracy", "words_accuracy"
CODE = ["confusion_matrix", "accuracy", "precision_recall", "f_beta", "best_threshold"]
CODE += ["k_fold", "roc_auc"]
PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAA"
    "DUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

# By exercise the mistakes of each student; who is not named in an exercise has it right.
CLASS: dict[str, dict[str, list[str]]] = {
    "ada": {},
    "ben": {MATRIX: [SWAPPED]},
    "zoe": {MATRIX: [SWAPPED]},
    "<i>eve": {MATRIX: [SWAPPED], ACCURACY: ["averaged the classes", SWAPPED]},
    "idle": {exercise: ["not written yet"] for exercise in CODE},
    "slow": {"k_fold": ["raised TooSlow"], "f_beta": ["counted twice"]},
}


def graded_notebook(mistakes: dict[str, list[str]], notes: list[str]):
    """A graded notebook as the grader writes it: reports, pictures and the names of mistakes."""
    notebook = notebooks.read(ROOT / "exercises" / "metrics" / "metrics.ipynb")
    notebook.metadata["course_checks"] = {}
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        if not marks.get("grade") or marks.get("solution"):
            continue
        exercise = marks.grade_id.split("_", 1)[1]
        wrong = mistakes.get(exercise, [])
        found = [
            {"name": n, "outputs": ["it"], "kind": "on ordinary inputs", "sentence": n}
            for n in wrong
        ]
        points = 0.0 if wrong else float(marks.points)
        check = {"check": exercise, "score": points, "points": marks.points, "mistakes": found}
        notebook.metadata.course_checks[marks.grade_id] = [check]
        said = f"{exercise}: {points:g} of {marks.points} points\n  "
        said += (
            "✗ it is wrong: "
            + wrong[0]
            + "\n      a hint\n      Read: book/measuring/splits.html#three-\n        sets"
            if wrong
            else "✓ right on ordinary inputs"
        )
        cell.source += "\n### BEGIN HIDDEN TESTS\nsecret(8101)\n### END HIDDEN TESTS"
        data = {"image/png": PNG, "text/plain": "Heat map of it: 50% of its elements are wrong."}
        cell.outputs = [
            nbformat.v4.new_output("stream", text=said),
            nbformat.v4.new_output("display_data", data=data),
            nbformat.v4.new_output("execute_result", data={"text/plain": repr(points)}),
        ]
    add_notes(notebook, notes)
    notebook.metadata[REPAIRED] = bool(notes)
    return notebook


def fill(api, folder: Path) -> None:
    """Give everybody of :data:`CLASS` what they deserve; the answer in words waits for a person."""
    with api.gradebook as gradebook:
        gradebook.add_student("absent")
        for student, mistakes in CLASS.items():
            first, last = ("Ben", "Weiß") if student == "ben" else (None, None)
            gradebook.update_or_create_student(student, first_name=first, last_name=last)
            submission = gradebook.update_or_create_submission("metrics", student)
            for grade in submission.notebooks[0].grades:
                exercise = grade.name.split("_", 1)[1]
                words = grade.name == WORDS
                grade.auto_score = None if words else 0 if exercise in mistakes else grade.max_score
                grade.needs_manual_grade = words and student != "idle"
                if words and student == "idle":
                    grade.auto_score = 0
                if words and student == "ada":
                    grade.manual_score, grade.needs_manual_grade = 2.0, False
            gradebook.db.commit()
            where = folder / "autograded" / student / "metrics"
            where.mkdir(parents=True)
            gone = ["f_beta was missing; it has been put back as released"] * (student == "ben")
            notebooks.write(graded_notebook(mistakes, gone), where / "metrics.ipynb")
    timed = {"student": "ada", "problem": None, "seconds": 90.0}
    results.write(results.path(folder, "metrics", "ada"), timed)
    refused = {"student": "lost", "problem": "no notebook of the assignment was handed in"}
    results.write(results.path(folder, "metrics", "lost"), refused)


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    """The course; nobody may change it."""
    folder = tmp_path_factory.mktemp("course")
    api = demo.open_course(ROOT, folder)
    fill(api, folder)
    return SimpleNamespace(api=api, folder=folder)


@pytest.fixture
def look(chromium, need):
    """``look(page, width=…, dark=…)``: a tab that shows a file and asks nobody for anything."""
    need(chromium is not None, "Chromium")
    axe = ROOT / "tests" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
    need(axe.exists(), "tests/browser/node_modules (npm install)")
    complaints: list[str] = []

    def answer(route):
        file = browser.npm_file(route.request.url, axe.parents[1])
        if file is None:
            complaints.append(f"the page asks for {route.request.url}")
            route.abort()
        else:
            browser.answer(route, file)

    def show(path: Path, *, width=1100, dark=False):
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            bypass_csp=False,
        )
        context.route("**/*", lambda r: r.continue_() if r.request.url[:4] == "file" else answer(r))
        tab = context.new_page()
        tab.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.goto(path.as_uri())
        return tab

    yield show
    for context in chromium.contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def violations():
    """``violations(tab)``: what axe finds, by rule; the page's own policy keeps scripts out."""

    def examine(tab):
        axe = ROOT / "tests" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
        tab.evaluate(axe.read_text(encoding="utf-8"))
        found = tab.evaluate("axe.run().then(result => result.violations)")
        return {rule["id"]: [node["html"][:120] for node in rule["nodes"][:3]] for rule in found}

    return examine
