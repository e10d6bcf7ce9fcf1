"""What docs/security/access.md says: for each route and person the status of a right call."""

import re
from pathlib import Path
from typing import Final

from tests.sandbox.running import ROOT

PAGE: Final = ROOT / "docs" / "security" / "access.md"
NOWHERE: Final = 404
Table = dict[str, dict[str, int]]


def table(page: Path = PAGE) -> Table:
    """Route, such as "GET /drafts", to person to status. Where a host has no row: 404 for all there."""
    found: Table = {}
    everybody: set[str] = set()
    columns: list[str] = []
    for line in page.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line[:1] == "|" else []
        if cells and cells[0] == "route":
            columns = cells[1:]
            everybody.update(columns)
        elif cells and (route := re.fullmatch(r"`(.+)`", cells[0])):
            row = {who: int(cell) for who, cell in zip(columns, cells[1:], strict=True)}
            found.setdefault(route[1], {}).update(row)
    return {route: dict.fromkeys(everybody, NOWHERE) | row for route, row in found.items()}
