# ruff: noqa: E501 (cells of a notebook, one in a line)
"""Test cells as instructors write them, with the student's names from the sandbox."""

import numpy as np
import pytest

from course_lib.grading import check, source
from course_lib.grading.assignment import Assignment, AssignmentError
from course_lib.grading.examiner import Examiner, score
from course_lib.grading.session import ProgramEnded
from course_lib.grading.source import SourceCell, Trusted, missing_names, parse

STUDENT = """
import numpy as np
from collections import namedtuple, OrderedDict

answer = 42
table = {"a": [1, 2], (1, 2): "pair"}
matrix = np.arange(6).reshape(2, 3)
Point = namedtuple("Point", "x y")

def double(x, factor=2, *, plus=0):
    "Doubles."
    return x * factor + plus

def root(x):
    if x < 0:
        raise ValueError(f"{x} is negative")
    return x ** 0.5

class OwnError(KeyError):
    pass

def fails():
    raise OwnError("own words")

def apply(f, x):
    return f(x) + 1

def twice(f):
    return lambda x: f(f(x))

def greet(name):
    print("Hello", name)

def point():
    return Point(1, 2)

def ordered():
    return OrderedDict(a=1)

def unique(values):
    return set(values)

def count():
    yield from range(3)

def sort_in_place(values):
    values.sort()

def fill(array):
    array[:] = 7
    return array

def draw(rng):
    return rng.normal(size=3)

def kind_of(x, dtype):
    return np.asarray(x, dtype=dtype)

class Vector:
    dimensions = 2
    def __init__(self, x, y=0.0):
        self.x, self.y = x, y
    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)
    def __eq__(self, other):
        return (self.x, self.y) == (other.x, other.y)
    def __getitem__(self, index):
        return (self.x, self.y)[index]
    def __len__(self):
        return 2
    def __repr__(self):
        return f"Vector({self.x}, {self.y})"
    def norm(self):
        return np.hypot(self.x, self.y)

class Equal:
    def __eq__(self, other):
        return True

class Child(Vector):
    pass

class Model:
    def __init__(self):
        self.weight = np.zeros(3)
    def __call__(self, x):
        return self.weight @ x
"""

PASSES = {
    "a function": "assert double(3) == 6",
    "keywords and defaults": "assert double(3, factor=3, plus=1) == 10",
    "an array": "np.testing.assert_array_equal(double(np.arange(3)), [0, 2, 4])",
    "its type": "assert double(np.float32(1.5)).dtype == np.float32",
    "data": "assert answer == 42 and table['a'] == [1, 2] and table[(1, 2)] == 'pair'",
    "a matrix": "assert matrix.shape == (2, 3) and matrix.sum() == 15",
    "an exception": "try:\n    root(-4)\n    assert False\nexcept ValueError as e:\n    assert 'negative' in str(e)",
    "pytest.raises": "import pytest\nwith pytest.raises(ValueError, match='-4 is negative'):\n    root(-4)",
    "an exception of their own": "try:\n    fails()\n    assert False\nexcept OwnError as e:\n    assert 'own words' in str(e)",
    "its base": "try:\n    fails()\n    assert False\nexcept KeyError:\n    pass",
    "a callback": "assert apply(lambda x: x**2, 3) == 10",
    "a callback with an array": "assert apply(np.sum, np.ones(4)) == 5",
    "a function of a function": "assert twice(double)(3) == 12 and twice(lambda x: x - 1)(3) == 1",
    "an exception in a callback": "try:\n    apply(lambda x: 1 / x, 0)\n    assert False\nexcept ZeroDivisionError:\n    pass",
    "what is printed": "import contextlib, io\nout = io.StringIO()\nwith contextlib.redirect_stdout(out):\n    greet('you')\nassert out.getvalue() == 'Hello you\\n'",
    "a named tuple": "x, y = point()\nassert (x, y) == (1, 2) == point()",
    "an ordered dict": "assert ordered() == {'a': 1}",
    "a set": "assert unique([1, 1, 2]) == {1, 2}",
    "a generator": "assert list(count()) == [0, 1, 2] and next(count()) == 0",
    "an instance": "v = Vector(3, 4)\nassert v.norm() == 5 and v.x == 3",
    "operators": "assert Vector(1) + Vector(2) == Vector(3) and Vector(1) != Vector(2)",
    "indices and length": "assert Vector(3, 4)[1] == 4 and len(Vector(1)) == 2 and list(Vector(3, 4)) == [3, 4]",
    "attributes of a class": "assert Vector.dimensions == 2 and Vector.__name__ == 'Vector'",
    "isinstance": "assert isinstance(Child(1), Vector) and issubclass(Child, Vector) and not isinstance(3, Vector)",
    "names of types": "assert type(Vector(1)).__name__ == 'Vector' and double.__name__ == 'double'",
    "documentation": "assert double.__doc__ == 'Doubles.'",
    "repr": "assert repr(Vector(1)) == 'Vector(1, 0.0)' and f'{Vector(1)}' == 'Vector(1, 0.0)'",
    "setting an attribute": "m = Model()\nm.weight = np.ones(3)\nassert m(np.arange(3)) == 3",
    "hasattr": "assert hasattr(Vector(1), 'norm') and not hasattr(Vector(1), 'other')",
    "a random generator": "assert np.allclose(draw(np.random.default_rng(3)), np.random.default_rng(3).normal(size=3))",
    "a type as argument": "assert kind_of([1], np.float32).dtype == kind_of([1], np.dtype('f4')).dtype == np.float32",
    "callable": "assert callable(double) and callable(Vector) and callable(Model())",
    "arguments stay what they are": "a = np.zeros(3)\nassert fill(a).sum() == 21 and a.sum() == 0",
    "functions for changing arguments": "values = [3, 1, 2]\nsort_in_place(values)\nassert values == [1, 2, 3]",
    "a deep copy": "import copy\nm = Model()\nn = copy.deepcopy(m)\nn.weight = np.ones(3)\nassert m.weight.sum() == 0",
    "a loop": "for k in range(3):\n    assert double(k) == 2 * k",
    "a helper": "def near(f, x, y):\n    return abs(f(x) - y) < 1e-12\nassert near(double, 2, 4)",
    "a helper from the cell before": "def later(x):\n    return double(x)\n",
    "and its use": "assert later(4) == 8",
    "a comprehension": "assert [double(k) for k in range(3)] == [0, 2, 4]",
    "unittest": "import unittest\nunittest.TestCase().assertAlmostEqual(root(2) ** 2, 2)",
    "timed": "%%time\nassert double(1) == 2",
}


