"""How many points the attacks win in plain nbgrader: ``python tests/grading/attacks/plain.py``.

For the table in the book, not a test. The kernels run inside one bubblewrap of their own, with the
whole file system read-only and no network; families that aim at the machine are left out.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve()
FAMILIES = ("patching", "hooks", "forging", "returns", "reading")
LEFT_OUT = ("the gradebook", "pip", "huge", "the memory of other processes", "on disk", "million")
BOX = ["bwrap", "--ro-bind", "/", "/", "--unshare-all", "--die-with-parent", "--new-session"]
BOX += ["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--setenv", "HOME", "/tmp"]


def main() -> None:
    """Print each attack and its points, by way of a copy of this program in a box."""
    if os.environ.get("IN_A_BOX") != "1":
        command = [*BOX, "--setenv", "IN_A_BOX", "1", "--chdir", "/tmp", sys.executable, str(HERE)]
        subprocess.run(command, check=True)
        return
    sys.path.insert(0, str(HERE.parents[1]))
    import test_attacks
    from nbclient import NotebookClient

    for name, code in test_attacks.ATTACKS.items():
        family = name.split(":")[0]
        if family not in FAMILIES or any(part in name for part in LEFT_OUT):
            continue
        answers = {**test_attacks.HONEST, "double": code}
        _, notebook = test_attacks.cells(answers)
        client = NotebookClient(
            notebook,
            timeout=5,
            interrupt_on_timeout=True,
            error_on_timeout={"ename": "Timeout", "evalue": "", "traceback": []},
            allow_errors=True,
            extra_arguments=["--log-level=CRITICAL"],
        )
        try:
            client.execute()
            got = test_attacks.points(notebook)
            won = sum(got[test] for test in test_attacks.DOUBLE)
        except Exception as error:
            won = f"no score: {re.sub(r'[^A-Za-z].*', '', type(error).__name__)}"
        print(json.dumps([name, won]), flush=True)


if __name__ == "__main__":
    main()
