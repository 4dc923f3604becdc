import numpy as np
import pytest

from course_lib import nn

RNG = np.random.default_rng(0)

# A layer, the shape of its input, and the function that it stands for, given its parameters.
LAYERS = [
    (nn.Linear(3, 4, rng=RNG), (5, 3), nn.linear, lambda g, x, w, b: nn.linear_backward(g, x, w)),
    (
        nn.Linear(3, 4, rng=RNG, bias=False),
        (5, 3),
        nn.linear,
        lambda g, x, w: nn.linear_backward(g, x, w)[:2],
    ),
    (
        nn.Conv2d(4, 6, (3, 2), stride=2, padding=1, dilation=(1, 2), groups=2, rng=RNG),
        (2, 4, 7, 8),
        lambda x, w, b: nn.conv2d(x, w, b, stride=2, padding=1, dilation=(1, 2), groups=2),
        lambda g, x, w, b: nn.conv2d_backward(
            g, x, w, stride=2, padding=1, dilation=(1, 2), groups=2
        ),
    ),
    (
        nn.Conv2d(2, 3, 2, rng=RNG, bias=False),
        (2, 2, 4, 5),
        nn.conv2d,
        lambda g, x, w: nn.conv2d_backward(g, x, w)[:2],
    ),
    (
        nn.Conv2d(2, 3, 2, padding=1, padding_value=-1.0, rng=RNG),
        (2, 2, 4, 5),
        lambda x, w, b: nn.conv2d(x, w, b, padding=1, padding_value=-1.0),
        lambda g, x, w, b: nn.conv2d_backward(g, x, w, padding=1, padding_value=-1.0),
    ),
    (
        nn.MaxPool2d(3, stride=2, padding=1),
        (2, 3, 5, 6),
        lambda x: nn.max_pool2d(x, kernel_size=3, stride=2, padding=1),
        lambda g, x: (nn.max_pool2d_backward(g, x, kernel_size=3, stride=2, padding=1),),
    ),
    (
        nn.AvgPool2d(2),
        (2, 3, 4, 6),
        lambda x: nn.avg_pool2d(x, kernel_size=2),
        lambda g, x: (nn.avg_pool2d_backward(g, x, kernel_size=2),),
    ),
    (
        nn.LocalResponseNorm(3, alpha=0.5, beta=0.5, k=2.0),
        (2, 5, 3, 4),
        lambda x: nn.local_response_norm(x, size=3, alpha=0.5, beta=0.5, k=2.0),
        lambda g, x: (nn.local_response_norm_backward(g, x, size=3, alpha=0.5, beta=0.5, k=2.0),),
    ),
    (
        nn.Sigmoid(),
        (2, 3),
        nn.sigmoid,
        lambda g, x: (nn.sigmoid_backward(g, nn.sigmoid(x)),),
    ),
    (nn.Tanh(), (2, 3), nn.tanh, lambda g, x: (nn.tanh_backward(g, nn.tanh(x)),)),
    (nn.ReLU(), (2, 3), nn.relu, lambda g, x: (nn.relu_backward(g, x),)),
    (
        nn.Flatten(),
        (2, 3, 4),
        lambda x: x.reshape(2, 12),
        lambda g, x: (g.reshape(2, 3, 4),),
    ),
    (
        nn.UnitBias((3, 4)),
        (2, 3, 4),
        lambda x, b: x + b,
        lambda g, x, b: (g, g.sum(axis=0)),
    ),
    (
        nn.SelectChannels([2, 0, 2], 3),
        (2, 3, 4, 5),
        lambda x: x[:, [2, 0, 2]],
        lambda g, x: (np.stack([g[:, 1], 0 * g[:, 1], g[:, 0] + g[:, 2]], axis=1),),
    ),
]


@pytest.fixture(params=LAYERS, ids=lambda row: repr(row[0]))
def case(request, rng):
    layer, shape, forward, backward = request.param
    layer.to(np.zeros(1))
    x = rng.normal(size=shape)
    for parameter in layer.parameters:
        parameter[...] = rng.normal(size=parameter.shape)
    cotangent = rng.normal(size=forward(x, *layer.parameters).shape)
    return layer, x, cotangent, forward, backward


def test_a_layer_is_its_function_with_weights_of_its_own(case, lib):
    layer, x, cotangent, forward, backward = case
    expected = backward(cotangent, x, *layer.parameters)
    expected_output = forward(x, *layer.parameters)
    layer.to(lib(x))
    output = layer.forward(lib(x))
    grad_x = layer.backward(lib(cotangent))
    np.testing.assert_allclose(lib.numpy(output), expected_output, rtol=1e-12, atol=1e-13)
    assert len(layer.gradients) == len(layer.parameters)
    for actual, wanted in zip([grad_x, *layer.gradients], expected):
        np.testing.assert_allclose(lib.numpy(actual), wanted, rtol=1e-12, atol=1e-13)


