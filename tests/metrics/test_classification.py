"""Counts and ratios of right and wrong answers, judged by scikit-learn."""

import warnings

import numpy as np
import pytest
import sklearn.metrics as judge
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course_lib import metrics

many = settings(
    max_examples=60,
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
