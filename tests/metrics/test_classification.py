"""Counts and ratios of right and wrong answers, judged by scikit-learn."""

import warnings

import numpy as np
import pytest
import sklearn.metrics as judge
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course_lib import metrics

many = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # `lib` holds no state
)

LABELS = [[0, 1], [-1, 1], [1, 2], [1], [0], [0, 1, 2], [3, 7, 100_000, -5], [5, 6, 7, 8]]


@st.composite
def targets(draw, multilabel=None):
    """Labels true and predicted of up to 12 samples, as NumPy arrays."""
    n = draw(st.integers(1, 12))
    if draw(st.booleans()) if multilabel is None else multilabel:
        size, pool = n * draw(st.integers(2, 4)), [0, 1]
    else:
        size, pool = n, draw(st.sampled_from(LABELS))
    values = st.lists(st.sampled_from(pool), min_size=size, max_size=size)
    shape = (n,) if size == n else (n, -1)
    dtype = draw(st.sampled_from([np.int64, np.int32, np.float64]))
    return tuple(np.array(draw(values), dtype).reshape(shape) for _ in range(2))


@st.composite
def weights(draw, n):
    """No weights, integers or fractions, zeros among them."""
    pool = draw(st.sampled_from([None, [0, 1, 2, 5], [0.0, 0.25, 1.0, 3.7]]))
    if pool is None:
        return None
    return np.array(draw(st.lists(st.sampled_from(pool), min_size=n, max_size=n)))


def outcome(function, *args, **options):
    """The result, or ValueError if that is what comes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return function(*args, **options)
        except ValueError:
            return ValueError


def same(lib, name, arrays, **options):
    """Our function and the judge's agree, in errors too."""
    expected = outcome(getattr(judge, name), *arrays, **options)
    if options["sample_weight"] is not None:
        options["sample_weight"] = lib(options["sample_weight"])
    got = outcome(getattr(metrics, name), *map(lib, arrays), **options)
    if expected is ValueError or got is ValueError:
        assert got is expected
    elif isinstance(expected, float):
        assert isinstance(got, float)
        np.testing.assert_allclose(got, expected, rtol=1e-12)
    else:
        np.testing.assert_allclose(lib.numpy(got), expected, rtol=1e-12)
        assert lib.numpy(got).dtype == expected.dtype


@many
@given(data=st.data())
def test_confusion_matrix(lib, data):
    arrays = data.draw(targets())
    labels = data.draw(st.sampled_from([None, [1, 0], [0, 1, 2], [7], [100_000, 1, 3]]))
    same(
        lib,
        "confusion_matrix",
        arrays,
        labels=labels,
        sample_weight=data.draw(weights(len(arrays[0]))),
        normalize=data.draw(st.sampled_from([None, "true", "pred", "all"])),
    )


@many
@given(data=st.data())
def test_accuracy(lib, data):
    arrays = data.draw(targets())
    weight = data.draw(weights(len(arrays[0])))
    same(lib, "accuracy_score", arrays, sample_weight=weight, normalize=data.draw(st.booleans()))


@pytest.mark.parametrize("name", ["precision_score", "recall_score", "f1_score", "fbeta_score"])
@many
@given(data=st.data())
def test_ratios(lib, name, data):
    arrays = data.draw(targets())
    options = {}
    if name == "fbeta_score":
        options["beta"] = data.draw(st.sampled_from([0.0, 0.5, 2, np.inf]))
    average = data.draw(st.sampled_from(["binary", "micro", "macro", "weighted", "samples", "no"]))
    options["average"] = None if average == "no" else average
    if average == "binary":
        options["pos_label"] = data.draw(st.sampled_from([0, 1, 2]))
    else:
        options["labels"] = data.draw(st.sampled_from([None, [0], [1, 0], [2, 7, 1]]))
    zero_division = data.draw(st.sampled_from(["warn", 0, 1.0, np.nan]))
    weight = data.draw(weights(len(arrays[0])))
    same(lib, name, arrays, sample_weight=weight, zero_division=zero_division, **options)


