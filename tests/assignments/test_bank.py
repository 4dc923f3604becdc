"""The grader names the mistakes in what students write, and names none in what is right."""

from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from course_lib.grading import checks
from course_lib.grading.assignments import CHECKS
from course_lib.grading.bank import answers

ANSWERS = answers(Path(__file__).parent / "bank")
LABELS = [f"{a.assignment}: {a.check}: {a.story}" for a in ANSWERS]
SEEDS = (1, 2)


def function(answer):
    """The student's function: the one that is called like the check, else the last one."""
    names: dict = {"np": np, "__name__": "__main__"}
    exec(compile(answer.code, f"<{answer.story}>", "exec"), names)
    return names.get(answer.check, [value for value in names.values() if callable(value)][-1])


@pytest.fixture(scope="module")
def results():
    """What the hidden check finds in every answer, once a seed."""
    return [
        [
            checks.examine(
                function(answer),
                checks.find(answer.check),
                answer.check,
                1.0,
                edge_cases=True,
                seed=s,
            )
            for s in SEEDS
        ]
        for answer in ANSWERS
    ]


@pytest.mark.parametrize("index", range(len(ANSWERS)), ids=LABELS)
def test_an_answer_gets_what_it_deserves(results, index):
    """Right: full marks, nothing said. Wrong: less, and never the name of another mistake."""
    answer = ANSWERS[index]
    for result in results[index]:
        if answer.right:
            assert result.score == 1.0 and result.mistakes == []
        else:
            assert result.score < 1.0
            assert set(result.mistakes) <= answer.told


def test_the_figures_over_the_whole_bank(results, capsys):
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for answer, found in zip(ANSWERS, results):
        count = counts[answer.assignment]
        if answer.right:
            count[0] += 1
            count[1] += all(r.score == 1.0 for r in found)
        else:
            count[2] += 1
            count[3] += all(set(r.mistakes) == answer.told for r in found)
    with capsys.disabled():
        print(f"\n{'assignment':14}{'right':>7}{'full marks':>12}{'wrong':>7}{'mistake named':>15}")
        for name, (right, full, wrong, named) in counts.items():
            print(f"{name:14}{right:7}{full:12}{wrong:7}{named:15}")
    right, full, wrong, named = (sum(c) for c in zip(*counts.values()))
    assert right >= 30 and wrong >= 120
    assert full == right
    assert named >= 0.95 * wrong


@pytest.mark.parametrize("name", list(CHECKS))
def test_every_mistake_is_somebodys(name):
    """A mistake in the registry that no answer in the bank makes has never been seen to work."""
    made = {told for a in ANSWERS if a.check == name for told in a.told}
    assert {m.name for m in CHECKS[name].misconceptions} <= made


def test_there_are_sixty_mistakes():
    assert sum(len(known.misconceptions) for known in CHECKS.values()) >= 60
