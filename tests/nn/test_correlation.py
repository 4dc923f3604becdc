import numpy as np
import pytest

from course_lib import nn

torch = pytest.importorskip("torch")


def test_signals_as_numpy(lib, rng):
    x, kernel = rng.normal(size=11), rng.normal(size=4)
    ours = lib(x), lib(kernel)
    np.testing.assert_allclose(
        lib.numpy(nn.correlate(*ours)), np.correlate(x, kernel, "valid"), rtol=1e-13
    )
    np.testing.assert_allclose(
        lib.numpy(nn.convolve(*ours)), np.convolve(x, kernel, "valid"), rtol=1e-13
    )


def test_images_as_torch(lib, rng):
    """The flip is in both directions."""
    x, kernel = rng.normal(size=(6, 9)), rng.normal(size=(3, 2))
    ours = lib(x), lib(kernel)

    def judge(w):
        x4, w4 = (torch.from_numpy(np.ascontiguousarray(a))[None, None] for a in (x, w))
        return torch.nn.functional.conv2d(x4, w4)[0, 0].numpy()

    np.testing.assert_allclose(lib.numpy(nn.correlate(*ours)), judge(kernel), rtol=1e-12)
    np.testing.assert_allclose(lib.numpy(nn.convolve(*ours)), judge(kernel[::-1, ::-1]), rtol=1e-12)


def test_a_single_one_shows_the_flip(lib):
    impulse = lib([[0.0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 1, 0, 0], [0] * 5, [0] * 5])
    kernel = np.arange(9.0).reshape(3, 3)
    assert np.array_equal(lib.numpy(nn.convolve(impulse, lib(kernel))), kernel)
    assert np.array_equal(lib.numpy(nn.correlate(impulse, lib(kernel))), kernel[::-1, ::-1])


def test_conv2d_is_a_correlation(rng):
    x, kernel = rng.normal(size=(5, 6)), rng.normal(size=(2, 3))
    by_layer = nn.conv2d(x[None, None], kernel[None, None])[0, 0]
    np.testing.assert_allclose(by_layer, nn.correlate(x, kernel), rtol=1e-12)
