"""What every operation, layer and model says to arguments that cannot be meant."""

import numpy as np
import pytest

from course_lib import nn

torch = pytest.importorskip("torch")


def f(*shape):
    return np.zeros(shape)


RNG = np.random.default_rng(0)
INTEGERS = np.zeros((2, 3), int)
LINEAR = f(5, 3), f(4, 3)
IMAGES = f(2, 4, 6, 5), f(6, 4, 3, 2)

SENTENCES = [
    # dtypes, libraries, things that are no arrays
    (lambda: nn.sigmoid([1.0]), TypeError, "sigmoid: x: expected an array .*got list"),
    (lambda: nn.tanh(INTEGERS), TypeError, "tanh: x has dtype int64, expected a real floating"),
    (lambda: nn.relu(f(2) > 0), TypeError, "relu: x has dtype bool, expected a real floating"),
    (lambda: nn.linear(INTEGERS, f(4, 3)), TypeError, "linear: x has dtype int64"),
    (
        lambda: nn.linear(f(5, 3).astype("float32"), f(4, 3)),
        TypeError,
        "linear: weight has dtype float64, expected float32 as x has",
    ),
    (
        lambda: nn.linear(torch.zeros(5, 3), f(4, 3)),
        TypeError,
        r"linear: arrays of different libraries: numpy\.ndarray, torch\.Tensor",
    ),
    (
        lambda: nn.linear(torch.zeros(5, 3), torch.zeros(4, 3, device="meta")),
        ValueError,
        "linear: weight is on device meta, expected cpu where x is",
    ),
    (
        lambda: nn.cross_entropy(torch.zeros(5, 3), torch.zeros(5, dtype=int, device="meta")),
        ValueError,
        "cross_entropy: target is on device meta",
    ),
    # shapes
    (
        lambda: nn.linear(f(5, 3), f(2, 4)),
        ValueError,
        r"linear: x has 3 features, weight expects 4 \(weight\.shape\[1\]\)",
    ),
    (lambda: nn.linear(f(3), f(4, 3)), ValueError, r"x has shape \(3,\), expected 2 dim.*\(N, D\)"),
    (lambda: nn.linear(*LINEAR, f(3)), ValueError, r"bias has shape \(3,\), expected \(4,\)"),
    (
        lambda: nn.linear_backward(f(5, 3), *LINEAR),
        ValueError,
        r"linear_backward: grad_output has shape \(5, 3\), expected \(5, 4\)",
    ),
    (
        lambda: nn.relu_backward(f(2), f(3)),
        ValueError,
        r"grad_output has shape \(2,\), expected \(3,\) as x has",
    ),
    (lambda: nn.sigmoid_backward(f(2), f(3)), ValueError, "as output has"),
    (lambda: nn.tanh_backward(f(2), f(3)), ValueError, "as output has"),
    (lambda: nn.softmax_backward(f(2), f(3)), ValueError, "as output has"),
    (lambda: nn.log_softmax_backward(f(2), f(3)), ValueError, "as output has"),
    (lambda: nn.softmax(f(2, 0)), ValueError, "at least one class along axis -1"),
    (lambda: nn.log_softmax(f(2, 3), axis=2), ValueError, r"axis is 2, but x has shape \(2, 3\)"),
    # losses
    (lambda: nn.l2_loss(f(2, 3), f(2, 2)), ValueError, r"target has shape \(2, 2\), expected"),
    (lambda: nn.l2_loss(np.array(1.0), np.array(1.0)), ValueError, r"expected \(N, \.\.\.\)"),
    (lambda: nn.l2_loss(f(2, 3), INTEGERS), TypeError, "target has dtype int64, expected float64"),
    (lambda: nn.l2_loss(f(2), f(2), reduction="avg"), ValueError, "reduction is 'avg', expected"),
    (lambda: nn.l2_loss(f(0, 3), f(0, 3)), ValueError, "no samples"),
    (lambda: nn.l2_loss_backward(f(0, 3), f(0, 3)), ValueError, "no samples"),
    (lambda: nn.l2_loss_and_gradient(f(0, 3), f(0, 3)), ValueError, "_and_gradient: no samples"),
    (
        lambda: nn.l2_loss_and_gradient(f(2, 3), f(2, 2)),
        ValueError,
        r"l2_loss_and_gradient: target has shape \(2, 2\), expected \(2, 3\)",
    ),
    (
        lambda: nn.binary_cross_entropy_with_logits(f(2, 1), f(2, 1) + 2.0),
        ValueError,
        r"target goes from 2 to 2, expected probabilities in 0\.\.1",
    ),
    (
        lambda: nn.binary_cross_entropy_with_logits_backward(f(2, 1), f(2, 1) - 2.0),
        ValueError,
        "target goes from -2 to -2",
    ),
    (
        lambda: nn.binary_cross_entropy_with_logits_and_gradient(f(2, 1), f(2, 1) - 2.0),
        ValueError,
        "with_logits_and_gradient: target goes from -2 to -2",
    ),
    (
        lambda: nn.cross_entropy_and_gradient(f(2, 3), np.array([1, 0]), reduction="avg"),
        ValueError,
        "cross_entropy_and_gradient: reduction is 'avg', expected",
    ),
    (
        lambda: nn.cross_entropy_and_gradient(f(2, 3), np.array([-1, 0])),
        ValueError,
        r"cross_entropy_and_gradient: target goes from -1 to 0, expected classes in 0\.\.2",
    ),
    (
        lambda: nn.cross_entropy(f(2, 3), np.array([1, 3])),
        ValueError,
        r"target goes from 1 to 3, expected classes in 0\.\.2",
    ),
    (
        lambda: nn.cross_entropy_backward(f(2, 3), np.array([-1, 0])),
        ValueError,
        r"target goes from -1 to 0, expected classes in 0\.\.2",
    ),
    (
        lambda: nn.cross_entropy(f(2, 3), np.array([[0.5, 0.5, 0.0], [0.5, 0.5, 0.5]])),
        ValueError,
        "the probabilities in row 1 of target add to 1.5, expected 1",
    ),
    (
        lambda: nn.cross_entropy(f(1, 2), np.array([[1.5, -0.5]])),
        ValueError,
        "target goes from -0.5 to 1.5, expected probabilities",
    ),
    (lambda: nn.cross_entropy(f(2, 3), f(2)), ValueError, "dtype float64 and shape .2,., expected"),
    (lambda: nn.cross_entropy(f(2, 3), np.zeros(3, int)), ValueError, "integers of shape .2,."),
    (lambda: nn.cross_entropy(f(2, 3), INTEGERS), TypeError, "target has dtype int64"),
    (lambda: nn.cross_entropy(f(3), np.zeros(3, int)), ValueError, r"expected 2 .*\(N, K\)"),
    # convolution
    (lambda: nn.conv2d(f(2, 4, 6), IMAGES[1]), ValueError, r"4 dimensions \(N, C, H, W\)"),
    (lambda: nn.conv2d(f(2, 3, 6, 5), IMAGES[1]), ValueError, "x has 3 channels, weight expects 4"),
    (
        lambda: nn.conv2d(*IMAGES, groups=2),
        ValueError,
        "x has 4 channels in groups of 2, weight expects 4",
    ),
    (
        lambda: nn.conv2d(f(2, 4, 2, 5), IMAGES[1]),
        ValueError,
        "conv2d: the kernel reaches over 3×2 pixels, expected at most the 2×5 of the padded input",
    ),
    (lambda: nn.conv2d(*IMAGES, dilation=3), ValueError, "reaches over 7×4 pixels"),
    (lambda: nn.conv2d(*IMAGES, stride=0), ValueError, "stride is 0, expected an integer of at"),
    (lambda: nn.conv2d(*IMAGES, padding=-1), ValueError, "padding is -1, expected an integer of"),
    (
        lambda: nn.conv2d(*IMAGES, padding_value="0"),
        TypeError,
        "padding_value is '0', expected a n",
    ),
    (lambda: nn.conv2d(*IMAGES, padding=(1, -1)), ValueError, r"padding is \(1, -1\), expected"),
    (lambda: nn.conv2d(*IMAGES, stride=(1, 2, 3)), ValueError, r"stride is \(1, 2, 3\), expected"),
    (lambda: nn.conv2d(*IMAGES, stride=1.5), ValueError, "stride is 1.5, expected an integer"),
    (lambda: nn.conv2d(*IMAGES, groups=3), ValueError, "groups is 3, expected a divisor of the 4"),
    (lambda: nn.conv2d(*IMAGES, groups=0), ValueError, "groups is 0, expected an integer"),
    (lambda: nn.conv2d(*IMAGES, f(5)), ValueError, r"bias has shape \(5,\), expected \(6,\)"),
    (lambda: nn.conv2d(IMAGES[0], f(0, 4, 3, 2)), ValueError, r"expected no 0"),
    (
        lambda: nn.conv2d_backward(f(2, 6, 3, 4), *IMAGES),
        ValueError,
        r"grad_output has shape \(2, 6, 3, 4\), expected \(2, 6, 4, 4\)",
    ),
    (lambda: nn.conv1d(f(2, 4), f(6, 4, 3)), ValueError, r"conv1d: x .*\(N, C, L\)"),
    (lambda: nn.conv1d(f(2, 4, 7), f(6, 4, 3), stride=(1, 1)), ValueError, r"stride is \(1, 1\)"),
    (lambda: nn.conv1d(f(2, 4, 7), f(6, 3, 3)), ValueError, "conv1d: x has 4 channels"),
    (lambda: nn.correlate(f(2), f(3)), ValueError, r"kernel has shape \(3,\), expected .*\(2,\)"),
    (lambda: nn.convolve(f(4, 4), f(3)), ValueError, "both of 1 or both of 2 dimensions"),
    # pooling, normalization, dropout
    (lambda: nn.max_pool2d(f(2, 4, 6), kernel_size=2), ValueError, r"\(N, C, H, W\)"),
    (lambda: nn.max_pool2d(IMAGES[0], kernel_size=7), ValueError, "reaches over 7×7 pixels"),
    (lambda: nn.max_pool2d(IMAGES[0], kernel_size=0), ValueError, "kernel_size is 0, expected"),
    (lambda: nn.avg_pool2d(IMAGES[0], kernel_size=2, stride=-1), ValueError, "stride is -1"),
    (lambda: nn.avg_pool2d(IMAGES[0], kernel_size=2, padding=2), ValueError, "at most half of"),
    (
        lambda: nn.max_pool2d_backward(f(2, 4, 2, 2), IMAGES[0], kernel_size=2),
        ValueError,
        r"grad_output has shape \(2, 4, 2, 2\), expected \(2, 4, 3, 2\)",
    ),
    (lambda: nn.local_response_norm(f(3), size=2), ValueError, r"expected \(N, C, \.\.\.\)"),
    (lambda: nn.local_response_norm(f(3, 2), size=0), ValueError, "size is 0, expected a pos"),
    (lambda: nn.local_response_norm_backward(f(3, 2), f(3, 1), size=1), ValueError, "as x has"),
    (lambda: nn.dropout(f(3), f(3), p=0.5), TypeError, "mask has dtype float64, expected bool"),
    (lambda: nn.dropout(f(3), f(2) == 0, p=0.5), ValueError, r"mask has shape \(2,\), expected"),
    (lambda: nn.dropout(f(3), f(3) == 0, p=1.0), ValueError, r"p is 1.0, expected .*\[0, 1\)"),
    # layers and models
    (lambda: nn.Dropout(-0.1, rng=RNG), ValueError, "p is -0.1, expected"),
    (lambda: nn.Dropout(rng=3), TypeError, "Dropout: rng is 3, expected numpy.random.default_rng"),
    (lambda: nn.Linear(0, 3, rng=RNG), ValueError, "Linear: in_features is 0, expected an integer"),
    (lambda: nn.Linear(3, -1, rng=RNG), ValueError, "Linear: out_features is -1, expected an int"),
    (lambda: nn.Linear(2, 2, rng=3), TypeError, "rng is 3, expected numpy.random.default_rng"),
    (lambda: nn.Conv2d(-4, 6, 3, rng=RNG), ValueError, "Conv2d: in_channels is -4, expected an"),
    (lambda: nn.Conv2d(4, 0, 3, rng=RNG), ValueError, "Conv2d: out_channels is 0, expected an int"),
    (lambda: nn.Conv2d(4, 6, 3, groups=0, rng=RNG), ValueError, "Conv2d: groups is 0, expected an"),
    (lambda: nn.Conv2d(4, 6, 3, groups=4, rng=RNG), ValueError, "groups is 4, expected a divisor"),
    (lambda: nn.Conv2d(4, 6, 0, rng=RNG), ValueError, "kernel_size is 0"),
    (lambda: nn.MaxPool2d(2, stride=0), ValueError, "MaxPool2d: stride is 0"),
    (lambda: nn.SelectChannels([0, 3], 3), ValueError, r"from 0 to 3, expected numbers in 0\.\.2"),
    (lambda: nn.SelectChannels([0], 3).forward(f(2, 4, 1, 1)), ValueError, r"expected \(3, H, W\)"),
    (lambda: nn.UnitBias((2, 3)).forward(f(5, 3, 2)), ValueError, r"expected \(2, 3\) as the bias"),
    (lambda: nn.Linear(3, 2, rng=RNG).to(INTEGERS), TypeError, "other has dtype int64"),
    (lambda: nn.Sequential(), ValueError, "no layers"),
    (lambda: nn.Sequential(nn.sigmoid), TypeError, "layer 0 is function, expected a Layer"),
    (lambda: nn.Sequential(nn.Tanh()).costs(), ValueError, "without input_shape"),
    (lambda: nn.mlp([3], rng=RNG), ValueError, r"sizes is \[3\], expected two or more"),
    (lambda: nn.mlp([3, 0], rng=RNG), ValueError, "expected two or more positive integers"),
    (lambda: nn.mlp([3, 1], activation="step", rng=RNG), ValueError, "'step', expected one of"),
    (lambda: nn.alexnet(width=0, rng=RNG), ValueError, "width is 0"),
    (lambda: nn.alexnet(groups=0, rng=RNG), ValueError, "groups 0"),
    (
        lambda: nn.alexnet(width=1 / 96, rng=RNG).costs((3, 20, 20)),
        ValueError,
        "the kernel reaches over 5×5|reaches over 3×3",
    ),
]


