"""A class of any size, drawn from a seed: what students hand in, right, wrong and broken.

Every student has an ability and every exercise a difficulty; by the two an exercise is solved,
got wrong or left out. Wrong answers come from the bank of what students write, common mistakes
more often than rare ones, and a few notebooks are broken as notebooks are.
"""

import copy
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from nbformat import v4

from course_lib import notebooks
from course_lib.grading import pipeline
from course_lib.grading.bank import Answer, answers

FIRST = """
Ada Aisha Akira Amélie Anna Anton Aylin Ben Carlos Chiara Clara David Defne Elena Elif Emil Emma
Eva Farid Felix Finn Greta Hana Hannah Henri Ida Ines Ivan Jakob Jana Jan Javier Jonas Julia Karim
Katharina Kenji Lara Lea Leon Lina Linh Louis Luca Lukas Magdalena Maja Malik Marie Mateo Maya
Mehmet Mia Milan Nadia Nils Noah Noor Olga Omar Oskar Paul Priya Quentin Rafael Rosa Samir Sara
Selin Sofia Søren Tariq Theo Tom Uma Valentin Vera Viktor Wei Yara Yusuf Zoé
"""
LAST = """
Adeyemi Albrecht Andersen Bauer Becker Bianchi Braun Castillo Chen Demir Dimitrov Dubois Eriksen
Fernández Fischer Frank García Haddad Hansen Hartmann Hoffmann Horvat Huber Ito Ivanova Jansen
Jensen Kaya Keller Khan Kim Klein Koch Kovács Krüger Laurent Lehmann Li López Maier Martin Meyer
Moreau Müller Nakamura Neumann Nguyen Novak Okafor Olsen Öztürk Papadopoulos Patel Pereira Petrov
Popescu Richter Rossi Roy Sato Schmidt Schneider Schulz Silva Singh Steiner Tanaka Torres Vogel
Wagner Walter Weber Weiss Wolf Yılmaz Zhang Ziegler
"""

# How many of a thousand notebooks are broken, and how.
BROKEN = {
    "blank": 15,  # handed in as released
    "syntax error": 15,
    "endless": 8,
    "deleted": 20,  # an exercise with its checks
    "edited checks": 12,
    "empty file": 6,
    "half a file": 4,
}
_MARKERS = re.compile(r"^ *### (BEGIN|END) SOLUTION\n?", re.MULTILINE)


@dataclass(frozen=True)
class Student:
    """Who hands something in, and what: the text of a file, and what the gradebook will say."""

    id: str
    first: str
    last: str
    text: str


