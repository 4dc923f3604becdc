"""`course doctor` tries what it says: a program in a sandbox, started by a warm parent."""

import re

import pytest

from course_lib.grading import doctor, nursery


@pytest.fixture
def no_parents(sandboxed, monkeypatch):
    """As in a process that has started no warm parent yet."""
    monkeypatch.setattr(nursery, "_nurseries", {})
    yield
    nursery.close_all()


def tried():
    """What is said of the warm start."""
    (finding,) = [finding for finding in doctor.examine() if finding.what == "warm start"]
    return finding


def test_a_warm_start_that_works(no_parents):
    finding = tried()
    assert finding.good and finding.needed, finding
    assert len(nursery._nurseries) == 1


def test_a_warm_start_that_does_not_work_says_why(no_parents, monkeypatch):
    monkeypatch.setattr(nursery, "BOOT", "raise SystemExit('no room for modules')")
    finding = tried()
    assert not finding.good and finding.needed
    assert re.fullmatch("SandboxError: the warm parent .*: no room for modules", finding.said)


def test_a_program_that_does_not_do_what_it_is_told_is_noticed(no_parents, monkeypatch):
    monkeypatch.setattr(doctor.Session, "run", lambda *_: [])
    assert "NameError: name 'answer' is not defined" in tried().said
