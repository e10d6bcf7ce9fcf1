"""Sections of docs/proof.md: what `make prove` found, when, on what machine, by which command.

Each long run ends by adding its section:

    from tests.prove.report import section
    section("browsers", "The reader's story in three browsers", table, command="make prove")

and one that is no Python prints Markdown, and is added from its standard output:

    node --import tsx tests/prove/fuzz.ts --inputs 1000000 > .setup/fuzz.md
    python -m tests.prove.report mutations-ts "Mutated inputs, TypeScript" < .setup/fuzz.md

A section holds its figures as tables and, in words, its control: the fault that was planted, and
that the run found it. Names stand in ORDER; one that does not is refused, so that the page keeps
its order. `python -m tests.prove` then writes the page from the sections that are there, and names
those that are missing.
"""

import os
import platform
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".setup" / "proof"
PAGE = ROOT / "docs" / "proof.md"
ORDER = (
    "suite-python",
    "suite-ts",
    "cross",
    "mutations-python",
    "mutations-ts",
    "frame",
    "canary",
    "restore",
    "disk",
    "kills-sqlite",
    "kills-postgresql",
    "load",
    "lane",
    "azure",
    "browsers",
    "lacks",
    "secrets",
    "key-log",
    "own-key-kills",
)
START = (
    "# Proof\n\nWhat the long runs found. `make prove` writes this page; "
    "change the runs, not the page.\n"
)


def section(name: str, title: str, markdown: str, *, command: str = "make prove") -> Path:
    """Write one section, over an older one of the same name.

    Args:
        name: One of ORDER.
        title: Its heading, without marks.
        markdown: Figures and control; headings in it begin at the third level.
        command: What to type to see the same.

    Raises:
        ValueError: The name is not in ORDER.
    """
    if name not in ORDER:
        raise ValueError(
            f"{name} is not in ORDER of tests/prove/report.py: give it its place there"
        )
    said = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {machine()}. `{command}`"
    path = FOLDER / f"{ORDER.index(name):02}-{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"## {title}\n\n{said}\n\n{markdown.strip()}\n")
    return path


def table(head: list[str], rows: list[list[object]]) -> str:
    """A Markdown table; numbers stand right."""
    numeric = [all(isinstance(row[at], int | float) for row in rows) for at in range(len(head))]
    lines = [head, ["---:" if right else "---" for right in numeric]]
    lines += [[_cell(value) for value in row] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def assemble() -> list[str]:
    """Write the page; return the names of ORDER that have no section."""
    paths = [FOLDER / f"{at:02}-{name}.md" for at, name in enumerate(ORDER)]
    there = [path.read_text() for path in paths if path.exists()]
    missing = [name for name, path in zip(ORDER, paths, strict=True) if not path.exists()]
    tail = [f"Not run: {', '.join(missing)}.\n"] if missing else []
    PAGE.write_text("\n".join([START, *there, *tail]))
    return missing


def machine() -> str:
    """Such as `2 cores of AMD EPYC 7B13, Linux x86_64, Python 3.11.2`; no name of a host."""
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores of {_processor()}, {system}"


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return found[1].strip() if found else platform.processor() or "an unnamed processor"


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.4g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    section(sys.argv[1], sys.argv[2], sys.stdin.read())
