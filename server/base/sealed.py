"""Which columns the vault seals, and where each value has its place: for whoever re-seals them all.

A column says it itself: `info={"place": ("{id}", "address")}` means the place (firm, table, the
row's id, "address"). A test refuses a sealed column that says nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Column, MetaData


def sealed_columns(metadata: MetaData) -> Iterator[Column[Any]]:
    """Every column that holds what the vault sealed."""
    for table in metadata.sorted_tables:
        yield from (column for column in table.columns if "place" in column.info)


def place_of(column: Column[Any], row: Mapping[Any, Any]) -> tuple[str, ...]:
    """The place under which a row's value is sealed."""
    pattern, word = column.info["place"]
    return (row["firm_id"], column.table.name, pattern.format(**row), word)


def place_in_outbox(firm_id: str, payload: Mapping[str, str]) -> tuple[str, ...]:
    """The place under which the code in the payload of a mail is sealed."""
    return (firm_id, "outbox", payload["code_id"], "code")
