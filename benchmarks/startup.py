"""How long a student's kernel waits for an import, in CPU seconds of a fresh Python."""

import resource
import statistics
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.harness import Row, version

PAIRS = [  # ours, the peer's, what is installed under which name
    ("course_lib", "numpy", "numpy"),
    ("course_lib.metrics", "sklearn.metrics", "scikit-learn"),
    ("course_lib.nn", "torch", "torch"),
]
REPEAT = 7


def import_seconds(module: str) -> float:
    """CPU seconds, user and system, of a Python that imports ``module`` and ends."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", f"import {module}"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def rows() -> Iterator[Row]:
    """One row for each pair; they take turns, and the first of each fills the disk cache."""
    for ours, peer, distribution in PAIRS:
        times = [(import_seconds(ours), import_seconds(peer)) for _ in range(REPEAT + 1)][1:]
        ours_seconds, peer_seconds = map(statistics.median, zip(*times))
        yield Row(
            f"import {ours}", "", f"{version(distribution)}: {peer}", ours_seconds, peer_seconds
        )
