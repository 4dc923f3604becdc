"""The sandbox: a process that sees nothing, reaches nothing and leaves nothing behind.

Bubblewrap starts the agent in namespaces of its own. Its file system is put together from the
system's programs and libraries, the packages that the assignment allows and the submission's
files, all read-only, and two small file systems in memory. There is no network. The one thing that
leads out is a socket pair, over which only plain data travels.
"""

import contextlib
import functools
import importlib.metadata
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from packaging.requirements import Requirement

from course_lib.grading import seccomp
from course_lib.grading.assignment import Assignment
from course_lib.grading.cgroup import Cgroup, parents

START_SECONDS = 60
INTERRUPT_SECONDS = 2  # how long the student's code may take to notice that it was interrupted
HOME = "/home/student"
PACKAGE = Path(__file__).parent.parent
# What the agent itself consists of, and what it needs.
AGENT = (
    "__init__",
    "grading/__init__",
    *(f"grading/{x}" for x in ("agent", "channel", "codes", "wire")),
)
AGENT_PACKAGES = ("ipython", "matplotlib-inline", "msgpack", "numpy")
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
SETTINGS = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "alternatives", "fonts")
PASSWD = b"student:x:1000:1000:student:/home/student:/bin/sh\n"


class SandboxError(Exception):
    """There is no sandbox; the message says why and what to do."""


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
        self.complaints = tempfile.TemporaryFile()  # noqa: SIM115 (closed below)
        self.words = ""
        self.cgroup = Cgroup(assignment, parents() if confined else [])
        self.folder = "" if confined else tempfile.mkdtemp(prefix="course-unsafe-")
        self.pidfd: int | None = None
        limits = [assignment.memory_mb << 20, assignment.processes, assignment.disk_mb << 20]
        try:
            with inside, contextlib.ExitStack() as stack:
                fd = inside.fileno()
                if confined:
                    agent = [_python(), "-I", "-m", "course_lib.grading.agent", str(fd)]
                    self._confine(assignment, files, [*agent, *map(str, limits)], fd, stack)
                else:
                    self._start_unconfined(files, fd)
        except (SandboxError, OSError):  # no process: only what was made for it is to be removed
            self.connection.close()
            self.cgroup.remove()
            raise

    def _confine(self, assignment, files, command, fd, stack) -> None:
        told, tells = os.pipe()
        stack.callback(os.close, told)
        descriptors = [fd, tells]

        def given(content: bytes) -> str:
            """A descriptor from which bubblewrap reads ``content``."""
            number = os.memfd_create("course")
            stack.callback(os.close, number)
            os.write(number, content)
            os.lseek(number, 0, os.SEEK_SET)
            descriptors.append(number)
            return str(number)

        arguments = [*view(assignment, files, given), "--info-fd", str(tells)]
        if rules := seccomp.program():
            arguments += ["--seccomp", given(rules)]
        packed = b"".join(os.fsencode(argument) + b"\0" for argument in arguments)
        self.process = subprocess.Popen(
            ["bwrap", "--args", given(packed), "--", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self.complaints,
            env={"PATH": os.environ.get("PATH", os.defpath)},
            cwd="/",
            pass_fds=descriptors,
        )
        os.close(tells)
        self.cgroup.add(self.process.pid)
        said = b""
        while b"}" not in said and select.select([told], [], [], START_SECONDS)[0]:
            said += (piece := os.read(told, 4096))
            if not piece:
                break
        if b"}" not in said:
            self.close()
            raise SandboxError(f"bubblewrap did not start: {self.last_words()}")
        inner = json.loads(said)["child-pid"]
        with contextlib.suppress(ProcessLookupError):
            self.pidfd = os.pidfd_open(inner)
            self.cgroup.add(inner)

    def _start_unconfined(self, files, fd) -> None:
        for name, path in files.items():
            target = Path(self.folder, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "course_lib.grading.agent", str(fd), "0", "0", "0"],
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
            if self.pidfd is not None:
                signal.pidfd_send_signal(self.pidfd, signal.SIGINT)
            elif self.process.poll() is None:
                self.process.send_signal(signal.SIGINT)

    def close(self) -> None:
        """End everything that runs in the sandbox."""
        self.connection.close()
        with contextlib.suppress(ProcessLookupError):
            if self.pidfd is not None:  # it is process 1 there: its end is the end of all others
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
            elif self.folder:
                os.killpg(self.process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(INTERRUPT_SECONDS)
        self.process.kill()
        self.process.wait()
        if self.pidfd is not None:
            os.close(self.pidfd)
            self.pidfd = None
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


INLINE = "module://matplotlib_inline.backend_inline"


def view(assignment: Assignment, files: dict[str, Path], given) -> list[str]:
    """Bubblewrap's arguments: namespaces, file system and environment of the sandbox."""
    megabytes = str(assignment.disk_mb << 20)
    site = sysconfig.get_path("purelib")
    arguments = ["--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent"]
    arguments += ["--new-session", "--as-pid-1", "--uid", "1000", "--gid", "1000"]
    arguments += ["--hostname", "sandbox", "--clearenv", "--cap-drop", "ALL"]
    for path in SYSTEM:
        if Path(path).is_symlink():
            arguments += ["--symlink", str(Path(path).readlink()), path]
        elif Path(path).exists():
            arguments += ["--ro-bind", path, path]
    for name in SETTINGS:
        arguments += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    arguments += ["--ro-bind-data", given(PASSWD), "/etc/passwd"]
    # Before the environment, which may itself lie below /tmp.
    arguments += ["--size", megabytes, "--tmpfs", "/tmp"]
    if not sys.base_prefix.startswith("/usr"):
        arguments += ["--ro-bind", sys.base_prefix, sys.base_prefix]
    hidden = [path for path in _package_folders() if Path(path).is_dir()]
    for path in hidden:
        arguments += ["--tmpfs", path]
    if sys.prefix != sys.base_prefix:
        real = os.path.realpath(sys.executable)
        arguments += ["--symlink", real, f"{sys.prefix}/bin/python"]
        arguments += ["--ro-bind", f"{sys.prefix}/pyvenv.cfg", f"{sys.prefix}/pyvenv.cfg"]
    for path in installed((*AGENT_PACKAGES, *assignment.packages)):
        arguments += ["--ro-bind", path, path]
    for source, name in _course_lib(assignment.modules):
        arguments += ["--ro-bind", str(source), f"{site}/course_lib/{name}"]
    # For root these kernel settings would be writable: the user namespace does not change that.
    arguments += ["--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys"]
    arguments += ["--dev", "/dev", "--size", megabytes, "--tmpfs", "/dev/shm"]
    arguments += ["--remount-ro", "/dev", "--size", megabytes, "--tmpfs", HOME]
    for name, file in files.items():
        arguments += ["--ro-bind", str(file), f"{HOME}/{name}"]
    for folder in [*hidden, "/"]:
        arguments += ["--remount-ro", folder]
    arguments += ["--chdir", HOME]
    for name, value in _environment().items():
        arguments += ["--setenv", name, value]
    return arguments


def _environment() -> dict[str, str]:
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return one_thread | {
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "HOME": HOME,
        "LANG": "C.UTF-8",
        "TMPDIR": "/tmp",
        "IPYTHONDIR": "/tmp/ipython",
        "MPLCONFIGDIR": "/tmp/matplotlib",
        "MPLBACKEND": INLINE,
    }


def _python() -> str:
    return f"{sys.prefix}/bin/python" if sys.prefix != sys.base_prefix else sys.executable


def _package_folders() -> list[str]:
    """Where packages may be installed beside those of this environment."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    folders = []
    for prefix in dict.fromkeys((sys.base_prefix, "/usr", "/usr/local")):
        for name in (version, "python3"):
            folders += [f"{prefix}/lib/{name}/{kind}-packages" for kind in ("site", "dist")]
    return folders


def _course_lib(modules) -> list[tuple[Path, str]]:
    """Files of ``course_lib`` that the sandbox has, and their names there."""
    visible = [(PACKAGE / f"{name}.py", f"{name}.py") for name in AGENT]
    visible.append((PACKAGE / "grading" / "inside.py", "grading/checks.py"))
    for module in modules:
        name = module.removeprefix("course_lib.").replace(".", "/")
        is_package = (PACKAGE / name).is_dir()
        file = PACKAGE / (name if is_package else f"{name}.py")
        if not file.exists():
            raise SandboxError(f"assignment.toml: there is no module {module!r} in course_lib")
        visible.append((file, name if is_package else f"{name}.py"))
    return visible


@functools.lru_cache
def installed(packages: tuple[str, ...]) -> tuple[str, ...]:
    """Files and folders of the installed ``packages`` and of everything that they need."""
    paths: dict[str, None] = {}
    seen: set[str] = set()
    waiting = list(packages)
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in seen:
            continue
        seen.add(name)
        try:
            found = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            if name in packages:
                raise SandboxError(f"assignment.toml: package {name!r} is not installed") from None
            continue
        for file in found.files or []:
            if file.parts[0] not in ("..", "__pycache__"):
                paths[str(found.locate_file(file.parts[0]))] = None
        for line in found.requires or []:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(requirement.name)
    return tuple(path for path in paths if Path(path).exists())


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
