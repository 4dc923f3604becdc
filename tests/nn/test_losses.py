import numpy as np
import pytest

from course_lib import nn

torch = pytest.importorskip("torch")
F = torch.nn.functional

LOGITS = [[1e4, -1e4, 0.0], [-1e4, 1e4, 1e4], [0.0, 0.0, 0.0]]
LABELS = [1, 0, 2]
NAMES = ["l2_loss", "binary_cross_entropy_with_logits", "cross_entropy"]
YES_NO = [[0.0, 1.0, 1.0], [1.0, 0.0, 0.5], [1.0, 0.0, 0.5]]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "name, target",
    [("cross_entropy", LABELS), ("binary_cross_entropy_with_logits", YES_NO)],
)
def test_extreme_logits_give_what_torch_gives(name, target, dtype, lib):
    logits = torch.tensor(LOGITS, dtype=torch.float64, requires_grad=True)
    judge = getattr(F, name)(
        logits,
        torch.tensor(target, dtype=torch.int64 if name == "cross_entropy" else torch.float64),
        reduction="sum",
    )
    judge.backward()
    ours = lib(LOGITS, dtype), lib(target, "int64" if name == "cross_entropy" else dtype)
    with np.errstate(all="raise", under="ignore"):
        loss = getattr(nn, name)(*ours, reduction="sum")
        gradient = getattr(nn, name + "_backward")(*ours, reduction="sum")
        both = getattr(nn, name + "_and_gradient")(*ours, reduction="sum")
    for value, slopes in ((loss, gradient), both):
        assert float(value) == pytest.approx(judge.item(), rel=1e-6)
        np.testing.assert_allclose(lib.numpy(slopes), logits.grad.numpy(), atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_reductions_go_together(name, lib, rng):
    """ "none" is a loss for each sample, "sum" their sum, "mean" that over N, not over outputs."""
    outputs = lib(rng.normal(size=(4, 3)))
    target = lib(np.full((4, 3), 1 / 3))
    each = lib.numpy(getattr(nn, name)(outputs, target, reduction="none"))
    total = float(getattr(nn, name)(outputs, target, reduction="sum"))
    mean = float(getattr(nn, name)(outputs, target))
    assert each.shape == (4,)
    assert each.sum() == pytest.approx(total, rel=1e-14)
    assert mean == pytest.approx(total / 4, rel=1e-14)
    backward = getattr(nn, name + "_backward")
    by_sum = lib.numpy(backward(outputs, target, reduction="sum"))
    assert np.array_equal(lib.numpy(backward(outputs, target, reduction="none")), by_sum)
    np.testing.assert_allclose(lib.numpy(backward(outputs, target)), by_sum / 4, rtol=1e-15)


@pytest.mark.parametrize(
    "samples, reduction",
    [(1, "mean"), (4, "mean"), (0, "sum"), (4, "sum"), (0, "none"), (4, "none")],
)
@pytest.mark.parametrize("name", NAMES)
def test_the_pair_is_what_the_two_functions_return(name, samples, reduction, lib, rng):
    outputs, target = lib(rng.normal(size=(samples, 3))), lib(np.full((samples, 3), 1 / 3))
    pair = getattr(nn, name + "_and_gradient")(outputs, target, reduction=reduction)
    apart = [
        getattr(nn, name + ending)(outputs, target, reduction=reduction)
        for ending in ("", "_backward")
    ]
    for ours, expected in zip(pair, apart, strict=True):
        np.testing.assert_allclose(lib.numpy(ours), lib.numpy(expected), rtol=1e-13, atol=1e-16)


def test_the_lectures_gradient_of_softmax_and_cross_entropy():
    """o = softmax(u): the gradient is o - t, here 1/2 - t."""
    gradient = nn.cross_entropy_backward(np.zeros((1, 2)), np.array([[1.0, 0.0]]))
    assert gradient.tolist() == [[-0.5, 0.5]]


def test_one_loss_for_each_number_of_a_flat_output():
    losses = nn.l2_loss(np.array([1.0, 2.0]), np.array([0.0, 0.0]), reduction="none")
    assert losses.tolist() == [0.5, 2.0]


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64"])
def test_labels_of_any_integer_type(dtype):
    """A byte cannot count the 300 classes, but it can name one of them."""
    logits = np.random.default_rng(1).normal(size=(2, 300))
    labels = np.array([0, 255], dtype)
    judge = F.cross_entropy(torch.tensor(logits), torch.tensor([0, 255]))
    assert float(nn.cross_entropy(logits, labels)) == pytest.approx(float(judge), rel=1e-14)
