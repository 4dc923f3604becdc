"""How well will a model do on samples that it has never seen? Hold-out, k-fold, early stopping.

The samples of every array lie along its first axis. Random choices come from the NumPy generator
``rng``; None keeps the samples in the order in which they are.
"""

import math

import numpy as np

from course_lib.arrays import device, namespace, to_numpy
from course_lib.metrics.targets import as_arrays


def train_validation_test_split(*arrays, fractions=(0.6, 0.2, 0.2), rng, stratify=None):
    """Split the samples into three parts that share none and leave none out.

    Parameters
    ----------
    *arrays : array or list, shape (N, ...)
        All are split alike: inputs and targets, say.
    fractions : three floats
        How much of the samples goes into each part, adding up to 1.
    rng : numpy.random.Generator or None
        Shuffles the samples first; None leaves the order, for series in time.
    stratify : array or list, shape (N,), optional
        Classes of which each part is to get its fraction, within about a sample.

    Returns
    -------
    list of arrays
        Train, validation and test part of the first array, then of the second, and so on.

    Raises
    ------
    ValueError
        If the lengths differ, the fractions do not add up to 1, or a part would be empty.

    Notes
    -----
    Lecture, "Cross Validation": train on the first, stop and choose by the second, and report the
    third, once.

    Examples
    --------
    >>> x, y = np.arange(10.0), np.arange(10) % 2
    >>> x_train, x_val, x_test, y_train, y_val, y_test = train_validation_test_split(x, y, rng=None)
    >>> x_train, x_val, x_test
    (array([0., 1., 2., 3., 4., 5.]), array([6., 7.]), array([8., 9.]))
    """
    arrays, n = _samples(*arrays)
    order = _shuffled(n, rng)
    if stratify is not None:
        order = order[_evenly(_classes(stratify, n)[order], rng)]
    parts = np.split(order, _cuts(n, fractions))
    return [_take(array, part) for array in arrays for part in parts]


def k_fold(x, /, *, k=5, rng, stratify=None):
    """Divide the samples into k folds, each of them once the validation set.

    Parameters
    ----------
    x : array or list, shape (N, ...)
    k : int
        Number of folds, from 2 to N; their sizes differ by at most one.
    rng : numpy.random.Generator or None
        Shuffles the samples first.
    stratify : array or list, shape (N,), optional
        Classes that every fold gets equally many of, give or take one sample.

    Returns
    -------
    list of (train, validation)
        k pairs of integer arrays, ascending: the samples to train on and the fold itself, in the
        library and on the device of ``x``.

    Raises
    ------
    ValueError
        If k is not between 2 and N.

    Notes
    -----
    Lecture, "Cross Validation". The samples are dealt like cards, to one fold after another;
    sorted by class first when the folds are to be stratified.

    Examples
    --------
    >>> for train, validation in k_fold(np.zeros(5), k=2, rng=None):
    ...     print(train, validation)
    [1 3] [0 2 4]
    [0 2 4] [1 3]
    """
    (x,), n = _samples(x)
    if not 2 <= k <= n:
        raise ValueError(f"k is {k}, expected 2 to {n}, the number of samples")
    order = _shuffled(n, rng)
    if stratify is not None:
        order = order[np.argsort(_classes(stratify, n)[order], kind="stable")]
    fold = np.empty(n, dtype=np.int64)
    fold[order] = np.arange(n) % k
    xp = namespace(x)
    return [
        tuple(xp.asarray(np.flatnonzero(side), device=device(x)) for side in (fold != f, fold == f))
        for f in range(k)
    ]


def cross_validate(fit, x, y, /, *, score, k=5, rng, stratify=None):
    """Train k times, each time without one fold, and score the predictions for that fold.

    Parameters
    ----------
    fit : callable
        ``fit(x_train, y_train)`` returns the trained model as a function, ``predict(x)``.
    x, y : array or list, shape (N, ...)
        Inputs and targets.
    score : callable
        ``score(y_true, y_pred)``, any metric.
    k, rng, stratify
        As for :func:`k_fold`.

    Returns
    -------
    numpy array, shape (k,)
        The score of each fold; mean and standard deviation are what one reports.

    Notes
    -----
    Lecture, "Cross Validation".

    Examples
    --------
    >>> from course_lib.metrics import accuracy_score
    >>> def fit(x, y):  # the nearer of the two class means
    ...     middle = (x[y == 0].mean() + x[y == 1].mean()) / 2
    ...     return lambda x: x > middle
    >>> x, y = np.array([1.0, 2.0, 3.0, 6.0, 7.0, 8.0]), np.array([0, 0, 0, 1, 1, 1])
    >>> cross_validate(fit, x, y, score=accuracy_score, k=3, rng=None, stratify=y)
    array([1., 1., 1.])
    """
    (x, y), _ = _samples(x, y)
    scores = []
    for train, validation in k_fold(x, k=k, rng=rng, stratify=stratify):
        predict = fit(_take(x, train), _take(y, train))
        scores.append(float(score(_take(y, validation), predict(_take(x, validation)))))
    return np.array(scores)


