"""What travels between the examiner and the sandbox: plain data in msgpack frames, nothing else.

A frame is a head (msgpack, at most ``HEAD`` bytes) and the bytes of the arrays that the head
announces, in the same order. Only None, booleans, numbers, strings, bytes, lists, tuples, dicts,
sets and arrays of boolean or numeric type exist here, so reading a frame can run no code, whoever
wrote it. Type, rank, size and number are checked before memory is taken for an array. An array that
is every other element of a larger one travels as the larger one, so that it arrives with its gaps.
"""

import functools
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgpack
import numpy as np

HEAD = 4 << 20  # bytes of a frame without its arrays
ARRAYS = 512 << 20  # bytes of all arrays of a frame
RANK = 32
DEPTH = 64  # lists in lists in lists
ANNOUNCEMENT = 200  # bytes that say type and shape of an array: 32 lengths of up to 5 bytes
MANY = 500  # types and shapes that are remembered
INTEGER = 512  # bytes of a Python integer: room for any factorial that a test asks for

LENGTH = struct.Struct(">I")  # of the head, before it
_DTYPES = {np.dtype(code).str: np.dtype(code) for code in "?bhilqBHILQefdFD"}
_TUPLE, _SET, _FROZENSET, _COMPLEX, _INTEGER, _ARRAY, _SCALAR, _TENSOR, _GAPS = range(9)
FIRST_FREE = 16  # codes from here on belong to the caller's ``outgoing`` and ``incoming``


@dataclass(frozen=True, eq=False)
class Packed:
    """A list that has been made ready to travel, as often as wanted; it arrives as a tuple.

    Attributes
    ----------
    head : bytes
    content : array of uint8
        The bytes of all its arrays.
    """

    head: bytes
    content: np.ndarray


class WireError(Exception):
    """A value that cannot travel, or bytes that are not a frame; the message says which."""


def pack(value: list, outgoing: Callable[[Any], tuple[int, Any]] | None = None) -> Packed:
    """Do the work of :func:`write` for a list that is to be sent again and again."""
    _, head, *arrays = write(value, outgoing)
    return Packed(head, np.frombuffer(b"".join(arrays), np.uint8))


def write(value, outgoing: Callable[[Any], tuple[int, Any]] | None = None) -> list:
    """A frame as a list of buffers to be sent one after the other.

    Parameters
    ----------
    value : plain data
    outgoing : callable, optional
        Called for an object that is not plain data; returns a code (``FIRST_FREE`` or above) and
        the plain data that stands for it.

    Raises
    ------
    WireError
        If something in ``value`` is not plain data, or too large.
    """
    arrays: list[np.ndarray] = []
    room = ARRAYS

    def packed(something) -> bytes:
        return msgpack.packb(
            something, default=replace, strict_types=True, unicode_errors="replace"
        )

    def replace(x):
        kind = type(x)
        if kind is np.ndarray and _has_gaps(x):
            return msgpack.ExtType(_GAPS, announce(_with_gaps(x)))
        if kind is np.ndarray:
            return msgpack.ExtType(_ARRAY, announce(x))
        if kind is Packed:
            take(x.content)
            return msgpack.ExtType(_TUPLE, x.head)
        if kind in (tuple, set, frozenset):
            code = _TUPLE if kind is tuple else _SET if kind is set else _FROZENSET
            return msgpack.ExtType(code, packed(list(x)))
        if kind is complex:
            return msgpack.ExtType(_COMPLEX, struct.pack("<dd", x.real, x.imag))
        if kind is int:
            return msgpack.ExtType(_INTEGER, _integer(x))
        if isinstance(x, np.generic) and x.dtype.str in _DTYPES:
            return msgpack.ExtType(_SCALAR, packed([x.dtype.str, x.tobytes()]))
        if _is_tensor(x):
            return msgpack.ExtType(_TENSOR, announce(_tensor_values(x)))
        plain = next((base for base in _PLAIN if isinstance(x, base)), None)
        if plain is not None:  # a namedtuple, an OrderedDict, an IntEnum, np.str_
            return replace(plain(x)) if plain in (tuple, int) else plain(x)
        if outgoing is None:
            raise WireError(f"a {kind.__name__} cannot travel, only plain data can")
        code, stand_in = outgoing(x)
        return msgpack.ExtType(code, packed(stand_in))

    def announce(array) -> bytes:
        if array.dtype.str not in _DTYPES:
            native = array.dtype.newbyteorder("=")
            if native.str not in _DTYPES:
                raise WireError(f"an array of type {array.dtype} cannot travel, only numbers can")
            array = array.astype(native)
        announcement = _announcement(array.dtype.str, array.shape)
        take(array)
        return announcement

    def take(array) -> None:
        nonlocal room
        room = _room_left(room, array.nbytes, array.shape)
        arrays.append(np.ascontiguousarray(array))

    try:
        head = packed(value)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise WireError(f"it cannot travel: {error}") from None
    if len(head) > HEAD:
        raise WireError(
            f"it is too large: {len(head)} bytes without its arrays, allowed are {HEAD}"
        )
    frame = [LENGTH.pack(len(head)), head, *arrays]
    arrays.clear()  # or the functions above, which refer to each other, keep them for a while
    return frame


