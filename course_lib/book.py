"""Building the book and showing it.

The pages are made by jupyter-book; this module adds what it lacks: a cache of executed notebooks
that a change of the library invalidates and alt text for plots (as the Sphinx extension
``course_lib.book``, named in ``_config.yml``), and an error that names the notebook and the cell.
"""

import functools
import hashlib
import http.server
import logging
import os
import re
import shutil
import subprocess
import sys
import webbrowser
from collections.abc import Iterable
from pathlib import Path

import nbformat

from course_lib import notebooks

_SILENT = logging.Logger("cache", logging.CRITICAL)


class BuildError(Exception):
    """The book cannot be built or shown; the message says why in one sentence."""


def library_hash(root: Path) -> str:
    """Fingerprint of what notebooks import: ``course_lib`` and the pinned requirements."""
    files = [path for path in (root / "course_lib").rglob("*") if path.suffix != ".pyc"]
    return _hash(root, [*files, root / "requirements.txt"])


def _hash(root: Path, files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        if path.is_file():
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder(root: Path) -> Path:
    """Where executed notebooks are kept: a folder named after the library's hash, and no other.

    jupyter-cache looks at a notebook's own code only, so with one fixed cache a page would show
    what an older ``course_lib`` computed.
    """
    caches = root / "_build" / "cache"
    current = caches / library_hash(root)
    current.mkdir(parents=True, exist_ok=True)
    for outdated in set(caches.iterdir()) - {current}:
        shutil.rmtree(outdated)
    return current


def fill_cache(root: Path) -> None:
    """Execute the lectures that the cache lacks, as many at a time as there are processors.

    Sphinx would take them one by one. What fails is left to it: it says where and why.
    """
    from jupyter_cache import get_cache
    from jupyter_cache.executors import load_executor

    cache = get_cache(str(cache_folder(root)))
    missing = []
    for path in notebooks.lecture_notebooks(root):
        try:
            cache.match_cache_notebook(notebooks.read(path))
        except KeyError:
            missing.append(cache.add_nb_to_project(str(path)).uri)
    if len(missing) > 1:
        executor = load_executor("local-parallel", cache, logger=_SILENT)
        executor.run_and_cache(filter_uris=missing, timeout=notebooks.CELL_SECONDS)


def setup(app):
    """Sphinx extension: cache of executed notebooks, buttons, and alt texts."""

    def choose_cache(_, config):
        config.nb_execution_cache_path = str(cache_folder(Path(app.srcdir)))

    app.connect("config-inited", choose_cache, priority=1)  # before myst-nb reads its settings
    app.connect("config-inited", choose_buttons)
    app.add_config_value("assets_hash", "", "html")  # pages are written again when it changes
    app.connect("config-inited", watch_assets)
    app.connect("doctree-read", describe_pictures)
    app.connect("doctree-read", keep_together)
    return {"parallel_read_safe": True}


def choose_buttons(app, config):
    """Launch and edit buttons lead to the repository: none without its address.

    Colab opens notebooks from GitHub only.
    """
    options = config.html_theme_options
    address, launch = options.get("repository_url"), options.get("launch_buttons", {})
    if not address:
        launch.clear()
        return
    if "github.com/" not in address:
        launch.pop("colab_url", None)
    for button in ("use_repository_button", "use_edit_page_button", "use_issues_button"):
        options[button] = True


def watch_assets(app, config):
    """Write all pages again when a script or style sheet changes: Sphinx looks at text only."""
    root = Path(app.srcdir)
    folders = [root / folder for folder in config.html_static_path]
    config.assets_hash = _hash(root, [path for folder in folders for path in folder.rglob("*")])


def describe_pictures(app, doctree):
    """Give each plot its text form as alt text, and the size and class that ``figures.show`` meant.

    Until the builder has chosen between them, a plot's picture and text stand side by side.
    """
    from PIL import Image

    from course_lib.figures.style import AS_DRAWN, CSS_PIXELS_PER_INCH, DPI

    for bundle in doctree.findall(
        lambda node: getattr(node, "attributes", {}).get("nb_element") == "mime_bundle"
    ):
        forms = {form["mime_type"]: form for form in bundle.children}
        if {"image/png", "text/plain"} <= forms.keys():
            picture = next(forms["image/png"].findall(lambda node: node.tagname == "image"))
            picture["alt"] = forms["text/plain"].astext()
            with Image.open(Path(app.srcdir) / picture["uri"]) as image:
                picture["width"] = f"{image.width * CSS_PIXELS_PER_INCH // DPI}px"
                picture["classes"] += [AS_DRAWN] * (AS_DRAWN in image.info)


def keep_together(app, doctree):
    """Let no line begin with the full stop after a formula or with the unit of a number.

    To a browser a formula is a box, and it may break a line on either side of one.
    """
    from docutils import nodes

    as_they_are = (nodes.FixedTextElement, nodes.literal, nodes.math)
    for element in list(doctree.findall(nodes.TextElement)):
        if isinstance(element, as_they_are):
            continue
        kept: list[nodes.Node] = []
        for child in element.children:
            if isinstance(child, nodes.Text):
                child = nodes.Text(re.sub(r"(?<=\d) (?=[%°])", "\N{NO-BREAK SPACE}", child))
                mark = re.match(r"[.,;:!?)]+", child)
                if mark and kept and isinstance(kept[-1], nodes.math):
                    parts = kept[-1], nodes.Text(mark.group())
                    kept[-1] = nodes.inline("", "", *parts, classes=["unbroken"])
                    child = nodes.Text(child[mark.end() :])
            kept.append(child)
        element[:] = kept


def expect_sources(root: Path) -> None:
    """Raise :class:`BuildError` where there is no book to be built or printed."""
    for name in ("_config.yml", "_toc.yml"):
        if not (root / name).exists():
            raise BuildError(f"{root} has no {name}; run it in the folder that the course is in")


def build(root: Path) -> Path:
    """Build the book below ``root`` and return its first page.

    Raises
    ------
    BuildError
        If there is no book here, a page has a warning, or a notebook does not run.
    """
    expect_sources(root)
    html = root / "_build" / "html"
    shutil.rmtree(html / "reports", ignore_errors=True)  # reports of an earlier failure
    try:
        fill_cache(root)
    except notebooks.NotebookError as error:
        raise BuildError(str(error)) from None
    programs = Path(sys.executable).parent
    command: list[str | Path] = [programs / "jupyter-book", "build", root, "-W", "--keep-going"]
    path = os.pathsep.join([str(programs), os.environ.get("PATH", "")])
    done = subprocess.run(command, env={**os.environ, "PATH": path}, check=False)
    if done.returncode:
        # Sphinx warns when it reads a page, and would not read this one again
        shutil.rmtree(root / "_build" / ".doctrees", ignore_errors=True)
        raise BuildError(why_it_failed(root, html / "reports"))
    return html / "index.html"


def why_it_failed(root: Path, reports: Path) -> str:
    """One sentence from the reports that myst-nb leaves about notebooks that did not run."""
    for report in sorted(reports.rglob("*.err.log")):
        notebook = root / report.relative_to(reports).with_suffix("").with_suffix(".ipynb")
        text = re.sub(r"\x1b\[[\d;]*m", "", report.read_text(encoding="utf-8"))  # without colours
        reason = text.strip().splitlines()[-1]
        for number, cell in enumerate(nbformat.read(notebook, as_version=4).cells, 1):
            if cell.cell_type == "code" and cell.source.strip() and cell.source.strip() in text:
                return (
                    f"{notebook.relative_to(root)}: cell {number} (id {cell.id}) failed: {reason}"
                )
        return f"{notebook.relative_to(root)} failed: {reason}"
    return "the book has warnings, and a warning is an error here; they are listed above"


def serve(root: Path, port: int, *, browser: bool) -> None:
    """Serve ``_build/html`` on this machine only, until Ctrl-C."""
    html = root / "_build" / "html"
    if not (html / "index.html").exists():
        raise BuildError("there is no book in _build/html yet; run `make book` first")
    handler = functools.partial(_QuietHandler, directory=str(html))
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise BuildError(
            f"port {port} cannot be used ({error.strerror}); "
            f"take another one: course serve --port {port + 1}"
        ) from None
    address = f"http://localhost:{server.server_address[1]}/"
    print(f"The book is at {address} (Ctrl-C stops)", flush=True)
    if browser:
        webbrowser.open(address)
    with server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format, *args):
        """Say nothing about requests that succeed."""

    def log_error(self, format, *args):
        """But do say which page is missing."""
        sys.stderr.write(f"{self.path}: {format % args}\n")
