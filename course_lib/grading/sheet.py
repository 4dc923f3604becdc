"""A notebook of an assignment, from both sides: as released and as the instructor wrote it."""

import json
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook

from course_lib import notebooks
from course_lib.grading.restore import Released, released_cells
from course_lib.grading.source import SourceCell, role, source_cells


@dataclass(frozen=True)
class Sheet:
    """One notebook of an assignment: as released, as the instructor wrote it, its kernel."""

    name: str
    released: tuple[Released, ...]
    instructors: tuple[SourceCell, ...]
    kernelspec: dict | None

    @classmethod
    def read(cls, gradebook: Gradebook, assignment: str, name: str, folder: Path) -> "Sheet":
        """The notebook ``name`` of an assignment whose source is in ``folder``."""
        released = released_cells(gradebook, name, assignment)
        source = folder / f"{name}.ipynb"
        if source.exists():
            instructors = source_cells(notebooks.read(source))
        else:
            instructors = [SourceCell(c.name, c.source, role(c.roles)) for c in released]
        kernelspec = json.loads(gradebook.find_notebook(name, assignment).kernelspec or "null")
        return cls(name, tuple(released), tuple(instructors), kernelspec)
