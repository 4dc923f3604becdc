"""A student's own notebook, run from top to bottom: which checks pass, before it is handed in.

This is the student's own machine and code, so nothing is confined and nothing counts. Points are
read from the outputs as nbgrader reads them.
"""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbgrader.utils import determine_grade

from course_lib import notebooks

CELL_SECONDS = 60  # the most that grading gives a cell of an assignment
_WRONG = re.compile(r"^ *✗ (.+(?:\n    \S.*)*)(?:\n {6}(\S.*(?:\n {8}.+)*))?", re.MULTILINE)


@dataclass(frozen=True)
class Row:
    """What came of one test cell.

    Attributes
    ----------
    exercise : str
        Its grade id, without ``test_``.
    score, points : float
        ``score`` is None where a person decides.
    said : str
        The first thing that is wrong; "" if nothing is.
    """

    exercise: str
    score: float | None
    points: float
    said: str


def rehearse(path: Path, progress: Callable = lambda cells: cells) -> list[Row]:
    """Run the notebook and read the results of its checks.

    Parameters
    ----------
    path : Path
        A notebook with nbgrader's test cells; it is not changed.
    progress : callable
        Wraps the list of cells while it is gone through.

    Raises
    ------
    course_lib.notebooks.NotebookError
        If it is no notebook, has no test cells, or its program dies.
    """
    notebook = notebooks.read(path)
    if not any(marks(cell).get("grade") for cell in notebook.cells):
        raise notebooks.NotebookError(f"{path}: no cell of it is graded; is it an assignment?")
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        interrupt_on_timeout=True,
        allow_errors=True,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=["--log-level=ERROR"],  # no warning about listening on localhost
    )
    with client.setup_kernel():
        for index, cell in enumerate(progress(notebook.cells)):
            try:
                client.execute_cell(cell, index)
            except DeadKernelError:
                first = next(iter(cell.source.splitlines()), "")
                raise notebooks.NotebookError(
                    f"{path}: cell {index + 1} ({first:.60}) ended the notebook's program"
                ) from None
    rows, written = [], None
    for cell in notebook.cells:
        if marks(cell).get("solution"):
            written = cell
        if counts(cell):
            rows.append(row(cell, written))
    return rows


def marks(cell) -> dict:
    """What nbgrader knows about a cell."""
    return cell.metadata.get("nbgrader", {})


def counts(cell) -> bool:
    """Whether a cell is graded here: by a test that is in it, or by a person."""
    if not marks(cell).get("grade"):
        return False
    if cell.cell_type != "code" or marks(cell).get("solution"):
        return True
    try:
        return bool(ast.parse(cell.source).body)
    except SyntaxError:  # with a magic in it
        return True


def row(cell, written) -> Row:
    """The result of a test cell that was run, or of an answer that a person grades.

    ``written`` is the last cell above it that a student writes, or None: if that one failed, it is
    why a name is not defined.
    """
    points = float(marks(cell)["points"])
    exercise = marks(cell)["grade_id"].removeprefix("test_")
    if marks(cell).get("solution"):
        empty = "YOUR ANSWER HERE" in cell.source or "NotImplementedError" in cell.source
        return Row(exercise, None, points, "not written yet" if empty else "graded by a person")
    score = determine_grade(cell)[0]
    said = first_wrong("".join(output.get("text", "") for output in cell.outputs)) or error(cell)
    if said.startswith("NameError") and written is not None:
        said = error(written) or said
    return Row(exercise, score, points, said if score < points else "")


def error(cell) -> str:
    """What ended a cell that was run; "" if nothing did."""
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            if output.ename == "KeyboardInterrupt":
                return f"it did not come to an end within {CELL_SECONDS} s"
            return f"{output.ename}: {output.evalue}"
    return ""


def first_wrong(report: str) -> str:
    r"""The first thing that a report calls wrong, in one line; "" if it calls nothing wrong.

    Where no mistake is named, the fact below is added: a value and what was expected.

    Examples
    --------
    >>> first_wrong("f: 0 of 1\n  ✗ y is wrong: you have\n    forgotten it\n      Look!")
    'y is wrong: you have forgotten it'
    >>> first_wrong("f: 0 of 1\n  ✗ y is wrong\n      y is 1, expected 2\n  ✗ z is wrong")
    'y is wrong: y is 1, expected 2 (and 1 more)'
    """
    found = _WRONG.findall(report)
    if not found:
        return ""
    said, fact = (" ".join(text.split()) for text in found[0])
    if fact and ": " not in said:
        said += f": {fact}"
    return said + (f" (and {len(found) - 1} more)" if len(found) > 1 else "")
