"""Every differentiable operation, three ways: differences, torch's autograd, all array libraries.

One row of ``OPERATIONS`` per setting of an operation; the tests below run all rows on all shapes.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from course_lib import nn
from course_lib.gradcheck import gradcheck

torch = pytest.importorskip("torch")
F = torch.nn.functional

TOLERANCE = {"float64": 1e-10, "float32": 1e-5}


@dataclass(frozen=True)
class Operation:
    """``backward(grad_output, *arrays)`` must be the gradient of ``forward(*arrays)``."""

    name: str
    forward: Callable
    backward: Callable
    judge: Callable
    shapes: tuple  # each the shapes of all arrays
    fixed: Callable | None = None  # shape of the first array -> an array without gradient

    def fixed_arrays(self, shapes, seed=7):
        """Masks and targets: they are given to the functions after the arrays."""
        return () if self.fixed is None else (self.fixed(np.random.default_rng(seed), shapes[0]),)


ELEMENTWISE = (((2, 3, 5),), ((1, 1),), ((0, 4),), ((3, 0),), ((),))
ROWS = (((4, 7),), ((1, 3),), ((5, 1),), ((0, 3),))
LOSSES = (((4, 7),), ((1, 3),), ((5, 1),))


def probabilities(rng, shape):
    t = rng.random(shape) + 0.1
    return t / t.sum(axis=-1, keepdims=True)


def loss_rows():
    """Each loss with each kind of target and each reduction that gives a number.

    Value and gradient come from two functions, and then from the one that returns both.
    """
    table = {
        "l2_loss": lambda rng, shape: rng.normal(size=shape),
        "binary_cross_entropy_with_logits": lambda rng, shape: rng.random(shape),
        "cross_entropy": probabilities,
        "cross_entropy of labels": lambda rng, shape: rng.integers(shape[1], size=shape[0]),
    }
    judges = {
        "l2_loss": lambda o, t: 0.5 * F.mse_loss(o, t, reduction="sum"),
        "binary_cross_entropy_with_logits": lambda o, t: F.binary_cross_entropy_with_logits(
            o, t, reduction="sum"
        ),
        "cross_entropy": lambda o, t: F.cross_entropy(o, t, reduction="sum"),
    }
    for name, target in table.items():
        function = name.split()[0]
        for reduction in ("sum", "mean"):
            yield Operation(
                f"{name}, {reduction}",
                lambda o, t, f=function, r=reduction: getattr(nn, f)(o, t, reduction=r),
                lambda g, o, t, f=function, r=reduction: (
                    g * getattr(nn, f + "_backward")(o, t, reduction=r)
                ),
                lambda o, t, f=function, r=reduction: (
                    judges[f](o, t) / (o.shape[0] if r == "mean" else 1)
                ),
                LOSSES,
                target,
            )
            yield Operation(
                f"{name} and gradient, {reduction}",
                lambda o, t, f=function, r=reduction: getattr(nn, f + "_and_gradient")(
                    o, t, reduction=r
                )[0],
                lambda g, o, t, f=function, r=reduction: (
                    g * getattr(nn, f + "_and_gradient")(o, t, reduction=r)[1]
                ),
                lambda o, t, f=function, r=reduction: (
                    judges[f](o, t) / (o.shape[0] if r == "mean" else 1)
                ),
                LOSSES,
                target,
            )


def padded_first(convolution):
    """Torch's ``convolution``, with the setting ``padding_value`` that it does not have."""

    def judge(x, *weights, padding=0, padding_value=0.0, **settings):
        each_axis = (padding,) * (x.ndim - 2) if isinstance(padding, int) else padding
        sides = [rows for rows in reversed(each_axis) for _ in ("before", "after")]
        return convolution(F.pad(x, sides, value=padding_value), *weights, **settings)

    return judge


