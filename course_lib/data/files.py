"""Readers of data sets on disk, in the formats in which they are distributed.

A file that is cut short, damaged or not what its name says is refused in one sentence.
"""

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np

IMAGES_MAGIC, LABELS_MAGIC = 2051, 2049  # unsigned bytes in 3 dimensions, in 1 dimension
MNIST_PREFIX = {"train": "train", "test": "t10k"}
USPS_SIDE = 16


def read_mnist(folder, /, *, split="train"):
    """The MNIST digits, or any data set in the same four files (Fashion-MNIST, KMNIST).

    Parameters
    ----------
    folder : path
        Where ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte``,
        ``t10k-images-idx3-ubyte`` and ``t10k-labels-idx1-ubyte`` are, each as it is or with
        ``.gz``.
    split : {"train", "test"}

    Returns
    -------
    images : ndarray of uint8, shape (N, 28, 28)
        Ink from 0 (paper) to 255.
    labels : ndarray of int64, shape (N,)
        The digit, 0 to 9.

    Raises
    ------
    FileNotFoundError
        If a file is missing.
    ValueError
        If a file is cut short, not in the IDX format, holds labels in the place of images or the
        other way round, or if the two do not belong together.

    Notes
    -----
    Format: http://yann.lecun.com/exdb/mnist (big-endian header, then unsigned bytes).
    """
    if split not in MNIST_PREFIX:
        raise ValueError(f"read_mnist: split must be 'train' or 'test', got {split!r}")
    prefix = MNIST_PREFIX[split]
    images_path = _find(Path(folder), f"{prefix}-images-idx3-ubyte")
    labels_path = _find(Path(folder), f"{prefix}-labels-idx1-ubyte")
    images = _read_idx(images_path, IMAGES_MAGIC)
    labels = _read_idx(labels_path, LABELS_MAGIC).astype(np.int64)
    if len(images) != len(labels):
        raise ValueError(
            f"read_mnist: {images_path.name} holds {len(images)} images, "
            f"{labels_path.name} {len(labels)} labels"
        )
    if labels.size and labels.max() > 9:
        where = int(labels.argmax())
        raise ValueError(f"{labels_path}: label {where} is {labels[where]}, expected 0 to 9")
    return images, labels


def _find(folder, name):
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    raise FileNotFoundError(
        f"read_mnist: neither {name} nor {name}.gz is in {folder}; `course data mnist` downloads it"
    )


def _read_idx(path, expected):
    """The array in an IDX file whose magic number must be ``expected``."""
    data = _read_bytes(path)
    magic = int.from_bytes(data[:4], "big")
    if magic != expected:
        kinds = {IMAGES_MAGIC: "a file of images", LABELS_MAGIC: "a file of labels"}
        found = kinds.get(magic, "no file of images or labels in the IDX format")
        raise ValueError(
            f"{path}: expected {kinds[expected]} (magic number {expected}), is {found}"
        )
    start = 4 + 4 * (magic & 0xFF)  # the last byte of the magic number counts the dimensions
    if len(data) < start:
        raise ValueError(f"{path}: cut short after {len(data)} bytes, in the header")
    shape = struct.unpack(f">{magic & 0xFF}I", data[4:start])
    promised = math.prod(shape)
    if len(data) - start != promised:
        raise ValueError(
            f"{path}: the header promises {promised} bytes of data, {len(data) - start} follow"
        )
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape).copy()


def _read_bytes(path):
    """What is in the file, unpacked if it is gzip, whatever its name says."""
    data = Path(path).read_bytes()
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        return gzip.decompress(data)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{path}: the gzip file is cut short or damaged ({error})") from None


