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
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.harness import Row, version
from course_lib.grading import crowd, pipeline, sandbox

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "book" / "back" / "grading-at-scale.md"
ASSIGNMENT = "backprop"
CLASS = 1000  # submissions
FEW = 100  # of them, with which the memory at the end is compared
JOBS = 2
PROMISED = 300e6  # bytes a job
EVERY = 1.0  # seconds; looking takes 2 or 3 per cent of a processor
START_SECONDS = 60
MEASURED = "One run, by the clock. Memory is the highest that was seen, once a second."


def rows() -> Iterator[Row]:
    """Four promises; none where nothing can be confined."""
    if reason := sandbox.missing():
        print(reason)
        return
    with tempfile.TemporaryDirectory() as folder:
        local, remote = Path(folder, "local"), Path(folder, "remote")
        make_course(local)
        shutil.copytree(local, remote)
        watched = Watch(local)
        seconds = grade(local, ["--jobs", str(JOBS)], watched)
        of_class = f"{CLASS} of {ASSIGNMENT}, {JOBS} jobs"
        peak = max(watched.all, key=lambda seen: seen.whole).whole
        yield Row("memory of a job", of_class, "300 MB", peak, PROMISED, 1, unit="B")
        early = [seen for seen in watched.all if seen.graded <= FEW]
        flat = f"{CLASS} instead of {FEW}"
        for work, part in LASTING.items():
            first, last = max(map(part, early)), max(map(part, watched.all))
            yield Row(work, flat, f"after {FEW}", last, first, target=0.95, unit="B")
        with cluster(Path(folder)) as (address, settings):
            watched = Watch(remote)
            through = grade(remote, ["--scheduler", address], watched, settings)
        if scores(local) != scores(remote):
            raise RuntimeError("the cluster's scores are not those of the local pool")
        size = f"{CLASS} of {ASSIGNMENT}, {JOBS} workers"
        times = through / CLASS, seconds / CLASS
        yield Row("grade through Dask", size, f"local pool, {JOBS} jobs", *times, target=1 / 1.2)
        print(f"(with {version('distributed')}; scores are equal)")


def make_course(folder: Path) -> None:
    """A course into which the class has handed in."""
    students = crowd.Crowd(ROOT, ASSIGNMENT).draw(CLASS)
    crowd.hand_in(students, ASSIGNMENT, folder)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    shutil.copytree(ROOT / "solutions" / ASSIGNMENT, folder / "solutions" / ASSIGNMENT)
    pipeline.release(folder, ASSIGNMENT)


@dataclass(frozen=True)
class Seen:
    """Memory at one moment, in bytes; of the jobs, that of the largest.

    Attributes
    ----------
    graded : int
        Submissions that have been graded.
    whole : int
        Of a job: the worker, its warm parent, and the sandbox with the agent in it.
    lasting : int
        Of the worker and its warm parent.
    recorder : int
        Of the process that records, with all that the jobs forked from it still share: a part of
        that would grow as they write to theirs or end, while nothing is added.
    """

    graded: int
    whole: int
    lasting: int
    recorder: int


LASTING: dict[str, Callable[[Seen], int]] = {
    "memory of a worker and its warm parent": lambda seen: seen.lasting,
    "memory of the process that records": lambda seen: seen.recorder,
}


@dataclass
class Watch:
    """Looks up the memory of the jobs of a run in the course ``folder``."""

    folder: Path
    all: list[Seen] = field(default_factory=list)

    def __call__(self, run: subprocess.Popen, done: threading.Event) -> None:
        """Look, until it is done."""
        while not done.wait(EVERY):
            with contextlib.suppress(psutil.Error):  # somebody has ended
                self.look(run.pid)

    def look(self, recorder: int) -> None:
        """Look once, at all jobs that have a sandbox at the moment."""
        everybody = {p: namespace(p) for p in psutil.Process().children(recursive=True)}
        whole, lasting = [0], [0]
        for sandbox_maker in [p for p in everybody if p.name() == "bwrap"]:
            its = {everybody.get(p) for p in sandbox_maker.children()}
            its -= {"", None, everybody[sandbox_maker]}
            inside = {p for p, where in everybody.items() if where in its}
            parents = {p.parent() for p in inside} - inside - {sandbox_maker}
            stay = memory(sandbox_maker.parent(), *parents)
            lasting.append(stay)
            whole.append(stay + memory(sandbox_maker, *inside))
        graded = sum(1 for _ in (self.folder / "results" / ASSIGNMENT).glob("[!.]*.json"))
        resident = psutil.Process(recorder).memory_info().rss
        self.all.append(Seen(graded, max(whole), max(lasting), resident))


def namespace(process: psutil.Process) -> str:
    """In which world of processes it is: those in a sandbox are in one of their own; "" if gone."""
    try:
        return os.readlink(f"/proc/{process.pid}/ns/pid")  # noqa: PTH115
    except FileNotFoundError:
        return ""


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


def grade(folder: Path, options: list[str], watch: Watch, settings: dict | None = None) -> float:
    """Let ``course grade`` grade the class; seconds by the clock."""
    program = [sys.executable, "-c", "from course_lib.cli import app; app()"]
    command = [*program, "grade", ASSIGNMENT, "--no-feedback", *options]
    start = time.perf_counter()
    done = threading.Event()
    with (folder / "said").open("w") as said:
        run = subprocess.Popen(
            command, cwd=folder, env=os.environ | (settings or {}), stdout=said, stderr=said
        )
        watching = threading.Thread(target=watch, args=(run, done))
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
