"""The update rules against torch.optim, and the optimizer objects against the update rules."""

import functools

import numpy as np
import pytest
import torch

from course_lib import optim
from course_lib.optim import SGD, AdaGrad, Adam, Momentum, RMSProp

STEPS = 100
RULES = {
    # name: (our optimizer, torch's, our update function, arrays that it remembers)
    "sgd": (
        lambda: SGD(lr=1e-3),
        lambda p: torch.optim.SGD(p, lr=1e-3),
        functools.partial(optim.sgd_update, lr=1e-3),
        0,
    ),
    "momentum": (
        lambda: Momentum(lr=5e-4, momentum=0.8),
        lambda p: torch.optim.SGD(p, lr=5e-4, momentum=0.8),
        functools.partial(optim.momentum_update, lr=5e-4, momentum=0.8),
        1,
    ),
    "adagrad": (
        lambda: AdaGrad(lr=0.1),
        lambda p: torch.optim.Adagrad(p, lr=0.1),
        functools.partial(optim.adagrad_update, lr=0.1),
        1,
    ),
    "rmsprop": (
        lambda: RMSProp(lr=0.002, gamma=0.95, eps=1e-3),
        lambda p: torch.optim.RMSprop(p, lr=0.002, alpha=0.95, eps=1e-3),
        functools.partial(optim.rmsprop_update, lr=0.002, gamma=0.95, eps=1e-3),
        1,
    ),
    "adam": (
        lambda: Adam(lr=0.02, beta1=0.8, beta2=0.95, eps=1e-3),
        lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.8, 0.95), eps=1e-3),
        functools.partial(optim.adam_update, lr=0.02, beta1=0.8, beta2=0.95, eps=1e-3),
        2,
    ),
}
DTYPES = {"float64": 1e-12, "float32": 1e-5}


def quadratic(w, step):
    """Gradient of 1/2 Σ c (w - 2)² with curvatures c from 0.1 to 30."""
    return np.geomspace(0.1, 30, w.size).reshape(w.shape) * (w - 2)


def rosenbrock(w, step):
    """Gradient of Σ (1 - x)² + 100 (y - x²)² over the two columns of w."""
    x, y = w[:, :1], w[:, 1:]
    return np.hstack([-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)])


def noisy_quadratic(w, step):
    """As quadratic, with a noise that depends on the step only."""
    return quadratic(w, step) + np.random.default_rng(step).standard_normal(w.shape)


PROBLEMS = {f.__name__: f for f in (quadratic, rosenbrock, noisy_quadratic)}


def start(dtype):
    return np.random.default_rng(1).uniform(-1, 1, (3, 2)).astype(dtype)


@functools.cache
def torch_result(rule, problem, dtype):
    """Where torch.optim arrives after STEPS steps."""
    w = torch.nn.Parameter(torch.from_numpy(start(dtype)))
    optimizer = RULES[rule][1]([w])
    for step in range(STEPS):
        gradient = PROBLEMS[problem](w.detach().numpy(), step).astype(dtype)
        w.grad = torch.from_numpy(gradient)
        optimizer.step()
    return w.detach().numpy()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("rule", RULES)
def test_update_follows_torch(lib, rule, problem, dtype):
    update, memory = RULES[rule][2:]
    w = lib(start(dtype))
    state = [lib(np.zeros((3, 2), dtype)) for _ in range(memory)]
    for step in range(STEPS):
        before = lib.numpy(w).copy()
        gradient = lib(PROBLEMS[problem](before, step).astype(dtype))
        count = (step + 1,) if rule == "adam" else ()
        result = update(w, gradient, *state, *count)
        np.testing.assert_array_equal(lib.numpy(w), before)  # nothing was written to
        w, *state = result if memory else (result,)
    result = lib.numpy(w)
    assert result.dtype == dtype
    np.testing.assert_allclose(result, torch_result(rule, problem, dtype), rtol=DTYPES[dtype])


