"""Everybody's points as a CSV file: nbgrader's columns, and quotes where a value needs them."""

import csv
from pathlib import Path

from nbgrader.api import MissingEntry
from nbgrader.plugins import ExportPlugin

COLUMNS = (  # of nbgrader's CsvExportPlugin, which writes no quotes
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)


class CsvExport(ExportPlugin):
    """A line for each assignment and student, by last name; 0 for who handed in nothing."""

    def export(self, gradebook) -> None:
        """Called by nbgrader; writes the file ``to``, or grades.csv."""
        students = [s for s in gradebook.students if not self.student or s.id in self.student]
        students.sort(key=lambda s: (s.last_name or "", s.first_name or "", s.id))
        with Path(self.to or "grades.csv").open("w", newline="", encoding="utf-8") as file:
            rows = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            rows.writeheader()
            for assignment in gradebook.assignments:
                if not self.assignment or assignment.name in self.assignment:
                    rows.writerows(_row(gradebook, assignment, student) for student in students)


def _row(gradebook, assignment, student) -> dict:
    try:
        submission = gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:
        timestamp, raw, penalty = None, 0.0, 0.0
    else:
        timestamp, raw = submission.timestamp, submission.score
        penalty = submission.late_submission_penalty
    return {
        "assignment": assignment.name,
        "duedate": assignment.duedate,
        "timestamp": timestamp,
        "student_id": student.id,
        "last_name": student.last_name,
        "first_name": student.first_name,
        "email": student.email,
        "raw_score": raw,
        "late_submission_penalty": penalty,
        "score": max(0.0, raw - penalty),
        "max_score": assignment.max_score,
    }
