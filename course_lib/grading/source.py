"""What the instructor's notebook says: which names a test may trust, and which it looks up.

A test cell uses names that it does not define. Some come from the instructor (imports, helper
functions, set-up cells, earlier tests) and must mean what the instructor wrote, whatever the
submission did to them. The others are the student's.
"""

import ast
import builtins
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from IPython.core.inputtransformer2 import TransformerManager


@dataclass(frozen=True)
class SourceCell:
    """A code cell of the instructor's notebook.

    Attributes
    ----------
    name : str or None
        Its grade_id.
    source : str
    role : {"solution", "test", "setup", "plain"}
        What the student writes; a test; read-only; anything else.
    """

    name: str | None
    source: str
    role: str


@lru_cache(maxsize=1000)  # a grader parses the same tests for every student; no tree is changed
def parse(source: str) -> ast.Module:
    """A cell as a syntax tree; magics become calls of ``get_ipython()``."""
    return ast.parse(TransformerManager().transform_cell(source))


def source_cells(notebook) -> list[SourceCell]:
    """The code cells of an instructor's notebook, in order."""
    cells = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            marks = cell.metadata.get("nbgrader", {})
            cells.append(SourceCell(marks.get("grade_id"), cell.source, role(marks)))
    return cells


def role(marks) -> str:
    """Who a cell belongs to, from what nbgrader noted about it."""
    if marks.get("solution"):
        return "solution"
    if marks.get("grade"):
        return "test"
    return "setup" if marks.get("locked") else "plain"


def without_hidden(source: str) -> str:
    """A test cell as students see it: without its hidden tests."""
    return "\n".join(line for line in lines_shown(source) if line is not None)


def lines_shown(source: str) -> list[str | None]:
    """The lines of a test cell, None for those of hidden tests and their marks."""
    shown: list[str | None] = []
    hidden = False
    for line in source.split("\n"):
        begins, ends = "### BEGIN HIDDEN TESTS" in line, "### END HIDDEN TESTS" in line
        hidden = (hidden or begins) and not ends
        shown.append(None if hidden or ends else line)
    return shown


def bound(node: ast.AST) -> set[str]:
    """Names that a statement binds where it stands."""
    names = set()
    for part in _here(node):
        if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load):
            names.add(part.id)
        elif isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(part.name)
        elif isinstance(part, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in part.names}
        elif isinstance(part, ast.ExceptHandler) and part.name:
            names.add(part.name)
    return names


def _here(node: ast.AST):
    """``node`` and what is in it, but not what is inside functions and classes."""
    yield node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        return
    for child in ast.iter_child_nodes(node):
        yield from _here(child)


@lru_cache(maxsize=1000)
def missing_names(tree: ast.Module) -> tuple[str, ...]:
    r"""Names that a cell uses before it defines them, in the order in which they appear.

    Examples
    --------
    >>> missing_names(parse("y = f(x)\nassert y == g(y)"))
    ('f', 'x', 'g')
    """
    defined = set(dir(builtins)) | {"get_ipython"}
    missing: dict[str, None] = {}
    for statement in tree.body:
        # A comprehension's variable or a function's argument is bound inside: it is not missing.
        inner = {
            part.arg for part in ast.walk(statement) if isinstance(part, ast.arg)
        } | _inner_targets(statement)
        used = [
            part.id
            for part in ast.walk(statement)
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)
        ]
        if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
            used.append(statement.target.id)
        own = bound(statement) if isinstance(statement, _BINDS_FIRST) else set()
        for name in used:
            if name not in defined | inner | own:
                missing[name] = None
        defined |= bound(statement)
    return tuple(missing)


_BINDS_FIRST = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.With, ast.Try)


def _inner_targets(statement: ast.AST) -> set[str]:
    """Names bound inside comprehensions, functions and classes of a statement."""
    names = set()
    for part in ast.walk(statement):
        if isinstance(part, ast.comprehension):
            names |= bound(part.target)
        elif isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            for inside in part.body:
                names |= bound(inside)
    return names


@dataclass
class Origin:
    """Code of the instructor's, and what to know it by."""

    key: tuple[int, str | None]
    code: ast.Module


def _parts(source: str) -> list[ast.AST]:
    """All nodes of a cell's syntax tree; none where it has no syntax."""
    try:
        return list(ast.walk(parse(source)))
    except SyntaxError:
        return []


class Trusted:
    """Where the names come from that a test of a given cell may rely on.

    Parameters
    ----------
    cells : sequence of SourceCell
    """

    def __init__(self, cells: Sequence[SourceCell]):
        self.cells = cells
        self.origins: dict[tuple[str, str | None], Origin | None] = {}
        self.bindings: list[dict[str, ast.stmt]] = []
        for cell in cells:
            try:
                body = parse(cell.source).body
            except SyntaxError:
                body = []
            self.bindings.append({name: stmt for stmt in body for name in bound(stmt)})

    @cached_property
    def special_methods(self) -> frozenset[str]:
        """Names, without underscores, of the special methods that the instructor's classes have."""
        found: set[str] = set()
        for cell in self.cells:
            for part in _parts(cell.source):
                if isinstance(part, ast.ClassDef):
                    found |= {name.strip("_") for inner in part.body for name in bound(inner)}
        return frozenset(found | {name[1:] for name in found if name.startswith("r")})

    def origin(self, name: str, test: str | None) -> Origin | None:
        """The instructor's code that defines ``name`` for the cell ``test``, if there is any.

        The last cell above the test that binds the name decides. An import counts wherever it
        stands; other statements in the cells that students write do not.
        """
        if (name, test) not in self.origins:
            self.origins[name, test] = self._origin(name, test)
        return self.origins[name, test]

    def _origin(self, name: str, test: str | None) -> Origin | None:
        names = [cell.name for cell in self.cells]
        above = names.index(test) if test in names and test is not None else len(names)
        for index in reversed(range(above)):
            cell, statement = self.cells[index], self.bindings[index].get(name)
            if statement is None:
                continue
            if isinstance(statement, ast.Import | ast.ImportFrom):
                return Origin((index, name), ast.Module([statement], []))
            if cell.role == "solution":
                return None
            return Origin((index, None), parse(cell.source))
        return None


@lru_cache(maxsize=10)
def trusted(cells: tuple[SourceCell, ...]) -> Trusted:
    """The same for the cells of a notebook that many students were given."""
    return Trusted(cells)
