"""Which pages the book has, in reading order, and what links to what."""

import html
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sphinx_external_toc.parsing import parse_toc_yaml

from course_lib.book import BuildError


@dataclass
class Page:
    """A page of the book and, once it is printed, its sheets of paper."""

    file: Path
    part: str | None  # the caption under which the contents list it
    depth: int  # 1 for a page below another one
    title: str = ""
    sections: list[tuple[str, str]] = field(default_factory=list)  # anchor, heading
    before: int = 0  # sheets of the pages before
    sheets: Any = None  # pypdf.PdfReader


def contents(root: Path) -> list[Page]:
    """The pages of _toc.yml in reading order."""
    site = parse_toc_yaml(root / "_toc.yml")
    pages: list[Page] = []

    def add(name, part, depth):
        file = (root / "_build" / "html" / f"{name}.html").resolve()
        if not file.is_file():
            raise BuildError(f"there is no {name} in _build/html; run `make book` first")
        pages.append(Page(file, part, depth))
        for below in site[name].subtrees:
            for item in below.items:
                add(str(item), below.caption or part, depth + (name != site.root.docname))

    add(site.root.docname, None, 0)
    return pages


def linked_anchors(pages: list[Page]) -> dict[Path, set[str]]:
    """For each page's file, the anchors on it that pages link to."""
    anchors: dict[Path, set[str]] = {page.file: set() for page in pages}
    for page in pages:
        text = page.file.read_text(encoding="utf-8")
        for link, anchor in re.findall(r'href="([^"#:]*)#([^"]+)"', text):
            target = (page.file.parent / unquote(link)).resolve() if link else page.file
            if target in anchors:
                anchors[target].add(html.unescape(unquote(anchor)))
    return anchors
