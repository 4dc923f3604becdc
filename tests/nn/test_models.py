"""Whole networks: their published numbers, and their gradients against torch modules."""

import numpy as np
import pytest

from course_lib import nn

torch = pytest.importorskip("torch")
F = torch.nn.functional


def test_lenet_has_the_published_numbers():
    model = nn.lenet1989(rng=np.random.default_rng(0))
    rows = {row.layer: row for row in model.costs()}
    assert {name: (row.parameters, row.connections) for name, row in rows.items()} == {
        "H1": (1068, 19968),
        "H2": (2592, 38592),
        "H3": (5790, 5790),
        "output": (310, 310),
    }
    assert [row.output_shape for row in rows.values()] == [(12, 8, 8), (12, 4, 4), (30,), (10,)]
    assert sum(parameter.size for parameter in model.parameters) == 9760
    assert model.connections((1, 16, 16)) == 64660


def test_each_map_of_h2_sees_8_maps_of_h1_and_each_of_those_is_seen_equally_often():
    h2 = nn.lenet1989(rng=np.random.default_rng(0)).layers[1]
    seen = np.zeros((12, 12), int)
    for channel in range(12):
        x = np.full((1, 12, 8, 8), -1.0)  # as the border is: the response to nothing
        background = h2.forward(x)
        x[0, channel] = 1.0
        seen[:, channel] = np.any(h2.forward(x) != background, axis=(0, 2, 3))
    assert seen.sum(axis=1).tolist() == [8] * 12
    assert seen.sum(axis=0).tolist() == [8] * 12


def test_initial_weights_of_lenet_lie_within_their_bounds():
    model = nn.lenet1989(rng=np.random.default_rng(0))
    for parameter, fan_in in zip(model.parameters[::2], (25, 200, 192, 30)):
        assert 0.9 * 2.4 / fan_in < np.abs(parameter).max() <= 2.4 / fan_in
    assert all(np.all(biases == 0) for biases in model.parameters[1::2])


PARAMETERS = {
    2: [34944, 307456, 885120, 663936, 442624, 37752832, 16781312, 4097000],
    1: [34944, 614656, 885120, 1327488, 884992, 37752832, 16781312, 4097000],
}


@pytest.mark.parametrize("groups, total", [(2, 60965224), (1, 62378344)])
def test_alexnet_has_the_published_numbers(groups, total):
    rows = nn.alexnet(groups=groups, rng=Zeros(np.random.PCG64())).costs()
    counts = [row.parameters for row in rows if row.parameters]
    assert counts == PARAMETERS[groups]
    assert sum(counts) == total
    if groups == 2:
        assert sum(row.multiply_adds for row in rows) == 724406816
    sizes = [
        row.output_shape[1]
        for row in rows
        if row.layer.startswith(("Conv2d", "MaxPool2d")) and len(row.output_shape) == 3
    ]
    assert sizes == [55, 27, 27, 13, 13, 13, 13, 6]


class Zeros(np.random.Generator):
    """A generator that takes no time over sixty million numbers."""

    def standard_normal(self, shape, dtype):
        return np.broadcast_to(dtype.type(0), shape).copy()


def test_alexnet_is_narrower_when_asked():
    model = nn.alexnet(width=1 / 16, num_classes=7, rng=np.random.default_rng(0))
    shapes = [parameter.shape for parameter in model.parameters[::2]]
    assert shapes == [
        *[(6, 3, 11, 11), (16, 3, 5, 5), (24, 16, 3, 3), (24, 12, 3, 3), (16, 12, 3, 3)],
        *[(256, 576), (256, 256), (7, 256)],
    ]
    assert all(parameter.dtype == "float32" for parameter in model.parameters)