def test_labels_beyond_those_asked_for(lib):
    truth, prediction = lib([5, 1, 900, 5, -7, 5]), lib([5, 900, 0, 1, 5, 1000])
    matrix = metrics.confusion_matrix(truth, prediction, labels=[900, 5, 1])
    np.testing.assert_array_equal(lib.numpy(matrix), [[0, 0, 0], [0, 1, 1], [1, 0, 0]])
    precision = metrics.precision_score(truth, prediction, labels=[900, 5, 1], average=None)
    np.testing.assert_array_equal(lib.numpy(precision), [0, 1 / 2, 0])


def test_the_lectures_tables():
    """TP 10, FN 5, FP 15, TN 100; and the classifier that always says no."""
    truth = np.repeat([1, 1, 0, 0], [10, 5, 15, 100])
    prediction = np.repeat([1, 0, 1, 0], [10, 5, 15, 100])
    np.testing.assert_array_equal(metrics.confusion_matrix(truth, prediction), [[100, 15], [5, 10]])
    assert metrics.accuracy_score(truth, prediction) == pytest.approx(110 / 130)
    assert metrics.accuracy_score(truth, np.zeros(130)) == pytest.approx(115 / 130)
    assert metrics.precision_score(truth, prediction) == pytest.approx(10 / 25)
    assert metrics.recall_score(truth, prediction) == pytest.approx(10 / 15)
    assert metrics.f1_score(truth, prediction) == pytest.approx(20 / 40)


@pytest.mark.parametrize("dtype", [None, object, np.dtypes.StringDType()])
def test_text(dtype):
    truth = np.array(["cat", "ant", "cat", "cat", "ant", "bird"], dtype)
    prediction = np.array(["ant", "ant", "cat", "cat", "ant", "cat"], dtype)
    labels = ["bird", "cat", "zebra"]
    np.testing.assert_array_equal(
        metrics.confusion_matrix(truth, prediction), [[2, 0, 0], [0, 0, 1], [1, 0, 2]]
    )
    np.testing.assert_array_equal(
        metrics.confusion_matrix(truth, prediction, labels=labels), [[0, 1, 0], [0, 2, 0], [0] * 3]
    )
    recall = metrics.recall_score(truth, prediction, average=None)
    np.testing.assert_allclose(recall, [1, 0, 2 / 3])
    recall = metrics.recall_score(truth, prediction, average="macro", labels=labels[:2])
    assert recall == pytest.approx(1 / 3)
    is_cat = np.where(truth == "cat", "yes", "no")
    said_cat = np.where(prediction == "cat", "yes", "no")
    assert metrics.precision_score(is_cat, said_cat, pos_label="yes") == pytest.approx(2 / 3)
    assert metrics.accuracy_score(truth.tolist(), prediction.tolist()) == pytest.approx(4 / 6)


def test_a_list_joins_the_array_beside_it(lib):
    prediction = lib([0, 1, 1, 0])
    assert metrics.f1_score([0, 1, 0, 0], prediction) == pytest.approx(2 / 3)
    matrix = metrics.confusion_matrix([0, 1, 0, 0], prediction, sample_weight=[1, 2, 3, 4])
    np.testing.assert_array_equal(lib.numpy(matrix), [[5, 3], [0, 2]])


def test_booleans_beside_integers(lib):
    truth = lib([True, False, True, True])
    assert metrics.accuracy_score(truth, lib([1, 0, 0, 1])) == 0.75
    recall = metrics.recall_score(truth, lib([1, 0, 2, 1]), average="macro", zero_division=0)
    assert recall == pytest.approx((1 + 2 / 3 + 0) / 3)


def test_warnings_point_at_the_caller():
    with pytest.warns(metrics.UndefinedMetricWarning, match="precision is 0/0") as caught:
        assert metrics.precision_score([0, 1], [0, 0]) == 0
    assert caught[0].filename == __file__
    with pytest.warns(UserWarning, match="only one label was found"):
        metrics.confusion_matrix([1], [1])
    with pytest.warns(UserWarning, match="pos_label=2 is ignored"):
        metrics.f1_score([1, 2], [1, 2], pos_label=2, average="macro")


