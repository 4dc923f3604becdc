"""The book as one PDF file: Chromium prints the built pages, pypdf binds them.

Each page of the contents is opened as a reader would open it, answers are unfolded, a moving
figure is replaced by two of its frames, and the page is printed. Page numbers continue from one
page of the book to the next, links between them become links inside the file, and the outline
has parts, pages and sections.
"""

from pathlib import Path

import yaml
from tqdm import tqdm

from course_lib import browser
from course_lib.book import BuildError, expect_sources
from course_lib.pdf.binding import bind
from course_lib.pdf.contents import contents, linked_anchors
from course_lib.pdf.printing import open_tab, print_front, print_page

PACKAGES = Path("tests/browser/node_modules")  # what pages load from the CDN, where tests have it


def print_book(root: Path, *, progress: bool = False) -> Path:
    """Print the built book below ``root`` into _build/book.pdf, and return that path.

    Raises
    ------
    BuildError
        If there is no book here or it is not built, there is no Chromium, or formulas cannot be
        typeset.
    """
    expect_sources(root)
    pages = contents(root)
    executable = browser.executable()
    if executable is None:
        raise BuildError("printing needs Chromium, and there is none; `make system` installs it")
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    anchors, before = linked_anchors(pages), 0
    with browser.chromium(executable) as chromium:
        tab = open_tab(chromium, root / PACKAGES)
        for page in tqdm(pages, "printing", unit="page", disable=None if progress else True):
            page.before = before
            print_page(tab, page, anchors[page.file], running=config["title"])
            before += len(page.sheets.pages)
        front = print_front(tab, pages, config)
    return bind(front, pages, config, root / "_build" / "book.pdf")
