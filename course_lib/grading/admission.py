"""Submissions come in: plain files of a reasonable size, and a notebook that can be worked on.

Nothing that a student hands in is followed, unpacked, imported or run here. What is not a plain
file is set aside under another name, so that nbgrader does not copy it; what is no notebook
becomes an empty one, into which the cells of the assignment are put back. Every step is noted.
"""

import json
import os
import re
import stat
from pathlib import Path

import nbformat
from nbconvert.exporters import NotebookExporter

from course_lib.grading.cells import KINDS, new_cell, new_notebook

FILE_MB, FOLDER_MB, FILES = 20, 100, 200
NOTEBOOK_MB, CELLS, CELL_CHARACTERS = 20, 1000, 200_000
ASIDE = ".refused-"
# Files by which a program is started or changed when another one looks into their folder.
NEVER = ("sitecustomize.py", "usercustomize.py", "pyvenv.cfg", "kernel.json", "conftest.py")
NEVER_ENDING = (".pth", ".whl", ".egg")
PICTURES = ("image/png", "image/jpeg")
UNREAD = "could not be read:"  # in the note about a notebook of which nothing is left


class AdmissionError(Exception):
    """A submission that cannot be worked on at all, in one sentence."""


def admit(*, assignment: str, student: str, notebooks: list[str]) -> None:
    """Set aside what must not be copied; the ``pre_convert_hook`` of nbgrader's Autograde."""
    for folder in {Path(path).parent for path in notebooks}:
        set_aside(folder)


def set_aside(folder: Path) -> None:
    """Rename what is not a plain file of a reasonable size to ``.refused-NAME``.

    Raises
    ------
    AdmissionError
        If the folder itself is a link.
    """
    if folder.is_symlink():
        raise AdmissionError(f"the submission's folder {folder} is a link; it is not followed")
    room, count = FOLDER_MB << 20, 0
    for where, folders, files in os.walk(folder):
        for name in sorted(folders):
            if Path(where, name).is_symlink() or name.startswith(ASIDE):
                folders.remove(name)
                _rename(Path(where, name))
        for name in sorted(files):
            status = Path(where, name).lstat()
            plain = stat.S_ISREG(status.st_mode) and status.st_size <= FILE_MB << 20
            if plain and name not in NEVER and not name.endswith(NEVER_ENDING):
                room -= status.st_size
                count += 1
                if room >= 0 and count <= FILES:
                    continue
            if not name.endswith(".ipynb") or Path(where) != folder:  # nbgrader expects those
                _rename(Path(where, name))


def _rename(path: Path) -> None:
    if not path.name.startswith(ASIDE):
        path.rename(path.with_name(f"{ASIDE}{path.name}"))


def refused(folder: Path) -> list[str]:
    """Names of what was set aside."""
    found = [name for _, folders, files in os.walk(folder) for name in (*folders, *files)]
    return sorted(name.removeprefix(ASIDE) for name in found if name.startswith(ASIDE))


def plain_files(folder: Path) -> dict[str, Path]:
    """The files in ``folder`` that a submission may read, by their names below it."""
    return {
        str(path.relative_to(folder)): path
        for path in sorted(folder.rglob("*"))
        if path.suffix != ".ipynb" and not path.is_symlink() and path.is_file()
    }


class SubmissionExporter(NotebookExporter):
    """nbgrader's ``exporter_class``: reads what students submit with :func:`read_notebook`."""

    def from_filename(self, filename, resources=None, **kwargs):
        """The notebook after the preprocessors, with notes about what was changed."""
        course = self.parent.coursedir  # type: ignore[union-attr]
        marks = resources["nbgrader"]
        submitted = course.format_path(
            course.submitted_directory, marks["student"], marks["assignment"]
        )
        if Path(filename).parent != Path(submitted):  # nbgrader's own file, after the first stage
            return super().from_filename(filename, resources=resources, **kwargs)
        notebook, notes = read_notebook(Path(filename))
        notes += [f"the file {name!a} was not accepted" for name in refused(Path(submitted))]
        notebook.metadata["course_notes"] = notes
        resources["metadata"] = {"name": Path(filename).stem, "path": submitted}
        return self.from_notebook_node(notebook, resources=resources, **kwargs)


