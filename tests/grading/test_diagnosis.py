"""What a report says about functions that are wrong, on a check made for these tests."""

import base64
import dataclasses
import io
import types

import numpy as np
import pytest
from PIL import Image, ImageDraw

from course_lib.grading import assignments, check, checks, examine, outputs, picture
from course_lib.grading.checks import Check, Misconception
from course_lib.grading.examiner import Verdict


def reference(grad, x):
    """Gradients of a linear map: of its weight (K, D), and of its bias (K,)."""
    return grad.T @ x, grad.sum(0)


def draw(rng, n=None, scale=1.0):
    n = n or int(rng.integers(4, 9))
    return scale * rng.normal(size=(n, 3)), rng.normal(size=(n, 2))


def right(grad, x):
    return grad.T @ x, grad.sum(0)


LINEAR = Check(
    reference,
    draw,
    ("grad_weight", "grad_bias"),
    edge_cases={
        "there is one sample": lambda rng: draw(rng, n=1),
        "the values are large": lambda rng: draw(rng, scale=1e4),
    },
    misconceptions=(
        Misconception(
            "averaged twice",
            lambda g, x: (g.T @ x / len(g), g.sum(0) / len(g)),
            hint="Who divides by N?",
            more="The loss does.",
        ),
        Misconception(
            "not summed over the batch", lambda g, x: {"grad_bias": g}, hint="What is its shape?"
        ),
        Misconception(
            "taken the first sample only",
            lambda g, x: (np.outer(g[0], x[0]), g[0]),
            hint="And the others?",
        ),
        Misconception(
            "let large values overflow",
            lambda g, x: {"grad_bias": g.sum(0) * np.where(np.abs(g).max() > 100, np.nan, 1)},
            hint="What is the largest number of its kind?",
        ),
        Misconception("asked for a tenth sample", lambda g, x: g[9], hint="Count."),
    ),
    read="backpropagation/chain-rule#delta",
)


@pytest.fixture(autouse=True)
def known(monkeypatch):
    monkeypatch.setitem(assignments.CHECKS, "linear", LINEAR)
    monkeypatch.setattr(checks, "_tries", type(checks._tries)())


@pytest.fixture
def said(capsys):
    """``said(function)``: score and report, in one line, with everything counted."""

    def run(function, **settings):
        score = check(function, "linear", **{"points": 10, "edge_cases": True, **settings})
        return score, " ".join(capsys.readouterr().out.split())

    return run


def test_right_everywhere(said):
    score, text = said(right)
    assert score == 10.0
    assert "✗" not in text and "when there is one sample, when the values are large" in text
    assert "float32" in text and "not contiguous" in text


def test_one_mistake_in_two_outputs_is_said_once(said):
    score, text = said(lambda g, x: (np.einsum("nk,nd->kd", g, x) / len(x), np.mean(g, axis=0)))
    assert score == 0.0
    assert "grad_weight and grad_bias are wrong: you seem to have averaged twice" in text
    assert text.count("Who divides by N?") == 1
    assert "Read: book/backpropagation/chain-rule.html#delta" in text


def test_two_mistakes_in_two_outputs_are_both_named(said):
    score, text = said(lambda g, x: (g.T @ x / len(g), g))
    assert score == 0.0
    assert "grad_weight is wrong: you seem to have averaged twice" in text
    assert "grad_bias is wrong: you seem to have not summed over the batch" in text


def test_a_mistake_must_agree_on_every_input(said):
    calls = []

    def not_always(g, x):
        calls.append(len(g))
        return g.T @ x / (len(g) if len(calls) != 3 else 7.5), g.sum(0)

    _, text = said(not_always)
    assert "grad_weight is wrong" in text and "you seem" not in text


def test_a_mistake_that_only_shows_in_an_edge_case(said):
    def overflows(g, x):
        weight, bias = right(g, x)
        return weight, np.full(3, np.nan) if np.abs(g).max() > 100 else bias

    score, text = said(overflows)
    assert score == pytest.approx(9.0)  # one output of two on one kind of five
    assert "grad_bias is wrong when the values are large: you seem to have let large" in text
    assert "✓ grad_weight is right when the values are large" in text


def test_an_exception_can_be_a_mistake(said):
    def tenth(g, x):
        g.sum(0)
        raise IndexError("index 9 is out of bounds")

    score, text = said(tenth)
    assert score == 0.0
    assert "you seem to have asked for a tenth sample" in text


def test_a_stronger_hint_comes_with_the_third_time(said):
    twice = lambda g, x: (g.T @ x / len(g), g.sum(0))  # noqa: E731
    texts = [said(twice)[1] for _ in range(3)]
    assert ["The loss does." in text for text in texts] == [False, False, True]