@pytest.fixture(scope="module")
def shared(sandboxed, tmp_path_factory):
    examiner = Examiner(
        assignment=Assignment(in_place=("sort_in_place",), memory_mb=1024, call_seconds=20),
        source=[
            SourceCell("set-up", "import numpy as np", "setup"),
            SourceCell("written", "class Vector:\n    __add__ = __eq__ = None", "solution"),
        ],
        folder=tmp_path_factory.mktemp("source"),
        files={},
    )
    with examiner:
        outputs = examiner.student_cell(STUDENT)
        assert outputs == []
        yield examiner


@pytest.mark.parametrize("what", list(PASSES))
def test_any_test_cell_works_unchanged(shared, what):
    verdict = shared.test_cell(PASSES[what], what, 3.0)
    assert (verdict.problem, verdict.score) == (None, 3.0)


FAILS = {
    "a wrong value": (
        "assert double(3) == 7",
        "AssertionError",
        "this is not so: assert double(3) == 7",
    ),
    "with a message": ("assert double(3) == 7, 'not double'", "AssertionError", "not double"),
    "hidden": (
        "### BEGIN HIDDEN TESTS\nassert double(3) == 7\n### END HIDDEN TESTS",
        "AssertionError",
        "a hidden test is not passed",
    ),
    "an exception": ("root(-1)", "ValueError", "-1 is negative"),
    "no such name": ("assert nothing(3) == 1", "NameError", "name 'nothing' is not defined"),
    "an argument that cannot travel": (
        "double(object())",
        "TypeError",
        "an argument: a object cannot travel",
    ),
    "syntax": ("assert (", "SyntaxError", "was never closed"),
}


@pytest.mark.parametrize("what", list(FAILS))
def test_failures_are_said(shared, what):
    text, name, said = FAILS[what]
    verdict = shared.test_cell(text, what, 3.0)
    assert verdict.score == 0.0
    assert verdict.problem[0] == name and said in verdict.problem[1]


