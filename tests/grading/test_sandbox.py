"""The sandbox itself, what it says where there can be none, and the commands around it."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from course_lib import notebooks
from course_lib.grading import demo, doctor, nursery, pipeline, sandbox, seccomp
from course_lib.grading.assignment import Assignment
from course_lib.grading.cgroup import Cgroup
from course_lib.grading.pool import Pool
from course_lib.grading.session import Session

ROOT = Path(__file__).parents[2]
COURSE = [sys.executable, "-c", "from course_lib.cli import app; app()"]


@pytest.fixture
def session(sandboxed, tmp_path):
    (tmp_path / "data.csv").write_text("1,2,3")
    (tmp_path / "json.py").write_text("raise SystemExit")
    files = {path.name: path for path in tmp_path.iterdir()}
    session = Session(Assignment(memory_mb=1024, call_seconds=20), files)
    yield session
    session.close()


def seen(session, code):
    """The value of an expression in the sandbox."""
    outputs = session.run(code)
    assert outputs[-1]["kind"] == "result", outputs
    return ast.literal_eval(outputs[-1]["data"]["text/plain"])


def test_what_the_sandbox_sees(session):
    assert seen(session, "import os; sorted(os.listdir('/'))") == sorted(
        {"bin", "dev", "etc", "home", "lib", "lib64", "proc", "sbin", "tmp", "usr"}
        | {Path(sys.prefix).parts[1], Path(sys.base_prefix).parts[1]}
        | {name for name in ("lib32",) if Path("/", name).exists()}
    )
    assert seen(session, "os.getcwd(), os.getuid(), os.getppid()") == ("/home/student", 1000, 0)
    assert seen(session, "sorted(os.listdir())") == ["data.csv", "json.py"]
    assert seen(session, "open('data.csv').read()") == "1,2,3"
    assert "SECRET" not in str(seen(session, "dict(os.environ)"))
    # the standard ones, the socket, and the one that the listing itself opens
    assert len(seen(session, "os.listdir('/proc/self/fd')")) == 5
    links = "[os.path.realpath(f'/proc/self/fd/{fd}') for fd in (0, 1, 2)]"
    assert seen(session, links) == ["/dev/null"] * 3


def test_a_students_file_never_stands_in_for_a_package(session):
    assert seen(session, "import json; json.loads('[1]')") == [1]


def test_the_filter_for_system_calls_is_in_force(session):
    code = "open('/proc/self/status').read().split('Seccomp:')[1].split()[0]"
    assert seen(session, code) == "2"
    assert seccomp.program("riscv64") is None
    assert len(seccomp.program("aarch64")) == len(seccomp.program("x86_64"))


def test_capabilities_are_gone(session):
    code = "[line.split()[1] for line in open('/proc/self/status') if line.startswith('Cap')]"
    assert seen(session, code) == ["0" * 16] * 5


def test_a_warm_parent_brings_nothing_that_the_sandbox_does_not_have(session):
    """What was loaded outside: no withheld module, no memory that is shared, no way out."""
    loaded = seen(session, "import sys; sorted(sys.modules)")
    assert {"numpy", "IPython", "course_lib.grading.agent"} <= set(loaded)
    ours = {name for name in loaded if name.startswith("course_lib")}
    assert ours == {"course_lib", "course_lib.grading"} | {
        f"course_lib.grading.{name}"
        for name in ("agent", "channel", "checks", "codes", "functions", "parent", "shell", "wire")
    }
    code = """
[name for name, module in sys.modules.items() if getattr(module, "__file__", None)
 and not name.startswith("course_lib") and not os.path.exists(module.__file__)]
"""
    assert seen(session, "import os\n" + code) == []
    assert seen(session, "[line for line in open('/proc/self/maps') if line[28] == 's']") == []
    assert seen(session, "import course_lib.grading.checks as c; c.__doc__").startswith("Stands in")
    assert seen(session, "sys.argv, sys.path[-1], sys.meta_path[0].__name__") == (
        ["-c"],
        "/home/student",
        "BuiltinImporter",
    )
    assert seen(session, "os.getpgid(0) == os.getsid(0) == os.getpid()")


def test_the_program_of_the_parent_cannot_be_changed(session):
    """/proc/self/exe leads out of the file system of the sandbox, to a sealed copy."""
    assert seen(session, "import os; os.readlink('/proc/self/exe')") == "/memfd:python (deleted)"
    code = """