@pytest.mark.parametrize("rule", RULES)
def test_optimizer_updates_every_parameter_in_place(lib, rule, rng):
    if lib.name == "numpy-read-only":
        pytest.skip("an optimizer writes to its parameters")
    make, _, update, memory = RULES[rule]
    shapes = [(3, 2), (4,), (0, 2), (1, 1)]
    parameters = [lib(rng.standard_normal(shape)) for shape in shapes]
    expected = [lib(lib.numpy(p).copy()) for p in parameters]
    state = [[lib(np.zeros(shape)) for _ in range(memory)] for shape in shapes]
    optimizer = make()
    for step in range(3):
        gradients = [lib(rng.standard_normal(shape)) for shape in shapes]
        kept = list(parameters)
        optimizer.step(parameters, gradients)
        assert all(p is k for p, k in zip(parameters, kept))
        for i, gradient in enumerate(gradients):
            count = (step + 1,) if rule == "adam" else ()
            result = update(expected[i], gradient, *state[i], *count)
            expected[i], *state[i] = result if memory else (result,)
    assert optimizer.t == 3
    for p, e in zip(parameters, expected):
        np.testing.assert_array_equal(lib.numpy(p), lib.numpy(e))


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("shape", [(300_001,), (5, 70_001), (1, 300_000), (2, 3, 50_000)])
def test_optimizer_works_in_blocks_without_a_trace(shape, order, rng):
    param, grad = rng.standard_normal((2, *shape)).astype(np.float32)
    param = np.asarray(param, order=order)
    expected, _, _ = optim.adam_update(param, grad, np.zeros_like(param), np.zeros_like(param), 1)
    Adam().step([param], [grad])
    np.testing.assert_array_equal(param, expected)


def test_optimizer_updates_a_view_with_gaps(rng):
    base = rng.standard_normal((40, 20_000))
    expected = base.copy()
    expected[::2, 1:] -= 0.1
    SGD(lr=0.1).step([base[::2, 1:]], [np.ones((20, 19_999))])
    np.testing.assert_allclose(base, expected, rtol=1e-15)


def test_adam_of_the_lecture_has_epsilon_inside_the_root(lib, rng):
    w, (g1, g2) = rng.standard_normal((3, 4)), 1e-3 * rng.standard_normal((2, 3, 4))
    lr, b1, b2, eps = 0.1, 0.9, 0.99, 1e-4
    m1, r1 = (1 - b1) * g1, (1 - b2) * g1**2
    w1 = w - lr * (m1 / (1 - b1)) / np.sqrt(r1 / (1 - b2) + eps)
    m2, r2 = b1 * m1 + (1 - b1) * g2, b2 * r1 + (1 - b2) * g2**2
    w2 = w1 - lr * (m2 / (1 - b1**2)) / np.sqrt(r2 / (1 - b2**2) + eps)

    settings = {"lr": lr, "beta1": b1, "beta2": b2, "eps": eps, "eps_inside_sqrt": True}
    zero = lib(np.zeros((3, 4)))
    first = optim.adam_update(lib(w), lib(g1), zero, zero, 1, **settings)
    second = optim.adam_update(first[0], lib(g2), *first[1:], 2, **settings)
    for ours, formula in zip((*first, *second), (w1, m1, r1, w2, m2, r2)):
        np.testing.assert_allclose(lib.numpy(ours), formula, rtol=1e-13)

    optimizer, parameters = Adam(**settings), [w.copy()]
    optimizer.step(parameters, [g1])
    optimizer.step(parameters, [g2])
    np.testing.assert_allclose(parameters[0], w2, rtol=1e-13)


@pytest.mark.parametrize("update", [optim.adagrad_update, optim.rmsprop_update])
def test_a_weight_whose_gradient_was_always_zero_stays(lib, update):
    param, memory = update(lib([2.0, 1.0]), lib([0.0, 1.0]), lib([0.0, 0.0]), lr=0.1)
    param, memory = lib.numpy(param), lib.numpy(memory)
    assert param[0] == 2 and memory[0] == 0
    assert param[1] < 1


