"""The references of the assignment ``losses``, judged by torch's autograd and by hand."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from course_lib.grading.assignments.losses import inputs
from course_lib.grading.assignments.losses import references as right


@pytest.fixture(params=range(5))
def rng(request):
    return np.random.default_rng(request.param)


def tensor(array):
    """A tensor of which autograd is asked for the gradient."""
    return torch.tensor(array, requires_grad=True)


def sure(draw, right):
    return lambda rng: draw(rng, right=right)


BINARY = [
    inputs.binary,
    inputs.soft_binary,
    sure(inputs.sure_binary, right=True),
    sure(inputs.sure_binary, right=False),
]
LABELLED = [
    inputs.labelled,
    sure(inputs.sure_labelled, right=True),
    sure(inputs.sure_labelled, right=False),
]


def agree(found, loss, z):
    """Whether a value and its gradient are those of torch."""
    loss.backward()
    value, gradient = found
    assert float(value) == pytest.approx(loss.item(), rel=1e-10)
    assert np.allclose(gradient, z.grad, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("draw", BINARY)
def test_losses_of_sigmoids(rng, draw):
    """Torch has sums and means over everything; ours are over outputs and samples."""
    z, t = draw(rng)
    u = tensor(z)
    squared = ((torch.sigmoid(u) - torch.tensor(t)) ** 2).sum(dim=1).mean() / 2
    agree(right.squared_error(z, t), squared, u)
    u = tensor(z)
    total = functional.binary_cross_entropy_with_logits(u, torch.tensor(t), reduction="sum")
    agree(right.binary_cross_entropy(z, t), total / len(z), u)


@pytest.mark.parametrize("draw", LABELLED)
def test_loss_of_a_softmax(rng, draw):
    z, classes = draw(rng)
    u = tensor(z)
    agree(right.cross_entropy(z, classes), functional.cross_entropy(u, torch.tensor(classes)), u)


@pytest.mark.parametrize(
    "draw", [inputs.three_units, inputs.three_units_one_hot, inputs.three_sure_units]
)
def test_the_two_paths_together_are_the_slope_of_w21(rng, draw):
    h, weight, t = draw(rng)
    w = tensor(weight)
    o = torch.softmax(w @ torch.tensor(h), dim=0)
    functional.cross_entropy((w @ torch.tensor(h))[None], torch.tensor(t)[None]).backward()
    assert sum(right.two_paths(h, weight, t)) == pytest.approx(w.grad[0, 1].item(), rel=1e-9)
    assert w.grad[0, 1].item() == pytest.approx(h[1] * (o[0].item() - t[0]), rel=1e-9)


def test_each_of_the_two_paths_is_that_of_autograd(rng):
    """One output is let go, so that what reaches the weight comes through the other."""
    h, weight, t = inputs.three_units(rng)
    for kept, path in enumerate(right.two_paths(h, weight, t)):
        w = tensor(weight)
        o = torch.softmax(w @ torch.tensor(h), dim=0)
        (-t[kept] * torch.log(o[kept])).backward()
        assert path == pytest.approx(w.grad[0, 1].item(), rel=1e-9)


def test_the_layer(rng):
    h, weight, theta, classes = inputs.output_layer(rng)
    w, b = tensor(weight), tensor(theta)
    u = functional.linear(torch.tensor(h), w, b)
    functional.cross_entropy(u, torch.tensor(classes)).backward()
    d_weight, d_theta = right.output_layer_gradients(h, weight, theta, classes)
    assert np.allclose(d_weight, w.grad, rtol=1e-9, atol=1e-15)
    assert np.allclose(d_theta, b.grad, rtol=1e-9, atol=1e-15)


def test_through_the_softmax(rng):
    g, o = inputs.gradient_and_outputs(rng)
    y = tensor(np.log(o))
    torch.softmax(y, dim=1).backward(torch.tensor(g))
    assert np.allclose(right.softmax_backward(g, o), y.grad, rtol=1e-9, atol=1e-15)


def test_by_hand():
    z = np.array([[0.0, np.log(3)]])  # outputs of 1/2 and 3/4
    t = np.array([[1.0, 0.0]])
    value, gradient = right.squared_error(z, t)
    assert float(value) == pytest.approx((1 / 4 + 9 / 16) / 2)
    assert np.allclose(gradient, [[-1 / 8, 9 / 64]])
    value, gradient = right.binary_cross_entropy(z, t)
    assert float(value) == pytest.approx(np.log(2) + np.log(4))
    assert np.allclose(gradient, [[-1 / 2, 3 / 4]])
    value, gradient = right.cross_entropy(z, np.array([0]))  # outputs of 1/4 and 3/4
    assert float(value) == pytest.approx(np.log(4))
    assert np.allclose(gradient, [[-3 / 4, 3 / 4]])
    assert np.allclose(
        right.softmax_backward(np.array([[8.0, 0.0]]), np.array([[0.25, 0.75]])), [[1.5, -1.5]]
    )
