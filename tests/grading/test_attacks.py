"""Every attack in ``attacks/`` is a submission; none wins a point or reaches anything outside.

The attacks are text, never imported: they run only in the sandbox, against our own grader.
"""

import builtins
import hashlib
import json
import os
import re
import socket
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from nbformat.v4 import new_notebook

from course_lib.grading import channel, examine
from course_lib.grading.assignment import Assignment
from course_lib.grading.examiner import Examiner
from course_lib.grading.restore import Released
from course_lib.grading.source import SourceCell

ATTACKS = {
    f"{path.stem}: {name}": code
    for path in sorted((Path(__file__).parent / "attacks").glob("*.md"))
    for name, code in re.findall(
        r"^## (.+?)\n.*?^```python\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL
    )
}
LIMITS = {
    "call_seconds": 1,
    "cell_seconds": 3,
    "notebook_seconds": 15,
    "memory_mb": 500,
    "disk_mb": 8,
    "processes": 24,
}
HONEST = {
    "double": "def double(x):\n    return x + x",
    "accuracy": "def accuracy(m):\n    return np.trace(m) / m.sum() if m.sum() else 0.0",
}
SECRET = 41237
DOUBLE = ("test_double", "hidden_double", "exact_double")
SETUP = "import numpy as np\n\nfrom course_lib.grading import check"
TESTS = {
    "test_double": (
        2,
        f"rng = np.random.default_rng({SECRET})\nx = rng.normal(size=5)\n"
        "np.testing.assert_allclose(double(x), 2 * x)",
    ),
    "hidden_double": (
        3,
        f"### BEGIN HIDDEN TESTS\ndef reference(x):\n    return 2 * x\n"
        f"rng = np.random.default_rng({SECRET + 1})\npoints = 0.0\nfor _ in range(3):\n"
        "    x = rng.normal(size=4)\n"
        "    points += float(np.allclose(double(x.copy()), reference(x)))\n"
        "points\n### END HIDDEN TESTS",
    ),
    "exact_double": (1, "assert double(3.0) == 6.0\nassert abs(double(2.0) - 4.0) < 1e-9"),
    "test_accuracy": (2, "check(accuracy, 'accuracy', points=2, edge_cases=True, seed=8102)"),
}


def cells(answers):
    """The released cells in order, and a submitted notebook with these answers."""
    order = [("set-up", SETUP), *[(name, "pass") for name in HONEST]]
    order[2:2] = [(name, TESTS[name][1]) for name in DOUBLE]
    order.append(("test_accuracy", TESTS["test_accuracy"][1]))
    released = []
    for name, source in order:
        grade, solution = name in TESTS, name in HONEST
        roles = {"grade": grade, "solution": solution, "task": False}
        points = TESTS[name][0] if grade else None
        released.append(Released(name, "code", source, not solution, "", points, roles))
    notebook = new_notebook(cells=[cell.cell(answers.get(cell.name)) for cell in released])
    return {cell.name: cell for cell in released}, notebook


def examiner(folder, **limits):
    source = [
        SourceCell("set-up", SETUP, "setup"),
        *[SourceCell(name, "pass", "solution") for name in HONEST],
        *[SourceCell(name, text, "test") for name, (_, text) in TESTS.items()],
    ]
    return Examiner(Assignment(**{**LIMITS, **limits}), source, folder, {})


def points(notebook):
    """What nbgrader would read, by test."""
    from nbgrader.utils import determine_grade

    return {
        cell.metadata.nbgrader.grade_id: determine_grade(cell)[0]
        for cell in notebook.cells
        if cell.metadata.nbgrader.grade
    }


