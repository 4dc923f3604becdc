"""Layers one after the other, and the table that says what each of them costs."""

import math
from typing import NamedTuple

from course_lib.nn.layers import Layer


class Costs(NamedTuple):
    """One row of a model's table, for one sample; see :class:`~course_lib.nn.Layer`."""

    layer: str
    output_shape: tuple[int, ...]
    parameters: int
    connections: int
    multiply_adds: int


class Sequential(Layer):
    """A chain of layers, which is a layer itself.

    Parameters
    ----------
    *layers : Layer
        In the order of the forward pass.
    input_shape : tuple of int, optional
        Shape of one sample. With it, ``print(model)`` shows a table of shapes and costs.
    name : str, optional
        What a chain inside another chain is called; it is one row of the table.

    Examples
    --------
    >>> from course_lib.nn import Linear, Sigmoid
    >>> rng = np.random.default_rng(0)
    >>> model = Sequential(Linear(2, 3, rng=rng), Sigmoid(), input_shape=(2,))
    >>> model.forward(np.zeros((5, 2))).shape
    (5, 3)
    >>> print(model)
    layer         output shape  parameters  connections  multiply-adds
    Linear(2, 3)  3                      9            9              6
    Sigmoid()     3                      0            0              0
    total                                9            9              6
    """

    def __init__(self, *layers, input_shape=None, name=None):
        for position, layer in enumerate(layers):
            if not isinstance(layer, Layer):
                raise TypeError(
                    f"Sequential: layer {position} is {type(layer).__name__}, expected a Layer"
                )
        if not layers:
            raise ValueError("Sequential: no layers, expected at least one")
        self.layers = layers
        self.input_shape = input_shape
        self.name = name
        self._first_with_parameters = next(
            (position for position, layer in enumerate(layers) if layer.parameters), 0
        )

    @property
    def parameters(self):
        """Those of all layers, in order: the very arrays that they compute with."""
        return [parameter for layer in self.layers for parameter in layer.parameters]

    @property
    def gradients(self):
        """Those that the last backward pass left, in the order of ``parameters``."""
        return [gradient for layer in self.layers for gradient in layer.gradients]

    def forward(self, x, *, training=False):
        """Through all layers, first to last."""
        for layer in self.layers:
            x = layer.forward(x, training=training)
        return x

    def backward(self, grad_output, *, input_gradient=True):
        """Through all layers, last to first.

        Without ``input_gradient`` it ends at the first layer that has parameters, and returns None.
        """
        last = 0 if input_gradient else self._first_with_parameters
        for layer in self.layers[:last:-1]:
            grad_output = layer.backward(grad_output)
        grad_x = self.layers[last].backward(grad_output, input_gradient=input_gradient)
        return grad_x if input_gradient else None

    def to(self, other, /):
        """Move all layers to the library, device and dtype of the array ``other``."""
        for layer in self.layers:
            layer.to(other)
        return self

    def output_shape(self, input_shape, /):
        """Through all layers."""
        for layer in self.layers:
            input_shape = layer.output_shape(input_shape)
        return tuple(input_shape)

    def multiply_adds(self, input_shape, /):
        """Sum over the layers."""
        return sum(costs.multiply_adds for costs in self.costs(input_shape))

    def connections(self, input_shape, /):
        """Sum over the layers."""
        return sum(costs.connections for costs in self.costs(input_shape))

    def costs(self, input_shape=None, /):
        """What each layer costs for one sample.

        Parameters
        ----------
        input_shape : tuple of int, optional
            Shape of one sample; the model's own if it was made with one.

        Returns
        -------
        list of Costs
            One row a layer.
        """
        shape = self.input_shape if input_shape is None else input_shape
        if shape is None:
            raise ValueError("costs: the model was made without input_shape, expected one here")
        rows = []
        for layer in self.layers:
            rows.append(
                Costs(
                    getattr(layer, "name", None) or repr(layer),
                    layer.output_shape(shape),
                    sum(math.prod(parameter.shape) for parameter in layer.parameters),
                    layer.connections(shape),
                    layer.multiply_adds(shape),
                )
            )
            shape = rows[-1].output_shape
        return rows

    def __repr__(self):
        return f"Sequential({', '.join(map(repr, self.layers))})"

    def __str__(self):
        if self.input_shape is None:
            return repr(self)
        rows = self.costs()
        totals = [sum(column) for column in list(zip(*rows))[2:]]
        cells = [
            ("layer", "output shape", "parameters", "connections", "multiply-adds"),
            *((row[0], "×".join(map(str, row[1])), *(f"{n:,}" for n in row[2:])) for row in rows),
            ("total", "", *(f"{n:,}" for n in totals)),
        ]
        widths = [max(map(len, column)) for column in zip(*cells)]
        lines = [
            "  ".join(
                cell.ljust(width) if column < 2 else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(row, widths))
            )
            for row in cells
        ]
        return "\n".join(lines)
