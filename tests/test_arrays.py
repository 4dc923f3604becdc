import numpy as np
import pytest

from course_lib.arrays import device, namespace, reduce_max, reduce_sum, to_numpy


def test_namespace_computes_in_the_library_of_its_argument(lib):
    x = lib([[1.0, 2.0], [3.0, 4.0]])
    xp = namespace(x)
    assert lib.numpy(xp.sum(x, axis=0)).tolist() == [4.0, 6.0]


@pytest.mark.parametrize("settings", [{}, {"axis": 0}, {"axis": (0, 1)}, {"axis": ()}])
@pytest.mark.parametrize("keepdims", [False, True])
def test_reductions_are_those_of_the_library(lib, settings, keepdims, rng):
    values = rng.normal(size=(3, 4))
    x, xp = lib(values), namespace(lib(values))
    for ours, theirs in ((reduce_sum, xp.sum), (reduce_max, xp.max)):
        actual = lib.numpy(ours(x, **settings, keepdims=keepdims))
        assert np.array_equal(actual, lib.numpy(theirs(x, **settings, keepdims=keepdims)))


def test_none_is_passed_over(lib):
    x = lib([1.0])
    assert namespace(None, x, None) is namespace(x)


def test_new_arrays_land_beside_the_old_one(lib):
    x = lib([1.0])
    y = namespace(x).zeros(3, device=device(x))
    assert lib.numpy(y + x).tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("wrong", [[1.0, 2.0], 3.0, "text"])
def test_what_is_not_an_array_is_named(wrong):
    with pytest.raises(TypeError, match=f"expected an array.*{type(wrong).__name__}"):
        namespace(wrong)


def test_no_array_at_all():
    with pytest.raises(TypeError, match="got none"):
        namespace(None)


def test_mixed_libraries_are_named():
    torch = pytest.importorskip("torch")
    with pytest.raises(TypeError, match=r"different libraries: numpy\.ndarray, torch\.Tensor"):
        namespace(np.zeros(2), torch.zeros(2))


def test_to_numpy_of_anything(lib):
    assert np.array_equal(to_numpy(lib([1, 2])), [1, 2])
    assert np.array_equal(to_numpy([1, 2]), [1, 2])


def test_to_numpy_of_a_tensor_that_has_a_gradient():
    torch = pytest.importorskip("torch")
    assert to_numpy(torch.ones(2, requires_grad=True)).tolist() == [1.0, 1.0]