class Outside:
    """Everything that an attack must leave as it is."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "secret.txt").write_text("SECRET")
        (folder / "gradebook.db").write_bytes(b"SQLite format 3\0" + bytes(1000))
        self.listeners = [socket.create_server(("127.0.0.1", 0))]
        self.port = self.listeners[0].getsockname()[1]
        for address in (str(folder / "socket"), "\0course-attack"):
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(address)
            listener.listen()
            self.listeners.append(listener)
        for listener in self.listeners:
            listener.setblocking(False)
        self.children = set(psutil.Process().children(recursive=True))
        self.before = self.state()

    def state(self):
        """Files, kernel settings, and what the examiner itself relies on."""
        places = ["/", "/tmp", "/dev/shm", "/usr", "/etc", "/root", "/home", "/dev", "/srv"]
        files = [path for path in self.folder.iterdir() if path.is_file()]
        return {
            "files": {path.name: hashlib.md5(path.read_bytes()).hexdigest() for path in files},
            "marks": [name for place in places for name in marks(place)],
            "core": Path("/proc/sys/kernel/core_pattern").read_text(),
            "host": socket.gethostname(),
            "functions": [np.testing.assert_allclose, np.allclose, builtins.sum, json.loads],
            "groups": sorted(Path("/sys/fs/cgroup").glob(f"*/course-{os.getpid()}-*")),
        }

    def changes(self):
        """What differs, in words."""
        after = self.state()
        found = [key for key in after if after[key] != self.before[key]]
        started = set(psutil.Process().children(recursive=True)) - self.children
        _, alive = psutil.wait_procs(started, timeout=5)  # a process that was killed takes a moment
        found += [f"a process that goes on: {process}" for process in alive]
        for listener in self.listeners:
            try:
                listener.accept()
                found.append(f"a connection to {listener.getsockname()!r}")
            except BlockingIOError:
                pass
        return found


def marks(place):
    try:
        return [str(path) for path in Path(place).iterdir() if "ATTACK" in path.name]
    except OSError:
        return []


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Do not wait for long until code that was interrupted has come to its end."""
    monkeypatch.setattr(channel, "GRACE", 1.0)


@pytest.fixture(scope="module")
def neighbour(sandboxed, tmp_path_factory):
    """Another student's honest submission, running beside all attacks."""
    with examiner(tmp_path_factory.mktemp("neighbour"), call_seconds=60, memory_mb=1000) as other:
        other.session.seconds = 3600
        other.setup_cell(SETUP, "set-up")
        for source in (SETUP, *HONEST.values()):
            assert other.student_cell(source) == []
        yield other


@pytest.fixture(scope="module")
def outside(neighbour, tmp_path_factory):
    watched = Outside(tmp_path_factory.mktemp("outside"))
    yield watched
    for listener in watched.listeners:
        listener.close()


def grade(code, folder):
    """Grade a submission whose first exercise is ``code``: the notebook and the seconds it took."""
    answers = {"double": code, "accuracy": HONEST["accuracy"]}
    if "def accuracy" in code:
        answers["accuracy"] = "pass"
    released, notebook = cells(answers)
    start = time.monotonic()
    with examiner(folder) as one:
        examine.run(notebook, released, one)
    return notebook, time.monotonic() - start


def test_honest_work_gets_everything(sandboxed, tmp_path):
    notebook, _ = grade(HONEST["double"], tmp_path)
    assert points(notebook) == {name: worth for name, (worth, _) in TESTS.items()}


def test_there_are_enough_attacks():
    assert len(ATTACKS) >= 60


@pytest.mark.parametrize("attack", list(ATTACKS))
def test_attack(attack, outside, neighbour, tmp_path):
    code = ATTACKS[attack].replace("FOLDER", str(outside.folder))
    code = code.replace("UNIX_SOCKET", str(outside.folder / "socket"))
    code = code.replace("PORT", str(outside.port))
    notebook, seconds = grade(code, tmp_path)
    got = points(notebook)
    assert [got[name] for name in DOUBLE] == [0, 0, 0]
    assert got["test_accuracy"] <= (0 if "def accuracy" in code else 2)
    assert outside.changes() == []
    for name, (worth, text) in TESTS.items():
        assert neighbour.test_cell(text, name, worth).score == worth
    assert seconds < LIMITS["notebook_seconds"] + 60  # and three starts on a busy machine
    shown = json.dumps([cell.get("outputs") for cell in notebook.cells])
    assert str(SECRET) not in shown and "reference(" not in shown
    assert len(shown) < 1_000_000
    for cell in notebook.cells:
        for output in cell.outputs:
            assert set(output.get("data", {})) <= {"text/plain", "image/png"}
    said = notebook.cells[2].outputs[-1]  # the first test
    assert said.output_type == "error" and said.evalue.strip()
