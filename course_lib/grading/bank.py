"""The bank of answers: what students write, right and wrong, and what they must be told."""

import re
from dataclasses import dataclass
from pathlib import Path

_ENTRY = re.compile(
    r"^## (?P<check>\w+): (?P<story>[^\n]+)\n+(?P<verdict>Right\.|Told: [^\n]+)\n+"
    r"```python\n(?P<code>.*?)^```",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Answer:
    """One answer to one exercise; ``told`` is empty for a right one."""

    assignment: str
    check: str
    story: str
    told: frozenset[str]
    code: str

    @property
    def right(self) -> bool:
        """Whether it deserves full marks."""
        return not self.told


def answers(folder: Path) -> list[Answer]:
    """Every answer in the Markdown files of a folder, one file an assignment.

    Raises
    ------
    ValueError
        If a heading is not followed by a verdict and a block of code.
    """
    found = []
    for path in sorted(folder.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        entries = list(_ENTRY.finditer(text))
        if len(entries) != len(re.findall(r"^## ", text, re.MULTILINE)):
            raise ValueError(f"{path.name}: a heading is not followed by its verdict and its code")
        for entry in entries:
            verdict = entry["verdict"]
            told = () if verdict == "Right." else re.split(r";\s*", verdict.removeprefix("Told: "))
            found.append(
                Answer(path.stem, entry["check"], entry["story"], frozenset(told), entry["code"])
            )
    return found
