"""Examining on other machines, by way of Dask: the scheduler hands out submissions, this process
alone records what comes back.

Workers get a submission and the instructor's files as bytes and return plain JSON; they need this
package and a sandbox, and neither the course's folder nor its gradebook. When a worker dies, Dask
gives what it was doing to another one.
"""

import dataclasses
import multiprocessing
import tempfile
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from course_lib.grading import admission
from course_lib.grading import plan as plans
from course_lib.grading.parcel import Parcel
from course_lib.grading.plan import Plan
from course_lib.grading.pool import Pool

IN_FLIGHT = 1000  # submissions that are with the scheduler at once; the others stay on the disk
ANSWER_SECONDS = 10  # for a scheduler that does not answer
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_here = threading.local()  # a worker's thread and the process that examines for it


class ClusterError(Exception):
    """A scheduler that cannot be used, in one sentence."""


class Cluster:
    """The workers of a Dask scheduler; use it in a ``with`` statement.

    Parameters
    ----------
    address : str
        ``tls://host:port``, or ``tcp://`` on this machine. Certificates are those of Dask's own
        settings (``distributed.comm.tls``).

    Raises
    ------
    ClusterError
        If it is neither, does not answer, or has no workers.
    """

    def __init__(self, address: str):
        where = urlsplit(address if "//" in address else f"tcp://{address}")
        if where.scheme not in ("tcp", "tls") or not where.hostname:
            raise ClusterError(f"{address!r} is no scheduler's address; expected tls://host:port")
        if where.scheme != "tls" and where.hostname not in LOOPBACK:
            raise ClusterError(
                f"{address} would send submissions and tests unencrypted; use tls:// "
                "(only on this machine tcp:// is accepted)"
            )
        from distributed import Client, as_completed

        try:
            self.client = Client(address, timeout=ANSWER_SECONDS)
        except (OSError, ValueError, RuntimeError, TypeError) as error:
            reason = next(iter(str(error).splitlines()), type(error).__name__)
            raise ClusterError(f"no scheduler answers at {address}: {reason}") from None
        if not self.client.scheduler_info(n_workers=-1)["workers"]:
            self.client.close()
            raise ClusterError(f"the scheduler at {address} has no workers; start some first")
        self.done = as_completed(with_results=True, raise_errors=False)
        self.keys: dict = {}
        self.waiting: deque[tuple] = deque()
        self.instructors: dict[Path, Parcel] = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.cancel(list(self.keys))
        self.client.close()

    def submit(self, key, plan: Plan, student: str, submission: Path) -> None:
        """Have a submission examined."""
        self.waiting.append((key, plan, student, submission))

    def results(self) -> Iterator[tuple]:
        """Key and result of every submission as it is done; the result may be an exception."""
        while self.waiting or self.keys:
            if self.waiting and len(self.keys) < IN_FLIGHT:
                key, *task = self.waiting.popleft()
                if (problem := self.send(key, *task)) is not None:
                    yield key, problem
                continue
            future, value = next(self.done)
            yield self.keys.pop(future), value[1] if isinstance(value, tuple) else value

    def send(self, key, plan: Plan, student: str, submission: Path) -> dict | None:
        """Give a submission to the scheduler; the result of one that cannot be sent."""
        try:
            admission.set_aside(submission)
        except admission.AdmissionError:
            return plans.examine(plan, student, submission)
        if plan.folder not in self.instructors:
            self.instructors[plan.folder] = Parcel.of(plan.folder)
        parcels = self.instructors[plan.folder], Parcel.of(submission)
        future = self.client.submit(examine, plan, student, *parcels, pure=False)
        self.keys[future] = key
        self.done.add(future)
        return None


def examine(plan: Plan, student: str, instructors: Parcel, submission: Parcel) -> dict:
    """Runs on a worker: unpack both folders and examine, in a process of its own.

    Tests are stopped by a signal, which only reaches a process's first thread, and Dask runs this
    in another one.
    """
    if multiprocessing.current_process().daemon:
        raise ClusterError(
            "this worker may not start processes; start it with "
            "DASK_DISTRIBUTED__WORKER__DAEMON=False in its environment"
        )
    if not hasattr(_here, "pool"):
        _here.pool = Pool(1, [__name__])
    with tempfile.TemporaryDirectory() as folder:
        moved = dataclasses.replace(plan, folder=instructors.unpack(Path(folder, "solutions")))
        arguments = moved, student, submission.unpack(Path(folder, "submitted"))
        _here.pool.submit(student, plans.examine, *arguments)
        ((_, value),) = _here.pool.results()
    if isinstance(value, Exception):
        raise value
    return value
