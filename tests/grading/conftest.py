"""Sandboxes for the tests of grading; skipped, in words, where there can be none."""

import os
import sys

import pytest

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
