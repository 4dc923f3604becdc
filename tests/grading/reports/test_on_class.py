"""The report on a class: its numbers, by hand, and the page as it is seen."""

import csv
import dataclasses
import io
import itertools
import math
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.plugins import CsvExportPlugin
from PIL import Image
from typer.testing import CliRunner

from course_lib.cli import app
from course_lib.grading import demo, pipeline
from course_lib.grading.examine import UNCONFINED
from course_lib.grading.reports import classroom, figures, page, pseudonyms
from course_lib.grading.reports.table import CsvExport

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def room(course):
    return classroom.read(course.api, "metrics")


@pytest.fixture(scope="module")
def report(course):
    return page.write(course.api, "metrics", course.folder / "report.html")


def test_scores(room):
    """26 points; 3 of them in words, of which ada has 2 and nobody else any."""
    scores = {s.student: s.score for s in room.submissions}
    assert scores == {"ada": 25, "ben": 20, "zoe": 20, "<i>eve": 18, "slow": 16, "idle": 0}
    assert room.points == 26
    assert figures.middle(room) == 19
    assert [e.title for e in room.exercises][:2] == ["The confusion matrix", "Accuracy"]


def test_distribution_counts_everybody_once(room):
    bins = figures.distribution(room)
    filled = {(b.low, b.high): b.count for b in bins if b.count}
    assert filled == {(0, 2): 1, (16, 18): 1, (18, 20): 1, (20, 22): 2, (24, 26): 1}
    assert (bins[0].low, bins[-1].high) == (0, 26)


def test_success_by_exercise(room):
    found = {s.exercise.name: s for s in figures.success(room)}
    matrix = found["confusion_matrix"]
    assert matrix.counts == {
        "right": 2,
        "partly right": 0,
        "wrong": 3,
        "not written": 1,
        "waits for a person": 0,
    }
    assert matrix.mean == pytest.approx(2 / 6)
    words = found["words_accuracy"]
    assert words.mean is None
    assert words.counts["waits for a person"] == 4
    assert words.counts["partly right"] == words.counts["not written"] == 1


def test_mistakes_are_counted_by_student_and_exercise(room):
    found = {m.name: m for m in figures.mistakes(room)}
    swapped = found["swapped rows and columns"]
    assert swapped.students == 3  # eve made it twice
    assert swapped.by_exercise == {"confusion_matrix": 3, "accuracy": 1}
    assert next(iter(found)) == swapped.name
    assert found["code that did not come to an end"].by_exercise == {"k_fold": 1}
    assert "raised TooSlow" not in found
    assert "not written yet" not in found


def test_who_needs_attention(room):
    found = {s.student: why for s, why in figures.attention(room)}
    assert found == {
        "idle": ["nothing was written"],
        "slow": ["code that did not come to an end"],
    }


def test_a_file_that_could_not_be_read_is_not_one_in_which_nothing_was_written(room):
    unread = ["metrics.ipynb could not be read: it is not a notebook ('JSONDecodeError: …')"]
    idle = next(s for s in room.submissions if s.student == "idle")
    unreadable = dataclasses.replace(idle, notes=unread)
    assert figures.reasons(unreadable, room) == ["the file could not be read"]


def test_only_cells_that_were_put_right_count_as_repaired(room):
    notes = [UNCONFINED, "the file 'a' was not accepted"]
    all_of_them = [dataclasses.replace(s, notes=[*s.notes, *notes]) for s in room.submissions]
    unconfined = dataclasses.replace(room, submissions=all_of_them)
    called = dict.fromkeys([*(s.student for s in all_of_them), "lost", "absent"], "somebody")
    text = page.render(unconfined, called)
    assert "<li><b>1</b> repaired</li>" in text
    assert "What the grader noticed</h2>" in text and "graded WITHOUT a sandbox" in text


def test_what_was_noticed_and_those_without_a_result(room):
    (note, who), *others = figures.noticed(room)
    assert note == "a cell was missing; it has been put back as released"
    assert [s.student for s in who] == ["ben"] and not others
    assert room.ungraded == {"lost": "no notebook of the assignment was handed in"}
    assert room.absent == ["absent"]


