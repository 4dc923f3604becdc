"""Calling a student's function on drawn inputs: what came back, and what should have.

Every kind of input is drawn several times, so that a lucky guess does not pass. To what a check
draws itself, two kinds are added: the same arrays as float32, and the same arrays with gaps
between their elements in memory.
"""

import contextlib
import io
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, is_dataclass
from functools import cache
from itertools import chain, repeat, zip_longest
from typing import Any

import numpy as np

from course_lib.grading import compare

DRAWS = 5  # inputs of each kind
AGAIN = 2  # of those that are ordinary but for how their arrays are stored
ORDINARY = "on ordinary inputs"
FLOAT32 = "when the arrays are float32"
STRIDED = "when the arrays are not contiguous in memory"
NOT_WRITTEN = "not written yet"
PRINTS = " It prints something: printing is not returning."
KEPT = 1000  # kinds of input whose questions a grader keeps; the newest

_kept: dict[tuple, list["Question"]] = {}


@dataclass(frozen=True)
class Failure:
    """Why there is no result: a name to count it by, and a sentence for the student.

    ``error`` is the type of the exception, where there was one.
    """

    name: str
    sentence: str
    error: str = ""


@dataclass(frozen=True)
class Trial:
    """One call: arguments, expected outputs, and the student's outputs or why there are none.

    ``imagined`` keeps what mistakes return for these arguments.
    """

    arguments: tuple
    expected: tuple
    result: tuple | None
    failure: Failure | None
    tolerances: tuple[float, ...]
    imagined: dict


@dataclass(frozen=True)
class Question:
    """Arguments, the expected outputs, and how far from each a right answer may be."""

    arguments: tuple
    expected: tuple
    tolerances: tuple[float, ...]
    imagined: dict = field(default_factory=dict)


class Tried(Mapping):
    """Trials of a student's function by kind of input, each kind tried when it is asked for.

    Where the function fails on ordinary inputs there are no other kinds.

    Attributes
    ----------
    rounds : tuple of tuple of str
        Kinds that are tried together, because asking a program in a sandbox takes longer than its
        answer.
    """

    def __init__(self, student_function, known, seed: int):
        self.student_function, self.known, self.seed = student_function, known, seed
        self.rounds = (ORDINARY,), tuple(kind for kind in draws(known) if kind != ORDINARY)
        self.questions: dict[tuple[str, ...], list[list[Question]]] = {}
        self.answers: dict[tuple[str, ...], Any] = {}
        self.alone = False  # whether a call was made for itself, not in one question with others
        self.done: dict[str, list[Trial]] = {}

    def __getitem__(self, kind: str) -> list[Trial]:
        """Trials of one kind; the first that fails is the last."""
        if kind not in self.done:
            self.try_out(self.rounds[kind != ORDINARY])
        return self.done[kind]

    def ask(self, kinds: tuple[str, ...]):
        """What came of calling a function in a sandbox; None for one that is here."""
        if kinds not in self.questions:
            asked = [list(questions(self.known, kind, self.seed)) for kind in kinds]
            self.questions[kinds], self.answers[kinds] = asked, None
            if call_each := getattr(type(self.student_function), "call_each", None):
                fixed = all((self.known, kind, self.seed) in _kept for kind in kinds)
                key = (self.known, kinds, self.seed) if fixed else None
                given = [[question.arguments for question in group] for group in asked]
                self.answers[kinds] = call_each(self.student_function, given, key)
        return self.answers[kinds]

    def fingerprints(self) -> list[bytes | None]:
        """What has been answered so far, in rounds; None where that does not tell all."""
        return [answers and answers.fingerprint for answers in self.answers.values()]

    def try_out(self, kinds: tuple[str, ...]) -> None:
        """Try several kinds."""
        answers = self.ask(kinds)
        made = chain(answers.groups if answers else [], repeat([]))
        with quiet() as printed:
            for kind, group, calls in zip(kinds, self.questions[kinds], made):
                self.done[kind] = trials = []
                for question, call in zip_longest(group, calls[: len(group)]):
                    function, untouched = call or (self.student_function, False)
                    self.alone = self.alone or call is None
                    one = trial(function, self.known, question, printed, untouched=untouched)
                    trials.append(one)
                    if one.failure:
                        break

    def __iter__(self):
        yield ORDINARY
        if self[ORDINARY][-1].failure is None:
            yield from (kind for kind in draws(self.known) if kind != ORDINARY)

    def __len__(self):
        return sum(1 for _ in self)


@cache
def draws(known) -> dict[str, Callable]:
    """Every kind of input of a check, by the words that a report says; ordinary ones first."""
    kinds = {ORDINARY: known.ordinary}
    kinds |= {f"when {case}": draw for case, draw in known.edge_cases.items()}
    example = known.ordinary(np.random.default_rng(0))
    if known.float32 and any(a.dtype == np.float64 for a in arrays(example)):
        kinds[FLOAT32] = lambda rng: mapped(single, known.ordinary(rng))
    if any(a.size > 1 for a in arrays(example)):
        kinds[STRIDED] = lambda rng: mapped(strided, known.ordinary(rng))
    return kinds


def questions(known, kind: str, seed: int) -> Iterator[Question]:
    """The inputs of one kind, with what should come back.

    They are the same for every student, so a grader keeps them, if they are nothing but data.
    """
    kept = _kept.get((known, kind, seed))
    if kept is not None:
        yield from kept
        return
    number = list(draws(known)).index(kind)
    rng = np.random.default_rng([seed, number] if number else seed)
    asked = []
    for _ in range(AGAIN if kind in (FLOAT32, STRIDED) else DRAWS):
        asked.append(question(known, draws(known)[kind](rng)))
        yield asked[-1]
    if is_plain(asked[0].arguments):
        _kept[known, kind, seed] = asked
        while len(_kept) > KEPT:
            del _kept[next(iter(_kept))]


