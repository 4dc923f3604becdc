"""Questions and answers over one socket; both sides may ask, one question at a time.

The examiner asks the sandbox to run a cell or to call a function; while it waits, the sandbox may
ask back, to call a function that it was given as an argument. An answer repeats the nonce of its
question. That keeps both sides in step; it proves nothing, and nothing relies on it: whatever
arrives is data.
"""

import contextlib
import secrets
import socket
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from course_lib.grading import wire

NESTED = 20  # questions that wait for each other: a callback that calls back that …
GRACE = 3.0  # seconds in which interrupted code must come to its end
TEXT = 2000  # characters of an exception's message
NEVER = float("inf")
SMALL = 1 << 16  # bytes that are rather copied once more than sent one array after the other
_ASK, _TELL = "ask", "tell"


class LateError(Exception):
    """No answer in time; the other side has been interrupted and is ready for the next question."""


def failure(error: BaseException) -> dict:
    """An exception as plain data: the names of its type and of what that derives from, its text."""
    return {"types": [kind.__name__ for kind in type(error).__mro__], "text": _text(error)}


def _text(error) -> str:
    try:
        return str(error)[:TEXT]
    except Exception:  # a __str__ of the student's
        return ""


class Channel:
    """One end of the connection.

    Parameters
    ----------
    connection : socket
    answer : callable
        ``answer(question, content)`` answers the other side: ``(True, value)``, or ``(False,
        failure)`` (see :func:`failure`). It catches its own exceptions.
    outgoing, incoming : callable
        How things that are not plain data are represented (see :mod:`~course_lib.grading.wire`).
    """

    def __init__(
        self,
        connection: socket.socket,
        answer: Callable[[str, Any], Any],
        outgoing: Callable[[Any], tuple[int, Any]],
        incoming: Callable[[int, Any], Any],
    ):
        self.connection = connection
        self.answer = answer
        self.outgoing = outgoing
        self.incoming = incoming
        self.deadline = NEVER
        self.depth = 0
        self.idle = True  # nothing of a question has been sent

    def ask(self, question: str, *content, seconds: float = NEVER, interrupt=None) -> list:
        """The answer of the other side: ``[True, value]`` or ``[False, failure]``.

        Parameters
        ----------
        question : str
        *content
        seconds : float
            How long to wait.
        interrupt : callable, optional
            Called when the time is up; the other side then has ``GRACE`` seconds to answer, which
            keeps the two in step. That answer is thrown away.

        Raises
        ------
        wire.WireError
            If ``content`` cannot travel (nothing was sent then), or the answer is none.
        TimeoutError, EOFError, OSError
            If no answer came in time, or none will come.
        """
        self.idle = True
        nonce = secrets.token_bytes(8)
        frame = wire.write([_ASK, nonce, question, list(content)], self.outgoing)
        self.idle = False
        previous = self.deadline
        self.deadline = min(previous, time.monotonic() + seconds)
        try:
            send(self.connection, frame, self.deadline)
            try:
                return self.wait_for(nonce)
            except TimeoutError as late:
                if interrupt is None:
                    raise
                interrupt()
                self.deadline = time.monotonic() + GRACE
                self.wait_for(nonce)
                raise LateError(seconds) from late
        finally:
            self.deadline = previous

    def wait_for(self, nonce: bytes):
        """Answer questions until the answer to ours comes."""
        while True:
            kind, name, *rest = self.next_message()
            if kind == _TELL and name == nonce and len(rest) == 2:
                return rest
            if kind != _ASK or len(rest) != 2 or self.depth >= NESTED:
                raise wire.WireError("an answer to no question")
            self.reply(name, *rest)

    def serve(self) -> None:
        """Answer questions until the other side is gone."""
        with contextlib.suppress(EOFError):
            while True:
                # Without a name for it here, so that it is gone before the next one comes.
                self.reply(*self.next_message()[1:])

    def reply(self, nonce, question, content) -> None:
        """Answer one question."""
        self.depth += 1
        try:
            answer = self.answer(question, content)
        finally:
            self.depth -= 1
        try:
            frame = wire.write([_TELL, nonce, *answer], self.outgoing)
        except wire.WireError as error:
            frame = wire.write([_TELL, nonce, False, failure(TypeError(f"the result: {error}"))])
        send(self.connection, frame, self.deadline)

    def next_message(self) -> list:
        """The next frame, a list of at least two items."""
        message = receive(self.connection, self.deadline, self.incoming)
        if type(message) is not list or len(message) < 2:
            raise wire.WireError("a message without a kind")
        return message


def send(connection: socket.socket, buffers: list, deadline: float) -> None:
    """Send a frame; TimeoutError if it is not gone by ``deadline`` (as time.monotonic counts)."""
    if sum(memoryview(buffer).nbytes for buffer in buffers) <= SMALL:
        buffers = [b"".join(buffers)]
    for buffer in buffers:
        if memoryview(buffer).nbytes:
            connection.settimeout(_left(deadline))
            connection.sendall(buffer)


def receive(connection: socket.socket, deadline: float, incoming=None):
    """The value of the next frame.

    Raises
    ------
    wire.WireError
        If what comes is not a frame.
    TimeoutError
        If it is not there by ``deadline``.
    EOFError
        If the other side has closed the connection.
    """
    prefix = bytearray(wire.LENGTH.size)
    _fill(connection, prefix, deadline)
    (length,) = wire.LENGTH.unpack(prefix)
    if length > wire.HEAD:
        raise wire.WireError(f"a frame of {length} bytes was announced, allowed are {wire.HEAD}")
    head = bytearray(length)
    _fill(connection, head, deadline)
    value, arrays = wire.read(bytes(head), incoming)
    if (size := sum(array.nbytes for array in arrays)) <= SMALL:
        together = np.empty(size, np.uint8)
        _fill(connection, together, deadline)
        wire.fill(arrays, together)
    else:
        for array in arrays:
            _fill(connection, array.reshape(-1).view(np.uint8), deadline)
        wire.settle(arrays)
    return value


def _fill(connection, buffer, deadline) -> None:
    view = memoryview(buffer)
    while len(view):
        connection.settimeout(_left(deadline))
        count = connection.recv_into(view)
        if count == 0:
            raise EOFError("the connection was closed")
        view = view[count:]


def _left(deadline: float) -> float | None:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the time is up")
    return None if left == float("inf") else left