def read(head: bytes, incoming: Callable[[int, Any], Any] | None = None) -> tuple[Any, list]:
    """The value in a head, and the arrays in it that are still to be filled, in order.

    Parameters
    ----------
    head : bytes
    incoming : callable, optional
        The counterpart of ``outgoing``: from a code and plain data to an object.

    Raises
    ------
    WireError
        If the bytes break any of the rules above.
    """
    arrays: list[np.ndarray] = []
    room = ARRAYS
    nested = 0

    def unpacked(data):
        return msgpack.unpackb(data, ext_hook=restore, strict_map_key=False)

    def restore(code, data):
        nonlocal nested
        if code == _ARRAY:
            return allocate(data)
        nested += 1
        if nested > DEPTH:
            raise WireError(f"nested more than {DEPTH} deep")
        try:
            return rebuild(code, data)
        finally:
            nested -= 1

    def rebuild(code, data):
        if code == _COMPLEX:
            return complex(*struct.unpack("<dd", data))
        if code == _INTEGER:
            if len(data) > INTEGER:
                raise WireError(f"an integer of more than {INTEGER} bytes")
            return int.from_bytes(data, "big", signed=True)
        if code in (_TENSOR, _GAPS):
            array = allocate(data)
            return _as_tensor(array) if code == _TENSOR else _every_other(array)
        content = unpacked(data)
        if code in (_TUPLE, _SET, _FROZENSET):
            return {_TUPLE: tuple, _SET: set, _FROZENSET: frozenset}[code](_list(content))
        if code == _SCALAR:
            dtype, raw = _pair(content)
            return np.frombuffer(raw, dtype=_dtype(dtype), count=1)[0]
        if incoming is None:
            raise WireError(f"unknown code {code}")
        return incoming(code, content)

    def allocate(data):
        nonlocal room
        if len(data) > ANNOUNCEMENT:  # what is remembered must not be filled with large ones
            raise WireError(f"an array that takes {len(data)} bytes to announce")
        dtype, shape, nbytes = _announced(data)
        room = _room_left(room, nbytes, shape)
        arrays.append(np.empty(shape, dtype))
        return arrays[-1]

    try:
        value = unpacked(head)
        _check_depth(value)
    except WireError:
        raise
    except (ValueError, TypeError, struct.error, RecursionError, msgpack.UnpackException) as error:
        raise WireError(f"not a frame: {error}") from None
    found = arrays.copy()
    arrays.clear()  # as in ``write``
    return value, found


def unpack(packed: Packed, incoming: Callable[[int, Any], Any] | None = None):
    """The list that :func:`pack` was given, whoever made ``packed``; WireError if it is none."""
    value, arrays = read(packed.head, incoming)
    if sum(array.nbytes for array in arrays) != len(packed.content):
        raise WireError(f"arrays announced and {len(packed.content)} bytes for them do not agree")
    fill(arrays, packed.content)
    return _list(value)


def fill(arrays: list[np.ndarray], content: np.ndarray) -> None:
    """Fill arrays from bytes that are together in one."""
    start = 0
    for array in arrays:
        array.reshape(-1).view(np.uint8)[:] = content[start : start + array.nbytes]
        start += array.nbytes
    settle(arrays)