def tried(flags):
    try:
        return os.open('/proc/self/exe', flags)
    except OSError as error:
        return error.strerror
number = os.open('/proc/self/exe', os.O_PATH)
tried(os.O_WRONLY), tried(os.O_RDWR | os.O_TRUNC)
"""
    assert seen(session, code) == ("Text file busy", "Text file busy")
    seals = "import fcntl; fcntl.fcntl(os.open('/proc/self/exe', os.O_RDONLY), fcntl.F_GET_SEALS)"
    assert seen(session, seals) == 0x1 | 0x2 | 0x4 | 0x8


def test_nothing_of_one_submission_reaches_the_next(sandboxed):
    spoil = """
import builtins, os, sys, numpy as np
np.mark = np.testing.mark = builtins.mark = sys.mark = os.environ["MARK"] = "here"
open("/tmp/mark", "w").write("x"); open("/dev/shm/mark", "w").write("x")
class Finder:
    def find_spec(self, *_): raise SystemExit
sys.meta_path.insert(0, Finder())
if os.fork() == 0:
    while True: pass
"""
    look = """
import builtins, glob, os, sys, numpy as np
[hasattr(x, "mark") for x in (np, np.testing, builtins, sys)], "MARK" in os.environ, \
    [p for p in glob.glob("/tmp/*") + glob.glob("/dev/shm/*") if not sys.prefix.startswith(p)], \\
    len([name for name in os.listdir("/proc") if name.isdigit()])
