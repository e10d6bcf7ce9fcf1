"""The public test-suite of age through the server's reader: `python -m tests.prove.suite`."""

import sys
import time
from collections import Counter
from unittest.mock import patch

from server.crypto import age
from server.crypto.age import header
from server.crypto.errors import SealRefused
from server.crypto.identity import Identity
from tests.crypto.suite import CHUNKINGS, Case, disagreements, load, outcome
from tests.prove.report import section, table

STRANGER = Identity(b"\x07" * 32)
SMALL = 2**20


def through_the_door(case: Case) -> str:
    """`opens`, or the reason of the refusal."""
    own = next((text for text in case.identities if "-PQ-" in text), None)
    try:
        age.decrypt(Identity.parse(own) if own else STRANGER, case.file)
    except SealRefused as refusal:
        return refusal.reason
    return "opens"


def main() -> int:
    """Write the section; 1 if a file ended otherwise than it expects."""
    cases = load()
    expected = Counter(case.expect for case in cases)
    agreed = {name: Counter[str]() for name in CHUNKINGS}
    for name, pieces in CHUNKINGS.items():
        for case in cases:
            agreed[name][case.expect] += outcome(case, pieces) == (case.expect, case.payload)
    rows: list[list[object]] = [
        [expect, count, *(agreed[name][expect] for name in CHUNKINGS)]
        for expect, count in sorted(expected.items())
    ]
    door: dict[str, list[tuple[float, str]]] = {}
    for case in cases:
        before = time.perf_counter()
        end = through_the_door(case)
        door.setdefault(end, []).append((time.perf_counter() - before, case.name))
    with patch.object(header.Header, "verify", lambda *_: None):
        caught = list(disagreements(case for case in cases if len(case.file) < SMALL))
    text = _markdown(rows, door, caught, armored=sum(case.armored for case in cases))
    section("suite-python", "The public suite of age, Python", text)
    whole = all(row[1] == seen for row in rows for seen in row[2:])
    return 0 if whole and caught and len(cases) == 143 else 1


def _markdown(
    rows: list[list[object]],
    door: dict[str, list[tuple[float, str]]],
    caught: list[str],
    *,
    armored: int,
) -> str:
    through: list[list[object]] = [
        [end, len(found), f"{max(found)[0] * 1000:.1f} ms ({max(found)[1]})"]
        for end, found in sorted(door.items())
    ]
    failed = ", ".join(f"`{name}`" for name in caught) or "**nothing**"
    return f"""All {sum(len(found) for found in door.values())} files of npm `cctv-age`, through the server's parser and stream, with the
contents' SHA-256 compared, partial ones included. Armor is read by the test ({armored} files, `armor_…`).

{table(["expects", "files", *CHUNKINGS], rows)}

The same files through the production door:

{table(["ends as", "files", "slowest"], through)}

Control: a reader that leaves out the MAC over the header fails {failed}; five more
rules are each left out in `tests/crypto/test_age_suite.py`."""


if __name__ == "__main__":
    sys.exit(main())
