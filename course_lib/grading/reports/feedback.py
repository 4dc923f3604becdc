"""The page that a student gets back: the score, what was right, what was not and where to read.

``nbgrader_config.py`` has nbgrader's ``GenerateFeedback`` use :class:`Explain` and
:class:`FeedbackExporter`, so every way to nbgrader's feedback comes through here. What a student
wrote is shown as text and simple markup only, and the page forbids all that is not its own: an
instructor opens it, too.
"""

import base64
import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import bleach
import yaml
from jinja2 import BytecodeCache
from markupsafe import Markup
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML, strip_ansi
from nbgrader.preprocessors import GetGrades
from traitlets import Bool, Unicode
from traitlets.config import Config

from course_lib.grading.examine import UNCONFINED
from course_lib.grading.reports.classroom import all_headings, exercise_of, facts, headings
from course_lib.grading.reports.page import number
from course_lib.grading.restore import TITLE, remove_note
from course_lib.grading.trials import NOT_WRITTEN

TEMPLATES = Path(__file__).parent / "templates"
TAGS = """
a abbr b blockquote br code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i img li ol p pre span strong
sub sup table tbody td th thead tr ul
"""
PICTURES = ("data:image/png;", "data:image/jpeg;", "data:image/gif;")
MATHJAX = "https://cdn.jsdelivr.net/npm/mathjax@3.2.2/es5/tex-mml-chtml.js"
MATHJAX_HASH = "sha384-Wuix6BuhrWbjDBs24bXrjf4ZQ5aFeFWBuKkFekO2t8xFU0iNaLQfp2K6/1Nxveei"
MATHJAX_SETTINGS = r"""MathJax = {tex: {inlineMath: [["$", "$"], ["\\(", "\\)"]]}};"""

_HEAD = re.compile(r"(?P<check>\w+): (?P<score>[\d.e+-]+) of (?P<points>[\d.e+-]+) points")
_LINE = re.compile(r"(?P<indent> *)(?P<mark>[✓✗] )?(?P<text>.*)")
_ADDRESS = re.compile(r"Read: (book/\S+)")


@dataclass
class Item:
    """One thing that a check says: something is right, or wrong with ``details``."""

    right: bool
    text: str
    details: list[str] = field(default_factory=list)


@dataclass
class Report:
    """What a check says: see :func:`course_lib.grading.report.text`."""

    check: str
    items: list[Item] = field(default_factory=list)


def parsed(text: str) -> list[Report] | None:
    r"""The reports that were printed; None if something else was printed, too.

    Examples
    --------
    >>> parsed("f: 1 of 2 points\n  ✓ right on ordinary inputs")
    [Report(check='f', items=[Item(right=True, text='right on ordinary inputs', details=[])])]
    """
    reports: list[Report] = []
    for line in text.splitlines():
        if (found := _LINE.fullmatch(line)) is None:
            return None
        indent, mark, said = len(found["indent"]), found["mark"], found["text"]
        if head := _HEAD.fullmatch(line):
            reports.append(Report(head["check"]))
        elif reports and mark and indent == 2:
            reports[-1].items.append(Item(mark[0] == "✓", said))
        elif not (reports and reports[-1].items and said):
            if said:
                return None
        elif indent == 4:
            reports[-1].items[-1].text = _joined(reports[-1].items[-1].text, said)
        elif indent == 6:
            reports[-1].items[-1].details.append(said)
        elif indent >= 8 and reports[-1].items[-1].details:
            details = reports[-1].items[-1].details
            details[-1] = _joined(details[-1], said)
        else:
            return None
    return reports


def _joined(before: str, after: str) -> str:
    """Two lines that had been one; a word may have been cut at its hyphen."""
    return before + after if re.search(r"\S-$", before) else f"{before} {after}"


class Explain(GetGrades):
    """Nbgrader's grades and comments, and what the top of the page says by exercise."""

    book = Unicode(
        "", help="URL of the built book; else html.baseurl of _config.yml, if it is set there."
    ).tag(config=True)

    def preprocess(self, nb, resources):
        """Called by nbgrader with the graded notebook."""
        nb, resources = super().preprocess(nb, resources)
        remove_note(nb, UNCONFINED)  # which is for the instructor
        course = self.parent.parent.coursedir
        folder = course.format_path(course.source_directory, ".", self.assignment_id)
        resources["feedback"] = {
            "title": facts(Path(folder)).get("title", self.notebook_id),
            "exercises": exercises(nb, headings(nb.cells) | all_headings(Path(folder))),
            "book": self.book or book_url(Path(course.root)),
        }
        return nb, resources

    def _get_score(self, cell, resources):
        super()._get_score(cell, resources)
        name = cell.metadata.nbgrader["grade_id"]
        where = (self.notebook_id, self.assignment_id, self.student_id)
        grade = self.gradebook.find_grade(name, *where)
        cell.metadata.nbgrader["waits"] = grade.needs_manual_grade
        # An answer that is as released gets 0 from nbgrader, and nobody has to look at it.
        by_hand = grade.needs_manual_grade or grade.manual_score is not None
        cell.metadata.nbgrader["empty"] = cell.metadata.nbgrader.get("solution") and not by_hand


