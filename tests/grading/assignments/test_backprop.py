"""The references of the assignment ``backprop``, judged by torch and by hand."""

from functools import partial

import numpy as np
import pytest
import torch

from course_lib.grading.assignments.backprop import inputs
from course_lib.grading.assignments.backprop import references as right


@pytest.fixture(params=range(5))
def rng(request):
    return np.random.default_rng(request.param)


def leaf(array):
    """A tensor whose gradient torch computes."""
    return torch.tensor(array, dtype=torch.float64, requires_grad=True)


def agree(gradients, tensors):
    return all(
        np.allclose(g, tensor.grad, rtol=1e-10, atol=1e-13)
        for g, tensor in zip(gradients, tensors, strict=True)
    )


def test_one_step_by_hand():
    """The potential is 0 and the output one half, so that delta is -1/8."""
    w, theta, error = right.one_step(np.array([1.0, -1.0]), -1.0, np.array([2.0, 1.0]), 1.0, 0.8)
    assert np.allclose(w, [1.2, -0.9]) and theta == pytest.approx(-0.9)
    assert error == pytest.approx(0.125)


@pytest.mark.parametrize("features", [None, 1])
def test_one_step_is_that_of_torch(rng, features):
    w, theta, x, t, eta = inputs.unit(rng, features)
    parameters = leaf(w), leaf(theta)
    error = (torch.sigmoid(parameters[0] @ torch.tensor(x) + parameters[1]) - t) ** 2 / 2
    error.backward()
    torch.optim.SGD(parameters, lr=eta).step()
    for got, wanted in zip(right.one_step(w, theta, x, t, eta), (*parameters, error)):
        assert np.allclose(got, wanted.detach(), rtol=1e-12)


@pytest.mark.parametrize("how", [{}, {"samples": 1}, {"neurons": 1}, {"scale": 1e6}])
def test_the_linear_layer_is_that_of_torch(rng, how):
    grad_output, x, weight = inputs.layer(rng, **how)
    tensors = leaf(x), leaf(weight), leaf(np.zeros(len(weight)))
    torch.nn.functional.linear(*tensors).backward(torch.tensor(grad_output))
    assert agree(right.linear_backward(grad_output, x, weight), tensors)


@pytest.mark.parametrize("samples", [None, 1])
def test_two_layers_are_those_of_torch(rng, samples):
    x, _, _, t, w2 = inputs.two_layers(rng, samples=samples)
    w1 = rng.normal(size=(w2.shape[1], x.shape[1]))
    tensors = leaf(w1), leaf(rng.normal(size=len(w1))), leaf(w2), leaf(rng.normal(size=len(w2)))
    a1 = torch.sigmoid(torch.nn.functional.linear(torch.tensor(x), *tensors[:2]))
    o = torch.sigmoid(torch.nn.functional.linear(a1, *tensors[2:]))
    (0.5 * (o - torch.tensor(t)) ** 2).sum().backward()
    values = a1.detach().numpy(), o.detach().numpy()
    assert agree(right.two_layer_backward(x, *values, t, w2), tensors)


@pytest.mark.parametrize("widths", [None, [4, 3], [3, 5, 4, 6, 5, 4, 2]])
def test_a_network_of_any_depth_is_that_of_torch(rng, widths):
    x, t, weights, thetas = inputs.network(rng, widths=widths)
    tensors = [leaf(w) for w in weights], [leaf(theta) for theta in thetas]
    a = torch.tensor(x)
    for layer, parameters in enumerate(zip(*tensors), 1):
        a = torch.nn.functional.linear(a, *parameters)
        a = torch.tanh(a) if layer < len(weights) else a
    (0.5 * (a - torch.tensor(t)) ** 2).sum(dim=1).mean().backward()
    for gradients, leaves in zip(right.mlp_backward(x, t, weights, thetas), tensors):
        assert agree(gradients, leaves)


@pytest.mark.parametrize("how", [{}, {"shape": (2, 1, 3)}, {"shape": (1,)}, {"whole": True}])
def test_differences_come_close_to_the_gradient(rng, how):
    f, x, h = inputs.point(rng, **how)
    gradient = right.numerical_gradient(f, x, h)
    near = [
        (f(x + 1e-5 * e.reshape(x.shape)) - f(x - 1e-5 * e.reshape(x.shape))) / 2e-5
        for e in np.eye(x.size)
    ]
    assert gradient.shape == x.shape
    assert np.allclose(gradient.ravel(), near, rtol=1e-4, atol=1e-4)


def test_differences_of_a_cube_by_hand():
    """((1 + h)³ - (1 - h)³) / 2h = 3 + h²: the step is the one that was asked for."""
    gradient = right.numerical_gradient(lambda x: (x**3).sum(), np.array([1.0, 1.0]), 0.1)
    assert np.allclose(gradient, 3.01, rtol=1e-12)


@pytest.mark.parametrize("how", [{}, {"steps": 1}, {"samples": 1}])
def test_a_layer_used_repeatedly_is_that_of_torch(rng, how):
    x, t, w, theta, steps = inputs.repeated_layer(rng, **how)
    tensors = leaf(w), leaf(theta)
    a = torch.tensor(x)
    for _ in range(steps):
        a = torch.tanh(torch.nn.functional.linear(a, *tensors))
    (0.5 * (a - torch.tensor(t)) ** 2).sum().backward()
    assert agree(right.shared_backward(x, t, w, theta, steps), tensors)


@pytest.mark.parametrize(
    "draw", [inputs.layer, inputs.two_layers, inputs.network, partial(inputs.network, samples=1)]
)
def test_no_two_sizes_are_the_same(rng, draw):
    """A wrong axis or a transposed matrix can't pass for the right one."""
    for array in [
        a for group in draw(rng) for a in (group if isinstance(group, list) else [group])
    ]:
        assert len(set(array.shape)) == array.ndim
