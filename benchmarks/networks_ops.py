"""Convolution and pooling beside eager torch, and the memory that a step of AlexNet takes."""

import resource
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import psutil
import torch
from torch.nn import functional

from benchmarks.harness import Row, cpu_seconds, version
from benchmarks.networks_limits import convolution_products
from course_lib import nn, optim

# Images, kernels, settings, and how many times as long as torch ours may take.
CONVOLUTIONS = (
    ((64, 1, 28, 28), (8, 1, 5, 5), {"padding": 2}, 1.0),
    ((64, 3, 32, 32), (32, 3, 3, 3), {"padding": 1}, 1.0),
    ((128, 12, 8, 8), (12, 12, 5, 5), {"padding": 2, "stride": 2}, 1.0),
    ((64, 32, 16, 16), (64, 32, 3, 3), {"padding": 1}, 1.3),
    ((8, 96, 27, 27), (256, 48, 5, 5), {"padding": 2, "groups": 2}, 1.3),
)
BATCH = 16  # of the AlexNet step whose memory is measured


def rows() -> Iterator[Row]:
    """Forward and backward together; what is promised is the inverse of what is allowed."""
    torch.set_num_threads(1)
    for images, kernels, settings, most in CONVOLUTIONS:
        size = f"{'×'.join(map(str, images))}, {kernels[0]} kernels {kernels[2]}×{kernels[3]}"
        limit = [convolution_products(images, kernels, settings)] if most > 1 else []
        ours, peer, *bare = cpu_seconds(*convolutions(images, kernels, settings), *limit)
        yield Row("conv2d and its gradient", size, version("torch"), ours, peer, 1 / most)
        for seconds in bare:
            yield Row("its matrix products alone", size, version("torch"), seconds, peer)
    for kernel_size, stride, target in ((2, 2, 1.0), (3, 2, None)):
        ours, peer = cpu_seconds(*poolings((64, 32, 16, 16), kernel_size, stride))
        size = f"64×32×16×16, windows {kernel_size}×{kernel_size}, stride {stride}"
        yield Row("max pooling and its gradient", size, version("torch"), ours, peer, target)
    ours, peer = (peak_of_child(name) for name in STEPS)
    size = f"batch {BATCH}, SGD"
    yield Row("AlexNet step, memory", size, version("torch"), ours, peer, 1 / 1.5, unit="B")


def convolutions(images, kernels, settings):
    """Ours and torch's, on the same random numbers."""
    rng = np.random.default_rng(0)
    x, weight = (rng.standard_normal(shape, dtype=np.float32) for shape in (images, kernels))
    bias = np.zeros(kernels[0], np.float32)
    cotangent = np.ones_like(nn.conv2d(x, weight, bias, **settings))
    leaves = [torch.from_numpy(array).requires_grad_() for array in (x, weight, bias)]
    torch_cotangent = torch.from_numpy(cotangent)

    def ours():
        nn.conv2d(x, weight, bias, **settings)
        return nn.conv2d_backward(cotangent, x, weight, **settings)

    def peer():
        output = functional.conv2d(*leaves, **settings)
        return torch.autograd.grad(output, leaves, torch_cotangent)

    return ours, peer


def poolings(images, kernel_size, stride):
    """Ours and torch's, on the same random numbers."""
    x = np.random.default_rng(0).standard_normal(images, dtype=np.float32)
    settings = {"kernel_size": kernel_size, "stride": stride}
    cotangent = np.ones_like(nn.max_pool2d(x, **settings))
    leaf, torch_cotangent = torch.from_numpy(x).requires_grad_(), torch.from_numpy(cotangent)

    def ours():
        nn.max_pool2d(x, **settings)
        return nn.max_pool2d_backward(cotangent, x, **settings)

    def peer():
        output = functional.max_pool2d(leaf, **settings)
        return torch.autograd.grad(output, leaf, torch_cotangent)

    return ours, peer


def our_steps(x, labels) -> None:
    """Two steps: in the second, the gradients of the first are there to be replaced."""
    model = nn.alexnet(rng=np.random.default_rng(0))
    optimizer = optim.SGD(lr=0.01)
    for _ in range(2):
        output = model.forward(x, training=True)
        model.backward(nn.cross_entropy_backward(output, labels), input_gradient=False)
        optimizer.step(model.parameters, model.gradients)


def torch_steps(x, labels) -> None:
    """The same two steps of torch's modules."""
    from benchmarks.networks import alexnet

    model = alexnet()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    images, targets = torch.from_numpy(x), torch.from_numpy(labels)
    for _ in range(2):
        optimizer.zero_grad()
        functional.cross_entropy(model(images), targets).backward()
        optimizer.step()


STEPS = {"ours": our_steps, "torch": torch_steps}


def peak_of_child(name: str) -> float:
    """Peak memory of the steps ``name``, in bytes, in a process of their own."""
    command = [sys.executable, "-m", "benchmarks.networks_ops", name]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def peak(name: str) -> int:
    """How far above the imports and the data the resident memory of this process rises."""
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    x = rng.standard_normal((BATCH, 3, 227, 227), dtype=np.float32)
    labels = rng.integers(0, 1000, BATCH)
    before = psutil.Process().memory_info().rss
    STEPS[name](x, labels)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before


if __name__ == "__main__":
    print(peak(sys.argv[1]))
