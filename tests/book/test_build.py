"""The built book: its pages, with described pictures; and a build that fails when it must."""

import os
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from course_lib import book

ROOT = Path(__file__).parents[2]
MEGABYTE = 10**6


class Pictures(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.found.append(dict(attrs))


def test_every_page_of_the_contents_is_built(built_book, page):
    html = built_book / f"{page}.html"
    assert html.is_file()
    assert "<h1>" in html.read_text()
    assert html.stat().st_size < 3 * MEGABYTE


def test_every_plot_has_a_sentence_and_a_size(built_book, page):
    for picture in Pictures((built_book / f"{page}.html").read_text()).found:
        assert len(picture["alt"].split()) > 3 and not picture["alt"].endswith(".png"), picture
        assert re.search(r"width: \d+px", picture["style"])


def test_the_page_of_an_assignment_is_its_released_notebook(built_book, assignment):
    name, lecture = assignment
    assert lecture is not None, f"_toc.yml lists no lecture over exercises/{name}/{name}"
    released = (ROOT / f"exercises/{name}/{name}.ipynb").read_bytes()
    page = built_book / f"exercises/{name}/{name}.html"
    link = re.search(rf'href="([^"]*_sources/[^"]*{name}\.ipynb)"', page.read_text()).group(1)
    assert (page.parent / link).read_bytes() == released


@pytest.fixture
def small_book(tmp_path):
    """A book with the settings of ours, one page, and a library of one module."""
    shutil.copytree(ROOT / "book" / "assets", tmp_path / "book" / "assets")
    shutil.copy(ROOT / "_config.yml", tmp_path)
    shutil.copy(ROOT / "book" / "references.bib", tmp_path / "book")
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: book/page\n")
    (tmp_path / "course_lib").mkdir()
    (tmp_path / "course_lib" / "library.py").write_text("answer = 1\n")
    (tmp_path / "requirements.txt").write_text("")
    return tmp_path


def write_page(root, text, code, name="page"):
    cells = [
        nbformat.v4.new_markdown_cell(f"# A page\n\n{text}", id="words"),
        nbformat.v4.new_code_cell(code, id="computes"),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, root / "book" / f"{name}.ipynb")


def test_a_cell_that_fails_is_named_every_time(small_book):
    """Sphinx alone would warn once, and find nothing to do the second time."""
    write_page(small_book, "", "1 / 0")
    sentence = r"page\.ipynb: cell 2 \(id computes\) failed: ZeroDivisionError"
    for _ in range(2):
        with pytest.raises(book.BuildError, match=sentence):
            book.build(small_book)


def test_pages_are_executed_again_when_the_library_changes_and_only_then(small_book):
    runs = small_book / "runs"
    code = f"with open({str(runs)!r}, 'a') as file:\n    file.write('run ')"
    write_page(small_book, "First words.", code)
    book.build(small_book)
    write_page(small_book, "Other words.", code)
    book.build(small_book)
    assert runs.read_text() == "run "
    assert "Other words." in (small_book / "_build/html/book/page.html").read_text()
    (small_book / "course_lib" / "library.py").write_text("answer = 2\n")
    book.build(small_book)
    assert runs.read_text() == "run run "


def test_a_change_of_a_style_sheet_reaches_pages_that_have_not_changed(small_book):
    """The address of a style sheet has a hash of it, so that browsers take the new one."""
    write_page(small_book, "", "1 + 1")
    sheets = []
    for words in ("", "\n/* new */\n"):
        with (small_book / "book" / "assets" / "course.css").open("a") as sheet:
            sheet.write(words)
        book.build(small_book)
        page = (small_book / "_build/html/book/page.html").read_text()
        sheets.append(re.search(r"_static/course\.css\?v=\w+", page).group())
    assert sheets[0] != sheets[1]
    assert (small_book / "_build/html/_static/course.css").read_text().endswith(words)


def test_pages_are_executed_side_by_side_and_once(small_book, need):
    """Each of two pages waits for the other to begin."""
    need((os.cpu_count() or 1) > 1, "a second processor")
    wait = (
        "import pathlib, time\n"
        "with open('{me}.runs', 'a') as file:\n    file.write('run ')\n"
        "until = time.monotonic() + 30\n"
        "while not pathlib.Path('{other}.runs').exists():\n"
        "    assert time.monotonic() < until\n    time.sleep(0.1)"
    )
    for me, other in [("page", "second"), ("second", "page")]:
        write_page(small_book, "", wait.format(me=me, other=other), name=me)
    (small_book / "_toc.yml").write_text(
        "format: jb-book\nroot: book/page\nchapters:\n  - file: book/second\n"
    )
    book.build(small_book)
    runs = [(small_book / "book" / f"{name}.runs").read_text() for name in ("page", "second")]
    assert runs == ["run ", "run "]


def test_a_photograph_keeps_its_colours_in_dark_mode(small_book):
    show = "figures.show('A sheet of paper without anything.')"
    write_page(
        small_book,
        "",
        f"import matplotlib.pyplot as plt\nfrom course_lib import figures\n"
        f"figures.keep_colors(plt.figure())\n{show}\nplt.figure()\n{show}",
    )
    book.build(small_book)
    pictures = Pictures((small_book / "_build/html/book/page.html").read_text()).found
    assert ["as-drawn" in picture.get("class", "") for picture in pictures] == [True, False]


@pytest.mark.parametrize("address", ["", "https://github.com/someone/course"])
def test_launch_buttons_are_there_when_the_repository_is_known(small_book, address):
    config = small_book / "_config.yml"
    text = config.read_text().replace('url: ""\n  branch', f'url: "{address}"\n  branch')
    hub = 'jupyterhub_url: "https://hub.university.edu"'
    config.write_text(text.replace('jupyterhub_url: ""', hub))
    write_page(small_book, "", "1 + 1")
    book.build(small_book)
    page = (small_book / "_build/html/book/page.html").read_text()
    links = re.findall(r'href="(https://[^"]*page\.ipynb[^"]*)"', page)
    hosts = {link.split("/")[2] for link in links}
    if not address:
        assert not hosts and "launch" not in page
        return
    expected = {"colab.research.google.com", "mybinder.org", "hub.university.edu", "github.com"}
    assert hosts == expected
    assert all("someone" in link and "main" in link for link in links)


def test_colab_is_offered_for_notebooks_on_github_only():
    options = {
        "repository_url": "https://gitlab.com/someone/course",
        "launch_buttons": {"colab_url": "https://colab", "binderhub_url": "https://binder"},
    }
    book.choose_buttons(None, SimpleNamespace(html_theme_options=options))
    assert options["launch_buttons"] == {"binderhub_url": "https://binder"}