def test_what_other_students_did_changes_no_feedback(said):
    twice = lambda g, x: (g.T @ x / len(g), g.sum(0))  # noqa: E731
    with checks.recorded():
        texts = {said(twice)[1] for _ in range(5)}
    assert len(texts) == 1 and "The loss does." not in texts.pop()


@pytest.mark.parametrize(
    ("function", "fact"),
    [
        (lambda g, x: (3 * (g.T @ x), g.sum(0)), "every element is 3 times what it should be"),
        (lambda g, x: (-g.T @ x, g.sum(0)), "the sign is the opposite"),
        (lambda g, x: (x.T @ g, g.sum(0)), "rows and columns are swapped"),
        (lambda g, x: (g.sum(0), g.T @ x), "grad_weight is wrong: this is grad_bias"),
        (
            lambda g, x: (g.T @ x * len(g), g.sum(0)),
            "every element is too large by the length of axis 0 of grad",
        ),
        (
            lambda g, x: (g.T @ x + (len(g) > 1), g.sum(0)),
            "It is right when there is one sample.",
        ),
        (lambda g, x: (g.T @ x + 1, g.sum(0)), "grad_weight[0, 0] is "),
        (lambda g, x: (g.T @ x, g.sum(0).astype(int)), "grad_bias[1] is "),
    ],
)
def test_without_a_known_mistake_what_is_certain_is_said(said, function, fact):
    score, text = said(function)
    assert score < 10.0
    assert fact in text and "you seem" not in text


def test_wrong_in_single_precision_only(said):
    def careless(g, x):
        return g.T @ x, g.sum(0) + (g.dtype == np.float32)

    score, text = said(careless)
    assert score == pytest.approx(9.0)
    assert "grad_bias is wrong when the arrays are float32" in text


def test_wrong_with_gaps_in_memory_only(said):
    def assumes(g, x):
        weight, bias = right(g, x)
        flat = np.lib.stride_tricks.as_strided(g, g.shape, (8 * g.shape[1], 8))
        return weight, bias if flat.dtype != np.float64 else flat.sum(0)

    score, text = said(assumes)
    assert score == pytest.approx(9.0)
    assert "grad_bias is wrong when the arrays are not contiguous in memory" in text


class Cursed:
    """Fails at whatever is asked of it."""

    def __getattr__(self, name):
        raise RuntimeError(name)

    def __repr__(self):
        raise RuntimeError("no")

    def __array__(self, *_, **__):
        raise KeyError("no")


class Huge:
    """As large as no memory is."""

    def __new__(cls):
        return np.broadcast_to(np.float64(1.0), (10**9, 10**9))


ODD = [
    None,
    0,
    "text",
    Cursed(),
    Huge(),
    np.nan,
    [],
    [[1, 2], [3]],
    {"grad_weight": 1},
    np.array(["a"]),
    np.array([None, 1], dtype=object),
    np.zeros(0),
    np.ma.masked_all(3),
    types.SimpleNamespace(shape=(3, 2)),
    (i for i in range(3)),
    2**4000,
    b"bytes",
]


@pytest.mark.parametrize("value", ODD, ids=lambda v: type(v).__name__)
def test_whatever_is_returned_costs_points_and_nothing_else(said, value):
    assert said(lambda g, x: (value, g.sum(0)))[0] == pytest.approx(5.0)
    assert said(lambda g, x: value)[0] == 0.0
    assert said(value)[0] == 0.0


@pytest.mark.parametrize("name", list(assignments.CHECKS))
def test_no_check_breaks_on_what_is_returned(name):
    known = assignments.CHECKS[name]
    for value in ODD:
        for result in (value, [value] * len(known.outputs), (value,) * len(known.outputs)):
            found = checks.examine(lambda *_, r=result: r, known, name, 1.0, edge_cases=True)
            assert found.score < 1.0


def test_other_types_of_the_right_numbers_are_right(said):
    torch = pytest.importorskip("torch")
    assert said(lambda g, x: [w.tolist() for w in right(g, x)])[0] == 10.0
    assert said(lambda g, x: tuple(map(torch.from_numpy, right(g, x))))[0] == 10.0
    assert said(lambda g, x: tuple(w.astype(complex) for w in right(g, x)))[0] == 10.0


def test_small_is_not_zero(said):
    """The tolerance is scaled: of a gradient of 1e-9 a zero is no good approximation."""
    small = Check(lambda x: 1e-9 * x, lambda rng: (rng.normal(size=6),), ("y",))
    result = checks.examine(lambda x: 0 * x, small, "small", 1.0, edge_cases=False)
    assert result.score == 0.0


