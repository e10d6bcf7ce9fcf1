"""Writes docs/bench.md from results (src/main.ts says what stands in them)."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from figures import base_of, cell, ratio_cell, reader_words, size_words
from memory import stream_table
from verdicts import verdicts

Result = dict[str, Any]
Case = dict[str, Any]

INTRO = """# Sealing, measured

`make bench` writes this page. One page in one browser measures everybody in the same run: in each
run each contender seals and opens once, in a new order each time. Times are medians in
milliseconds, with (least–most). **Ratios are to bare in the same run**, so that what else the
machine does falls out of them as far as it can; absolute times do not compare between runs.
"""

#: What begins the part of bench/pane.
PANES = "\n# Panes, measured\n"
#: Load of a quiet machine, below.
QUIET = 3.0
BUSY = """
**The machine was busy with other work**: times are longer than they need be, ranges are wide, and
a verdict near its limit may fall the other way in a quiet run.
"""

WHO = """## Who is measured

- **ours**: `web/crypto`, age v1 files to one `age1pq1…` recipient each. *whole letter*: as the
  pane makes and the reader's page opens it: body padded, sealed and hashed, statement built and
  signed, one envelope per reader with the whole statement in it; opened with every check.
  *file of a letter*: from the picked file to the padded, hashed age file, and back to a file whose
  hash and type were checked. *streamed*: chunks in, chunks out, nothing joined.
- **age-encryption** 0.3.1, the package by age's author: one file with a post-quantum stanza per
  reader; under "50 envelopes", the same 50 files that we make.
- **openpgp** 6: version 6 keys, curve25519, AEAD (GCM), no compression; **libsodium** 0.8 (sumo):
  XChaCha20-Poly1305 and sealed boxes. Both are classical: a recording made today opens to a
  quantum computer later, and they do less work per reader. Their keys are parsed beforehand.
- **bare**: Web Crypto and nothing around it, the limit and no format: 64 KiB chunks left apart,
  nothing that protects their order or end, nothing encoded; per reader one key agreement (hybrid:
  X25519 and ML-KEM-768), HKDF and a wrap of the file key, from the reader's key as bytes.
  *in one piece*: the same, with the chunks copied into one array, as everybody else gives it.

Only *whole letter* signs; only it and *file of a letter* hash and pad. Openings are those of the last reader. Source:
`bench/sealing`. The page of each other browser is opened from `bench/sealing/serve.py`.
"""


def write(path: Path, result: Result, others: dict[str, Result]) -> None:
    """Write the report of Chromium's result, with those of other browsers beside it."""
    parts = [INTRO, _conditions(result), verdicts(result), *_tables(result)]
    if result["streams"]:
        parts.append(stream_table(result))
    parts += [_other(name, other) for name, other in others.items()]
    if not others:
        parts.append("## Other browsers\n\nNot measured for this page.\n")
    path.write_text("\n".join([*parts, WHO]) + _panes(path))


def _panes(path: Path) -> str:
    """What bench/pane has written into the page, below its own heading: it stays."""
    _, heading, below = (path.read_text() if path.exists() else "").partition(PANES)
    return heading + below