def test_the_output_shape_is_known_beforehand(case):
    layer, x, cotangent, *_ = case
    assert layer.output_shape(x.shape[1:]) == cotangent.shape[1:]


def test_the_gradient_of_the_data_can_be_left_out(case):
    layer, x, cotangent, *_ = case
    layer.forward(x)
    layer.backward(cotangent)
    expected = [gradient.copy() for gradient in layer.gradients]
    layer.forward(x)
    layer.backward(cotangent, input_gradient=False)
    for actual, wanted in zip(layer.gradients, expected, strict=True):
        assert np.array_equal(actual, wanted)


@pytest.mark.parametrize("make", [nn.Linear, lambda *sizes, **s: nn.Conv2d(*sizes, 1, **s)])
def test_an_optimizer_changes_the_arrays_that_the_layer_uses(make):
    layer = make(1, 1, rng=RNG)
    shape = (1, 1) if len(layer.parameters[0].shape) == 2 else (1, 1, 1, 1)
    for parameter in layer.parameters:
        parameter[...] = 2.0
    assert layer.forward(np.ones(shape)).ravel().tolist() == [4.0]


def test_to_follows_library_and_dtype_of_an_array(lib):
    model = nn.mlp([3, 2, 1], rng=np.random.default_rng(2))
    before = [parameter.copy() for parameter in model.parameters]
    assert model.to(lib([0.0], "float32")) is model
    for parameter, old in zip(model.parameters, before, strict=True):
        assert lib.numpy(parameter).dtype == "float32"
        np.testing.assert_allclose(lib.numpy(parameter), old, rtol=1e-6)
    assert model.gradients == []


def test_to_makes_copies():
    """A model that was moved does not change with the one that it was moved from."""
    layer = nn.Linear(1, 1, rng=RNG)
    old = layer.parameters[0]
    layer.to(np.zeros(1))
    old += 1.0
    assert layer.parameters[0] is not old
    assert layer.parameters[0] != old


class TestDropout:
    def test_does_nothing_without_training(self, lib):
        layer, x = nn.Dropout(0.5, rng=np.random.default_rng(3)), lib(np.ones((3, 4)))
        assert layer.forward(x) is x
        assert layer.backward(x) is x

    def test_drops_and_scales_while_training(self, lib):
        layer = nn.Dropout(0.25, rng=np.random.default_rng(3))
        output = lib.numpy(layer.forward(lib(np.ones((100, 100))), training=True))
        kept = output != 0
        assert 0.7 < kept.mean() < 0.8
        assert np.all(output[kept] == 1 / 0.75)
        gradient = lib.numpy(layer.backward(lib(np.full((100, 100), 3.0))))
        np.testing.assert_allclose(gradient, 3.0 * output, rtol=1e-15)

    def test_draws_a_new_mask_each_time(self):
        layer, x = nn.Dropout(0.5, rng=np.random.default_rng(3)), np.ones(100)
        first, second = (layer.forward(x, training=True) for _ in range(2))
        assert np.any(first != second)


@pytest.mark.parametrize(
    "layer, text",
    [
        (nn.Linear(3, 2, rng=RNG, bias=False), "Linear(3, 2, bias=False)"),
        (nn.Conv2d(4, 6, 3, rng=RNG), "Conv2d(4, 6, 3)"),
        (
            nn.Conv2d(4, 6, 3, padding=1, padding_value=-1.0, rng=RNG),
            "Conv2d(4, 6, 3, padding=1, padding_value=-1.0)",
        ),
        (
            nn.Conv2d(4, 6, (3, 2), stride=2, padding=1, dilation=3, groups=2, bias=False, rng=RNG),
            "Conv2d(4, 6, (3, 2), stride=2, padding=1, dilation=3, groups=2, bias=False)",
        ),
        (nn.MaxPool2d(3, stride=2, padding=1), "MaxPool2d(3, stride=2, padding=1)"),
        (nn.AvgPool2d((2, 3)), "AvgPool2d((2, 3))"),
        (nn.Sequential(nn.Tanh(), nn.Dropout(0.5, rng=RNG)), "Sequential(Tanh(), Dropout(0.5))"),
    ],
)
def test_a_layer_reads_as_it_was_made(layer, text):
    assert repr(layer) == text
