"""What makes programs start faster; importing it is all there is to do.

nbgrader needs jsonschema, which looks for ``rfc3987_syntax`` and does without where it is not
installed. Where it is, it spends 1.5 s building a grammar for web addresses, to check a kind of
field that no notebook has. So it is made to look as if it were not there.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
