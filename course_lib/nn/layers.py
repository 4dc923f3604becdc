"""Layers: operations that own their weights and remember what their backward pass needs.

A layer has ``forward(x, training=False)``, ``backward(grad_output)`` and two lists in the same
order: ``parameters``, the arrays that the layer computes with (an optimizer changes them in
place), and ``gradients``, which ``backward`` fills. One backward pass goes with one forward pass:
what was remembered is let go on the way back, so the memory shrinks as it proceeds.

Layers are made of NumPy arrays; ``to(other)`` moves them to the library, device and dtype of
another array, such as a torch tensor on a GPU.
"""

import math

import numpy as np

from course_lib.arrays import device, namespace, to_numpy
from course_lib.nn.activations import (
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    tanh,
    tanh_backward,
)
from course_lib.nn.checks import generator, whole
from course_lib.nn.dropout import dropout, dropout_backward
from course_lib.nn.initialization import xavier_uniform
from course_lib.nn.linear import linear, linear_backward


class Layer:
    """What all layers share; a layer without parameters adds only ``forward`` and ``backward``."""

    def __init__(self, *parameters):
        self._parameters = list(parameters)
        self._gradients = []
        self._saved = None

    @property
    def parameters(self):
        """The arrays that the layer computes with: for an optimizer to change in place."""
        return self._parameters

    @property
    def gradients(self):
        """Arrays of the same shapes, from the last backward pass; empty before the first."""
        return self._gradients

    def forward(self, x, *, training=False):
        """Output for the batch ``x``; ``training`` matters to layers such as Dropout only."""
        raise NotImplementedError

    def backward(self, grad_output, *, input_gradient=True):
        """Gradient with respect to the ``x`` of the last forward pass; fills ``gradients``.

        With ``input_gradient=False``, layers that can save work return None instead: training
        needs no gradient of the data.
        """
        raise NotImplementedError

    def to(self, other, /):
        """Move the parameters to the library, device and dtype of the array ``other``.

        Returns
        -------
        Layer
            This layer itself. Give its new parameters to a new optimizer.
        """
        xp, where = namespace(other), device(other)
        if not xp.isdtype(other.dtype, "real floating"):
            raise TypeError(f"to: other has dtype {other.dtype}, expected a real floating dtype")
        self.parameters[:] = [
            xp.asarray(to_numpy(parameter), dtype=other.dtype, device=where, copy=True)
            for parameter in self.parameters
        ]
        self.gradients.clear()
        self._saved = None
        return self

    def output_shape(self, input_shape, /):
        """Shape of the output for one sample of shape ``input_shape``."""
        return tuple(input_shape)

    def multiply_adds(self, input_shape, /):
        """Multiplications of a weight with an input, for one sample; biases are not counted."""
        return 0

    def connections(self, input_shape, /):
        """Pairs of a unit with something it adds up: weighted inputs, and the bias."""
        return self.multiply_adds(input_shape)

    def __repr__(self):
        return f"{type(self).__name__}()"

    def _recall(self):
        """What the forward pass left for the backward pass, which can have it once."""
        if self._saved is None:
            raise RuntimeError(
                f"{type(self).__name__}.backward: expected a forward pass before every backward "
                f"pass, found none"
            )
        saved, self._saved = self._saved, None
        return saved


