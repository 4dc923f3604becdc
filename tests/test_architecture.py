"""Who may import whom, and how little `import course_lib` loads."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = {"torch", "matplotlib", "sklearn", "pandas", "statsmodels", "scipy", "nbgrader", "IPython"}
LIGHT = [
    "course_lib",
    "course_lib.arrays",
    "course_lib.cli",
    "course_lib.data",
    "course_lib.gradcheck",
    "course_lib.grading",
    "course_lib.metrics",
    "course_lib.nn",
    "course_lib.optim",
    "course_lib.timeseries",
    "course_lib.training",
    "course_lib.validation",
]


def test_import_rules():
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("module", LIGHT)
def test_what_students_import_loads_nothing_heavy(module):
    code = f"import {module}, sys; print(*{{name.split('.')[0] for name in sys.modules}})"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert not HEAVY.intersection(loaded)