def question(known, arguments: tuple) -> Question:
    """What the reference makes of ``arguments``."""
    # Expected values are those of double precision, also for arguments in single precision.
    expected = run_own(known.reference, mapped(double, arguments))
    expected = (expected,) if len(known.outputs) == 1 else tuple(expected)
    rtol = compare.SINGLE if any(a.dtype == np.float32 for a in arrays(arguments)) else known.rtol
    largest = max((compare.largest(a) for a in arrays(arguments)), default=0.0)
    tolerances = tuple(compare.tolerance(value, rtol, largest) for value in expected)
    return Question(arguments, expected, tolerances)


def is_plain(value) -> bool:
    """Whether an argument is data: nothing that could remember that it was used.

    A frozen dataclass of data is, also one that can be called.
    """
    if isinstance(value, list | tuple):
        return all(map(is_plain, value))
    if is_dataclass(value) and value.__dataclass_params__.frozen:  # type: ignore[union-attr]
        return all(map(is_plain, vars(value).values()))
    return value is None or isinstance(value, np.ndarray | np.generic | int | float | str)


def trial(
    student_function, known, asked: Question, printed: io.StringIO, *, untouched: bool
) -> Trial:
    """Call the function and judge what comes back."""
    result, failure = call(student_function, asked.arguments, printed, untouched=untouched)
    if failure is None and known.judge:
        failure, result = known.judge(result, *asked.arguments), asked.expected
    elif failure is None and len(known.outputs) > 1:
        failure = wrong_number(result, known.outputs)
    elif failure is None:
        result = (result,)
    result = None if failure else tuple(result)
    known_right = asked.arguments, asked.expected
    return Trial(*known_right, result, failure, asked.tolerances, asked.imagined)


def run_own(function, arguments: tuple):
    """What one of our own functions, a reference or a mistake, returns for copies of arguments."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return function(*copy_of(arguments))


@contextlib.contextmanager
def quiet() -> Iterator[io.StringIO]:
    """While a student's function is called: what it prints is kept here, and no warning shown."""
    printed = io.StringIO()
    with (
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
        warnings.catch_warnings(action="ignore"),
    ):
        yield printed


def call(
    student_function, arguments: tuple, printed: io.StringIO, *, untouched: bool = False
) -> tuple[Any, Failure | None]:
    """Call with copies of ``arguments``: (result, None), or (None, why there is no result).

    Arguments that are known to stay ``untouched`` need not be copied. What the function prints
    goes to ``printed``.
    """
    if not callable(student_function):
        said = f"expected a function, got {compare.describe(student_function)}"
        return None, Failure("not a function", said)
    given = arguments if untouched else copy_of(arguments)
    # In the examiner it is a proxy; called in this way it brings back what became of its copies.
    function = getattr(student_function, "call_in_place", student_function)
    before = printed.tell()
    try:
        result = function(*given)
    except NotImplementedError:
        return None, Failure(NOT_WRITTEN, NOT_WRITTEN)
    except (Exception, SystemExit) as error:
        kind = type(error).__name__
        return None, Failure(f"raised {kind}", f"it raised {kind}: {error}".rstrip(": "), kind)
    if not untouched and changed(given, arguments):
        said = "it changes the arrays that it is given; work on a copy"
        return None, Failure("changed its arguments", said)
    if result is None:
        prints = printed.tell() > before
        said = (
            f"expected numbers, got None (is there a return statement?){PRINTS if prints else ''}"
        )
        return None, Failure("returned nothing", said)
    return result, None


def wrong_number(result, names: tuple[str, ...]) -> Failure | None:
    """A failure if ``result`` is not one value for each of ``names``."""
    if isinstance(result, tuple | list) and len(result) == len(names):
        return None
    wanted = f"expected {len(names)} values ({', '.join(names)})"
    got = len(result) if isinstance(result, tuple | list) else compare.describe(result)
    return Failure("returned the wrong number of values", f"{wanted}, got {got}")


def mapped(function: Callable, value):
    """``value`` with ``function`` applied to every array in its lists and tuples."""
    if isinstance(value, np.ndarray):
        return function(value)
    if isinstance(value, list | tuple):
        return type(value)(mapped(function, item) for item in value)
    return value


def arrays(value):
    """Every array in the lists and tuples of ``value``."""
    found: list[np.ndarray] = []
    mapped(found.append, value)
    return found


def single(array: np.ndarray) -> np.ndarray:
    """Float64 as float32; other types as they are."""
    return array.astype(np.float32) if array.dtype == np.float64 else array


def double(array: np.ndarray) -> np.ndarray:
    """Float32 as float64; other types as they are."""
    return array.astype(np.float64) if array.dtype == np.float32 else array


def strided(array: np.ndarray) -> np.ndarray:
    """The same array, every other element of a larger one."""
    if array.ndim == 0:
        return array
    gaps = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    gaps[..., ::2] = array
    return gaps[..., ::2]


def copy_of(arguments: tuple) -> tuple:
    """Copies of all arrays, with gaps where the originals have them; the rest as it is."""

    def duplicate(array):
        return array.copy() if array.flags.c_contiguous else strided(array)

    return mapped(duplicate, arguments)


def changed(given: tuple, original: tuple) -> bool:
    """Whether a function wrote to the arrays that it was given, or to a list of them."""
    before, after = arrays(original), arrays(given)
    return len(before) != len(after) or not all(
        compare.same_bytes(a, b) or np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")
        for a, b in zip(before, after)
    )
