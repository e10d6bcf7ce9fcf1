"""Rows of any table as lines of JSON: what a backup holds, and what two databases are compared by.

A line is an array of a row's values in the order of the shape's columns: text and integers as
they are, bytes as base64, JSON with sorted names. Lines stand in the order of the primary key,
by bytes. The SHA-256 of all lines of a table, each with its line feed, is the table's hash.
Source: docs/spec/backup.md.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TableClause,
    collate,
    column,
    func,
    select,
    table,
)

from server.base.errors import Invalid

BATCH: Final = 50  # rows at a time; one may hold 256 KiB
_TEXT: Final = "text"
_INTEGER: Final = "integer"
_BYTES: Final = "bytes"
_JSON: Final = "json"
_TYPES: Final[dict[str, Any]] = {
    _TEXT: String, _INTEGER: BigInteger, _BYTES: LargeBinary, _JSON: JSON,
}  # fmt: skip

Row = Sequence[Any]


class UnknownShape(Invalid):
    """A backup names a type of column that this version does not know."""

    code = "unknown-shape"
    detail = "The backup was made by a newer version: restore it with that one. Nothing was kept."


@dataclass(frozen=True, slots=True)
class Shape:
    """A table as far as its rows need it: columns are (name, type), `key` names the primary key."""

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]

    @classmethod
    def of(cls, source: Table) -> "Shape":
        """The shape of a table of this version."""
        return cls(
            name=source.name,
            columns=tuple((item.name, _kind(item)) for item in source.columns),
            key=tuple(item.name for item in source.primary_key.columns),
        )

    @classmethod
    def from_json(cls, data: Any) -> "Shape":
        """What `to_json` gave.

        Raises:
            UnknownShape: A type is not known here.
        """
        columns = tuple((str(name), str(kind)) for name, kind in data["columns"])
        if any(kind not in _TYPES for _, kind in columns):
            raise UnknownShape
        return cls(name=str(data["name"]), columns=columns, key=tuple(map(str, data["key"])))

    def to_json(self) -> dict[str, Any]:
        """As it stands in a backup."""
        columns = [list(item) for item in self.columns]
        return {"name": self.name, "columns": columns, "key": list(self.key)}

    @property
    def table(self) -> TableClause:
        """For statements: without keys and defaults."""
        return table(self.name, *(column(name, _TYPES[kind]) for name, kind in self.columns))

    def line(self, row: Row) -> bytes:
        """One row as a line, with its line feed."""
        values = [_out(value, kind) for value, (_, kind) in zip(row, self.columns, strict=True)]
        return json.dumps(values, separators=(",", ":"), sort_keys=True).encode() + b"\n"

    def parse(self, line: bytes) -> list[Any]:
        """The row of a line."""
        values = json.loads(line)
        return [_in(value, kind) for value, (_, kind) in zip(values, self.columns, strict=True)]


@dataclass
class Tally:
    """Count and hash of a table's rows, as they are counted in."""

    rows: int = 0

    def __post_init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, line: bytes) -> None:
        """Count one line in."""
        self.rows += 1
        self._hash.update(line)

    @property
    def sha256(self) -> str:
        """64 hexadecimal digits."""
        return self._hash.hexdigest()


def shapes(metadata: MetaData) -> list[Shape]:
    """All tables of this version, those that others refer to first."""
    return [Shape.of(item) for item in metadata.sorted_tables]


def lines(connection: Connection, shape: Shape) -> Iterator[tuple[Row, bytes]]:
    """Every row with its line, in order, a few at a time from the database."""
    source = shape.table
    kinds = dict(shape.columns)
    is_text = connection.dialect.name == "postgresql"  # SQLite compares bytes by itself
    order = [
        collate(source.c[name], "C") if is_text and kinds[name] == _TEXT else source.c[name]
        for name in shape.key
    ]
    statement = select(*(source.c[name] for name, _ in shape.columns)).order_by(*order)
    options = {"yield_per": BATCH}
    for row in connection.execute(statement, execution_options=options):
        yield row, shape.line(row)


def tally(connection: Connection, shape: Shape) -> Tally:
    """Count and hash of what a database holds."""
    counted = Tally()
    for _, line in lines(connection, shape):
        counted.add(line)
    return counted


def insert(connection: Connection, shape: Shape, rows: Iterable[Row]) -> None:
    """Add rows, as they are."""
    names = [name for name, _ in shape.columns]
    values = [dict(zip(names, row, strict=True)) for row in rows]
    if values:
        connection.execute(shape.table.insert(), values)


def filled(connection: Connection, wanted: Iterable[Shape]) -> list[str]:
    """The tables that hold a row already."""
    return [
        shape.name
        for shape in wanted
        if connection.execute(select(func.count()).select_from(shape.table)).scalar_one()
    ]


def _kind(item: Column[Any]) -> str:
    kinds = (
        (LargeBinary, _BYTES), (JSON, _JSON), (BigInteger, _INTEGER), (Integer, _INTEGER),
        (String, _TEXT),
    )  # fmt: skip
    for known, kind in kinds:
        if isinstance(item.type, known):
            return kind
    raise TypeError(f"{item}: rows.py does not know how to write this type down")


def _out(value: Any, kind: str) -> Any:
    if kind == _BYTES and value is not None:
        return base64.b64encode(value).decode()
    return value


def _in(value: Any, kind: str) -> Any:
    if kind == _BYTES and value is not None:
        return base64.b64decode(value, validate=True)
    return value
