import math

import numpy as np
import pytest

from course_lib.nn import initialization

SHAPE = 60, 5, 4, 3  # fan-in 60, fan-out 720
VARIANCES = {
    "lecun_normal": 1 / 60,
    "lecun_uniform": 1 / 60,
    "lecun1989_uniform": (2.4 / 60) ** 2 / 3,
    "xavier_normal": 2 / 780,
    "xavier_uniform": 2 / 780,
    "he_normal": 2 / 60,
    "he_uniform": 2 / 60,
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", VARIANCES)
def test_variance(name, dtype, rng):
    weight = getattr(initialization, name)(SHAPE, rng=rng, dtype=dtype)
    assert weight.shape == SHAPE
    assert weight.dtype == dtype
    n = weight.size  # the mean of n squares has a relative deviation of at most sqrt(2 / n)
    assert abs(weight.mean()) < 5 * math.sqrt(VARIANCES[name] / n)
    assert weight.var() == pytest.approx(VARIANCES[name], rel=5 * math.sqrt(2 / n))
    if name.endswith("uniform"):
        bound = math.sqrt(3 * VARIANCES[name])
        assert 0.99 * bound < np.max(np.abs(weight)) <= bound * (1 + 1e-6)


def test_the_same_seed_gives_the_same_weights():
    first, again = (
        initialization.he_normal((3, 2), rng=np.random.default_rng(1), dtype="float64")
        for _ in range(2)
    )
    assert np.array_equal(first, again)


@pytest.mark.parametrize("shape", [(3,), (0, 2), (2, 3, 0), (2, -3)])
def test_a_weight_that_connects_nothing(shape, rng):
    with pytest.raises(ValueError, match=r"initialization: shape is .* expected \(K, D\) or"):
        initialization.xavier_normal(shape, rng=rng, dtype="float64")


@pytest.mark.parametrize("name", VARIANCES)
def test_a_seed_is_no_generator(name):
    with pytest.raises(TypeError, match=r"initialization: rng is 3, expected numpy\.random\.def"):
        getattr(initialization, name)(SHAPE, rng=3, dtype="float64")
