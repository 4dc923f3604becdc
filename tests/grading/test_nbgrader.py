"""nbgrader's own ways lead through our stage: its command line, and formgrader."""

import contextlib
import json
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest

from course_lib import notebooks
from course_lib.grading import demo

ROOT = Path(__file__).parents[2]
FORGED = """
from IPython.core.interactiveshell import InteractiveShell
import numpy as np
np.testing.assert_allclose = lambda *a, **k: None
empty = type("Empty", (), {"visit": lambda self, node: type(node)([], [])})
get_ipython().ast_transformers.append(empty())
"""


@pytest.fixture
def course(sandboxed, tmp_path):
    """A course in which somebody has handed in an attempt to empty all tests."""
    demo.open_course(ROOT, tmp_path)
    released = notebooks.read(ROOT / "exercises" / "metrics" / "metrics.ipynb")
    first = next(c for c in released.cells if c.metadata.get("nbgrader", {}).get("solution"))
    first.source = FORGED
    folder = tmp_path / "submitted" / "mallory" / "metrics"
    folder.mkdir(parents=True)
    nbformat.write(released, folder / "metrics.ipynb")
    settings = (ROOT / "nbgrader_config.py").read_text()
    settings += f'\nc.CourseDirectory.source_directory = "{ROOT / "solutions"}"\n'
    (tmp_path / "nbgrader_config.py").write_text(settings)
    return tmp_path


def scores(course):
    """Points by test in the graded notebook, and the names of errors."""
    graded = notebooks.read(course / "autograded" / "mallory" / "metrics" / "metrics.ipynb")
    assert "course_checks" in graded.metadata  # only our stage writes that
    checks = graded.metadata["course_checks"].values()
    return sum(one["score"] for found in checks for one in found)


def program(*arguments):
    return [sys.executable, "-m", *arguments]


def environment():
    return {"PATH": f"{sysconfig.get_path('scripts')}:/usr/bin:/bin", "HOME": "/nonexistent"}


def test_the_command_line(course):
    done = subprocess.run(
        program("nbgrader", "autograde", "metrics", "--student", "mallory"),
        cwd=course,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert scores(course) == 0.0


@pytest.fixture
def formgrader(course):
    """The address of a server with the extension; it ends with the test."""
    extension = "{'nbgrader.server_extensions.formgrader': True}"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["--no-browser", "--allow-root", f"--port={port}", "--IdentityProvider.token=secret"]
    server = subprocess.Popen(
        program("jupyter_server", *options, f"--ServerApp.jpserver_extensions={extension}"),
        cwd=course,
        env=environment() | {"HOME": str(course), "JUPYTER_PREFER_ENV_PATH": "1"},
        stderr=subprocess.DEVNULL,
    )
    while server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            break
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    server.kill()
    server.wait()


def test_the_button_of_formgrader(course, formgrader):
    """The request that the button sends."""
    request = urllib.request.Request(
        f"{formgrader}/formgrader/api/submission/metrics/mallory/autograde",
        data=b"",
        headers={"Authorization": "token secret"},
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        assert json.load(answer)["success"] is True
    assert scores(course) == 0.0


def test_formgrader_in_a_browser(course, formgrader, chromium, need):
    """What an instructor does and sees: the button, the score, the graded notebook."""
    need(chromium is not None, "Chromium")
    from playwright.sync_api import expect

    demo.hand_in(ROOT, course)
    with chromium.new_context() as context:
        context.set_default_timeout(60_000)
        context.route(  # MathJax, which formgrader loads from the web
            "**/*", lambda r: r.continue_() if r.request.url.startswith(formgrader) else r.abort()
        )
        tab = context.new_page()
        tab.goto(f"{formgrader}/login?token=secret")
        tab.goto(f"{formgrader}/formgrader/manage_submissions/metrics")
        for student, score in {"all-right": "23 / 26", "mallory": "0 / 26"}.items():
            row = tab.locator("tr", has_text=student)
            expect(row.locator(".status")).to_have_text("needs autograding", timeout=60_000)
            row.locator(".autograde a").click()
            expect(tab.locator(".modal-title")).to_have_text("Success", timeout=60_000)
            tab.get_by_role("button", name="OK").click()
            expect(row.locator(".score")).to_have_text(score)
            expect(tab.locator(".modal")).to_have_count(0)
        tab.goto(f"{formgrader}/formgrader/gradebook/metrics/metrics")
        tab.locator("tr", has_text="all-right").get_by_role("link").first.click()
        expect(tab.locator("input#hidden_accuracy")).to_have_attribute("placeholder", "1")
        expect(tab.get_by_text("accuracy: 1 of 1 points").first).to_be_visible()