class Linear(Layer):
    """Fully connected layer, :func:`course_lib.nn.linear` with weights of its own.

    Parameters
    ----------
    in_features, out_features : int
        D and K: the weight has shape (K, D), the bias (K,) starts at 0.
    rng : numpy.random.Generator
        Draws the weight.
    bias : bool
    initial : function
        One of :mod:`course_lib.nn.initialization`.
    dtype : str or NumPy dtype
        float32 or float64.
    """

    def __init__(
        self, in_features, out_features, *, rng, bias=True, initial=xavier_uniform, dtype="float64"
    ):
        whole("Linear", "in_features", in_features, 1)
        whole("Linear", "out_features", out_features, 1)
        weight = initial((out_features, in_features), rng=rng, dtype=dtype)
        # Column by column in memory, for weight.T is what the product with x reads along its rows.
        weight = np.asfortranarray(weight)
        super().__init__(weight, *([np.zeros(out_features, dtype)] if bias else []))

    def forward(self, x, *, training=False):
        """(N, D) to (N, K)."""
        output = linear(x, *self.parameters)
        self._saved = x
        return output

    def backward(self, grad_output, *, input_gradient=True):
        """(N, K) to (N, D), or to None without ``input_gradient``."""
        x = self._recall()
        self.gradients.clear()  # before room is taken for the new ones
        grad_x, grad_weight, grad_bias = linear_backward(
            grad_output, x, self.parameters[0], input_gradient=input_gradient
        )
        self.gradients.extend((grad_weight, grad_bias)[: len(self.parameters)])
        return grad_x

    def output_shape(self, input_shape, /):
        """(K,), if the input is (D,)."""
        units, features = self.parameters[0].shape
        if tuple(input_shape) != (features,):
            raise ValueError(f"Linear: input_shape is {tuple(input_shape)}, expected ({features},)")
        return (units,)

    def multiply_adds(self, input_shape, /):
        """One for each weight."""
        return math.prod(self.parameters[0].shape)

    def connections(self, input_shape, /):
        """One for each weight and bias."""
        return sum(math.prod(parameter.shape) for parameter in self.parameters)

    def __repr__(self):
        units, features = self.parameters[0].shape
        bias = "" if len(self.parameters) == 2 else ", bias=False"
        return f"Linear({features}, {units}{bias})"


class Sigmoid(Layer):
    """:func:`course_lib.nn.sigmoid` as a layer."""

    def forward(self, x, *, training=False):
        """Of any shape, elementwise."""
        self._saved = output = sigmoid(x)
        return output

    def backward(self, grad_output, *, input_gradient=True):
        """Through f' = f (1 - f)."""
        return sigmoid_backward(grad_output, self._recall())


class Tanh(Layer):
    """:func:`course_lib.nn.tanh` as a layer."""

    def forward(self, x, *, training=False):
        """Of any shape, elementwise."""
        self._saved = output = tanh(x)
        return output

    def backward(self, grad_output, *, input_gradient=True):
        """Through f' = 1 - f^2."""
        return tanh_backward(grad_output, self._recall())


class ReLU(Layer):
    """:func:`course_lib.nn.relu` as a layer."""

    def forward(self, x, *, training=False):
        """Of any shape, elementwise."""
        self._saved = output = relu(x)
        return output

    def backward(self, grad_output, *, input_gradient=True):
        """Where the input was positive; that is where the output is, which the next layer keeps."""
        return relu_backward(grad_output, self._recall())


class Flatten(Layer):
    """From (N, ...) to (N, D): what stands between images and a fully connected layer."""

    def forward(self, x, *, training=False):
        """Every sample in one row."""
        self._saved = x.shape
        return namespace(x).reshape(x, (x.shape[0], math.prod(x.shape[1:])))

    def backward(self, grad_output, *, input_gradient=True):
        """Back to the shape that the input had."""
        return namespace(grad_output).reshape(grad_output, self._recall())

    def output_shape(self, input_shape, /):
        """The product of the sizes."""
        return (math.prod(input_shape),)


class Dropout(Layer):
    """Switches every unit off with probability p while training, and none afterwards.

    Parameters
    ----------
    p : float
        Probability that a unit is dropped, in [0, 1).
    rng : numpy.random.Generator
        Draws a new mask in every forward pass with ``training=True``.
    """

    def __init__(self, p=0.5, *, rng):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError(f"Dropout: p is {p}, expected a probability in [0, 1)")
        self.p, self.rng = p, generator("Dropout", rng)

    def forward(self, x, *, training=False):
        """Masked and scaled while training, ``x`` itself otherwise."""
        if not training:
            self._saved = (None,)
            return x
        keep = self.rng.random(x.shape, dtype=np.float32) >= self.p
        mask = namespace(x).asarray(keep, device=device(x))
        self._saved = (mask,)
        return dropout(x, mask, p=self.p)

    def backward(self, grad_output, *, input_gradient=True):
        """Through the units that were kept."""
        (mask,) = self._recall()
        return grad_output if mask is None else dropout_backward(grad_output, mask, p=self.p)

    def __repr__(self):
        return f"Dropout({self.p})"