@pytest.mark.parametrize("call, error, sentence", SENTENCES)
def test_one_sentence_says_what_is_wrong(call, error, sentence):
    with pytest.raises(error, match=sentence) as caught:
        call()
    assert "\n" not in str(caught.value)


LAYERS = [
    (nn.Linear(3, 2, rng=RNG), (5, 3)),
    (nn.Conv2d(2, 3, 2, rng=RNG), (2, 2, 4, 5)),
    (nn.Sigmoid(), (2, 3)),
    (nn.Tanh(), (2, 3)),
    (nn.ReLU(), (2, 3)),
    (nn.Flatten(), (2, 3, 4)),
    (nn.Dropout(0.5, rng=RNG), (2, 3)),
    (nn.MaxPool2d(2), (2, 3, 4, 4)),
    (nn.AvgPool2d(2), (2, 3, 4, 4)),
    (nn.LocalResponseNorm(2), (2, 3, 4, 4)),
    (nn.UnitBias((3, 4)), (2, 3, 4)),
    (nn.SelectChannels([1, 0, 1], 2), (2, 2, 4, 3)),
    (nn.Sequential(nn.Tanh()), (2, 3)),
]


@pytest.mark.parametrize("layer, shape", LAYERS, ids=lambda value: str(value)[:30])
def test_one_backward_pass_for_each_forward_pass(layer, shape):
    with pytest.raises(RuntimeError, match="expected a forward pass before every backward pass"):
        layer.backward(np.zeros(shape))
    output = layer.forward(np.ones(shape))
    assert layer.backward(output).shape == shape
    with pytest.raises(RuntimeError, match="expected a forward pass before every backward pass"):
        layer.backward(output)
