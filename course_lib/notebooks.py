"""Stored outputs of the lecture notebooks: the one way in which they are written.

A lecture is executed from top to bottom in a fresh kernel, and what is stored is only what a
reader of the file and nbval can compare: text and SVG. Bitmaps and widget state are left out
(the book makes its own), metadata that changes from machine to machine is dropped.
"""

from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

CELL_SECONDS = 120
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
NEVER_STORED = ("image/png", "image/jpeg", "application/vnd.jupyter.widget-view+json")


class NotebookError(Exception):
    """A notebook that cannot be read or does not run; the message names notebook and cell."""


def lecture_notebooks(root: Path) -> list[Path]:
    """All lecture notebooks below ``root``/book, in order of their names."""
    return sorted(
        path for path in (root / "book").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts
    )


def read(path: Path) -> nbformat.NotebookNode:
    """The notebook in ``path``; :class:`NotebookError` when it is not one."""
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except FileNotFoundError:
        raise NotebookError(f"{path}: there is no such notebook") from None
    except OSError as error:
        raise NotebookError(f"{path}: cannot be read ({error.strerror})") from None
    except Exception as error:  # whatever nbformat does with a file that is no notebook
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise NotebookError(f"{path}: not a valid Jupyter notebook ({reason})") from None
    return notebook


def execute(path: Path) -> nbformat.NotebookNode:
    """Run the notebook in ``path`` in a fresh kernel and return it as it should be stored.

    Raises
    ------
    NotebookError
        If a cell fails, takes longer than ``CELL_SECONDS`` or kills the kernel.
    """
    notebook = read(path)
    clean(notebook)
    running = ""

    def remember(cell, cell_index):
        nonlocal running
        first_line = next(iter(cell.source.strip().splitlines()), "")
        running = f"cell {cell_index + 1} (id {cell.id}: {first_line:.60})"

    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name=KERNEL["name"],
        resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=["--log-level=ERROR"],  # no warning about listening on localhost
        record_timing=False,
        store_widget_state=False,
        on_cell_start=remember,
    )
    try:
        client.execute()
    except CellExecutionError as error:
        reason = f"{error.ename}: {error.evalue}".splitlines()[0]
        raise NotebookError(f"{path}: {running} failed: {reason}") from None
    except CellTimeoutError:
        raise NotebookError(f"{path}: {running} ran for more than {CELL_SECONDS} s") from None
    except DeadKernelError:
        raise NotebookError(f"{path}: {running} killed the kernel") from None
    clean(notebook)
    return notebook


def clean(notebook) -> None:
    """Drop what is never stored and put the metadata in its one form, in place."""
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    )
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type != "code":
            continue
        for output in cell.outputs:
            for mime in NEVER_STORED:
                output.get("data", {}).pop(mime, None)
            if "metadata" in output:
                output.metadata = nbformat.from_dict({})
        cell.outputs = merge_streams(cell.outputs)


def merge_streams(outputs) -> list:
    """Join neighbouring pieces of one stream: where the kernel cut them is chance."""
    merged: list = []
    for output in outputs:
        last = merged[-1] if merged else None
        if last and output.output_type == "stream" and last.get("name") == output.name:
            last.text += output.text
        else:
            merged.append(output)
    return merged


def changes(stored, fresh) -> Iterator[str]:
    """What differs between a stored notebook and the same one freshly executed, cell by cell."""
    if stored.metadata != fresh.metadata:
        yield "its metadata is not as `course notebooks` writes it"
    for number, (old, new) in enumerate(zip(stored.cells, fresh.cells), 1):
        for part in ("outputs", "execution_count", "metadata"):
            if old.get(part) != new.get(part):
                yield f"cell {number} (id {new.id}): {part.replace('_', ' ')} changed"


def write(notebook, path: Path) -> None:
    """Write ``notebook`` to ``path``, whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(nbformat.writes(notebook).rstrip("\n") + "\n", encoding="utf-8")
    part.replace(path)
