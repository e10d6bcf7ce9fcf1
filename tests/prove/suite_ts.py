"""The public test-suite of age through the browser's reader: `python -m tests.prove.suite_ts`.

By the browser's own primitives in a real one, and by plain arithmetic in Node.
"""

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.crypto.age_page import ROOT, age_page, ask
from tests.prove.report import section, table

CHUNKINGS = ("whole", "1,000 bytes", "byte by byte")
FILES = 143


def main() -> int:
    """Write the section; 1 if a file ended otherwise than it expects."""
    with TemporaryDirectory() as folder, age_page(Path(folder)) as page:
        native = ask(page, "tables")
    command = ["node", "--import", "tsx", "tests/prove/suite.ts"]
    plain = json.loads(subprocess.run(command, check=True, cwd=ROOT, capture_output=True).stdout)
    section(
        "suite-ts",
        "The public suite of age, TypeScript",
        _markdown(native, plain),
        command="python -m tests.prove.suite_ts",
    )
    return 0 if all(map(_whole, (native, plain))) else 1


def _whole(found: dict[str, Any]) -> bool:
    agreed = all(seen == row[0] for row in found["endings"].values() for seen in row)
    opened = found["door"]["opens"]["files"] == 2
    quick = all(row["slowest"] < 1000 for row in found["door"].values())
    return (
        agreed and opened and quick and _files(found) == FILES and all(found["controls"].values())
    )


def _files(found: dict[str, Any]) -> int:
    return sum(row[0] for row in found["endings"].values())


def _markdown(native: dict[str, Any], plain: dict[str, Any]) -> str:
    rows: list[list[object]] = [
        [expect, *row, *plain["endings"][expect][1:]]
        for expect, row in sorted(native["endings"].items())
    ]
    ends = sorted(native["door"])
    through: list[list[object]] = [
        [end, native["door"][end]["files"], *_slowest(end, native, plain)] for end in ends
    ]
    caught = "\n".join(
        f"- {name}: {', '.join(f'`{file}`' for file in files) or '**nothing**'}"
        for name, files in native["controls"].items()
    )
    return f"""All {_files(native)} files of npm `cctv-age`, through the browser's parser and stream, with the contents'
SHA-256 compared, partial ones included: by Chromium's own primitives, and by plain arithmetic in
Node. Armor is read by the age package ({native["armored"]} files, `armor_…`).

{table(["expects", "files", *CHUNKINGS, *(f"{name}, plain" for name in CHUNKINGS)], rows)}

The same files through the production door:

{table(["ends as", "files", "slowest", "slowest, plain"], through)}

Control: readers that leave out one rule, and the files that give them away.

{caught}"""


def _slowest(end: str, *found: dict[str, Any]) -> list[str]:
    rows = [each["door"][end] for each in found]
    return [f"{row['slowest']:.1f} ms ({row['name']})" for row in rows]


if __name__ == "__main__":
    sys.exit(main())
