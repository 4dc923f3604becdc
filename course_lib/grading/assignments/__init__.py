"""What the grader knows about the functions of each assignment: one module an assignment."""

import importlib
import pkgutil

from course_lib.grading.checks import Check

CHECKS: dict[str, Check] = {}
for _module in pkgutil.iter_modules(__path__):
    _new = importlib.import_module(f"{__name__}.{_module.name}").CHECKS
    if _twice := CHECKS.keys() & _new.keys():
        raise ValueError(
            f"{_module.name}: checks are found by name, and another assignment has {_twice} too"
        )
    CHECKS |= _new
