"""What the examiner and the sandbox call the things that are not plain data.

Towards the sandbox go callbacks and the few kinds of arguments that a test passes and that can be
built from plain data there. From the sandbox comes only a handle: a number, by which the examiner
refers to an object that stays where it is.
"""

import builtins

from course_lib.grading.wire import FIRST_FREE

HANDLE, CALLBACK, SLICE, NAME, GENERATOR, FUNCTION = range(FIRST_FREE, FIRST_FREE + 6)


def exception(types: list, text: str) -> Exception:
    """An exception of the first of the named types that Python itself has.

    SystemExit and KeyboardInterrupt become RuntimeError: they would end the program that
    raises them.

    Examples
    --------
    >>> exception(["MyError", "ValueError", "Exception", "object"], "x is negative")
    ValueError('x is negative')
    """
    if "SystemExit" in types or "KeyboardInterrupt" in types:
        return RuntimeError(f"{types[0]} {text}".strip())
    for name in types:
        kind = getattr(builtins, name, None) if isinstance(name, str) else None
        if isinstance(kind, type) and issubclass(kind, Exception):
            try:
                return kind(text)
            except TypeError:  # UnicodeDecodeError wants five arguments; its base wants one
                continue
    return Exception(text)
