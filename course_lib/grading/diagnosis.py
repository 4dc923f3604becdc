"""Why an output is wrong: the mistake that gives exactly what the student got.

Each check knows what students return who make a known mistake. An output that equals one of those
on every input, and not the right one, has that mistake. Where none fits, only what is certain is
said: a factor, a sign, a transpose, and on which kinds of input the output is right.
"""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from course_lib.grading import compare, trials
from course_lib.grading.trials import ORDINARY, Trial

CLEARLY = 100  # times the tolerance: by so much a mistake must change an output to be told from it


@dataclass(frozen=True)
class Finding:
    """What is known of some outputs of a function on one kind of input.

    Attributes
    ----------
    kind : str
        The kind of input, "on ordinary inputs" or "when …".
    outputs : tuple of str
    right : bool
    name : str
        The mistake, to count it by; "" where none fits.
    sentence : str
        What is wrong, for the student.
    hint, read : str
        Where to look: in the code, in the book.
    example : str
        One element that is wrong, and the inputs if they are few.
    errors : array or None
        Relative error of each element of the first output, for the picture.
    """

    kind: str
    outputs: tuple[str, ...]
    right: bool
    name: str = ""
    sentence: str = ""
    hint: str = ""
    read: str = ""
    example: str = ""
    errors: np.ndarray | None = None


class Diagnosis:
    """Everything that was tried of a student's function.

    Parameters
    ----------
    known : Check
    tried : Mapping of str to list of Trial
        By kind of input, ordinary ones first.
    """

    def __init__(self, known, tried: Mapping[str, list[Trial]]):
        self.known, self.tried = known, tried
        self.known_right: dict[tuple[str, int], bool] = {}

    def right(self, kind: str, index: int) -> bool:
        """Whether output ``index`` is right on every input of a kind."""
        if (kind, index) not in self.known_right:
            self.known_right[kind, index] = all(_right(t, index) for t in self.tried[kind])
        return self.known_right[kind, index]

    def findings(self, kind: str) -> list[Finding]:
        """What is right and what is wrong on a kind of input; outputs with one cause together.

        An output that is wrong on ordinary inputs is not looked at on others.
        """
        found: list[Finding] = []
        for index, output in enumerate(self.known.outputs):
            if kind != ORDINARY and not self.right(ORDINARY, index):
                continue
            new = self.finding(kind, index)
            for position, old in enumerate(found):
                same_cause = old.sentence == new.sentence and (old.right or old.name)
                if old.right == new.right and old.name == new.name and same_cause:
                    merged = {**vars(old), "outputs": (*old.outputs, output)}
                    found[position] = Finding(**merged)
                    break
            else:
                found.append(new)
        return found

    def finding(self, kind: str, index: int) -> Finding:
        """What is known of one output on one kind of input."""
        outputs = (self.known.outputs[index],)
        if self.right(kind, index):
            return Finding(kind, outputs, True)
        trial = next(t for t in self.tried[kind] if not _right(t, index))
        example, errors = "", None
        if trial.result is not None:
            got, wanted, atol = (
                part[index] for part in (trial.result, trial.expected, trial.tolerances)
            )
            example = compare.difference(got, wanted, outputs[0], atol)
            errors = compare.relative_errors(got, wanted)
        shown = compare.inputs(self.known.reference, trial.arguments)
        example = "\n".join(line for line in (example, shown) if line)
        read = self.known.read
        if (mistake := self.mistake(kind, index)) is not None:
            sentence = f"you seem to have {mistake.name}"
            read = mistake.read or read
            return Finding(
                kind, outputs, False, mistake.name, sentence, mistake.hint, read, example, errors
            )
        if trial.failure:
            name, sentence = trial.failure.name, trial.failure.sentence
            return Finding(kind, outputs, False, name, sentence, read=read, example=shown)
        name, sentence = self.pattern(kind, index)
        hint = "" if name else self.only(kind, index)
        return Finding(kind, outputs, False, name, sentence, hint, read, example, errors)

    def mistake(self, kind: str, index: int):
        """The misconception that explains output ``index`` on a kind of input; None if none does.

        A mistake that shows on ordinary inputs is not made by those who are right there. Where
        several fit, it is the one that agrees with most of all that came back, right or wrong.
        """
        sound = kind != ORDINARY and self.right(ORDINARY, index)
        candidates = [
            m
            for m in self.known.misconceptions
            if self.explains(m, kind, index) and not (sound and not self.agrees(m, ORDINARY, index))
        ]
        if len(candidates) < 2:
            return candidates[0] if candidates else None
        parts = [(k, i) for k in self.tried for i in range(len(self.known.outputs))]
        return max(candidates, key=lambda m: sum(self.agrees(m, k, i) for k, i in parts))

    def explains(self, mistake, kind: str, index: int) -> bool:
        """Whether a mistake gives the student's output on every input, and on some a wrong one."""
        return self.agrees(mistake, kind, index) and any(
            error
            or not compare.same(theirs[index], t.expected[index], CLEARLY * t.tolerances[index])
            for t in self.tried[kind]
            for theirs, error in [_imagined(self.known, mistake, t)]
        )

    def agrees(self, mistake, kind: str, index: int) -> bool:
        """Whether a mistake gives the student's output, or exception, on every input of a kind."""
        for t in self.tried[kind]:
            theirs, error = _imagined(self.known, mistake, t)
            if t.failure:
                return bool(error) and error == t.failure.error
            if error or not _equal_results(t, theirs, index):
                return False
        return True

    def pattern(self, kind: str, index: int) -> tuple[str, str]:
        """A name and a sentence for a simple relation that holds on every input; or two ""."""
        pairs = [(t.result[index], t.expected[index]) for t in self.tried[kind] if t.result]
        atols = [t.tolerances[index] for t in self.tried[kind]]
        for other, output in enumerate(self.known.outputs):
            elsewhere = [t.expected[other] for t in self.tried[kind]]
            if other != index and _all_same([p[0] for p in pairs], elsewhere, atols):
                return "returned outputs in another order", f"this is {output}; look at the order"
        if any(isinstance(wanted, list | tuple) for _, wanted in pairs):
            return "", ""
        wanted = [np.asarray(p[1]) for p in pairs]
        got = [g for g in (compare.numeric(p[0]) for p in pairs) if g is not None]
        if len(got) < len(pairs) or any(g.size != w.size for g, w in zip(got, wanted)):
            return "", ""
        if _all_same([g.T for g in got], wanted, atols):
            return "returned the transpose", "rows and columns are swapped"
        if _all_same([0 - g for g in got], wanted, atols):
            return "the opposite sign", "the sign is the opposite"
        return self.factor(kind, got, wanted)

    def factor(self, kind: str, got: list, wanted: list) -> tuple[str, str]:
        """The factor that every element is too large by, if there is one, and what it may be."""
        found = [compare.ratio(g, w) for g, w in zip(got, wanted)]
        ratios = [r for r in found if r is not None]
        if len(ratios) < len(found):
            return "", ""
        if np.allclose(ratios, ratios[0], rtol=1e-6):
            said = f"every element is {ratios[0]:.6g} times what it should be"
            return "a constant factor", said
        names = list(inspect.signature(self.known.reference).parameters)
        arguments = [t.arguments for t in self.tried[kind]]
        for position, name in enumerate(names):
            shapes = [
                np.shape(a[position]) for a in arguments if isinstance(a[position], np.ndarray)
            ]
            if len(shapes) != len(ratios):
                continue
            for axis in range(min(map(len, shapes))):
                lengths = np.array([shape[axis] for shape in shapes], float)
                where = f"the length of axis {axis} of {name}"
                if np.allclose(ratios, lengths, rtol=1e-6):
                    return "too large by a length", f"every element is too large by {where}"
                if np.allclose(ratios, 1 / lengths, rtol=1e-6):
                    return "too small by a length", f"every element is too small by {where}"
        return "", ""

    def only(self, kind: str, index: int) -> str:
        """On which other kinds of input an output that is wrong on ordinary ones is right."""
        if kind != ORDINARY:
            return ""
        right = [
            other
            for other in self.tried
            if other not in (ORDINARY, trials.FLOAT32, trials.STRIDED)
            and self.right(other, index)
            and any(compare.largest(t.expected[index]) > 0 for t in self.tried[other])
        ]
        return f"It is right {' and '.join(right)}." if right else ""


