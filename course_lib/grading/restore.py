"""Put back the cells of the release that a student deleted."""

from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor


class RestoreCells(NbGraderPreprocessor):
    """Insert every missing cell of the release after the one that came before it there.

    nbgrader's own ``OverwriteCells.add_missing_cells`` fails with a KeyError when a check and the
    exercise in front of it are both gone, and the whole submission is lost. An exercise comes back
    as released, so its checks say "not written yet".
    """

    def preprocess(self, nb, resources):
        """Called by nbgrader with the submitted notebook, before ``OverwriteCells``."""
        where = resources["nbgrader"]
        with Gradebook(where["db_url"]) as gradebook:
            released = gradebook.find_notebook(where["notebook"], where["assignment"])
            points = {
                cell.name: cell.max_score for cell in [*released.grade_cells, *released.task_cells]
            }
            roles = {
                "grade": {cell.name for cell in released.grade_cells},
                "solution": {cell.name for cell in released.solution_cells},
                "task": {cell.name for cell in released.task_cells},
            }
            position = -1
            for source in released.source_cells:
                present = [
                    index
                    for index, cell in enumerate(nb.cells)
                    if cell.metadata.get("nbgrader", {}).get("grade_id") == source.name
                ]
                if present:
                    position = present[0]
                    continue
                position += 1
                nb.cells.insert(position, rebuild(source, points.get(source.name), roles))
                self.log.warning("Cell %s was missing and has been put back", source.name)
        return nb, resources


def rebuild(source, points, roles):
    """A notebook cell from what the gradebook knows about it."""
    new_cell = new_code_cell if source.cell_type == "code" else new_markdown_cell
    metadata = {
        **{role: source.name in names for role, names in roles.items()},
        "grade_id": source.name,
        "locked": source.locked,
        "checksum": source.checksum,
        "cell_type": source.cell_type,
        "schema_version": 3,
    }
    if points is not None:
        metadata["points"] = points
    return new_cell(source.source, metadata={"nbgrader": metadata})
