"""The examiner's side of one running submission: run its cells, look up its names, call it.

Everything that comes back has passed the wire, so it is plain data or a number that stands for
something in the sandbox. Time is counted here, on the examiner's clock.
"""

import math
import sys
import time
from collections.abc import Hashable
from pathlib import Path

import numpy as np

from course_lib.grading import codes, functions, remote, wire
from course_lib.grading.answers import Answers
from course_lib.grading.assignment import Assignment
from course_lib.grading.channel import Channel, LateError, failure
from course_lib.grading.sandbox import START_SECONDS, Sandbox, SandboxError

PROXIES = 100_000  # things in the sandbox that the examiner keeps track of
CALLBACKS = 10_000  # functions that a notebook's tests may pass as arguments
NAMES = 100  # characters of a name that the submission gives to something
PACKED = 500  # questions that are kept ready to travel

_packed: dict[Hashable, wire.Packed] = {}


class TooSlow(Exception):
    """The submission's code took longer than it may."""


class ProgramEnded(Exception):
    """The submission's program is no longer there, or makes no sense."""


class Session:
    """A submission's program while it runs in a sandbox.

    Parameters
    ----------
    assignment : Assignment
    files : mapping of str to Path
    confined : bool
        See :class:`~course_lib.grading.sandbox.Sandbox`.
    operators : set of str
        Operators that objects of the submission may have, for example "sub".

    Attributes
    ----------
    ended : str or None
        Why there is no program any more.
    vanished : bool
        Whether it ended without being ended here.
    seconds : float
        Time that the submission may still use.
    """

    def __init__(
        self,
        assignment: Assignment,
        files: dict[str, Path],
        *,
        confined: bool = True,
        operators: frozenset[str] = frozenset(),
    ):
        self.assignment = assignment
        self.operators = operators
        self.sandbox = Sandbox(assignment, files, confined=confined)
        self.channel = Channel(self.sandbox.connection, self.answer, self.outgoing, self.incoming)
        self.ended: str | None = None
        self.vanished = False
        self.seconds = math.inf
        self.slow = False  # too slow for several calls in one question
        self.callbacks: list = []
        self.proxies: dict[int, object] = {}
        self.kinds: dict[str, type] = {}
        try:
            self.ask("ready", seconds=START_SECONDS)
        except ProgramEnded:
            raise SandboxError(f"the sandbox did not start: {self.sandbox.last_words()}") from None
        self.seconds = assignment.notebook_seconds

    def run(self, source: str):
        """Run a cell; its outputs as the sandbox reports them: any plain data."""
        return self.ask("run", source, seconds=self.assignment.cell_seconds)

    def lookup(self, name: str):
        """The value of a name; NameError if the submission does not define it."""
        try:
            return self.ask("name", name, seconds=self.assignment.call_seconds)
        except KeyError:
            raise NameError(f"name {name!r} is not defined in the submission") from None

    def operate(self, operation: str, *args):
        """Apply one of Python's operators or built-in functions in the sandbox."""
        return self.call(operation, args, {})

    def call(self, function, args: tuple, kwargs: dict, *, give_back: bool = False):
        """Call a function in the sandbox with copies of the arguments; a copy of its result.

        What it prints is printed here. With ``give_back``, or if assignment.toml says so, what it
        did to the arguments is done to ours.
        """
        name = function if isinstance(function, str) else function.__name__
        give_back = give_back or name in self.assignment.in_place
        seconds = self.assignment.call_seconds
        content = self.ask("call", function, list(args), kwargs, give_back, seconds=seconds)
        return self.came_of(content, args, kwargs, give_back)

    def call_each(self, function, groups: list[list[tuple]], key: Hashable = None) -> Answers:
        """Call a function for the tuples of arguments in each group, all in one question.

        After half of the time that one call may take no more are made. There is no answer if time
        was up, nor ever again: only calling one by one tells how long each takes. What was lost by
        trying is not counted as the submission's time.

        Parameters
        ----------
        function : Proxy
        groups : list of list of tuple
        key : hashable, optional
            Where it is given, groups are plain data, and the same whenever it is: they are made
            ready to travel once in the life of this process.
        """
        seconds, left = self.assignment.call_seconds, self.seconds
        if self.slow:
            return Answers(self)
        try:
            calls = self.ready(groups, key)
            content = self.ask("calls", function, calls, seconds / 2, seconds=seconds)
        except TooSlow:
            self.slow, self.seconds = True, left
            return Answers(self)
        except Exception:  # the first call, made by itself, will say what is wrong
            return Answers(self)
        return Answers(self, content, fixed=key is not None)

    def ready(self, groups: list[list[tuple]], key: Hashable) -> list | wire.Packed:
        """Groups of arguments as they travel."""
        if key in _packed:
            return _packed[key]
        calls = [[list(args) for args in group] for group in groups]
        if key is None or len(_packed) >= PACKED:
            return calls
        return _packed.setdefault(key, wire.pack(calls, self.outgoing))

    def came_of(self, content, args: tuple, kwargs: dict, give_back: bool):
        """The result in an answer; prints what was printed, and changes the arguments alike."""
        if type(content) is not list or len(content) != 3:
            self.end("the submission's program answered with nonsense")
        result, printed, arguments = content
        if isinstance(printed, str) and printed:
            print(printed, end="")
        if give_back and isinstance(arguments, list) and len(arguments) == 2:
            remote.updated(list(args), arguments[0])
            remote.updated(kwargs, arguments[1])
        return result

    def ask(self, question: str, *content, seconds: float):
        """The answer to one question, within ``seconds`` and what is left of the notebook's time.

        Raises
        ------
        TooSlow, ProgramEnded
        Exception
            What the submission's code raised: the built-in type that it derives from, or the class
            that stands for one that it defined.
        """
        if self.ended:
            raise ProgramEnded(self.ended)
        if self.seconds <= 0:
            self.end(f"it used all of its {self.assignment.notebook_seconds:g} s")
        start = time.monotonic()
        seconds = min(seconds, self.seconds)
        try:
            good, answer = self.channel.ask(
                question, *content, seconds=seconds, interrupt=self.sandbox.interrupt
            )
        except LateError:
            raise TooSlow(f"it was stopped after {seconds:g} s") from None
        except TimeoutError:
            self.end(f"it was ended: it ran for {seconds:g} s and could not be interrupted")
        except (EOFError, OSError):
            self.vanished = True
            self.end("it ended in the middle: by itself, by a crash, or for want of memory")
        except wire.WireError as error:
            if self.channel.idle:  # our own question could not be sent
                raise TypeError(f"an argument: {error}") from None
            self.end(f"it sent something that is no answer ({error})")
        except BaseException:  # time is up in the examiner; the answer would come later
            self.end("it was ended together with the cell that it ran for")
            raise
        finally:
            self.seconds -= time.monotonic() - start
        if good is not True:
            raise self.exception(answer)
        return answer

    def end(self, reason: str) -> None:
        """No more questions: close the sandbox and say why from now on."""
        self.close()
        self.ended = f"the submission's program is gone: {reason}"
        raise ProgramEnded(self.ended)

    def close(self) -> None:
        """End the program."""
        self.sandbox.close()

    def exception(self, said) -> Exception:
        """What the submission raised."""
        said = said if isinstance(said, dict) else {}
        types, text, classes = said.get("types"), said.get("text"), said.get("classes")
        text = text if isinstance(text, str) else ""
        for number in classes if isinstance(classes, list) else []:
            kind = self.proxies.get(number) if type(number) is int else None
            if isinstance(kind, type) and issubclass(kind, Exception):
                return kind(text)
        return codes.exception(types if isinstance(types, list) else [], text)

    def answer(self, question: str, content):
        """The submission calls a function that a test has passed to it."""
        try:
            number, args, kwargs = content
            function = self.callbacks[number]
            return True, function(*args, **kwargs)
        except (TooSlow, ProgramEnded):
            raise
        except Exception as error:
            return False, failure(error)

    def outgoing(self, thing) -> tuple[int, object]:
        """How an argument that is not plain data is represented in the sandbox."""
        if isinstance(thing, remote.Proxy):
            return codes.HANDLE, thing._number
        if isinstance(thing, slice):
            return codes.SLICE, [thing.start, thing.stop, thing.step]
        if isinstance(thing, np.dtype):
            thing = thing.type
        if isinstance(thing, type) and thing.__module__ in ("builtins", "numpy"):
            return codes.NAME, [thing.__module__, thing.__name__]
        if thing is Ellipsis:
            return codes.NAME, ["builtins", "Ellipsis"]
        torch = sys.modules.get("torch")
        if torch is not None and isinstance(thing, torch.dtype | torch.device):
            return codes.NAME, ["torch", str(thing).removeprefix("torch.")]
        if isinstance(thing, np.random.Generator):
            bits = thing.bit_generator
            return codes.GENERATOR, [type(bits).__name__, bits.state]
        if type(thing).__module__ == functions.__name__:
            return codes.FUNCTION, [type(thing).__name__, list(vars(thing).values())]
        if callable(thing):
            known = next((n for n, one in enumerate(self.callbacks) if one is thing), None)
            if known is None:
                if len(self.callbacks) >= CALLBACKS:
                    raise wire.WireError(f"more than {CALLBACKS} functions as arguments")
                known = len(self.callbacks)
                self.callbacks.append(thing)
            return codes.CALLBACK, [known, getattr(thing, "__name__", "function")]
        raise wire.WireError(f"a {type(thing).__name__} cannot travel")

    def incoming(self, code: int, content):
        """A proxy for something that stays in the sandbox; the same proxy for the same thing."""
        if code == codes.CALLBACK and type(content) is int and 0 <= content < len(self.callbacks):
            return self.callbacks[content]
        if code != codes.HANDLE or type(content) is not list or len(content) != 4:
            raise wire.WireError("a handle of no known kind")
        number, kind, name, bases = content
        if type(number) is not int or type(name) is not str or type(bases) is not list:
            raise wire.WireError("a handle without a number or a name")
        if number not in self.proxies:
            if len(self.proxies) >= PROXIES:
                raise wire.WireError(f"more than {PROXIES} objects")
            self.proxies[number] = self.stand_in(number, kind, name[:NAMES], bases)
        return self.proxies[number]

    def stand_in(self, number: int, kind, name: str, bases: list):
        """A proxy; for a class of exceptions a class, because only that can be caught."""
        name = name if name.isidentifier() else "something"
        if kind == "class" and "BaseException" in bases:
            return type(name, (type(codes.exception(bases, "")),), {"__module__": "submission"})
        if kind != "object":
            return remote.Proxy(self, number, name)
        if name not in self.kinds:  # so that messages call it by the name of its class
            self.kinds[name] = type(name, (remote.Proxy,), {})
        return self.kinds[name](self, number, name)
