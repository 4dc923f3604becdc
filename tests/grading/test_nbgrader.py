"""nbgrader's own ways lead through our stage: its command line, and the button of formgrader."""

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


def test_the_button_of_formgrader(course):
    """The request that the button sends, to a server with the extension."""
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
    try:
        while server.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.1)
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/formgrader/api/submission/metrics/mallory/autograde",
            data=b"",
            headers={"Authorization": "token secret"},
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            assert json.load(answer)["success"] is True
    finally:
        server.kill()
        server.wait()
    assert scores(course) == 0.0
