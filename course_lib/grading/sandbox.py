"""The sandbox: a process that sees nothing, reaches nothing and leaves nothing behind.

Bubblewrap makes namespaces for one submission. Their file system is put together from the
system's programs and libraries, the packages that the assignment allows and the submission's
files, all read-only, and two small file systems in memory. There is no network. Then an agent
enters that is forked from a warm parent. The one thing that leads out is a socket pair, over which
only plain data travels.
"""

import contextlib
import functools
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from course_lib.grading import seccomp
from course_lib.grading.assignment import Assignment
from course_lib.grading.cgroup import Cgroup, parents
from course_lib.grading.nursery import nursery
from course_lib.grading.view import INLINE, SandboxError, view

START_SECONDS = 60
INTERRUPT_SECONDS = 2  # how long the student's code may take to notice that it was interrupted
BUFFER = 4 << 20  # bytes on their way; the kernel may allow less


class Sandbox:
    """One running sandbox.

    Parameters
    ----------
    assignment : Assignment
    files : mapping of str to Path
        Files of the submission, by the name that they have in its folder.
    confined : bool
        False starts the agent as an ordinary process, for an instructor's own notebooks.

    Attributes
    ----------
    connection : socket
        The end that is not in the sandbox.
    """

    def __init__(self, assignment: Assignment, files: dict[str, Path], *, confined: bool = True):
        if confined and (reason := missing()):
            raise SandboxError(reason)
        self.connection, inside = socket.socketpair()
        for end in (self.connection, inside):  # or large arrays go in pieces, each waited for
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        self.complaints = tempfile.TemporaryFile()  # noqa: SIM115 (closed below)
        self.words = ""
        self.cgroup = Cgroup(assignment, parents() if confined else [])
        self.folder = "" if confined else tempfile.mkdtemp(prefix="course-unsafe-")
        self.process: subprocess.Popen | None = None
        self.init: int | None = None
        self.agent: int | None = None
        try:
            with inside:
                if confined:
                    parent = nursery(assignment)
                    self.init = self._make(assignment, parent.library, files)
                    pid, self.agent = parent.start(inside, self.init, _limits(assignment))
                    self.cgroup.add(pid)
                else:
                    self._start_unconfined(files, inside.fileno())
        except (SandboxError, OSError):
            self.close()
            raise

    def _make(self, assignment, library, files) -> int:
        """Let bubblewrap make the sandbox; the pidfd of its first process, ``cat``."""
        with contextlib.ExitStack() as stack:
            told, tells = os.pipe()
            stack.callback(os.close, told)
            descriptors = [tells]

            def given(content: bytes) -> str:
                """A descriptor from which bubblewrap reads ``content``."""
                number = os.memfd_create("course")
                stack.callback(os.close, number)
                os.write(number, content)
                os.lseek(number, 0, os.SEEK_SET)
                descriptors.append(number)
                return str(number)

            arguments = [*view(assignment, library, files, given), "--info-fd", str(tells)]
            if rules := seccomp.program():
                arguments += ["--seccomp", given(rules)]
            packed = b"".join(os.fsencode(argument) + b"\0" for argument in arguments)
            self.process = subprocess.Popen(
                ["bwrap", "--args", given(packed), "--", "/bin/cat"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self.complaints,
                env={"PATH": os.environ.get("PATH", os.defpath)},
                cwd="/",
                pass_fds=descriptors,
                bufsize=0,
            )
            os.close(tells)
            self.cgroup.add(self.process.pid)
            if not self._has_started():
                raise SandboxError(f"bubblewrap did not start: {self.last_words()}")
            return os.pidfd_open(json.loads(os.read(told, 4096))["child-pid"])

    def _has_started(self) -> bool:
        """Whether ``cat`` answers, which it does when everything has been put in place."""
        assert self.process and self.process.stdin and self.process.stdout
        with contextlib.suppress(BrokenPipeError), self.process.stdout as answers:
            self.process.stdin.write(b"!")
            ready = select.select([answers], [], [], START_SECONDS)[0]
            return bool(ready and answers.read(1))
        return False

    def _start_unconfined(self, files, fd) -> None:
        for name, path in files.items():
            target = Path(self.folder, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "course_lib.grading.agent", str(fd)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self.complaints,
            env={**os.environ, "MPLBACKEND": INLINE},
            cwd=self.folder,
            pass_fds=[fd],
            start_new_session=True,
        )

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt in the student's code, if it lets that happen."""
        with contextlib.suppress(ProcessLookupError):
            if self.agent is not None:
                signal.pidfd_send_signal(self.agent, signal.SIGINT)
            elif self.process and self.process.poll() is None:
                self.process.send_signal(signal.SIGINT)

    def close(self) -> None:
        """End everything that runs in the sandbox."""
        self.connection.close()
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                if self.init is not None:  # its end is the end of all others
                    signal.pidfd_send_signal(self.init, signal.SIGKILL)
                elif self.folder:
                    os.killpg(self.process.pid, signal.SIGKILL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(INTERRUPT_SECONDS)
            self.process.kill()
            self.process.wait()
            if self.process.stdin:
                self.process.stdin.close()
            self.process = None
        for descriptor in (self.init, self.agent):
            if descriptor is not None:
                os.close(descriptor)
        self.init = self.agent = None
        self.last_words()
        self.complaints.close()
        self.cgroup.remove()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def last_words(self) -> str:
        """What bubblewrap or Python wrote to stderr before the submission was started."""
        if not self.complaints.closed:
            self.complaints.seek(0)
            lines = self.complaints.read(100_000).decode(errors="replace").strip().splitlines()
            self.words = lines[-1] if lines else "it said nothing"
        return self.words


def _limits(assignment: Assignment) -> list[int]:
    return [assignment.memory_mb << 20, assignment.processes, assignment.disk_mb << 20]


@functools.lru_cache
def missing() -> str | None:
    """Why this machine cannot confine a process, and what to do; None if it can."""
    if not sys.platform.startswith("linux"):
        return (
            "student code is confined on Linux only; grade on a Linux machine or in a virtual one"
        )
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed; on Debian and Ubuntu: sudo apt install bubblewrap"
    probe = ["bwrap", "--unshare-all", "--unshare-user", "--disable-userns", "--ro-bind", "/", "/"]
    done = subprocess.run([*probe, "true"], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    restricted = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
    if restricted.exists() and restricted.read_text().strip() == "1":
        return (
            f"AppArmor forbids bubblewrap to make namespaces ({said}); until the next start: "
            "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"
        )
    return f"bubblewrap cannot make namespaces on this machine: {said}"
