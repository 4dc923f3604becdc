"""The set-up scripts say in one sentence what a machine lacks."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINUX = Path("/proc/self").exists()
PACKAGES = f"chromium npm{' bubblewrap' if LINUX else ''} postgresql"


@pytest.fixture
def checkout(tmp_path):
    """A small checkout whose requirements are one package."""
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    (tmp_path / "requirements.txt").write_text("six==1.17.0\n")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "small"\nversion = "1"\n')
    return tmp_path


def run(checkout, script, *arguments, **environment):
    return subprocess.run(
        [checkout / "scripts" / script, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def program(folder, name, text):
    """A stand-in for a program."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_no_python(checkout):
    done = run(checkout, "setup.sh", "python-that-is-not-there")
    assert done.returncode == 1
    assert "'python-that-is-not-there' was not found; install Python 3.11 or newer" in done.stderr


def test_an_old_python(checkout):
    old = 'if [ "$1" = --version ]; then echo Python 3.9.2; else exit 1; fi'
    program(checkout / "bin", "python-old", old)
    done = run(checkout, "setup.sh", str(checkout / "bin" / "python-old"))
    assert done.returncode == 1
    assert "this is Python 3.9.2, but the course needs Python 3.11 or newer" in done.stderr
    assert not (checkout / ".venv").exists()


def test_no_network(checkout):
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_FIND_LINKS": ""}
    fast = {"PIP_RETRIES": "1", "PIP_NO_CACHE_DIR": "1", "PIP_CONFIG_FILE": os.devnull}
    done = run(checkout, "setup.sh", "python3", **nowhere, **fast, PIP_EXTRA_INDEX_URL="")
    assert done.returncode == 1
    assert "pip could not reach the package index; connect to the internet" in done.stderr
    assert not (checkout / ".venv" / ".ready").exists()


def test_no_apt_names_the_packages_and_goes_on(checkout):
    done = run(checkout, "system-packages.sh", PATH=str(checkout / "bin"))
    assert done.returncode == 0
    assert f"please install {PACKAGES} by hand (no apt here)" in done.stderr


def test_apt_that_may_not_be_used(checkout):
    program(checkout / "bin", "apt-get", "exit 1")
    program(checkout / "bin", "id", "echo 1000")
    done = run(checkout, "system-packages.sh", PATH=str(checkout / "bin"))
    assert done.returncode == 0
    assert f"please run 'sudo apt install {PACKAGES}'" in done.stderr


def test_nothing_to_do_is_silent(checkout):
    for name in ("chromium", "npm", "bwrap", "postgres"):
        program(checkout / "bin", name, "exit 1")
    done = run(checkout, "system-packages.sh", PATH=str(checkout / "bin"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
