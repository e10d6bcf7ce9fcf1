"""Letters that mean harm: what `cases/*.html` hold.

A case begins with a line `=== what it is`. A line `#none: why` says that it does nothing in any
browser of ours, `#firefox: why` that it does something there only; both are tried all the same.
`FORMS` lists what stands in braces.
"""

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

CASES = Path(__file__).with_name("cases")
DEPTH = 600  # browsers flatten a tree from 512 on
_PIECE = re.compile(r"\{([a-z0-9-]+)\}")


@dataclass(frozen=True)
class Case:
    """One letter. `only` is empty, "none", or the browser in which alone it does something."""

    id: str
    name: str
    only: str
    why: str
    text: str

    def html(self, where: "Addresses") -> str:
        """The letter, with marks and addresses of its own in it."""
        values = {name: form(self.id, where) for name, form in FORMS.items()}
        return _PIECE.sub(lambda found: values.get(found[1], found[0]), self.text)


@dataclass(frozen=True)
class Addresses:
    """Addresses that notice a request, without the id of a case at their ends; one that notices
    a connection."""

    elsewhere: str
    own: str
    connection: str


def read() -> list[Case]:
    """All cases, in the order of the files."""
    return list(_numbered())


def _numbered() -> Iterator[Case]:
    number = 0
    for file in sorted(CASES.glob("*.html")):
        for block in file.read_text().split("=== ")[1:]:
            head, _, rest = block.partition("\n")
            text, note, tail = rest.rstrip("\n").rpartition("\n#")
            only, _, why = tail.partition(": ") if note else ("", "", "")
            number += 1
            name = f"{file.stem}: {head}"
            yield Case(f"c{number:03}", name, only, why, text if note else tail)


def _run(mark: str) -> str:
    """Leaves a mark on the page around the frame; without a quote, so that it fits anywhere."""
    return f"top.{mark}=1"


def _entities(text: str) -> str:
    return "".join(f"&#{ord(one)};" for one in text)


FORMS: dict[str, Callable[[str, Addresses], str]] = {
    "id": lambda mark, _: mark,
    "run": lambda mark, _: _run(mark),
    "run-entities": lambda mark, _: _entities(_run(mark)),
    "run-unicode": lambda mark, _: _run(mark).replace("top", r"\u0074\u006f\u0070"),
    "run-percent": lambda mark, _: "".join(f"%{ord(one):02x}" for one in _run(mark)),
    "run-base64": lambda mark, _: base64.b64encode(_run(mark).encode()).decode(),
    "hit": lambda mark, where: where.elsewhere + mark,
    "hit-bare": lambda mark, where: (where.elsewhere + mark).partition(":")[2],
    "hit-backslash": lambda mark, where: (where.elsewhere + mark).replace("/", "\\"),
    "hit-entities": lambda mark, where: _entities(where.elsewhere + mark),
    "hit-rest": lambda mark, where: (where.elsewhere + mark).removeprefix("http"),
    "own": lambda mark, where: where.own + mark,
    "connect": lambda _, where: where.connection,
    "deep": lambda *_: "<div>" * DEPTH,
}
