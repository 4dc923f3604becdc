"""The wire: what goes in comes out, and bytes that are not a frame are refused without harm."""

import gc
import random
import socket
import struct
import threading
import time
import tracemalloc
import weakref
from collections import OrderedDict, namedtuple
from enum import IntEnum

import hypothesis.extra.numpy as arrays
import msgpack
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.lib.stride_tricks import as_strided

from course_lib.grading import channel, trials, wire

Point = namedtuple("Point", "x y")
Colour = IntEnum("Colour", "RED GREEN")


def later():
    return time.monotonic() + 60


@pytest.fixture
def pair():
    here, there = socket.socketpair()
    with here, there:
        yield here, there


def travel(value, **hooks):
    """Through a real socket, both ends in this process."""
    here, there = socket.socketpair()
    with here, there:
        frame = wire.write(value, hooks.get("outgoing"))
        sender = threading.Thread(target=channel.send, args=(here, frame, later()))
        sender.start()
        try:
            return channel.receive(there, later(), hooks.get("incoming"))
        finally:
            sender.join()


def same(a, b):
    """Equal, of the same types all the way down, NaN equal to NaN."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, np.generic):
        return a.dtype == b.dtype and a.tobytes() == b.tobytes()
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, float | complex):
        return repr(a) == repr(b)
    return a == b


numbers = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(2**3000), 2**3000),
    st.floats(),
    st.complex_numbers(),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.binary(),
    arrays.arrays(
        st.sampled_from("?bhilqBHILQefdFD").map(np.dtype),
        arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
    ),
)
keys = st.one_of(st.none(), st.booleans(), st.integers(), st.text("ab"), st.tuples(st.integers()))
plain = st.recursive(
    numbers,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(keys, inner, max_size=4),
        st.sets(st.integers(), max_size=4),
        st.frozensets(st.integers(), max_size=4),
    ),
    max_leaves=12,
)


@given(plain)
@settings(max_examples=300, deadline=None)
def test_what_goes_in_comes_out(value):
    assert same(travel(value), value)


@pytest.mark.parametrize(
    "sent, arrives",
    [
        (Point(1, 2.5), (1, 2.5)),
        (OrderedDict(a=1), {"a": 1}),
        (Colour.GREEN, 2),
        (np.str_("text"), "text"),
        (np.arange(6).reshape(2, 3).T, np.arange(6).reshape(2, 3).T.copy()),
        (np.array([1, 2], dtype=">i4"), np.array([1, 2], dtype="i4")),
    ],
)
def test_relatives_of_plain_data_arrive_plain(sent, arrives):
    assert same(travel([sent]), [arrives])


@pytest.mark.parametrize("shape", [(5,), (3, 4), (3, 1), (2, 3, 5)])
@pytest.mark.parametrize("dtype", ["f8", ">i4", "?"])
def test_gaps_arrive(shape, dtype):
    values = (np.arange(np.prod(shape)).reshape(shape) % 3).astype(dtype)
    sent = trials.strided(values)
    [arrived] = travel([sent])
    assert arrived.tolist() == values.tolist() and arrived.dtype == values.dtype.newbyteorder("=")
    assert arrived.strides == sent.strides and not arrived.flags.c_contiguous


def test_other_strides_arrive_without_gaps_and_read_nothing_beside():
    base = np.arange(24.0).reshape(4, 6)
    for sent in (base.T, base[::2], base[:, ::3], base[:, ::-2], base[:, :3], base[:, 1::2][::2]):
        [arrived] = travel([sent])
        assert arrived.tolist() == sent.tolist() and arrived.flags.c_contiguous
    assert same(travel([np.broadcast_to(1.0, (3, 2))]), [np.ones((3, 2))])
    odd = np.arange(5.0)[::2]  # a sixth element does not exist
    assert travel([odd])[0].base.tolist() == [0, 0, 2, 0, 4, 0]


def test_gaps_count_as_bytes(monkeypatch):
    monkeypatch.setattr(wire, "ARRAYS", 1 << 20)
    half = np.zeros(1 << 17)  # 1 MB, of which every other element makes half a megabyte
    assert travel([half[::2]])[0].nbytes == 1 << 19
    with pytest.raises(wire.WireError, match="1 MB"):
        wire.write([half[::2], 0.0, half[:2:2], np.zeros(1)])
    with pytest.raises(wire.WireError, match="1 MB"):
        wire.write(np.zeros((1 << 17) + 2)[::2])


def test_what_has_travelled_is_not_kept():
    """Not even until the garbage collector comes: new memory instead costs a large array dear."""
    gc.disable()
    try:
        sent = np.ones(3)
        alive = weakref.ref(sent)
        arrived = travel([sent])
        del sent
        assert alive() is None
        alive = weakref.ref(arrived.pop())
        assert alive() is None
    finally:
        gc.enable()


def test_a_question_is_gone_before_the_next_one_comes(pair):
    kept = []

    def answer(question, content):
        kept.append(weakref.ref(content[0]))
        return True, None

    ends = [channel.Channel(end, answer, None, None) for end in pair]
    server = threading.Thread(target=ends[1].serve)
    server.start()
    try:
        assert ends[0].ask("first", np.ones(3)) == [True, None]
        end = later()
        while kept[0]() is not None:
            assert time.monotonic() < end
    finally:
        pair[0].shutdown(socket.SHUT_RDWR)
        server.join()


def test_tensors_arrive_as_tensors():
    torch = pytest.importorskip("torch")
    sent = torch.arange(6.0).reshape(2, 3).requires_grad_()
    arrived = travel((sent, 1))[0]
    assert isinstance(arrived, torch.Tensor) and torch.equal(arrived, sent)


def test_the_head_is_msgpack():
    head = wire.write(["a", 1, 2.5, None, {"k": [True]}])[1]
    assert msgpack.unpackb(head) == ["a", 1, 2.5, None, {"k": [True]}]


def chain(length):
    value = []
    for _ in range(length):
        value = [value]
    return value


CANNOT_TRAVEL = {
    "an object": object(),
    "a function": len,
    "an array of objects": np.array([object()]),
    "text in an array": np.array(["a"]),
    "long doubles": np.zeros(2, np.longdouble),
    "eight terabytes of ones without memory": np.broadcast_to(1.0, (10**12,)),
    "eight terabytes with gaps": as_strided(np.zeros(2), (10**12,), (16,)),
    "a giant integer": 1 << 100_000,
    "a list in itself": (lambda x: x.append(x) or x)([]),
    "10 MB of text": "x" * 10_000_000,
}


@pytest.mark.parametrize("what", list(CANNOT_TRAVEL))
def test_what_cannot_travel_is_said(what):
    with pytest.raises(wire.WireError):
        wire.write(CANNOT_TRAVEL[what])


def array_head(dtype, shape, code=5):
    return msgpack.packb(msgpack.ExtType(code, msgpack.packb([dtype, shape])))


REFUSED = {
    "more than 512 MB": array_head("<f8", [2**28]),
    "a product that overflows": array_head("<f8", [2**28, 2**28, 2**28]),
    "no element but a giant dimension": array_head("<f8", [0, 2**62]),
    "zero elements, giant strides": array_head("<f8", [2**28, 2**28, 0]),
    "a negative dimension": array_head("<f8", [-1, -4]),
    "a dimension that is no integer": array_head("<f8", [2.0]),
    "33 dimensions": array_head("<f8", [1] * 33),
    "lengths that are written too long": msgpack.packb(
        msgpack.ExtType(5, b"\x92\xa3<f8\xdc\x00\x1e" + (b"\xd3" + bytes(7) + b"\x01") * 30)
    ),
    "an array of objects": array_head("|O", [2]),
    "a record": array_head("<f8,<f8", [2]),
    "text": array_head("<U4", [2]),
    "a date": array_head("<M8[s]", [2]),
    "two arrays that are too large together": b"\x92" + array_head("<f8", [2**25 + 1]) * 2,
    "more than 512 MB with the gaps": array_head("<f8", [2**26 + 2], code=8),
    "a number with gaps": array_head("<f8", [], code=8),
    "a code that nobody knows": msgpack.packb(msgpack.ExtType(99, b"\x90")),
    "a giant integer": msgpack.packb(msgpack.ExtType(4, b"\x01" * 600)),
    "a short complex number": msgpack.packb(msgpack.ExtType(3, b"\x01" * 15)),
    "a set of lists": msgpack.packb(msgpack.ExtType(1, b"\x91\x90")),
    "a key that is a list": b"\x81\x90\x01",
    "lists 100 deep": b"\x91" * 100 + b"\x90",
    "lists 2000 deep": b"\x91" * 2000 + b"\x90",
    "bytes after the value": b"\x01\x01",
    "text that is not UTF-8": b"\xa1\xff",
    "nothing": b"",
    "a list of 4 billion items": b"\xdd\xff\xff\xff\xff\x00",
    "a dict of 4 billion items": b"\xdf\xff\xff\xff\xff\x00\x00",
    "four gigabytes of bytes": b"\xc6\xff\xff\xff\xff\x00",
}


@pytest.mark.parametrize("what", list(REFUSED))
def test_bytes_that_break_the_rules_are_refused_and_take_no_memory(what):
    tracemalloc.start()
    try:
        with pytest.raises(wire.WireError):
            wire.read(REFUSED[what])
        assert tracemalloc.get_traced_memory()[1] < 300_000_000  # less than the 512 MB allowed
    finally:
        tracemalloc.stop()


def test_what_is_packed_arrives_in_its_place_as_often_as_wanted():
    packed = wire.pack([np.arange(3.0), [np.ones((2, 2), bool), "text", (1,)]])
    for _ in range(2):
        sent = [np.zeros(1), packed, np.full(2, 7)]
        first, middle, last = travel(sent)
        assert first.tolist() == [0] and last.tolist() == [7, 7]
        assert same(middle, (np.arange(3.0), [np.ones((2, 2), bool), "text", (1,)]))
    assert same(wire.unpack(packed), list(middle))


@pytest.mark.parametrize("what", list(REFUSED))
def test_packed_bytes_that_break_the_rules_are_refused(what):
    with pytest.raises(wire.WireError):
        wire.unpack(wire.Packed(REFUSED[what], np.empty(0, np.uint8)))


def test_packed_arrays_and_their_bytes_must_agree():
    good = wire.pack([np.arange(3.0)])
    for content in (good.content[:-1], np.append(good.content, 0).astype(np.uint8)):
        with pytest.raises(wire.WireError, match="do not agree"):
            wire.unpack(wire.Packed(good.head, content))
    with pytest.raises(wire.WireError, match="where a list belongs"):
        wire.unpack(wire.Packed(b"\x01", np.empty(0, np.uint8)))


def test_packed_arrays_count_as_bytes(monkeypatch):
    packed = wire.pack([np.zeros(100)])
    monkeypatch.setattr(wire, "ARRAYS", 1000)
    with pytest.raises(wire.WireError, match="arrays of more than"):
        wire.write([packed, packed])


def test_tuples_in_tuples_have_a_limit_too():
    value = b"\x90"
    for _ in range(200):
        value = msgpack.packb(msgpack.ExtType(0, b"\x91" + value))
    with pytest.raises(wire.WireError, match="deep"):
        wire.read(value)
    with pytest.raises(wire.WireError, match="deep"):
        wire.read(wire.write(chain(70))[1])


def test_a_boolean_is_true_or_false_whatever_the_byte(pair):
    here, there = pair
    head = array_head("|b1", [4])
    here.sendall(struct.pack(">I", len(head)) + head + bytes([0, 1, 2, 255]))
    got = channel.receive(there, later())
    assert got.view(np.uint8).tolist() == [0, 1, 1, 1]


def test_a_frame_that_never_ends_and_one_that_stops(pair):
    here, there = pair
    here.sendall(struct.pack(">I", 100) + b"\x01")
    with pytest.raises(TimeoutError):
        channel.receive(there, time.monotonic() + 0.2)
    here.close()
    with pytest.raises(EOFError):
        channel.receive(there, later())


def test_a_frame_that_nobody_reads(pair):
    here, _ = pair
    with pytest.raises(TimeoutError):
        channel.send(here, wire.write(np.zeros(1 << 20)), time.monotonic() + 0.2)


def test_an_announcement_that_is_too_long(pair):
    here, there = pair
    here.sendall(b"\xff\xff\xff\xff")
    with pytest.raises(wire.WireError, match="4294967295 bytes"):
        channel.receive(there, later())


def test_one_hundred_thousand_malformed_frames():
    """Real frames with bytes changed and cut, and noise: a value or a WireError, within the cap."""
    chance = random.Random(7)
    seeds = [
        wire.write(value)[1]
        for value in (
            {"a": [1, 2.5, (3, "x"), {4}], 5: np.zeros((2, 3)), None: np.float32(1)},
            ["ask", b"12345678", "call", [1j, 2**80, frozenset({1}), [[[[]]]]]],
            [np.zeros((3, 0)), np.ones(2, bool), "text " * 5, {"k": {"k": {}}}, np.ones(8)[::2]],
        )
    ]
    refused = 0
    tracemalloc.start()
    for number in range(100_000):
        frame = bytearray(seeds[number % 3] if number % 10 else chance.randbytes(40))
        for _ in range(1 + number % 3):
            frame[int(chance.random() * len(frame))] = int(chance.random() * 256)
        if number % 4 == 0:
            del frame[int(chance.random() * len(frame)) :]
        try:
            wire.read(bytes(frame))
        except wire.WireError:
            refused += 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refused > 30_000
    assert peak <= wire.ARRAYS + (1 << 20)
