"""A page of the book from the browser onto paper."""

import html
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader

from course_lib import browser
from course_lib.book import BuildError
from course_lib.pdf.contents import Page

SCALE = 0.8  # so that the longest line of a code cell fits on A4
TOP_MARGIN = 20  # millimetres


# Numbers in the margin need Chromium 131 or later; before that there are none.
PAPER = """
@page {{
  size: A4;
  margin: {top}mm 17mm;
  @bottom-left {{ content: "{running}"; font: 8pt sans-serif; color: #555 }}
  @bottom-right {{ content: counter(page); font: 8pt sans-serif; color: #555 }}
}}
html {{ counter-reset: page {before} }}
"""

# What a page is called and which sections it has, without the signs that link to them.
HEADINGS = """() => {
  const text = heading => {
    const copy = heading.cloneNode(true);
    copy.querySelectorAll(".headerlink").forEach(link => link.remove());
    return copy.textContent.replace(/\\s+/g, " ").trim();
  };
  const sections = [...document.querySelectorAll("article h2")]
    .filter(heading => heading.parentElement.id)
    .map(heading => [heading.parentElement.id, text(heading)]);
  return [text(document.querySelector("article h1")), sections];
}"""

# A link to an anchor, even one that nobody sees, makes Chromium remember where the anchor is.
REMEMBER = """anchors => {
  const links = document.createElement("div");
  links.hidden = true;
  for (const anchor of anchors) {
    links.append(Object.assign(document.createElement("a"), {href: "#" + anchor}));
  }
  document.body.append(links);
}"""

# The frame that a moving figure shows now, beside those copied before, with what its sliders say.
COPY_FRAME = """async book => {
  let printed = book.previousElementSibling;
  if (!printed?.matches(".printed-frames")) {
    printed = document.createElement("div");
    printed.className = "printed-frames";
    book.before(printed);
  }
  const frame = [...book.querySelectorAll("img.frame")].find(image => image.offsetParent);
  const caption = document.createElement("figcaption");
  book.querySelectorAll(".widget-hslider").forEach((slider, i) => {
    const label = slider.querySelector(".widget-label").cloneNode(true);
    const value = slider.querySelector(".widget-readout").textContent;
    caption.append(i ? ", " : "", ...label.childNodes, " = " + value);
  });
  const figure = document.createElement("figure");
  figure.append(frame.cloneNode(), caption);
  printed.append(figure);
  await figure.firstChild.decode();
}"""

UNFOLD = "document.querySelectorAll('details').forEach(details => { details.open = true; })"

FORMULAS_MISSING = """async () => {
  await window.MathJax?.startup?.promise;
  return document.querySelectorAll(".math").length
    - document.querySelectorAll(".math > mjx-container").length;
}"""


FRONT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>
@page {{ size: A4; margin: 24mm 22mm }}
body {{ font: 9.5pt/1.3 system-ui, sans-serif; color: #222 }}
header {{ height: 240mm; break-after: page }}
header h1 {{ font-size: 34pt; line-height: 1.15; font-weight: 500; padding-top: 70mm; margin: 0 }}
header p {{ font-size: 12pt; color: #555 }}
h2 {{ font-size: inherit; margin: 9pt 0 2pt; break-after: avoid }}
p {{ margin: 1.5pt 0 }}
.depth-1 {{ margin-left: 8mm }}
a {{ display: flex; color: inherit; text-decoration: none }}
i {{ flex: 1; border-bottom: 1px dotted #999; margin: 0 2mm 1.5mm }}
</style>
<header><h1>{title}</h1><p>{author}</p></header>
<h1>Contents</h1>
{lines}
"""


def open_tab(chromium, packages: Path):
    """A tab that gets scripts from npm's copies where they are, from the CDN otherwise."""

    def route(request):
        file = browser.npm_file(request.request.url, packages)
        if file:
            browser.answer(request, file)
        else:
            request.continue_()

    context = chromium.new_context(viewport={"width": 1000, "height": 1400}, color_scheme="light")
    context.route(browser.CDN, route)
    return context.new_page()


def print_page(tab, page: Page, anchors: set[str], *, running: str) -> None:
    """Open the page, lay it out for paper, and print it into ``page.sheets``."""
    tab.goto(page.file.as_uri())
    if tab.evaluate(FORMULAS_MISSING):
        raise BuildError(
            f"{page.file.name}: formulas are not typeset, since MathJax cannot be loaded; "
            "printing needs internet, or the packages that `make test` installs"
        )
    for book in tab.locator(".flipbook").all():
        book.locator("img.frame:visible").wait_for()
        for share in (0.5, 1.0):
            move_sliders(book, share)
            book.evaluate(COPY_FRAME)
    tab.evaluate(UNFOLD)
    page.title, page.sections = tab.evaluate(HEADINGS)
    tab.evaluate(REMEMBER, sorted(anchors | {anchor for anchor, _ in page.sections}))
    page.sheets = paper(tab, running=running, before=page.before)


def move_sliders(book, share: float) -> None:
    """Move every slider of a flipbook to this share of its way."""
    for slider in book.get_by_role("slider").all():
        slider.press("Home")
        for _ in range(round(share * float(slider.get_attribute("aria-valuemax")))):
            slider.press("ArrowRight")


def paper(tab, *, running: str, before: int):
    """Print what the tab shows; a :class:`pypdf.PdfReader` of the sheets."""
    running = running.replace('"', "")
    tab.add_style_tag(content=PAPER.format(top=TOP_MARGIN, running=running, before=before))
    printed = tab.pdf(prefer_css_page_size=True, print_background=True, scale=SCALE)
    return PdfReader(BytesIO(printed))


def print_front(tab, pages: list[Page], config: dict):
    """The title and the contents with page numbers; a :class:`pypdf.PdfReader` of the sheets."""
    lines, part = [], None
    for page in pages:
        if page.part and page.part != part:
            part = page.part
            lines.append(f"<h2>{html.escape(part)}</h2>")
        lines.append(
            f'<p class="depth-{page.depth}"><a href="{page.file.as_uri()}">'
            f"<span>{html.escape(page.title)}</span><i></i><span>{page.before + 1}</span></a></p>"
        )
    title, author = html.escape(config["title"]), html.escape(config["author"])
    tab.goto("about:blank")
    tab.set_content(FRONT.format(title=title, author=author, lines="\n".join(lines)))
    return PdfReader(BytesIO(tab.pdf(prefer_css_page_size=True)))
