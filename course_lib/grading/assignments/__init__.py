"""What the grader knows about the functions of each assignment: one module an assignment."""

from course_lib.grading.assignments import metrics

CHECKS = {**metrics.CHECKS}