def test_the_page_names_nobody_unless_it_is_asked_to(course, report, tmp_path):
    text = report.read_text(encoding="utf-8")
    for student in ("ben", "idle", "slow", "eve", "Weiß", "lost"):
        assert not re.search(rf">[^<]*\b{student}\b", text), student
    named = page.write(course.api, "metrics", tmp_path / "named.html", names=True)
    said = named.read_text(encoding="utf-8")
    assert "Ben Weiß, ben (" in said
    assert "&lt;i&gt;eve" in said and "<i>eve" not in said


def test_pseudonyms_stay_and_differ(course, report, tmp_path):
    again = page.write(course.api, "metrics", tmp_path / "again.html").read_text(encoding="utf-8")
    cut = re.compile("<footer>.*", re.DOTALL)  # says when it was written
    assert cut.sub("", again) == cut.sub("", report.read_text(encoding="utf-8"))
    many = [f"student-{i}" for i in range(3000)]
    found = pseudonyms.pseudonyms(many, b"key")
    assert len(set(found.values())) == len(many)
    assert found["student-7"] != pseudonyms.pseudonyms(many, b"another")["student-7"]


def test_the_label_of_the_median_is_above_all_counts(report):
    text = report.read_text(encoding="utf-8")
    (label,) = re.findall(r'class="median-label[^"]*" x="[\d.]+" y="([\d.]+)"', text)
    counts = [float(y) for y in re.findall(r'class="count" x="[\d.]+" y="([\d.]+)"', text)]
    assert float(label) < min(counts) - 12  # the size of the letters


def test_the_page_is_one_file(report):
    text = report.read_text(encoding="utf-8")
    assert not re.search(r"(src|href)=|url\(|@import", text)
    assert "90 s" in text and "is not known" in text


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_accessibility_problem(look, violations, report, dark):
    tab = look(report, dark=dark)
    for details in tab.locator("summary").all():
        details.click()
    assert violations(tab) == {}


@pytest.mark.browser
def test_the_page_is_worked_by_keys_and_fits_a_phone(look, report):
    tab = look(report, width=390)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    table = tab.locator("table.all-of-them")
    assert not table.is_visible()
    tab.locator("summary").last.focus()
    tab.keyboard.press("Enter")
    assert table.is_visible()
    heat = tab.get_by_role("region", name="Mistakes by exercise")
    heat.focus()
    tab.keyboard.press("ArrowRight")
    heat.evaluate("e => new Promise(done => e.scrollLeft ? done() : e.onscroll = done)")


@pytest.mark.browser
def test_what_is_cut_at_an_edge_looks_so(look, report):
    """There is a shadow at the right edge until the end is reached; and none where all fits."""

    def corner(tab):
        box = tab.get_by_role("region", name="Distribution of points").bounding_box()
        clip = {"x": box["x"] + box["width"] - 3, "y": box["y"] + 1, "width": 2, "height": 2}
        return Image.open(io.BytesIO(tab.screenshot(clip=clip))).convert("L").getpixel((0, 0))

    tab = look(report, width=390)
    assert corner(tab) < 220
    region = tab.get_by_role("region", name="Distribution of points")
    region.evaluate("e => { e.scrollLeft = e.scrollWidth }")
    assert corner(tab) == 255
    assert corner(look(report)) == 255


