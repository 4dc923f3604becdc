"""Headless Chromium over the built pages: it prints the book, and tests it as its reader."""

import json
import mimetypes
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EXECUTABLES = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
]

# It sees our own pages only, often in a container: no sandbox of its own, nothing that calls home.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

CDN = re.compile(r"https://cdn\.jsdelivr\.net/npm/((?:@[\w-]+/)?[\w-]+)@([\d.]+)/(.+?)(?:\?.*)?")


def executable() -> str | None:
    """The path of an installed Chromium or Chrome, or None."""
    return next(filter(None, map(shutil.which, EXECUTABLES)), None)


@contextmanager
def chromium(path: str) -> Iterator:
    """The Chromium at ``path`` as a browser of Playwright, closed at the end."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def npm_file(url: str, packages: Path) -> Path | None:
    """What the CDN would answer, from the npm packages in a folder; None if it is not there.

    Raises
    ------
    LookupError
        If the folder has the package in another version.
    """
    found = CDN.fullmatch(url)
    if found is None or not (packages / found[1]).is_dir():
        return None
    package, version, path = found.groups()
    installed = json.loads((packages / package / "package.json").read_text())["version"]
    if version != installed:
        raise LookupError(f"a page wants {package} {version}, {packages} has {installed}")
    file = packages / package / path
    return file if file.is_file() else None


def answer(route, file: Path) -> None:
    """Answer a request to the CDN with the file."""
    route.fulfill(
        path=file,
        content_type=mimetypes.guess_type(file.name)[0] or "application/octet-stream",
        headers={"Access-Control-Allow-Origin": "*"},
    )
