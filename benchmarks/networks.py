"""Training steps and optimizers beside eager torch: torch.nn, autograd and torch.optim."""

import itertools
import time
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import nn as tnn
from torch.nn import functional

from benchmarks import networks_limits, networks_ops
from benchmarks.harness import Row, cpu_seconds, version
from course_lib import nn, optim

LR = 1e-3
PRODUCTS, CALLS = "its matrix products alone", "its NumPy calls alone"
OPTIMIZERS = {"SGD": (optim.SGD, torch.optim.SGD), "Adam": (optim.Adam, torch.optim.Adam)}
LOSSES = {
    "cross-entropy": (nn.cross_entropy_and_gradient, functional.cross_entropy),
    "squared error": (nn.l2_loss_and_gradient, functional.mse_loss),
}


def rows() -> Iterator[Row]:
    """Ours may take at most so many times as long as torch; the table shows the inverse."""
    torch.set_num_threads(1)
    for batch, most in ((32, 0.6), (128, 0.7)):
        for optimizer in OPTIMIZERS:
            model, peer = mlp([784, 128, 10])
            pair = steps(model, peer, optimizer, "cross-entropy", *digits(batch, 784))
            limits = {PRODUCTS: networks_limits.mlp_products([784, 128, 10], batch)}
            if optimizer == "SGD":
                limits[CALLS] = bare_step(model, *digits(batch, 784))
            size = f"784-128-10, batch {batch}, {optimizer}"
            yield from with_limits("MLP step", size, pair, most, limits)
    model, peer = mlp([784, 128, 10])
    model.to(torch.zeros(1))
    pair = steps(model, peer, "SGD", "cross-entropy", *digits(32, 784))
    limits = {"its torch calls alone": bare_step(model, *digits(32, 784))}
    size = "784-128-10, batch 32, SGD"
    yield from with_limits("the same on torch tensors", size, pair, 1.0, limits)
    model, peer = mlp([2, 16, 1])
    x, target = noise(4, 2), noise(4, 1)
    pair = steps(model, peer, "SGD", "squared error", x, target)
    limits = {CALLS: networks_limits.mlp_calls(model, x, target, "squared error", LR)}
    yield from with_limits("MLP step", "2-16-1, batch 4, SGD", pair, 0.15, limits)
    for batch, most in ((1, 0.4), (128, 0.8)):
        model = nn.lenet1989(rng=np.random.default_rng(0), dtype="float32")
        x, target = noise(batch, 1, 16, 16), noise(batch, 10)
        pair = steps(model, LeNet1989(), "SGD", "squared error", x, target)
        yield row("LeNet-1989 step", f"batch {batch}, SGD", pair, most)
    yield row("Adam", "10⁶ parameters", adams(10**6), 1.0)
    pair, limits = adams(10**6, fused=True), {CALLS: networks_limits.adam_calls(10**6)}
    yield from with_limits("Adam, torch's fused", "10⁶ parameters", pair, 2.6, limits)
    yield from networks_ops.rows()
    if torch.cuda.is_available():
        yield from cuda_rows()


def cuda_rows() -> Iterator[Row]:
    """Both in float32, without the shorter TF32."""
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    model, peer = mlp([784, 1024, 1024, 10])
    pair = steps(model, peer, "SGD", "cross-entropy", *digits(1024, 784), device="cuda")
    yield row("MLP step, CUDA", "784-1024-1024-10, batch 1024, SGD", pair, 1.0, wall_seconds)
    model = nn.alexnet(rng=np.random.default_rng(0))
    x, target = digits(128, 3, 227, 227, classes=1000)
    pair = steps(model, alexnet(), "SGD", "cross-entropy", x, target, device="cuda")
    yield row("AlexNet step, CUDA", "batch 128, SGD", pair, 1.5, wall_seconds)


def row(work: str, size: str, pair, most: float, timer=cpu_seconds) -> Row:
    ours, peer = timer(*pair)
    return Row(work, size, version("torch"), ours, peer, 1 / most)


def with_limits(work: str, size: str, pair, most: float, limits) -> Iterator[Row]:
    """A row, and one for information for each part of the work that cannot be saved, by name."""
    ours, peer, *least = cpu_seconds(*pair, *limits.values())
    yield Row(work, size, version("torch"), ours, peer, 1 / most)
    for name, seconds in zip(limits, least):
        yield Row(name, size, version("torch"), seconds, peer)


def bare_step(model, x, labels) -> Callable:
    """The calls of a step of SGD for the classes ``labels``, in the library of the model."""
    target = np.eye(10, dtype=np.float32)[labels]
    if isinstance(model.parameters[0], torch.Tensor):
        x, target = torch.from_numpy(x), torch.from_numpy(target)
    return networks_limits.mlp_calls(model, x, target, "cross-entropy", LR)