def test_settings_can_change_between_steps():
    parameters, optimizer = [np.array([1.0])], SGD(lr=0.5)
    optimizer.step(parameters, [np.array([1.0])])
    optimizer.lr = 0.25
    optimizer.step(parameters, [np.array([1.0])])
    assert parameters[0] == 0.25
    assert repr(Momentum(lr=0.5)) == "Momentum(lr=0.5, momentum=0.9)"


ONE = np.ones((2, 3))


@pytest.mark.parametrize(
    "call, error, sentence",
    [
        (
            lambda: optim.sgd_update(ONE, ONE[:1], lr=1.0),
            ValueError,
            r"sgd_update: grad has shape \(1, 3\), param \(2, 3\)",
        ),
        (
            lambda: optim.momentum_update(ONE, ONE, ONE.T, lr=1.0),
            ValueError,
            r"momentum_update: velocity has shape \(3, 2\), param \(2, 3\)",
        ),
        (
            lambda: optim.rmsprop_update(ONE.astype(int), ONE, ONE, lr=1.0),
            TypeError,
            "rmsprop_update: param must be floating point, got int64",
        ),
        (
            lambda: optim.adagrad_update(ONE, torch.ones(2, 3), ONE, lr=1.0),
            TypeError,
            "arrays of different libraries: numpy.ndarray, torch.Tensor",
        ),
        (
            lambda: optim.adam_update(ONE, ONE, ONE, ONE, 0),
            ValueError,
            "adam_update: t counts steps from 1, got 0",
        ),
        (lambda: SGD(lr=-1.0), ValueError, r"SGD: lr must be in \[0, inf\), got -1.0"),
        (lambda: SGD(lr=np.nan), ValueError, r"SGD: lr must be in \[0, inf\), got nan"),
        (lambda: Adam(beta2=1.0), ValueError, r"Adam: beta2 must be in \[0, 1\), got 1.0"),
        (
            lambda: SGD(lr=0.1).step([ONE, ONE], [ONE]),
            ValueError,
            "SGD: 2 parameters, 1 gradients",
        ),
        (
            lambda: SGD(lr=0.1).step([ONE.copy(), ONE.copy()], [ONE, ONE.T]),
            ValueError,
            r"SGD: gradient 1 has shape \(3, 2\), its parameter \(2, 3\)",
        ),
        (
            lambda: Adam().step([ONE.copy()], []),
            ValueError,
            "Adam: 1 parameters, 0 gradients; run the model's backward first",
        ),
        (
            lambda: Adam().step([ONE.astype(int)], [ONE]),
            TypeError,
            "Adam: parameter 0 must be floating point, got int64",
        ),
        (
            lambda: Adam().step([ONE.copy()], [torch.ones(2, 3)]),
            TypeError,
            "Adam: arrays of different libraries: numpy.ndarray, torch.Tensor",
        ),
        (
            lambda: SGD(lr=0.1).step([ONE.copy(), ONE.copy()], [ONE, None]),
            TypeError,
            "SGD: gradient 1 is None; run the model's backward first",
        ),
        (
            lambda: SGD(lr=0.1).step([ONE.copy()], [[1.0, 2.0]]),
            TypeError,
            r"SGD: expected an array .*, got list: \[1.0, 2.0\]",
        ),
        (lambda: optim.Optimizer().step([ONE], [ONE]), TypeError, "use SGD, Momentum, AdaGrad"),
    ],
)
def test_bad_input_gets_one_sentence(call, error, sentence):
    with pytest.raises(error, match=sentence):
        call()


def test_a_refused_step_changes_nothing():
    parameters = [np.ones(2), np.ones(3)]
    optimizer = Momentum(lr=0.1)
    with pytest.raises(ValueError, match="gradient 1 has shape"):
        optimizer.step(parameters, [np.ones(2), np.ones(2)])
    assert optimizer.t == 0
    assert all((p == 1).all() for p in parameters)


def test_an_optimizer_belongs_to_one_model():
    optimizer = SGD(lr=0.1)
    optimizer.step([np.ones(2)], [np.ones(2)])
    with pytest.raises(ValueError, match="SGD: the parameters are not those of the first step"):
        optimizer.step([np.ones(3)], [np.ones(3)])
