"""What a committed lecture notebook may and must hold, and that nbval sees a wrong number."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from course_lib.notebooks import lecture_notebooks

ROOT = Path(__file__).parents[2]
LECTURES = lecture_notebooks(ROOT)
LONGEST_LINE = 76  # what a page shows without scrolling a code cell sideways
MOST_LINES = 20


@pytest.fixture(params=LECTURES, ids=[str(path.relative_to(ROOT)) for path in LECTURES])
def lecture(request):
    return nbformat.read(request.param, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_every_cell_was_run_in_order(lecture):
    """nbval runs a cell without a count, but silently compares nothing."""
    counts = [cell.execution_count for cell in code_cells(lecture)]
    assert counts == list(range(1, len(counts) + 1))


def test_nothing_is_stored_that_cannot_be_compared(lecture):
    assert "widgets" not in lecture.metadata
    for cell in code_cells(lecture):
        for output in cell.outputs:
            kinds = set(output.get("data", {}))
            assert not any(
                kind.startswith("image/") and kind != "image/svg+xml" for kind in kinds
            ), f"a picture is stored in {cell.id}"
            assert not any("widget" in kind for kind in kinds), f"a widget is stored in {cell.id}"
            assert "data:image" not in str(output), f"a picture is stored in {cell.id}"


def test_a_page_prints_results_and_nothing_else(lecture):
    for cell in code_cells(lecture):
        for output in cell.outputs:
            assert output.output_type != "error", f"{cell.id} failed"
            assert output.get("name") != "stderr", f"{cell.id} prints to stderr: {output.text}"
            assert "<Figure size" not in str(output), f"{cell.id} shows a figure without a sentence"
            assert " at 0x" not in str(output), f"{cell.id} prints an address"


def test_cells_are_short(lecture):
    for cell in code_cells(lecture):
        lines = cell.source.splitlines()
        assert len(lines) <= MOST_LINES, f"{cell.id} has {len(lines)} lines"
        assert max(map(len, lines)) <= LONGEST_LINE, f"{cell.id} has a line that would not fit"


@pytest.mark.parametrize(("printed", "code"), [("0.846\n", 0), ("0.847\n", 1)])
def test_nbval_compares_what_is_printed(tmp_path, printed, code):
    stored = nbformat.v4.new_output("stream", name="stdout", text=printed)
    cell = nbformat.v4.new_code_cell(
        "print(f'{110 / 130:.3f}')", execution_count=1, outputs=[stored]
    )
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "lecture.ipynb")
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == code, done.stdout
