"""Curves over all thresholds and the areas under them, judged by scikit-learn."""

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

SCORES = st.one_of(  # few different ones, so that ties are common; and any at all
    st.sampled_from([0.0, -0.0, 0.25, 0.5, 1.0]),
    st.floats(-1e300, 1e300),
)


@st.composite
def scored(draw):
    """Labels, scores and weights (or None) of up to 15 samples."""
    n = draw(st.integers(1, 15))
    pool = draw(st.sampled_from([[0, 1], [-1, 1], [0], [1], [1, 2], [0, 1, 2]]))
    labels = draw(st.lists(st.sampled_from(pool), min_size=n, max_size=n))
    scores = draw(st.lists(SCORES, min_size=n, max_size=n))
    weights = draw(st.lists(st.sampled_from([0.0, 0.25, 1.0, 3.7]), min_size=n, max_size=n))
    dtype = draw(st.sampled_from([np.float64, np.int32]))
    if dtype == np.int32:
        scores = [np.sign(s) for s in scores]
    return (
        np.array(labels),
        np.array(scores, dtype),
        draw(st.sampled_from([None, np.array(weights)])),
    )


@st.composite
def several(draw, kind):
    """Multi-label rows, or one of many classes, with a column of scores for each; and weights."""
    n, k = draw(st.integers(1, 8)), draw(st.integers(3, 4))
    scores = np.array(draw(st.lists(SCORES, min_size=n * k, max_size=n * k))).reshape(n, k)
    if kind == "multilabel":
        labels = draw(st.lists(st.integers(0, 1), min_size=n * k, max_size=n * k))
        labels = np.array(labels).reshape(n, k)
    else:
        labels = np.array(draw(st.lists(st.integers(0, k - 1), min_size=n, max_size=n)))
        scores = np.abs(np.clip(scores, -3, 3)) + 0.25
        scores /= scores.sum(axis=1, keepdims=True)
    weights = draw(st.lists(st.sampled_from([0.25, 1.0, 3.7]), min_size=n, max_size=n))
    return labels, scores, draw(st.sampled_from([None, np.array(weights)]))


EDGES = [-0.0, 0.0, 5e-324, 1e-310, np.nextafter(1.0, 0.0), 1.0]  # of the probabilities