def read_usps(path, /):
    """The USPS zip code digits that LeNet learned in 1989.

    Parameters
    ----------
    path : path
        ``zip.train`` (7,291 digits) or ``zip.test`` (2,007), as it is or with ``.gz``. This is the
        text format of the distribution that LeCun gave to "The Elements of Statistical Learning"
        (https://hastie.su.domains/ElemStatLearn/data.html): a line for each digit, its label and
        256 grey values, separated by spaces.

    Returns
    -------
    images : ndarray of float32, shape (N, 16, 16)
        Ink from -1 (paper) to 1.
    labels : ndarray of int64, shape (N,)
        The digit, 0 to 9.

    Raises
    ------
    FileNotFoundError
        If the file is missing.
    ValueError
        If a line does not have 257 numbers, a label is no digit or a grey value outside [-1, 1].
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"read_usps: no file {path}")
    try:
        lines = _read_bytes(path).decode("ascii").splitlines()
    except UnicodeDecodeError:
        raise ValueError(f"{path}: not a text file, expected USPS digits as text") from None
    rows = [line.split() for line in lines]
    columns = 1 + USPS_SIDE**2
    for number, row in enumerate(rows, 1):
        if len(row) != columns:
            raise ValueError(
                f"{path}: line {number} has {len(row)} values, expected {columns} "
                "(a label and 256 grey values)"
            )
    if not rows:
        raise ValueError(f"{path}: the file is empty, expected a line for each digit")
    try:
        values = np.array(rows, dtype=np.float32)
    except ValueError as error:
        raise ValueError(f"{path}: not all values are numbers ({error})") from None
    labels, images = values[:, 0], values[:, 1:]
    _refuse(path, ~np.isin(labels, range(10)), labels, "the label", "a digit 0 to 9")
    furthest = images[np.arange(len(images)), np.abs(images).argmax(axis=1)]
    _refuse(path, ~(np.abs(furthest) <= 1), furthest, "a grey value", "-1 to 1")
    return images.reshape(-1, USPS_SIDE, USPS_SIDE).copy(), labels.astype(np.int64)


def _refuse(path, wrong, values, what, expected):
    """Raise for the first line where ``wrong`` holds."""
    if wrong.any():
        line = int(wrong.argmax())
        raise ValueError(
            f"{path}: {what} on line {line + 1} is {values[line]:g}, expected {expected}"
        )


def read_image_folder(folder, /, *, size=None, mode="RGB"):
    """Pictures sorted into a folder for each class, ``folder/class/picture.png``.

    Parameters
    ----------
    folder : path
        Its subfolders are the classes, in alphabetical order. Hidden folders and files that are
        no pictures by their ending are passed over.
    size : pair of int, optional
        Rows and columns to scale every picture to; without it all must have the same size.
    mode : {"RGB", "L"}
        Colour (3 channels) or grey (1 channel), as Pillow calls them.

    Returns
    -------
    images : ndarray of uint8, shape (N, C, H, W)
    labels : ndarray of int64, shape (N,)
        Index into ``classes``.
    classes : list of str

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    ValueError
        If there are no classes, a class has no pictures, a file is no readable picture, or the
        sizes differ and ``size`` was not given.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"read_image_folder: no folder {folder}")
    if mode not in ("RGB", "L"):
        raise ValueError(f"read_image_folder: mode must be 'RGB' or 'L', got {mode!r}")
    classes = sorted(p.name for p in folder.iterdir() if p.is_dir() and p.name[0] != ".")
    if not classes:
        raise ValueError(f"read_image_folder: {folder} has no subfolders, one for each class")
    groups = [_pictures(folder / name) for name in classes]
    paths = [path for group in groups for path in group]
    images = [_read_picture(path, size, mode) for path in paths]
    for path, image in zip(paths, images):
        if image.shape != images[0].shape:
            raise ValueError(
                f"{path}: {image.shape[1]} x {image.shape[2]} pixels, {paths[0].name} has "
                f"{images[0].shape[1]} x {images[0].shape[2]}; give size=(rows, columns)"
            )
    labels = np.repeat(np.arange(len(classes)), [len(group) for group in groups])
    return np.stack(images), labels, classes


def _pictures(folder):
    from PIL import Image

    endings = Image.registered_extensions()
    paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in endings and p.name[0] != ".")
    if not paths:
        raise ValueError(f"read_image_folder: no pictures in class folder {folder}")
    return paths


def _read_picture(path, size, mode):
    """One picture as (C, H, W)."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as file:
            picture = file.convert(mode)
    except UnidentifiedImageError:
        raise ValueError(f"{path}: not a picture, whatever its name says") from None
    except (OSError, SyntaxError) as error:
        raise ValueError(f"{path}: cut short or damaged ({error})") from None
    if size is not None:
        rows, columns = size
        picture = picture.resize((columns, rows))
    pixels = np.asarray(picture)
    return pixels[None] if mode == "L" else pixels.transpose(2, 0, 1)