def book_url(root: Path) -> str:
    """The address at which the settings of the book say it is; "" if they do not."""
    settings = root / "_config.yml"
    if not settings.exists():
        return ""
    html = (yaml.safe_load(settings.read_text(encoding="utf-8")) or {}).get("html") or {}
    return html.get("baseurl") or ""


def exercises(nb, titles: dict[str, str]) -> list[SimpleNamespace]:
    """By exercise: title, points, whether a person has yet to grade it, and what was wrong."""
    found: dict[str, SimpleNamespace] = {}  # ``said``: by name of a mistake, its sentence
    for cell in nb.cells:
        marks = cell.metadata.get("nbgrader", {})
        if not (marks.get("grade") or marks.get("task")):
            continue
        name = exercise_of(marks.grade_id)
        new = SimpleNamespace(
            name=name,
            title=titles.get(name, name.replace("_", " ")),
            score=0.0,
            points=0.0,
            waits=False,
            said={},
        )
        one = found.setdefault(name, new)
        one.score += marks.get("score") or 0.0
        one.points += marks.get("points") or 0.0
        one.waits |= bool(marks.get("waits"))
        if marks.get("empty"):
            one.said[NOT_WRITTEN] = NOT_WRITTEN
        for check in nb.metadata.get("course_checks", {}).get(marks.grade_id, []):
            for mistake in check["mistakes"]:
                name = mistake["name"] or "it is wrong"
                one.said.setdefault(name, mistake["sentence"] or name)
        errors = [o for o in cell.get("outputs", []) if o.output_type == "error"]
        if errors and not one.said:
            one.said[""] = f"{errors[0].ename}: {errors[0].evalue}".splitlines()[0]
    return list(found.values())


class Compiled(BytecodeCache):
    """Templates that have been compiled; for as long as the process is there."""

    def __init__(self):
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket):
        """Called by Jinja, which looks whether it is of the same text."""
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket):
        """Called by Jinja with what it has compiled."""
        self.kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


class FeedbackExporter(HTMLExporter):
    """A notebook with grades as one HTML page with our template."""

    exclude_anchor_links = Bool(True).tag(config=True)

    @property
    def default_config(self):
        """Our template; nbgrader's own is set for all ``HTMLExporter``."""
        ours = {"template_name": "course_feedback", "extra_template_basedirs": [str(TEMPLATES)]}
        config = Config({"FeedbackExporter": ours})
        config.merge(super().default_config)
        return config

    def from_notebook_node(self, nb, resources=None, **kw):
        """Called by nbconvert.

        ``HTMLExporter`` would read the whole page again, which takes half of the time, to describe
        pictures and let the keyboard reach parts of it: our template has done that.
        """
        self.register_filter("highlight_code", Highlight2HTML("ipython3", parent=self))
        return TemplateExporter.from_notebook_node(self, nb, resources, **kw)

    def _create_environment(self):
        environment = super()._create_environment()
        environment.autoescape = True
        environment.bytecode_cache = COMPILED
        environment.filters |= {"number": number, "plain": strip_ansi, "clean": clean}
        environment.filters |= {"reports": parsed, "linked": linked}
        digest = base64.b64encode(hashlib.sha256(MATHJAX_SETTINGS.encode()).digest()).decode()
        environment.globals |= {
            "css": [(TEMPLATES / f"{name}.css").read_text() for name in ("colors", "feedback")],
            "mathjax": {"url": MATHJAX, "hash": MATHJAX_HASH, "settings": MATHJAX_SETTINGS},
            "settings_hash": f"sha256-{digest}",
            "exercise_of": exercise_of,
            "noticed": TITLE,
        }
        return environment


def linked(detail: str, book: str) -> Markup:
    """A detail of a report; an address in the book is a link if ``book`` says where that is.

    Examples
    --------
    >>> linked("Read: book/a.html#b", "https://example.org/")
    Markup('Read: <a href="https://example.org/book/a.html#b">book/a.html#b</a>')
    """
    if not book or not (found := _ADDRESS.fullmatch(detail)):
        return Markup.escape(detail)
    address = f"{book.rstrip('/')}/{found[1]}"
    return Markup('Read: <a href="{}">{}</a>').format(address, found[1])


def clean(html: str) -> Markup:
    """Markup of a text cell without anything that runs, loads or imitates the page."""

    def allowed(tag: str, name: str, value: str) -> bool:
        if tag == "img":
            return name == "alt" or (name == "src" and value.startswith(PICTURES))
        if tag == "a":
            return name == "href" and not value.strip().lower().startswith("data:")
        return tag in ("td", "th") and name == "align"

    protocols = ["http", "https", "mailto", "data"]
    safe = bleach.clean(html, tags=TAGS.split(), attributes=allowed, protocols=protocols)
    safe = re.sub(r"<img(?! alt| [^>]*\balt=)", '<img alt="A picture"', safe)
    # The page has a heading of its own, and a narrow window is no reason to scroll all of it.
    safe = re.sub(r"(</?h)([1-5])>", lambda m: f"{m[1]}{int(m[2]) + 1}>", safe)
    wide = '<div class="wide" role="region" aria-label="Table" tabindex="0"><table>'
    return Markup(safe.replace("<table>", wide).replace("</table>", "</table></div>"))