def convolution_rows():
    """Settings of convolutions, in two dimensions and one, with shapes that they fit.

    Windows of images that are less than 16 pixels wide at the end are gathered, others stacked.
    """
    two = (
        ({}, ((3, 2, 5, 7), (4, 2, 3, 2), (4,)), ((1, 1, 1, 1), (1, 1, 1, 1), (1,))),
        ({}, ((0, 2, 5, 4), (3, 2, 2, 3), (3,)), ((2, 3, 4, 5), (1, 3, 4, 5), (1,))),
        ({"stride": 2}, ((2, 3, 7, 8), (4, 3, 3, 2), (4,)), ((3, 6, 9, 38), (2, 6, 5, 3), (2,))),
        (
            {"stride": 2, "dilation": 3},
            ((2, 3, 9, 8), (4, 3, 3, 2), (4,)),
            ((1, 6, 9, 40), (2, 6, 3, 3)),
        ),
        ({"stride": (3, 1), "padding": (0, 2)}, ((2, 3, 8, 5), (4, 3, 2, 4), (4,))),
        ({"padding": (2, 1)}, ((2, 3, 5, 4), (4, 3, 3, 2), (4,)), ((2, 5, 1, 1), (4, 5, 3, 3))),
        ({"dilation": (2, 3)}, ((2, 3, 7, 8), (4, 3, 3, 2), (4,)), ((2, 6, 9, 8), (5, 6, 4, 3))),
        (
            {"stride": 2, "padding": 3, "dilation": 2, "groups": 3},
            ((2, 6, 5, 7), (9, 2, 4, 3), (9,)),
            ((2, 18, 6, 20), (3, 6, 4, 3), (3,)),
        ),
        (
            {"padding": (2, 1), "padding_value": -1.5, "stride": (1, 2)},
            ((2, 3, 5, 4), (4, 3, 3, 2), (4,)),
            ((2, 3, 4, 33), (2, 3, 3, 2), (2,)),
            ((2, 8, 4, 33), (2, 8, 3, 2)),
        ),
        ({"groups": 4, "padding": 1}, ((2, 4, 3, 18), (4, 1, 2, 3), (4,))),
        ({"groups": 2, "padding": 1}, ((3, 12, 3, 18), (4, 6, 2, 3), (4,))),
        # More images than go through at a time, and a last chunk that is smaller.
        ({"padding": 1}, ((5, 12, 36, 40), (2, 12, 3, 3), (2,)), ((40, 24, 13, 12), (2, 24, 2, 3))),
    )
    one = (
        ({}, ((3, 2, 7), (4, 2, 3), (4,)), ((1, 1, 1), (1, 1, 1), (1,)), ((0, 2, 5), (3, 2, 2))),
        (
            {"stride": 2, "padding": 3, "dilation": 2, "groups": 2},
            ((2, 4, 9), (6, 2, 3), (6,)),
            ((2, 4, 40), (6, 2, 3)),
        ),
        ({"padding": 2, "padding_value": 3.0}, ((2, 4, 9), (6, 4, 3), (6,))),
    )
    for function, table in ("conv2d", two), ("conv1d", one):
        for settings, *shapes in table:
            yield Operation(
                f"{function} {settings}",
                lambda *arrays, f=function, s=settings: getattr(nn, f)(*arrays, **s),
                lambda g, x, w, *b, f=function, s=settings: getattr(nn, f + "_backward")(
                    g, x, w, **s
                )[: 2 + len(b)],
                lambda *arrays, f=function, s=settings: padded_first(getattr(F, f))(*arrays, **s),
                tuple(shapes),
            )


def pooling_rows():
    """Settings of poolings: side by side, with overlap, with padding, with gaps."""
    shapes = (((2, 3, 6, 8),), ((1, 1, 3, 3),), ((0, 2, 5, 4),), ((2, 3, 7, 5),))
    for settings in (
        {"kernel_size": 2},
        {"kernel_size": 3, "stride": 2},
        {"kernel_size": (2, 3), "stride": (3, 1), "padding": 1},
        {"kernel_size": 1, "stride": 2},
    ):
        for function in ("max_pool2d", "avg_pool2d"):
            yield Operation(
                f"{function} {settings}",
                lambda x, f=function, s=settings: getattr(nn, f)(x, **s),
                lambda g, x, f=function, s=settings: getattr(nn, f + "_backward")(g, x, **s),
                lambda x, f=function, s=settings: getattr(F, f)(x, **s),
                shapes,
            )


