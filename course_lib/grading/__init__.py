"""Grading: checks that say what is wrong, and nbgrader put to work.

``check`` is all that a test cell of an assignment needs::

    from course_lib.grading import check
    check(confusion_matrix, "confusion_matrix", points=2)
"""

from course_lib.grading.checks import check

__all__ = ["check"]
