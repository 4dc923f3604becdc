"""A new assignment: four small files that work, to be turned into one's own."""

import keyword
from pathlib import Path

from course_lib.grading import pipeline

SKELETON = Path(__file__).parent / "skeleton"
PLACES = {
    "skeleton.ipynb": "solutions/{name}/{name}.ipynb",
    "assignment.toml": "solutions/{name}/assignment.toml",
    "skeleton.py": "course_lib/grading/assignments/{name}.py",
    "skeleton.md": "tests/assignments/bank/{name}.md",
}


def create(root: Path, name: str) -> list[Path]:
    """Write the files of a new assignment, and release it; where they are, below ``root``.

    Raises
    ------
    course_lib.grading.pipeline.GradingError
        If ``name`` cannot be a module's name, if one of the files exists, or if ``root`` is not
        the folder of a course with its own ``course_lib``. Then nothing is written.
    """
    if not name.isidentifier() or keyword.iskeyword(name) or name != name.lower():
        raise pipeline.GradingError(
            f"{name!r} cannot be an assignment's name; expected lower-case letters, digits and _"
        )
    places = {SKELETON / file: root / place.format(name=name) for file, place in PLACES.items()}
    for path in places.values():
        if path.exists():
            raise pipeline.GradingError(f"{path.relative_to(root)} exists already")
    if not (root / "course_lib" / "grading" / "assignments").is_dir():
        raise pipeline.GradingError(
            f"{root} has no course_lib/grading/assignments; run it in a copy of the repository"
        )
    pipeline.course(root)
    for template, path in places.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(template.read_text(encoding="utf-8").replace("skeleton", name), "utf-8")
    released = pipeline.release(root, name)
    return [path.relative_to(root) for path in [*places.values(), released]]
