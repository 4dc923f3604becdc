"""The warm parent: has loaded what a submission may import, and becomes a new agent for each.

It stands outside of the sandboxes and never meets a submission. For each one it forks; the child
enters the sandbox that bubblewrap has made for this submission alone, gives up every right and
every descriptor but one, and only then answers questions. What a child does stays in the child:
the parent reads nothing from it, so nothing reaches the next one. For each process that grades it
forks a twin, which does the same.

What was not visible in a sandbox must not come into it as memory either. So the parent imports
only what the sandbox has, and it is started with a copy of ``course_lib`` that has no references.
"""

import contextlib
import ctypes
import functools
import gc
import importlib
import os
import random
import shutil
import signal
import socket
import struct
import sys
from importlib.machinery import BuiltinImporter, FrozenImporter, PathFinder

import msgpack
import numpy as np

from course_lib.grading import agent
from course_lib.grading.shell import Shell

TWIN = b"twin"
NAMESPACES = 0x7E020000  # mount, cgroup, UTS, IPC, user, process and network
CAPABILITIES = 41  # as of Linux 5.9; a kernel that has more gives the last ones no other name
_SET_DUMPABLE, _CAPBSET_DROP, _SET_SECCOMP = 4, 24, 22
_SET_SUBREAPER, _NO_NEW_PRIVILEGES, _AMBIENT, _CLEAR_ALL = 36, 38, 47, 4
_CAPABILITY_VERSION = 0x20080522

libc = ctypes.CDLL(None, use_errno=True)


class Only:
    """An import hook: only Python's own modules and those with the given names are there."""

    def __init__(self, names):
        self.names = {*names, "course_lib", "__main__"} | sys.stdlib_module_names

    def find_spec(self, name, path=None, target=None):
        """Let nobody find another module; ``path`` is None for one that is in no package."""
        if path is None and name not in self.names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def load(names: list[str], wanted: list[str]) -> None:
    """Import ``wanted``, of which all that it needs must be among ``names``."""
    only = Only(names)
    sys.meta_path[:] = [only, BuiltinImporter, FrozenImporter, PathFinder]
    for name in list(sys.modules):  # what files in site-packages have Python load at its start
        if name.partition(".")[0] not in only.names:
            del sys.modules[name]
    for name in wanted:
        try:
            importlib.import_module(name)
        except Exception:  # then the submission gets the same exception when it tries
            continue
    shell = Shell.instance(colors="nocolor")
    shell.recorded, shell.seen = [], {}
    # What IPython only does before the first cell, and imports and reads for the first traceback.
    shell.run_cell("(lambda: 1 / 0)()", silent=True)
    for name in [name for name in vars(sys) if name.startswith("last_")]:  # for %tb and %debug
        delattr(sys, name)
    sys.meta_path.remove(only)


@functools.cache
def own_packages() -> list[str]:
    """Names of ``course_lib`` and its packages, as far as they are loaded."""
    names = [name for name in sys.modules if name.partition(".")[0] == "course_lib"]
    return [name for name in names if hasattr(sys.modules[name], "__path__")]