"""
    first, second = Session(Assignment(), {}), Session(Assignment(), {})
    first.run(spoil)
    third = Session(Assignment(), {})
    try:
        for other in (second, third):
            assert seen(other, look) == ([False] * 4, False, [], 2)
        draw = "np.random.rand(), __import__('random').random()"
        assert seen(second, draw) != seen(third, draw)
    finally:
        for session in (first, second, third):
            session.close()


def test_a_parent_that_was_killed_is_replaced(sandboxed):
    parent = nursery.nursery(Assignment())
    parent.process.kill()
    parent.process.wait()
    session = Session(Assignment(), {})
    assert seen(session, "1 + 1") == 2
    session.close()
    assert not Path(parent.folder).exists()


def at_work():
    """What a submission computes for this process, and whether its parent is a twin."""
    session = Session(Assignment(), {})
    try:
        return seen(session, "1 + 1"), nursery.nursery(Assignment()).process is None
    finally:
        session.close()


def test_forked_processes_have_twins_of_the_parent(sandboxed):
    """They outlive it; and where it is gone before, a process starts its own."""
    parent = nursery.nursery(Assignment())
    with Pool(2, [], "fork") as pool:
        for key in range(2):
            pool.submit(key, at_work)
        assert dict(pool.results()) == {0: (2, True), 1: (2, True)}
        parent.process.kill()
        parent.process.wait()
        pool.submit("afterwards", at_work)
        assert dict(pool.results()) == {"afterwards": (2, True)}
    with Pool(1, [], "fork") as pool:
        pool.submit("too late", at_work)
        assert dict(pool.results()) == {"too late": (2, False)}


SHOWS = {
    "%%capture got\nprint(1)\n": "",
    "%time x = 3\nx": "3",
    "!echo $((2 + 2))": "4",
    ">>> 2 + 3": "5",
    "await __import__('asyncio').sleep(0, 6)": "6",
    "async def f():\n    return 9\nawait f()": "9",
    "%tb": "No traceback available",  # what the warm parent has tried is forgotten
    "7;": "",
    "def f(:": "invalid syntax",
}


@pytest.mark.parametrize("source", list(SHOWS))
def test_cells_are_read_as_in_a_notebook(sandboxed, source):
    session = Session(Assignment(), {})
    try:
        shown = session.run(source)
    finally:
        session.close()
    texts = [output.get("text") or output["data"]["text/plain"] for output in shown]
    assert (SHOWS[source] in texts[-1]) if SHOWS[source] else texts == []


def test_a_cell_that_warns_says_so_once(sandboxed):
    session = Session(Assignment(), {})
    try:
        shown = session.run("import warnings\nwarnings.simplefilter('always')")
        shown = session.run("x = '\\d'")
    finally:
        session.close()
    (warning,) = shown
    assert warning["text"].count("invalid escape sequence") == 1
    assert "ipython-input" in warning["text"]


def test_what_a_cell_imports_from_the_future_holds_for_later_ones(sandboxed):
    session = Session(Assignment(), {})
    try:
        session.run("from __future__ import annotations")
        (shown,) = session.run("def f(x: nowhere):\n    return x\n\nf.__annotations__")
    finally:
        session.close()
    assert shown["data"]["text/plain"] == "{'x': 'nowhere'}"


def test_an_error_is_shown_in_its_cell(sandboxed):
    session = Session(Assignment(), {})
    try:
        shown = session.run("def half(x):\n    return x / 0\n\nhalf(4)")
        session.run("x = 1")
    finally:
        session.close()
    assert [output["kind"] for output in shown] == ["error"]
    lines = "\n".join(shown[0]["traceback"])
    assert "Cell In[1], line 4" in lines  # the warm parent's own cell has not been counted
    assert "----> 2     return x / 0" in lines


def test_no_agent_waits_to_be_buried(sandboxed):
    session = Session(Assignment(), {})
    session.close()
    parent = psutil.Process(nursery.nursery(Assignment()).process.pid)
    assert [child for child in parent.children() if child.status() == psutil.STATUS_ZOMBIE] == []


def test_nothing_is_left_behind(sandboxed):
    session = Session(Assignment(), {})
    pid = session.sandbox.process.pid
    groups = session.sandbox.cgroup.folders
    session.run("import subprocess; subprocess.Popen(['sleep', '1000'], start_new_session=True)")
    session.close()
    assert not Path(f"/proc/{pid}").exists()
    assert not [folder for folder in groups if folder.exists()]


def test_groups_of_graders_that_were_killed_are_removed(tmp_path):
    (tmp_path / "course-999999999-1").mkdir()
    (tmp_path / f"course-{os.getpid()}-1").mkdir()
    group = Cgroup(Assignment(), [tmp_path])
    group.remove()
    assert [path.name for path in tmp_path.iterdir()] == [f"course-{os.getpid()}-1"]


def test_packages_and_modules_that_are_not_there(sandboxed):
    with pytest.raises(sandbox.SandboxError, match="package 'nothing-like-it' is not installed"):
        Session(Assignment(packages=("nothing-like-it",)), {})
    with pytest.raises(sandbox.SandboxError, match="there is no module 'course_lib"):
        Session(Assignment(modules=("course_lib.nothing",)), {})
    assert not list(Path("/sys/fs/cgroup").glob(f"*/course-{os.getpid()}-*"))


def test_a_module_of_the_course_can_be_allowed(sandboxed):
    session = Session(
        Assignment(packages=("array-api-compat",), modules=("course_lib.arrays",)), {}
    )
    code = "import course_lib.arrays, numpy; course_lib.arrays.namespace(numpy.ones(1)).__name__"
    assert "numpy" in seen(session, code)
    session.close()


@pytest.fixture
def without_bubblewrap(monkeypatch):
    which = shutil.which
    monkeypatch.setattr(
        shutil, "which", lambda name, **more: None if name == "bwrap" else which(name, **more)
    )
    sandbox.missing.cache_clear()
    yield
    sandbox.missing.cache_clear()


def test_without_a_sandbox_nothing_is_graded(without_bubblewrap, tmp_path):
    reason = "bubblewrap is not installed; on Debian and Ubuntu: sudo apt install bubblewrap"
    if sys.platform == "linux":
        assert sandbox.missing() == reason
    with pytest.raises(sandbox.SandboxError):
        Session(Assignment(), {})
    demo.hand_in(ROOT, tmp_path)
    api = demo.open_course(ROOT, tmp_path)
    with pytest.raises(pipeline.GradingError, match="--unsafe-no-sandbox"):
        pipeline.confine(api, confined=True)
    problem = pipeline.grade(api, "metrics", "all-right")  # as formgrader's button would
    assert "SandboxError" in problem
    findings = {finding.what: finding for finding in doctor.examine()}
    assert not findings["sandbox"].good and findings["sandbox"].needed
    assert "warm start" not in findings  # nothing to try it with

    pipeline.confine(api, confined=False)
    assert pipeline.grade(api, "metrics", "all-right") is None
    done = pipeline.result(api, "metrics", "all-right", None)
    assert done.score > 0 and "WITHOUT a sandbox" in done.notes[0]
    page = tmp_path / "feedback" / "all-right" / "metrics" / "metrics.html"
    assert "WITHOUT a sandbox" not in page.read_text()  # that is not the student's affair


def test_the_commands(sandboxed, tmp_path):
    for name in ("nbgrader_config.py", "solutions", "exercises"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)

    def course(*arguments):
        return subprocess.run(
            [*COURSE, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    nobody = course("grade", "metrics")
    assert nobody.returncode == 1 and "nobody has handed in 'metrics'" in nobody.stderr
    released = notebooks.read(ROOT / "exercises" / "metrics" / "metrics.ipynb")
    folder = tmp_path / "submitted" / "ada" / "metrics"
    folder.mkdir(parents=True)
    notebooks.write(released, folder / "metrics.ipynb")
    graded = course("grade", "metrics")
    assert graded.returncode == 0, graded.stderr
    assert re.search(r"ada.* 0 / \d+", graded.stdout)
    assert (tmp_path / "feedback" / "ada" / "metrics" / "metrics.html").exists()
    looked = course("doctor")
    assert looked.returncode == 0 and "✓ sandbox:" in looked.stdout


AS_NOBODY = """
set -e
mount --make-rprivate /
if [ -n "$CLOSED" ]; then  # Python lies in a folder that only root may enter: show it elsewhere
    mount --bind "$PREFIX" "$KEPT"
    mount -t tmpfs -o mode=755 tmpfs "$CLOSED"
    mkdir -p "$PREFIX"
    mount --move "$KEPT" "$PREFIX"
