"""What a student reads about a check: what is right, what is wrong, and where to look."""

import functools
import textwrap

from course_lib.grading.diagnosis import Finding
from course_lib.grading.trials import NOT_WRITTEN, ORDINARY

WIDTH = 86  # characters of a report line, as many as a feedback page shows


def text(result, stronger: dict[str, str]) -> str:
    """The report of a :class:`~course_lib.grading.checks.Result`.

    Parameters
    ----------
    result : Result
    stronger : dict of str to str
        By name of a mistake, the hint for those who have made it before.
    """
    lines = [(0, f"{result.check}: {round(result.score, 2):g} of {result.points:g} points")]
    for outputs, kinds in right(result).items():
        lines.append((2, f"✓ {outputs}right {', '.join(kinds)}"))
    said: set[str] = set()
    for finding in result.findings:
        if not finding.right:
            lines += wrong(finding, stronger.get(finding.name, ""), repeated=finding.name in said)
            said.add(finding.name)
    return "\n".join(filled(n, line) for n, line in lines)


@functools.lru_cache(1000)  # the same is said of many students
def filled(indent: int, line: str) -> str:
    """A line with its indentation, in as many lines as it takes."""
    first, others = " " * indent, " " * (indent + 2)
    return textwrap.fill(line, WIDTH, initial_indent=first, subsequent_indent=others)


def right(result) -> dict[str, list[str]]:
    """On which kinds of input which outputs are right; those that are all right come first."""
    everything = {output for f in result.findings for output in f.outputs}
    found: dict[str, list[str]] = {"": []}
    for finding in result.findings:
        if finding.right:
            whole = set(finding.outputs) == everything
            found.setdefault("" if whole else f"{verb(finding)} ", []).append(finding.kind)
    tried = {f.kind for f in result.findings}
    return {
        outputs: ["everywhere"] if outputs and len(tried) == len(kinds) > 1 else kinds
        for outputs, kinds in found.items()
        if kinds
    }


def wrong(finding: Finding, stronger: str, *, repeated: bool) -> list[tuple[int, str]]:
    """Lines about a wrong output, each with its indentation; a hint is given once."""
    if finding.name == NOT_WRITTEN:
        return [(2, f"✗ {NOT_WRITTEN}")]
    head = f"✗ {verb(finding)} wrong{when(finding)}"
    lines: list[tuple[int, str]] = [
        (2, f"{head}: {finding.sentence}" if finding.sentence else head)
    ]
    if repeated and finding.name:
        return lines
    said = [finding.hint, stronger, *finding.example.splitlines()]
    if finding.read:
        said.append(f"Read: {address(finding.read)}")
    return lines + [(6, line) for line in said if line]


def verb(finding: Finding) -> str:
    """The outputs of a finding and "is" or "are"."""
    *most, last = finding.outputs
    return f"{', '.join(most)} and {last} are" if most else f"{last} is"


def when(finding: Finding) -> str:
    """On which inputs; nothing for ordinary ones."""
    return "" if finding.kind == ORDINARY else f" {finding.kind}"


def address(read: str) -> str:
    """Where a page and heading of the book stand, as a reader finds them.

    Examples
    --------
    >>> address("backpropagation/chain-rule#the-whole-mlp")
    'book/backpropagation/chain-rule.html#the-whole-mlp'
    """
    page, _, heading = read.partition("#")
    return f"book/{page}.html" + (f"#{heading}" if heading else "")
