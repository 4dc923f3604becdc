"""Grading: checks that say what is wrong, and nbgrader put to work.

``check`` is all that a test cell of an assignment needs::

    from course_lib.grading import check
    check(confusion_matrix, "confusion_matrix", points=2)

Where things live, by what they are for:

- **What a student reads**: ``checks`` calls the function (``trials``), compares (``compare``),
  finds the mistake (``diagnosis``), and says and shows it (``report``, ``picture``).
  ``assignments`` knows the references and the mistakes, ``bank`` reads answers to try them on,
  ``rehearsal`` is ``course check``, ``authoring`` begins a new assignment.
- **What student code cannot touch**: ``admission`` and ``restore`` take submissions in,
  ``examiner`` runs the tests (``source``, ``session``, ``remote``), ``agent`` runs the
  submission inside ``sandbox`` (``view``, ``cgroup``, ``seccomp``; warm starts by ``nursery``
  and ``parent``), and between them is only the ``channel`` (``wire``, ``codes``,
  ``functions``). ``examine``, ``cells`` and ``outputs`` make an nbgrader stage of it;
  ``doctor`` says what a machine lacks for it.
- **A whole class**: ``pipeline`` puts nbgrader to work; ``batch`` grades many (``plan``,
  ``sheet``, ``pool``, or ``cluster`` with ``parcel``), ``results`` and ``record`` keep what came
  of it, ``database`` looks at the gradebook, ``showing`` and ``reports`` tell. ``demo`` and
  ``crowd`` make classes to try it on.
"""

from course_lib.grading.checks import check

__all__ = ["check"]
