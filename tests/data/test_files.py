"""Readers, on small files that the tests write; every damaged file gets its sentence."""

import gzip
import struct

import numpy as np
import pytest
from PIL import Image

from course_lib import data


def idx(array):
    """The bytes of an IDX file."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


@pytest.fixture
def mnist(tmp_path, rng):
    """A folder with six training digits, gzipped, and four test digits, as they are."""
    train = rng.integers(0, 256, (6, 28, 28), dtype=np.uint8), np.array([5, 0, 4, 1, 9, 2], "u1")
    test = rng.integers(0, 256, (4, 28, 28), dtype=np.uint8), np.array([7, 2, 1, 0], "u1")
    for prefix, (images, labels) in (("train", train), ("t10k", test)):
        zipped = prefix == "train"
        for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
            content = gzip.compress(idx(array)) if zipped else idx(array)
            (tmp_path / f"{prefix}-{kind}-ubyte{'.gz' * zipped}").write_bytes(content)
    return tmp_path, train, test


def test_read_mnist(mnist):
    folder, train, test = mnist
    for split, expected in (("train", train), ("test", test)):
        images, labels = data.read_mnist(folder, split=split)
        np.testing.assert_array_equal(images, expected[0])
        np.testing.assert_array_equal(labels, expected[1])
        assert (images.dtype, labels.dtype) == (np.uint8, np.int64)
        images[0] = 0  # writable


def test_read_mnist_goes_by_what_a_file_holds_not_by_its_ending(mnist):
    folder, train, _ = mnist
    zipped = folder / "train-images-idx3-ubyte.gz"
    zipped.write_bytes(gzip.decompress(zipped.read_bytes()))
    np.testing.assert_array_equal(data.read_mnist(folder)[0], train[0])


IMAGES, LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"


@pytest.mark.parametrize(
    "name, damage, sentence",
    [
        (IMAGES, lambda b: b[:-1], "header promises 3136 bytes of data, 3135 follow"),
        (IMAGES, lambda b: b + b"\0", "header promises 3136 bytes of data, 3137 follow"),
        (IMAGES, lambda b: b[:10], "cut short after 10 bytes, in the header"),
        (IMAGES, lambda b: b"", "is no file of images or labels in the IDX format"),
        (IMAGES, lambda b: b"<html>404", "is no file of images or labels in the IDX format"),
        (
            IMAGES,
            lambda b: idx(np.zeros(4, "u1")),
            r"expected a file of images \(magic number 2051\), is a file of labels",
        ),
        (
            LABELS,
            lambda b: idx(np.zeros((4, 28, 28), "u1")),
            r"expected a file of labels \(magic number 2049\), is a file of images",
        ),
        (
            LABELS,
            lambda b: idx(np.zeros(5, "u1")),
            "t10k-images-idx3-ubyte holds 4 images, t10k-labels-idx1-ubyte 5 labels",
        ),
        (
            LABELS,
            lambda b: idx(np.array([0, 9, 10, 3], "u1")),
            "label 2 is 10, expected 0 to 9",
        ),
        (LABELS, lambda b: gzip.compress(b)[:-5], "gzip file is cut short or damaged"),
        (LABELS, lambda b: b"\x1f\x8b" + b"?" * 30, "gzip file is cut short or damaged"),
        (LABELS, lambda b: gzip.compress(b * 50)[:12] + b"?" * 30, "cut short or damaged"),
    ],
)
def test_read_mnist_refuses_a_damaged_file(mnist, name, damage, sentence):
    path = mnist[0] / name
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=sentence):
        data.read_mnist(mnist[0], split="test")


def test_read_mnist_says_what_is_missing(mnist):
    (mnist[0] / LABELS).unlink()
    with pytest.raises(FileNotFoundError, match=f"neither {LABELS} nor {LABELS}.gz is in .*course"):
        data.read_mnist(mnist[0], split="test")
    with pytest.raises(ValueError, match="split must be 'train' or 'test', got 'validation'"):
        data.read_mnist(mnist[0], split="validation")


@pytest.fixture
def usps(rng):
    """Three digits, and the lines that zip.train has for them."""
    images = rng.integers(-1000, 1001, (3, 16, 16)) / 1000
    labels = np.array([6, 5, 0])
    lines = [
        f"{label}.0000 " + " ".join(f"{value:.3f}" for value in image.ravel()) + " "
        for label, image in zip(labels, images)
    ]
    return images, labels, lines


@pytest.mark.parametrize("name", ["zip.train", "zip.test.gz"])
def test_read_usps(tmp_path, usps, name):
    images, labels, lines = usps
    content = "\n".join([*lines, ""]).encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    ours = data.read_usps(path)
    np.testing.assert_array_equal(ours[0], images.astype(np.float32))
    np.testing.assert_array_equal(ours[1], labels)
    assert ours[1].dtype == np.int64


@pytest.mark.parametrize(
    "damage, sentence",
    [
        (lambda lines: [], "the file is empty, expected a line for each digit"),
        (lambda lines: [lines[0], lines[1][:700]], r"line 2 has \d+ values, expected 257"),
        (lambda lines: [lines[0] + "0.5"], "line 1 has 258 values, expected 257"),
        (
            lambda lines: [*lines, "6.5000" + lines[0][6:]],
            "the label on line 4 is 6.5, expected a digit 0 to 9",
        ),
        (
            lambda lines: [*lines, "10.000" + lines[0][6:]],
            "the label on line 4 is 10, expected a digit 0 to 9",
        ),
        (
            lambda lines: [lines[0], lines[1].rstrip().rpartition(" ")[0] + " -1.5"],
            "a grey value on line 2 is -1.5, expected -1 to 1",
        ),
        (
            lambda lines: [lines[0], lines[1].rstrip().rpartition(" ")[0] + " nan"],
            "a grey value on line 2 is nan, expected -1 to 1",
        ),
        (lambda lines: [lines[0].replace(" ", " x", 1)], "not all values are numbers"),
        (lambda lines: ["\u00e9"], "not a text file, expected USPS digits as text"),
    ],
)
def test_read_usps_refuses_a_damaged_file(tmp_path, usps, damage, sentence):
    path = tmp_path / "zip.train"
    path.write_text("\n".join(damage(usps[2])), "utf-8")
    with pytest.raises(ValueError, match=sentence):
        data.read_usps(path)


def test_read_usps_says_what_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"^read_usps: no file .*zip.train$"):
        data.read_usps(tmp_path / "zip.train")


@pytest.fixture
def pictures(tmp_path, rng):
    """Two classes with two and one pictures, and what does not count."""
    pixels = rng.integers(0, 256, (3, 5, 7, 3), dtype=np.uint8)
    for name, picture in zip(("dog/a.png", "dog/b.bmp", "cat/a.PNG"), pixels):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(picture).save(path)
    (tmp_path / ".cache").mkdir()
    (tmp_path / "README.txt").write_text("about")
    (tmp_path / "cat" / "notes.txt").write_text("about")
    (tmp_path / "cat" / ".hidden.png").write_text("about")
    return tmp_path, pixels


def test_read_image_folder(pictures):
    folder, pixels = pictures
    images, labels, classes = data.read_image_folder(folder)
    assert classes == ["cat", "dog"]
    np.testing.assert_array_equal(labels, [0, 1, 1])
    np.testing.assert_array_equal(images, pixels[[2, 0, 1]].transpose(0, 3, 1, 2))
    assert (images.dtype, labels.dtype) == (np.uint8, np.int64)


def test_read_image_folder_scales_and_turns_grey(pictures):
    folder, pixels = pictures
    images, _, _ = data.read_image_folder(folder, size=(10, 4), mode="L")
    assert images.shape == (3, 1, 10, 4)
    expected = Image.fromarray(pixels[2]).convert("L").resize((4, 10))
    np.testing.assert_array_equal(images[0, 0], np.asarray(expected))


def test_read_image_folder_refuses_what_is_no_picture(pictures):
    folder, _ = pictures
    whole = (folder / "dog" / "a.png").read_bytes()
    bad = folder / "dog" / "c.png"
    for content, sentence in [
        (b"not a picture", "c.png: not a picture, whatever its name says"),
        (whole[: len(whole) // 2], "c.png: cut short or damaged"),
    ]:
        bad.write_bytes(content)
        with pytest.raises(ValueError, match=sentence):
            data.read_image_folder(folder)
    Image.new("RGB", (8, 6)).save(bad)
    with pytest.raises(ValueError, match=r"c.png: 6 x 8 pixels, a.PNG has 5 x 7; give size="):
        data.read_image_folder(folder)
    assert data.read_image_folder(folder, size=(5, 7))[0].shape == (4, 3, 5, 7)


def test_read_image_folder_says_what_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"read_image_folder: no folder .*nowhere"):
        data.read_image_folder(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="has no subfolders, one for each class"):
        data.read_image_folder(tmp_path)
    (tmp_path / "cat").mkdir()
    with pytest.raises(ValueError, match=r"no pictures in class folder .*cat"):
        data.read_image_folder(tmp_path)
    with pytest.raises(ValueError, match="mode must be 'RGB' or 'L', got 'CMYK'"):
        data.read_image_folder(tmp_path, mode="CMYK")
