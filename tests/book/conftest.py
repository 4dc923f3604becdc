"""The built book, and a headless browser in which tests act as its reader."""

import fcntl
import functools
import http.server
import os
import re
import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sphinx_external_toc.parsing import parse_toc_yaml

from course_lib import browser

ROOT = Path(__file__).parents[2]
HTML = ROOT / "_build" / "html"
PACKAGES = ROOT / "tests" / "browser" / "node_modules"

# What the console says although all is well; anything else there fails the test.
KNOWN_NOISE = [
    "Identifier 'THEBE_JS_URL' has already been declared",  # sphinx-thebe adds its script twice
    r"Failed to load resource.*\.(woff2?|ttf|eot|svg)",  # fonts that html-manager asks the page for
]


def pytest_generate_tests(metafunc):
    """What a test runs for.

    One that takes ``page``: for every page of the contents, as "book/index". One that takes
    ``assignment``: for every released one, with the lecture that the contents list it under.
    """
    site = parse_toc_yaml(ROOT / "_toc.yml")
    if "page" in metafunc.fixturenames:
        metafunc.parametrize("page", list(site))
    if "assignment" in metafunc.fixturenames:
        released = sorted(path.parent.name for path in ROOT.glob("exercises/*/*.ipynb"))
        above = {
            str(item): lecture
            for lecture, document in site.items()
            for tree in document.subtrees
            for item in tree.items
        }
        pairs = [(name, above.get(f"exercises/{name}/{name}")) for name in released]
        metafunc.parametrize("assignment", pairs, ids=released)


@pytest.fixture(scope="session")
def built_book():
    """The folder of the built book, brought up to date by `make book`."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    with (ROOT / ".venv" / "building").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # pytest-xdist has several sessions, the book one folder
        done = subprocess.run(
            ["make", "book"], cwd=ROOT, env=environment, capture_output=True, text=True
        )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return HTML


@pytest.fixture(scope="session")
def address(built_book):
    """Where the built book is served: a function from scheme ("http" or "file") to its address."""
    handler = functools.partial(_Silent, directory=str(built_book))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        addresses = {
            "http": f"http://127.0.0.1:{server.server_address[1]}",
            "file": built_book.as_uri(),
        }
        yield addresses.__getitem__
        server.shutdown()


class _Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format, *args):
        pass


@dataclass
class Reader:
    """A reader's browser window; ``complaints`` collects what its console says."""

    browser: object
    address: object
    complaints: list[str] = field(default_factory=list)

    def open(
        self,
        page,
        *,
        query="",
        scheme="http",
        width=1280,
        height=900,
        dark=False,
        javascript=True,
        connection=True,
    ):
        """Open a page of the book, as "book/index", and wait until it is typeset.

        Without ``connection`` nothing comes from a CDN, of which the console may complain.
        """
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
        )
        context.set_default_timeout(20_000)
        answer = self._answer if connection else lambda route: route.abort("internetdisconnected")
        context.route(re.compile("^https?://(?!127.0.0.1)"), answer)
        tab = context.new_page()
        if connection:
            tab.on("console", self._listen)
        tab.on("pageerror", lambda error: self._complain(str(error)))
        tab.goto(f"{self.address(scheme)}/{page}.html" + (f"?{query}" if query else ""))
        tab.evaluate("window.MathJax?.startup?.promise")
        return tab

    def _answer(self, route):
        """Answer a request to the CDN from the npm copy of that version; let nothing else out."""
        url = route.request.url
        if not browser.CDN.fullmatch(url):
            self._complain(f"the page asks for {url}")
            route.abort()
            return
        try:
            file = browser.npm_file(url, PACKAGES)
        except LookupError as error:
            self._complain(str(error))
            file = None
        if file is None:
            route.fulfill(status=404)
        else:
            browser.answer(route, file)

    def _listen(self, message):
        if message.type == "error":
            self._complain(f"{message.text} ({message.location.get('url', '')})")

    def _complain(self, text):
        if not any(re.search(noise, text) for noise in KNOWN_NOISE):
            self.complaints.append(text)


@pytest.fixture
def reader(chromium, need, address):
    """A browser window; the test fails if its console has said anything by the end."""
    need(chromium is not None, "Chromium")
    need((PACKAGES / "mathjax").is_dir(), "tests/browser/node_modules (npm install)")
    window = Reader(chromium, address)
    yield window
    for context in chromium.contexts:
        context.close()
    assert window.complaints == []
