"""The page "Writing an assignment", followed to the letter in a copy of the course."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course_lib.grading import authoring, pipeline

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "book" / "back" / "authoring.md"
COPIED = ("course_lib", "solutions", "exercises", "tests/assignments", "book")
FILES = ("nbgrader_config.py", "pyproject.toml", "conftest.py")


@pytest.fixture
def course(tmp_path):
    """A copy of the course that a test may spoil."""
    for folder in COPIED:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("_*_"))
    for file in FILES:
        shutil.copy(ROOT / file, tmp_path)
    return tmp_path


def steps(page: str):
    """Every block of code: (None, commands to run) or (file, text to append to it)."""
    blocks = re.findall(
        r"^(```+)(?:sh|\{code-block\} \w+)\n(?::caption: (\S+)\n\n)?(.*?)^\1$", page, re.M | re.S
    )
    return [(caption or None, code) for _, caption, code in blocks]


def test_the_page_leads_to_an_assignment_that_works(course):
    paths = [str(Path(sys.executable).parent), os.environ["PATH"]]
    environment = os.environ | {"PYTHONPATH": str(course), "PATH": os.pathsep.join(paths)}
    said = ""
    for file, text in steps(PAGE.read_text(encoding="utf-8")):
        if file:
            with (course / file).open("a", encoding="utf-8") as target:
                target.write(f"\n{text}")
            continue
        done = subprocess.run(
            ["sh", "-e", "-c", text], cwd=course, env=environment, capture_output=True, text=True
        )
        said += done.stdout
        assert done.returncode == 0, f"{text}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    assert "6 of 6 points that the checks in it can give" in said
    assert "rates_scale" in (course / "exercises/rates/rates.ipynb").read_text()
    assert re.search(r"\d\d passed", said)


def test_what_exists_is_not_overwritten(course):
    before = (course / "solutions/metrics/metrics.ipynb").read_bytes()
    with pytest.raises(pipeline.GradingError, match=r"metrics\.ipynb exists already"):
        authoring.create(course, "metrics")
    assert (course / "solutions/metrics/metrics.ipynb").read_bytes() == before


@pytest.mark.parametrize("name", ["3d", "class", "My-Work", "a b"])
def test_a_name_that_cannot_be_a_module(course, name):
    with pytest.raises(pipeline.GradingError, match="cannot be an assignment's name"):
        authoring.create(course, name)


def test_outside_of_a_course(tmp_path):
    with pytest.raises(pipeline.GradingError, match="run it in a copy of the repository"):
        authoring.create(tmp_path, "rates")
    assert not list(tmp_path.iterdir())
