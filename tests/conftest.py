"""Fixtures that all tests share: the array libraries, and random numbers that can be repeated."""

import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from course_lib import browser
from course_lib.arrays import to_numpy

# Tests run in two processes; threads of torch that wait for each other would take most of the time.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@dataclass(frozen=True)
class ArrayLibrary:
    """How a test makes arrays of one library, ``lib(x)``, and reads them back, ``lib.numpy(y)``."""

    name: str
    convert: Callable

    def __call__(self, values, dtype=None):
        return self.convert(np.array(values, dtype=dtype))

    def numpy(self, array):
        """The values as NumPy; fails if the array left its library or device on the way."""
        assert type(array) is type(self(0.0)) or np.isscalar(array), (
            f"{self.name} in, {type(array).__name__} out"
        )
        if self.name == "torch-cuda":
            assert array.device.type == "cuda", f"CUDA in, {array.device} out"
        return to_numpy(array)


def _read_only(array):
    array.flags.writeable = False
    return array


def _strict(array):
    return importlib.import_module("array_api_strict").asarray(array)


def _torch(array):
    return importlib.import_module("torch").from_numpy(array)


def _cuda(array):
    torch = importlib.import_module("torch")
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device on this machine")
    return torch.from_numpy(array).cuda()


LIBRARIES = {
    "numpy": lambda array: array,
    "numpy-read-only": _read_only,
    "array-api-strict": _strict,
    "torch": _torch,
    "torch-cuda": _cuda,
}


@pytest.fixture(params=list(LIBRARIES))
def lib(request):
    """Each array library in turn; a test that takes ``lib`` runs once for every one."""
    library = ArrayLibrary(request.param, LIBRARIES[request.param])
    library(np.zeros(1))  # skips here, before the test starts, when there is no such device
    return library


@pytest.fixture(scope="module")
def chromium():
    """Headless Chromium, or None where there is none; only one can be open in a process."""
    executable = browser.executable()
    if executable is None:
        yield None
        return
    with browser.chromium(executable) as window:
        yield window


@pytest.fixture
def rng():
    """A generator with a fixed seed."""
    return np.random.default_rng(596)


@pytest.fixture
def need():
    """``need(found, what)`` skips without ``what``, or fails where ``CI=true``."""

    def check(found: bool, what: str) -> None:
        if not found and os.environ.get("CI") == "true":
            pytest.fail(f"{what} is missing, and CI must have it")
        if not found:
            pytest.skip(f"{what} is missing")

    return check
