"""The streams: how long they take, and whether memory stays flat."""

import statistics
from typing import Any

from figures import cell, digits

Result = dict[str, Any]
Pass = dict[str, Any]
MIB = 1024 * 1024
#: Memory is flat if the last quarter stands less than this part of what passed above the first.
FLAT = 0.05


def stream_table(result: Result) -> str:
    """Time, throughput and memory of each contender, each way."""
    passes = result["streams"]
    mib = passes[0]["mib"]
    kinds = list(dict.fromkeys((each["name"], each["way"]) for each in sorted(passes, key=_order)))
    lines = [
        f"## Stream of {mib} MiB\n",
        (
            "Made as it is read and forgotten as it is written; memory of the renderer's process (RSS), "
            "sampled. An opening holds 32 MiB of what is to be opened, sealed off the clock.\n"
        ),
        "| | way | seconds | MiB/s | RSS, MiB: first quarter | last quarter | peak | peak of heap and buffers |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, way in kinds:
        of_kind = [each for each in passes if (each["name"], each["way"]) == (name, way)]
        seconds = [each["ms"] / 1000 for each in of_kind]
        lines.append(
            f"| {name} | {way} | {cell(seconds)} | {mib / statistics.median(seconds):.0f} "
            f"| {' | '.join(_memory(of_kind, result['samples']))} |"
        )
    return "\n".join([*lines, ""])


def growth(result: Result, name: str, way: str) -> float | None:
    """MiB of RSS between first and last quarter, the median of all passes; None if not sampled."""
    passes = [each for each in result["streams"] if (each["name"], each["way"]) == (name, way)]
    pairs = [_quarters(each, result["samples"]) for each in passes]
    found = [last - first for first, last in (pair for pair in pairs if pair)]
    return statistics.median(found) / MIB if found else None


def _memory(passes: list[Pass], samples: list[dict[str, float]]) -> list[str]:
    during = [sample for each in passes for sample in _during(each, samples)]
    pairs = [pair for each in passes if (pair := _quarters(each, samples))]
    if not during or not pairs:
        return ["", "", "", ""]
    first, last = (statistics.median(pair[at] for pair in pairs) for at in (0, 1))
    peak = max(sample["rss"] for sample in during)
    inside = max(sample["heap"] + sample["buffers"] for sample in during)
    return [digits(value / MIB) for value in (first, last, peak, inside)]


def _quarters(each: Pass, samples: list[dict[str, float]]) -> tuple[float, float] | None:
    during = _during(each, samples)
    quarter = (each["ended"] - each["begun"]) / 4
    first = [sample["rss"] for sample in during if sample["at"] < each["begun"] + quarter]
    last = [sample["rss"] for sample in during if sample["at"] > each["ended"] - quarter]
    return (statistics.median(first), statistics.median(last)) if first and last else None


def _during(each: Pass, samples: list[dict[str, float]]) -> list[dict[str, float]]:
    return [sample for sample in samples if each["begun"] <= sample["at"] <= each["ended"]]


def _order(each: Pass) -> tuple[bool, str, bool]:
    return (each["name"] != "ours", each["name"], each["way"] != "seal")
