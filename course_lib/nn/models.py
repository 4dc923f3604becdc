"""The networks of the lecture, made of the layers of this package."""

import itertools

from course_lib.nn.initialization import he_normal, xavier_uniform
from course_lib.nn.layers import Linear, ReLU, Sigmoid, Tanh
from course_lib.nn.sequential import Sequential

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
