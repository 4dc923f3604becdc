"""Convolutions as they are laid out on a GPU, on the CPU: images interleaved, however narrow."""

import numpy as np
import pytest

from course_lib import arrays
from course_lib.nn import stacking

torch = pytest.importorskip("torch")

SETTINGS = [  # shapes of images and kernels, then stride, padding, dilation, groups
    ((3, 2, 5, 7), (4, 2, 3, 2), (1, 1), (0, 0), (1, 1), 1),
    ((3, 6, 9, 8), (4, 3, 3, 2), (2, 3), (1, 2), (1, 1), 2),
    ((2, 20, 9, 18), (3, 20, 3, 2), (2, 1), (2, 0), (3, 2), 1),
    ((1, 1, 1, 1), (1, 1, 1, 1), (1, 1), (0, 0), (1, 1), 1),
]


@pytest.mark.parametrize("on_gpu", [True, False])
@pytest.mark.parametrize("x_shape, weight_shape, stride, padding, dilation, groups", SETTINGS)
def test_output_and_gradient_of_the_weight(
    x_shape, weight_shape, stride, padding, dilation, groups, on_gpu, lib, rng
):
    x, weight = rng.normal(size=x_shape), rng.normal(size=weight_shape)
    leaf = torch.tensor(weight, requires_grad=True)
    sides = [rows for rows in reversed(padding) for _ in ("before", "after")]
    expected = torch.nn.functional.conv2d(
        torch.nn.functional.pad(torch.tensor(x), sides, value=-2.0),
        leaf,
        stride=stride,
        dilation=dilation,
        groups=groups,
    )
    cotangent = rng.normal(size=tuple(expected.shape))
    expected.backward(torch.tensor(cotangent))

    settings = stride, padding, dilation
    size = tuple(expected.shape[2:])
    plan = stacking.lay_out(x_shape, weight_shape, size, settings, -2.0, groups, on_gpu)
    xp = arrays.namespace(lib(x))
    output = plan.correlate(xp, lib(x), lib(weight))
    grad_weight = plan.grad_weight(xp, lib(cotangent), lib(x), weight_shape)

    np.testing.assert_allclose(lib.numpy(output), expected.detach().numpy(), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(lib.numpy(grad_weight), leaf.grad.numpy(), rtol=1e-12, atol=1e-12)
