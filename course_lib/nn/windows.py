"""Windows that slide over an image: how many there are, and which pixels each offset meets.

Convolution and pooling do not cut out windows one by one. They take one offset within the window
at a time and visit all windows at once: pixel ``position * stride + offset`` of every position is
a strided slice. Padding needs no copy: positions whose pixel lies outside are left out.
"""

from numbers import Integral


def pair(operation, name, value, least, /):
    """``value`` as (vertical, horizontal): an integer stands for both.

    Raises
    ------
    ValueError
        If it is not one or two integers of at least ``least``.
    """
    if type(value) is tuple and [*map(type, value)] == [int, int] and min(value) >= least:
        return value  # as layers hold it: they ask at every step
    values = tuple(value) if isinstance(value, tuple | list) else (value, value)
    if len(values) != 2 or not all(isinstance(v, Integral) and v >= least for v in values):
        raise ValueError(
            f"{operation}: {name} is {value!r}, expected an integer of at least {least}, "
            f"or two of them (vertical, horizontal)"
        )
    return values


def output_size(operation, size, kernel_size, stride, padding, dilation=(1, 1), /):
    """Positions of a window in an image, vertically and horizontally.

    Raises
    ------
    ValueError
        If the window is larger than the padded image.
    """
    padded = tuple(n + 2 * p for n, p in zip(size, padding))
    reach = tuple(d * (k - 1) + 1 for k, d in zip(kernel_size, dilation))
    if reach[0] > padded[0] or reach[1] > padded[1]:
        raise ValueError(
            f"{operation}: the kernel reaches over {reach[0]}×{reach[1]} pixels, "
            f"expected at most the {padded[0]}×{padded[1]} of the padded input"
        )
    return tuple((n - r) // s + 1 for n, r, s in zip(padded, reach, stride))


def overlap(size, positions, offset, stride, /):
    """Positions whose pixel ``position * stride + offset`` exists, and those pixels.

    Parameters
    ----------
    size : int
        Pixels there are, 0 to size - 1.
    positions : int
        Positions there are, 0 to positions - 1.
    offset, stride : int
        The offset is negative where it reaches into the padding.

    Returns
    -------
    tuple of two slices
        Of the positions and of the pixels, of the same length.

    Examples
    --------
    >>> overlap(4, 4, -1, 1)
    (slice(1, 4, 1), slice(0, 3, 1))
    """
    first = max(0, -(offset // stride))
    count = max(0, min(positions, (size - 1 - offset) // stride + 1) - first)
    if count == 0:
        return slice(0, 0, 1), slice(0, 0, stride)
    pixel = first * stride + offset
    return slice(first, first + count, 1), slice(pixel, pixel + (count - 1) * stride + 1, stride)
