"""The networks of the lecture, made of the layers of this package."""

import itertools

from course_lib.nn.image_layers import Conv2d, LocalResponseNorm, MaxPool2d
from course_lib.nn.initialization import he_normal, lecun1989_uniform, xavier_uniform
from course_lib.nn.layers import Dropout, Flatten, Linear, ReLU, Sigmoid, Tanh
from course_lib.nn.sequential import Sequential
from course_lib.nn.wiring import SelectChannels, UnitBias

ACTIVATIONS = {"sigmoid": Sigmoid, "tanh": Tanh, "relu": ReLU}


def mlp(sizes, *, activation="sigmoid", rng, dtype="float64"):
    """Multi-layer perceptron: linear layers with an activation function between them.

    The last layer is linear. Its outputs are logits for the cross-entropies, which contain the
    sigmoid or softmax, or the prediction itself for :func:`~course_lib.nn.l2_loss`.

    Parameters
    ----------
    sizes : sequence of int
        Inputs, units of each hidden layer, outputs.
    activation : {"sigmoid", "tanh", "relu"}
        Of all hidden layers.
    rng : numpy.random.Generator
        Draws the weights: Xavier's, or He's for rectifiers.
    dtype : str or NumPy dtype
        float64 or float32, which the data must have too.

    Returns
    -------
    Sequential

    Examples
    --------
    >>> print(mlp([2, 16, 1], rng=np.random.default_rng(0)))
    layer          output shape  parameters  connections  multiply-adds
    Linear(2, 16)  16                    48           48             32
    Sigmoid()      16                     0            0              0
    Linear(16, 1)  1                     17           17             16
    total                                65           65             48
    """
    sizes = list(sizes)
    if len(sizes) < 2 or not all(isinstance(size, int) and size > 0 for size in sizes):
        raise ValueError(f"mlp: sizes is {sizes}, expected two or more positive integers")
    if activation not in ACTIVATIONS:
        raise ValueError(
            f"mlp: activation is {activation!r}, expected one of {', '.join(ACTIVATIONS)}"
        )
    initial = he_normal if activation == "relu" else xavier_uniform
    layers = []
    for inputs, units in itertools.pairwise(sizes):
        layers += [
            Linear(inputs, units, rng=rng, initial=initial, dtype=dtype),
            ACTIVATIONS[activation](),
        ]
    return Sequential(*layers[:-1], input_shape=(sizes[0],))


def lenet1989(*, rng, dtype="float64"):
    """The first LeNet: 9,760 parameters in 64,660 connections (LeCun et al. 1989).

    Tanh everywhere, outputs included, to be trained with :func:`~course_lib.nn.l2_loss` on targets
    of ±1. Images are 16 x 16 with pixels in [-1, 1] and a border of the background's -1. Every unit
    has a bias of its own. Weights start uniform within ±2.4 / fan-in.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws the weights.
    dtype : str or NumPy dtype
        float64 or float32, which the data must have too.

    Returns
    -------
    Sequential
        From (N, 1, 16, 16) to (N, 10).

    Notes
    -----
    Each map of H2 sees 8 of the 12 maps of H1; which ones was not published. Here, four maps each
    see maps 0-7, 4-11, and 8-11 with 0-3, so that every map is seen equally often.

    Examples
    --------
    >>> print(lenet1989(rng=np.random.default_rng(0)))
    layer   output shape  parameters  connections  multiply-adds
    H1      12×8×8             1,068       19,968         19,200
    H2      12×4×4             2,592       38,592         38,400
    H3      30                 5,790        5,790          5,760
    output  10                   310          310            300
    total                      9,760       64,660         63,660
    """
    settings = {"rng": rng, "dtype": dtype, "initial": lecun1989_uniform}
    kernels = {"stride": 2, "padding": 2, "padding_value": -1.0, "bias": False, **settings}
    wiring = [*range(8), *range(4, 12), *range(8, 12), *range(4)]
    return Sequential(
        Sequential(
            Conv2d(1, 12, 5, **kernels),
            UnitBias((12, 8, 8), dtype=dtype),
            Tanh(),
            name="H1",
        ),
        Sequential(
            SelectChannels(wiring, 12),
            Conv2d(24, 12, 5, groups=3, **kernels),
            UnitBias((12, 4, 4), dtype=dtype),
            Tanh(),
            name="H2",
        ),
        Sequential(Flatten(), Linear(192, 30, **settings), Tanh(), name="H3"),
        Sequential(Linear(30, 10, **settings), Tanh(), name="output"),
        input_shape=(1, 16, 16),
    )


def alexnet(*, num_classes=1000, groups=2, width=1.0, rng, dtype="float32"):
    """AlexNet: five convolutions and three linear layers (Krizhevsky et al. 2012).

    Parameters
    ----------
    num_classes : int
        Outputs, which are logits for :func:`~course_lib.nn.cross_entropy`.
    groups : int
        Towers of conv2, conv4 and conv5: 2, one for each GPU of the time, or 1.
    width : float
        Factor of all numbers of channels and hidden units, for runs on small machines.
    rng : numpy.random.Generator
        Draws the weights, and a mask for each use of dropout.
    dtype : str or NumPy dtype
        float32 unless asked otherwise, for the parameters alone take a quarter of a gigabyte.

    Returns
    -------
    Sequential
        From (N, 3, 227, 227) to (N, num_classes).

    Examples
    --------
    >>> model = alexnet(width=1 / 16, num_classes=10, rng=np.random.default_rng(0))
    >>> [costs.output_shape for costs in model.costs() if costs.layer.startswith("Conv2d")]
    [(6, 55, 55), (16, 27, 27), (24, 13, 13), (24, 13, 13), (16, 13, 13)]
    """
    if not width > 0 or not isinstance(groups, int) or groups < 1:
        raise ValueError(
            f"alexnet: width is {width!r} and groups {groups!r}, "
            f"expected a positive number and a positive integer"
        )
    settings = {"rng": rng, "dtype": dtype, "initial": he_normal}

    def scaled(channels):
        return max(groups, round(channels * width / groups) * groups)

    def normalized():
        # The paper's alpha of 1e-4 is for each of the 5 channels of the window.
        return LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0), MaxPool2d(3, stride=2)

    c1, c2, c3, c4, c5 = (scaled(channels) for channels in (96, 256, 384, 384, 256))
    hidden = scaled(4096)
    return Sequential(
        *(Conv2d(3, c1, 11, stride=4, **settings), ReLU(), *normalized()),
        *(Conv2d(c1, c2, 5, padding=2, groups=groups, **settings), ReLU(), *normalized()),
        *(Conv2d(c2, c3, 3, padding=1, **settings), ReLU()),
        *(Conv2d(c3, c4, 3, padding=1, groups=groups, **settings), ReLU()),
        *(Conv2d(c4, c5, 3, padding=1, groups=groups, **settings), ReLU()),
        *(MaxPool2d(3, stride=2), Flatten()),
        *(Dropout(0.5, rng=rng), Linear(c5 * 6 * 6, hidden, **settings), ReLU()),
        *(Dropout(0.5, rng=rng), Linear(hidden, hidden, **settings), ReLU()),
        Linear(hidden, num_classes, **settings),
        input_shape=(3, 227, 227),
    )
