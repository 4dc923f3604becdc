"""Make a submitted notebook whole again: every cell of the release, once, in its place."""

from dataclasses import dataclass, field

from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from course_lib.grading.cells import new_cell
from course_lib.grading.source import without_hidden

TITLE = "**What the grader noticed**"
REPAIRED = "course_repaired"  # in the metadata of a graded notebook


@dataclass
class Released:
    """What the gradebook knows about one cell of an assignment."""

    name: str
    cell_type: str
    source: str
    locked: bool
    checksum: str
    points: float | None = None
    roles: dict[str, bool] = field(default_factory=dict)

    def cell(self, source: str | None = None):
        """The cell as released, or with the student's ``source``."""
        marks = {
            **self.roles,
            "grade_id": self.name,
            "locked": self.locked,
            "checksum": self.checksum,
            "cell_type": self.cell_type,
            "schema_version": 3,
        }
        if self.points is not None:
            marks["points"] = self.points
        text = self.source if source is None else source
        return new_cell(self.cell_type, text, nbgrader=marks)


def released_cells(gradebook: Gradebook, notebook: str, assignment: str) -> list[Released]:
    """The cells of a released notebook that nbgrader keeps track of, in order."""
    found = gradebook.find_notebook(notebook, assignment)
    graded = [*found.grade_cells, *found.task_cells]
    points = {cell.name: cell.max_score for cell in graded}
    names = {
        "grade": {cell.name for cell in found.grade_cells},
        "solution": {cell.name for cell in found.solution_cells},
        "task": {cell.name for cell in found.task_cells},
    }
    return [
        Released(
            cell.name,
            cell.cell_type,
            cell.source,
            cell.locked,
            cell.checksum,
            points.get(cell.name),
            {role: cell.name in members for role, members in names.items()},
        )
        for cell in found.source_cells
    ]


def restored(cells: list, released: list[Released]) -> tuple[list, list[str]]:
    """The cells of a submission with those of the release put right, and what was done.

    A cell that was deleted comes back as it was released, after the one that came before it there.
    Where all of them are gone, that is said once; of a notebook without cells nothing is said.
    A read-only cell has the release's text whatever it said. Of a cell that occurs twice the last
    one counts, as in nbgrader.
    """
    notes = []
    known = {cell.name: cell for cell in released}
    order = {cell.name: number for number, cell in enumerate(released)}
    last = {name: n for n, cell in enumerate(cells) if (name := _name(cell)) in known}
    slots = sorted(last.values())
    in_order = sorted(last, key=order.__getitem__)
    if in_order != [_name(cells[slot]) for slot in slots]:
        notes.append("cells of the assignment had been moved; they are in their order again")
    result = []
    for number, cell in enumerate(cells):
        if number in slots:
            name = in_order[slots.index(number)]
            new, changed = _put_right(cells[last[name]], known[name])
            result.append(new)
            notes += changed
        else:
            if _name(cell) in known:
                notes.append(f"{_name(cell)} was there more than once; the last one counts")
            cell.metadata.clear()
            result.append(cell)
    if cells and not last:
        notes.append(
            "all cells of the assignment were missing; they have been put back as released"
        )
    for missing in released:
        if missing.name not in last:
            if last:
                notes.append(f"{missing.name} was missing; it has been put back as released")
            before = [
                place
                for place, cell in enumerate(result)
                if order.get(_grade_id(cell), len(order)) < order[missing.name]
            ]
            result.insert(max(before, default=-1) + 1, missing.cell())
    return result, notes


def _put_right(cell, released: Released) -> tuple[object, list[str]]:
    notes = []
    if cell.cell_type != released.cell_type:
        notes.append(f"{released.name} had been made a {cell.cell_type} cell; it is one no longer")
    if released.locked:
        if cell.source.strip() != without_hidden(released.source).strip():
            notes.append(f"{released.name} is read-only and had been edited; it is as it was")
        return released.cell(), notes
    new = released.cell(cell.source)
    if released.cell_type == "markdown" and cell.get("attachments"):
        new.attachments = cell.attachments
    return new, notes


def _name(cell) -> str | None:
    """What the submission says which cell of the release this is."""
    return cell.metadata.get("grade_id")


def _grade_id(cell) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


class RestoreCells(NbGraderPreprocessor):
    """The first stage of grading: :func:`restored`, with a text cell that says what was done."""

    def preprocess(self, nb, resources):
        """Called by nbgrader with the submitted notebook."""
        where = resources["nbgrader"]
        with Gradebook(where["db_url"]) as gradebook:
            released = released_cells(gradebook, where["notebook"], where["assignment"])
        restore(nb, released, nb.metadata.pop("course_notes", []))
        return nb, resources


def restore(nb, released: list[Released], notes: list[str]) -> None:
    """Put the cells of ``nb`` right; note that after ``notes``, which are about files."""
    nb.cells, repairs = restored(nb.cells, released)
    nb.metadata[REPAIRED] = bool(repairs)  # whatever a submission had there
    add_notes(nb, [*notes, *repairs])


def add_notes(nb, notes: list[str]) -> None:
    """Put a text cell with ``notes`` at the beginning, or add them to the one that is there."""
    if not notes:
        return
    if nb.cells and nb.cells[0].source.startswith(TITLE):
        nb.cells[0].source += "".join(f"\n- {note}" for note in notes)
    else:
        text = "".join(f"\n- {note}" for note in notes)
        nb.cells.insert(0, new_cell("markdown", f"{TITLE}\n{text}"))


def repaired(nb) -> bool:
    """Whether a cell had to be put right; not all notes say that."""
    return bool(nb.metadata.get(REPAIRED))


def remove_note(nb, note: str) -> None:
    """Take back what :func:`add_notes` noted, and the cell if nothing else is in it."""
    notes = notes_of(nb)
    if note in notes:
        del nb.cells[0]
        add_notes(nb, [other for other in notes if other != note])


def notes_of(nb) -> list[str]:
    """What :func:`add_notes` noted."""
    first = nb.cells[0].source if nb.cells else ""
    if not first.startswith(TITLE):
        return []
    return [line[2:] for line in first.splitlines()[1:] if line.startswith("- ")]
