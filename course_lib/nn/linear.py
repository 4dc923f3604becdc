"""The affine map of a fully connected layer: every output sees every input."""

from course_lib.arrays import reduce_sum
from course_lib.nn.checks import dimensions, floating


def linear(x, weight, bias=None, /):
    """Potentials ``x @ weight.T + bias`` of K neurons that see D inputs each.

    Parameters
    ----------
    x : array, shape (N, D)
        One sample a row.
    weight : array, shape (K, D)
        One neuron a row, as in PyTorch.
    bias : array, shape (K,), optional

    Returns
    -------
    array, shape (N, K)

    Raises
    ------
    ValueError
        If the shapes do not fit together, or the devices differ.
    TypeError
        If the arrays are not of one floating dtype and one library.

    Examples
    --------
    >>> linear(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]), np.array([5.0]))
    array([[16.]])
    """
    floating("linear", x=x, weight=weight, bias=bias)
    _check_shapes("linear", x, weight)
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError(
            f"linear: bias has shape {tuple(bias.shape)}, "
            f"expected ({weight.shape[0]},), one for each row of weight"
        )
    output = x @ weight.T
    if bias is not None:
        output += bias
    return output


def linear_backward(grad_output, x, weight, /, *, input_gradient=True):
    """Gradients through :func:`linear`, from the gradient with respect to its output.

    Parameters
    ----------
    grad_output : array, shape (N, K)
    x : array, shape (N, D)
    weight : array, shape (K, D)
    input_gradient : bool
        False leaves out ``grad_x``, a third of the work: the data need no gradient.

    Returns
    -------
    grad_x : array, shape (N, D), or None
        Every input is blamed through the weights that carried it.
    grad_weight : array, shape (K, D)
        Sum over samples of "blame of the neuron times the input it saw".
    grad_bias : array, shape (K,)
    """
    floating("linear_backward", x=x, weight=weight, grad_output=grad_output)
    _check_shapes("linear_backward", x, weight)
    if grad_output.shape != (x.shape[0], weight.shape[0]):
        raise ValueError(
            f"linear_backward: grad_output has shape {tuple(grad_output.shape)}, "
            f"expected ({x.shape[0]}, {weight.shape[0]}), samples of x by rows of weight"
        )
    return (
        grad_output @ weight if input_gradient else None,
        (x.T @ grad_output).T,  # in memory column by column, like the weight of a layer
        reduce_sum(grad_output, axis=0),
    )


def _check_shapes(operation, x, weight):
    dimensions(operation, "x", x, "ND")
    dimensions(operation, "weight", weight, "KD")
    if x.shape[1] != weight.shape[1]:
        raise ValueError(
            f"{operation}: x has {x.shape[1]} features, "
            f"weight expects {weight.shape[1]} (weight.shape[1])"
        )
