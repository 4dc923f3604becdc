"""The `course` command from outside: when something is wrong, one sentence and exit code 1."""

import http.client
import re
import socket
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

ROOT = Path(__file__).parent.parent
COURSE = [sys.executable, "-c", "from course_lib.cli import app; app()"]


def course(*arguments, cwd):
    return subprocess.run(
        [*COURSE, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False
    )


def assert_one_sentence(done, *words):
    assert done.returncode == 1
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert all(word in lines[0] for word in words), lines[0]


@pytest.fixture
def book(tmp_path):
    page = tmp_path / "_build" / "html" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<h1>A page</h1>")
    return tmp_path


def test_build_outside_a_course(tmp_path):
    assert_one_sentence(course("build", cwd=tmp_path), "course build", "no _config.yml")


def test_pdf_outside_a_course(tmp_path):
    assert_one_sentence(course("pdf", cwd=tmp_path), "course pdf", "no _config.yml")


def test_serve_without_a_book(tmp_path):
    assert_one_sentence(course("serve", cwd=tmp_path), "no book in _build/html", "make book")


def test_serve_on_a_port_in_use(book):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        done = course("serve", "--port", port, "--no-browser", cwd=book)
    assert_one_sentence(done, f"port {port} cannot be used", f"course serve --port {port + 1}")


def test_serve_on_a_port_that_cannot_be(book):
    done = course("serve", "--port", "99999", "--no-browser", cwd=book)
    assert done.returncode == 2
    assert "65535" in done.stderr and "Traceback" not in done.stderr


def test_serve_shows_the_book(book):
    server = subprocess.Popen(
        [*COURSE, "serve", "--port", "0", "--no-browser"],
        cwd=book,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        port = int(re.search(r"http://localhost:(\d+)/", server.stdout.readline())[1])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/")
        assert connection.getresponse().read() == b"<h1>A page</h1>"
    finally:
        server.terminate()
        server.wait(30)


def test_notebooks_says_what_is_stale_and_writes_only_when_asked(tmp_path):
    lecture = tmp_path / "book" / "lecture.ipynb"
    lecture.parent.mkdir()
    nbformat.write(new_notebook(cells=[new_code_cell("6 * 7")]), lecture)
    unrun = lecture.read_bytes()
    done = course("notebooks", "--check", cwd=tmp_path)
    assert done.returncode == 1 and "cell 1" in done.stdout
    assert "stale; run `course notebooks`" in done.stderr
    assert lecture.read_bytes() == unrun
    assert course("notebooks", cwd=tmp_path).returncode == 0
    assert "42" in lecture.read_text()
    assert course("notebooks", "--check", cwd=tmp_path).returncode == 0


def test_notebooks_names_the_cell_that_fails(tmp_path):
    lecture = tmp_path / "book" / "lecture.ipynb"
    lecture.parent.mkdir()
    nbformat.write(new_notebook(cells=[new_code_cell("nothing_here")]), lecture)
    done = course("notebooks", cwd=tmp_path)
    assert_one_sentence(done, "lecture.ipynb: cell 1", "NameError: name 'nothing_here'")


@pytest.mark.parametrize(
    ("command", "said"), [("notebooks", "no notebook in book/"), ("release", "no solutions/NAME/")]
)
def test_where_there_is_nothing_to_do_it_is_said(tmp_path, command, said):
    done = course(command, cwd=tmp_path)
    assert_one_sentence(done, f"course {command}: {tmp_path}", said, "run it in the folder of the")


def test_release_of_an_unknown_assignment():
    assert_one_sentence(course("release", "metric", cwd=ROOT), "no assignment 'metric'", "metrics")


def test_release_outside_a_course(tmp_path):
    (tmp_path / "solutions").mkdir()
    assert_one_sentence(course("release", "metrics", cwd=tmp_path), "no assignment 'metrics'")


@pytest.mark.parametrize("command", ["grade", "report"])
def test_grading_outside_a_course(tmp_path, command):
    done = course(command, "metrics", cwd=tmp_path)
    assert_one_sentence(done, f"course {command}", "no nbgrader_config.py")


def test_grading_is_stopped_while_it_starts(tmp_path):
    """Ctrl-C at the moment when the module is looked for that takes long to import."""
    stopping = (
        "import sys\nfrom course_lib.cli import app\n"
        "class Finder:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'course_lib.grading.batch':\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Finder())\napp()"
    )
    done = subprocess.run(
        [sys.executable, "-c", stopping, "grade", "metrics"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert_one_sentence(done, "course grade: stopped; run it again to go on")


def test_where_says_what_is_not_made_yet(tmp_path):
    done = course("where", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.count("not made yet (run `make`)") == 3
