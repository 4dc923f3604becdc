"""Every link inside the book leads somewhere: to a page that exists, and to an anchor on it."""

from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """The links of a page and the anchors that others may link to."""

    def __init__(self, path):
        super().__init__()
        self.links, self.anchors = set(), set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.anchors |= {attrs[name] for name in ("id", "name") if attrs.get(name)}
        if tag == "a" and attrs.get("href"):
            self.links.add(attrs["href"])


def test_links_inside_the_book_resolve(built_book, page):
    path = built_book / f"{page}.html"
    here = Page(path)
    for link in here.links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        assert target.is_file(), f"{page} links to {link}, which is not there"
        if parts.fragment and target.suffix == ".html":
            there = here if target == path else Page(target)
            assert unquote(parts.fragment) in there.anchors, f"{page}: no anchor for {link}"
