"""The page that a student gets back, by way of nbgrader, as it is seen."""

import re
from pathlib import Path

import jinja2
import pytest

from course_lib import notebooks
from course_lib.grading.examine import UNCONFINED
from course_lib.grading.reports import feedback
from course_lib.grading.restore import add_notes

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def page(course):
    """``page(student)``: the feedback page that nbgrader writes."""
    course.api.config.Explain.book = "https://example.org/course/"

    def write(student):
        done = course.api.generate_feedback("metrics", student, force=True)
        assert done["success"], done
        return course.folder / "feedback" / student / "metrics" / "metrics.html"

    return write


def test_the_score_is_on_top_and_a_mistake_is_named(page):
    text = page("ben").read_text(encoding="utf-8")
    top = text[text.index("<main>") : text.index("</header>")]
    assert "<b>20</b> <span>of 26 points</span>" in top
    assert "swapped rows and columns" in top
    assert "not been graded yet" in top
    assert 'The confusion matrix</a>\n<span class="of">0 of 3</span>' in top


def test_an_exercise_has_its_name_where_a_student_has_lost_the_heading(course, page):
    path = course.folder / "autograded" / "ben" / "metrics" / "metrics.ipynb"
    before = path.read_bytes()
    notebook = notebooks.read(path)
    heading = next(c for c in notebook.cells if re.match("#+ .*The confusion matrix", c.source))
    notebook.cells.remove(heading)
    notebooks.write(notebook, path)
    text = page("ben").read_text(encoding="utf-8")
    path.write_bytes(before)
    assert 'The confusion matrix</a>\n<span class="of">0 of 3</span>' in text


def test_it_leads_to_the_book(page):
    """Also where the address had been cut at a hyphen, to keep lines short."""
    text = page("ben").read_text(encoding="utf-8")
    assert '<a href="https://example.org/course/book/measuring/splits.html#three-sets">' in text


def test_without_an_address_of_the_book_there_is_no_link():
    said = feedback.linked("Read: book/a.html#b <i>", "")
    assert str(said) == "Read: book/a.html#b &lt;i&gt;"


def test_the_address_of_the_book_is_taken_from_its_settings(tmp_path):
    assert feedback.book_url(tmp_path) == ""
    (tmp_path / "_config.yml").write_text("title: x\nhtml:\n  baseurl: https://a.edu/\n")
    assert feedback.book_url(tmp_path) == "https://a.edu/"
    (tmp_path / "_config.yml").write_text("title: x\n")
    assert feedback.book_url(tmp_path) == ""


def test_hidden_tests_are_not_shown(page):
    text = page("ben").read_text(encoding="utf-8")
    assert "secret" not in text and "8101" not in text and "HIDDEN" not in text


def test_a_person_has_graded_words(page):
    assert 'In words: 98.7 % accurate</a>\n<span class="of">2 of 3' in page("ada").read_text()


def test_an_answer_in_words_that_is_empty_is_said_to_be(page):
    """Its line on top, beside those of code that was not written."""
    text = page("idle").read_text(encoding="utf-8")
    line = text[text.index("In words: 98.7 % accurate</a>") :]
    assert '<span class="says">not written yet</span>' in line[: line.index("</li>")]


def test_how_it_was_graded_is_for_the_instructor(course, page):
    path = course.folder / "autograded" / "ben" / "metrics" / "metrics.ipynb"
    before = path.read_bytes()
    notebook = notebooks.read(path)
    add_notes(notebook, [UNCONFINED])
    notebooks.write(notebook, path)
    text = page("ben").read_text(encoding="utf-8")
    path.write_bytes(before)
    assert "f_beta was missing; it has been put back as released" in text
    assert "WITHOUT" not in text


def test_what_a_student_writes_does_nothing_to_the_reader(course, page):
    path = course.folder / "autograded" / "slow" / "metrics" / "metrics.ipynb"
    notebook = notebooks.read(path)
    words = next(
        c
        for c in notebook.cells
        if c.metadata.get("nbgrader", {}).get("grade_id") == "words_accuracy"
    )
    words.source = (
        "<script>alert(1)</script><b onclick='alert(2)'>bold</b>\n\n"
        "A picture: ![x](https://evil.example/x.png)\n\n"
        "[a](javascript:alert(3)) <style>body {display: none}</style> <h1 id='top'>26 of 26</h1>"
    )
    code = next(c for c in notebook.cells if c.cell_type == "code")
    code.source = "'</pre><script>alert(4)</script>'"
    code.outputs = []
    notebooks.write(notebook, path)
    text = page("slow").read_text(encoding="utf-8")
    answer = text[text.index("alert(1)") - 200 : text.index("26 of 26")]
    for bad in ("<script", "onclick", "evil.example", "javascript:", "<style", "<h1"):
        assert bad not in answer, bad
    assert "<b>bold</b>" in answer
    assert text.count("<script") == 2  # MathJax and its settings
    assert text.count('id="top"') == 1


@pytest.mark.parametrize("given", ["", ' alt="a cat"', ' title="alt=1"'])
def test_a_picture_that_a_student_wrote_is_described(given):
    said = "a cat" if "a cat" in given else "A picture"
    image = feedback.clean(f'<p><img{given} src="data:image/png;base64,aaaa"></p>')
    assert image.count("alt=") == 1
    assert f'alt="{said}"' in image


def test_the_template_is_compiled_once(page, monkeypatch):
    before = page("ada").read_text(encoding="utf-8")
    monkeypatch.setattr(jinja2.Environment, "_generate", None)
    assert page("ada").read_text(encoding="utf-8") == before


def test_a_report_is_read_back():
    text = (
        "f: 0.5 of 2 points\n"
        "  ✓ right on ordinary inputs, when there are no samples\n"
        "  ✗ it is wrong when there is one: you seem to have averaged, which is\n"
        "    not asked for\n"
        "      a hint that is\n"
        "        long\n"
        "      Read: book/a-\n"
        "        b.html"
    )
    (report,) = feedback.parsed(text)
    assert [item.right for item in report.items] == [True, False]
    wrong = report.items[1]
    assert wrong.text.endswith("averaged, which is not asked for")
    assert wrong.details == ["a hint that is long", "Read: book/a-b.html"]
    assert feedback.parsed("f: 1 of 2 points\n  ✓ right\nsomething else\n") is None
    assert feedback.parsed("printed by a test of another kind") is None


def typeset(tab):
    """Wait until the formulas are typeset."""
    tab.wait_for_load_state("load")
    tab.evaluate("MathJax.startup.promise")


@pytest.mark.browser
@pytest.mark.parametrize("student", ["ben", "idle"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_accessibility_problem(look, violations, page, student, dark):
    tab = look(page(student), dark=dark)
    typeset(tab)
    assert violations(tab) == {}


@pytest.mark.browser
def test_it_fits_a_phone_and_formulas_are_typeset(look, page):
    tab = look(page("ben"), width=390)
    typeset(tab)
    assert tab.locator("mjx-container").count() > 5
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.browser
def test_an_exercise_on_top_leads_to_its_checks(look, page):
    tab = look(page("ben"))
    tab.get_by_role("link", name="The best threshold").click()
    heading = tab.get_by_role("heading", name="5. The best threshold")
    check = tab.get_by_label("Check test_best_threshold")
    tab.evaluate("new Promise(done => scrollY ? done() : window.onscroll = done)")
    assert check.bounding_box()["y"] < 900
    assert heading.count() == 1
