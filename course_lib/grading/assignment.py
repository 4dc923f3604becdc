"""``assignment.toml``: what an assignment is, and what the code of a submission may see and use."""

import dataclasses
import tomllib
from dataclasses import dataclass
from pathlib import Path


class AssignmentError(Exception):
    """An ``assignment.toml`` that cannot be used, in one sentence."""


@dataclass(frozen=True)
class Assignment:
    """An assignment and its limits. Every field is a key of ``assignment.toml``.

    Attributes
    ----------
    title : str
    lecture : str
        The lecture that it belongs to: a page below ``book/``.
    points : float
        All that can be earned, which a test compares with the notebook; 0 where it is not said.
    minutes : int
        How long a student needs; 0 where it is not said.
    packages : tuple of str
        Installed packages that the submission may import, with what these need.
    modules : tuple of str
        Modules of ``course_lib`` that it may import, ``check`` aside. Everything else of
        ``course_lib``, the references among it, is not there.
    in_place : tuple of str
        Functions whose task is to change their arguments. What any other function does to its
        arguments stays in the sandbox.
    call_seconds, cell_seconds, notebook_seconds : float
        Time for one call by a test, one cell, and all of the submission's own time.
    memory_mb, processes, disk_mb : int
        Memory of the sandbox, processes and threads in it, and files (in memory) in it.
    """

    title: str = ""
    lecture: str = ""
    points: float = 0.0
    minutes: int = 0
    packages: tuple[str, ...] = ("numpy",)
    modules: tuple[str, ...] = ()
    in_place: tuple[str, ...] = ()
    call_seconds: float = 10.0
    cell_seconds: float = 60.0
    notebook_seconds: float = 600.0
    memory_mb: int = 4096
    processes: int = 64
    disk_mb: int = 256

    @classmethod
    def read(cls, path: Path) -> "Assignment":
        """The assignment described in ``path``; the defaults where there is no such file.

        Raises
        ------
        AssignmentError
            If the file is not TOML, or has a key or a value that does not belong there.
        """
        if not path.exists():
            return cls()
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise AssignmentError(f"{path}: not TOML ({error})") from None
        known = {item.name: type(item.default) for item in dataclasses.fields(cls)}
        values = {}
        for key, value in content.items():
            if key not in known:
                raise AssignmentError(f"{path}: unknown key {key!r}; there are {', '.join(known)}")
            values[key] = _convert(value, known[key], f"{path}: {key}")
        return cls(**values)


def _convert(value, kind, what):
    """``value`` as ``kind``: a string, a tuple of strings, or a positive number."""
    if kind is str:
        if isinstance(value, str):
            return value
        raise AssignmentError(f"{what} is {value!r}, expected text in quotes")
    if kind is tuple:
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise AssignmentError(f"{what} is {value!r}, expected a list of names")
    if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
        return kind(value)
    raise AssignmentError(f"{what} is {value!r}, expected a positive number")
