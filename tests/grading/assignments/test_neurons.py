"""The references of the assignment ``neurons``, judged by torch and by hand."""

import numpy as np
import pytest
import torch

from course_lib.grading.assignments.neurons import inputs
from course_lib.grading.assignments.neurons import references as right


@pytest.fixture(params=range(5))
def rng(request):
    return np.random.default_rng(request.param)


def torch_network(x, weights, thetas, between):
    """The forward pass in torch: the activations of the hidden layers, and the potentials."""
    hidden, a = [], x
    for weight, theta in zip(weights[:-1], thetas[:-1]):
        a = between(torch.nn.functional.linear(a, torch.tensor(weight), torch.tensor(theta)))
        hidden.append(a)
    last = torch.tensor(weights[-1]), torch.tensor(thetas[-1])
    return hidden, torch.nn.functional.linear(a, *last)


@pytest.mark.parametrize("draw", [inputs.potentials, inputs.large_potentials])
def test_the_curves_and_softmax_are_those_of_torch(rng, draw):
    (u,) = draw(rng)
    tensor = torch.tensor(u)
    assert np.allclose(right.sigmoid(u), torch.sigmoid(tensor), rtol=1e-12)
    assert np.allclose(right.tanh(u), torch.tanh(tensor), rtol=1e-12)
    assert np.allclose(right.softmax(u), torch.softmax(tensor, dim=1), rtol=1e-12)


@pytest.mark.parametrize("draw", [inputs.potentials, inputs.zero_potentials])
def test_the_slopes_are_those_of_autograd(rng, draw):
    (u,) = draw(rng)
    curves = (torch.sigmoid, torch.tanh, torch.relu)
    for slope, curve in zip(right.slopes(u), curves, strict=True):
        tensor = torch.tensor(u, requires_grad=True)
        curve(tensor).sum().backward()
        assert np.allclose(slope, tensor.grad, rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize("sizes", [None, [4, 3]])
def test_the_forward_pass_is_that_of_torch(rng, sizes):
    x, weights, thetas = inputs.network(rng, sizes=sizes)
    hidden, u = right.mlp_forward(x, weights, thetas)
    expected, last = torch_network(torch.tensor(x), weights, thetas, torch.tanh)
    assert np.allclose(u, last, rtol=1e-12)
    assert len(hidden) == len(expected) == len(weights) - 1
    assert all(np.allclose(a, b, rtol=1e-12) for a, b in zip(hidden, expected))


def test_decisions_by_hand():
    u = np.array([[1.0, 3.0, 3.0], [-2.0, -1.0, -3.0], [0.0, -1e4, -0.1], [0.2, 1e4, -5.0]])
    classes, labels = right.decide(u)
    assert classes.tolist() == [1, 1, 0, 1]
    assert labels.tolist() == [[1, 1, 1], [0, 0, 0], [1, 0, 0], [1, 1, 0]]


@pytest.mark.parametrize(
    "draw", [inputs.point_and_network, inputs.point_and_silent_network, inputs.network]
)
def test_the_local_map_is_the_jacobian_of_the_network(rng, draw):
    x, weights, thetas = draw(rng)
    x = x[0] if x.ndim == 2 else x

    def network(z):
        return torch_network(z, weights, thetas, torch.relu)[1]

    matrix, constant = right.local_map(x, weights, thetas)
    point = torch.tensor(x)
    jacobian = torch.autograd.functional.jacobian(network, point).numpy()
    assert np.allclose(matrix, jacobian, rtol=1e-10, atol=1e-12)
    assert np.allclose(matrix @ x + constant, network(point), rtol=1e-10, atol=1e-12)
