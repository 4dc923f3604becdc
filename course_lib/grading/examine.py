"""nbgrader's stage that runs a notebook, replaced: students' cells here, tests there.

``nbgrader_config.py`` names :class:`Examine` in the place of nbgrader's ``Execute``; everything
before and after it is nbgrader's own, so the command line, formgrader's button and
``course grade`` all come through here.
"""

from pathlib import Path

from nbconvert.preprocessors import Preprocessor
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool

from course_lib.grading import outputs
from course_lib.grading.admission import plain_files
from course_lib.grading.assignment import Assignment
from course_lib.grading.examiner import Examiner
from course_lib.grading.restore import Released, add_notes
from course_lib.grading.sheet import Sheet
from course_lib.grading.source import without_hidden

UNCONFINED = (
    "graded WITHOUT a sandbox (--unsafe-no-sandbox): the submission's code could do whatever "
    "this computer's user can"
)


class Examine(NbGraderPreprocessor):
    """Run a submission and put outputs and scores into its notebook."""

    confined = Bool(True, help="False runs the submission's code without a sandbox.").tag(
        config=True
    )

    def preprocess(self, nb, resources):
        """Called by nbgrader with the restored notebook."""
        where = resources["nbgrader"]
        with Gradebook(where["db_url"]) as gradebook:
            course = self.parent.parent.coursedir
            folder = Path(course.format_path(course.source_directory, ".", where["assignment"]))
            sheet = Sheet.read(gradebook, where["assignment"], where["notebook"], folder)
        submitted = Path(
            course.format_path(course.autograded_directory, where["student"], where["assignment"])
        )
        examiner = Examiner(
            assignment=Assignment.read(folder / "assignment.toml"),
            source=list(sheet.instructors),
            folder=folder if folder.is_dir() else submitted,
            files={name: path.resolve() for name, path in plain_files(submitted).items()},
            confined=self.confined,
        )
        with examiner:
            run(nb, {cell.name: cell for cell in sheet.released}, examiner)
        if not self.confined:
            add_notes(nb, [UNCONFINED])
        return nb, resources


def run(nb, released: dict[str, Released], examiner: Examiner) -> list[dict]:
    """Run every code cell where it belongs; who a cell belongs to is up to the gradebook.

    Returns
    -------
    list of dict
        What came of each test, as :mod:`~course_lib.grading.results` describes it.
    """
    number, tests = 0, []
    nb.metadata["course_checks"] = {}  # whatever a submission had there
    for cell in nb.cells:
        if cell.cell_type != "code":
            continue
        number += 1
        cell.execution_count = number
        known = released.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
        if known is not None and known.roles["grade"] and not known.roles["solution"]:
            verdict = examiner.test_cell(known.source, known.name, known.points or 0.0)
            cell.outputs = outputs.of_test(verdict, number)
            checks = [summary(check) for check in verdict.checks]
            nb.metadata["course_checks"][known.name] = checks
            tests.append(
                {
                    "name": known.name,
                    "points": known.points or 0.0,
                    "score": verdict.score,
                    "problem": verdict.problem,
                    "printed": outputs.text(verdict.printed),
                    "checks": checks,
                }
            )
            continue
        if known is not None and known.locked:
            examiner.setup_cell(known.source, known.name)
        try:
            cell.outputs = outputs.of_student(examiner.student_cell(cell.source), number)
        except Exception as error:  # too slow, gone, or a shell that was tampered with
            cell.outputs = [outputs.error(type(error).__name__, str(error))]
    return tests


def summary(result) -> dict:
    """What a report on the class needs of a check: its points, and every mistake by name."""
    wrong = [f for f in result.findings if not f.right]
    return {
        "check": result.check,
        "score": result.score,
        "points": result.points,
        "mistakes": [
            {"name": f.name, "outputs": list(f.outputs), "kind": f.kind, "sentence": f.sentence}
            for f in wrong
        ],
    }


class HideTests(Preprocessor):
    """For feedback pages: take the hidden tests out of the test cells."""

    enabled = True

    def preprocess_cell(self, cell, resources, index):
        """Called by nbgrader for every cell of a graded notebook."""
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("grade") and not marks.get("solution") and cell.cell_type == "code":
            cell.source = without_hidden(cell.source)
        return cell, resources
