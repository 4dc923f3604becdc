# ruff: noqa: E501
"""Submissions that are not what they should be: every one ends with a score or a sentence."""

import copy
import json
import os
import random
import re
import socket
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.nbgraderformat import MetadataValidator

from course_lib import notebooks
from course_lib.grading import admission, demo, pipeline
from course_lib.grading.examine import UNCONFINED
from course_lib.grading.restore import (
    REPAIRED,
    Released,
    add_notes,
    notes_of,
    remove_note,
    repaired,
    restore,
    restored,
)

ROOT = Path(__file__).parents[2]


def released_cells():
    roles = {"grade": False, "solution": False, "task": False}
    return [
        Released("set-up", "code", "import numpy", True, "a", None, roles),
        Released("f", "code", "def f(): ...", False, "b", None, {**roles, "solution": True}),
        Released("test_f", "code", "assert f()", True, "c", 2.0, {**roles, "grade": True}),
        Released(
            "essay", "markdown", "Why?", False, "d", 3.0, {**roles, "grade": True, "solution": True}
        ),
        Released(
            "test_g",
            "code",
            "x\n### BEGIN HIDDEN TESTS\ny\n### END HIDDEN TESTS",
            True,
            "e",
            1.0,
            {**roles, "grade": True},
        ),
    ]


def handed_in(**changed):
    """The released notebook with a cell of the student's own in it."""
    cells = []
    for cell in released_cells():
        make = new_code_cell if cell.cell_type == "code" else new_markdown_cell
        text = changed.get(cell.name, cell.source.split("\n###")[0])
        cells.append(make(text, metadata={"grade_id": cell.name}))
    cells.insert(2, new_code_cell("own = 1"))
    return cells


def names(cells):
    return [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in cells]


WHOLE = ["set-up", "f", None, "test_f", "essay", "test_g"]


def test_an_untouched_notebook_stays_as_it_is():
    cells, notes = restored(handed_in(f="def f(): return 1"), released_cells())
    assert (names(cells), notes) == (WHOLE, [])
    assert cells[1].source == "def f(): return 1" and cells[2].source == "own = 1"
    assert cells[3].metadata.nbgrader.points == 2.0


def test_deleted_cells_come_back():
    cells = [cell for cell in handed_in() if cell.metadata.get("grade_id") not in ("f", "test_f")]
    found, notes = restored(cells, released_cells())
    assert [name for name in names(found) if name] == [name for name in WHOLE if name]
    assert notes == [
        f"{name} was missing; it has been put back as released" for name in ("f", "test_f")
    ]


def test_an_empty_notebook_becomes_the_release():
    """Of which nothing more is said: whoever read it has said that it is empty, or why."""
    found, notes = restored([], released_cells())
    assert names(found) == [name for name in WHOLE if name] and notes == []


def test_another_notebook_is_said_to_be_one_in_one_sentence():
    found, notes = restored([new_code_cell("1 + 1")], released_cells())
    assert names(found) == [*[name for name in WHOLE if name], None]
    assert notes == [
        "all cells of the assignment were missing; they have been put back as released"
    ]


def test_edited_tests_and_moved_cells():
    cells = handed_in(test_f="assert True", test_g="x")
    cells[1], cells[4] = cells[4], cells[1]
    found, notes = restored(cells, released_cells())
    assert names(found) == WHOLE
    assert found[3].source == "assert f()"
    assert notes == [
        "cells of the assignment had been moved; they are in their order again",
        "test_f is read-only and had been edited; it is as it was",
    ]


def test_copies_and_other_types():
    cells = handed_in()
    cells.append(new_code_cell("def f(): return 2", metadata={"grade_id": "f"}))
    cells[4] = new_code_cell("because", metadata={"grade_id": "essay"})
    found, notes = restored(cells, released_cells())
    assert names(found).count("f") == 1
    essay = found[names(found).index("essay")]
    assert (essay.cell_type, essay.source) == ("markdown", "because")
    assert found[names(found).index("f")].source == "def f(): return 2"
    assert "f was there more than once; the last one counts" in notes
    assert "essay had been made a code cell; it is one no longer" in notes


def test_only_what_was_put_right_in_cells_is_a_repair():
    cells = handed_in(test_f="assert True")[1:]
    cells[0], cells[4] = cells[4], cells[0]
    cells.append(new_code_cell("because", metadata={"grade_id": "essay"}))
    files = ["the file 'a.zip' was not accepted", "cell 3 could not be read and was left out"]
    nb = new_notebook(cells=cells)
    restore(nb, released_cells(), files)
    assert repaired(nb) and notes_of(nb)[:2] == files and len(notes_of(nb)) == 7
    whole = new_notebook(cells=handed_in(), metadata={REPAIRED: True})
    restore(whole, released_cells(), files)
    add_notes(whole, [UNCONFINED])
    assert not repaired(whole) and len(notes_of(whole)) == 3
    assert not repaired(new_notebook())  # one that was graded before there was such a mark


