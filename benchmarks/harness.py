"""Measures two pieces of code beside each other: CPU time, one thread, medians, the ratio."""

import gc
import importlib.metadata
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "RAYON_NUM_THREADS",
)
MEASURED = "One thread, CPU time, medians."


def one_thread() -> None:
    """Hold every library to one thread; must run before NumPy or torch is imported."""
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))


@dataclass(frozen=True)
class Row:
    """One line of the table: the same work done by us and by a peer.

    ``target`` is what we promise of ``ratio``, or None where the row is for information only.
    Where the row is about memory, ``unit`` is "B" and bytes take the place of seconds.
    """

    work: str
    size: str
    peer: str
    ours_seconds: float
    peer_seconds: float
    target: float | None = None
    unit: str = "s"

    @property
    def ratio(self) -> float:
        """How many times as fast as the peer we are."""
        return self.peer_seconds / self.ours_seconds

    @property
    def verdict(self) -> str:
        """Whether the promise was kept in this run."""
        if self.target is None:
            return ""
        return "met" if self.ratio >= self.target else "missed"


def version(distribution: str) -> str:
    """Name and version of an installed peer, as the table shows it."""
    return f"{distribution} {importlib.metadata.version(distribution)}"


def cpu_seconds(
    *works: Callable[[], object], repeat: int = 7, at_least: float = 0.05
) -> list[float]:
    """Median CPU seconds of one call of each of ``works``.

    They take turns, so that a busy moment of the machine hits all alike; a quick one is called
    often enough that ``at_least`` seconds are measured at a time. A turn of a work that is done
    within a second begins with a call that is not counted, or it would pay for the memory that
    the turn before it gave back to the system in pieces.
    """
    calls = [_calls(work, at_least) for work in works]
    times: list[list[float]] = [[] for _ in works]
    for _ in range(repeat):
        for slot, work, n in zip(times, works, calls):
            if not slot or slot[-1] < 1.0:
                work()
            slot.append(_once(work, n))
    return [statistics.median(slot) for slot in times]


def _calls(work: Callable[[], object], at_least: float) -> int:
    """How many calls take about ``at_least`` seconds; the first, which is slow, tells nothing."""
    work()
    calls = 1
    while (elapsed := calls * _once(work, calls)) < at_least / 2:
        calls *= 2
    return max(1, round(calls * at_least / elapsed))


def _once(work: Callable[[], object], calls: int) -> float:
    gc.collect()
    gc.disable()
    start = time.process_time()
    for _ in range(calls):
        work()
    elapsed = time.process_time() - start
    gc.enable()
    return elapsed / calls
