"""The panes' part of docs/bench.md: all that stands below its heading; bench/sealing writes what is above."""

import gzip
import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
HEADING = "# Panes, measured"
#: Scripts that a pane has to have before anything can be written or read.
SCRIPTS = {"compose": "compose.js", "read": "read.js", "document": "compose.js"}
KIB = 1024
#: First paint, in milliseconds.
LIMIT = 1000

INTRO = f"""{HEADING}

`make bench` writes this part too (`bench/pane`). The demo's Outlook (or Word) opens a pane in a fresh
profile without a cache, with the processor slowed by the browser's own switch; all frames share one
process, so the window's work slows the pane too. Milliseconds from the request for the pane's page.
*Ready*: the subject takes typing; in the reading pane: the letter's text is there, signed in, fetched,
checked and decrypted. The network is this machine's own, and office.js is the sandbox's stand-in:
Microsoft's is larger and comes from Microsoft's address, so in Outlook it takes longer.
"""
#: Load of a quiet machine, below.
QUIET = 3.0
BUSY = "The machine was busy with other work: times are longer than they need be."


@dataclass(frozen=True)
class Spread:
    """Of some runs, in milliseconds."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(statistics.median(values), min(values), max(values))

    def __str__(self) -> str:
        return f"{self.median:.0f} ({self.least:.0f}–{self.most:.0f})"


@dataclass(frozen=True)
class Figures:
    """What was measured of one pane."""

    first_paint: Spread
    contentful: Spread
    ready: Spread

    @classmethod
    def of(cls, runs: Sequence[tuple[float, float, float]]) -> "Figures":
        return cls(*(Spread.of(values) for values in zip(*runs, strict=True)))


@dataclass(frozen=True)
class Conditions:
    """Under which it was measured."""

    browser: str
    runs: int
    slower: int
    load: tuple[float, float]

    def __str__(self) -> str:
        before, after = (f"{one:.1f}" for one in self.load)
        return (
            f"Measured {datetime.now(UTC):%d %B %Y, %H:%M} UTC: {self.browser}, {platform.system()} "
            f"{platform.machine()}, {os.cpu_count()} cores; load {before} before, {after} after (the "
            f"measuring itself is about 2). {self.runs} runs of each, median (least–most); the processor "
            f"{self.slower} times slower. {BUSY if self.load[0] >= QUIET else ''}"
        ).rstrip()


def write(path: Path, figures: dict[str, Figures], conditions: Conditions) -> None:
    """Put the part into the page, in the place of what stood there."""
    rows = [
        f"| {name} | {one.first_paint} | {one.contentful} | {one.ready} | {_weight(name):.0f} KB | "
        f"{'yes' if one.first_paint.median < LIMIT else '**no**'} |"
        for name, one in figures.items()
    ]
    part = (
        f"{INTRO}\n{conditions}\n\n"
        "| pane | first paint | first contentful paint | ready | script, gzip | first paint under 1 s |\n"
        "|---|---|---|---|---|---|\n" + "\n".join(rows) + "\n"
    )
    above = path.read_text().split(f"\n{HEADING}\n")[0] if path.exists() else ""
    path.write_text(f"{above.rstrip()}\n\n{part}")


def _weight(pane: str) -> float:
    """The pane's own script as it travels, in KB of 1024 bytes."""
    dist = ROOT / "web/dist"
    name = json.loads((dist / "assets.json").read_text())[SCRIPTS[pane]]
    return len(gzip.compress((dist / name).read_bytes(), 9)) / KIB