def _right(t: Trial, index: int) -> bool:
    return t.result is not None and compare.same(
        t.result[index], t.expected[index], t.tolerances[index]
    )


def _imagined(known, mistake, t: Trial) -> tuple[tuple, str]:
    """What a student with a mistake would return for a trial: outputs, or the exception's type."""
    if mistake not in t.imagined:
        t.imagined[mistake] = _imagine(known, mistake, t)
    return t.imagined[mistake]


def _imagine(known, mistake, t: Trial) -> tuple[tuple, str]:
    try:
        value = trials.run_own(mistake.returns, t.arguments)
    except Exception as error:
        return (), type(error).__name__
    if isinstance(value, dict):  # of the outputs that the mistake changes
        named = zip(known.outputs, t.expected)
        return tuple(value.get(name, right) for name, right in named), ""
    return (value,) if len(known.outputs) == 1 else tuple(value), ""


def _equal_results(t: Trial, theirs: tuple, index: int) -> bool:
    return t.result is not None and compare.same(
        t.result[index], theirs[index], t.tolerances[index]
    )


def _all_same(got: list, wanted: list, atols: list) -> bool:
    """Whether all are the same, and not only because all are 0."""
    return any(compare.largest(w) > atol for w, atol in zip(wanted, atols)) and all(
        compare.same(g, w, atol) for g, w, atol in zip(got, wanted, atols)
    )
