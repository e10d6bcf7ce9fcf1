"""Whose rows a transaction may touch: one firm's, or everybody's for a stated reason.

A request says its firm when access control has found it, the worker says a job's; `Database`
hands it to each transaction. On PostgreSQL row-level security holds it, on both engines the hook
of `firm_wall` does. Nobody having said anything means: no row of any firm.
Why: docs/adr/0015-walls-between-firms.md.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, Token
from typing import Any, Final, TypeAlias

import structlog
from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    Executable,
    Table,
    bindparam,
    true,
)

NO_FIRM: Final = ""
ALL_FIRMS: Final = "*"
OPTION: Final = "letterlock_firm"
THE_FIRM: Final = "the_firm"
OfFirm: TypeAlias = Callable[[Table], ColumnElement[bool]]

_scope: ContextVar[str] = ContextVar("letterlock_firm", default=NO_FIRM)
_told: set[str] = set()


class FirmWall(Exception):
    """A statement on a firm's rows that does not name the firm, or names another: a bug."""


@contextmanager
def for_firm(firm_id: str) -> Iterator[None]:
    """Transactions begun in here are this firm's."""
    token = enter(firm_id)
    try:
        yield
    finally:
        leave(token)


@contextmanager
def all_firms(reason: str) -> Iterator[None]:
    """Transactions begun in here see every firm.

    The reason is logged, once in each process that keeps a log; a command's is what it was asked.
    """
    if reason not in _told and structlog.is_configured():
        _told.add(reason)
        structlog.get_logger().info(f"all firms: {reason}")
    token = _scope.set(ALL_FIRMS)
    try:
        yield
    finally:
        leave(token)


def enter(firm_id: str) -> Token[str]:
    """What `for_firm` does at its start; NO_FIRM is for a request whose firm is not known yet.

    Raises:
        FirmWall: `all_firms` is the way to all of them.
    """
    if firm_id == ALL_FIRMS:
        raise FirmWall("all firms are reached by all_firms(reason) only")
    return _scope.set(firm_id)


def leave(token: Token[str]) -> None:
    """What `for_firm` does at its end."""
    _scope.reset(token)


def current() -> str:
    """The firm that was said last in this thread: an id, NO_FIRM or ALL_FIRMS."""
    return _scope.get()


def scope_of(connection: Connection) -> str:
    """The firm of a connection's transaction: an id, NO_FIRM or ALL_FIRMS."""
    return str(connection.get_execution_options().get(OPTION, NO_FIRM))


class Standing:
    """A statement on a firm's tables that is built once: building costs more than running.

    `build` is given `of_firm` without its connection, and names every other value by `bindparam`.
    The firm is bound at each run, where the hook of `firm_wall` compares it as any other.
    """

    def __init__(self, build: Callable[[OfFirm], Executable]) -> None:
        self._of_one = build(of_named_firm)
        self._of_all = build(_of_any_firm)

    def run(
        self, connection: Connection, values: Mapping[str, Any] | None = None, /, **named: Any
    ) -> CursorResult[Any]:
        """Execute for the transaction's firm. `values` are columns that an update sets.

        Raises:
            FirmWall: The transaction has no firm.
        """
        scope = _require_scope(connection, "a standing statement")
        parameters = {**(values or {}), **named}
        if scope == ALL_FIRMS:
            return connection.execute(self._of_all, parameters)
        return connection.execute(self._of_one, {**parameters, THE_FIRM: scope})


def of_firm(connection: Connection, table: Table) -> ColumnElement[bool]:
    """The condition that a row is the transaction's firm's. Every query on a firm's table has one.

    Raises:
        FirmWall: The transaction has no firm.
    """
    scope = _require_scope(connection, table.name)
    if scope == ALL_FIRMS:
        return true()
    condition: ColumnElement[bool] = table.c.firm_id == scope
    return condition


def of_named_firm(table: Table) -> ColumnElement[bool]:
    """The condition that a row is of the firm that a statement built once is run with (THE_FIRM).

    By itself for a query whose caller names the firm, whoever's the transaction is.
    """
    condition: ColumnElement[bool] = table.c.firm_id == bindparam(THE_FIRM)
    return condition


def _of_any_firm(_table: Table) -> ColumnElement[bool]:
    return true()


def _require_scope(connection: Connection, what: str) -> str:
    scope = scope_of(connection)
    if scope == NO_FIRM:
        raise FirmWall(f"{what}: say whose transaction it is, by for_firm or all_firms")
    return scope
