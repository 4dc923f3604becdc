"""A control group for one sandbox: its memory and its processes together.

Limits of a single process (``setrlimit``) hold everywhere; the kernel counts all processes of a
sandbox together only in a control group, which needs a folder under ``/sys/fs/cgroup`` that this
user may write to.
"""

import contextlib
import itertools
import os
import time
from pathlib import Path

from course_lib.grading.assignment import Assignment

ROOT = Path("/sys/fs/cgroup")
_numbers = itertools.count()


def parents() -> list[Path]:
    """Folders in which groups can be made: one in version 2, one a controller in version 1."""
    unified = (ROOT / "cgroup.controllers").exists()
    folders = [ROOT] if unified else [ROOT / "memory", ROOT / "pids"]
    if unified:
        enabled = (ROOT / "cgroup.subtree_control").read_text().split()
        folders = folders if {"memory", "pids"} <= set(enabled) else []
    return [folder for folder in folders if os.access(folder, os.W_OK)]


def _sweep(parent: Path) -> None:
    """Remove the groups of graders that were killed."""
    for folder in parent.glob("course-*"):
        if not Path("/proc", folder.name.split("-")[1]).exists():
            with contextlib.suppress(OSError):
                folder.rmdir()


class Cgroup:
    """The groups of one sandbox, in each of the folders ``where``; none where there is none."""

    def __init__(self, assignment: Assignment, where: list[Path]):
        self.folders: list[Path] = []
        memory = str(assignment.memory_mb << 20)
        limits = {
            "memory.max": memory,
            "memory.limit_in_bytes": memory,
            "pids.max": str(assignment.processes),
        }
        for parent in where:
            _sweep(parent)
            folder = parent / f"course-{os.getpid()}-{next(_numbers)}"
            with contextlib.suppress(OSError):
                folder.mkdir()
                self.folders.append(folder)
                for name, value in limits.items():
                    if (folder / name).exists():
                        (folder / name).write_text(value)

    def add(self, pid: int) -> None:
        """Put a process into the group; its children follow it."""
        for folder in self.folders:
            with contextlib.suppress(OSError):
                (folder / "cgroup.procs").write_text(str(pid))

    def remove(self) -> None:
        """Remove the group, once the kernel has taken its last process away."""
        for folder in self.folders:
            for _ in range(100):
                try:
                    folder.rmdir()
                except FileNotFoundError:
                    break
                except OSError:
                    time.sleep(0.02)
                else:
                    break
