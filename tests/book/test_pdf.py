"""The printed book: a few of its pages, bound as all of them are by `make pdf`."""

import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from pypdf import PdfReader
from sphinx_external_toc.parsing import parse_toc_yaml

from course_lib import browser
from course_lib.pdf.contents import contents

ROOT = Path(__file__).parents[2]
TITLE = "Foundations of deep learning"
CONTENTS = """\
format: jb-book
root: book/index
parts:
  - caption: Measuring
    chapters:
      - file: book/measuring/classification
        sections:
          - file: exercises/metrics/metrics
  - caption: At the back
    chapters:
      - file: book/back/slips
"""


def course_pdf(root, **environment):
    """`course pdf` in a process of its own: what has a browser open cannot open another one."""
    return subprocess.run(
        [Path(sys.executable).with_name("course"), "pdf"],
        cwd=root,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def printed(built_book, tmp_path_factory):
    """Four pages of the book, printed."""
    if browser.executable() is None or not (ROOT / "tests/browser/node_modules/mathjax").is_dir():
        return None
    root = tmp_path_factory.mktemp("pdf")
    (root / "_toc.yml").write_text(CONTENTS)
    (root / "_config.yml").symlink_to(ROOT / "_config.yml")
    (root / "tests").symlink_to(ROOT / "tests")
    (root / "_build").mkdir()
    (root / "_build" / "html").symlink_to(built_book)
    done = course_pdf(root)
    assert done.returncode == 0, done.stderr
    return PdfReader(root / "_build" / "book.pdf")


@pytest.fixture
def book(printed, need):
    need(printed is not None, "Chromium or tests/browser/node_modules")
    return printed


def outline(book, entries=None, depth=0):
    """Depth, title, number of the sheet, and place on it, for each entry."""
    for entry in book.outline if entries is None else entries:
        if isinstance(entry, list):
            yield from outline(book, entry, depth + 1)
        else:
            yield depth, entry.title, book.get_destination_page_number(entry), entry.get("/Top")


def sheet_of(book, title):
    return next(sheet for _, name, sheet, _ in outline(book) if name.endswith(title))


def plain(sheet):
    """The text of a sheet, with two letters for the ligature of f and i."""
    return unicodedata.normalize("NFKC", sheet.extract_text())


def text_of(book, title, sheets):
    """The text of some sheets from the one on which a page begins."""
    start = sheet_of(book, title)
    return "\n".join(plain(book.pages[n]) for n in range(start, start + sheets))


def test_it_has_every_page_of_the_contents_in_order(built_book):
    pages = [page.file.relative_to(built_book).with_suffix("") for page in contents(ROOT)]
    assert set(map(str, pages)) == set(parse_toc_yaml(ROOT / "_toc.yml"))
    listed = [line.split()[-1] for line in (ROOT / "_toc.yml").open() if "file: " in line]
    assert [str(page) for page in pages] == ["book/index", *listed]


def test_the_outline_has_parts_pages_and_sections(book):
    entries = [(depth, title) for depth, title, _, _ in outline(book)]
    assert [title for depth, title in entries if depth == 0] == [TITLE, "Measuring", "At the back"]
    pages = [title for depth, title in entries if depth == 1]
    assert pages[-1] == "Where the lecture slips"
    assert "2. How good is a classifier?" in pages
    assert (2, "Assignment: classification metrics") in entries
    assert (2, "ROC: the other curve") in entries


def test_sections_lie_where_the_outline_leads(book):
    for depth, title, number, top in outline(book):
        if depth == 2 and top is not None:
            heights = []

            def look(text, around, own, *_, wanted=title[:9], heights=heights):
                if wanted in unicodedata.normalize("NFKC", text):
                    heights.append(own[4] * around[1] + own[5] * around[3] + around[5])

            book.pages[number].extract_text(visitor_text=look)
            assert any(0 < top - height < 40 for height in heights), (title, top, heights)


def test_numbers_in_the_contents_are_those_on_the_sheets(book):
    listed = plain(book.pages[1])
    for title in ["How good is a classifier?", "Where the lecture slips"]:
        start = sheet_of(book, title)
        line = next(line for line in listed.splitlines() if title in line)
        assert line.split()[-1] == book.page_labels[start]
        assert book.page_labels[start] in plain(book.pages[start]).replace(TITLE, " ").split()
    assert book.page_labels[:3] == ["i", "ii", "1"]


def test_no_sheet_is_blank_and_none_shows_what_only_a_screen_needs(book):
    for number, sheet in enumerate(book.pages):
        text = sheet.extract_text()
        own = text.replace(TITLE, "", 1).replace(book.page_labels[number], "", 1).strip()
        assert own or sheet.images, f"sheet {number} is blank"
        for words in ["Skip to main content", "Show code", "Hide code", "Back to top"]:
            assert words not in text


def test_formulas_figures_and_answers_are_there(book):
    lecture = text_of(book, "How good is a classifier?", 12)
    assert "(2.1)" in lecture and "ACC = TP + TN TP + FP + FN + TN" in lecture
    for caption in ["threshold = 0.4", "threshold = 0.9"]:
        assert lecture.count(caption) == 1
    assert "Without labels the classes are sorted" in " ".join(lecture.split())
    assert "def draw_descent(eta)" in text_of(book, TITLE, 2)
    shown = next(sheet for sheet in book.pages if "threshold = 0.9" in sheet.extract_text())
    assert len(shown.images) == 2


def test_links_stay_in_the_book_or_lead_to_the_web(book):
    inside = []
    for sheet in book.pages:
        for link in (entry.get_object() for entry in sheet.get("/Annots", ())):
            if "/Dest" in link:
                inside.append((book.get_page_number(sheet), link["/Dest"]))
            else:
                assert link["/A"]["/URI"].startswith("http"), link
    pages = [page.indirect_reference for page in book.pages]
    leads_to = {(start, pages.index(place[0])) for start, place in inside}
    lecture = sheet_of(book, "How good is a classifier?")
    assignment = sheet_of(book, "Assignment: classification metrics")
    assert any(lecture <= start < end == assignment for start, end in leads_to)
    assert (1, sheet_of(book, "Where the lecture slips")) in leads_to
    questions = sheet_of(book, "Questions")
    assert any(start >= questions and lecture <= end < questions for start, end in leads_to)


def test_without_a_built_book_there_is_one_sentence(tmp_path):
    (tmp_path / "_config.yml").touch()
    (tmp_path / "_toc.yml").write_text(CONTENTS)
    done = course_pdf(tmp_path)
    assert done.returncode == 1
    assert done.stderr == (
        "course pdf: there is no book/index in _build/html; run `make book` first\n"
    )


@pytest.fixture
def one_page(tmp_path):
    """A book of one page, with a formula and no MathJax."""
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: page\n")
    (tmp_path / "_config.yml").symlink_to(ROOT / "_config.yml")
    (tmp_path / "_build" / "html").mkdir(parents=True)
    page = "<article><h1>A page</h1><span class='math'>x</span></article>"
    (tmp_path / "_build" / "html" / "page.html").write_text(page)
    return tmp_path


def test_without_chromium_there_is_one_sentence(one_page):
    done = course_pdf(one_page, PATH="")
    assert done.stderr == (
        "course pdf: printing needs Chromium, and there is none; `make system` installs it\n"
    )


def test_without_mathjax_there_is_one_sentence(one_page, need):
    need(browser.executable() is not None, "Chromium")
    done = course_pdf(one_page)
    assert done.returncode == 1
    assert done.stderr.startswith("course pdf: page.html: formulas are not typeset")
    assert not (one_page / "_build" / "book.pdf").exists()
