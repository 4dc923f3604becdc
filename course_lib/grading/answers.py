"""What came of calling a function of the submission's many times, in one question."""

import functools
import hashlib
from collections.abc import Callable

import numpy as np

from course_lib.grading import wire


class Answers:
    """What came of the calls in one question, read when it is wanted.

    Attributes
    ----------
    fingerprint : bytes or None
        Another function with the same one, asked the same, has done the same to the last bit; None
        if that cannot be said.
    """

    def __init__(self, session, content=None, *, fixed: bool = False):
        self.session = session
        self.fingerprint: bytes | None = None
        self.packed: wire.Packed | None = None
        head, arrays = content if type(content) is list and len(content) == 2 else (None, None)
        if type(head) is bytes and type(arrays) is np.ndarray:
            self.packed = wire.Packed(head, arrays.reshape(-1).view(np.uint8))
            if fixed:
                found = hashlib.blake2b(len(head).to_bytes(8, "big") + head)
                found.update(self.packed.content.data)
                self.fingerprint = found.digest()

    @functools.cached_property
    def groups(self) -> list[list[tuple[Callable, bool]]]:
        """For each group one pair for each call that was made; only the last can have failed.

        Given the same arguments, the callable does what the session's ``call`` with ``give_back``
        does; and whether the arguments stay as they are.
        """
        try:
            answers = wire.unpack(self.packed, self.incoming) if self.packed else []
        except wire.WireError:
            answers = []  # a call by itself will say what is wrong
        if any(type(group) is not list for group in answers):
            return []
        return [
            [(functools.partial(self.replayed, answer), _untouched(answer)) for answer in group]
            for group in answers
        ]

    def incoming(self, code: int, content):
        """Something that is known to this session only."""
        self.fingerprint = None
        return self.session.incoming(code, content)

    def replayed(self, answer, *args):
        """What came of a call."""
        if type(answer) is not list or len(answer) != 2:
            self.session.end("the submission's program answered with nonsense")
        good, content = answer
        if good is not True:
            if type(content) is not dict or content.get("classes"):  # of this session
                self.fingerprint = None
            raise self.session.exception(content)
        return self.session.came_of(content, args, {}, give_back=True)


def _untouched(answer) -> bool:
    """Whether an answer to a call brings nothing back but the result."""
    good, content = answer if type(answer) is list and len(answer) == 2 else (False, None)
    return good is True and type(content) is list and len(content) == 3 and content[2] is None
