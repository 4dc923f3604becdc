import sys

import numpy as np
import pytest

from course_lib.grading import check
from course_lib.grading.assignments import CHECKS
from course_lib.grading.checks import Check, examine
from course_lib.grading.trials import Failure


def right_matrix(y_true, y_pred, num_classes):
    matrix = np.zeros((num_classes, num_classes), int)
    for t, p in zip(y_true, y_pred):
        matrix[t, p] += 1
    return matrix


def right_precision_recall(matrix):
    tp, predicted, positive = matrix[1, 1], matrix[:, 1].sum(), matrix[1].sum()
    return tp / predicted if predicted else 0.0, tp / positive if positive else 0.0


def test_a_right_function_gets_all_points_as_a_plain_float(capsys):
    score = check(right_matrix, "confusion_matrix", points=3, edge_cases=True)
    assert score == 3.0
    assert type(score) is float  # nbgrader gives full marks for a repr like np.float64(0.0)
    said = capsys.readouterr().out
    assert "3 of 3 points" in said and "✗" not in said


def test_swapped_rows_and_columns_are_called_that(capsys):
    assert check(lambda t, p, n: right_matrix(p, t, n), "confusion_matrix", points=3) == 0.0
    assert "you seem to have swapped rows and columns" in capsys.readouterr().out


def test_credit_by_output(capsys):
    def recall_is_wrong(matrix):
        return right_precision_recall(matrix)[0], 0.123

    assert check(recall_is_wrong, "precision_recall", points=4) == 2.0
    said = capsys.readouterr().out
    assert "✓ the precision is right on ordinary inputs\n" in said
    assert "✗ the recall is wrong\n      the recall is 0.123, expected" in said


def test_credit_by_edge_case(capsys):
    """Wrong in one output of one kind of input of four: seven eighths of the points."""

    def forgets_one_case(matrix):
        with np.errstate(invalid="ignore"):
            return right_precision_recall(matrix)[0], matrix[1, 1] / matrix[1].sum()

    score = check(forgets_one_case, "precision_recall", points=8, edge_cases=True)
    assert score == pytest.approx(7.0)
    assert "the recall is nan, expected 0" in capsys.readouterr().out


@pytest.mark.parametrize("name", list(CHECKS))
def test_a_constant_earns_nothing_even_where_it_happens_to_be_right(name):
    outputs = len(CHECKS[name].outputs)
    zero = 0.0 if outputs == 1 else (0.0,) * outputs
    assert check(lambda *_: zero, name, points=2, edge_cases=True) == 0.0


WRONG = {
    "expected numbers, got None": lambda m: None,
    "expected numbers, got str": lambda m: "0.5",
    "expected numbers, got list": lambda m: [object()],
    "expected a single number, got an array of shape (3,)": lambda m: np.zeros(3),
    "it raised IndexError: index 9 is out of bounds": lambda m: m[9],
    "it raised SystemExit": lambda m: sys.exit(),
    "is nan, expected": lambda m: float("nan"),
    "not written yet": lambda m: (_ for _ in ()).throw(NotImplementedError),
}


@pytest.mark.parametrize("said", list(WRONG))
def test_whatever_comes_back_is_described(said, capsys):
    assert check(WRONG[said], "accuracy", edge_cases=True) == 0.0
    assert said in " ".join(capsys.readouterr().out.split())


def test_wrong_number_of_outputs(capsys):
    assert check(lambda m: 0.5, "precision_recall") == 0.0
    said = " ".join(capsys.readouterr().out.split())
    assert "expected 2 values (the precision, the recall), got float 0.5" in said


def test_a_number_of_numpy_is_described_by_its_value(capsys):
    check(lambda m: np.float64(-0.0555972533259), "precision_recall")
    said = " ".join(capsys.readouterr().out.split())
    assert "the recall), got float64 -0.0555972533259" in said


def test_a_constant_factor_is_noticed(capsys):
    assert check(lambda t, p, n: 3 * right_matrix(t, p, n), "confusion_matrix") == 0.0
    assert "every element is 3 times what it should be" in capsys.readouterr().out


