"""Secrets through every route and every failure, in figures: `python -m tests.prove.secrets`."""

import sys
import tempfile
from pathlib import Path

from server import migrations
from tests.house import furnished
from tests.prove.report import section, table
from tests.prove.restored import POSTGRESQL, SQLITE, postgresql
from tests.sandbox.running import Sandbox, running
from tests.secrets.happening import MUST_BE_SEEN, Happened, everything_happens, planted, search

ALL = 1000  # of the secrets, each in the path of each route


def main() -> int:
    """Write the section; 1 if a secret was found, or a planted one was not."""
    rows: list[list[object]] = []
    good, kinds, statuses = True, set[str](), set[int]()
    with tempfile.TemporaryDirectory() as name, postgresql() as empty:
        folder = Path(name)
        (folder / "microsoft").mkdir()
        with running(folder / "microsoft") as microsoft:
            for engine in (SQLITE, POSTGRESQL):
                at = folder / engine
                at.mkdir()
                url = empty() if engine == POSTGRESQL else f"sqlite:///{at / 'letterlock.db'}"
                seen, caught = _seen(url, microsoft, at)
                hits = search(seen.hoard, seen.there)
                kinds |= seen.hoard.secrets.keys()
                statuses |= seen.heard.all_statuses
                good &= not hits and statuses >= MUST_BE_SEEN
                for place, content in seen.there.items():
                    found = len(hits.get(place, ()))
                    good &= place in caught
                    control = "found" if place in caught else "missed"
                    rows.append([engine, place, len(content), found, control])
    section(
        "secrets", "Secrets through every route and every failure", _said(kinds, statuses, rows)
    )
    return 0 if good else 1


def _seen(url: str, microsoft: Sandbox, folder: Path) -> tuple[Happened, set[str]]:
    migrations.upgrade(url)
    superuser = None if url.startswith("sqlite") else url
    seen: list[tuple[Happened, set[str]]] = []
    for house in furnished(url, microsoft, folder, graph_url=f"{microsoft.url}/v1.0"):
        happened = everything_happens(house, folder, superuser, turns=ALL)
        (folder / "backup.age").unlink()
        seen.append((happened, set(planted(house, folder, superuser))))
    return seen[0]


def _said(kinds: set[str], statuses: set[int], rows: list[list[object]]) -> str:
    return f"""{len(kinds)} secrets ({", ".join(sorted(kinds))}) as values in path, query, headers and
bodies of every route of the URL map; every view failing with them in its error; a dead database of
each engine; Graph, Entra and an SMTP server that repeat them; jobs that fail with them; the
commands. Answers seen: {", ".join(map(str, sorted(statuses)))}. Then looked for in plain, hex,
UTF-16, base64 at each offset, and inside gzip, zlib, base64, quoted-printable, percent and JSON:

{table(["engine", "place", "bytes", "secrets found", "control"], rows)}

Control: a word put there by a real way (an allowed key of a log line, a label, a column as hex in
JSON, a file, a sentence) is found. The backup was decrypted before it was searched."""


if __name__ == "__main__":
    sys.exit(main())