def test_an_object_is_no_number_where_the_solution_has_no_such_operator(shared):
    """Objects that the instructor adds and compares may not also be subtracted."""
    assert shared.trusted.special_methods == {"add", "eq"}
    verdict = shared.test_cell("assert abs(Vector(1) - 3) < 1", "test", 1.0)
    assert "is an object of the submission's, not a number" in verdict.problem[1]
    for text in ("Equal() == 5", "5 == Equal()", "Equal() in (5,)", "not Equal() != 5"):
        assert shared.test_cell(f"assert {text}", "test", 1.0).score == 0.0
    for text in ("np.asarray(Vector(1))", "np.allclose(Vector(1), 1)", "np.abs(Vector(1))"):
        assert shared.test_cell(f"assert {text} is not None", "test", 1.0).score == 0.0


def test_a_program_that_is_gone_is_started_again_without_the_cell_that_ended_it(open_examiner):
    examiner = open_examiner("import os\ndef f(): return 1", "def g(): os._exit(0)")
    with pytest.raises(ProgramEnded):
        examiner.student_cell("before = 1\nos._exit(1)")
    assert examiner.test_cell("assert f() == 1", "one", 1.0).problem is None
    verdict = examiner.test_cell("assert g() == 1", "two", 1.0)
    assert verdict.problem[0] == "ProgramEnded" and "is gone: it ended" in verdict.problem[1]
    assert examiner.test_cell("assert f() == 1", "three", 1.0).problem is None
    examiner.test_cell("g()", "four", 1.0)  # twice is enough
    assert examiner.test_cell("assert f() == 1", "five", 1.0).problem[0] == "ProgramEnded"


def test_a_check_notices_that_a_function_writes_to_its_arguments(open_examiner):
    examiner = open_examiner(
        "def accuracy(m):\n    share = m.trace() / m.sum()\n    m[:] = 0\n    return share",
        source=[("set-up", "from course_lib.grading import check", "setup")],
    )
    verdict = examiner.test_cell("check(accuracy, 'accuracy')", "test", 1.0)
    assert verdict.score == 0.0 and "changes the arrays that it is given" in verdict.printed


def test_time_limits(open_examiner):
    examiner = open_examiner(
        "import time\ndef slow(): time.sleep(60)\ndef f(): return 1",
        call_seconds=1,
        notebook_seconds=30,
    )
    assert examiner.test_cell("slow()", "one", 1.0).problem == (
        "TooSlow",
        "it was stopped after 1 s",
    )
    assert examiner.test_cell("assert f() == 1", "two", 1.0).problem is None
    examiner.session.seconds = 0.0
    verdict = examiner.test_cell("assert f() == 1", "three", 1.0)
    assert "it used all of its 30 s" in verdict.problem[1]


def test_an_endless_test_is_stopped_too(open_examiner):
    examiner = open_examiner("def forever():\n    while True:\n        yield 1.0", cell_seconds=2)
    verdict = examiner.test_cell("for _ in forever():\n    pass", "one", 1.0)
    assert verdict.score == 0.0 and verdict.problem[0] in ("TooSlow", "ProgramEnded")


def test_torch_tensors_travel(open_examiner):
    pytest.importorskip("torch")
    examiner = open_examiner(
        "import torch\ndef f(x): return torch.relu(x) * 2",
        packages=("numpy", "torch"),
        memory_mb=8192,
        call_seconds=60,
        cell_seconds=120,
    )
    text = "import torch\ntorch.testing.assert_close(f(torch.tensor([-1., 3.])), torch.tensor([0., 6.]))"
    assert examiner.test_cell(text, "test", 1.0).problem is None


@pytest.mark.parametrize(
    "value, points",
    [
        (None, 4.0),
        ("well done", 4.0),
        (2.5, 2.5),
        (np.float64(2.5), 2.5),
        (3, 3.0),
        (7.0, 4.0),
        (-1.0, 0.0),
        (float("nan"), 0.0),
        (float("inf"), 4.0),
        (True, 4.0),
        (False, 0.0),
        (np.bool_(False), 0.0),
    ],
)
def test_the_last_value_as_a_score(value, points):
    assert score(value, 4.0) == points


def test_the_last_value_is_no_score_if_the_student_makes_it(shared):
    assert shared.test_cell("assert answer == 42\ndouble(0.5)", "test", 4.0).score == 4.0
    assert shared.test_cell("min(1.0, 2.0)", "test", 4.0).score == 1.0


INSTRUCTOR = [
    SourceCell(None, "import numpy as np\nfrom math import isclose", "plain"),
    SourceCell(None, "def close(a, b):\n    return isclose(a, b)", "plain"),
    SourceCell("f", "import os\ndef f(x):\n    pass", "solution"),
    SourceCell("test", "assert close(f(1), 2)", "test"),
    SourceCell(None, "def close(a, b):\n    return True", "plain"),
]