OPERATIONS = [
    Operation(
        "sigmoid",
        nn.sigmoid,
        lambda g, x: nn.sigmoid_backward(g, nn.sigmoid(x)),
        torch.sigmoid,
        ELEMENTWISE,
    ),
    Operation(
        "tanh",
        nn.tanh,
        lambda g, x: nn.tanh_backward(g, nn.tanh(x)),
        torch.tanh,
        ELEMENTWISE,
    ),
    Operation("relu", nn.relu, nn.relu_backward, torch.relu, ELEMENTWISE),
    Operation(
        "softmax",
        nn.softmax,
        lambda g, x: nn.softmax_backward(g, nn.softmax(x)),
        lambda x: torch.softmax(x, -1),
        ROWS,
    ),
    Operation(
        "softmax, axis=1",
        lambda x: nn.softmax(x, axis=1),
        lambda g, x: nn.softmax_backward(g, nn.softmax(x, axis=1), axis=1),
        lambda x: torch.softmax(x, 1),
        (((2, 3, 5),), ((2, 1, 3),)),
    ),
    Operation(
        "log_softmax",
        nn.log_softmax,
        lambda g, x: nn.log_softmax_backward(g, nn.log_softmax(x)),
        lambda x: torch.log_softmax(x, -1),
        ROWS,
    ),
    Operation(
        "log_softmax, axis=0",
        lambda x: nn.log_softmax(x, axis=0),
        lambda g, x: nn.log_softmax_backward(g, nn.log_softmax(x, axis=0), axis=0),
        lambda x: torch.log_softmax(x, 0),
        (((3, 5),), ((1, 4),)),
    ),
    Operation(
        "linear",
        nn.linear,
        lambda g, x, w, b: nn.linear_backward(g, x, w),
        F.linear,
        (
            ((5, 3), (4, 3), (4,)),
            ((1, 1), (1, 1), (1,)),
            ((0, 3), (2, 3), (2,)),
            ((2, 0), (3, 0), (3,)),
            ((2, 3), (0, 3), (0,)),
        ),
    ),
    Operation(
        "linear without bias",
        nn.linear,
        lambda g, x, w: nn.linear_backward(g, x, w)[:2],
        F.linear,
        (((5, 3), (4, 3)),),
    ),
    Operation(
        "dropout",
        lambda x, mask: nn.dropout(x, mask, p=0.3),
        lambda g, x, mask: nn.dropout_backward(g, mask, p=0.3),
        lambda x, mask: x * mask / 0.7,
        ELEMENTWISE,
        lambda rng, shape: np.asarray(rng.random(shape) > 0.3),
    ),
    *loss_rows(),
    *convolution_rows(),
    *pooling_rows(),
    *(
        Operation(
            f"local_response_norm {settings}",
            lambda x, s=settings: nn.local_response_norm(x, **s),
            lambda g, x, s=settings: nn.local_response_norm_backward(g, x, **s),
            lambda x, s=settings: F.local_response_norm(x, **s),
            (((2, 7, 3, 5),), ((1, 1, 1, 1),), ((2, 3, 4),)),
        )
        for settings in (
            {"size": 5, "alpha": 0.5, "k": 2.0},
            {"size": 4, "alpha": 1.0, "beta": 1.5},
            {"size": 1},
        )
    ),
]

CASES = [
    pytest.param(operation, shapes, id=f"{operation.name}-{shapes}")
    for operation in OPERATIONS
    for shapes in operation.shapes
]


def as_tuple(gradients):
    return gradients if isinstance(gradients, tuple) else (gradients,)


def cast(fixed, dtype):
    """Targets follow the dtype of the arrays, masks and labels keep theirs."""
    return [a.astype(dtype) if a.dtype.kind == "f" else a for a in fixed]


def close(actual, expected, tolerance):
    scale = np.max(np.abs(expected), initial=0.0)
    np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance * scale)


@pytest.mark.parametrize("operation, shapes", CASES)
def test_differences_along_random_directions(operation, shapes, rng):
    inputs = [rng.normal(size=shape) for shape in shapes]
    fixed = operation.fixed_arrays(shapes)
    gradcheck(
        lambda *arrays: operation.forward(*arrays, *fixed),
        lambda g, *arrays: operation.backward(g, *arrays, *fixed),
        inputs,
        rng=rng,
    )


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("operation, shapes", CASES)
def test_autograd_with_a_random_cotangent_in_every_library(operation, shapes, dtype, lib, rng):
    arrays = [rng.normal(size=shape).astype(dtype) for shape in shapes]
    fixed = cast(operation.fixed_arrays(shapes), dtype)
    leaves = [torch.tensor(a.astype("float64"), requires_grad=True) for a in arrays]
    judged = operation.judge(*leaves, *map(torch.tensor, cast(fixed, "float64")))
    cotangent = rng.normal(size=tuple(judged.shape)).astype(dtype)
    expected = torch.autograd.grad(judged, leaves, torch.tensor(cotangent.astype("float64")))

    ours = [lib(a, dtype) for a in arrays]
    rest = [lib(a) for a in fixed]
    output = operation.forward(*ours, *rest)
    gradients = as_tuple(operation.backward(lib(cotangent, dtype), *ours, *rest))

    assert len(gradients) == len(expected)
    for actual, wanted in [(output, judged.detach()), *zip(gradients, expected)]:
        actual = lib.numpy(actual)
        assert actual.dtype == dtype
        assert actual.shape == tuple(wanted.shape)
        close(actual, wanted.numpy(), TOLERANCE[dtype])
    for before, after in zip([*arrays, *fixed], [*ours, *rest]):
        assert np.array_equal(before, lib.numpy(after)), "an argument was written to"
