"""`course notebooks`: what is stored, what is called stale, and what a failure says."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_lib import notebooks

PICTURE = """\
import matplotlib.pyplot as plt
import ipywidgets
plt.plot([1, 2])
plt.show()
ipywidgets.IntSlider(3)"""


def save(path, *sources):
    cells = [
        new_markdown_cell(source[2:]) if source.startswith("# ") else new_code_cell(source)
        for source in sources
    ]
    nbformat.write(new_notebook(cells=cells), path)
    return path


@pytest.fixture
def lecture(tmp_path):
    (tmp_path / "book").mkdir()
    return save(tmp_path / "book" / "lecture.ipynb", "# A lecture", "1 + 1", PICTURE)


def test_outputs_are_stored_without_pictures_and_widget_state(lecture):
    notebooks.write(notebooks.execute(lecture), lecture)
    stored = notebooks.read(lecture)
    assert [cell.execution_count for cell in stored.cells[1:]] == [1, 2]
    assert stored.cells[1].outputs[0].data == {"text/plain": "2"}
    kinds = {mime for output in stored.cells[2].outputs for mime in output.data}
    assert kinds == {"text/plain"}
    assert stored.metadata.keys() == {"kernelspec", "language_info"}


def test_writing_twice_changes_nothing(lecture):
    notebooks.write(notebooks.execute(lecture), lecture)
    once = lecture.read_bytes()
    fresh = notebooks.execute(lecture)
    assert list(notebooks.changes(notebooks.read(lecture), fresh)) == []
    notebooks.write(fresh, lecture)
    assert lecture.read_bytes() == once


def test_a_changed_output_is_named_by_cell(lecture):
    notebooks.write(notebooks.execute(lecture), lecture)
    text = lecture.read_text().replace('"1 + 1"', '"1 + 2"')
    lecture.write_text(text)
    stale = list(notebooks.changes(notebooks.read(lecture), notebooks.execute(lecture)))
    assert len(stale) == 1
    assert stale[0].startswith("cell 2 (id ") and stale[0].endswith("outputs changed")


def test_neighbouring_pieces_of_a_stream_are_joined(tmp_path):
    path = save(tmp_path / "x.ipynb", "import sys\nfor i in range(3): print(i); sys.stdout.flush()")
    assert [output.text for output in notebooks.execute(path).cells[0].outputs] == ["0\n1\n2\n"]


def test_a_cell_that_fails_is_named(tmp_path):
    path = save(tmp_path / "x.ipynb", "# Title", "a = 0", "1 / a")
    with pytest.raises(
        notebooks.NotebookError,
        match=r"x\.ipynb: cell 3 \(id .*: 1 / a\) failed: ZeroDivisionError: division by zero",
    ):
        notebooks.execute(path)


def test_a_cell_that_does_not_end_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(notebooks, "CELL_SECONDS", 2)
    path = save(tmp_path / "x.ipynb", "while True:\n    pass")
    with pytest.raises(notebooks.NotebookError, match=r"cell 1 .* ran for more than 2 s"):
        notebooks.execute(path)


def test_a_cell_that_kills_the_kernel_is_named(tmp_path):
    path = save(tmp_path / "x.ipynb", "import os; os._exit(1)")
    with pytest.raises(notebooks.NotebookError, match=r"cell 1 .* killed the kernel"):
        notebooks.execute(path)


@pytest.mark.parametrize(
    "content",
    [
        b"{not json",
        b"{}",
        b'{"cells": 3, "nbformat": 4}',
        b"",
        b"[]",
        b"3",
        b"\xff\x00",
        b"[" * 99999,
    ],
    ids=lambda content: content[:9],
)
def test_a_file_that_is_no_notebook(tmp_path, content):
    path = tmp_path / "x.ipynb"
    path.write_bytes(content)
    with pytest.raises(notebooks.NotebookError, match=r"x\.ipynb: not a valid Jupyter notebook"):
        notebooks.read(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(notebooks.NotebookError, match="there is no such notebook"):
        notebooks.read(tmp_path / "x.ipynb")


def test_lectures_are_found_below_the_book(lecture):
    checkpoint = lecture.parent / ".ipynb_checkpoints" / lecture.name
    checkpoint.parent.mkdir()
    checkpoint.write_text(lecture.read_text())
    assert notebooks.lecture_notebooks(lecture.parents[1]) == [lecture]