def read_notebook(path: Path) -> tuple[nbformat.NotebookNode, list[str]]:
    """The notebook in ``path`` made anew from its cells, and notes about what was left out."""
    try:
        content = _read_plain_file(path)
        if content["nbformat"] != 4:
            content = nbformat.reads(json.dumps(content), as_version=4)
        cells = content["cells"]
        if not isinstance(cells, list):
            raise TypeError("its cells are no list")
    except AdmissionError as error:
        return new_notebook(), [str(error)]
    except RecursionError:
        return new_notebook(), [f"{path.name} {UNREAD} it is nested too deeply to be a notebook"]
    except Exception as error:  # whatever nbformat does with a file that is no notebook
        reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        return new_notebook(), [f"{path.name} {UNREAD} it is not a notebook ({reason!a})"]
    notes: list[str] = []
    kept: list[nbformat.NotebookNode] = []
    for number, cell in enumerate(cells, 1):
        new = _plain_cell(cell)
        if new is None or len(kept) >= CELLS:
            notes.append(f"cell {number} could not be read and was left out")
        else:
            kept.append(new)
    if not cells:
        notes.append(f"{path.name} has no cells")
    return new_notebook(kept), notes[:20]


def _read_plain_file(path: Path):
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        raise AdmissionError(f"{path.name} {UNREAD} it is not a plain file") from None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise AdmissionError(f"{path.name} {UNREAD} it is not a plain file")
        if status.st_size > NOTEBOOK_MB << 20:
            raise AdmissionError(f"{path.name} {UNREAD} it is larger than {NOTEBOOK_MB} MB")
        return json.loads(file.read(NOTEBOOK_MB << 20))


def _plain_cell(cell) -> nbformat.NotebookNode | None:
    """A cell of the same type and text; of its metadata only the grade_id."""
    if not isinstance(cell, dict):
        return None
    kind, source = cell.get("cell_type"), cell.get("source")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(kind, str) or kind not in KINDS or not isinstance(source, str):
        return None
    if len(source) > CELL_CHARACTERS:
        return None
    source = source.encode("utf-8", "replace").decode()
    code = kind == "code"
    new = new_cell("code" if code else "markdown", source if code else without_html(source))
    marks = cell.get("metadata", {})
    marks = marks.get("nbgrader", {}) if isinstance(marks, dict) else {}
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    if isinstance(name, str):
        new.metadata["grade_id"] = name
    if kind == "markdown" and (pictures := _pictures(cell.get("attachments"))):
        new.attachments = pictures
    return new


def without_html(text: str) -> str:
    r"""Text of a submission without what a browser would run on the instructor's computer.

    Examples
    --------
    >>> without_html("$a < b$, *so* <b onclick='f()'>[x](javascript:f())</b>")
    "$a < b$, *so* &lt;b onclick='f()'>[x](javascript :f())&lt;/b>"
    """
    text = re.sub(r"&(?=#|\w+;)", "& ", text)  # or a tag could be spelled with entities
    text = re.sub(r"<(?=[A-Za-z/!?])", "&lt;", text)
    text = re.sub(r"(?i)(javascript|vbscript|data)(\\?\s*:)", r"\1 \2", text)
    return re.sub(r"\\href\b", r"\\text", text)


def _pictures(attachments) -> dict:
    """Pictures pasted into a text cell, if they are nothing else."""
    if not isinstance(attachments, dict):
        return {}
    return {
        name: {kind: data}
        for name, content in attachments.items()
        if isinstance(content, dict)
        for kind, data in content.items()
        if kind in PICTURES and isinstance(data, str)
    }
