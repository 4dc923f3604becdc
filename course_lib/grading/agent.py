"""The inside of the sandbox: runs the student's cells and calls the student's functions.

This is the process of the student. Nothing here is secret and nothing that it says is believed:
its code can be replaced by the cells that it runs, and all that this changes is the data that it
sends. The references, the tests and their expected values are never here.
"""

import contextlib
import copy
import functools
import importlib
import operator
import os
import resource
import signal
import socket
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from course_lib.grading import codes, functions, wire
from course_lib.grading.channel import Channel, failure
from course_lib.grading.shell import PRINTED, Printed, Shell


class Callback:
    """A function of the examiner's that was passed as an argument; calling it asks back."""

    def __init__(self, agent, number, name):
        self.__name__ = str(name)
        self._agent = agent
        self._number = number

    def __call__(self, *args, **kwargs):
        """Let the examiner call it."""
        good, content = self._agent.channel.ask("callback", self._number, list(args), kwargs)
        if good:
            return content
        raise codes.exception(content["types"], content["text"])


OPERATIONS = {
    "getattr": getattr,
    "setattr": setattr,
    "delattr": delattr,
    "len": len,
    "iter": iter,
    "next": next,
    "repr": lambda x: repr(x)[:PRINTED],
    "str": lambda x: str(x)[:PRINTED],
    "bool": bool,
    "float": float,
    "int": int,
    "isinstance": isinstance,
    "issubclass": issubclass,
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "dir": dir,
    "enter": lambda x: type(x).__enter__(x),
    "exit": lambda x: type(x).__exit__(x, None, None, None),
}


class Agent:
    """Answers the examiner's questions."""

    def __init__(self, connection: socket.socket):
        self.shell = Shell.instance(colors="nocolor")
        self.channel = Channel(connection, self.answer, self.outgoing, self.incoming)
        self.objects: list = []  # what the examiner holds on to, by number
        self.numbers: dict[int, int] = {}  # the number of the object with this id
        self.interruptible = False
        signal.signal(signal.SIGINT, self.interrupt)

    def interrupt(self, signum, frame) -> None:
        """Time is up: only the student's code is stopped, never a message half sent."""
        if self.interruptible:
            raise KeyboardInterrupt("it took too long")

    @contextlib.contextmanager
    def student(self, stdout, stderr):
        """While the student's code runs."""
        with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
            before, self.interruptible = self.interruptible, True
            try:
                yield
            finally:
                self.interruptible = before

    def answer(self, question: str, content: list):
        """``(True, value)`` or ``(False, failure)``."""
        return self.attempt(lambda: getattr(self, f"on_{question}")(*content))

    def attempt(self, work: Callable[[], object]):
        """``(True, value)``, or ``(False, failure)`` where something is raised."""
        try:
            return True, work()
        except BaseException as error:
            said = failure(error)
            said["classes"] = [
                self.numbers[id(kind)] for kind in type(error).__mro__ if id(kind) in self.numbers
            ]
            return False, said

    def on_ready(self) -> None:
        """Say that the agent has started."""

    def on_run(self, source: str) -> list:
        """Run a cell of the student's."""
        with self.student(Printed(), Printed()):
            return self.shell.run(source)

    def on_name(self, name: str):
        """The value of a name."""
        return self.shell.user_ns[name]

    def on_call(self, function, args: list, kwargs: dict, give_back: bool) -> list:
        """Call a function: its result, what it printed, what the arguments became."""
        if isinstance(function, str):
            function = OPERATIONS.get(function) or getattr(operator, function)
        printed = Printed()
        with self.student(printed, printed):
            return called(function, args, kwargs, give_back, printed)

    def on_calls(self, function, groups: Sequence, seconds: float) -> list:
        """Answers to :meth:`on_call` for each list of arguments, for some seconds, as they travel.

        After a call that fails the next group follows.
        """
        packed = wire.pack(self.answers(function, groups, seconds), self.outgoing)
        return [packed.head, packed.content]

    def answers(self, function, groups: Sequence, seconds: float) -> list:
        """For each group one answer for each call that was made."""
        end = time.monotonic() + seconds
        answers: list[list] = []
        printed = Printed()
        with self.student(printed, printed):
            for group in groups:
                answers.append(came := [])
                for args in group:
                    if time.monotonic() > end:
                        return answers
                    work = functools.partial(called, function, args, {}, True, printed)
                    good, content = self.attempt(work)
                    came.append([good, _copy(content)])  # the next may write to what is returned
                    if not good:
                        printed.taken()
                        break
        return answers

    def outgoing(self, thing) -> tuple[int, object]:
        """A number by which the examiner can refer to ``thing``, and what kind of thing it is."""
        if isinstance(thing, Callback):
            return codes.CALLBACK, thing._number  # the examiner's own function goes home
        number = self.numbers.get(id(thing))
        if number is None:
            number = self.numbers[id(thing)] = len(self.objects)
            self.objects.append(thing)
        kind = type(thing)
        name = str(getattr(thing, "__name__", kind.__name__))
        if isinstance(thing, type):
            bases = [base.__name__ for base in thing.__mro__]
            return codes.HANDLE, [number, "class", name, bases]
        described = "function" if callable(thing) and hasattr(thing, "__name__") else "object"
        return codes.HANDLE, [number, described, name, [kind.__name__]]

    def incoming(self, code: int, content):
        """What the examiner means."""
        if code == codes.HANDLE:
            return self.objects[content]
        if code == codes.CALLBACK:
            return Callback(self, *content)
        if code == codes.SLICE:
            return slice(*content)
        if code == codes.NAME:
            module, name = content
            return getattr(importlib.import_module(module), name)
        if code == codes.GENERATOR:
            name, state = content
            bits = getattr(np.random, name)()
            bits.state = state
            return np.random.Generator(bits)
        if code == codes.FUNCTION:
            name, numbers = content
            return getattr(functions, name)(*numbers)
        raise wire.WireError(f"unknown code {code}")


