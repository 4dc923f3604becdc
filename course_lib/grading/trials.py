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
from itertools import chain, repeat
from typing import Any

import numpy as np

from course_lib.grading import compare

DRAWS = 5  # inputs of each kind
ORDINARY = "on ordinary inputs"
FLOAT32 = "when the arrays are float32"
STRIDED = "when the arrays are not contiguous in memory"
NOT_WRITTEN = "not written yet"
KEPT = 1000  # kinds of input whose questions a grader keeps

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
    """

    def __init__(self, student_function, known, seed: int):
        self.student_function, self.known, self.seed = student_function, known, seed
        self.done: dict[str, list[Trial]] = {}

    def __getitem__(self, kind: str) -> list[Trial]:
        """Trials of one kind; the first that fails is the last."""
        if kind not in self.done:
            others = [other for other in draws(self.known) if other != ORDINARY]
            self.try_out([ORDINARY] if kind == ORDINARY else others)
        return self.done[kind]

    def try_out(self, kinds: list[str]) -> None:
        """Try several kinds, because asking a program in a sandbox takes longer than its answer."""
        asked = [list(questions(self.known, kind, self.seed)) for kind in kinds]
        for kind, group, functions in zip(kinds, asked, self.functions(asked)):
            self.done[kind] = trials = []
            for question, (function, untouched) in zip(group, functions):
                trials.append(trial(function, self.known, question, untouched=untouched))
                if trials[-1].failure:
                    break

    def functions(self, asked: list[list["Question"]]) -> Iterator[Iterator[tuple[Callable, bool]]]:
        """What to call for each question, and whether it is known to leave its arguments alone.

        In the examiner it is what came of calling the student's function for all of them.
        """
        call_each = getattr(type(self.student_function), "call_each", None)
        given = [[question.arguments for question in group] for group in asked]
        done = call_each(self.student_function, given) if call_each else []
        for group in chain(done, repeat([])):
            yield chain(group, repeat((self.student_function, False)))

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
    for _ in range(DRAWS):
        asked.append(question(known, draws(known)[kind](rng)))
        yield asked[-1]
    if is_plain(asked[0].arguments) and len(_kept) < KEPT:
        _kept[known, kind, seed] = asked


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


def trial(student_function, known, asked: Question, *, untouched: bool) -> Trial:
    """Call the function and judge what comes back."""
    result, failure = call(student_function, asked.arguments, untouched=untouched)
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


def call(
    student_function, arguments: tuple, *, untouched: bool = False
) -> tuple[Any, Failure | None]:
    """Call with copies of ``arguments``: (result, None), or (None, why there is no result).

    Arguments that are known to stay ``untouched`` need not be copied.
    """
    if not callable(student_function):
        said = f"expected a function, got {compare.describe(student_function)}"
        return None, Failure("not a function", said)
    given = arguments if untouched else copy_of(arguments)
    # In the examiner it is a proxy; called in this way it brings back what became of its copies.
    function = getattr(student_function, "call_in_place", student_function)
    silence = io.StringIO()
    try:
        with (
            contextlib.redirect_stdout(silence),
            contextlib.redirect_stderr(silence),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
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
        printed = " It prints something: printing is not returning." if silence.getvalue() else ""
        said = f"expected numbers, got None (is there a return statement?){printed}"
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


def same_bytes(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays are equal to the last bit, which takes less time to say."""
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def changed(given: tuple, original: tuple) -> bool:
    """Whether a function wrote to the arrays that it was given, or to a list of them."""
    before, after = arrays(original), arrays(given)
    return len(before) != len(after) or not all(
        same_bytes(a, b) or np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")
        for a, b in zip(before, after)
    )