def test_a_function_that_writes_to_its_arguments_is_told_so(capsys):
    def empties(matrix):
        share = np.trace(matrix) / matrix.sum()
        matrix[:] = 0
        return share

    assert check(empties, "accuracy") == 0.0
    assert "changes the arrays that it is given" in capsys.readouterr().out


def test_what_the_student_prints_does_not_reach_the_notebook(capsys):
    """nbgrader gives zero to a cell with anything on stderr."""

    def chatty(matrix):
        print("out")
        print("err", file=sys.stderr)
        return np.trace(matrix) / matrix.sum()

    assert check(chatty, "accuracy") == 1.0
    captured = capsys.readouterr()
    assert captured.err == "" and "out" not in captured.out


def test_lists_and_torch_tensors_are_accepted():
    torch = pytest.importorskip("torch")
    as_list = lambda t, p, n: right_matrix(t, p, n).tolist()  # noqa: E731
    as_tensor = lambda t, p, n: torch.from_numpy(right_matrix(t, p, n))  # noqa: E731
    assert check(as_list, "confusion_matrix") == 1.0
    assert check(as_tensor, "confusion_matrix") == 1.0


def test_the_same_seed_draws_the_same_inputs_and_another_seed_others():
    def seen(seed):
        calls = []
        check(lambda m: calls.append(m.copy()), "accuracy", seed=seed)
        return calls[0]

    assert np.array_equal(seen(1), seen(1))
    assert not np.array_equal(seen(1), seen(2))


def test_no_such_check():
    with pytest.raises(ValueError, match=r"no check 'acuracy'; did you mean accuracy\?$"):
        check(len, "acuracy")
    with pytest.raises(ValueError, match=r"no check 'xyz'; there are .*confusion_matrix, accuracy"):
        check(len, "xyz")


def test_reports_fit_a_feedback_page(capsys):
    check(lambda t, p, n: right_matrix(p, t, n), "confusion_matrix", edge_cases=True)
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 86


def test_a_report_shows_the_input_by_name(capsys):
    check(lambda matrix: 2.0, "accuracy")
    assert "for matrix = [[" in capsys.readouterr().out


def test_an_output_that_is_always_0_earns_nothing_beside_one_that_is_right():
    def no_recall(matrix):
        return right_precision_recall(matrix)[0], 0.0

    assert check(no_recall, "precision_recall", points=6, edge_cases=True) == 3.0


def test_a_mistake_that_shows_on_ordinary_inputs_is_not_found_on_edge_cases_alone(capsys):
    """0/0 is nan also for those who average over classes, but they are wrong elsewhere, too."""
    assert check(lambda m: np.trace(m) / m.sum(), "accuracy", points=3, edge_cases=True) == 2.0
    assert "you seem to have divided by zero" in capsys.readouterr().out


def test_of_two_mistakes_with_the_same_output_the_one_that_fits_the_others_is_named(capsys):
    """Recall of class 0 is what those return who swap the classes; but then precision is wrong."""

    def specificity(matrix):
        return right_precision_recall(matrix)[0], right_precision_recall(matrix[::-1, ::-1])[1]

    def other_class(matrix):
        return right_precision_recall(matrix[::-1, ::-1])

    check(specificity, "precision_recall")
    assert "you seem to have computed the specificity" in capsys.readouterr().out
    check(other_class, "precision_recall")
    said = " ".join(capsys.readouterr().out.split())
    assert "you seem to have taken class 0 for the positive one" in said


@pytest.mark.parametrize("divisor, score", [(2, 1.0), (-2, 1.0), (3, 0.0)])
def test_what_can_be_right_in_many_ways_is_judged_by_what_it_does(divisor, score):
    """Any root of a number will do; the judge squares it, whatever the function says of it."""

    def judge(root, number):
        wrong = np.abs(np.asarray(root) ** 2 - number).max()
        return Failure("found no root", f"its square is {wrong:.3g} off") if wrong > 1e-9 else None

    roots = Check(
        reference=np.sqrt,
        ordinary=lambda rng: (rng.uniform(1, 2, size=3),),
        outputs=("the root",),
        judge=judge,
    )
    result = examine(
        lambda x: x ** (1 / abs(divisor)) * np.sign(divisor), roots, "roots", 1.0, edge_cases=False
    )
    assert result.score == score
    assert result.mistakes == ([] if score else ["found no root"])
