"""The one writer: puts finished results into nbgrader's gradebook and its folder ``autograded``.

Scores and comments are set by nbgrader's own :class:`~nbgrader.preprocessors.SaveAutoGrades`, so
manual grades and comments that are there stay, and late penalties by its
:class:`~nbgrader.preprocessors.AssignLatePenalties`. What differs from ``nbgrader autograde`` is
that the gradebook stays open, and that the cells of a submission are looked up all at once.
Recording the same result again changes nothing, so it can be interrupted at any moment.
"""

import contextlib
import json
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import nbformat
from nbgrader.api import (
    Grade,
    Gradebook,
    InvalidEntry,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades
from nbgrader.utils import parse_utc
from sqlalchemy import Integer, cast, func

from course_lib.grading import database, pipeline
from course_lib.grading.plan import Plan


class Recorder:
    """The gradebook and the graded notebooks of one assignment; use it in a ``with`` statement."""

    def __init__(self, api, plan: Plan):
        self.course = api.coursedir
        self.plan = plan
        self.gradebook = Gradebook(self.course.db_url, self.course.course_id)
        database.add_indexes(self.gradebook.engine)
        self.identity = database.identity(self.course.db_url)
        self.students = {student for (student,) in self.gradebook.db.query(Student.id)}
        # What the assignment consists of stays in memory: else every commit forgets it, and every
        # submission asks for each of its cells again.
        self.gradebook.db().expire_on_commit = False
        assignment = self.gradebook.find_assignment(plan.name)
        self.max_score = assignment.max_score
        self.cells = [
            cell
            for notebook in assignment.notebooks
            for cell in (*notebook.grade_cells, *notebook.solution_cells, *notebook.task_cells)
        ]
        self.names = {cell.id: cell.name for cell in self.cells}
        self.save = SaveAutoGrades(parent=api)
        self.penalties = AssignLatePenalties(parent=api)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.gradebook.close()

    def known(self) -> set[str]:
        """Students of whom the gradebook has a submission and ``autograded`` a folder."""
        found = self.gradebook.db.query(Student.id).join(SubmittedAssignment)
        found = found.filter(SubmittedAssignment.assignment.has(name=self.plan.name))
        return {student for (student,) in found if self.folder(student).is_dir()}

    def scores(self) -> dict[str, tuple[float, bool]]:
        """By student: the score, and whether a person has to look.

        As nbgrader's ``submission_dicts`` has them, which takes minutes for 10,000 submissions.
        """
        needs_person = func.max(cast(Grade.needs_manual_grade, Integer))
        found = self.gradebook.db.query(Student.id, func.sum(Grade.score), needs_person)
        found = found.select_from(Student).join(SubmittedAssignment).join(SubmittedNotebook)
        found = found.join(Grade).filter(SubmittedAssignment.assignment.has(name=self.plan.name))
        return {student: (score, bool(n)) for student, score, n in found.group_by(Student.id)}

    def folder(self, student: str) -> Path:
        """Where the graded notebooks of a student are."""
        course = self.course
        return Path(course.format_path(course.autograded_directory, student, self.plan.name))

    def record(self, result: dict) -> None:
        """Write a result without a problem.

        Raises
        ------
        InvalidEntry
            If the gradebook is no longer the file that was opened.
        """
        student = result["student"]
        submission = pipeline.submission(self.course, self.plan.name, student)
        graded = {name: _notebook(part) for name, part in result["notebooks"].items()}
        self.write(student, graded, submission)
        more = {}
        if timestamp := self.course.get_existing_timestamp(str(submission)):
            more["timestamp"] = parse_utc(timestamp)
        with self.transaction():
            if student not in self.students:
                self.gradebook.update_or_create_student(student)
            found = self.gradebook.update_or_create_submission(self.plan.name, student, **more)
            for submitted in found.notebooks:
                self.save_scores(submitted, graded.get(submitted.name))
        self.students.add(student)
        if found.total_seconds_late > 0:
            for submitted in found.notebooks:
                self.penalize(submitted.name, student)
        if database.identity(self.course.db_url) != self.identity:
            # What was committed went into the file that was there before, and is lost.
            raise InvalidEntry("it was replaced by another file meanwhile")

    @contextlib.contextmanager
    def transaction(self):
        """Have committed at once, at the end, what nbgrader would commit in steps."""
        session = self.gradebook.db
        session.commit = lambda: None
        try:
            yield
        finally:
            del session.commit
        session.commit()

    def save_scores(self, submitted, notebook) -> None:
        """Let nbgrader read scores and comments from a graded notebook; 0 where there is none."""
        submitted.late_submission_penalty = None
        # By number: what is not in the database yet does not know the name of its cell.
        grades = {self.names[grade.cell_id]: grade for grade in submitted.grades}
        comments = {self.names[comment.cell_id]: comment for comment in submitted.comments}
        if notebook is None:
            for grade in grades.values():
                grade.auto_score, grade.needs_manual_grade = 0, False
            return
        self.save.gradebook = SimpleNamespace(
            find_grade=lambda name, *_: grades[name],
            find_comment=lambda name, *_: comments[name],
            db=SimpleNamespace(commit=lambda: None),
        )
        self.save.notebook_id, self.save.assignment_id = submitted.name, self.plan.name
        self.save.student_id = submitted.student.id
        for index, cell in enumerate(notebook.cells):
            self.save.preprocess_cell(cell, {}, index)

    def penalize(self, notebook: str, student: str) -> None:
        """Let nbgrader's plugin decide what being late costs."""
        where = {"notebook": notebook, "assignment": self.plan.name, "student": student}
        resources = {"nbgrader": where | {"db_url": self.course.db_url}}
        self.penalties.preprocess(nbformat.v4.new_notebook(), resources)
        self.gradebook.db.expire_all()

    def write(self, student: str, graded: dict, submission: Path) -> None:
        """Replace the student's folder in ``autograded``: notebooks, and what was beside them."""
        target = self.folder(student)
        new = target.with_name(f".{target.name}.new")
        old = target.with_name(f".{target.name}.old")
        for left_over in (new, old):
            shutil.rmtree(left_over, ignore_errors=True)
        new.mkdir(parents=True)
        for name, path in self.plan.files(submission).items():
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, new / name)
        for name, notebook in graded.items():
            # In one line: laying it out would take as long as all else that is done here.
            text = json.dumps(notebook, ensure_ascii=False, sort_keys=True)
            (new / f"{name}.ipynb").write_text(text + "\n", encoding="utf-8")
        for where, _, names in os.walk(new):
            for name in names:
                Path(where, name).chmod(0o444)
        with contextlib.suppress(FileNotFoundError):
            target.rename(old)
        new.rename(target)
        shutil.rmtree(old, ignore_errors=True)


def _notebook(part: dict) -> nbformat.NotebookNode:
    """The notebook in a part of a result, which is a plain dict if it comes from a file."""
    found = part["notebook"]
    return found if isinstance(found, nbformat.NotebookNode) else nbformat.from_dict(found)