def _conditions(result: Result) -> str:
    began = datetime.fromtimestamp(result["began"] / 1000, UTC)
    took = (result["ended"] - result["began"]) / 60000
    before, after = (f"{result['load'][when][0]:.1f}" for when in ("before", "after"))
    plan = result["plan"]
    busy = result["load"]["before"][0] >= QUIET
    return (
        f"Measured {began:%d %B %Y, %H:%M} UTC in {took:.0f} minutes: {result['browser']}, "
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores ({_processor()}); load "
        f"{before} before, {after} after (the measuring itself is about 1). {plan['runs']} runs "
        f"after {plan['warmups']} warm-ups, five times as many where it takes milliseconds (to 10 "
        f"readers, to 1 MB, opening alone), fewer for the streams; the clock steps by "
        f"{result['resolution'] * 1000:.0f} µs. Code: {result['code'] or 'of no repository'}.\n"
        + (BUSY if busy else "")
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "processor unknown"


def _tables(result: Result) -> list[str]:
    cases: list[Case] = result["cases"]
    parts = [_table(case) for case in cases if case["name"] in {"letter", "envelopes", "file"}]
    if opening := [case for case in cases if case["name"] == "opening"]:
        parts.append(_opening(opening))
    if hashes := [case for case in cases if case["name"] == "sha256"]:
        parts.append(_hashes(hashes))
    return parts


def _table(case: Case) -> str:
    base = base_of(case)
    lines = [
        f"## {_title(case)}\n",
        f"Ratios to *{base['name']}*.\n",
        "| | seal, ms | ratio | open, ms | ratio | bytes added |",
        "|---|---|---|---|---|---|",
    ]
    plain = case["size"] * (case["readers"] if case["name"] == "envelopes" else 1)
    for row in case["rows"]:
        ratios = [ratio_cell(row, base, way) for way in ("seal", "open")]
        added = "" if "key only" in row["name"] else f"{row['size'] - plain:,}"
        lines.append(
            f"| {row['name']} | {cell(row['seal'])} | {ratios[0]} | {cell(row['open'])} "
            f"| {ratios[1]} | {added} |"
        )
    return "\n".join([*lines, *_missing(case), ""])


def _missing(case: Case) -> list[str]:
    by_reason: dict[str, list[str]] = {}
    for miss in case["missing"]:
        by_reason.setdefault(miss["why"], []).append(miss["name"])
    return [f"\nLeft out: {'; '.join(names)} ({why})." for why, names in by_reason.items()]


def _title(case: Case) -> str:
    if case["name"] == "envelopes":
        return f"{case['readers']} envelopes alone, {size_words(case['size'])} each"
    return f"{size_words(case['size'])} to {reader_words(case['readers'])}"


def _opening(cases: list[Case]) -> str:
    """Opening by the last reader, as readers are added; in each run all of them."""
    counts = [row["name"].split(", to ")[1] for row in cases[0]["rows"]]
    lines = [
        "## Opening alone, as readers are added\n",
        "10 KB, sealed beforehand, by the last reader; milliseconds.\n",
        "| readers | " + " | ".join(counts) + " |",
        "|---|" + "---|" * len(counts),
    ]
    for case in cases:
        name = case["rows"][0]["name"].split(", to ")[0]
        lines.append(f"| {name} | {' | '.join(cell(row['open']) for row in case['rows'])} |")
    return "\n".join([*lines, ""])


def _hashes(hashes: list[Case]) -> str:
    lines = [
        "## SHA-256 of objects, apart\n",
        "Not in the figures above, but for *whole letter* and *file of a letter*. Milliseconds.\n",
        "| | " + " | ".join(size_words(case["size"]) for case in hashes) + " |",
        "|---|" + "---|" * len(hashes),
    ]
    for at, row in enumerate(hashes[0]["rows"]):
        cells = [cell(case["rows"][at]["seal"]) for case in hashes]
        lines.append(f"| {row['name']} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _other(name: str, result: Result) -> str:
    """One table per browser: medians and ratios only."""
    began = datetime.fromtimestamp(result["began"] / 1000, UTC)
    lines = [
        f"## {name.capitalize()}\n",
        (
            f"{result['agent']}; {began:%d %B %Y, %H:%M} UTC; the clock steps by "
            f"{result['resolution']:.3g} ms. Milliseconds, and ratios to the best bare that it has.\n"
        ),
    ]
    for case in result["cases"]:
        if case["name"] in {"sha256", "opening"} or not case["rows"]:
            continue
        base = base_of(case)
        lines += [
            f"**{_title(case)}**, to *{base['name']}*:\n",
            "| | seal | open |",
            "|---|---|---|",
        ]
        for row in case["rows"]:
            ways = [f"{cell(row[way])}, {ratio_cell(row, base, way)}" for way in ("seal", "open")]
            lines.append(f"| {row['name']} | {' | '.join(ways)} |")
        lines += [*_missing(case), ""]
    lines += _streams(result)
    return "\n".join([*lines, ""])


def _streams(result: Result) -> list[str]:
    """Without memory, which only Chromium's driver samples."""
    passes = result["streams"]
    if not passes:
        return []
    lines = [
        f"**Stream of {passes[0]['mib']} MiB**, seconds:\n",
        "| | seal | open |",
        "|---|---|---|",
    ]
    for name in sorted({each["name"] for each in passes}, key=lambda name: (name != "ours", name)):
        of_name = [each for each in passes if each["name"] == name]
        ways = [
            cell([each["ms"] / 1000 for each in of_name if each["way"] == way])
            for way in ("seal", "open")
        ]
        lines.append(f"| {name} | {' | '.join(ways)} |")
    return lines
