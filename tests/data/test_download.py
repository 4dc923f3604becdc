"""`course data mnist` against a server on this machine, and against none."""

import functools
import hashlib
import http.server
import threading

import pytest
from typer.testing import CliRunner

from course_lib.cli import app
from course_lib.data import download

NOWHERE = "http://127.0.0.1:9/"  # the discard port: nobody answers


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def served(tmp_path, monkeypatch):
    """A folder that a server shows, with stand-ins for the four files; and where to download to."""
    source = tmp_path / "source"
    source.mkdir()
    checksums = {}
    for name in download.MNIST_MD5:
        (source / name).write_bytes(name.encode() * 1000)
        checksums[name] = hashlib.md5(name.encode() * 1000).hexdigest()
    monkeypatch.setattr(download, "MNIST_MD5", checksums)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    handler = functools.partial(QuietHandler, directory=source)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        monkeypatch.setattr(download, "MNIST_MIRRORS", (NOWHERE, address))
        yield source, tmp_path / "target"
        server.shutdown()


def run(target):
    return CliRunner().invoke(app, ["data", "mnist", str(target)])


def test_files_come_from_the_first_mirror_that_has_them(served):
    source, target = served
    result = run(target)
    assert result.exit_code == 0, result.output
    assert result.stdout.split() == [str(target / name) for name in download.MNIST_MD5]
    for name in download.MNIST_MD5:
        assert (target / name).read_bytes() == (source / name).read_bytes()


def test_a_file_that_is_there_is_not_fetched_again(served, monkeypatch):
    _, target = served
    run(target)
    monkeypatch.setattr(download, "MNIST_MIRRORS", (NOWHERE,))
    assert run(target).exit_code == 0
    (target / "train-labels-idx1-ubyte.gz").write_bytes(b"damaged")
    assert run(target).exit_code == 1


def test_without_a_network_one_sentence_says_what_to_do(served, monkeypatch):
    _, target = served
    monkeypatch.setattr(download, "MNIST_MIRRORS", (NOWHERE,))
    result = run(target)
    assert result.exit_code == 1
    assert result.stderr.startswith(
        f"course data mnist: no train-images-idx3-ubyte.gz from {NOWHERE} (ConnectionError); "
        "on a machine with a network, download train-images-idx3-ubyte.gz, "
    )
    assert result.stderr.endswith(f"put them into {target}\n")
    assert result.stderr.count("\n") == 1
    assert not target.exists()


def test_folders_are_made_only_for_files(served, monkeypatch):
    _, target = served
    monkeypatch.setattr(download, "MNIST_MIRRORS", (NOWHERE,))
    target.mkdir()
    assert run(target / "data" / "mnist").exit_code == 1
    assert list(target.iterdir()) == []  # which had been there, and stays


def test_a_wrong_file_does_not_stay(served):
    source, target = served
    (source / "t10k-images-idx3-ubyte.gz").write_bytes(b"half")
    result = run(target)
    assert result.exit_code == 1
    assert "sent something else: wrong checksum" in result.stderr
    assert sorted(p.name for p in target.iterdir()) == [
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
    ]


def test_a_folder_that_cannot_be_made_is_named(served):
    _, target = served
    target.write_text("a file in the way")
    result = run(target)
    assert result.exit_code == 1
    assert result.stderr == f"course data mnist: {target}: File exists\n"
    result = run(target / "below")
    assert result.exit_code == 1
    assert result.stderr == f"course data mnist: {target / 'below'}: Not a directory\n"
