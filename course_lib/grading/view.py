"""What a sandbox sees: files, packages, modules of ``course_lib``, and its environment."""

import functools
import importlib.metadata
import os
import re
import sys
import sysconfig
from pathlib import Path

from packaging.requirements import Requirement

from course_lib.grading.assignment import Assignment

SITE = sysconfig.get_path("purelib")
HOME = "/home/student"
PACKAGE = Path(__file__).parent.parent
# What the agent itself consists of, and what it needs.
AGENT = (
    "__init__",
    "grading/__init__",
    *(f"grading/{x}" for x in ("agent", "channel", "codes", "functions", "shell", "wire")),
)
AGENT_PACKAGES = ("ipython", "matplotlib-inline", "msgpack", "numpy")
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
SETTINGS = ("ld.so.cache", "localtime", "alternatives", "fonts")
INLINE = "module://matplotlib_inline.backend_inline"
PASSWD = b"student:x:1000:1000:student:/home/student:/bin/sh\n"


class SandboxError(Exception):
    """There is no sandbox; the message says why and what to do."""


def view(assignment: Assignment, library: str, files: dict[str, Path], given) -> list[str]:
    """Bubblewrap's arguments: the namespaces and the file system of the sandbox.

    Each thing that is bound costs more than the one before, so it should be few: what packages say
    about themselves (``.dist-info``) stays outside, and ``library`` is a folder with all that the
    sandbox has of ``course_lib``.
    """
    megabytes = str(assignment.disk_mb << 20)
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
    arguments += ["--ro-bind", library, f"{SITE}/course_lib"]
    # For root these kernel settings would be writable: the user namespace does not change that.
    arguments += ["--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys"]
    arguments += ["--dev", "/dev", "--size", megabytes, "--tmpfs", "/dev/shm"]
    arguments += ["--remount-ro", "/dev", "--size", megabytes, "--tmpfs", HOME]
    for name, file in files.items():
        arguments += ["--ro-bind", str(file), f"{HOME}/{name}"]
    for folder in [*hidden, "/"]:
        arguments += ["--remount-ro", folder]
    return [*arguments, "--chdir", HOME]


def environment() -> dict[str, str]:
    """The environment variables of a submission's program."""
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


def python() -> str:
    """The interpreter of this environment, by a name that the sandbox has too."""
    return f"{sys.prefix}/bin/python" if sys.prefix != sys.base_prefix else sys.executable


def _package_folders() -> list[str]:
    """Where packages may be installed beside those of this environment."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    folders = []
    for prefix in dict.fromkeys((sys.base_prefix, "/usr", "/usr/local")):
        for name in (version, "python3"):
            folders += [f"{prefix}/lib/{name}/{kind}-packages" for kind in ("site", "dist")]
    return folders


def course_lib_files(modules) -> list[tuple[Path, str]]:
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


def import_names(packages: tuple[str, ...]) -> list[str]:
    """What installed ``packages`` are called in an import statement."""
    files = [file for name in packages for file in importlib.metadata.files(name) or []]
    folders = {file.parts[0] for file in files if file.parts[1:] == ("__init__.py",)}
    modules = {file.stem for file in files if len(file.parts) == 1 and file.suffix == ".py"}
    return sorted(name for name in folders | modules if name.isidentifier())


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
            top = file.parts[0]
            if top not in ("..", "__pycache__") and not top.endswith(".dist-info"):
                paths[str(found.locate_file(top))] = None
        for line in found.requires or []:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(requirement.name)
    return tuple(path for path in paths if Path(path).exists())