@pytest.mark.browser
def test_what_is_drawn_is_what_is_said(look, report):
    """Heights of the bars are as the counts in the table; the darkest field has the most."""
    tab = look(report)
    heights = [float(bar.get_attribute("height")) for bar in tab.locator(".histogram .bar").all()]
    tab.locator("summary").first.click()
    rows = tab.locator("section:has(#points) tbody tr").all()
    counts = [int(row.locator("td").last.inner_text()) for row in rows]
    assert len(heights) == len(counts) == 13
    assert [h / max(heights) for h in heights] == pytest.approx([c / max(counts) for c in counts])
    shades = {
        field.inner_text(): field.evaluate("e => getComputedStyle(e).backgroundColor")
        for field in tab.locator(".heat .hit").all()
    }
    lightness = {n: float(re.findall(r"[\d.]+", shade)[2]) for n, shade in shades.items()}
    assert lightness["3"] < lightness["1"]


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_state_has_one_colour(look, report, dark):
    """As much of each bar and row has the colour of a state as the table counts submissions."""
    keys, legend, counts, bars, rows = look(report, dark=dark).evaluate(
        """() => {
            const all = (what, where = document) => [...where.querySelectorAll(what)];
            const colours = (what) => all(what).map(e => getComputedStyle(e).backgroundColor);
            const numbers = (row) => all("td", row).slice(3).map(e => Number(e.textContent));
            const widths = (svg) => all("rect", svg).map(
                e => [getComputedStyle(e).fill, Number(e.getAttribute("width"))]);
            return [
                colours(".success thead .key"), colours(".legend .key"),
                all(".success tbody tr").map(numbers),
                all(".success svg").map(widths), all(".strips svg").map(widths),
            ];
        }"""
    )
    assert keys == legend and len(set(keys)) == len(figures.STATES)
    assert len(counts) == len(bars) == len(rows) == 8
    for said, bar, row in zip(counts, bars, rows):
        assert [sum(width for colour, width in row if colour == key) for key in keys] == said
        shares = [sum(width for colour, width in bar if colour == key) for key in keys]
        assert shares == pytest.approx([100 * count / sum(said) for count in said], abs=0.01)


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("sight", ["none", "protanopia", "deuteranopia", "tritanopia"])
def test_states_differ_for_colour_blind_readers_too(look, report, sight, dark):
    """Chromium shows what they see; 40 of 255 is what two patches beside each other need."""
    tab = look(report, dark=dark)
    session = tab.context.new_cdp_session(tab)
    session.send("Emulation.setEmulatedVisionDeficiency", {"type": sight})
    shots = [Image.open(io.BytesIO(key.screenshot())) for key in tab.locator(".legend .key").all()]
    seen = [shot.convert("RGB").getpixel((shot.width // 2, shot.height // 2)) for shot in shots]
    assert len(seen) == len(figures.STATES)
    assert min(math.dist(one, other) for one, other in itertools.combinations(seen, 2)) > 40


@pytest.mark.browser
def test_the_head_of_a_column_stands_above_its_cells(look, report):
    tab = look(report)
    heads, cells = tab.evaluate(
        """() => ["thead tr", "tbody tr:first-child"].map(row =>
            [...document.querySelectorAll(`table:has(thead) ${row}`)].map(
                found => [...found.children].map(e => getComputedStyle(e).textAlign)))"""
    )
    assert len(heads) == 6 and heads == cells


@pytest.mark.browser
def test_print_shows_what_is_folded(look, report):
    tab = look(report, dark=True)
    tab.emulate_media(media="print")
    assert tab.locator("table.all-of-them").bounding_box()["height"] > 50
    background = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == "rgb(255, 255, 255)"


def test_csv_for_a_learning_platform(course, tmp_path):
    target = tmp_path / "points.csv"
    untold = page.export(course.api, "metrics", target)
    assert untold == "4 to be graded by a person; 1 not in it: could not be graded"
    with target.open(encoding="utf-8") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert float(rows["ben"]["score"]) == 20 and float(rows["ben"]["max_score"]) == 26
    assert rows["ben"]["last_name"] == "Weiß"
    assert float(rows["absent"]["score"]) == 0
    # By last name, which ben alone has, and then by what else there is.
    assert list(rows) == ["<i>eve", "absent", "ada", "idle", "slow", "zoe", "ben"]


NAMES = 'Weiß, "Benno"\nder Erste', "Ben; =1+1"


@pytest.fixture
def oddly_named(command):
    """A course with a student whose name has all that means something in a CSV file."""
    last, first = NAMES
    api = pipeline.course(Path.cwd())
    with api.gradebook as gradebook:
        gradebook.update_or_create_student("ben", last_name=last, first_name=first)
    return api


def test_a_name_with_a_comma_is_one_value(oddly_named):
    """Also when it is nbgrader's own command that writes."""
    page.export(oddly_named, "metrics", Path("ours.csv"))
    export = [sys.executable, "-m", "nbgrader", "export", "--to", "theirs.csv"]
    subprocess.run(export, check=True, capture_output=True)
    for written in ("ours.csv", "theirs.csv"):
        with Path(written).open(encoding="utf-8", newline="") as file:
            rows = {row["student_id"]: row for row in csv.DictReader(file)}
        assert (rows["ben"]["last_name"], rows["ben"]["first_name"]) == NAMES
        assert float(rows["ben"]["score"]) == 20
        assert not any(None in row or None in row.values() for row in rows.values())


def test_it_has_what_nbgrader_writes(course, tmp_path):
    """Column by column, and line by line but for their order."""
    for exporter in (CsvExport, CsvExportPlugin):
        target = str(tmp_path / exporter.__name__)
        with course.api.gradebook as gradebook:
            exporter(parent=course.api, to=target, assignment=["metrics"]).export(gradebook)
            exporter(parent=course.api, to=f"{target}-ben", student=["ben"]).export(gradebook)
    for which in ("", "-ben"):
        ours, theirs = (
            Path(tmp_path, f"{exporter.__name__}{which}").read_text(encoding="utf-8").splitlines()
            for exporter in (CsvExport, CsvExportPlugin)
        )
        assert ours[0] == theirs[0] and sorted(ours) == sorted(theirs)
        assert len(ours) == (8 if which == "" else 2)


def test_somebody_who_could_not_be_graded_may_stand_in_the_table_with_0(room):
    said = "4 to be graded by a person; 1 in it with 0: could not be graded"
    assert page.untold(room, {"lost"}) == said
    nothing = dataclasses.replace(room, submissions=[], ungraded={})
    assert page.untold(nothing, set()) == ""


@pytest.fixture
def command(course, tmp_path, monkeypatch):
    """``command(*arguments)``: `course report metrics` in a copy of the course."""
    shutil.copytree(course.folder, tmp_path, dirs_exist_ok=True)
    shutil.copytree(ROOT / "solutions" / "metrics", tmp_path / "solutions" / "metrics")
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, ["report", "metrics", *arguments])


def test_the_command_says_what_the_table_does_not(command):
    done = command("--csv", "points.csv")
    assert (done.exit_code, done.stdout) == (0, "points: points.csv\n")
    assert done.stderr.startswith("course report: 4 to be graded by a person; 1 not in it")


def test_a_source_that_is_no_notebook_is_named(command):
    source = Path("solutions", "metrics", "metrics.ipynb")
    source.write_text("junk")
    done = command()
    assert done.exit_code == 1
    assert re.fullmatch(rf"course report: \S*/{source}: not a valid [^\n]+\n", done.stderr)


@pytest.mark.parametrize("write", [page.write, page.export])
def test_a_file_that_cannot_be_written(course, tmp_path, write):
    (tmp_path / "file").touch()
    with pytest.raises(pipeline.GradingError, match=r"page\.html cannot be written: "):
        write(course.api, "metrics", tmp_path / "file" / "page.html")
    with pytest.raises(pipeline.GradingError, match="cannot be written: it is a folder"):
        write(course.api, "metrics", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_nobody_graded_yet(tmp_path):
    api = pipeline.course(ROOT, root=str(tmp_path), db_url=f"sqlite:///{tmp_path}/gradebook.db")
    with pytest.raises(pipeline.GradingError, match=r"nobody has been graded in 'metrics' yet"):
        classroom.read(api, "metrics")
    assert not (tmp_path / "gradebook.db").exists()
    with pytest.raises(pipeline.GradingError, match=r"nobody has been graded in 'metrics' yet"):
        classroom.read(demo.open_course(ROOT, tmp_path), "metrics")


def test_an_unknown_assignment_is_one_sentence():
    done = CliRunner().invoke(app, ["report", "none"])
    assert done.exit_code == 1
    assert re.fullmatch(r"course report: there is no assignment 'none' [^\n]*\n", done.stderr)


def test_the_eight_of_the_demo_answer_one_assignment():
    done = CliRunner().invoke(app, ["demo", "--assignment", "backprop"])
    assert done.exit_code == 1
    assert done.stderr == (
        "course demo: the eight hand in 'metrics'; add --students for another one\n"
    )