def test_a_note_is_taken_back_and_the_last_one_with_its_cell():
    nb = new_notebook(cells=[new_code_cell("x")])
    add_notes(nb, ["one", "two"])
    remove_note(nb, "one")
    remove_note(nb, "three")
    assert notes_of(nb) == ["two"]
    remove_note(nb, "two")
    assert [cell.source for cell in nb.cells] == ["x"]


def test_notes_are_found_again():
    nb = new_notebook(cells=[new_code_cell("x")])
    add_notes(nb, [])
    assert len(nb.cells) == 1
    add_notes(nb, ["one"])
    add_notes(nb, ["two"])
    assert notes_of(nb) == ["one", "two"] and len(nb.cells) == 2


BROKEN = {
    "nothing": b"",
    "no JSON": b"{not json",
    "a list": b"[]",
    "a number": b"3",
    "no cells": b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
    "cells are a text": b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": "abc"}',
    "cells are numbers": b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [1, null]}',
    "a format to come": b'{"nbformat": 99, "metadata": {}, "cells": []}',
    "a format of text": b'{"nbformat": "x", "metadata": {}, "cells": []}',
    "nested too deeply": b'{"nbformat": 4, "cells": ' + b"[" * 100_000,
    "not text": bytes(range(256)) * 10,
    "zeros": bytes(1000),
}


@pytest.mark.parametrize("what", list(BROKEN))
def test_what_is_no_notebook_is_said_to_be_none(what, tmp_path):
    path = tmp_path / "metrics.ipynb"
    path.write_bytes(BROKEN[what])
    notebook, notes = admission.read_notebook(path)
    assert notebook.cells == [] and len(notes) >= 1
    if what != "cells are numbers":
        assert notes[0].startswith("metrics.ipynb could not be read: it is ")
    assert "Traceback" not in notes[0] and len(notes[0]) < 400


def test_a_notebook_without_cells(tmp_path):
    path = tmp_path / "metrics.ipynb"
    path.write_text(nbformat.writes(new_notebook()))
    assert admission.read_notebook(path)[1] == ["metrics.ipynb has no cells"]


def test_strange_cells(tmp_path):
    cells = [
        {"cell_type": "code", "source": ["a = 1\n", "b"], "metadata": {}, "outputs": []},
        {"cell_type": "code", "source": 5, "metadata": {}},
        {"cell_type": "other", "source": "x", "metadata": {}},
        {
            "cell_type": "markdown",
            "source": "text \ud800",
            "metadata": {"nbgrader": {"grade_id": 7}},
        },
        {"cell_type": "code", "source": "x" * 10**6, "metadata": []},
        {
            "cell_type": "markdown",
            "source": "![](a.png)",
            "metadata": {"nbgrader": {"grade_id": "essay", "points": 1e9, "grade": True}},
            "attachments": {"a.png": {"image/png": "iVBO", "text/html": "<script>"}, "b": 3},
        },
    ]
    path = tmp_path / "metrics.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": 3, "cells": cells}))
    notebook, notes = admission.read_notebook(path)
    assert [cell.source for cell in notebook.cells] == ["a = 1\nb", "text ?", "![](a.png)"]
    assert notebook.cells[2].attachments == {"a.png": {"image/png": "iVBO"}}
    assert notebook.cells[2].metadata == {"grade_id": "essay"}
    assert notes == [f"cell {n} could not be read and was left out" for n in (2, 3, 5)]
    nbformat.validate(notebook)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](JavaScript&#58;alert(1))",
        "[a](javascript\\:alert(1))",
        "[a]\n\n[a]: javascript:alert(1)",
        "![a](data:text/html;base64,PHNjcmlwdD4=)",
        "&lt;script>alert(1)&lt;/script>",
        "<javascript:alert(1)>",
        "<!-- --><svg/onload=alert(1)>",
        "<<script>script>alert(1)<</script>/script>",
    ],
)
def test_text_brings_no_code_into_a_browser(text):
    from nbconvert.filters.markdown import markdown2html

    page = markdown2html(admission.without_html(text)).lower()
    assert not re.search(r"<(script|img[^>]*onerror|svg)", page)
    assert not re.search(r'(href|src)="(javascript|data):', page)


@pytest.fixture
def folder(tmp_path):
    """A submission's folder beside a secret."""
    (tmp_path / "secret.txt").write_text("SECRET")
    folder = tmp_path / "submitted"
    folder.mkdir()
    (folder / "data.csv").write_text("1,2")
    (folder / "metrics.ipynb").write_text(nbformat.writes(new_notebook()))
    return folder


def test_only_plain_files_are_copied(folder):
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    (folder / "linked").symlink_to(folder.parent)
    (folder / "hard").mkdir()
    os.mkfifo(folder / "hard" / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "socket"))
    for name in ("x.pth", "sitecustomize.py", "conftest.py", "numpy-9.whl", "kernel.json"):
        (folder / name).write_text("import os")
    with (folder / "giant.bin").open("wb") as file:
        file.truncate(10**12)
    admission.set_aside(folder)
    admission.set_aside(folder)  # grading again finds everything as it left it
    assert "data.csv" in admission.plain_files(folder)
    assert admission.refused(folder) == sorted(
        [
            "link.txt",
            "linked",
            "pipe",
            "socket",
            "x.pth",
            "sitecustomize.py",
            "conftest.py",
            "numpy-9.whl",
            "kernel.json",
            "giant.bin",
        ]
    )
    assert (folder.parent / "secret.txt").read_text() == "SECRET"


