"""The references of the assignment ``convolution``, judged by NumPy, torch and by hand."""

import numpy as np
import pytest
import torch

from course_lib.grading.assignments.convolution import inputs
from course_lib.grading.assignments.convolution import references as right


@pytest.fixture(params=range(3))
def rng(request):
    return np.random.default_rng(request.param)


@pytest.mark.parametrize("draw", [inputs.signal, inputs.signal_of_one_window])
def test_sliding_is_numpys(rng, draw):
    x, w = draw(rng)
    correlation, convolution = right.slide(x, w)
    assert np.allclose(correlation, np.correlate(x, w, "valid"), rtol=1e-12)
    assert np.allclose(convolution, np.convolve(x, w, "valid"), rtol=1e-12)


@pytest.mark.parametrize("draw", [inputs.images, inputs.images_with_unseen_pixels])
def test_the_maps_are_those_of_torch(rng, draw):
    *arrays, stride, padding = draw(rng)
    expected = torch.nn.functional.conv2d(*map(torch.tensor, arrays), stride, padding)
    assert np.allclose(right.conv2d(*arrays, stride, padding), expected, rtol=1e-12)


@pytest.mark.parametrize("draw", [inputs.blamed_images, inputs.blamed_images_with_unseen_pixels])
def test_the_gradients_of_a_convolution_are_those_of_autograd(rng, draw):
    delta, x, weight, stride, padding = draw(rng)
    shared = [torch.tensor(a, requires_grad=True) for a in (x, weight, np.zeros(len(weight)))]
    torch.nn.functional.conv2d(*shared, stride, padding).backward(torch.tensor(delta))
    for ours, tensor in zip(
        right.conv2d_backward(delta, x, weight, stride, padding), shared, strict=True
    ):
        assert np.allclose(ours, tensor.grad, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    "draw",
    [inputs.maps, inputs.maps_with_ties, inputs.overlapping_maps, inputs.overlapping_winners],
)
def test_pooling_and_its_gradient_are_those_of_torch(rng, draw):
    delta, x, size, stride = inputs.blamed(draw)(rng)
    tensor = torch.tensor(x, requires_grad=True)
    pooled = torch.nn.functional.max_pool2d(tensor, size, stride)
    pooled.backward(torch.tensor(delta))
    assert np.array_equal(right.max_pool(x, size, stride), pooled.detach())
    assert np.allclose(right.max_pool_backward(delta, x, size, stride), tensor.grad, rtol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((3, 227, 227, 96, 11, 4, 0), ((96, 55, 55), 290_400, 105_705_600, 34_944)),
        ((1, 16, 16, 12, 5, 2, 2), ((12, 8, 8), 768, 19_968, 312)),
        ((2, 6, 7, 3, 3, 2, 0), ((3, 2, 3), 18, 342, 57)),
    ],
)
def test_counts_by_hand(arguments, expected):
    assert right.count(*arguments) == expected


def test_the_counts_are_those_of_torchs_layer(rng):
    channels, height, width, kernels, size, stride, padding = arguments = inputs.layer(rng)
    layer = torch.nn.Conv2d(channels, kernels, size, stride, padding)
    shape, units, _, parameters = right.count(*arguments)
    assert shape == tuple(layer(torch.zeros(1, channels, height, width)).shape[1:])
    assert units == np.prod(shape)
    assert parameters == sum(p.numel() for p in layer.parameters())


def test_the_matrix_correlates(rng):
    w, height, width = inputs.kernel_and_size(rng)
    x = rng.normal(size=(height, width))
    expected = torch.nn.functional.conv2d(torch.tensor(x)[None, None], torch.tensor(w)[None, None])
    assert np.allclose(right.as_matrix(w, height, width) @ x.ravel(), expected.ravel(), rtol=1e-12)
