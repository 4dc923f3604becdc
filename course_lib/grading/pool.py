"""Worker processes of which each may die at any moment: its task is then done by another one."""

import ctypes
import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

TRIES = 2  # workers that may die over one task
IDLE_DEATHS = 20  # workers that may die without one
_PARENT_DEATH = 1


class WorkerError(Exception):
    """Workers died over a task."""


@dataclass
class Worker:
    """A process, the connection to it, and what it is doing."""

    process: multiprocessing.process.BaseProcess
    connection: Connection
    task: Hashable = None


class Pool:
    """``jobs`` processes; use it in a ``with`` statement.

    They are forked from this process, which has imported all that they need. A process with
    threads, such as that of a progress bar, should not be forked; then, and to replace a worker
    that has died, one that has imported ``preload`` and is otherwise idle is forked. ``method``
    "fork" always takes this process. ``begin`` is called in each worker when it starts.
    """

    def __init__(
        self,
        jobs: int,
        preload: list[str],
        method: str = "forkserver",
        begin: Callable | None = None,
    ):
        self.method = method
        self.begin = begin
        self.jobs = jobs
        self.preload = preload
        self.workers: list[Worker] = []
        self.waiting: deque = deque()
        self.tasks: dict[Hashable, tuple] = {}
        self.deaths: Counter = Counter()
        self.idle_deaths = 0

    def __enter__(self):
        # Here and in workers the collector leaves alone what was imported. It waits for a share of
        # what it last found to be there, so it counts anew, or garbage would grow for long.
        gc.freeze()
        gc.collect()
        if threading.active_count() == 1:
            for _ in range(self.jobs):
                self.start("fork")
        return self

    def __exit__(self, *_):
        gc.unfreeze()
        for worker in self.workers:
            worker.connection.close()
            worker.process.kill()
            worker.process.join()

    def submit(self, key: Hashable, function: Callable, *arguments) -> None:
        """Have ``function(*arguments)`` done; all three must be importable or plain values."""
        self.tasks[key] = (function, arguments)
        self.waiting.append(key)

    def results(self) -> Iterator[tuple[Hashable, object]]:
        """Key and value of every task as it is done; the value may be an exception.

        More tasks may be submitted meanwhile.
        """
        while self.tasks:
            self.assign()
            busy = {worker.connection: worker for worker in self.workers if worker.task is not None}
            for connection in wait(list(busy)):
                worker = busy[connection]  # type: ignore[index]
                key = worker.task
                try:
                    value = worker.connection.recv()
                except (EOFError, OSError):
                    self.bury(worker)
                    self.deaths[key] += 1
                    if self.deaths[key] < TRIES:
                        self.waiting.appendleft(key)
                        continue
                    value = WorkerError("the process that graded it was killed, twice")
                worker.task = None
                del self.tasks[key]
                yield key, value

    def assign(self) -> None:
        """Give waiting tasks to idle workers, and start workers while there are too few."""
        while self.waiting:
            worker = next((worker for worker in self.workers if worker.task is None), None)
            if worker is None and len(self.workers) == self.jobs:
                return
            worker = worker or self.start(self.method)
            worker.task = self.waiting.popleft()
            try:
                worker.connection.send(self.tasks[worker.task])
            except OSError:  # it died while it was idle
                self.waiting.appendleft(worker.task)
                self.bury(worker)
                self.idle_deaths += 1
                if self.idle_deaths > IDLE_DEATHS:
                    raise ChildProcessError("worker processes end as soon as they start") from None

    def start(self, method: str) -> Worker:
        """A new worker."""
        context: Any = multiprocessing.get_context(method)
        if method == "forkserver":
            context.set_forkserver_preload(self.preload)
        ours, theirs = multiprocessing.Pipe()
        others = [worker.connection for worker in self.workers]
        arguments = theirs, [ours, *others], self.begin
        process = context.Process(target=work, args=arguments, daemon=True)
        process.start()
        theirs.close()
        self.workers.append(Worker(process, ours))
        return self.workers[-1]

    def bury(self, worker: Worker) -> None:
        """Forget a worker that has died."""
        self.workers.remove(worker)
        worker.connection.close()
        worker.process.kill()
        worker.process.join()


def work(connection: Connection, others: list[Connection], begin: Callable | None) -> None:
    """The life of a worker: after ``begin()`` tasks come in, values or exceptions go out.

    ``others`` are ends of pipes that came along and are not its own: as long as anybody has them
    open, nobody notices that the process at the other end is gone.
    """
    for other in others:
        other.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that gives the tasks
    if sys.platform == "linux":  # no worker outlives the one that it works for
        ctypes.CDLL(None).prctl(_PARENT_DEATH, signal.SIGKILL, 0, 0, 0)
    gc.freeze()
    if begin:
        begin()
    while True:
        try:
            function, arguments = connection.recv()
        except EOFError:
            break
        try:
            value = function(*arguments)
        except Exception as error:
            value = error
        connection.send(value)
    os._exit(0)