def test_too_many_files(folder):
    for number in range(300):
        (folder / f"{number}.txt").write_text("")
    admission.set_aside(folder)
    assert len(admission.refused(folder)) == 301 - admission.FILES  # the notebook stays


@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "giant"])
def test_a_notebook_that_is_no_plain_file_is_not_opened(folder, kind):
    path = folder / "metrics.ipynb"
    path.unlink()
    if kind == "link":
        secret = new_notebook(cells=[new_code_cell("SECRET")])
        (folder.parent / "other.ipynb").write_text(nbformat.writes(secret))
        path.symlink_to(folder.parent / "other.ipynb")
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        with path.open("wb") as file:
            file.truncate(10**12)
    notebook, notes = admission.read_notebook(path)
    assert notebook.cells == []
    assert notes[0].startswith("metrics.ipynb could not be read: it is ")


def test_a_folder_that_is_a_link(folder):
    link = folder.parent / "link"
    link.symlink_to(folder)
    with pytest.raises(admission.AdmissionError, match="is a link; it is not followed"):
        admission.set_aside(link)


def test_three_hundred_spoiled_notebooks_become_whole(tmp_path, mutate):
    """Whatever happened to it: every cell of the release once, in order, valid for nbgrader."""
    release = json.loads((ROOT / "exercises" / "metrics" / "metrics.ipynb").read_text())
    marks = [cell["metadata"].get("nbgrader") for cell in release["cells"]]
    released = [
        Released(
            mark["grade_id"],
            cell["cell_type"],
            "".join(cell["source"]),
            mark["locked"],
            "c" * 32,
            mark.get("points"),
            {role: mark[role] for role in ("grade", "solution", "task")},
        )
        for cell, mark in zip(release["cells"], marks)
        if mark
    ]
    order = [cell.name for cell in released]
    path = tmp_path / "metrics.ipynb"
    for seed in range(300):
        chance = random.Random(seed)
        nb = copy.deepcopy(release)
        for _ in range(chance.randrange(1, 8)):
            mutate(chance, nb)
        text = json.dumps(nb)
        path.write_text(text[: chance.randrange(len(text))] if seed % 20 == 0 else text)
        notebook, _ = admission.read_notebook(path)
        notebook.cells, _ = restored(notebook.cells, released)
        assert [name for name in names(notebook.cells) if name] == order, seed
        MetadataValidator().validate_nb(notebook)
        if seed % 10 == 0:
            nbformat.validate(notebook)
        json.dumps(notebook).encode()


@pytest.fixture
def course(sandboxed, tmp_path):
    return demo.open_course(ROOT, tmp_path)


def test_the_whole_way_with_everything_wrong_at_once(course, tmp_path):
    """Through nbgrader: a spoiled notebook, links, a pipe and scripts; a page comes out."""
    released = notebooks.read(ROOT / "exercises" / "metrics" / "metrics.ipynb")
    solution = notebooks.read(pipeline.source_notebook(ROOT, "metrics"))
    nb = demo.submission(released, solution, None)
    tests = [c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade")]
    tests[0].source = "9.0"
    tests[1].metadata.nbgrader.points = 1000
    nb.cells.remove(tests[2])
    nb.cells.append(copy.deepcopy(tests[3]))
    nb.cells.append(
        new_markdown_cell("<script>alert('ATTACK')</script><img src=x onerror=alert(1)>")
    )
    nb.metadata.kernelspec = {"name": "evil", "display_name": "x", "language": "python"}
    folder = tmp_path / "submitted" / "mallory" / "metrics"
    folder.mkdir(parents=True)
    (folder / "metrics.ipynb").write_text(nbformat.writes(nb))
    (tmp_path / "secret.txt").write_text("SECRET")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    os.mkfifo(folder / "pipe")
    (folder / "numpy.py").write_text("raise SystemExit")  # never stands in for the package

    problem = pipeline.grade(course, "metrics", "mallory")
    done = pipeline.result(course, "metrics", "mallory", problem)
    assert (done.problem, done.score, done.max_score) == (None, 23.0, 26.0)
    assert "the file 'link.txt' was not accepted" in done.notes
    assert "test_confusion_matrix is read-only and had been edited; it is as it was" in done.notes
    assert "test_accuracy was missing; it has been put back as released" in done.notes
    graded = tmp_path / "autograded" / "mallory" / "metrics"
    assert sorted(path.name for path in graded.iterdir()) == ["metrics.ipynb", "numpy.py"]
    page = (tmp_path / "feedback" / "mallory" / "metrics" / "metrics.html").read_text()
    assert "was not accepted" in page
    assert "&lt;script>alert(" in page.replace("&gt;", ">")
    assert "<script>alert(" not in page and "<img src=x" not in page
