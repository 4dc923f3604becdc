"""Curves over all thresholds and the areas under them, judged by scikit-learn."""

import warnings

import numpy as np
import sklearn.metrics as judge
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course_lib import metrics

many = settings(
    max_examples=60,
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


def outcome(function, *args, **options):
    """The result, or ValueError if that is what comes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return function(*args, **options)
        except ValueError:
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
    else:
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-15)


@many
@given(data=st.data())
def test_precision_recall_curve(lib, data):
    *arrays, weight = data.draw(scored())
    same(
        lib,
        "precision_recall_curve",
        arrays,
        weight,
        pos_label=data.draw(st.sampled_from([None, 1, 2])),
        drop_intermediate=data.draw(st.booleans()),
    )