class EarlyStopping:
    """Stop when the validation loss has not improved for a while, and go back to the best epoch.

    Parameters
    ----------
    patience : int
        How many epochs in a row may pass without improvement, at least 1.
    min_delta : float
        By how much the loss must fall to count as improved.

    Attributes
    ----------
    best_loss, best_epoch : float, int or None
        The lowest loss and the number of its epoch, counted from 0; None before the first.
    best_parameters : list of arrays or None
        Copies of the parameters after that epoch.
    epoch : int
        Number of the last epoch; -1 before the first.

    Notes
    -----
    Lecture, "Cross Validation": the validation subset tells when training goes on to learn the
    training samples by heart.

    Examples
    --------
    >>> weights = np.zeros(2)
    >>> stopper = EarlyStopping(patience=2)
    >>> for loss in [3.0, 1.0, 2.0, 4.0]:
    ...     weights += 1  # an epoch of training
    ...     if stopper.update(loss, [weights]):
    ...         break
    >>> stopper.restore([weights])
    >>> stopper.best_epoch, weights
    (1, array([2., 2.]))
    """

    def __init__(self, *, patience=5, min_delta=0.0):
        if not patience >= 1:
            raise ValueError(f"patience is {patience!r}, expected at least 1 epoch")
        if not min_delta >= 0:
            raise ValueError(f"min_delta is {min_delta!r}, expected a number that is not negative")
        self.patience = patience
        self.min_delta = min_delta
        self.best_loss = math.inf
        self.best_epoch = None
        self.best_parameters = None
        self.epoch = -1

    def update(self, loss, parameters, /):
        """Take note of an epoch's loss; True when training should stop.

        The parameters are copied when the loss is the best so far; a loss of NaN never is.
        """
        self.epoch += 1
        if self.best_epoch is None or loss < self.best_loss - self.min_delta:
            self.best_loss, self.best_epoch = float(loss), self.epoch
            self.best_parameters = [namespace(p).asarray(p, copy=True) for p in parameters]
        return self.epoch - self.best_epoch >= self.patience

    def restore(self, parameters, /):
        """Write the best epoch's values back into the arrays."""
        if self.best_parameters is None:
            raise ValueError("restore was called before update: there is nothing to restore")
        for parameter, best in zip(parameters, self.best_parameters, strict=True):
            parameter[...] = best


def _samples(*arrays):
    """The arguments as arrays, and how many samples all of them have."""
    if not arrays:
        raise TypeError("expected at least one array to split, got none")
    checked = [as_arrays(array)[0] for array in arrays]
    n = checked[0].shape[0]
    for i, array in enumerate(checked):
        if array.shape[0] != n:
            raise ValueError(f"array {i} has {array.shape[0]} samples, expected {n} like array 0")
    return checked, n


def _shuffled(n, rng):
    """Sample numbers in random order, or in order without a generator."""
    if rng is None:
        return np.arange(n)
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng is {rng!r}, expected None or numpy.random.default_rng(seed)")
    return rng.permutation(n)


def _classes(stratify, n):
    """The classes to stratify by, numbered from 0."""
    classes = to_numpy(stratify)
    if classes.shape != (n,):
        raise ValueError(f"stratify has shape {classes.shape}, expected ({n},): a class a sample")
    return np.unique(classes, return_inverse=True)[1]


def _evenly(classes, rng):
    """An order in which every stretch has its share of each class: systematic sampling.

    The i-th of the m samples of a class goes to the place (i + u) / m between 0 and 1, where u is
    drawn once for the class.
    """
    count = np.bincount(classes)
    start = np.full(len(count), 0.5) if rng is None else rng.random(len(count))
    place = np.empty(len(classes))
    for c, m in enumerate(count):
        place[classes == c] = (np.arange(m) + start[c]) / m
    return np.argsort(place, kind="stable")


def _cuts(n, fractions):
    """Where the second and the third part begin."""
    if len(fractions) != 3 or not all(0 <= f <= 1 for f in fractions):
        raise ValueError(f"fractions is {fractions!r}, expected three numbers from 0 to 1")
    if not math.isclose(sum(fractions), 1.0, abs_tol=1e-9):
        raise ValueError(f"fractions add up to {sum(fractions):g}, expected 1")
    cuts = np.round(np.cumsum(fractions) * n).astype(int)
    for name, f, size in zip(("train", "validation", "test"), fractions, np.diff(cuts, prepend=0)):
        if f > 0 and size == 0:
            raise ValueError(f"{n} samples are too few: the {name} part, {f:g} of them, is empty")
    return cuts[:2]


def _take(array, indices):
    """The samples with these numbers."""
    xp = namespace(array)
    return xp.take(array, xp.asarray(indices, device=device(array)), axis=0)
