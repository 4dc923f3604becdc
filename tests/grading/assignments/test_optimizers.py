"""The references of the assignment ``optimizers``, judged by torch and by hand."""

from functools import partial
from itertools import pairwise

import numpy as np
import pytest
import torch

from course_lib.grading.assignments.optimizers import descents, inputs
from course_lib.grading.assignments.optimizers import references as right


@pytest.fixture(params=range(5))
def rng(request):
    return np.random.default_rng(request.param)


def stepped(optimizer, w, grads, **settings):
    """Weights after a step of torch's optimizer for each of the gradients."""
    tensor = torch.tensor(w, requires_grad=True)
    torchs = optimizer([tensor], **settings)
    for grad in grads:
        tensor.grad = torch.tensor(grad)
        torchs.step()
    return tensor.detach().numpy()


def test_sgd_is_that_of_torch(rng):
    w, grad, alpha = inputs.sgd(rng)
    expected = stepped(torch.optim.SGD, w, [grad], lr=alpha)
    assert np.allclose(right.sgd_update(w, grad, alpha), expected, rtol=1e-12)


def test_momentum_is_that_of_torch(rng):
    w, grad, _, alpha, mu = inputs.momentum(rng)
    grads, v = [grad, rng.normal(size=w.shape), grad], np.zeros_like(w)
    expected = stepped(torch.optim.SGD, w, grads, lr=alpha, momentum=mu)
    for grad in grads:
        w, v = right.momentum_update(w, grad, v, alpha, mu)
    assert np.allclose(w, expected, rtol=1e-12)


@pytest.mark.parametrize(
    "rule, draw, optimizer, words",
    [
        (right.adagrad_update, inputs.adagrad, torch.optim.Adagrad, ["lr", "eps"]),
        (right.rmsprop_update, inputs.rmsprop, torch.optim.RMSprop, ["lr", "alpha", "eps"]),
    ],
)
def test_adaptive_rates_are_those_of_torch(rng, rule, draw, optimizer, words):
    w, grad, memory, *settings = draw(rng, first=True)
    grads = [grad, rng.normal(size=w.shape), grad]
    expected = stepped(optimizer, w, grads, **dict(zip(words, settings)))
    for grad in grads:
        w, memory = rule(w, grad, memory, *settings)
    assert np.allclose(w, expected, rtol=1e-12)


def test_adam_is_that_of_torch(rng):
    w, grad, m, r, _, alpha, beta1, beta2, eps = inputs.adam(rng, first=True)
    grads = [grad, rng.normal(size=w.shape), grad]
    expected = stepped(torch.optim.Adam, w, grads, lr=alpha, betas=(beta1, beta2), eps=eps)
    for t, grad in enumerate(grads, 1):
        w, m, r = right.adam_update(w, grad, m, r, t, alpha, beta1, beta2, eps)
    assert np.allclose(w, expected, rtol=1e-12)


def test_nesterov_is_that_of_torch(rng):
    """Torch's weights are the points ahead, where it takes its slopes."""
    slope, w, alpha, mu, steps = inputs.run(rng)
    path = right.nesterov(slope, w, alpha, mu, steps)
    tensor = torch.tensor(w, requires_grad=True)
    torchs = torch.optim.SGD([tensor], lr=alpha, momentum=mu, nesterov=True)
    for before, after in pairwise(path):
        tensor.grad = torch.tensor(slope(tensor.detach().numpy()))
        torchs.step()
        assert np.allclose(after + mu * (after - before), tensor.detach(), rtol=1e-12)
    assert path.shape == (steps + 1, len(w))


def test_the_slope_of_a_ravine_is_that_of_its_loss(rng):
    slope, w = inputs.ravine(rng)
    steps = 1e-5 * np.eye(len(w))
    measured = [(slope.loss(w + e) - slope.loss(w - e)) / 2e-5 for e in steps]
    assert np.allclose(slope(w), measured, rtol=1e-6, atol=1e-6)
    assert slope.loss(slope.minimum) == 0


@pytest.mark.parametrize("draw", [inputs.ravine, *descents.TRAIN.edge_cases.values()])
def test_momentum_arrives_and_no_rate_alone_does(rng, draw):
    slope, w = draw(rng)
    assert descents.arrived(right.train(slope, w), slope, w) is None
    curvatures, axes = np.linalg.eigh(slope.matrix)
    away = axes.T @ (w - slope.minimum)
    losses = [
        np.sum(curvatures * ((1 - rate * curvatures) ** inputs.SLOPES * away) ** 2)
        for rate in np.geomspace(1e-4, 1, 400)
    ]
    assert min(losses) > inputs.GOAL * np.sum(curvatures * away**2)


@pytest.mark.parametrize(
    "returned, name",
    [
        (lambda slope, w: w, "returned the start"),
        (lambda slope, w: slope.minimum + 20 * (w - slope.minimum), "let the weights run away"),
        (lambda slope, w: np.full_like(w, np.nan), "let the weights run away"),
        (lambda slope, w: slope.minimum + 0.1 * (w - slope.minimum), "not arrived in time"),
        (lambda slope, w: slope.minimum + 1.5 * (w - slope.minimum), "not arrived in time"),
        (lambda slope, w: slope.loss(w), "returned something else than weights"),
        (lambda slope, w: w + 1j, "returned something else than weights"),
        (lambda slope, w: "0.0001", "returned something else than weights"),
    ],
)
def test_where_somebody_arrives_is_measured_here(rng, returned, name):
    slope, w = inputs.ravine(rng)
    assert descents.arrived(returned(slope, w), slope, w).name == name


def test_slopes_are_counted(rng):
    slope, w = inputs.ravine(rng)
    for _ in range(inputs.SLOPES):
        slope(w)
    with pytest.raises(RuntimeError, match="no more than 60 slopes"):
        slope(w)


@pytest.mark.parametrize("draw", [inputs.adagrad, inputs.rmsprop, inputs.adam])
def test_a_weight_that_has_never_had_a_gradient_stays(rng, draw):
    rule = {inputs.adagrad: right.adagrad_update, inputs.rmsprop: right.rmsprop_update}
    arguments = partial(draw, silent=True)(rng)
    new = rule.get(draw, right.adam_update)(*arguments)[0]
    assert np.array_equal(new[0], arguments[0][0]) and np.isfinite(new).all()
