import numpy as np
import pytest

from course_lib import nn

EXTREMES = [-1e4, -100.0, -0.0, 0.0, 100.0, 1e4]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softmax", "log_softmax"])
def test_extreme_potentials_neither_overflow_nor_give_nan(name, dtype, lib):
    x = lib([EXTREMES], dtype)
    with np.errstate(all="raise", under="ignore"):
        output = getattr(nn, name)(x)
        gradient = getattr(nn, name + "_backward")(lib([np.arange(6.0) - 2.5], dtype), output)
    assert np.all(np.isfinite(lib.numpy(output)))
    assert np.all(np.isfinite(lib.numpy(gradient)))


def test_values_at_the_extremes():
    x = np.array(EXTREMES)
    assert nn.sigmoid(x).tolist() == pytest.approx([0.0, np.exp(-100.0), 0.5, 0.5, 1.0, 1.0])
    assert nn.sigmoid(np.array([-100.0]))[0] == pytest.approx(np.exp(-100.0), rel=1e-14)
    assert nn.relu(x).tolist() == [0.0, 0.0, 0.0, 0.0, 100.0, 1e4]
    assert nn.softmax(np.array([1e4, -1e4])).tolist() == [1.0, 0.0]
    assert nn.log_softmax(np.array([1e4, -1e4])).tolist() == [0.0, -2e4]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_sigmoid_is_0_and_1_far_out(dtype, lib):
    x = lib([-np.inf, -1e4, 1e4, np.inf], dtype)
    assert lib.numpy(nn.sigmoid(x)).tolist() == [0.0, 0.0, 1.0, 1.0]


def test_relu_has_no_slope_at_zero():
    x = np.array([-0.0, 0.0, 5e-324])
    assert nn.relu_backward(np.array([3.0, 3.0, 3.0]), x).tolist() == [0.0, 0.0, 3.0]