def checked(result: int, what: str) -> None:
    """Raise what the C library reports as an error."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def prctl(option: int, *arguments: int, what: str) -> None:
    """Call the C function of this name, always with five arguments."""
    padded = [ctypes.c_ulong(x) for x in (*arguments, 0, 0, 0, 0)[:4]]
    checked(libc.prctl(option, *padded), what)


def enter(init: int) -> None:
    """Join all namespaces of the process ``init`` (a pidfd); children are then inside."""
    checked(libc.setns(init, NAMESPACES), "entering the sandbox")


def give_up(connection: int, rules: bytes) -> None:
    """Keep one descriptor and no right, for good."""
    os.setsid()
    highest = os.sysconf("SC_OPEN_MAX")
    os.closerange(3, connection)
    os.closerange(connection + 1, highest)
    for capability in range(64):
        if libc.prctl(_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0) < 0:
            break  # the kernel has no more of them
    else:
        raise OSError("more capabilities than there are")
    prctl(_AMBIENT, _CLEAR_ALL, what="ambient capabilities")
    header = struct.pack("=Ii", _CAPABILITY_VERSION, 0)
    checked(libc.capset(header, bytes(24)), "giving up capabilities")
    prctl(_NO_NEW_PRIVILEGES, 1, what="giving up new privileges")
    prctl(_SET_DUMPABLE, 1, what="owning /proc/self")  # as every program that was just started
    if rules:
        filtered = ctypes.create_string_buffer(rules, len(rules))
        program = struct.pack("@HP", len(rules) // 8, ctypes.addressof(filtered))
        checked(
            libc.prctl(_SET_SECCOMP, 2, ctypes.create_string_buffer(program, len(program)), 0, 0),
            "the filter for system calls",
        )


def become_agent(connection: int, site: str, home: str, environment, limits, rules) -> None:
    """In the sandbox: forget where this process comes from, and serve."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.chdir(home)
    os.umask(0o022)
    os.environ.clear()
    os.environ.update(environment)
    for name in own_packages():
        sys.modules[name].__path__ = ["/".join([site, *name.split(".")])]
    inside = (sys.base_prefix, sys.prefix)
    sys.path[:] = [entry for entry in sys.path if entry.startswith(inside)]
    random.seed()
    np.random.seed()  # noqa: NPY002  (students may use the old generator)
    give_up(connection, rules)
    agent.serve(connection, *limits)


def fork(control: socket.socket, message: bytes, connection: int, init: int) -> None:
    """Start one agent and send its pidfd and its number.

    Between the parent and the agent is a process that joins the namespaces: the one that calls
    ``setns`` does not become a member of the process namespace, only its children do.
    """
    between = os.fork()
    if between:
        return
    try:
        enter(init)
        inside = os.fork()
        if inside:
            pidfd = os.pidfd_open(inside)
            socket.send_fds(control, [msgpack.packb(inside)], [pidfd])
        else:
            become_agent(connection, *msgpack.unpackb(message))
    except BaseException as error:
        os.write(2, f"{error}\n".encode())
    os._exit(0)


def main() -> None:
    """Serve, and remove the folder at the end: a grader that was killed could not do it."""
    folder, descriptor = sys.argv[1:]
    sys.argv[1:] = []
    try:
        serve(folder, socket.socket(fileno=int(descriptor)))
    except ConnectionError:  # the grader was killed
        pass
    finally:  # agents never come here
        shutil.rmtree(folder, ignore_errors=True)


def serve(folder: str, control: socket.socket) -> None:
    """Load, then answer."""
    load(*msgpack.unpackb(control.recv(1 << 20)))
    sys.path.remove(folder)
    # Agents see other folders. They are forgotten here: each agent would have to copy the pages on
    # which what is forgotten stands.
    sys.path_importer_cache.clear()
    importlib.invalidate_caches()
    own_packages()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at the grader's terminal
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # and nobody needs to wait for an agent …
    gc.collect()
    gc.freeze()
    answer(control)


def answer(control: socket.socket) -> None:
    """Fork an agent, or a twin of this process, for every request until the other side is gone."""
    prctl(_SET_SUBREAPER, 1, what="being told of agents' ends")  # … that becomes a child of ours
    control.send(b"ready")
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1 << 20, 2)
        if not message:
            return
        if message == TWIN:
            twin(control, *descriptors)
        else:
            fork(control, message, *descriptors)
        for number in descriptors:
            os.close(number)


def twin(control: socket.socket, descriptor: int) -> None:
    """Start a process like this one, which answers whoever is at the other end of a socket."""
    if os.fork():
        return
    control.close()
    with contextlib.suppress(ConnectionError):
        answer(socket.socket(fileno=descriptor))
    os._exit(0)


if __name__ == "__main__":
    main()
