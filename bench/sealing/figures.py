"""Figures of a result: medians with their range, and ratios within the same run."""

import statistics
from typing import Any

Case = dict[str, Any]
Row = dict[str, Any]

#: The limit of a case is the first of these that the browser has.
BASES = ("bare ChaCha hybrid", "bare GCM hybrid", "bare ChaCha x25519", "bare GCM x25519")


def pick(case: Case, name: str) -> Row | None:
    """A contender's row."""
    return next((row for row in case["rows"] if row["name"] == name), None)


def base_of(case: Case) -> Row:
    """The row of the limit.

    Raises:
        LookupError: No limit was measured.
    """
    suffix = ", key only" if case["name"] == "envelopes" else ""
    for name in BASES:
        if row := pick(case, name + suffix):
            return row
    raise LookupError(f"no bare in {case['name']}")


def ratios(row: Row, base: Row, way: str) -> list[float]:
    """Row to base, run by run."""
    return [mine / its for mine, its in zip(row[way], base[way], strict=True) if its > 0]


def median_ratio(row: Row, base: Row, way: str) -> float:
    """The median of the ratios of the same runs."""
    return statistics.median(ratios(row, base, way))


def ratio_cell(row: Row, base: Row, way: str) -> str:
    """Like 1.2 (1.1 to 1.5); nothing for the limit itself, or where the clock is too coarse."""
    values = ratios(row, base, way)
    if row is base or not values:
        return "1" if row is base else ""
    return spread(values, "×")


def cell(values: list[float]) -> str:
    """Median and, in brackets, the least and the most."""
    return spread(values, "") if values else ""


def spread(values: list[float], unit: str) -> str:
    """Median and range, in digits that say something."""
    median = statistics.median(values)
    return f"{digits(median)}{unit} ({digits(min(values))}–{digits(max(values))})"


def digits(value: float) -> str:
    """Two decimals below 10, one below 100, none above."""
    if value < 10:  # noqa: PLR2004 - said above
        return f"{value:.2f}"
    return f"{value:.1f}" if value < 100 else f"{value:,.0f}"  # noqa: PLR2004


def size_words(size: int) -> str:
    """Decimal units, as everywhere on the page."""
    return f"{size // 1_000_000} MB" if size >= 1_000_000 else f"{size // 1000} KB"  # noqa: PLR2004


def reader_words(readers: int) -> str:
    """`1 reader`, `50 readers`."""
    return "1 reader" if readers == 1 else f"{readers} readers"
