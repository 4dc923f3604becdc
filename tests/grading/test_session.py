"""Several calls in one question to the sandbox: as if each had been made by itself."""

import numpy as np
import pytest

from course_lib.grading import check, checks, trials
from course_lib.grading.functions import Waves


@pytest.fixture
def student(open_examiner):
    """``student(source, name)``: what the submission calls ``name``."""

    def look_up(source, name="f", **limits):
        return open_examiner(source, **limits).session.lookup(name)

    return look_up


def test_a_result_that_is_written_to_again_is_what_it_was(student):
    f = student(
        "import numpy as np\nkept = np.zeros(3)\ndef f(x):\n    kept[:] = x\n    return [kept]"
    )
    results = [
        done(x) for x, (done, _) in zip((1.0, 2.0), f.call_each([[(1.0,), (2.0,)]]).groups[0])
    ]
    np.testing.assert_array_equal(results, [[[1, 1, 1]], [[2, 2, 2]]])


def test_what_is_done_to_arguments_is_done_when_the_call_is_replayed(student):
    f = student("def f(a, b):\n    if a[0] == 0:\n        b[0][1] = 7\n    return 1")
    first, second = [np.zeros(2), [np.zeros(2)]], [np.ones(2), [np.ones(2)]]
    ((one, one_untouched), (two, two_untouched)), _ = f.call_each(
        [[tuple(first), tuple(second)], []]
    ).groups
    assert first[1][0].tolist() == [0, 0]
    assert [one(*first), two(*second)] == [1, 1]
    assert (first[0].tolist(), first[1][0].tolist()) == ([0, 0], [0, 7])
    assert (second[0].tolist(), second[1][0].tolist()) == ([1, 1], [1, 1])
    assert (one_untouched, two_untouched) == (False, True)


def test_what_is_printed_appears_when_the_call_is_replayed(student, capsys):
    ((_, (second, _)),) = student("def f(x):\n    print('got', x)").call_each([[(1,), (2,)]]).groups
    assert capsys.readouterr().out == ""
    second(2)
    assert capsys.readouterr().out == "got 2\n"


def test_nothing_in_a_group_is_called_after_a_failure(student):
    f = student("seen = []\ndef f(x):\n    seen.append(x)\n    return 1 / x, list(seen)")
    ((first, _), (second, _)), ((third, _),) = f.call_each([[(1,), (0,), (2,)], [(4,)]]).groups
    assert first(1) == (1.0, [1])
    assert third(4) == (0.25, [1, 0, 4])
    with pytest.raises(ZeroDivisionError, match="division by zero"):
        second(0)
    assert f(2) == (0.5, [1, 0, 4, 2])


def test_calls_that_are_too_slow_together_are_made_one_by_one(student):
    f = student("import time\ndef f(x):\n    time.sleep(x)\n    return x", call_seconds=1)
    session, left = f._session, f._session.seconds
    assert f.call_each([[(0.3,)], [(0.8,)]]).groups == []
    assert session.seconds == left
    assert [f(0.3), f(0.8)] == [0.3, 0.8]
    left = session.seconds
    assert f.call_each([[(0,)]]).groups == [], "tried once more"
    assert session.seconds == left


def test_no_more_calls_are_made_when_half_of_the_time_is_gone(student):
    f = student("import time\ndef f(x):\n    time.sleep(0.6)\n    return x", call_seconds=1)
    groups = f.call_each([[(1,), (2,)], [(3,)]]).groups
    assert [len(group) for group in groups] == [1]
    assert groups[0][0][0](1) == 1


def test_a_check_gives_the_same_points_through_the_sandbox(student):
    """Right, slow but within the limit of a call, and with one buffer for all results."""
    right = (
        "import numpy as np\nimport time\nkept = {}\n"
        "def f(grad_output, x, weight):\n    time.sleep(0.3)\n"
        "    for n, g in enumerate([grad_output @ weight, grad_output.T @ x]):\n"
        "        kept.setdefault((n, g.shape), np.empty(g.shape))[...] = g\n"
        "        g = kept[n, g.shape]\n"
        "    return grad_output @ weight, g, grad_output.sum(axis=0)\n"
    )
    assert check(student(right, call_seconds=1), "linear_backward", points=3) == 3


