"""Results on disk: one JSON file a submission, written whole or not at all.

``results/ASSIGNMENT/STUDENT.json`` below the folder of the course says::

    student, assignment   names
    fingerprint           of the submission, the instructor's files, the limits and this package: as
                          long as it is the same, the submission is not examined again
    confined              whether the code ran in a sandbox
    problem               why nothing could be graded, in one sentence; null
    notes                 what was repaired or refused, in sentences
    repaired              whether a cell had to be put right
    seconds               what examining took
    notebooks             by name:
        tests             a list: name and points of the test cell, score,
                          problem ([exception, message] or null), printed (what the checks said),
                          checks (see course_lib.grading.examine.summary: every mistake by name)
        notebook          the executed notebook; it is dropped once it lies in autograded/
    recorded              whether the gradebook and autograded/ have it
    feedback              whether its page has been written

Points that people give stay in the gradebook; they are not here.
"""

import json
import os
from pathlib import Path


def path(root: Path, assignment: str, student: str) -> Path:
    """Where the result of a submission is."""
    return root / "results" / assignment / f"{student}.json"


def read(file: Path) -> dict | None:
    """A result; None where there is none, or it is no JSON object."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError, UnicodeDecodeError):
        return None
    return found if isinstance(found, dict) else None


def write(file: Path, result: dict) -> None:
    """Replace a file in one step, after its content has reached the disk."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f".{file.name}.new")
    try:
        with new.open("w", encoding="utf-8") as stream:
            stream.write(json.dumps(result, separators=(",", ":")))  # dump takes five times as long
            stream.flush()
            os.fsync(stream.fileno())
        new.replace(file)
    except OSError:
        new.unlink(missing_ok=True)
        raise


def all_of(root: Path, assignment: str) -> list[dict]:
    """All results of an assignment, by student."""
    folder = path(root, assignment, "").parent
    found = [read(file) for file in sorted(folder.glob("[!.]*.json"))]
    return [result for result in found if result is not None]