fi
exec setpriv --reuid=65534 --regid=65534 --clear-groups "$PYTHON" -c "$CODE"
"""
GRADED_BY_NOBODY = """
import os
from course_lib.grading.assignment import Assignment
from course_lib.grading.session import Session
session = Session(Assignment(memory_mb=1024), {})
session.run("def double(x):\\n    return 2 * x")
own = session.run("open('/proc/self/status').read().split('CapBnd:')[1].split()[0]")
print(os.getuid(), session.lookup("double")(21), own[-1]["data"]["text/plain"])
session.close()
"""


def test_an_ordinary_user_can_grade(sandboxed, tmp_path):
    """All other tests run as whoever runs them; where that is root, this one does not."""
    if os.getuid() != 0 or not shutil.which("unshare") or not shutil.which("setpriv"):
        pytest.skip("only root, with unshare and setpriv, can become another user")
    above = [path for path in Path(sys.base_prefix).parents if not path.stat().st_mode & 0o001]
    if above and ROOT.is_relative_to(above[-1]):
        pytest.skip("the course lies in a folder that only root may enter")
    settings = {"CLOSED": str(above[-1]) if above else "", "KEPT": str(tmp_path), "HOME": "/tmp"}
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", AS_NOBODY],
        cwd=ROOT,
        env=os.environ
        | settings
        | {"PREFIX": sys.base_prefix, "PYTHON": sys.executable, "CODE": GRADED_BY_NOBODY},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "65534 42 '0000000000000000'\n", done.stderr
