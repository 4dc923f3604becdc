import numpy as np
import pytest

from course_lib import nn

torch = pytest.importorskip("torch")
F = torch.nn.functional


@pytest.mark.parametrize(
    "settings",
    [{"kernel_size": 2}, {"kernel_size": 3, "stride": 2}, {"kernel_size": 3, "padding": 1}],
    ids=str,
)
def test_the_first_of_equal_pixels_gets_the_gradient(settings, lib, rng):
    """Ties are the rule after a rectifier: here every pixel is 0, 1 or 2."""
    x = rng.integers(3, size=(2, 3, 7, 7)).astype(float)
    leaf = torch.tensor(x, requires_grad=True)
    judged = F.max_pool2d(leaf, **settings)
    cotangent = rng.normal(size=judged.shape)
    judged.backward(torch.tensor(cotangent))
    gradient = lib.numpy(nn.max_pool2d_backward(lib(cotangent), lib(x), **settings))
    np.testing.assert_allclose(gradient, leaf.grad.numpy(), rtol=1e-14)


def test_padding_never_is_the_largest(lib):
    x = lib(np.full((1, 1, 2, 2), -5.0))
    assert np.all(lib.numpy(nn.max_pool2d(x, kernel_size=2, stride=1, padding=1)) == -5.0)


def test_padding_counts_as_zeros_in_an_average(lib):
    x = lib(np.full((1, 1, 1, 1), 8.0))
    assert np.all(lib.numpy(nn.avg_pool2d(x, kernel_size=2, stride=1, padding=1)) == 2.0)
