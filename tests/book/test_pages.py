"""Acts as a reader of the built pages: over http and from disk, on a desktop and on a phone.

Every test that takes ``reader`` fails, too, if the console has anything to say.
"""

import re
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
AXE = ROOT / "tests" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
LECTURE = "book/measuring/classification"
TEX = re.compile(r"[\\^_{}$]")  # what nobody should hear in the name of a slider


def flipbooks(tab):
    """The flipbooks of a page, once their first frames are there."""
    books = tab.locator(".flipbook")
    for book in books.all():
        book.locator("img.frame").wait_for()
    return books.all()


def frame(book):
    """What the visible frame shows: its picture and its alt text."""
    picture = book.locator("img.frame:visible")
    return picture.get_attribute("src"), picture.get_attribute("alt")


def lightness(element):
    """Mean grey of what an element looks like on the screen, from 0 to 255."""
    return np.asarray(Image.open(BytesIO(element.screenshot())).convert("L")).mean()


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_a_page_works(reader, page, scheme):
    tab = reader.open(page, scheme=scheme)
    books = flipbooks(tab)
    if page.startswith("book/") and not page.startswith("book/back/"):
        assert books, "a lecture needs something to move"
    for book in books:
        every_slider_turns_to_another_frame(book)
    formulas_are_typeset(tab)
    assert tab.evaluate(STRAY_MARKS) == []
    tab.set_viewport_size({"width": 390, "height": 844})
    assert tab.evaluate(STRAY_MARKS) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390, "scrolls sideways"
    foot = "[...document.querySelectorAll('.prev-next-area *')]"
    widest = f"Math.max(0, ...{foot}.map(element => element.getBoundingClientRect().right))"
    assert tab.evaluate(widest) <= 390, "the links at the foot are cut off"


def every_slider_turns_to_another_frame(book):
    seen = [frame(book)]
    for row in book.locator(".widget-hslider").all():
        slider, readout = row.get_by_role("slider"), row.locator(".widget-readout")
        name = slider.get_attribute("aria-label")
        assert name and not TEX.search(name), f"a slider with the name {name!r}"
        steps = int(float(slider.get_attribute("aria-valuemax")))
        for _ in range(min(steps, 2)):
            slider.press("ArrowRight")
            assert slider.get_attribute("aria-valuetext") == readout.inner_text()
            assert frame(book) not in seen, f"slider {name!r} changes nothing"
            seen.append(frame(book))
        slider.press("ArrowLeft")
        assert frame(book) == seen[-2], f"slider {name!r} does not go back"


# What stands at the beginning of a line and belongs to the formula at the end of the one before.
STRAY_MARKS = """() => [...document.querySelectorAll("article span.math")].map(formula => {
  const after = formula.nextSibling;
  if (after?.nodeType !== Node.TEXT_NODE || !/^[.,;:!?)]/.test(after.textContent)) return "";
  const mark = document.createRange();
  mark.setStart(after, 0);
  mark.setEnd(after, 1);
  const place = mark.getClientRects()[0];
  const stray = place && place.left < formula.getBoundingClientRect().left;
  return stray ? formula.textContent + after.textContent : "";
}).filter(Boolean)"""


def formulas_are_typeset(tab):
    assert tab.locator(".math").count() == tab.locator(".math > mjx-container").count()
    assert tab.locator("mjx-merror").count() == 0


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_play_turns_the_frames(reader, scheme):
    book = flipbooks(reader.open(LECTURE, scheme=scheme))[0]
    first = frame(book)[1]
    book.locator("button").first.click()
    book.locator(f'img.frame:not([alt="{first}"])').wait_for()


def test_formulas_are_there_and_beside_a_slider_too(reader):
    tab = reader.open("book/index")
    assert tab.locator("p mjx-container").count() > 0
    label = flipbooks(tab)[0].locator(".widget-label").first
    label.locator("mjx-container").wait_for()
    assert label.inner_text().startswith("learning rate")
    slider = flipbooks(tab)[0].get_by_role("slider")
    assert slider.get_attribute("aria-label") == "learning rate eta"


def test_without_a_connection_the_first_frames_stand_still(reader):
    tab = reader.open(LECTURE, scheme="file", connection=False)
    frames = tab.locator("img.frame:visible")
    assert frames.count() == tab.locator("script[type$='widget-view+json']").count() > 0
    assert frames.first.get_attribute("alt").startswith("106 true and 179 false positives")


def test_in_dark_mode_text_and_pictures_are_light_on_dark(reader):
    tab = reader.open(LECTURE, dark=True)
    book = flipbooks(tab)[0]
    pictures = [book.locator("img.frame"), tab.locator("div.cell_output img:not(.frame)").first]
    assert all(lightness(picture) < 90 for picture in pictures)
    for text in (tab.locator("article p").first, book.locator(".widget-readout")):
        red, green, blue = text.evaluate(
            "e => getComputedStyle(e).color.match(/[0-9.]+/g).slice(0, 3).map(Number)"
        )
        assert min(red, green, blue) > 150, text


def test_in_light_mode_pictures_are_dark_on_light(reader):
    book = flipbooks(reader.open(LECTURE))[0]
    assert lightness(book.locator("img.frame")) > 180


def test_an_answer_unfolds(reader):
    tab = reader.open(LECTURE)
    answer = tab.locator(".solution.dropdown").first
    words = answer.locator("p").last
    assert not words.is_visible()
    answer.locator("button").click()
    words.wait_for(state="visible")


def test_the_text_is_there_without_javascript(reader):
    tab = reader.open(LECTURE, javascript=False)
    assert tab.locator("article h1").is_visible()
    assert tab.locator("article p").first.is_visible()


def test_a_lecture_leads_to_its_assignment(reader, assignment):
    name, lecture = assignment
    tab = reader.open(lecture)
    link = tab.locator(f"article a[download][href$='/{name}.ipynb']")
    with tab.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == f"{name}.ipynb"
    released = ROOT / "exercises" / name / f"{name}.ipynb"
    assert Path(download.value.path()).read_bytes() == released.read_bytes()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_serious_accessibility_problem(reader, page, dark):
    """Axe's rules of the impact "serious" and "critical": names, contrast, alt texts, order."""
    tab = reader.open(page, dark=dark)
    flipbooks(tab)
    tab.add_script_tag(path=AXE)
    found = tab.evaluate("axe.run('article').then(result => result.violations)")
    serious = {
        rule["id"]: [node["html"][:120] for node in rule["nodes"][:3]]
        for rule in found
        if rule["impact"] in ("serious", "critical")
    }
    assert serious == {}


LINES = """cell => {
  const words = document.createRange();
  words.selectNodeContents(cell.querySelector("p") ?? cell);
  return words.getClientRects().length;
}"""


def test_a_short_word_at_the_foot_is_not_broken_on_a_phone(reader):
    tab = reader.open("book/back/grading-at-scale", width=390, height=844)
    assert tab.locator(".prev-next-title", has_text="Benchmarks").evaluate(LINES) == 1


def test_a_table_of_numbers_shows_all_columns_and_keeps_units(reader):
    tab = reader.open("book/back/benchmarks")
    for table in tab.locator("article table:has(td.text-right)").all():
        assert table.evaluate("table => table.scrollWidth <= table.parentElement.clientWidth")
    numbers = tab.locator("article td.text-right")
    assert set(numbers.evaluate_all(f"cells => cells.map({LINES})")) <= {0, 1}


def test_search_finds_adam(reader):
    tab = reader.open("search", query="q=Adam")
    results = tab.locator("#search-results ul.search li")
    results.first.wait_for()
    assert any("adam" in text.lower() for text in results.all_inner_texts())
