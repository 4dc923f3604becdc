import sys
from types import SimpleNamespace

import pytest

from benchmarks import __main__ as program
from benchmarks.harness import Row


@pytest.mark.parametrize(
    ("suite", "sentence"),
    [({}, "One thread, CPU time, medians. Python"), ({"MEASURED": "By hand."}, "By hand. Python")],
)
def test_a_table_says_how_it_was_measured(tmp_path, monkeypatch, suite, sentence):
    row = Row("work", "5 numbers", "peer", 0.002, 0.079, target=30)
    suite = SimpleNamespace(rows=lambda: [row], **suite)
    monkeypatch.setitem(sys.modules, "benchmarks.suite", suite)
    monkeypatch.setattr(program, "SUITES", ("suite",))
    monkeypatch.setattr(program, "PAGES", tmp_path)
    assert program.main([]) == 0
    *table, empty, last = (tmp_path / "suite.md").read_text().splitlines()
    assert table[-1] == "| work | 5 numbers | peer | 79 ms | 2 ms | 39.5 | 30 (met) |"
    assert empty == "" and last.startswith(sentence)
