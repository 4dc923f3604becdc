"""Runs the benchmarks, prints one table and writes it where the book shows it.

``python -m benchmarks`` runs all, ``python -m benchmarks metrics`` one suite. A suite is a module
of this package with a function ``rows()`` that yields :class:`~benchmarks.harness.Row`,
and a sentence ``MEASURED`` where that of :mod:`benchmarks.harness` would not be true.
"""

import importlib
import platform
import sys
from pathlib import Path

from benchmarks import harness

harness.one_thread()

SUITES = ("startup", "metrics", "networks", "grading", "scale")
PAGES = Path(__file__).parent.parent / "book" / "back" / "benchmarks"
UNITS = {"s": (("s", 1), ("ms", 1e3), ("µs", 1e6)), "B": (("GB", 1e-9), ("MB", 1e-6))}
HEADER = "| work | size | peer | peer needs | we need | times as fast | promised |"


def quantity(value: float, unit: str) -> str:
    """Seconds or bytes with three significant figures and a fitting multiple of the unit."""
    multiples = UNITS[unit]
    name, factor = next(((u, f) for u, f in multiples if value * f >= 1), multiples[-1])
    return f"{value * factor:.3g} {name}"


def line(row: harness.Row) -> str:
    """One row of the Markdown table."""
    promised = "" if row.target is None else f"{row.target:.3g} ({row.verdict})"
    return (
        f"| {row.work} | {row.size} | {row.peer} | {quantity(row.peer_seconds, row.unit)} "
        f"| {quantity(row.ours_seconds, row.unit)} | {row.ratio:.3g} | {promised} |"
    )


def main(names: list[str]) -> int:
    """Run the suites in ``names`` (all when empty)."""
    unknown = [name for name in names if name not in SUITES]
    if unknown:
        print(
            f"benchmarks: no suite {unknown[0]!r}; there are {', '.join(SUITES)}", file=sys.stderr
        )
        return 2
    for name in names or SUITES:
        lines = [HEADER, "| --- | --- | --- | --: | --: | --: | --: |"]
        print(f"\n{name}\n" + "\n".join(lines), flush=True)
        suite = importlib.import_module(f"benchmarks.{name}")
        for row in suite.rows():
            lines.append(line(row))
            print(lines[-1], flush=True)
        measured = getattr(suite, "MEASURED", harness.MEASURED)
        machine = f"Python {platform.python_version()}, {platform.machine()}."
        lines += ["", f"{measured} {machine}"]
        PAGES.mkdir(parents=True, exist_ok=True)
        (PAGES / f"{name}.md").write_text("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