def steps(model, peer, optimizer, loss, x, target, device="cpu"):
    """A training step of our model and one of the torch module ``peer``, on the same data."""
    ours, theirs = OPTIMIZERS[optimizer]
    loss_and_gradient, torch_function = LOSSES[loss]
    torch_x, torch_target = (torch.from_numpy(array).to(device) for array in (x, target))
    peer = peer.to(device).train()
    torch_optimizer = theirs(peer.parameters(), lr=LR)
    if device != "cpu":
        model.to(torch_x)
    if isinstance(model.parameters[0], torch.Tensor):
        x, target = torch_x, torch_target
    our_optimizer, parameters = ours(lr=LR), model.parameters

    def our_step():
        output = model.forward(x, training=True)
        value, gradient = loss_and_gradient(output, target)
        model.backward(gradient, input_gradient=False)
        our_optimizer.step(parameters, model.gradients)
        return value

    def torch_step():
        torch_optimizer.zero_grad()
        value = torch_function(peer(torch_x), torch_target)
        value.backward()
        torch_optimizer.step()
        return value

    return our_step, torch_step


def noise(*shape: int) -> np.ndarray:
    """Data to train on: speed does not depend on what is learned."""
    return np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)


def digits(batch: int, *shape: int, classes: int = 10) -> tuple[np.ndarray, np.ndarray]:
    return noise(batch, *shape), np.random.default_rng(1).integers(0, classes, batch)


def adams(n: int, **settings) -> tuple[Callable, Callable]:
    """A step of Adam for n parameters: ours, and torch's with other settings than by default."""
    parameter, gradient = noise(n), noise(n)[::-1].copy()
    peer = tnn.Parameter(torch.from_numpy(parameter.copy()))
    peer.grad = torch.from_numpy(gradient)
    ours, theirs = optim.Adam(), torch.optim.Adam([peer], **settings)
    return lambda: ours.step([parameter], [gradient]), theirs.step


def mlp(sizes: list[int]):
    """Ours and torch's, in float32."""
    layers: list[tnn.Module] = []
    for inputs, outputs in itertools.pairwise(sizes):
        layers += [tnn.Linear(inputs, outputs), tnn.Sigmoid()]
    model = nn.mlp(sizes, rng=np.random.default_rng(0), dtype="float32")
    return model, tnn.Sequential(*layers[:-1])


class LeNet1989(tnn.Module):
    """Torch's LeNet with the wiring of ours, each of its parts in the quickest form we found."""

    def __init__(self):
        super().__init__()
        self.h1 = tnn.Conv2d(1, 12, 5, stride=2, bias=False)
        self.h1_bias = tnn.Parameter(torch.zeros(12, 8, 8))
        self.h2 = tnn.Conv2d(24, 12, 5, stride=2, groups=3, bias=False)
        self.h2_bias = tnn.Parameter(torch.zeros(12, 4, 4))
        self.h3, self.output = tnn.Linear(192, 30), tnn.Linear(30, 10)
        self.wiring = torch.tensor([*range(8), *range(4, 12), *range(8, 12), *range(4)])

    def forward(self, x):
        """From (N, 1, 16, 16) to (N, 10)."""
        x = functional.pad(x, (2, 2, 2, 2), value=-1.0)
        x = torch.tanh(self.h1(x) + self.h1_bias)
        x = functional.pad(x, (2, 2, 2, 2), value=-1.0).index_select(1, self.wiring)
        x = torch.tanh(self.h2(x) + self.h2_bias)
        return torch.tanh(self.output(torch.tanh(self.h3(x.flatten(1)))))


def alexnet() -> tnn.Module:
    """Torch's modules in the order of our two-tower AlexNet."""

    def normalized():
        return tnn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0), tnn.MaxPool2d(3, stride=2)

    return tnn.Sequential(
        *(tnn.Conv2d(3, 96, 11, stride=4), tnn.ReLU(), *normalized()),
        *(tnn.Conv2d(96, 256, 5, padding=2, groups=2), tnn.ReLU(), *normalized()),
        *(tnn.Conv2d(256, 384, 3, padding=1), tnn.ReLU()),
        *(tnn.Conv2d(384, 384, 3, padding=1, groups=2), tnn.ReLU()),
        *(tnn.Conv2d(384, 256, 3, padding=1, groups=2), tnn.ReLU()),
        *(tnn.MaxPool2d(3, stride=2), tnn.Flatten()),
        *(tnn.Dropout(), tnn.Linear(256 * 6 * 6, 4096), tnn.ReLU()),
        *(tnn.Dropout(), tnn.Linear(4096, 4096), tnn.ReLU(), tnn.Linear(4096, 1000)),
    )


def wall_seconds(*works: Callable[[], object], repeat: int = 20) -> list[float]:
    """Median seconds of one call of each, until the GPU has finished; they take turns."""
    times: list[list[float]] = [[] for _ in works]
    for turn in range(repeat + 3):
        for slot, work in zip(times, works):
            torch.cuda.synchronize()
            start = time.perf_counter()
            work()
            torch.cuda.synchronize()
            if turn >= 3:  # the first calls choose algorithms
                slot.append(time.perf_counter() - start)
    return [float(np.median(slot)) for slot in times]
