import numpy as np
import pytest

from course_lib.gradcheck import GradientError, gradcheck, numerical_gradient


def test_numerical_gradient_of_a_known_function(lib, rng):
    """d/dx of sum(sin(x) * c) is cos(x) * c."""
    x, c = rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
    weights = lib(c)

    def f(point):
        return float(np.sum(np.sin(lib.numpy(point)) * lib.numpy(weights)))

    gradient = lib.numpy(numerical_gradient(f, lib(x)))
    np.testing.assert_allclose(gradient, np.cos(x) * c, rtol=1e-8, atol=1e-9)


def test_a_smaller_step_can_be_asked_for():
    """Central differences are exact for x^2; for x^3 they are off by the square of the step."""
    gradient = numerical_gradient(lambda x: float(x**3), np.array(0.0), eps=0.1)
    assert float(gradient) == pytest.approx(0.01)


def product(x, y):
    return x * y


def test_right_gradients_pass_in_every_library(lib, rng):
    inputs = lib(rng.normal(size=(3, 2))), lib(rng.normal(size=(3, 2)))
    before = [lib.numpy(x).copy() for x in inputs]
    error = gradcheck(product, lambda g, x, y: (g * y, g * x), inputs, rng=rng)
    assert error < 1e-8
    assert all(np.array_equal(lib.numpy(x), old) for x, old in zip(inputs, before))


def test_one_wrong_entry_is_named_with_both_numbers(rng):
    x, y = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    seen = {}

    def backward(g, x, y):
        grad_y = g * x
        grad_y[2, 1] *= 1.001
        seen["wrong"], seen["right"] = grad_y[2, 1], (g * x)[2, 1]
        return g * y, grad_y

    with pytest.raises(GradientError) as caught:
        gradcheck(product, backward, [x, y], rng=rng)
    message = str(caught.value)
    assert message.startswith("gradcheck: argument 1, index (2, 1): backward gives ")
    numbers = [float(word.strip(",")) for word in message.split() if "." in word]
    assert numbers == pytest.approx([seen["wrong"], seen["right"]], rel=1e-6)


def test_a_softmax_gradient_that_ones_as_cotangent_would_let_pass(rng):
    """The outputs of a softmax add to 1: with g = 1 the right answer is 0, and so is this one."""

    def softmax(x):
        e = np.exp(x)
        return e / e.sum()

    with pytest.raises(GradientError, match="argument 0"):
        gradcheck(softmax, lambda g, x: 0 * x, [rng.normal(size=4)], rng=rng)


def test_nan_is_wrong(rng):
    with pytest.raises(GradientError, match="backward gives nan"):
        gradcheck(np.sin, lambda g, x: g * np.nan, [np.ones(3)], rng=rng)


@pytest.mark.parametrize("position", [0.0, 1e-6, -2e-6, 4e-6])
@pytest.mark.parametrize("slope", [(0.0, 1.0), (-1.0, 1.0), (0.01, 1.0)])
def test_kinks_are_stepped_round(position, slope, rng):
    """A right gradient passes at and beside a kink, and a wrong one does not hide behind it."""
    left, right = slope

    def forward(x):
        return np.where(x > 0, right * x, left * x)

    def backward(g, x):
        return g * np.where(x > 0, right, left)

    x = np.array([position, 1.0, -1.0])
    gradcheck(forward, backward, [x], rng=rng)
    with pytest.raises(GradientError, match="index"):
        gradcheck(forward, lambda g, x: 1.01 * backward(g, x), [x], rng=rng)


def test_a_maximum_is_kinked_where_two_are_equal(rng):
    def backward(g, x):
        return g * (np.arange(3) == np.argmax(x))

    gradcheck(np.max, backward, [np.array([1.0, 1.0, 0.0])], rng=rng)


def test_kinks_everywhere_are_reported(rng):
    """A staircase with steps finer than the differences has a kink wherever one looks."""
    with pytest.raises(GradientError, match="argument 0: there is a kink at every point tried"):
        gradcheck(lambda x: np.floor(x * 1e7), lambda g, x: 0 * g, [rng.normal(size=3)], rng=rng)


@pytest.mark.parametrize("scale", [1e-150, 1e-6, 1e6, 1e150])
def test_the_error_is_relative(scale, rng):
    x = rng.normal(size=5)
    gradcheck(lambda x: scale * np.sin(x), lambda g, x: scale * np.cos(x) * g, [x], rng=rng)
    with pytest.raises(GradientError):
        gradcheck(lambda x: scale * np.sin(x), lambda g, x: scale * np.cos(x), [x], rng=rng)


def test_empty_inputs_and_zero_gradients(rng):
    assert gradcheck(product, lambda g, x, y: (g * y, g * x), [np.ones((0, 2))] * 2, rng=rng) == 0
    assert gradcheck(lambda x: 0 * x, lambda g, x: 0 * g, [np.ones(2)], rng=rng) == 0


@pytest.mark.parametrize(
    "inputs, backward, error, sentence",
    [
        ([np.ones(2, "float32")], None, TypeError, "has dtype float32, expected float64"),
        ([np.ones(2, int)], None, TypeError, r"inputs\[0\] has dtype int64, expected float64"),
        ([[1.0]], None, TypeError, "expected an array"),
        ([], None, ValueError, "inputs is empty"),
        ([np.ones(2)], lambda g, x: (g, g), GradientError, "returns 2 gradients, expected 1"),
        ([np.ones(2)], lambda g, x: g[:1], GradientError, r"shape \(2,\), its gradient has \(1,\)"),
    ],
)
def test_bad_input(inputs, backward, error, sentence, rng):
    with pytest.raises(error, match=sentence):
        gradcheck(np.sin, backward, inputs, rng=rng)


def test_numerical_gradient_needs_float64():
    with pytest.raises(TypeError, match="numerical_gradient: x has dtype float32"):
        numerical_gradient(np.sum, np.ones(2, "float32"))