def test_a_known_function_travels_without_a_call_back(student):
    f = student("def f(g, x):\n    return g(x), type(g).__name__")
    waves = Waves(np.array([1.0, 2.0]), np.array([0.5, -1.0]))
    x = np.array([0.3, 0.4])
    value, name = f(waves, x)
    assert (value, name) == (waves(x), "Waves")
    assert value == pytest.approx(np.sin(0.6) + 2 * np.sin(0.8) + 3 * (0.15 - 0.4) ** 2)
    assert f(lambda x: 3.0, x) == (3.0, "Callback")


RIGHT = "def f(g, x, w):\n    return g @ w, g.T @ x, g.sum(axis=0)"
WRONG = "def f(g, x, w):\n    return g @ w, g.T @ x / len(x), g.sum(axis=0)"


@pytest.fixture
def judged(monkeypatch):
    """Names of the checks that had to be judged; nothing is known at the beginning."""
    done, judge = [], checks.judged
    monkeypatch.setattr(checks, "_results", {})
    monkeypatch.setattr(
        checks, "judged", lambda tried, *a, **k: done.append(a[1]) or judge(tried, *a, **k)
    )
    return done


def linear(function, **options):
    """What is found of a function that should be ``linear_backward``."""
    known = checks.find("linear_backward")
    task = {"edge_cases": True, "seed": 3} | options
    return checks.examine(function, known, "linear_backward", 4.0, **task)


@pytest.mark.parametrize("source", [RIGHT, WRONG])
def test_equal_answers_are_judged_once(student, judged, source):
    results = [linear(student(f"# student {n}\n{source}")) for n in range(3)]
    assert len(judged) == 1
    assert results[0] is results[1] is results[2]
    alone = linear(lambda g, x, w: (g @ w, g.T @ x / (len(x) if "/" in source else 1), g.sum(0)))
    assert (alone.score, alone.mistakes) == (results[0].score, results[0].mistakes)


def test_equal_answers_are_judged_once_after_many_other_checks(student, judged, monkeypatch):
    monkeypatch.setattr(trials, "_kept", dict.fromkeys(range(trials.KEPT)))
    results = [linear(student(RIGHT)) for _ in range(2)]
    assert len(judged) == 1
    assert results[0] is results[1]
    assert len(trials._kept) == trials.KEPT


def test_other_answers_and_other_tasks_are_judged_anew(student, judged):
    scores = [linear(student(source)).score for source in (RIGHT, WRONG, RIGHT)]
    assert scores[0] == scores[2] == 4.0 > scores[1]
    assert len(judged) == 2
    linear(student(RIGHT), seed=4)
    linear(student(RIGHT), edge_cases=False)
    assert len(judged) == 4


def test_answers_that_belong_to_one_session_are_judged_each_time(student, judged):
    for _ in range(2):
        kept = student("class Thing:\n    pass\ndef f(g, x, w):\n    return Thing(), 1, 2")
        assert linear(kept).score == 0
    assert len(judged) == 2


def test_calls_made_alone_are_not_remembered(student, judged):
    slow = "import time\n" + RIGHT.replace("    return", "    time.sleep(0.2)\n    return")
    for _ in range(2):
        assert linear(student(slow, call_seconds=0.6), edge_cases=False).score == 4.0
    assert len(judged) == 2


def test_few_results_are_kept(student, judged, monkeypatch):
    monkeypatch.setattr(checks, "RESULTS", 3)
    f = student(RIGHT)
    for seed in range(5):
        linear(f, seed=seed)
    assert len(checks._results) == 3