class TorchLeNet(torch.nn.Module):
    """LeNet 1989 in torch, from the paper rather than from our layers: H2 map by map."""

    def __init__(self, parameters):
        super().__init__()
        self.weights = torch.nn.ParameterList(torch.tensor(p) for p in parameters)
        self.wiring = [list(range(8)), list(range(4, 12)), [8, 9, 10, 11, 0, 1, 2, 3]]

    def forward(self, x):
        w1, b1, w2, b2, w3, b3, w4, b4 = self.weights
        h1 = torch.tanh(F.conv2d(F.pad(x, (2, 2, 2, 2), value=-1.0), w1, stride=2) + b1)
        padded = F.pad(h1, (2, 2, 2, 2), value=-1.0)
        maps = [
            F.conv2d(padded[:, self.wiring[k // 4]], w2[k : k + 1], stride=2) for k in range(12)
        ]
        h2 = torch.tanh(torch.cat(maps, dim=1) + b2)
        h3 = torch.tanh(F.linear(h2.flatten(1), w3, b3))
        return torch.tanh(F.linear(h3, w4, b4))


def torch_alexnet(model):
    """The same architecture as a torch module, with copies of our weights; dropout is off."""
    layers = []
    for layer in model.layers:
        if isinstance(layer, nn.Conv2d):
            kernels, channels, *kernel_size = layer.parameters[0].shape
            settings = {**layer.settings, "dtype": torch.float64}
            assert settings.pop("padding_value") == 0
            channels *= settings["groups"]
            layers.append(torch.nn.Conv2d(channels, kernels, kernel_size, **settings))
        elif isinstance(layer, nn.Linear):
            layers.append(torch.nn.Linear(*layer.parameters[0].shape[::-1], dtype=torch.float64))
        elif isinstance(layer, nn.LocalResponseNorm):
            layers.append(torch.nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0))
        elif isinstance(layer, nn.MaxPool2d):
            layers.append(torch.nn.MaxPool2d(3, stride=2))
        else:
            layers.append(
                {"ReLU": torch.nn.ReLU, "Flatten": torch.nn.Flatten}.get(
                    type(layer).__name__, torch.nn.Identity
                )()
            )
    module = torch.nn.Sequential(*layers)
    with torch.no_grad():
        for theirs, ours in zip(module.parameters(), model.parameters, strict=True):
            theirs.copy_(torch.tensor(ours))
    return module


def check_against_module(model, module, x, cotangent, lib):
    """Output, gradient of the data and of all parameters, relative to the largest of each."""
    leaf = torch.tensor(x, requires_grad=True)
    output = module(leaf)
    output.backward(torch.tensor(cotangent))
    model.to(lib(x))
    ours = model.forward(lib(x)), model.backward(lib(cotangent)), *model.gradients
    theirs = output.detach(), leaf.grad, *(weight.grad for weight in module.parameters())
    for actual, wanted in zip(ours, theirs, strict=True):
        scale = float(wanted.abs().max())
        np.testing.assert_allclose(lib.numpy(actual), wanted.numpy(), atol=1e-10 * scale, rtol=1e-9)


def test_gradients_of_a_whole_lenet(lib, rng):
    model = nn.lenet1989(rng=rng)
    for biases in model.parameters[1::2]:
        biases[...] = rng.normal(size=biases.shape)
    x, cotangent = rng.uniform(-1, 1, size=(3, 1, 16, 16)), rng.normal(size=(3, 10))
    check_against_module(model, TorchLeNet(model.parameters), x, cotangent, lib)


def test_gradients_of_a_narrow_alexnet(lib, rng):
    model = nn.alexnet(width=1 / 32, num_classes=5, rng=rng, dtype="float64")
    x, cotangent = rng.normal(size=(2, 3, 227, 227)), rng.normal(size=(2, 5))
    check_against_module(model, torch_alexnet(model), x, cotangent, lib)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_gradients_of_an_mlp(activation, lib, rng):
    model = nn.mlp([5, 4, 3, 2], activation=activation, rng=rng)
    function = {"sigmoid": torch.nn.Sigmoid, "tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}
    layers = []
    for weight, bias in zip(model.parameters[::2], model.parameters[1::2]):
        layer = torch.nn.Linear(*weight.shape[::-1])
        layer.weight, layer.bias = (torch.nn.Parameter(torch.tensor(a)) for a in (weight, bias))
        layers += [layer, function[activation]()]
    module = torch.nn.Sequential(*layers[:-1])
    x, cotangent = rng.normal(size=(7, 5)), rng.normal(size=(7, 2))
    check_against_module(model, module, x, cotangent, lib)


def test_training_leaves_out_the_gradient_of_the_data(rng):
    """It stops at the first layer with parameters, which may be inside a chain."""
    model = nn.lenet1989(rng=rng)
    x, cotangent = rng.uniform(-1, 1, size=(3, 1, 16, 16)), rng.normal(size=(3, 10))
    model.forward(x, training=True)
    model.backward(cotangent)
    expected = model.gradients
    model.forward(x, training=True)
    assert model.backward(cotangent, input_gradient=False) is None
    for actual, wanted in zip(model.gradients, expected, strict=True):
        assert np.array_equal(actual, wanted)


def test_training_does_no_work_for_the_gradient_of_the_data(rng):
    class Untouched(nn.Tanh):
        def backward(self, grad_output, *, input_gradient=True):
            raise AssertionError("nobody needs this")

    chain = nn.Sequential(Untouched(), nn.Linear(3, 2, rng=rng), nn.Tanh())
    model = nn.Sequential(nn.Flatten(), chain)
    model.backward(model.forward(np.ones((4, 3))), input_gradient=False)
    assert [gradient.shape for gradient in model.gradients] == [(2, 3), (2,)]


def test_dropout_is_part_of_alexnet_only_while_training(rng):
    model = nn.alexnet(width=1 / 96, num_classes=3, rng=rng)
    x = rng.normal(size=(1, 3, 227, 227)).astype("float32")
    still = [model.forward(x) for _ in range(2)]
    training = [model.forward(x, training=True) for _ in range(2)]
    assert np.array_equal(*still)
    assert not np.array_equal(*training)


def test_the_same_seed_gives_the_same_model():
    first, again = (nn.mlp([3, 2, 1], rng=np.random.default_rng(5)) for _ in range(2))
    for ours, theirs in zip(first.parameters, again.parameters, strict=True):
        assert np.array_equal(ours, theirs)


def test_a_model_without_an_input_shape_prints_as_it_was_made():
    assert str(nn.Sequential(nn.Tanh(), nn.ReLU())) == "Sequential(Tanh(), ReLU())"


def test_shapes_that_do_not_follow_on_each_other():
    rng = np.random.default_rng(0)
    model = nn.Sequential(nn.Linear(3, 2, rng=rng), nn.Linear(3, 1, rng=rng))
    with pytest.raises(ValueError, match=r"Linear: input_shape is \(2,\), expected \(3,\)"):
        model.costs((3,))
