"""A gradebook on PostgreSQL, by ``COURSE_DB_URL``: the same scores as on SQLite, and clear errors.

The server is a real one; ``conftest.py`` starts it.
"""

import re
import shutil
import sqlite3
from pathlib import Path

import pytest

from course_lib.grading import demo, pipeline

ROOT = Path(__file__).parents[2]


@pytest.fixture
def course(tmp_path, monkeypatch):
    """``course(url)``: the folder of a course with two submissions, and its gradebook at a URL."""

    def make(url):
        if url:
            monkeypatch.setenv("COURSE_DB_URL", url)
        else:
            monkeypatch.delenv("COURSE_DB_URL", raising=False)
        folder = tmp_path / ("postgresql" if url else "sqlite")
        shutil.copytree(ROOT / "solutions" / "metrics", folder / "solutions" / "metrics")
        shutil.copy(ROOT / "nbgrader_config.py", folder)
        pipeline.release(folder, "metrics")
        for student in ("all-right", "swapped"):
            handed_in(folder, student)
        return folder

    return make


def handed_in(folder: Path, student: str) -> None:
    """Hand in a notebook of the demo class."""
    elsewhere = folder / "class"
    demo.hand_in(ROOT, elsewhere)
    target = folder / "submitted" / student
    shutil.copytree(elsewhere / "submitted" / student, target)
    shutil.rmtree(elsewhere)


def scores(folder: Path) -> dict:
    """Grade both and read every score from the gradebook."""
    api = pipeline.course(folder)
    found = {}
    for student in ("all-right", "swapped"):
        assert pipeline.grade(api, "metrics", student) is None
        with api.gradebook as gradebook:
            grades = gradebook.find_submission("metrics", student).notebooks[0].grades
            found[student] = {g.name: (g.auto_score, g.max_score) for g in grades}
    return found


def test_the_same_scores_as_on_sqlite(sandboxed, course, server):
    on_postgresql = course(server)
    there = scores(on_postgresql)
    assert not list(on_postgresql.glob("*.db"))
    assert there == scores(course(None))
    assert sum(score or 0 for score, _ in there["all-right"].values()) > sum(
        score or 0 for score, _ in there["swapped"].values()
    )


UNUSABLE = {
    "postgresql+psycopg://course:secret@127.0.0.1:1/grades": "course:***@127.0.0.1:1/grades cannot",
    "postgresq://course@127.0.0.1/x": "cannot be opened: Can't load plugin",
    "no url": r"COURSE_DB_URL\) is 'no url', expected something like postgresql",
}


@pytest.mark.parametrize("url", list(UNUSABLE))
def test_a_database_that_cannot_be_used(tmp_path, monkeypatch, url):
    monkeypatch.setenv("COURSE_DB_URL", url)
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    with pytest.raises(pipeline.GradingError) as error:
        pipeline.course(tmp_path)
    assert re.search(UNUSABLE[url].replace("***", r"\*\*\*"), str(error.value))
    assert "secret" not in str(error.value) and "\n" not in str(error.value)


def test_a_gradebook_of_a_newer_nbgrader(tmp_path):
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    with sqlite3.connect(tmp_path / "gradebook.db") as gradebook:
        gradebook.execute("CREATE TABLE alembic_version (version_num TEXT)")
        gradebook.execute("INSERT INTO alembic_version VALUES ('f00d')")
    with pytest.raises(pipeline.GradingError, match=r"made by a newer nbgrader .*'f00d'"):
        pipeline.course(tmp_path)