def called(function, args: list, kwargs: dict, give_back: bool, printed: Printed) -> list:
    """Call a function: its result, what it printed, and with ``give_back`` what the arguments are.

    None stands for arguments that are what they were.
    """
    before = _copy([args, kwargs]) if give_back else None
    with warnings.catch_warnings(action="ignore"):
        result = function(*args, **kwargs)
    given = [args, kwargs] if give_back and not _same([args, kwargs], before) else None
    return [result, printed.taken(), given]


def _copy(value):
    """A copy of plain data, arrays included; anything else as it is."""
    if type(value) in (list, tuple):
        return type(value)(map(_copy, value))
    if type(value) is dict:
        return {key: _copy(x) for key, x in value.items()}
    return np.array(value) if type(value) is np.ndarray else value


def _same(value, copied) -> bool:
    """Whether ``value`` is still what it was when it was copied."""
    if type(value) is not type(copied):
        return False
    if type(value) in (list, tuple):
        return len(value) == len(copied) and all(map(_same, value, copied))
    if type(value) is dict:
        return list(value) == list(copied) and all(_same(value[key], copied[key]) for key in value)
    if type(value) is np.ndarray:
        return (value.dtype, value.shape) == (copied.dtype, copied.shape) and (
            value.tobytes() == copied.tobytes()
        )
    return value is copied and type(value) in _UNCHANGING


_UNCHANGING = {type(None), bool, int, float, complex, str, bytes, Callback}


def serve(descriptor: int, memory: int, processes: int, file_size: int) -> None:
    """Answer questions that come over ``descriptor``, under these limits; 0 is no limit."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for kind, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_NPROC, processes),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_NOFILE, 256),
    ):
        if limit:
            resource.setrlimit(kind, (limit, limit))
    agent = Agent(socket.socket(fileno=descriptor))
    sys.path.append(str(Path.cwd()))  # last, so that a student's file never stands in for a package
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.close(nowhere)
    agent.channel.serve()


if __name__ == "__main__":  # without a sandbox
    number = int(sys.argv.pop())
    serve(number, 0, 0, 0)
