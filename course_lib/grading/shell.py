"""IPython in the sandbox: runs cells, and records what a notebook would show."""

import io
import sys
import warnings

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Any, Type

PRINTED = 100_000  # characters that are kept of what a cell or a call prints
SHOWN = 50  # displays that are kept of a cell


class Printed(io.StringIO):
    """A stream that keeps the beginning of what is written to it."""

    def write(self, text):
        """Keep what there is room for."""
        room = PRINTED - self.tell()
        if room > 0:
            super().write(text[:room])
            if len(text) > room:
                super().write("\n… (more was printed)\n")
        return len(text)

    def taken(self) -> str:
        """What was written; it is empty again."""
        text = self.getvalue()
        self.seek(0)
        self.truncate()
        return text


class Hook(DisplayHook):
    """Records the value of a cell's last expression."""

    def write_output_prompt(self):
        """No prompt: what is shown is recorded, not printed."""

    def write_format_data(self, format_dict, md_dict=None):
        """Record all representations; the examiner chooses."""
        self.shell.record({"kind": "result", "data": format_dict})  # type: ignore[union-attr]


class Publisher(DisplayPublisher):
    """Records what ``display`` is given."""

    def publish(self, data, metadata=None, source=None, **kwargs):
        """Record all representations; the examiner chooses."""
        self.shell.record({"kind": "display", "data": data})


class Compiler(CachingCompiler):
    """IPython's, but what has been parsed to see whether Python can read it is not parsed again."""

    kept: tuple = ()

    def reads(self, source: str) -> bool:
        """Whether Python can read ``source`` as it is."""
        flags = self.flags
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            try:
                tree = super().ast_parse(source)
            except Exception:
                return False
        # With a warning it is parsed again, which then says where the warning comes from.
        self.kept = () if said else (source, flags, tree)
        return True

    def ast_parse(self, source, filename="<unknown>", symbol="exec"):
        """The tree of ``source``, which may be changed: it is kept for one who asks."""
        kept, self.kept = self.kept, ()
        if symbol == "exec" and kept[:2] == (source, self.flags):
            return kept[2]
        return super().ast_parse(source, filename, symbol)


class Shell(InteractiveShell):
    """IPython without a terminal: everything that it would show is recorded."""

    compiler_class = Type(Compiler)
    compile: Compiler
    displayhook_class = Any(Hook)
    display_pub_class = Any(Publisher)

    def init_history(self):
        """No history on disk."""
        self.config.HistoryManager.enabled = False
        super().init_history()

    def record(self, output: dict) -> None:
        """Keep one output of the running cell, after what was printed before it."""
        self.flush_streams()
        if len(self.recorded) < SHOWN:
            self.recorded.append(output)

    def flush_streams(self) -> None:
        """Turn what was printed since the last time into outputs."""
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            if isinstance(stream, Printed) and stream.tell() > (seen := self.seen.get(name, 0)):
                self.recorded.append(
                    {"kind": "stream", "name": name, "text": stream.getvalue()[seen:]}
                )
                self.seen[name] = stream.tell()

    def transform_cell(self, raw_cell):
        """Look for magics, shell commands and prompts only in what Python cannot read as it is."""
        cell = raw_cell if raw_cell.endswith("\n") else raw_cell + "\n"
        return cell if self.compile.reads(cell) else super().transform_cell(raw_cell)

    def should_run_async(self, raw_cell, **others):
        """Have only those cells compiled to find out that have one of Python's words for it."""
        asynchronous = "await" in raw_cell or "async" in raw_cell
        return asynchronous and super().should_run_async(raw_cell, **others)

    def _format_exception_for_storage(self, *_, **__):
        return []  # a history of exceptions, which nobody reads, would take as long as showing one

    def _showtraceback(self, etype, evalue, stb):
        self.record(
            {"kind": "error", "name": etype.__name__, "text": str(evalue), "traceback": stb}
        )

    def run(self, source: str) -> list:
        """Run a cell; its outputs."""
        self.recorded: list = []
        self.seen: dict = {}
        self.run_cell(source, store_history=True)
        self.flush_streams()
        return self.recorded
