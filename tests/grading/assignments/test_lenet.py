"""The references of the assignment ``lenet``, judged by torch, by the paper and by hand."""

import numpy as np
import pytest
import torch

from course_lib.grading.assignments.lenet import inputs
from course_lib.grading.assignments.lenet import references as right


@pytest.fixture(params=range(3))
def rng(request):
    return np.random.default_rng(request.param)


def test_prepared_images_by_hand():
    images = np.zeros((2, 16, 16), np.uint8)
    images[1, 0, 15] = 255
    images[1, 3, 4] = 204
    prepared = right.prepare(images)
    assert prepared.shape == (2, 1, 20, 20)
    assert prepared[1, 0, 2, 17] == 1.0
    assert prepared[1, 0, 5, 6] == pytest.approx(0.6)
    assert np.sum(prepared == -1.0) == prepared.size - 2


def test_the_first_layer_is_that_of_torch(rng):
    x, weight, bias = map(torch.tensor, inputs.first_layer(rng))
    expected = torch.tanh(torch.nn.functional.conv2d(x, weight, stride=2) + bias)
    assert np.allclose(right.h1(x.numpy(), weight.numpy(), bias.numpy()), expected, rtol=1e-12)


def test_the_wiring_by_hand():
    assert right.wiring(4, 3).tolist() == [[0, 1, 2], [1, 2, 3], [2, 3, 0], [3, 0, 1]]
    assert np.bincount(right.wiring(12, 8).ravel()).tolist() == [8] * 12


def test_the_second_layer_is_one_of_torch_with_zeros_where_nothing_is_seen(rng):
    a, weight, table, bias = inputs.second_layer(rng)
    full = np.zeros((len(table), a.shape[1], 5, 5))
    full[np.arange(len(table))[:, None], table] = weight
    padded = torch.nn.functional.pad(torch.tensor(a), (2, 2, 2, 2), value=-1.0)
    potential = torch.nn.functional.conv2d(padded, torch.tensor(full), stride=2)
    expected = torch.tanh(potential + torch.tensor(bias))
    assert np.allclose(right.h2(a, weight, table, bias), expected, rtol=1e-12)


def test_the_counts_are_those_of_the_paper():
    assert right.lenet_counts(12, 8, 8, 5, 1) == (768, 19_968, 1_068)
    assert right.lenet_counts(12, 4, 4, 5, 8) == (192, 38_592, 2_592)


@pytest.mark.parametrize(
    ("rate", "expected"), [(0.0, (0.75, 0)), (0.3, (0.75, 0)), (0.34, (0.25, 1)), (1.0, (0.0, 2))]
)
def test_rejection_by_hand(rate, expected):
    """Four digits, surest first: right, wrong, right, wrong."""
    outputs = np.full((4, 10), -1.0)
    outputs[range(4), [3, 4, 5, 6]] = [0.2, 1.0, 0.5, -0.5]
    labels = np.array([3, 4, 0, 0])
    assert right.reject(outputs, labels, rate) == expected


def test_everything_is_rejected_if_the_surest_is_wrong(rng):
    assert right.reject(*inputs.hopeless_answers(rng)) == (1.0, 0)
