"""Stands in for ``course_lib.grading.checks`` in the sandbox, where no reference is.

A set-up cell imports ``check`` in the sandbox as everywhere; calling it there counts nothing.
"""


def check(student_function, name, /, *, points=1.0, edge_cases=False, seed=0):
    """Say that only the checks of the assignment count; no points."""
    print(
        f"check({name!r}): not tried here. When your work is graded only the assignment's own "
        "checks count; run this one in your notebook."
    )
    return 0.0
