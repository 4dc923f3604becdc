"""The data that comes with the packages, against the packages' own loaders."""

import subprocess
import sys

import numpy as np
import pytest

from course_lib import data


def test_lecture_patterns_are_those_of_the_lecture():
    inputs, classes = data.lecture_patterns()
    np.testing.assert_array_equal(
        np.column_stack([inputs, classes]),
        [[1.4, 2.7, 1.9, 0], [3.8, 3.4, 3.2, 1], [6.4, 2.8, 1.7, 1], [4.1, 0.1, 0.2, 0]],
    )
    assert classes.dtype == np.int64


def test_sunspots_are_the_series_of_statsmodels():
    import statsmodels.datasets.sunspots

    theirs = statsmodels.datasets.sunspots.load_pandas().data
    years, sunspots = data.load_sunspots()
    np.testing.assert_array_equal(years, theirs["YEAR"])
    np.testing.assert_array_equal(sunspots, theirs["SUNACTIVITY"])
    assert (years.dtype, sunspots.dtype) == (np.int64, np.float64)


def test_digits_are_those_of_scikit_learn():
    import sklearn.datasets

    theirs = sklearn.datasets.load_digits()
    images, labels = data.load_digits()
    np.testing.assert_array_equal(images * 16, theirs.images)
    np.testing.assert_array_equal(labels, theirs.target)
    assert (images.dtype, images.min(), images.max()) == (np.float32, 0, 1)


@pytest.mark.parametrize("name", ["china", "flower"])
def test_photo(name):
    photo = data.load_photo(name)
    assert (photo.shape, photo.dtype) == ((427, 640, 3), np.uint8)
    photo[0, 0] = 0  # writable
    with pytest.raises(ValueError, match="name must be one of china, flower, got 'lena'"):
        data.load_photo("lena")


def test_nothing_heavy_is_imported_and_a_missing_package_is_named():
    code = """
import sys
from course_lib import data
assert not {"sklearn", "PIL", "pooch", "requests"} & set(sys.modules)
data.lecture_patterns(), data.load_sunspots()
assert "sklearn" not in sys.modules
sys.modules["sklearn.datasets"] = None
try:
    data.load_digits()
except ModuleNotFoundError as error:
    print(error)
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout == (
        "load_digits: the data comes with scikit-learn, which is not installed "
        "(pip install scikit-learn)\n"
    )