def settle(arrays: list[np.ndarray]) -> None:
    """Make booleans of the bytes of boolean arrays: others than 0 and 1 would be neither."""
    for array in arrays:
        if array.dtype == bool:
            np.not_equal(array.view(np.uint8), 0, out=array)


_PLAIN = (str, bytes, float, int, list, tuple, dict)


def _is_tensor(x) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(x, torch.Tensor)


def _tensor_values(tensor) -> np.ndarray:
    return tensor.detach().cpu().resolve_conj().resolve_neg().numpy()


def _as_tensor(array):
    import torch

    return torch.from_numpy(array)


def _has_gaps(array) -> bool:
    """Whether it is every other element, along the last axis, of an array without gaps."""
    if array.flags.c_contiguous:
        return False
    step = 2 * array.itemsize
    for length, stride in zip(reversed(array.shape), reversed(array.strides)):
        if length > 1 and stride != step:
            return False
        step *= length
    return True


def _with_gaps(array) -> np.ndarray:
    """The array without gaps of which ``array`` is every other element; 0 in between."""
    _room_left(ARRAYS, 2 * array.nbytes, array.shape)
    whole = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    _every_other(whole)[...] = array
    return whole


def _every_other(whole) -> np.ndarray:
    if whole.ndim == 0:
        raise WireError("a number with gaps")
    return whole[..., ::2]


def _integer(x: int) -> bytes:
    length = x.bit_length() // 8 + 1
    if length > INTEGER:
        raise WireError(f"an integer of {length} bytes, allowed are {INTEGER}")
    return x.to_bytes(length, "big", signed=True)


# Most arrays are of few types and shapes; these are looked at once.
@functools.lru_cache(MANY)
def _announcement(dtype: str, shape: tuple) -> bytes:
    """What a head says of an array."""
    _check_shape(shape, np.dtype(dtype).itemsize)
    return msgpack.packb([dtype, shape])


@functools.lru_cache(MANY)
def _announced(data: bytes) -> tuple[np.dtype, tuple, int]:
    """Type, shape and number of bytes of an array of which a head says ``data``."""
    name, shape = _pair(msgpack.unpackb(data))
    dtype = _dtype(name)
    nbytes = _check_shape(_list(shape), dtype.itemsize)
    return dtype, tuple(shape), nbytes


def _room_left(room: int, nbytes: int, shape) -> int:
    if nbytes > room:
        raise WireError(f"arrays of more than {ARRAYS >> 20} MB: shape {tuple(shape)}")
    return room - nbytes


def _check_shape(shape, itemsize: int) -> int:
    if len(shape) > RANK:
        raise WireError(f"an array of {len(shape)} dimensions, allowed are {RANK}")
    nbytes, extent = itemsize, 1
    for n in shape:
        if type(n) is not int or not 0 <= n <= ARRAYS:
            raise WireError(f"an array of shape {str(shape)[:200]}")
        nbytes *= n
        extent *= n or 1
    if extent > ARRAYS:
        raise WireError(f"arrays of more than {ARRAYS >> 20} MB: shape {tuple(shape)}")
    return nbytes


def _check_depth(value) -> None:
    level = [value]
    for _ in range(DEPTH):
        inside: list = []
        for container in level:
            if type(container) in (list, tuple, set, frozenset):
                inside.extend(x for x in container if type(x) in _CONTAINERS)
            elif type(container) is dict:
                inside.extend(x for x in container.values() if type(x) in _CONTAINERS)
                inside.extend(x for x in container if type(x) in _CONTAINERS)
        if not inside:
            return
        level = inside
    raise WireError(f"nested more than {DEPTH} deep")


_CONTAINERS = {list, tuple, dict, set, frozenset}


def _dtype(name) -> np.dtype:
    if type(name) is not str or name not in _DTYPES:
        raise WireError(f"an array of type {str(name)[:40]!r}")
    return _DTYPES[name]


def _list(content) -> list:
    if type(content) is not list:
        raise WireError(f"a {type(content).__name__} where a list belongs")
    return content


def _pair(content) -> list:
    if len(_list(content)) != 2:
        raise WireError(f"{len(content)} items where two belong")
    return content