class Crowd:
    """Draws the students of a class.

    Parameters
    ----------
    root : Path
        The repository: assignments, their releases, and the bank of answers.
    name : str
        The assignment.
    seed : int

    Raises
    ------
    GradingError
        If there is no such assignment, no bank of answers, or none to this one.
    """

    def __init__(self, root: Path, name: str, seed: int = 0):
        self.rng = np.random.default_rng(seed)
        solution = notebooks.read(pipeline.source_notebook(root, name))
        folder = Path("tests", "assignments", "bank")
        if not (root / folder).is_dir():
            raise pipeline.GradingError(
                f"{root} has no {folder}, where the answers are; run it in a copy of the repository"
            )
        self.released = notebooks.read(root / "exercises" / name / f"{name}.ipynb")
        bank = [a for a in answers(root / folder) if a.assignment == name]
        # A sandbox has no torch, and whoever tried it would have noticed.
        bank = [a for a in bank if "torch" not in a.code]
        if not bank:
            raise pipeline.GradingError(f"there are no answers to {name!r} in {folder / name}.md")
        self.solved = {
            cell.metadata.nbgrader.grade_id: _MARKERS.sub("", cell.source).split("**Rubric")[0]
            for cell in solution.cells
            if cell.metadata.get("nbgrader", {}).get("solution")
        }
        self.right: dict[str, list[str]] = {exercise: [] for exercise in self.solved}
        self.wrong: dict[str, dict[frozenset, list[str]]] = {e: {} for e in self.solved}
        for answer in bank:
            self.know(answer)
        self.taken: dict[str, int] = {}

    def know(self, answer: Answer) -> None:
        """Put an answer beside the others to its exercise; wrong ones by their mistakes."""
        if answer.right:
            self.right[answer.check].append(answer.code)
        else:
            self.wrong[answer.check].setdefault(answer.told, []).append(answer.code)

    def draw(self, count: int) -> list[Student]:
        """``count`` students; the first of a larger class are not those of a smaller one."""
        broken = [kind for kind, rate in BROKEN.items() for _ in range(round(count * rate / 1000))]
        kinds = [*broken, *[""] * count][:count]
        return [self.student(kinds[place]) for place in self.rng.permutation(count)]

    def student(self, kind: str) -> Student:
        """One student with a name that no other has, and a notebook broken in a way, or not."""
        first, last = str(self.rng.choice(FIRST.split())), str(self.rng.choice(LAST.split()))
        plain = f"{_ascii(first)}-{_ascii(last)}"
        self.taken[plain] = self.taken.get(plain, 0) + 1
        number = self.taken[plain]
        return Student(
            plain if number == 1 else f"{plain}-{number}", first, last, self.hand_in(kind)
        )

    def hand_in(self, kind: str) -> str:
        """The text of the file that is handed in."""
        notebook = copy.deepcopy(self.released)
        written = {} if kind == "blank" else self.written()
        cells = {
            cell.metadata.nbgrader.grade_id: cell
            for cell in notebook.cells
            if cell.metadata.get("nbgrader", {}).get("grade_id")
        }
        code = [name for name in self.solved if self.wrong[name]]
        victim = str(self.rng.choice(code))
        if kind == "syntax error":
            written[victim] = self.solved[victim].replace("):", ")", 1)
        if kind == "endless":
            head, _, body = self.solved[victim].partition(":\n")
            written[victim] = f"{head}:\n    while True:\n        pass\n{body}"
        for name, source in written.items():
            cells[name].source = source.strip("\n")
        if kind == "edited checks" and f"test_{victim}" in cells:
            cells[f"test_{victim}"].source = f"{victim} = None\n4.0"
        if kind == "deleted":
            gone = {victim, f"test_{victim}", f"hidden_{victim}"}
            notebook.cells = [c for c in notebook.cells if _grade_id(c) not in gone]
        text = v4.writes(notebook) + "\n"
        if kind == "empty file":
            return ""
        return text[: len(text) // 2] if kind == "half a file" else text

    def written(self) -> dict[str, str]:
        """A student's source of each exercise that was not left out."""
        ability = self.rng.normal(0.9, 1.2)
        found = {}
        for place, name in enumerate(self.solved):
            difficulty = -1.2 + 2.6 * place / max(1, len(self.solved) - 1)
            luck, diligence = self.rng.uniform(size=2)
            if luck < _share(ability - difficulty) or (not self.wrong[name] and diligence < 0.8):
                found[name] = str(self.rng.choice([self.solved[name], *self.right[name]]))
            elif diligence < _share(1.5 + ability - 0.5 * difficulty) and self.wrong[name]:
                kinds = list(self.wrong[name].values())
                rates = 1 / np.arange(1, len(kinds) + 1)  # Zipf: a few mistakes are most people's
                kind = self.rng.choice(len(kinds), p=rates / rates.sum())
                found[name] = str(self.rng.choice(kinds[kind]))
        return found


def hand_in(students: list[Student], name: str, course: Path) -> None:
    """Write every student's file to ``course``/submitted."""
    for student in students:
        folder = course / "submitted" / student.id / name
        folder.mkdir(parents=True)
        (folder / f"{name}.ipynb").write_text(student.text, encoding="utf-8")


def _share(advantage: float) -> float:
    return 1 / (1 + np.exp(-advantage))


def _ascii(name: str) -> str:
    """A name as a student's number is written: small letters without accents."""
    plain = name.lower().translate(str.maketrans("éèáàóòüöøäíúı", "eeaaoouooaiui"))
    return re.sub(r"[^a-z]", "", plain)


def _grade_id(cell) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")
