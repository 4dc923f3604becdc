"""``course grade``: the same gradebook as nbgrader's, however often it is stopped in the middle."""

import contextlib
import copy
import errno
import gc
import json
import multiprocessing
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbformat
import psutil
import pytest
import sqlalchemy
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_lib.grading import admission, batch, database, pipeline, plan, results
from course_lib.grading.pool import Pool

ROOT = Path(__file__).parents[2]
STUDENTS = {
    "ada": "def double(x):\n    return 2 * x",
    "bob": "def double(x):\n    return x",
    "cyd": "def double(x):\n    raise ValueError('no')",
    "dan": "def double(x):\n    return x + x",
    "eve": "def double(x):\n    return 2 * x if x > 0 else 0",
}
DESERVED = {"ada": 3.0, "bob": 0.0, "cyd": 0.0, "dan": 3.0, "eve": 1.0}


def cell(make, name, source, **marks):
    kept = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return make(source, metadata={"nbgrader": {**kept, "grade_id": name, **marks}})


def source():
    solution = "### BEGIN SOLUTION\ndef double(x):\n    return 2 * x\n### END SOLUTION"
    test = {"grade": True, "locked": True}
    return new_notebook(
        cells=[
            cell(new_code_cell, "double", solution, solution=True),
            cell(new_code_cell, "test_double", "assert double(3) == 6", points=1, **test),
            cell(new_code_cell, "hidden", "assert double(-1) == -2", points=2, **test),
            cell(new_markdown_cell, "why", "Why?", points=2, grade=True, solution=True),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )


@pytest.fixture(scope="module")
def template(sandboxed, tmp_path_factory):
    """A course with a small assignment and five submissions, nothing graded."""
    folder = tmp_path_factory.mktemp("template")
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    (folder / "solutions" / "tiny").mkdir(parents=True)
    (folder / "solutions" / "tiny" / "data.txt").write_text("1")
    limits = "call_seconds = 5\nmemory_mb = 1024\n"
    (folder / "solutions" / "tiny" / "assignment.toml").write_text(limits)
    nbformat.write(source(), folder / "solutions" / "tiny" / "tiny.ipynb")
    pipeline.release(folder, "tiny")
    released = nbformat.read(folder / "exercises" / "tiny" / "tiny.ipynb", 4)
    blank = released.cells[3].source
    for student, answer in STUDENTS.items():
        released.cells[0].source = answer
        released.cells[3].source = "Because." if student == "ada" else blank
        where = folder / "submitted" / student / "tiny"
        where.mkdir(parents=True)
        nbformat.write(released, where / "tiny.ipynb")
    return folder


@pytest.fixture
def folder(template, tmp_path):
    """A copy of the course."""
    shutil.copytree(template, tmp_path / "course")
    return tmp_path / "course"


def run(folder, **settings):
    api = pipeline.course(folder)
    students = settings.pop("students", list(STUDENTS))
    settings = {"jobs": 1, "feedback": False, "method": "fork"} | settings
    return batch.Run(api, "tiny", students, **settings)()


def recorded(folder):
    """All that the gradebook says, and the outputs of the graded notebooks."""
    said = []
    with pipeline.course(folder).gradebook as gradebook:
        for submission in gradebook.assignment_submissions("tiny"):
            student = submission.student.id
            for notebook in submission.notebooks:
                said.append((student, notebook.name, notebook.late_submission_penalty))
                for grade in notebook.grades:
                    scores = (grade.auto_score, grade.manual_score, grade.extra_credit)
                    said.append((student, grade.name, *scores, grade.needs_manual_grade))
                for comment in notebook.comments:
                    texts = (comment.auto_comment, comment.manual_comment)
                    said.append((student, comment.name, *texts))
    for path in sorted((folder / "autograded").glob("*/tiny/*")):
        where = (str(path.relative_to(folder)), path.stat().st_mode)
        if path.suffix == ".ipynb":
            cells = nbformat.read(path, 4).cells
            said.append((*where, [(c.source, c.metadata, c.get("outputs")) for c in cells]))
        else:
            said.append((*where, path.read_text()))
    return sorted(said, key=repr)


@pytest.fixture(scope="module")
def undisturbed(template, tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed") / "course"
    shutil.copytree(template, folder)
    lines = run(folder)
    assert {line.student: line.score for line in lines} == DESERVED
    assert [line.student for line in lines if line.needs_person] == ["ada"]
    return recorded(folder)


def test_it_records_what_nbgrader_would(undisturbed, folder):
    api = pipeline.course(folder)
    for student in STUDENTS:
        pipeline.succeed(api.autograde("tiny", student), student)
    assert recorded(folder) == undisturbed


def test_what_a_result_says(folder):
    run(folder, students=["bob"])
    result = results.read(results.path(folder, "tiny", "bob"))
    assert [result[key] for key in ("student", "assignment", "confined", "recorded")] == [
        *("bob", "tiny"),
        *(True, True),
    ]
    tests = result["notebooks"]["tiny"]["tests"]
    assert [(test["name"], test["points"], test["score"]) for test in tests] == [
        ("test_double", 1, 0),
        ("hidden", 2, 0),
    ]
    assert tests[0]["problem"] == ["AssertionError", "this is not so: assert double(3) == 6"]
    assert results.all_of(folder, "tiny") == [result]


def test_a_cell_that_was_put_right_is_counted(folder):
    path = folder / "submitted" / "bob" / "tiny" / "tiny.ipynb"
    notebook = nbformat.read(path, 4)
    del notebook.cells[1]
    nbformat.write(notebook, path)
    students = ["bob", "cyd"]
    assert [line.repaired for line in run(folder, students=students)] == [True, False]
    result = results.read(results.path(folder, "tiny", "bob"))
    assert result.pop("repaired") is True
    results.write(results.path(folder, "tiny", "bob"), result)  # as earlier runs wrote it
    assert [line.repaired for line in run(folder, students=students)] == [False, False]


def test_only_what_has_changed_is_examined_again(folder, monkeypatch):
    run(folder, feedback=True)
    pages = list((folder / "feedback").glob("*/tiny/tiny.html"))
    assert len(pages) == 5
    before = (folder / "feedback" / "bob" / "tiny" / "tiny.html").read_text()
    seen = []
    submit = Pool.submit
    monkeypatch.setattr(Pool, "submit", lambda *a: (seen.append(a[1]), submit(*a)))
    assert all(line.done_before for line in run(folder, feedback=True))
    assert seen == []
    path = folder / "submitted" / "bob" / "tiny" / "tiny.ipynb"
    path.write_text(path.read_text().replace("return x", "return 2 * x"))
    lines = run(folder, feedback=True)
    assert seen == [("examine", "bob"), ("feedback", "bob")]
    assert {line.student: line.score for line in lines}["bob"] == 3.0
    page = folder / "feedback" / "bob" / "tiny" / "tiny.html"
    assert page.read_text() != before
    seen.clear()
    run(folder, students=["cyd"], force=True)
    assert seen == [("examine", "cyd")]
    seen.clear()
    with monkeypatch.context() as another:
        another.setattr(plan, "library", lambda: "one in which a check is different")
        run(folder)
    assert len(seen) == 5
    seen.clear()
    (folder / "gradebook.db").unlink()
    pipeline.release(folder, "tiny")
    run(folder)
    assert len(seen) == 5  # a new gradebook has nothing


def test_where_nothing_is_left_to_do_nothing_is_started(folder, monkeypatch):
    started = []
    start = Pool.start
    monkeypatch.setattr(Pool, "start", lambda *a: (started.append("worker"), start(*a))[1])
    monkeypatch.setattr(plan, "begin", lambda *_: started.append("parent"))
    run(folder, feedback=True, jobs=2)
    assert started == ["parent", "worker", "worker"]
    started.clear()
    assert all(line.done_before for line in run(folder, feedback=True))
    assert started == []
    shutil.rmtree(folder / "autograded" / "bob")
    run(folder)
    assert started == ["worker"]  # that it is missed is seen when the gradebook is open


def test_a_library_is_another_when_a_module_is(tmp_path):
    (tmp_path / "a.py").write_text("x = 1")
    before = plan.library(tmp_path)
    assert plan.library(tmp_path) == before != plan.library()
    (tmp_path / "a.py").write_text("x = 2")
    assert plan.library(tmp_path) != before


def test_a_record_is_in_the_gradebook_whole_or_not_at_all(undisturbed, folder, monkeypatch):
    def fails(self, submitted, notebook):
        raise OSError(errno.EIO, "no more")

    with monkeypatch.context() as broken, pytest.raises(pipeline.GradingError, match="no more"):
        broken.setattr(batch.Recorder, "save_scores", fails)
        run(folder)
    with pipeline.course(folder).gradebook as gradebook:
        assert (gradebook.students, gradebook.assignment_submissions("tiny")) == ([], [])
    run(folder)
    assert recorded(folder) == undisturbed


SUBMISSIONS = r"SCAN (submitted_assignment|submitted_notebook|grade|comment)\b"


@contextlib.contextmanager
def listening(asked):
    """Have every question to a database, and its values, in the list ``asked``."""

    def listen(connection, cursor, statement, values, *_):
        if statement.startswith("SELECT"):
            asked.append((statement, values))

    sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", listen)
    try:
        yield
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", listen)


def test_one_submission_is_found_without_a_look_at_all(folder, monkeypatch):
    run(folder)
    with contextlib.closing(sqlite3.connect(folder / "gradebook.db")) as gradebook:
        for index in database.INDEXES:  # one that nbgrader has made has none of them
            gradebook.execute(f"DROP INDEX {index.name}")
    asked = []
    record = listening(asked)(batch.Recorder.record)
    monkeypatch.setattr(batch.Recorder, "record", record)
    run(folder, force=True)
    with listening(asked):
        assert batch.write_feedback(pipeline.course(folder).config, "tiny", "ada") is None
    assert any("FROM grade" in statement for statement, _ in asked)
    with contextlib.closing(sqlite3.connect(folder / "gradebook.db")) as gradebook:
        for statement, values in asked:
            steps = [
                step[3] for step in gradebook.execute(f"EXPLAIN QUERY PLAN {statement}", values)
            ]
            assert not re.search(SUBMISSIONS, "\n".join(steps)), statement


def test_the_summary_has_the_scores_that_nbgrader_has(folder):
    run(folder)
    api = pipeline.course(folder)
    with api.gradebook as gradebook:
        gradebook.find_grade("why", "tiny", "tiny", "ada").manual_score = 1.5
        gradebook.find_grade("why", "tiny", "tiny", "ada").needs_manual_grade = False
        gradebook.find_grade("hidden", "tiny", "tiny", "bob").extra_credit = 0.5
        gradebook.db.commit()
        expected = {
            row["student"]: (row["score"], row["max_score"], row["needs_manual_grade"])
            for row in gradebook.submission_dicts("tiny")
        }
    lines = run(folder)
    assert {line.student: (line.score, line.max_score, line.needs_person) for line in lines} == (
        expected
    )
    assert (expected["ada"], expected["bob"][0]) == ((4.5, 5.0, False), 0.5)


def test_the_collector_leaves_alone_what_was_imported_before_the_run():
    with Pool(1, []):
        assert gc.get_freeze_count() > len(gc.get_objects())
    assert gc.get_freeze_count() == 0


def test_what_people_gave_survives(folder):
    for student in ("ada", "dan"):
        (folder / "submitted" / student / "tiny" / "timestamp.txt").write_text("2026-03-02 10:00")
    settings = folder / "nbgrader_config.py"
    late = '\nc.LateSubmissionPlugin.penalty_method = "zero"\n'
    settings.write_text(settings.read_text() + late)
    api = pipeline.course(folder)
    with api.gradebook as gradebook:
        gradebook.update_or_create_assignment("tiny", duedate="2026-03-01 10:00")
    run(folder)
    with api.gradebook as gradebook:
        assert gradebook.find_submission("tiny", "ada").late_submission_penalty == 3.0
        assert gradebook.find_submission("tiny", "bob").late_submission_penalty == 0.0
        gradebook.find_grade("why", "tiny", "tiny", "ada").manual_score = 1.5
        gradebook.find_grade("hidden", "tiny", "tiny", "bob").extra_credit = 0.5
        gradebook.find_comment("why", "tiny", "tiny", "ada").manual_comment = "Good."
        gradebook.db.commit()
    run(folder, force=True)
    by_us = recorded(folder)
    with api.gradebook as gradebook:
        assert gradebook.find_submission("tiny", "ada").late_submission_penalty == 4.5
        assert gradebook.find_comment("why", "tiny", "tiny", "ada").comment == "Good."
        assert gradebook.find_submission("tiny", "bob").score == 0.5
    for student in STUDENTS:
        pipeline.succeed(api.autograde("tiny", student, force=True), student)
    assert recorded(folder) == by_us


def in_another_process(folder, **settings):
    """A run in a process of its own, which is not waited for."""
    process = multiprocessing.get_context("fork").Process(target=run, args=(folder,))
    process.start()
    return process


def killed(folder, chance, whom):
    """Start a run and kill one of its processes (-9) after a random while; wait for its end."""
    process = in_another_process(folder)
    time.sleep(chance.uniform(0.0, 1.5))
    with contextlib.suppress(psutil.Error, IndexError):
        main = psutil.Process(process.pid)
        family = main.children(recursive=True)
        kinds = {
            "run": [main],
            "worker": main.children(),
            "sandbox": [child for child in family if child.name() == "cat"],
            "parent": [child for child in family if "memfd" in child.exe()],
        }
        chance.choice(kinds[whom]).kill()
    if whom == "run":
        process.kill()
    process.join(60)
    assert process.exitcode is not None


@pytest.mark.parametrize("seed", range(10))
def test_a_run_that_is_killed_again_and_again(undisturbed, folder, seed):
    """Thirty kills of runs, and ten of each of the others, at random moments."""
    chance = random.Random(seed)
    for whom in ("run", "worker", "run", "sandbox", "run", "parent"):
        killed(folder, chance, whom)
        for path in (folder / "results").rglob("*.json"):
            json.loads(path.read_text())  # never half a result
    lines = run(folder)
    assert {line.student: line.score for line in lines} == DESERVED
    assert recorded(folder) == undisturbed


def test_nothing_is_left_of_a_run_that_was_killed(folder):
    process = in_another_process(folder)
    time.sleep(1.0)
    family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.join()
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []


def test_a_worker_that_is_killed_over_and_over_costs_one_submission(folder, monkeypatch):
    set_aside = admission.set_aside

    def deadly(submission):
        if submission.parent.name == "cyd":
            os.kill(os.getpid(), signal.SIGKILL)
        set_aside(submission)

    monkeypatch.setattr(admission, "set_aside", deadly)
    lines = {line.student: line for line in run(folder)}
    assert "was killed, twice" in lines["cyd"].problem
    assert [line.score for line in lines.values() if not line.problem] == [3.0, 0.0, 3.0, 1.0]
    monkeypatch.undo()
    assert {line.student: line.score for line in run(folder)} == DESERVED


@pytest.mark.parametrize("seed", range(6))
def test_a_disk_that_is_full_now_and_then(undisturbed, folder, seed, monkeypatch):
    chance = random.Random(seed)
    sync = os.fsync

    def full(number):
        if chance.random() < 0.3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(number)

    monkeypatch.setattr(os, "fsync", full)
    failures = 0
    for _ in range(40):
        try:
            lines = run(folder)
            break
        except pipeline.GradingError as error:
            assert str(error).startswith("No space left on device (")
            failures += 1
    assert failures > 0
    assert {line.student: line.score for line in lines} == DESERVED
    assert recorded(folder) == undisturbed


def test_a_disk_that_is_really_full(undisturbed, folder, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root can make a small disk here")
    try:
        shutil.copytree(folder, disk, dirs_exist_ok=True)
        free = shutil.disk_usage(disk).free
        (disk / "ballast").write_bytes(bytes(free - 60_000))
        with pytest.raises(pipeline.GradingError, match=r"No space left|disk is full|disk I/O"):
            run(disk)
        (disk / "ballast").unlink()
        run(disk)
        assert recorded(disk) == undisturbed
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


@contextlib.contextmanager
def struck(blow):
    """``blow(connection)`` before every statement and commit that goes to a database."""
    happenings = {
        "before_cursor_execute": lambda connection, *_: blow(connection),
        "commit": lambda connection: blow(connection),
    }
    for happening, then in happenings.items():
        sqlalchemy.event.listen(sqlalchemy.Engine, happening, then)
    try:
        yield
    finally:
        for happening, then in happenings.items():
            sqlalchemy.event.remove(sqlalchemy.Engine, happening, then)


def run_until_done(folder, monkeypatch):
    """Run again and again; how often a run ended early, in a sentence. Nothing is graded twice."""
    examined = []
    submit = Pool.submit
    monkeypatch.setattr(Pool, "submit", lambda *a: (examined.append(a[1][1]), submit(*a)))
    for failures in range(60):
        finished = {path.stem for path in (folder / "results").rglob("[!.]*.json")}
        examined.clear()
        try:
            lines = run(folder)
        except pipeline.GradingError as error:
            assert re.fullmatch(r"the gradebook .* (written|opened): [^\n]+", str(error))
        else:
            assert {line.student: line.score for line in lines} == DESERVED
            return failures
        finally:
            assert not finished & set(examined)
        for path in (folder / "results").rglob("[!.]*.json"):
            json.loads(path.read_text())
    pytest.fail("no run came to its end")


@pytest.fixture
def on_server(folder, server, monkeypatch):
    """The course with its gradebook on PostgreSQL; ``on_server(pid)`` ends a connection there."""
    control = sqlalchemy.create_engine(server, isolation_level="AUTOCOMMIT").connect()
    control.exec_driver_sql("DROP DATABASE IF EXISTS grades")
    control.exec_driver_sql("CREATE DATABASE grades")
    monkeypatch.setenv("COURSE_DB_URL", server.replace("/postgres", "/grades"))
    pipeline.release(folder, "tiny")

    def end(pid):
        control.connection.cursor().execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))

    yield end
    control.close()
    control.engine.dispose()


@pytest.mark.parametrize("seed", range(5))
def test_a_database_whose_connections_end(undisturbed, folder, on_server, seed, monkeypatch):
    """The server ends the recorder's connection before statements and commits drawn by chance."""
    chance = random.Random(seed)

    def blow(connection):
        if connection.dialect.name == "postgresql" and chance.random() < 0.04:
            on_server(connection.connection.driver_connection.info.backend_pid)

    with struck(blow):
        assert run_until_done(folder, monkeypatch) > 0
    assert recorded(folder) == undisturbed


@pytest.mark.parametrize("seed", range(5))
def test_a_gradebook_that_is_replaced(undisturbed, folder, seed, monkeypatch):
    """As a program does that keeps folders in step: SQLite may not write to the old file then."""
    chance = random.Random(seed)
    gradebook = folder / "gradebook.db"

    def blow(connection):
        if chance.random() < 0.04:
            shutil.copy(gradebook, folder / "copy.db")
            (folder / "copy.db").replace(gradebook)

    with struck(blow):
        assert run_until_done(folder, monkeypatch) > 0
    assert recorded(folder) == undisturbed


def test_a_gradebook_to_which_another_writes(undisturbed, folder, monkeypatch):
    """For a while, it is waited for; after five seconds the run says what is wrong."""
    with contextlib.closing(
        sqlite3.connect(folder / "gradebook.db", isolation_level=None, check_same_thread=False)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(pipeline.GradingError, match=r"written: .*database is locked; run it"):
            run(folder)
        soon = threading.Timer(1.5, other.execute, ["ROLLBACK"])
        soon.start()
        assert run_until_done(folder, monkeypatch) == 0
        soon.join()
    assert recorded(folder) == undisturbed


def test_the_second_run_says_who_holds_the_lock(folder):
    with batch.locked(folder / "results"):
        with pytest.raises(pipeline.GradingError, match=rf"another run .*process {os.getpid()} of"):
            run(folder)
        said = command(folder, "grade", "tiny")
        assert said.returncode == 1
        assert said.stderr.startswith("course grade: another run is grading this course: process")
    assert [line.problem for line in run(folder)] == [None] * 5


def command(folder, *arguments):
    program = [sys.executable, "-c", "from course_lib.cli import app; app()", *arguments]
    return subprocess.run(program, cwd=folder, capture_output=True, text=True, check=False)


def test_bad_input_is_one_sentence(folder):
    api = pipeline.course(folder)
    with pytest.raises(pipeline.GradingError, match="no assignment 'huge' in solutions/; there"):
        pipeline.source_notebook(folder, "huge")
    with pytest.raises(pipeline.GradingError, match=r"'zoe' has not handed in 'tiny'; .* ada, bob"):
        pipeline.submitted(api, "tiny", ["ada", "zoe"])
    (folder / "solutions" / "tiny" / "assignment.toml").write_text("memory = 3")
    with pytest.raises(pipeline.GradingError, match="unknown key 'memory'; there are"):
        run(folder)
    assert not list((folder / "results").rglob("*.json"))


def test_the_command(folder):
    link = folder / "submitted" / "fay"
    link.mkdir()
    (link / "tiny").symlink_to(folder / "submitted" / "ada" / "tiny")
    done = command(folder, "grade", "tiny", "--jobs", "2")
    assert done.returncode == 1
    assert "fay: the submission's folder" in done.stderr and "is a link" in done.stderr
    assert "5 of 6 graded; 1 to be graded by a person; 1 failed" in done.stdout
    again = command(folder, "grade", "tiny", "--only", "bob", "--no-feedback")
    assert again.returncode == 0, again.stderr
    assert "1 of 1 graded, 1 of them before" in again.stdout


def test_three_hundred_spoiled_notebooks_are_graded(folder, mutate):
    """Every one is run and ends with a score or a sentence, and none stops the grader."""
    api = pipeline.course(folder)
    made = plan.plan(api, "tiny")
    honest = json.loads((folder / "submitted" / "ada" / "tiny" / "tiny.ipynb").read_text())
    where = folder / "submitted" / "gus" / "tiny"
    where.mkdir(parents=True)
    scores = []
    for seed in range(300):
        chance = random.Random(seed)
        notebook = copy.deepcopy(honest)
        for _ in range(chance.randrange(1, 5)):
            mutate(chance, notebook)
        text = json.dumps(notebook)
        text = text[: chance.randrange(len(text))] if seed % 20 == 0 else text
        (where / "tiny.ipynb").write_text(text)
        result = plan.examine(made, "gus", where)
        assert result["problem"] is None, seed
        tests = result["notebooks"]["tiny"]["tests"]
        assert [test["name"] for test in tests] == ["test_double", "hidden"], seed
        for test in tests:
            assert test["score"] == test["points"] or test["problem"], seed
        json.dumps(result)
        nbformat.validate(result["notebooks"]["tiny"]["notebook"])
        scores.append(sum(test["score"] for test in tests))
    assert {0.0, 3.0} <= set(scores) <= {0.0, 1.0, 2.0, 3.0}
