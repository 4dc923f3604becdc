"""A large class: what a job of grading needs of memory, and what a cluster adds to the time.

``course grade`` runs as an instructor runs it, in processes of their own: once with two local jobs,
once with a Dask scheduler and two workers on this machine that speak TLS, as the book's page on
grading at scale says. Every second the memory of each job is looked up.
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks import postgresql, recording
from benchmarks.harness import Row, version
from course_lib.grading import crowd, pipeline, sandbox

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "book" / "back" / "grading-at-scale.md"
ASSIGNMENT = "backprop"
CLASS = 1000  # submissions
FEW = 100  # in the smaller class
JOBS = 2
PROMISED = 300e6  # bytes a job
EVERY = 1.0  # seconds; looking takes 2 or 3 per cent of a processor
OFTEN = 0.1  # seconds, for the process that records, whose highest is soon read
START_SECONDS = 60
MEASURED = (
    "By the clock: medians of records, one run of a class. Memory is the highest that was seen."
)


def rows() -> Iterator[Row]:
    """Four promises, and what a record takes; nothing where nothing can be confined."""
    if reason := sandbox.missing():
        print(reason)
        return
    if postgresql.program("postgres"):
        yield recording.row()
    with tempfile.TemporaryDirectory() as folder:
        few, local, remote = (Path(folder, name) for name in ("few", "local", "remote"))
        make_course(few, FEW)
        make_course(local, CLASS)
        shutil.copytree(local, remote)
        before, after = Peak(), Peak()
        grade(few, ["--jobs", str(JOBS)], before)
        seconds = grade(local, ["--jobs", str(JOBS)], after)
        of_class = f"{CLASS} of {ASSIGNMENT}, {JOBS} jobs"
        yield Row("memory of a job", of_class, "300 MB", after.job, PROMISED, 1, unit="B")
        for work, part in LASTING.items():
            flat = f"{CLASS} of {ASSIGNMENT}", f"{FEW} of {ASSIGNMENT}"
            yield Row(work, *flat, part(after), part(before), target=0.95, unit="B")
        with cluster(Path(folder)) as (address, settings):
            through = grade(remote, ["--scheduler", address], Peak(), settings)
        if scores(local) != scores(remote):
            raise RuntimeError("the cluster's scores are not those of the local pool")
        size = f"{CLASS} of {ASSIGNMENT}, {JOBS} workers"
        times = through / CLASS, seconds / CLASS
        yield Row("grade through Dask", size, f"local pool, {JOBS} jobs", *times, target=1 / 1.2)
        print(f"(with {version('distributed')}; scores are equal)")


def make_course(folder: Path, size: int) -> None:
    """A course into which a class of this size has handed in."""
    students = crowd.Crowd(ROOT, ASSIGNMENT).draw(size)
    crowd.hand_in(students, ASSIGNMENT, folder)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    shutil.copytree(ROOT / "solutions" / ASSIGNMENT, folder / "solutions" / ASSIGNMENT)
    pipeline.release(folder, ASSIGNMENT)


@dataclass
class Peak:
    """The most memory that a run has had at any moment, in bytes; of the jobs, the largest.

    Attributes
    ----------
    job : int
        The worker, its warm parent, and the sandbox with the agent in it.
    lasting : int
        The worker and its warm parent.
    recorder : int
        The process that records.

    The last two are to stay as they are. So for each process all counts that it has (RSS), at the
    moment when the kernel saw the most: of what it shares with those that it was forked from, or
    that were forked from it, a part would grow as they write to theirs or end, while nothing is
    added.
    """

    job: int = 0
    lasting: int = 0
    recorder: int = 0

    def watch(self, pid: int, done: threading.Event) -> None:
        """Look, until it is done, at the process that records and at all that it has started."""
        looked = 0.0
        while not done.wait(OFTEN):
            with contextlib.suppress(psutil.Error):  # somebody has ended
                self.recorder = max(self.recorder, highest(psutil.Process(pid)))
                if time.monotonic() > looked + EVERY:
                    looked = time.monotonic()
                    self.look_at_jobs()

    def look_at_jobs(self) -> None:
        """Look at all that have a sandbox at the moment."""
        everybody = {p: namespace(p) for p in psutil.Process().children(recursive=True)}
        for sandbox_maker in [p for p in everybody if p.name() == "bwrap"]:
            its = {everybody.get(p) for p in sandbox_maker.children()}
            its -= {"", None, everybody[sandbox_maker]}
            inside = {p for p, where in everybody.items() if where in its}
            parents = {p.parent() for p in inside} - inside - {sandbox_maker}
            stay = [sandbox_maker.parent(), *parents]
            self.lasting = max(self.lasting, sum(map(highest, stay)))
            self.job = max(self.job, memory(*stay, sandbox_maker, *inside))


LASTING: dict[str, Callable[[Peak], int]] = {
    "memory of a worker and its warm parent": lambda peak: peak.lasting,
    "memory of the process that records": lambda peak: peak.recorder,
}


def namespace(process: psutil.Process) -> str:
    """In which world of processes it is: those in a sandbox are in one of their own; "" if gone."""
    try:
        return os.readlink(f"/proc/{process.pid}/ns/pid")  # noqa: PTH115
    except FileNotFoundError:
        return ""


def highest(process: psutil.Process) -> int:
    """The most bytes that a process has had in memory so far; 0 if it has ended."""
    with contextlib.suppress(OSError):
        text = Path(f"/proc/{process.pid}/status").read_text()
        return sum(map(int, re.findall(r"^VmHWM:\s+(\d+) kB", text, re.MULTILINE))) << 10
    return 0


def memory(*processes: psutil.Process) -> int:
    """Bytes in memory; what several share is counted in equal parts (Pss).

    Of what is shared with processes that are not given, such as the one that records, a part
    counts, so this is more than what the given ones need beyond it.
    """
    total = 0
    for process in processes:
        with contextlib.suppress(OSError):  # it has ended
            text = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
            total += sum(map(int, re.findall(r"^Pss: +(\d+) kB", text, re.MULTILINE))) << 10
    return total


def grade(folder: Path, options: list[str], peak: Peak, settings: dict | None = None) -> float:
    """Let ``course grade`` grade the class; seconds by the clock."""
    program = [sys.executable, "-c", "from course_lib.cli import app; app()"]
    command = [*program, "grade", ASSIGNMENT, "--no-feedback", *options]
    start = time.perf_counter()
    done = threading.Event()
    with (folder / "said").open("w") as said:
        run = subprocess.Popen(
            command, cwd=folder, env=os.environ | (settings or {}), stdout=said, stderr=said
        )
        watching = threading.Thread(target=peak.watch, args=(run.pid, done))
        watching.start()
        run.wait()
        done.set()
        watching.join()
    return time.perf_counter() - start


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """A scheduler and workers, started by the commands of the page; its address and settings."""
    settings = os.environ | certificate(folder)
    where = folder / "scheduler.json"
    started = []

    def start(module: str, *options: str) -> None:
        with (folder / f"{module}.log").open("w") as log:
            command = [sys.executable, "-m", f"distributed.cli.{module}", *options]
            started.append(
                subprocess.Popen(command, cwd=folder, env=settings, stdout=log, stderr=log)
            )

    try:
        quiet = ["--no-dashboard", "--scheduler-file", str(where)]
        start("dask_scheduler", "--protocol", "tls", "--host", "127.0.0.1", "--port", "0", *quiet)
        wait_for(lambda: where.exists() and where.read_text().endswith("}"))
        address = json.loads(where.read_text())["address"]
        start("dask_worker", address, "--nworkers", str(JOBS), "--nthreads", "1", "--no-dashboard")
        log = folder / "dask_worker.log"
        wait_for(lambda: log.read_text().count("Registered to") >= JOBS)
        yield address, settings
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait()


def certificate(folder: Path) -> dict[str, str]:
    """Make the key and the certificate by the page's command; the variables that name them."""
    command = re.search(r"^openssl .*?cert\.pem$", PAGE.read_text("utf-8"), re.M | re.S)
    if command is None:
        raise RuntimeError(f"{PAGE.name} does not say how to make a certificate")
    subprocess.run(["sh", "-c", command[0]], cwd=folder, check=True, capture_output=True)
    tls = "DASK_DISTRIBUTED__COMM__TLS__"
    settings = {f"{tls}CA_FILE": f"{folder}/cert.pem", "DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
    settings["DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION"] = "True"
    for role in ("SCHEDULER", "WORKER", "CLIENT"):
        settings |= {
            f"{tls}{role}__{kind.upper()}": f"{folder}/{kind}.pem" for kind in ("cert", "key")
        }
    return settings


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + START_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError("the scheduler or its workers did not start")
        time.sleep(0.1)


def scores(folder: Path) -> dict[str, dict[str, float]]:
    """What the gradebook has for every test of every student."""
    found = {}
    with pipeline.course(folder).gradebook as gradebook:
        for submission in gradebook.assignment_submissions(ASSIGNMENT):
            grades = submission.notebooks[0].grades
            found[submission.student.id] = {grade.name: grade.auto_score for grade in grades}
    if len(found) < 0.9 * CLASS:  # an empty file has no score
        raise RuntimeError(f"{len(found)} of {CLASS} were graded: see {folder / 'said'}")
    return found