def outcome(function, *args, **options):
    """The result, or ValueError if that is what comes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return function(*args, **options)
        except (ValueError, NotImplementedError):
            return ValueError


def same(lib, name, arrays, weight, **options):
    """Our function and the judge's agree, in errors too."""
    expected = outcome(getattr(judge, name), *arrays, sample_weight=weight, **options)
    weight = None if weight is None else lib(weight)
    got = outcome(getattr(metrics, name), *map(lib, arrays), sample_weight=weight, **options)
    if expected is ValueError or got is ValueError:
        assert got is expected
    elif isinstance(expected, tuple):
        for ours, theirs in zip(got, expected, strict=True):
            np.testing.assert_allclose(lib.numpy(ours), theirs, rtol=1e-12, atol=1e-15)
    elif np.ndim(expected) == 0:
        assert isinstance(got, float)
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-15)
    else:
        np.testing.assert_allclose(lib.numpy(got), expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", ["precision_recall_curve", "roc_curve"])
@many
@given(data=st.data())
def test_curves(lib, name, data):
    *arrays, weight = data.draw(scored())
    pos_label = data.draw(st.sampled_from([None, 1, 2]))
    drop = data.draw(st.booleans())
    same(lib, name, arrays, weight, pos_label=pos_label, drop_intermediate=drop)


@many
@given(data=st.data())
def test_average_precision_of_two_classes(lib, data):
    *arrays, weight = data.draw(scored().filter(lambda case: set(case[0]) != {0, 1, 2}))
    pos_label = data.draw(st.sampled_from([1, 2]))
    same(lib, "average_precision_score", arrays, weight, pos_label=pos_label)


@many
@given(data=st.data())
def test_roc_auc_of_two_classes(lib, data):
    *arrays, weight = data.draw(scored())
    if weight is not None and len(np.unique(arrays[0][weight > 0])) < 2:
        weight = None  # the judge looks for a second class without looking at the weights
    max_fpr = data.draw(st.sampled_from([None, 1.0, 0.5, 0.07]))
    same(lib, "roc_auc_score", arrays, weight, max_fpr=max_fpr)


@pytest.mark.parametrize("name", ["average_precision_score", "roc_auc_score"])
@many
@given(data=st.data())
def test_areas_of_multilabel_targets(lib, name, data):
    *arrays, weight = data.draw(several("multilabel"))
    average = data.draw(st.sampled_from(["micro", "macro", "weighted", "samples", "no"]))
    same(lib, name, arrays, weight, average=None if average == "no" else average)


@many
@given(data=st.data())
def test_areas_of_many_classes(lib, data):
    *arrays, weight = data.draw(several("classes"))
    average = data.draw(st.sampled_from(["micro", "macro", "weighted", "no"]))
    options = {"average": None if average == "no" else average}
    if len(np.unique(arrays[0])) > 2:
        same(lib, "average_precision_score", arrays, weight, **options)
    ways = ["raise", "ovr", "ovo"] if len(np.unique(arrays[0])) > 1 else ["raise", "ovr"]
    options["multi_class"] = data.draw(st.sampled_from(ways))  # the judge's ovo needs a pair
    options["labels"] = data.draw(st.sampled_from([None, [0, 1, 2], [0, 1, 2, 3], [2, 1, 0]]))
    same(lib, "roc_auc_score", arrays, weight, **options)


@pytest.mark.parametrize("spread", ["even", "crowded", "huge", "few", "probable", "sure"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_many_scores(lib, spread, dtype, rng):
    n = 70_000
    scores = {
        "even": rng.normal(size=n),
        "crowded": rng.normal(size=n) * np.where(rng.random(n) < 0.9, 1e-12, 1.0),
        "huge": rng.choice([-1e38, 1e38], n) * (3.0 if dtype == np.float32 else 1e270),
        "few": np.round(rng.normal(size=n), 1),
        "probable": rng.random(n),
        "sure": np.where(rng.random(n) < 0.5, rng.beta(0.02, 0.02, n), rng.choice(EDGES, n)),
    }[spread].astype(dtype)
    truth = rng.integers(0, 2, n)
    weight = rng.random(n)
    same(lib, "precision_recall_curve", (truth, scores), weight)
    same(lib, "precision_recall_curve", (truth, scores), None)
    same(lib, "roc_curve", (truth, scores), None)
    same(lib, "average_precision_score", (truth, scores), None)
    same(lib, "roc_auc_score", (truth, scores), weight)
    same(lib, "roc_auc_score", (truth, np.full_like(scores, 0.5)), None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        metrics.roc_auc_score(lib(truth), lib(scores))


def test_text_and_lists():
    truth, scores = ["ham", "spam", "spam", "ham"], [0.1, 0.2, 0.8, 0.3]
    got = metrics.precision_recall_curve(truth, scores, pos_label="spam")
    np.testing.assert_array_equal(got[0], [1 / 2, 2 / 3, 1 / 2, 1, 1])
    np.testing.assert_array_equal(got[2], [0.1, 0.2, 0.3, 0.8])
    assert metrics.average_precision_score(truth, scores, pos_label="spam") == pytest.approx(5 / 6)
    assert metrics.roc_auc_score(truth, scores) == 0.75
    chance = [[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.1, 0.2, 0.7]]
    assert metrics.roc_auc_score(["a", "b", "c"], chance, multi_class="ovr") == 1.0


def test_one_class_only_warns_where_it_was_called():
    cases = {
        "recall is set to 1": lambda: metrics.precision_recall_curve([0, 0], [0.1, 0.2]),
        "the positive rate is not": lambda: metrics.roc_curve([0, 0], [0.1, 0.2]),
        "average precision is set to 0": lambda: metrics.average_precision_score([0, 0], [1, 2]),
        "is not a number": lambda: metrics.roc_auc_score([[0, 1], [0, 0]], [[1, 2], [3, 4]]),
    }
    for message, call in cases.items():
        with pytest.warns(metrics.UndefinedMetricWarning, match=message) as caught:
            call()
        assert caught[0].filename == __file__


Y, S = [0, 1, 1], [0.1, 0.2, 0.3]
PROBABILITIES = [[0.2, 0.3, 0.5], [0.2, 0.3, 0.5], [0.2, 0.3, 0.5]]
BAD = {
    "y_score holds nan, expected finite": lambda m: m.precision_recall_curve(Y, [0.1, np.nan, 1]),
    "y_score holds -inf, expected finite": lambda m: m.roc_curve(Y, [0.1, -np.inf, 1]),
    "y_score holds inf, expected finite": lambda m: m.roc_auc_score(Y, [0.1, np.inf, 1]),
    "y_score has dtype <U1, expected real": lambda m: m.roc_curve(Y, ["a", "b", "c"]),
    "y_score has shape (2,), expected (3,)": lambda m: m.precision_recall_curve(Y, S[:2]),
    "y_score has 2 samples, expected 3": lambda m: m.average_precision_score(Y, S[:2]),
    "y_score has shape (3, 3), expected (3,)": lambda m: m.average_precision_score(
        Y, PROBABILITIES
    ),
    "y_score has shape (3,), expected (3, 3)": lambda m: m.average_precision_score([0, 1, 2], S),
    "y_true is empty": lambda m: m.roc_curve([], []),
    "y_true holds 0.5, expected class": lambda m: m.roc_curve([0.5, 1, 0], S),
    "y_true has shape (3, 2)": lambda m: m.roc_curve([[0, 1], [0, 1], [1, 1]], S),
    "y_true holds 2, expected 0 or 1": lambda m: m.roc_auc_score([[0, 2]], [[0.1, 0.2]]),
    "pos_label is needed: y_true holds [1, 2]": lambda m: m.precision_recall_curve([1, 2, 1], S),
    "pos_label is 3, expected one of [0, 1]": lambda m: m.average_precision_score(
        Y, S, pos_label=3
    ),
    "pos_label is 2, expected 1": lambda m: m.average_precision_score(
        [0, 1, 2], PROBABILITIES, pos_label=2
    ),
    "sample_weight has shape (2,), expected (3,)": lambda m: m.roc_auc_score(
        Y, S, sample_weight=[1, 2]
    ),
    "sample_weight is zero": lambda m: m.roc_auc_score(Y, S, sample_weight=[0, 0, 0]),
    "average is 'mean', expected one of 'micro'": lambda m: m.roc_auc_score(Y, S, average="mean"),
    "max_fpr is 0, expected": lambda m: m.roc_auc_score(Y, S, max_fpr=0),
    "max_fpr is 0.5, expected None": lambda m: m.roc_auc_score(
        [0, 1, 2], PROBABILITIES, max_fpr=0.5, multi_class="ovr"
    ),
    "multi_class is 'raise'": lambda m: m.roc_auc_score([0, 1, 2], PROBABILITIES),
    "average is 'micro', expected one of 'macro'": lambda m: m.roc_auc_score(
        [0, 1, 2], PROBABILITIES, multi_class="ovo", average="micro"
    ),
    "sample_weight was given, expected None": lambda m: m.roc_auc_score(
        [0, 1, 2], PROBABILITIES, multi_class="ovo", sample_weight=[1, 1, 1]
    ),
    "the rows do not add up to 1": lambda m: m.roc_auc_score(
        [0, 1, 2], np.ones((3, 3)), multi_class="ovr"
    ),
    "labels is [0, 2, 1], expected ascending": lambda m: m.roc_auc_score(
        [0, 1, 2], PROBABILITIES, multi_class="ovr", labels=[0, 2, 1]
    ),
    "y_true holds 2, expected one of labels": lambda m: m.roc_auc_score(
        [0, 1, 2], PROBABILITIES, multi_class="ovr", labels=[0, 1, 3]
    ),
}


@pytest.mark.parametrize("message", BAD)
def test_bad_input(message):
    with pytest.raises(ValueError) as error:
        BAD[message](metrics)
    assert message in str(error.value)
    assert "\n" not in str(error.value)
