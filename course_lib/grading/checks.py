"""``check``: a student's function beside the reference, on random inputs, with partial credit.

A :class:`Check` knows a reference function, how to draw inputs for it, ordinary ones and edge
cases by name, and the mistakes that people make. Every kind of input that a function gets right
earns its share of the points, output by output; edge cases count only for outputs that are right
on ordinary inputs, so that a function that always returns 0 does not earn the cases in which 0
happens to be right.
"""

import contextlib
import difflib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from course_lib.grading import picture, report, trials
from course_lib.grading.diagnosis import Diagnosis, Finding

Draw = Callable[[np.random.Generator], tuple]
RESULTS = 300  # that a grader keeps
PATIENCE = 3  # a stronger hint comes when the same mistake is made for this many times

_tries: Counter = Counter()  # of each mistake in each check, since this program was started
_recorders: list[list["Result"]] = []
_results: dict[tuple, "Result | None"] = {}  # by task and answers; None where more was asked


@dataclass(frozen=True, eq=False)
class Misconception:
    """A mistake that people make, and how to recognise it.

    Attributes
    ----------
    name : str
        Completes "you seem to have …": ``"averaged twice"``.
    returns : callable
        Takes the arguments of the reference and returns what a student with this mistake returns,
        or raises what theirs raises. With several outputs it may return a dict of those that the
        mistake changes.
    hint : str
        Points to the mistake and does not give the formula away.
    more : str
        A stronger hint, for those who make the mistake again.
    read : str
        Where to read, if it is not where the check says.
    """

    name: str
    returns: Callable
    hint: str
    more: str = ""
    read: str = ""


@dataclass(frozen=True, eq=False)
class Check:
    """What the grader knows about one function that a student writes.

    Attributes
    ----------
    reference : callable
        The right function; same arguments and outputs as the student's.
    ordinary : callable
        ``ordinary(rng)`` draws a tuple of arguments; lengths that could be confused must differ.
    outputs : tuple of str
        Names of what the function returns, for the report.
    edge_cases : mapping of str to callable
        Name of the case (completing the sentence "when …"), and how to draw one.
    misconceptions : tuple of Misconception
        The more likely before the less likely.
    read : str
        Where the book explains it: a page below ``book/``, and a heading: ``"mlp#layers"``.
    rtol : float
        The error allowed, as a share of the largest expected value.
    float32 : bool
        Whether the function must also be right in single precision.
    judge : callable, optional
        For what can be right in many ways: ``judge(result, *arguments)`` is None if the result is
        good enough, which then counts as equal to that of the reference, else a
        :class:`~course_lib.grading.trials.Failure`.
    """

    reference: Callable
    ordinary: Draw
    outputs: tuple[str, ...]
    edge_cases: Mapping[str, Draw] = field(default_factory=dict)
    misconceptions: tuple[Misconception, ...] = ()
    read: str = ""
    rtol: float = 1e-7
    float32: bool = True
    judge: Callable | None = None


@dataclass(frozen=True)
class Result:
    """What came of one check: the points, and what was found on each kind of input."""

    check: str
    score: float
    points: float
    findings: tuple[Finding, ...]

    @property
    def mistakes(self) -> list[str]:
        """Names of the mistakes that were recognised, each once."""
        return list(dict.fromkeys(f.name for f in self.findings if f.name))


def check(student_function, name, /, *, points=1.0, edge_cases=False, seed=0):
    """Compare a student's function with the reference; print a report, return the score.

    In a notebook a picture shows where the first wrong output is wrong.

    Parameters
    ----------
    student_function : callable
        The function to be checked. It gets copies of the inputs; what it prints is not shown.
    name : str
        Which check, for example ``"confusion_matrix"``.
    points : float
        What a function that is right everywhere earns.
    edge_cases : bool
        Also count the edge cases of the check, single precision, and arrays that are not
        contiguous, each worth as much as the ordinary inputs.
    seed : int
        Seed of the random inputs.

    Returns
    -------
    float
        Between 0 and ``points``: a plain float, which nbgrader reads as partial credit.

    Raises
    ------
    ValueError
        If there is no check of that name.
    """
    known = find(name)
    result = examine(student_function, known, name, points, edge_cases=edge_cases, seed=seed)
    wrong = [f for f in result.findings if not f.right]
    if not _recorders:  # a grader goes from one student to the next: nobody tries again there
        _tries.update((name, mistake) for mistake in result.mistakes)
    again = {mistake for (of, mistake), n in _tries.items() if of == name and n >= PATIENCE}
    print(report.text(result, {m.name: m.more for m in known.misconceptions if m.name in again}))
    picture.show(next((f for f in wrong if f.errors is not None), None))
    for recorder in _recorders:
        recorder.append(result)
    return result.score


def examine(student_function, known: Check, name, points, *, edge_cases, seed=0) -> Result:
    """What ``check`` finds, without saying it.

    Of a function in a sandbox that has answered all questions as another one, to the last bit, the
    same is found.
    """
    tried = trials.Tried(student_function, known, seed)
    task = known, name, points, edge_cases, seed
    result = recalled(task, tried)
    if result is None:
        result = judged(tried, known, name, points, edge_cases=edge_cases)
        keep(task, tried, result)
    return result


def recalled(task: tuple, tried: trials.Tried) -> Result | None:
    """What was found of one with the same answers; asks only what would be asked anyway."""
    seen = [task]
    for kinds in tried.rounds:
        answers = tried.ask(kinds)
        seen.append(answers and answers.fingerprint)
        if tuple(seen) not in _results:
            return None
        if result := _results[tuple(seen)]:
            return result
    return None


def keep(task: tuple, tried: trials.Tried, result: Result) -> None:
    """Keep what was found of these answers, and after which of them more was asked."""
    seen = [task, *tried.fingerprints()]
    if None in seen or tried.alone:
        return
    for end in range(2, len(seen)):
        _results[tuple(seen[:end])] = None
    _results[tuple(seen)] = result
    while len(_results) > RESULTS:
        del _results[next(iter(_results))]


def judged(tried: trials.Tried, known: Check, name, points, *, edge_cases) -> Result:
    """Score and findings."""
    # Kinds that are not counted are tried where they tell why the rest is wrong.
    diagnosis = Diagnosis(known, tried)
    outputs = range(len(known.outputs))
    sound = [index for index in outputs if diagnosis.right(trials.ORDINARY, index)]
    counted = list(tried) if edge_cases and sound else [trials.ORDINARY]
    earned = sum(diagnosis.right(kind, index) for kind in counted for index in sound)
    kinds = len(trials.draws(known)) if edge_cases else 1
    score = float(points) * earned / (kinds * len(known.outputs))
    findings = [f for kind in counted for f in diagnosis.findings(kind)]
    return Result(name, score, float(points), tuple(findings))


def find(name: str) -> Check:
    """The check called ``name``."""
    from course_lib.grading.assignments import CHECKS

    if name not in CHECKS:
        close = difflib.get_close_matches(name, CHECKS)
        there = f"did you mean {' or '.join(close)}?" if close else f"there are {', '.join(CHECKS)}"
        raise ValueError(f"check: there is no check {name!r}; {there}")
    return CHECKS[name]


@contextlib.contextmanager
def recorded():
    """A list to which every check that is called meanwhile adds its :class:`Result`."""
    results: list[Result] = []
    _recorders.append(results)
    try:
        yield results
    finally:
        _recorders.remove(results)
