"""Sandboxes and a database server for the tests of grading; skipped, in words, without them."""

import copy
import os
import sys

import pytest

from benchmarks import postgresql
from course_lib.grading import sandbox
from course_lib.grading.assignment import Assignment
from course_lib.grading.examiner import Examiner
from course_lib.grading.source import SourceCell

QUICK = {"call_seconds": 2, "cell_seconds": 20, "memory_mb": 1024, "disk_mb": 32}


@pytest.fixture(scope="session")
def sandboxed():
    """Skip without bubblewrap; fail where CI must have it (conftest's ``need`` is per test)."""
    reason = sandbox.missing()
    if reason and os.environ.get("CI") == "true" and sys.platform == "linux":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


@pytest.fixture
def open_examiner(sandboxed, tmp_path):
    """``open_examiner(*sources, **limits)``: an examiner in whose sandbox these cells have run."""
    opened = []

    def start(*sources, source=(), **limits):
        examiner = Examiner(
            assignment=Assignment(**{**QUICK, **limits}),
            source=[SourceCell(*cell) for cell in source],
            folder=tmp_path,
            files={},
        )
        examiner.__enter__()
        opened.append(examiner)
        for text in sources:
            examiner.student_cell(text)
        return examiner

    yield start
    for examiner in opened:
        examiner.__exit__(None, None, None)


@pytest.fixture(scope="session")
def server():
    """URL of a new server's empty database."""
    if not postgresql.program("postgres"):
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL is not installed; scripts/system-packages.sh installs it")
        pytest.skip("PostgreSQL is not installed")
    with postgresql.server(durable=False) as url:
        yield url


def spoil(chance, nb):
    """Spoil a notebook in one of many ways."""
    cells = nb["cells"]
    pick = lambda: chance.choice(cells) if cells else {}  # noqa: E731
    junk = [None, 3, "x", [], {}, [[]], {"a": {"b": None}}, True, 1e300, "\ud800", "<script>"]
    action = chance.randrange(12)
    if action == 0 and cells:
        del cells[chance.randrange(len(cells))]
    elif action == 1 and cells:
        cells.insert(chance.randrange(len(cells)), copy.deepcopy(pick()))
    elif action == 2:
        chance.shuffle(cells)
    elif action == 3:
        pick()["cell_type"] = chance.choice(["code", "markdown", "raw", "heading", None])
    elif action == 4:
        pick()["metadata"] = chance.choice(junk)
    elif action == 5:
        pick().setdefault("metadata", {})
        if isinstance(cell := pick(), dict) and isinstance(cell.get("metadata"), dict):
            cell["metadata"]["nbgrader"] = chance.choice(junk)
    elif action == 6:
        cell = pick()
        marks = cell.get("metadata", {}) if isinstance(cell.get("metadata"), dict) else {}
        if isinstance(marks.get("nbgrader"), dict) and marks["nbgrader"]:
            marks["nbgrader"][chance.choice(list(marks["nbgrader"]))] = chance.choice(junk)
    elif action == 7:
        pick()["source"] = chance.choice([*junk, "x = (", ["a\n", "b"], "1/0"])
    elif action == 8:
        pick()[chance.choice(["outputs", "id", "execution_count", "attachments"])] = chance.choice(
            junk
        )
    elif action == 9 and len(cells) > 1:
        first = chance.randrange(len(cells) - 1)
        one, two = cells[first], cells[first + 1]
        if isinstance(one.get("source"), str) and isinstance(two.get("source"), str):
            one["source"] += "\n" + two["source"]
            del cells[first + 1]
    elif action == 10:
        nb[chance.choice(["metadata", "nbformat", "nbformat_minor"])] = chance.choice([*junk, 4, 5])
    elif action == 11:
        names = [
            c["metadata"]["nbgrader"]
            for c in cells
            if isinstance(c.get("metadata"), dict)
            and isinstance(c["metadata"].get("nbgrader"), dict)
        ]
        if names:
            chance.choice(names)["grade_id"] = chance.choice(["test_f_beta", "accuracy", "new", ""])


@pytest.fixture
def mutate():
    """``mutate(chance, notebook)`` spoils a notebook in one of many ways."""
    return spoil
