"""The targets of step 2, each with its figure and whether it is met: medians of one run.

Each target is held to its words and to what is really sent; figures that only explain one stand
beneath it and have no verdict.
"""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from figures import Case, base_of, digits, median_ratio, pick
from memory import FLAT, growth

Result = dict[str, Any]
MB = 1_000_000

MOST_OF_BARE = 1.3
MOST_OF_WRAPS = 3.0
LEAST_OF_PACKAGE = 4.0
#: What passes for "does not grow" between 1 and 200 readers.
MOST_GROWTH = 1.25


@dataclass(frozen=True, slots=True)
class Verdict:
    """One line of the table; `met` is None for a figure that is no target."""

    target: str
    figure: str
    met: bool | None


WORDS = {True: "yes", False: "**no**", None: ""}


def verdicts(result: Result) -> str:
    """The table; targets whose cases were not measured are left out."""
    rows = [*_files(result), *_envelopes(result), *_growth(result), *_memory(result)]
    if not rows:
        return ""
    lines = ["## Targets\n", "| target | measured | met |", "|---|---|---|"]
    lines += [f"| {row.target} | {row.figure} | {WORDS[row.met]} |" for row in rows]
    return "\n".join([*lines, ""])


def _files(result: Result) -> Iterator[Verdict]:
    for case in _cases(result, "file"):
        size = f"{case['size'] // MB} MB"
        for way in ("seal", "open"):
            yield from _against_bare(case, size, way)
            yield from _faster(case, size, way)


def _against_bare(case: Case, size: str, way: str) -> Iterator[Verdict]:
    """Like with like: files are sealed and saved as streams, and bare leaves its chunks apart too.

    The whole file in one array, which small parts of a letter are, is told beside it.
    """
    pairs = (
        ("ours, streamed", "bare ChaCha hybrid", ""),
        ("ours", "bare ChaCha hybrid, in one piece", "one array, to bare in one array"),
        ("ours", "bare ChaCha hybrid", "one array, to bare's chunks left apart"),
    )
    for mine, its, beside in pairs:
        row, base = pick(case, mine), pick(case, its)
        if row is None or base is None:
            continue
        ratio = median_ratio(row, base, way)
        target = f"{size}, {way}: within {MOST_OF_BARE}× of bare ChaCha20-Poly1305 chunks"
        met = None if beside else ratio <= MOST_OF_BARE
        yield Verdict(f"beside it: {beside}" if beside else target, f"{digits(ratio)}×", met)


def _faster(case: Case, size: str, way: str) -> Iterator[Verdict]:
    """Sealing faster than others is a target; opening is told."""
    mine = pick(case, "ours")
    for rival in ("openpgp", "libsodium"):
        its = pick(case, rival)
        if mine is None or its is None:
            continue
        times = median_ratio(its, mine, way)
        target = f"{size}, {way}: faster than {rival}"
        told = f"beside it: {way} against {rival}"
        met = times > 1 if way == "seal" else None
        yield Verdict(told if met is None else target, f"{digits(times)}× as fast", met)


def _envelopes(result: Result) -> Iterator[Verdict]:
    for case in _cases(result, "envelopes"):
        base, package = base_of(case), pick(case, "age-encryption")
        for name in ("ours", "ours, at once"):
            mine = pick(case, name)
            if mine is None or package is None:
                continue
            is_target = name == "ours"
            of_bare = median_ratio(mine, base, "seal")
            target = f"50 envelopes: within {MOST_OF_WRAPS:g}× of 50 bare hybrid wraps"
            met = of_bare <= MOST_OF_WRAPS if is_target else None
            yield Verdict(
                target if is_target else "beside it: begun at once", f"{digits(of_bare)}×", met
            )
            of_package = median_ratio(package, mine, "seal")
            target = f"50 envelopes: at least {LEAST_OF_PACKAGE:g}× as fast as the package's"
            met = of_package >= LEAST_OF_PACKAGE if is_target else None
            yield Verdict(
                target if is_target else "beside it: begun at once", f"{digits(of_package)}×", met
            )


def _growth(result: Result) -> Iterator[Verdict]:
    for case in _cases(result, "opening"):
        fewest, most = case["rows"][0], case["rows"][-1]
        name, few = fewest["name"].split(", to ")
        many = most["name"].split(", to ")[1]
        ratio = median_ratio(most, fewest, "open")
        times = [digits(statistics.median(row["open"])) for row in (fewest, most)]
        figure = f"{digits(ratio)}×: {times[0]} ms at {few}, {times[1]} ms at {many}"
        target = f"Opening does not grow with readers ({name})"
        yield Verdict(target, figure, ratio <= MOST_GROWTH)


def _memory(result: Result) -> Iterator[Verdict]:
    for way in ("seal", "open"):
        grown = growth(result, "ours", way) if result["streams"] else None
        if grown is None:
            continue
        mib = result["streams"][0]["mib"]
        figure = f"{grown:+.0f} MiB of RSS from first to last quarter"
        target = f"Memory flat while {mib} MiB pass ({way}): below {FLAT:.0%} of them"
        yield Verdict(target, figure, grown < FLAT * mib)


def _cases(result: Result, name: str) -> list[Case]:
    return [case for case in result["cases"] if case["name"] == name]
