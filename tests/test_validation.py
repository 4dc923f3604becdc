"""Splits: nothing lost, nothing shared, classes in proportion; early stopping."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course_lib.metrics import accuracy_score
from course_lib.validation import (
    EarlyStopping,
    cross_validate,
    k_fold,
    train_validation_test_split,
)

many = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # `lib` holds no state
)

FRACTIONS = [(0.6, 0.2, 0.2), (0.5, 0.25, 0.25), (0.8, 0.0, 0.2), (1 / 3, 1 / 3, 1 / 3)]


def generators():
    """A seeded generator, or None."""
    return st.one_of(st.none(), st.integers(0, 2**32).map(np.random.default_rng))


@many
@given(n=st.integers(5, 60), fractions=st.sampled_from(FRACTIONS), rng=generators())
def test_hold_out_parts_are_disjoint_and_complete(lib, n, fractions, rng):
    x = np.arange(2 * n).reshape(n, 2)
    parts = train_validation_test_split(lib(x), lib(-x[:, 0]), fractions=fractions, rng=rng)
    train, validation, test, *targets = map(lib.numpy, parts)
    assert [len(part) for part in (train, validation)] == pytest.approx(
        [n * f for f in fractions[:2]], abs=1
    )
    together = np.concatenate([train, validation, test])
    np.testing.assert_array_equal(np.sort(together[:, 0]), x[:, 0])
    np.testing.assert_array_equal(np.concatenate(targets), -together[:, 0])


@many
@given(
    classes=st.lists(st.integers(0, 3), min_size=10, max_size=80),
    fractions=st.sampled_from(FRACTIONS),
    rng=generators(),
)
def test_hold_out_stratified(classes, fractions, rng):
    y = np.array(classes)
    parts = train_validation_test_split(y, fractions=fractions, rng=rng, stratify=y)
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.sort(y))
    for part, fraction in zip(parts, fractions, strict=True):
        assert len(part) == pytest.approx(len(y) * fraction, abs=1)
        counts = np.bincount(part, minlength=4) - fraction * np.bincount(y, minlength=4)
        assert np.abs(counts).max() <= 2


@many
@given(data=st.data(), n=st.integers(2, 40), rng=generators())
def test_k_fold(lib, data, n, rng):
    k = data.draw(st.integers(2, n))
    classes = np.array(data.draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)))
    stratify = data.draw(st.sampled_from([None, classes]))
    folds = k_fold(
        lib(np.zeros((n, 2))),
        k=k,
        rng=rng,
        stratify=None if stratify is None else lib(stratify),
    )
    assert len(folds) == k
    validations = [lib.numpy(validation) for _, validation in folds]
    np.testing.assert_array_equal(np.sort(np.concatenate(validations)), np.arange(n))
    assert np.ptp([len(validation) for validation in validations]) <= 1
    for train, validation in folds:
        both = np.concatenate([lib.numpy(train), lib.numpy(validation)])
        np.testing.assert_array_equal(np.sort(both), np.arange(n))
    if stratify is not None:
        counts = [np.bincount(classes[validation], minlength=3) for validation in validations]
        assert np.ptp(counts, axis=0).max() <= 1


def test_shuffling_depends_on_the_generator_alone(rng):
    x = np.arange(50)
    first, again, other = (
        train_validation_test_split(x, rng=np.random.default_rng(seed))[0] for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert not np.array_equal(k_fold(x, k=5, rng=rng)[0][1], k_fold(x, k=5, rng=rng)[0][1])


def test_classes_of_one_sample_are_spread(rng):
    y = np.arange(1000)
    train, validation, test = train_validation_test_split(y, rng=rng, stratify=y)
    assert (len(train), len(validation), len(test)) == (600, 200, 200)
    assert train.mean() == pytest.approx(500, abs=50)


def test_strings_and_lists():
    words = ["a", "b", "a", "b", "a", "b"]
    train, validation, test = train_validation_test_split(
        words, fractions=(1 / 3, 1 / 3, 1 / 3), rng=None, stratify=words
    )
    assert sorted(train) == sorted(validation) == sorted(test) == ["a", "b"]


def test_cross_validate_by_hand(lib):
    x = lib(np.array([0.0, 10.0, 1.0, 11.0, 2.0, 0.5]))
    y = lib(np.array([0, 1, 0, 1, 0, 1]))
    seen = []

    def fit(x_train, y_train):
        seen.append(lib.numpy(x_train).tolist())
        assert x_train.shape == y_train.shape
        return lambda x: x > 5.0

    scores = cross_validate(fit, x, y, score=accuracy_score, k=3, rng=None)
    assert seen == [[10.0, 1.0, 2.0, 0.5], [0.0, 1.0, 11.0, 0.5], [0.0, 10.0, 11.0, 2.0]]
    np.testing.assert_array_equal(scores, [1.0, 1.0, 0.5])


def test_early_stopping_restores_the_best_epoch(lib):
    losses = [5.0, 3.0, 3.5, 2.95, 3.1, 1.0]
    weight = np.zeros(3)
    stopper = EarlyStopping(patience=2, min_delta=0.1)
    seen = []
    for loss in losses:
        weight = weight + 1.0
        parameters = [lib(weight), lib(np.full((2, 1), 10 * weight[0]))]
        seen.append(loss)
        if stopper.update(loss, parameters):
            break
    assert seen == [5.0, 3.0, 3.5, 2.95]  # 2.95 is not 0.1 below 3
    assert (stopper.best_loss, stopper.best_epoch) == (3.0, 1)
    target = [lib(np.zeros(3)), lib(np.zeros((2, 1)))]
    if lib.name == "numpy-read-only":
        target = [array.copy() for array in target]
    stopper.restore(target)
    np.testing.assert_array_equal(lib.numpy(target[0]), [2.0, 2.0, 2.0])
    np.testing.assert_array_equal(lib.numpy(target[1]), [[20.0], [20.0]])


def test_early_stopping_keeps_copies():
    weight = np.zeros(2)
    stopper = EarlyStopping(patience=1)
    stopper.update(1.0, [weight])
    weight += 7
    assert stopper.update(np.nan, [weight])
    stopper.restore([weight])
    np.testing.assert_array_equal(weight, [0.0, 0.0])
    weight += 7
    stopper.restore([weight])
    np.testing.assert_array_equal(weight, [0.0, 0.0])


X = np.zeros((6, 2))
BAD = {
    "fractions add up to 0.9": lambda: train_validation_test_split(
        X, fractions=(0.5, 0.2, 0.2), rng=None
    ),
    "fractions is (0.5, 0.5), expected three": lambda: train_validation_test_split(
        X, fractions=(0.5, 0.5), rng=None
    ),
    "fractions is (1.5, -0.25, -0.25)": lambda: train_validation_test_split(
        X, fractions=(1.5, -0.25, -0.25), rng=None
    ),
    "the test part, 0.05 of them, is empty": lambda: train_validation_test_split(
        X, fractions=(0.5, 0.45, 0.05), rng=None
    ),
    "array 1 has 5 samples, expected 6": lambda: train_validation_test_split(X, X[:5], rng=None),
    "stratify has shape (5,), expected (6,)": lambda: k_fold(X, k=2, rng=None, stratify=[1] * 5),
    "k is 7, expected 2 to 6": lambda: k_fold(X, k=7, rng=None),
    "k is 1, expected 2 to 6": lambda: k_fold(X, k=1, rng=None),
    "array 1 has 5 samples": lambda: cross_validate(None, X, X[:5], score=None, rng=None),
    "patience is 0": lambda: EarlyStopping(patience=0),
    "min_delta is nan": lambda: EarlyStopping(min_delta=np.nan),
    "restore was called before update": lambda: EarlyStopping().restore([X]),
}


@pytest.mark.parametrize("message", BAD)
def test_bad_input(message):
    with pytest.raises(ValueError) as error:
        BAD[message]()
    assert message in str(error.value)


def test_a_seed_is_not_a_generator():
    with pytest.raises(TypeError, match=r"rng is 0, expected None or numpy.random.default_rng"):
        k_fold(X, k=2, rng=0)
    with pytest.raises(TypeError, match="expected at least one array"):
        train_validation_test_split(rng=None)
