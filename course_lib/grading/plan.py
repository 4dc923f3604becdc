"""What has to be known to grade any submission of one assignment, in one value that can be sent.

:func:`examine` is then a function of (plan, submission) alone: it reads no gradebook and writes
nothing, so any process, on this machine or another, can do it.
"""

import contextlib
import hashlib
import importlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

from nbgrader.preprocessors import LimitOutput
from nbgrader.utils import find_all_files

from course_lib.grading import admission, picture, restore
from course_lib.grading.assignment import Assignment
from course_lib.grading.assignments import CHECKS  # noqa: F401  (before workers are forked)
from course_lib.grading.examine import UNCONFINED, run
from course_lib.grading.examiner import Examiner
from course_lib.grading.nursery import nursery
from course_lib.grading.sandbox import missing
from course_lib.grading.sheet import Sheet
from course_lib.grading.source import trusted
from course_lib.grading.view import SandboxError


@dataclass(frozen=True)
class Plan:
    """An assignment as it is graded.

    Attributes
    ----------
    name : str
    assignment : Assignment
    folder : Path
        Of the instructor's notebooks and files; the tests run there.
    sheets : tuple of Sheet
    ignore : tuple of str
        Patterns of file names that nbgrader does not copy.
    confined : bool
    library : str
        Hash of this package, in which the checks are.
    """

    name: str
    assignment: Assignment
    folder: Path
    sheets: tuple[Sheet, ...]
    ignore: tuple[str, ...]
    confined: bool
    library: str

    def fingerprint(self, submission: Path) -> str:
        """Hash of all that the result for the files in ``submission`` depends on."""
        said = [self.name, self.assignment, self.sheets, self.confined, self.library]
        found = hashlib.sha256(repr(said).encode())
        for folder in (self.folder, submission):
            for path in sorted(folder.rglob("*")):
                if path.is_file() and not path.is_symlink():
                    found.update(f"{path.relative_to(folder)!a} {path.stat().st_size}\n".encode())
                    if path.stat().st_size <= admission.FILE_MB << 20:
                        found.update(path.read_bytes())
        return found.hexdigest()[:32]

    def files(self, submission: Path) -> dict[str, Path]:
        """Files beside the notebooks, by name: the submission's, unless the instructor has one."""
        ignore = [*self.ignore, "*.ipynb"]
        return {
            os.path.relpath(path, folder): Path(path).resolve()
            for folder in (submission, self.folder)
            for path in find_all_files(str(folder), ignore)
            if not os.path.islink(path)  # noqa: PTH114
        }


def plan(api, name: str) -> Plan:
    """The plan for the assignment ``name`` of the nbgrader course ``api``."""
    course = api.coursedir
    folder = Path(course.format_path(course.source_directory, ".", name)).resolve()
    with api.gradebook as gradebook:
        names = sorted(notebook.name for notebook in gradebook.find_assignment(name).notebooks)
        sheets = tuple(Sheet.read(gradebook, name, sheet, folder) for sheet in names)
    confined = api.config.Examine.get("confined", True)
    limits = Assignment.read(folder / "assignment.toml")
    return Plan(name, limits, folder, sheets, tuple(course.ignore), confined, library())


def library(package: Path = Path(__file__).parents[1]) -> str:
    """Hash of all modules of this package: another check may give another score."""
    found = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        found.update(f"{path.relative_to(package)}\n".encode() + path.read_bytes())
    return found.hexdigest()[:32]


def begin(plan: Plan) -> None:
    """Have what examining needs loaded while there is no submission yet."""
    if plan.confined and missing() is None:
        with contextlib.suppress(SandboxError, OSError):  # a submission will say it
            nursery(plan.assignment)
    importlib.import_module("array_api_compat.numpy")  # else the first reference does it
    picture.prepare()
    for sheet in plan.sheets:
        trusted(sheet.instructors)


def examine(plan: Plan, student: str, submission: Path) -> dict:
    """Grade one submission; its result as :mod:`~course_lib.grading.results` describes it."""
    start = time.monotonic()
    result: dict = {"student": student, "assignment": plan.name, "confined": plan.confined}
    result |= {"problem": None, "notes": [], "repaired": False, "notebooks": {}}
    try:
        admission.set_aside(submission)
        result["fingerprint"] = plan.fingerprint(submission)
        for sheet in plan.sheets:
            path = submission / f"{sheet.name}.ipynb"
            if path.exists() or path.is_symlink():
                graded, vanished = _examine_notebook(plan, sheet, path)
                if vanished:  # a crash, or somebody killed it; a second time tells
                    graded, _ = _examine_notebook(plan, sheet, path)
                result["notebooks"][sheet.name] = graded
                result["notes"] += restore.notes_of(graded["notebook"])
                result["repaired"] |= restore.repaired(graded["notebook"])
            else:
                result["notes"].append(f"{sheet.name}.ipynb was not handed in")
        if not result["notebooks"]:
            result["problem"] = "no notebook of the assignment was handed in"
    except (admission.AdmissionError, OSError) as error:
        result["problem"] = str(error)
    return result | {"seconds": round(time.monotonic() - start, 3)}


def _examine_notebook(plan: Plan, sheet: Sheet, path: Path) -> tuple[dict, bool]:
    """Repair, run and test one notebook, as the stages in ``nbgrader_config.py`` do.

    Also returns whether the submission's program ended without being ended by the examiner.
    """
    notebook, notes = admission.read_notebook(path)
    notes += [f"the file {name!a} was not accepted" for name in admission.refused(path.parent)]
    restore.restore(notebook, list(sheet.released), notes)
    if sheet.kernelspec:
        notebook.metadata["kernelspec"] = sheet.kernelspec
    files = plan.files(path.parent)
    instructors = list(sheet.instructors)
    with Examiner(plan.assignment, instructors, plan.folder, files, plan.confined) as examiner:
        tests = run(notebook, {cell.name: cell for cell in sheet.released}, examiner)
    if not plan.confined:
        restore.add_notes(notebook, [UNCONFINED])
    limit = LimitOutput()
    for index, cell in enumerate(notebook.cells):
        limit.preprocess_cell(cell, {}, index)
    return {"tests": tests, "notebook": notebook}, examiner.vanished