MULTI = [[0, 1], [1, 1]]
BAD = {
    "y_true is empty": lambda m: m.accuracy_score([], []),
    "y_pred has shape (2,), expected (3,) like": lambda m: m.f1_score([0, 1, 1], [0, 1]),
    "y_pred has shape (2, 2), expected (2,)": lambda m: m.f1_score([0, 1], MULTI),
    "y_true has 3 dimensions": lambda m: m.accuracy_score(np.ones((2, 2, 2)), [0, 1]),
    "y_pred holds 0.7, expected class labels": lambda m: m.accuracy_score([0, 1], [0.7, 1]),
    "y_true holds nan, expected class labels": lambda m: m.accuracy_score([np.nan, 1], [0, 1]),
    "y_true holds inf, expected class labels": lambda m: m.accuracy_score([np.inf, 1], [0, 1]),
    "y_true has dtype object": lambda m: m.accuracy_score(np.array([None, 1]), [0, 1]),
    "y_true has dtype complex128": lambda m: m.accuracy_score([1j, 1], [0, 1]),
    "y_pred holds strings, expected numbers": lambda m: m.accuracy_score([0, 1], ["a", "b"]),
    "y_pred holds numbers, expected strings": lambda m: m.accuracy_score(["a", "b"], [0, 1]),
    "y_pred holds 2, expected 0 or 1": lambda m: m.accuracy_score(MULTI, [[0, 2], [1, 1]]),
    "y_true is multi-label, confusion_matrix": lambda m: m.confusion_matrix(MULTI, MULTI),
    "normalize is 'rows'": lambda m: m.confusion_matrix([0, 1], [0, 1], normalize="rows"),
    "labels: none of them occurs": lambda m: m.confusion_matrix([0, 1], [0, 1], labels=[2, 3]),
    "labels has shape (0,)": lambda m: m.confusion_matrix([0, 1], [0, 1], labels=[]),
    "labels holds strings, expected": lambda m: m.confusion_matrix([0, 1], [0, 1], labels=["a"]),
    "labels holds 2, expected columns": lambda m: m.f1_score(
        MULTI, MULTI, labels=[2], average="macro"
    ),
    "average is 'mean', expected one of 'binary'": lambda m: m.f1_score(
        [0, 1], [0, 1], average="mean"
    ),
    "average is 'binary' but y_true is multi-class": lambda m: m.recall_score([0, 1, 2], [0, 1, 2]),
    "average is 'binary' but y_true is multi-label": lambda m: m.recall_score(MULTI, MULTI),
    "average is 'samples' but y_true is binary": lambda m: m.f1_score(
        [0, 1], [0, 1], average="samples"
    ),
    "pos_label is 1, expected one of the labels found, ['a', 'b']": lambda m: m.f1_score(
        ["a", "b"], ["a", "a"]
    ),
    "zero_division is 2": lambda m: m.f1_score([0, 1], [0, 1], zero_division=2),
    "beta is -1": lambda m: m.fbeta_score([0, 1], [0, 1], beta=-1),
    "sample_weight has shape (3,), expected (2,)": lambda m: m.accuracy_score(
        [0, 1], [0, 1], sample_weight=[1, 1, 1]
    ),
    "sample_weight holds nan": lambda m: m.accuracy_score(
        [0, 1], [0, 1], sample_weight=[1, np.nan]
    ),
    "sample_weight is zero": lambda m: m.accuracy_score([0, 1], [0, 1], sample_weight=[0, 0]),
}


@pytest.mark.parametrize("message", BAD)
def test_bad_input(message):
    with pytest.raises(ValueError) as error:
        BAD[message](metrics)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_arrays_of_two_libraries():
    import torch

    with pytest.raises(TypeError, match="arrays of different libraries"):
        metrics.f1_score(np.array([0, 1]), torch.tensor([0, 1]))
