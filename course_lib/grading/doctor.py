"""Can this machine grade safely? Every answer with what to do about it."""

import os
import platform
import shutil
import sys
import sysconfig
from dataclasses import dataclass

from course_lib.grading import cgroup, sandbox, seccomp


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    what : str
    good : bool
    said : str
        What was found, and what to do where it is not good.
    needed : bool
        Without it no submission is graded.
    """

    what: str
    good: bool
    said: str
    needed: bool = False


def examine() -> list[Finding]:
    """Look at everything that grading relies on."""
    reason = sandbox.missing()
    scripts = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])
    alembic = shutil.which("alembic", path=scripts)
    filtered = platform.machine() in seccomp.ARCHITECTURES
    groups = [str(folder) for folder in cgroup.parents()] if sys.platform == "linux" else []
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [
        Finding("sandbox", reason is None, reason or "bubblewrap makes namespaces", needed=True),
        Finding(
            "system calls",
            filtered,
            f"filtered on {platform.machine()}"
            if filtered
            else f"not filtered on {platform.machine()} ({', '.join(seccomp.ARCHITECTURES)} are)",
        ),
        Finding(
            "control groups",
            bool(groups),
            f"memory and processes of a submission are counted together in {', '.join(groups)}"
            if groups
            else "not writable here: memory is limited for each process, not for all together",
        ),
        Finding(
            "user",
            not root,
            "root: use an ordinary user; what a hole in the kernel would give away is then less"
            if root
            else "an ordinary one",
        ),
        Finding(
            "gradebook",
            alembic is not None,
            alembic or "alembic is missing, which nbgrader calls; run `make setup`",
            needed=True,
        ),
    ]