def test_lists_of_arrays_are_compared_one_by_one():
    def scaled(weights):
        return [2 * w for w in weights]

    def layers(rng):
        return ([rng.normal(size=(3, 2)), rng.normal(size=4)],)

    known = Check(scaled, layers, ("grads",))
    examine = lambda f: checks.examine(f, known, "layers", 1.0, edge_cases=True)  # noqa: E731
    assert examine(lambda ws: tuple(w + w for w in ws)).score == 1.0

    def shared(weights):
        weights[1] *= 2
        return [2 * weights[0], weights[1]]

    for wrong, sentence in {
        (lambda ws: [2 * ws[0], ws[1]]): "grads[1][0] is ",
        (lambda ws: [2 * ws[0]]): "grads: expected a list of 2, got one of 1",
        (lambda ws: 5.0): "grads: expected a list of 2, got float 5.0",
        (lambda ws: [2 * ws[0], 2 * ws[1][:3]]): "grads[1]: expected an array of shape (4,), got",
    }.items():
        (finding,) = examine(wrong).findings
        assert finding.example.startswith(sentence)
    (finding,) = examine(shared).findings
    assert finding.name == "changed its arguments"


def test_results_are_recorded_for_those_who_report_on_a_class(said):
    with checks.recorded() as results:
        said(lambda g, x: (g.T @ x / len(g), g), points=4)
        said(right)
    said(right)
    assert [(r.check, r.score, r.points) for r in results] == [
        ("linear", 0.0, 4.0),
        ("linear", 10.0, 10.0),
    ]
    assert results[0].mistakes == ["averaged twice", "not summed over the batch"]


def test_the_picture_shows_where_an_output_is_wrong():
    def third_column(g, x):
        weight, bias = right(g, x)
        weight[:, 1] = 0
        return weight, bias

    result = checks.examine(third_column, LINEAR, "linear", 1.0, edge_cases=False)
    finding = next(f for f in result.findings if not f.right)
    assert finding.errors.shape == (3, 2)
    assert not finding.errors[:, 0].any() and finding.errors[:, 1].all()
    assert picture.alt(finding) == "Heat map of grad_weight: 50% of its elements are wrong."
    by_all = dataclasses.replace(finding, errors=np.sign(finding.errors))
    image = Image.open(io.BytesIO(picture.png(by_all))).convert("RGB")
    x, y = picture.MARGIN + 13, picture.TOP + 13  # the middle of the first square
    squares = [[image.getpixel((x + c * 28, y + r * 28)) for c in (0, 1)] for r in (0, 1, 2)]
    assert squares == [[(255, 255, 255), (178, 24, 43)]] * 3


def test_the_picture_leaves_gaps_between_matrices_and_shows_a_part_of_many(finding_of):
    small, large = finding_of(np.ones((2, 3, 4))), finding_of(np.ones((100, 200)))
    column = np.asarray(Image.open(io.BytesIO(picture.png(small))))[
        picture.TOP :, picture.MARGIN + 5
    ]
    edges = np.flatnonzero(column == picture.EDGE)[::2]  # each square has one above and one below
    assert np.diff(edges)[:5].tolist() == [28, 28, 28 + picture.GAP, 28, 28]
    width, height = Image.open(io.BytesIO(picture.png(large))).size
    assert width >= 5 * picture.COLUMNS and 5 * picture.ROWS < height < 5 * picture.ROWS + 100


def test_the_picture_says_what_it_shows_and_what_errors_are_compared_with(monkeypatch, finding_of):
    said = []
    monkeypatch.setattr(ImageDraw.ImageDraw, "text", lambda *a, **_: said.append(a[2]))
    for kept in (picture.drawn, picture.written, picture.legend):
        kept.cache_clear()
    picture.png(finding_of(np.full((2, 3), 0.3)))
    assert set(said) == {
        "where grad_weight is wrong (shape 2 x 3)",
        "right",
        "off by 30 % of the largest",
        "by 100 % or more",
    }
    for kept in (picture.drawn, picture.written, picture.legend):
        kept.cache_clear()


@pytest.fixture
def finding_of():
    """A finding with the given errors."""
    result = checks.examine(lambda g, x: (g, x), LINEAR, "linear", 1.0, edge_cases=False)
    return lambda errors: dataclasses.replace(result.findings[0], errors=errors)


def test_feedback_has_the_picture_and_the_report_on_the_class_the_names():
    result = checks.examine(
        lambda g, x: (g.T @ x / len(g), g.sum(0)), LINEAR, "linear", 2.0, edge_cases=False
    )
    stream, shown, score = outputs.of_test(Verdict(1.0, "linear: …", checks=[result]), 7)
    assert shown.data["text/plain"] == "Heat map of grad_weight: 100% of its elements are wrong."
    assert base64.b64decode(shown.data["image/png"]).startswith(outputs.PNG)
    assert (stream.text, score.data["text/plain"]) == ("linear: …", "1.0")
    assert examine.summary(result) == {
        "check": "linear",
        "score": 1.0,
        "points": 2.0,
        "mistakes": [
            {
                "name": "averaged twice",
                "outputs": ["grad_weight"],
                "kind": "on ordinary inputs",
                "sentence": "you seem to have averaged twice",
            }
        ],
    }
