"""Downloads, for the ``course data`` command; nothing else in the library uses the network."""

import contextlib
import logging
from pathlib import Path

MNIST_MD5 = {
    "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
    "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
    "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
}
MNIST_MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)


class DownloadError(OSError):
    """A file could not be fetched, or was not the right one; the message says what to do."""


def download_mnist(folder, /):
    """The four MNIST files, for :func:`course_lib.data.read_mnist`.

    Parameters
    ----------
    folder : path
        Where they go. A file that is there and right is not fetched again.

    Returns
    -------
    list of Path
        The files, 11 MB together.

    Raises
    ------
    DownloadError
        If no mirror could be reached, or what it sent has the wrong checksum. Files appear in
        ``folder`` only when they are complete and right; without any, there is no new folder.
    OSError
        If ``folder`` cannot be made.
    """
    folder = Path(folder)
    new = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return [_fetch(name, md5, folder) for name, md5 in MNIST_MD5.items()]
    except DownloadError:
        with contextlib.suppress(OSError):  # what has something in it stays
            for place in new:
                place.rmdir()
        raise


def _fetch(name, md5, folder):
    import pooch
    import requests

    pooch.get_logger().setLevel(logging.WARNING)
    reasons = []
    for mirror in MNIST_MIRRORS:
        try:
            return Path(pooch.retrieve(mirror + name, f"md5:{md5}", fname=name, path=folder))
        except requests.RequestException as error:
            reasons.append(f"{mirror} ({type(error).__name__})")
        except ValueError:  # pooch: the checksum differs
            reasons.append(f"{mirror} (sent something else: wrong checksum)")
    raise DownloadError(
        f"no {name} from {' or '.join(reasons)}; on a machine with a network, download "
        f"{', '.join(MNIST_MD5)} from either address and put them into {folder}"
    )
