"""Warm starts: agents come from a parent process that has already loaded their packages.

The parent (:mod:`~course_lib.grading.parent`) is started once for each set of packages and modules
that assignments allow. It is trusted and meets no submission; an agent that it forks enters the
sandbox of one submission before it does anything.
"""

import atexit
import contextlib
import copy
import fcntl
import os
import select
import shutil
import socket
import subprocess
import sysconfig
import tempfile
from pathlib import Path

import msgpack

from course_lib.grading import seccomp, view
from course_lib.grading.assignment import Assignment
from course_lib.grading.view import HOME, SandboxError

TWIN = b"twin"  # as in ``parent``, which is not imported here
START_SECONDS = 60
MODULE = "grading/parent.py"
LATER = ("numpy.random", "matplotlib_inline.backend_inline")  # else imported when first used
# ``course_lib`` comes from the folder given first, which has no references in it.
BOOT = """
import sys
sys.path.insert(0, sys.argv[1])
from course_lib.grading.parent import main
main()
"""


class Nursery:
    """A warm parent for submissions that may import what ``assignment`` allows.

    It loads while this process goes on; who starts the first agent waits for it.
    """

    process: subprocess.Popen | None  # None for a twin, which is no child of this process

    def __init__(self, assignment: Assignment):
        files = view.course_lib_files(assignment.modules)
        self.folder = tempfile.mkdtemp(prefix="course-parent-")
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed below)
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        package = Path(self.folder, "course_lib")
        self.library = str(package)
        for source, name in files:
            _copy(source, package / name)
        _copy(view.PACKAGE / MODULE, package / MODULE)
        program = interpreter()
        try:
            self.process = subprocess.Popen(
                [view.python(), "-IB", "-c", BOOT, self.folder, str(theirs.fileno())],
                executable=f"/proc/self/fd/{program}",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self.errors,
                env=_environment(self.folder),
                cwd="/",
                pass_fds=[theirs.fileno(), program],
                start_new_session=True,
            )
        finally:
            os.close(program)
            theirs.close()
        self.module = package / MODULE
        self.loading = True
        try:  # while Python starts
            self.control.send(msgpack.packb(_modules(assignment)))
        except SandboxError:
            self.close()
            raise
        except OSError:
            said = self.last_words()
            self.close()
            raise SandboxError(f"the warm parent is gone: {said}") from None

    def twin(self) -> "Nursery":
        """Another parent, forked from this one; for a process that was forked from this process."""
        other = copy.copy(self)
        other.process, other.loading = None, True
        other.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            socket.send_fds(self.control, [TWIN], [theirs.fileno()])
        return other

    def wait_until_loaded(self) -> None:
        """Return when agents can be started."""
        if self.loading:
            self.loading = False
            self.receive(0)
            self.module.unlink(missing_ok=True)  # nothing that the sandbox has to have

    def is_gone(self) -> bool:
        """Whether the parent has ended: between answers nothing else can be read from it."""
        if self.process is not None and self.process.poll() is not None:
            return True
        return not self.loading and bool(select.select([self.control], [], [], 0)[0])

    def start(self, connection: socket.socket, init: int, limits: list[int]) -> tuple[int, int]:
        """An agent in the sandbox whose first process is ``init`` (a pidfd): its pid and pidfd."""
        self.wait_until_loaded()
        message = [view.SITE, HOME, view.environment(), limits, seccomp.program() or b""]
        try:
            socket.send_fds(self.control, [msgpack.packb(message)], [connection.fileno(), init])
        except OSError:
            raise SandboxError(f"the warm parent is gone: {self.last_words()}") from None
        answer, (pidfd,) = self.receive(1)
        return msgpack.unpackb(answer), pidfd

    def receive(self, descriptors: int) -> tuple[bytes, list[int]]:
        """The parent's next answer."""
        if select.select([self.control], [], [], START_SECONDS)[0]:
            with contextlib.suppress(OSError):
                answer, found, _, _ = socket.recv_fds(self.control, 1024, descriptors)
                if answer and len(found) == descriptors:
                    return answer, list(found)
        raise SandboxError(f"the warm parent did not start an agent: {self.last_words()}")

    def last_words(self) -> str:
        """What it wrote to stderr."""
        self.errors.seek(0)
        lines = self.errors.read(100_000).decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    def close(self) -> None:
        """End it; agents that it has started, and twins, are not touched."""
        self.control.close()
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.errors.close()
            shutil.rmtree(self.folder, ignore_errors=True)


_nurseries: dict[tuple, Nursery] = {}


def nursery(assignment: Assignment) -> Nursery:
    """The nursery of this process for what ``assignment`` allows; a new one if it has died.

    It is a twin of the nursery of the process that this one was forked from, if that has one.
    """
    wanted = assignment.packages, assignment.modules
    known = _nurseries.get((os.getpid(), *wanted))
    if known is not None and known.is_gone():
        known.close()
        known = None
    for (pid, *loaded), before in _nurseries.items():
        if known is None and pid != os.getpid() and tuple(loaded) == wanted:
            with contextlib.suppress(OSError):  # that one is gone
                known = before.twin()
    known = known or Nursery(assignment)
    _nurseries[os.getpid(), *wanted] = known
    return known


@atexit.register
def close_all() -> None:
    """End the warm parents of this process."""
    for key in [key for key in _nurseries if key[0] == os.getpid()]:
        _nurseries.pop(key).close()


def interpreter() -> int:
    """A descriptor of a copy of the Python program that nobody can change.

    An agent's ``/proc/self/exe`` leads to the program that it was forked from, past the read-only
    file system of its sandbox. It must not lead to the file that everybody else starts.
    """
    number = os.memfd_create("python", os.MFD_ALLOW_SEALING)
    with Path(view.python()).open("rb") as program:
        while os.sendfile(number, program.fileno(), None, 1 << 24):
            pass
    seals = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
    fcntl.fcntl(number, fcntl.F_ADD_SEALS, seals)
    return number


def _modules(assignment: Assignment) -> list[list[str]]:
    """Names of the modules that the parent may import, and of those that it shall."""
    allowed = view.installed((*view.AGENT_PACKAGES, *assignment.packages))
    names = {Path(path).name.partition(".")[0] for path in allowed}
    wanted = [*view.import_names(assignment.packages), *LATER, *assignment.modules]
    return [sorted(names), wanted]


def _environment(folder: str) -> dict[str, str]:
    """The environment of an agent, but with ``folder`` for what packages write when they load."""
    own = dict.fromkeys(("HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR"), folder)
    if sysconfig.get_config_var("Py_ENABLE_SHARED"):  # a copy does not find its library by itself
        own["LD_LIBRARY_PATH"] = str(sysconfig.get_config_var("LIBDIR"))
    return view.environment() | own


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)