def test_what_the_instructor_defines_is_never_the_students(open_examiner):
    """Even where the student can edit the cell that defines it."""
    examiner = open_examiner(
        "def f(x): return 100",
        "import types\nnp = types.SimpleNamespace(testing=None)\ndef close(a, b): return True",
        source=[(cell.name, cell.source, cell.role) for cell in INSTRUCTOR],
    )
    assert examiner.test_cell("assert close(f(1), 2)", "test", 1.0).score == 0.0
    assert examiner.test_cell("np.testing.assert_allclose(f(1), 2)", "test", 1.0).score == 0.0
    assert examiner.test_cell("assert close(f(1), 100)", "test", 1.0).problem is None


def test_origins():
    trusted = Trusted(INSTRUCTOR)
    assert trusted.origin("f", "test") is None
    assert trusted.origin("os", "test").key == (2, "os")  # an import counts wherever it is
    assert trusted.origin("close", "test").key == (1, None)  # the one above the test
    assert trusted.origin("close", None).key == (4, None)


@pytest.mark.parametrize(
    "cell, names",
    [
        ("y = f(x)", ["f", "x"]),
        ("x = 1\nf(x)", ["f"]),
        ("f(x)\nx = 1", ["f", "x"]),
        ("def g(a):\n    b = a\n    return h(a, b)", ["h"]),
        ("[f(i) for i in range(3)]", ["f"]),
        ("for k in data:\n    use(k)", ["data", "use"]),
        ("with open('x') as file:\n    read(file)", ["read"]),
        ("try:\n    f()\nexcept E as e:\n    str(e)", ["f", "E"]),
        ("lambda q: q + w", ["w"]),
        ("import a.b as c, d.e\nc, d", []),
        ("x += 1", ["x"]),
        ("class A(B):\n    y = z", ["B", "z"]),
        ("%matplotlib inline\nf()", ["f"]),
    ],
)
def test_names_that_a_cell_needs(cell, names):
    assert sorted(missing_names(parse(cell))) == sorted(names)


def test_hidden_lines():
    cell = "a\n### BEGIN HIDDEN TESTS\nb\n### END HIDDEN TESTS\nc"
    assert source.without_hidden(cell) == "a\nc"
    assert source.without_hidden("a\n### BEGIN HIDDEN TESTS\nb") == "a"


def test_a_check_in_a_students_cell_counts_nothing(open_examiner):
    examiner = open_examiner()
    out = examiner.student_cell(
        "from course_lib.grading import check\ncheck(len, 'accuracy', points=9)"
    )
    assert "only the assignment's own checks count" in out[0]["text"]
    assert out[1]["data"]["text/plain"] == "0.0"


def test_an_assignment_says_what_is_wrong_with_it(tmp_path):
    path = tmp_path / "assignment.toml"
    assert Assignment.read(path) == Assignment()
    for text, said in {
        "memory = 3": "unknown key 'memory'",
        "memory_mb = -3": "memory_mb is -3, expected a positive number",
        "packages = 'numpy'": "packages is 'numpy', expected a list of names",
        "packages": "not TOML",
    }.items():
        path.write_text(text)
        with pytest.raises(AssignmentError, match=said):
            Assignment.read(path)
    path.write_text('packages = ["numpy", "torch"]\nmemory_mb = 8000')
    assert Assignment.read(path).packages == ("numpy", "torch")


ASSUMES_NO_GAPS = """
import numpy as np

def accuracy(confusion):
    rows, columns = confusion.shape
    there = (columns * confusion.itemsize, confusion.itemsize)
    together = np.lib.stride_tricks.as_strided(confusion, confusion.shape, there)
    return np.trace(together) / together.sum() if together.sum() else 0.0
"""


def test_an_answer_that_fails_on_gaps_loses_in_the_sandbox_what_it_loses_outside(
    open_examiner, capsys
):
    outside: dict = {}
    exec(ASSUMES_NO_GAPS, outside)
    expected = check(outside["accuracy"], "accuracy", points=2, edge_cases=True)
    assert "when the arrays are not contiguous in memory" in capsys.readouterr().out
    examiner = open_examiner(
        ASSUMES_NO_GAPS, source=[("set-up", "from course_lib.grading import check", "setup")]
    )
    test = "check(accuracy, 'accuracy', points=2, edge_cases=True)"
    assert 0 < examiner.test_cell(test, "accuracy", 2.0).score == expected < 2
