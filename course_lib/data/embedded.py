"""Data that is there without a download.

scikit-learn ships the digits and the photographs; it is imported when they are asked for.
"""

from importlib import resources

import numpy as np

PHOTOS = ("china", "flower")


def lecture_patterns():
    """The four training patterns of the lecture.

    Returns
    -------
    inputs : ndarray, shape (4, 3)
    classes : ndarray of int64, shape (4,)
        0 or 1.

    Notes
    -----
    Lecture, "Neural Network Training".

    Examples
    --------
    >>> inputs, classes = lecture_patterns()
    >>> inputs[0], int(classes[0])
    (array([1.4, 2.7, 1.9]), 0)
    """
    inputs = [[1.4, 2.7, 1.9], [3.8, 3.4, 3.2], [6.4, 2.8, 1.7], [4.1, 0.1, 0.2]]
    return np.array(inputs), np.array([0, 1, 1, 0])


def load_sunspots():
    """Yearly sunspot numbers, 1700 to 2008.

    Returns
    -------
    years : ndarray of int64, shape (309,)
    sunspots : ndarray of float64, shape (309,)
        Mean international sunspot number of the year, as it was counted before the revision of
        2015.

    Notes
    -----
    NOAA National Geophysical Data Center, public domain; the file beside this module says more.

    Examples
    --------
    >>> years, sunspots = load_sunspots()
    >>> int(years[0]), float(sunspots[0])
    (1700, 5.0)
    """
    text = resources.files("course_lib.data").joinpath("sunspots.csv").read_text("utf-8")
    rows = [line for line in text.splitlines() if line[0].isdigit()]
    years, sunspots = np.loadtxt(rows, delimiter=",", unpack=True)
    return years.astype(np.int64), sunspots


def load_digits():
    """Handwritten digits in small pictures.

    Returns
    -------
    images : ndarray of float32, shape (1797, 8, 8)
        Ink from 0 (paper) to 1.
    labels : ndarray of int64, shape (1797,)
        The digit, 0 to 9.

    Raises
    ------
    ModuleNotFoundError
        If scikit-learn, which ships the data, is not installed.

    Notes
    -----
    Test part of the UCI data set "Optical Recognition of Handwritten Digits" (E. Alpaydin and
    C. Kaynak, 1998).
    """
    digits = _scikit_learn("load_digits").load_digits()
    return (digits.images / 16).astype(np.float32), digits.target.astype(np.int64)


def load_photo(name="china"):
    """A colour photograph.

    Parameters
    ----------
    name : str
        "china", a temple, or "flower".

    Returns
    -------
    ndarray of uint8, shape (427, 640, 3)
        Rows, columns, and red, green and blue from 0 to 255: as matplotlib shows it.

    Raises
    ------
    ValueError
        If there is no photograph of that name.
    ModuleNotFoundError
        If scikit-learn, which ships the photographs, is not installed.

    Notes
    -----
    Photographs by Daniel Büchele and vultilion (flickr.com), CC BY 2.0.
    """
    if name not in PHOTOS:
        raise ValueError(f"load_photo: name must be one of {', '.join(PHOTOS)}, got {name!r}")
    return np.array(_scikit_learn("load_photo").load_sample_image(f"{name}.jpg"))


def _scikit_learn(caller):
    try:
        import sklearn.datasets
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            f"{caller}: the data comes with scikit-learn, which is not installed "
            "(pip install scikit-learn)"
        ) from None
    return sklearn.datasets
