"""Write docs/proof.md from the sections that the long runs left (tests/prove/report.py)."""

import sys

from tests.prove.report import assemble

missing = assemble()
if missing:
    sys.stderr.write(f"docs/proof.md is written; not run: {', '.join(missing)}.\n")
