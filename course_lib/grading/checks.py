"""``check``: a student's function beside the reference, on random inputs, with partial credit.

A :class:`Check` knows a reference function and how to draw inputs for it: ordinary ones, and
edge cases by name. Every kind of input that a function gets right earns its share of the points,
output by output; edge cases count only for outputs that are right on ordinary inputs, so that a
function that always returns 0 does not earn the cases in which 0 happens to be right.
"""

import contextlib
import copy
import io
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from course_lib.grading import compare

Draw = Callable[[np.random.Generator], tuple]
WIDTH = 86  # characters of a report line, as many as a feedback page shows
DRAWS = 5  # inputs of each kind: enough that a lucky guess does not pass


@dataclass(frozen=True)
class Check:
    """What the grader knows about one function that a student writes.

    Attributes
    ----------
    reference : callable
        The right function; same arguments and outputs as the student's.
    ordinary : callable
        ``ordinary(rng)`` draws a tuple of arguments.
    outputs : tuple of str
        Names of what the function returns, for the report.
    edge_cases : mapping of str to callable
        Name of the case (completing the sentence "when …"), and how to draw one.
    """

    reference: Callable
    ordinary: Draw
    outputs: tuple[str, ...]
    edge_cases: Mapping[str, Draw] = field(default_factory=dict)


def check(student_function, name, /, *, points=1.0, edge_cases=False, seed=0):
    """Compare a student's function with the reference; print a report, return the score.

    Parameters
    ----------
    student_function : callable
        The function to be checked. It gets copies of the inputs; what it prints is not shown.
    name : str
        Which check, for example ``"confusion_matrix"``.
    points : float
        What a function that is right everywhere earns.
    edge_cases : bool
        Also try the edge cases of the check, each worth as much as the ordinary inputs.
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
    rng = np.random.default_rng(seed)
    ordinary = try_inputs(student_function, known, known.ordinary, rng)
    results = {"on ordinary inputs": ordinary}
    if edge_cases and any(problem is None for problem in ordinary):
        for case, draw in known.edge_cases.items():
            found = try_inputs(student_function, known, draw, rng)
            results[f"when {case}"] = found

    kinds = 1 + len(known.edge_cases) * edge_cases
    earned = sum(
        problem is None and basis is None
        for found in results.values()
        for problem, basis in zip(found, ordinary)
    )
    score = float(points) * earned / (kinds * len(known.outputs))
    print(report(name, known.outputs, results, score, points))
    return score


def find(name: str) -> Check:
    """The check called ``name``."""
    from course_lib.grading.assignments import CHECKS

    if name not in CHECKS:
        raise ValueError(f"check: there is no check {name!r}; there are {', '.join(CHECKS)}")
    return CHECKS[name]


def try_inputs(student_function, known: Check, draw: Draw, rng) -> list[str | None]:
    """For each output: None if it was right on every draw, else what was wrong with the first."""
    problems: list[str | None] = [None] * len(known.outputs)
    for _ in range(DRAWS):
        arguments = draw(rng)
        result, failure = call(student_function, arguments)
        expected = known.reference(*arguments)
        if len(known.outputs) == 1:
            result, expected = (result,), (expected,)
        failure = failure or compare.number_of_outputs(result, known.outputs)
        for index, name in enumerate(known.outputs):
            if problems[index] is None:
                problem = failure or compare.difference(result[index], expected[index], name)
                problems[index] = (
                    problem and f"{problem}\n{compare.inputs(known.reference, arguments)}".rstrip()
                )
        if all(problems):
            break
    return problems


def call(student_function, arguments: tuple):
    """Call with copies of ``arguments``: (result, None), or (None, why there is no result)."""
    if not callable(student_function):
        return None, f"expected a function, got {compare.describe(student_function)}"
    given = copy.deepcopy(arguments)
    # In the examiner it is a proxy; called in this way it brings back what became of its copies.
    function = getattr(student_function, "call_in_place", student_function)
    silence = io.StringIO()
    try:
        with contextlib.redirect_stdout(silence), contextlib.redirect_stderr(silence):
            result = function(*given)
    except NotImplementedError:
        return None, "not written yet"
    except (Exception, SystemExit) as error:
        return None, f"it raised {type(error).__name__}: {error}".rstrip(": ")
    if compare.changed(given, arguments):
        return None, "it changes the arrays that it is given; work on a copy"
    return result, None


def report(name, outputs, results, score, points) -> str:
    """The text that the student reads."""
    said = [f"{name}: {round(score, 2):g} of {points:g} points"]
    for kind, problems in results.items():
        if not any(problems):
            said.append(f"  ✓ right {kind}")
        elif len(set(problems)) == 1:
            said.append(f"  ✗ wrong {kind}: {problems[0]}")
        else:
            for output, problem in zip(outputs, problems):
                said.append(
                    f"  ✗ {output} is wrong {kind}: {problem}"
                    if problem
                    else f"  ✓ {output} is right {kind}"
                )
    lines = "\n".join(said).splitlines()
    return "\n".join(textwrap.fill(line, WIDTH, subsequent_indent=" " * 6) for line in lines)
