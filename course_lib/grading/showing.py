"""What ``course grade`` shows: how far it is, and at the end what needs a person."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from course_lib.grading.batch import Line

ALL = 30  # submissions that are listed one by one
SHOWN = 50  # lines about what needs a person


class Rate(ProgressColumn):
    """Submissions a minute."""

    def render(self, task):
        """The rate of the last while."""
        return Text(f"{60 * task.speed:.0f} a minute" if task.speed else "")


@contextmanager
def progress(total: int) -> Iterator[Callable]:
    """A bar on stderr; what is yielded is called with each finished student and a problem."""
    columns = (
        TextColumn("grading"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[failed]}"),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=total, failed="")
        failed = 0

        def watch(student: str, problem: str | None) -> None:
            nonlocal failed
            failed += problem is not None
            bar.update(task, advance=1, failed=f"[red]{failed} failed" if failed else "")
            if problem:
                bar.console.print(f"{student}: {problem}", markup=False, highlight=False)

        yield watch


def summary(name: str, lines: list[Line]) -> None:
    """A table of all, or of those that need a person where there are many; and the counts."""
    console = Console()
    many = len(lines) > ALL
    concerned = [line for line in lines if line.problem or line.notes or line.needs_person]
    listed = concerned[:SHOWN] if many else lines
    table = Table("student", "points", "noticed", title=f"Assignment {name!r}")
    for line in listed:
        points = "-" if line.score is None else f"{round(line.score, 2):g} / {line.max_score:g}"
        table.add_row(Text(line.student), points, Text("\n".join(_noticed(line))))
    if listed:
        console.print(table)
    if many and len(concerned) > SHOWN:
        console.print(f"… and {len(concerned) - SHOWN} more with something noticed")
    before = sum(line.done_before for line in lines)
    console.print(
        f"{sum(line.problem is None for line in lines)} of {len(lines)} graded"
        + (f", {before} of them before" if before else "")
        + "".join(
            f"; {count} {what}"
            for count, what in (
                (sum(line.repaired for line in lines), "repaired"),
                (sum(line.needs_person for line in lines), "to be graded by a person"),
                (sum(line.problem is not None for line in lines), "failed"),
            )
            if count
        ),
        highlight=False,
    )


def _noticed(line: Line) -> list[str]:
    said = [line.problem] if line.problem else []
    if line.score is not None:  # else the problem says it all
        said += line.notes
    return said + (["a person has to grade a part of it"] if line.needs_person else [])
