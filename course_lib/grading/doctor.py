"""Can this machine grade safely? Every answer with what to do about it."""

import contextlib
import os
import platform
import shutil
import sys
import sysconfig
from dataclasses import dataclass

from course_lib.grading import cgroup, sandbox, seccomp
from course_lib.grading.assignment import Assignment
from course_lib.grading.session import Session


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
        *([warm_start()] if reason is None else []),
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


def warm_start() -> Finding:
    """Whether a warm parent starts a program in a sandbox, and that answers."""
    try:
        with contextlib.closing(Session(Assignment(), {})) as session:
            session.run("answer = 6 * 7")
            session.lookup("answer")
    except Exception as error:  # whatever it is, no submission would be graded
        return Finding("warm start", False, f"{type(error).__name__}: {error}", needed=True)
    return Finding("warm start", True, "a program ran in a sandbox and answered", needed=True)
