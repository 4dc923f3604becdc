"""A PostgreSQL server of one's own, for a benchmark or a test."""

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def program(name: str) -> str | None:
    """Where Debian keeps PostgreSQL's programs, or anybody else does."""
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(installed[-1]) if installed else shutil.which(name)


@contextmanager
def server(*, durable: bool = True) -> Iterator[str]:
    """URL of a new server's empty database; what is not ``durable`` need not reach the disk."""
    folder = Path(subprocess.check_output(["mktemp", "-d"], text=True, **unprivileged()).strip())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = {"stdout": subprocess.DEVNULL, "cwd": "/", **unprivileged()}
    data = str(folder / "data")
    subprocess.run(
        [program("initdb"), "-D", data, "-U", "course", "--auth=trust", "--no-sync"],
        check=True,
        **quiet,
    )
    settings = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder}"
    settings += "" if durable else " -c fsync=off"
    control = [program("pg_ctl"), "-D", data, "-l", str(folder / "log"), "-w"]
    subprocess.run([*control, "-o", settings, "start"], check=True, **quiet)
    try:
        yield f"postgresql+psycopg://course@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, **quiet)
        shutil.rmtree(folder)


def unprivileged() -> dict:
    """How to start a program as somebody whom PostgreSQL accepts: it refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    who = pwd.getpwnam("postgres")
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
