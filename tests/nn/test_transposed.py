"""The gradient of the images as a convolution of its own; the judge is torch's transposed one."""

import numpy as np
import pytest

from course_lib import arrays
from course_lib.nn.transposed import plan_transposed

torch = pytest.importorskip("torch")

# Image size, kernel size, stride, padding, dilation (vertically and horizontally) and groups.
SETTINGS = [
    ((5, 7), (3, 2), (1, 1), (0, 0), (1, 1), 1),
    ((5, 7), (3, 2), (1, 1), (2, 1), (1, 1), 1),
    ((6, 9), (3, 3), (1, 1), (1, 0), (2, 3), 1),
    ((8, 9), (3, 4), (2, 3), (1, 2), (1, 1), 1),
    ((8, 9), (2, 2), (3, 4), (0, 0), (1, 1), 1),  # windows with gaps between them
    ((9, 11), (3, 2), (2, 2), (3, 1), (2, 3), 1),
    ((8, 8), (5, 5), (2, 2), (2, 2), (1, 1), 3),
    ((4, 4), (1, 1), (1, 1), (3, 0), (1, 1), 2),
    ((5, 40), (3, 3), (1, 2), (1, 1), (1, 1), 2),  # stacked, not gathered
    ((1, 1), (1, 1), (1, 1), (0, 0), (1, 1), 1),
]


@pytest.mark.parametrize("size, kernel_size, stride, padding, dilation, groups", SETTINGS)
def test_it_is_torchs_transposed_convolution(
    size, kernel_size, stride, padding, dilation, groups, lib, rng
):
    weight = rng.normal(size=(2 * groups, 3, *kernel_size))
    x_shape = (2, 3 * groups, *size)
    judge = torch.nn.functional.conv2d
    settings = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    grad = rng.normal(
        size=judge(torch.zeros(x_shape).double(), torch.tensor(weight), **settings).shape
    )
    left = [  # rows and columns that the last windows do not reach
        n - ((m - 1) * s - 2 * p + d * (k - 1) + 1)
        for n, m, k, s, p, d in zip(size, grad.shape[2:], kernel_size, stride, padding, dilation)
    ]
    expected = torch.nn.functional.conv_transpose2d(
        torch.tensor(grad), torch.tensor(weight), output_padding=left, **settings
    )

    xp, device = arrays.namespace(lib(grad)), lib(grad).device
    settings = stride, padding, dilation
    plan = plan_transposed(x_shape, weight.shape, grad.shape, settings, groups, xp, device)
    actual = plan.grad_images(xp, lib(grad), lib(weight))

    np.testing.assert_allclose(lib.numpy(actual), expected.numpy(), rtol=1e-12, atol=1e-12)


def test_pieces_of_a_kernel_by_hand():
    """Stride 2: pixel 2q + a meets the kernel's columns a, a + 2, ... of windows q, q - 1, ..."""
    weight = np.array([1.0, 2.0, 3.0]).reshape(1, 1, 1, 3)
    settings = ((1, 2), (0, 0), (1, 1))
    shapes = (1, 1, 1, 5), weight.shape, (1, 1, 1, 2)
    plan = plan_transposed(*shapes, settings, 1, np, "cpu")
    assert plan.kernels(np, weight).tolist() == [[[[3.0, 1.0]]], [[[0.0, 2.0]]]]
