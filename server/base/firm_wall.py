"""The hook that refuses a statement on a firm's table which does not name the transaction's firm.

Every select, update and delete must bind `firm_id` of each such table it touches, by `=` in an
AND of its WHERE or of an inner join, to the transaction's firm or to a table that is bound so;
every inserted row must carry it. What a statement must show is found out once for each compiled
form and kept; at each execution parameters are compared. SQL as text is refused where it names
such a table at all.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, Final
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import (
    BinaryExpression,
    BindParameter,
    BooleanClauseList,
    Column,
    CompoundSelect,
    Delete,
    Engine,
    Insert,
    Join,
    MetaData,
    Select,
    Table,
    TextClause,
    Update,
    event,
)
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import Grouping
from sqlalchemy.sql.selectable import Alias, FromClause

from server.base.tenancy import ALL_FIRMS, NO_FIRM, FirmWall, scope_of

FIRM: Final = "firm_id"
_UNDERSTOOD: Final = (Select, CompoundSelect, Insert, Update, Delete)
_demands: Final[WeakKeyDictionary[Any, "Demand"]] = WeakKeyDictionary()  # of compiled statements


@dataclass(frozen=True, slots=True)
class Demand:
    """What must hold the firm: each parameter of `names`, and FIRM of each row if `rows`."""

    names: tuple[str, ...] = ()
    rows: bool = False


def install(engine: Engine, metadata: MetaData) -> None:
    """Check every statement of an engine. Raises FirmWall out of the execution, before it runs."""

    @event.listens_for(engine, "before_cursor_execute")
    def check(
        connection: Any, _cursor: Any, sql: str, _parameters: Any, context: Any, _many: Any
    ) -> None:
        scope = scope_of(connection)
        if scope == ALL_FIRMS:
            return
        compiled = context.compiled
        try:
            demand = _demands.get(compiled) if compiled is not None else None
            if demand is None:
                if compiled is None or not isinstance(compiled.statement, _UNDERSTOOD):
                    _check_text(sql, metadata)
                    return
                demand = _demands[compiled] = demand_of(compiled)
            _check(demand, scope, context.compiled_parameters)
        except FirmWall as refused:
            structlog.get_logger().error("firm wall", kind=str(refused))
            raise


def demand_of(compiled: Any) -> Demand:
    """What a compiled statement must show.

    Raises:
        FirmWall: It cannot show it, whatever its parameters.
    """
    statement = compiled.statement
    if isinstance(statement, Insert):
        return _demand_of_insert(statement)
    binds: list[BindParameter[Any]] = []
    _walk(statement, frozenset(), binds)
    return Demand(names=tuple(sorted({compiled.bind_names[bind] for bind in binds})))


def _check(demand: Demand, scope: str, rows: Sequence[Any]) -> None:
    if not demand.names and not demand.rows:
        return
    if scope == NO_FIRM:
        raise FirmWall("say whose transaction it is, by for_firm or all_firms")
    for row in rows:
        if any(row[name] != scope for name in demand.names):
            raise FirmWall("the statement names another firm than its transaction")
        if row.get(FIRM, None if demand.rows else scope) != scope:
            raise FirmWall("a row that is written names another firm than its transaction, or none")


def _check_text(sql: str, metadata: MetaData) -> None:
    if found := _named(sql, metadata, len(metadata.tables)):
        raise FirmWall(f"{found}: a firm's table is not reached by SQL as text")


@lru_cache(maxsize=256)
def _named(sql: str, metadata: MetaData, _count: int) -> str:
    """The tables of firms that SQL names; asked anew when there are more tables."""
    names = {table.name for table in metadata.tables.values() if FIRM in table.c}
    return ", ".join(sorted(names & set(re.findall(r"[a-z_0-9]+", sql.lower()))))


def _demand_of_insert(statement: Insert) -> Demand:
    if FIRM not in statement.table.c:
        return Demand()
    if statement.select is not None or statement._multi_values or list(_inner(statement)):  # noqa: SLF001 there is no other way to know
        raise FirmWall(f"{statement.table}: insert rows one by one or as a list of parameters")
    return Demand(rows=True)


def _walk(statement: Any, outside: frozenset[Any], binds: list[BindParameter[Any]]) -> None:
    """Check a statement and those inside it; collect the parameters to compare.

    `outside` are the bound tables of the statement around it, which it may refer to.
    """
    if isinstance(statement, CompoundSelect):
        for part in statement.selects:
            _walk(part, outside, binds)
        return
    if not isinstance(statement, Select | Update | Delete):
        raise FirmWall(f"a {type(statement).__name__} is not understood here")
    conditions = list(_conjuncts(statement.whereclause))
    leaves = list(_sources(statement, conditions))
    tables = {leaf for leaf in leaves if _is_firms(leaf)}
    if not isinstance(statement, Select):
        tables |= {side.table for side in _sides(conditions) if _is_firms(side.table)} - outside
    bound = _bound(conditions, outside, binds)
    for table in tables - bound:
        raise FirmWall(f"{getattr(table, 'name', table)}: the statement does not name the firm")
    for inner in chain.from_iterable(_inner(leaf) for leaf in leaves):
        _walk(inner, frozenset(), binds)
    parts = (part for part in statement.get_children() if not isinstance(part, FromClause))
    for inner in chain.from_iterable(_inner(part) for part in parts):
        _walk(inner, outside | tables, binds)


def _sources(statement: Any, conditions: list[Any]) -> Iterator[Any]:
    sources = statement.get_final_froms() if isinstance(statement, Select) else [statement.table]
    for source in sources:
        yield from _leaves(source, conditions)


def _conjuncts(condition: Any) -> Iterator[Any]:
    """The conditions that must all hold."""
    if isinstance(condition, Grouping):
        yield from _conjuncts(condition.element)
    elif isinstance(condition, BooleanClauseList) and condition.operator is operators.and_:
        for clause in condition.clauses:
            yield from _conjuncts(clause)
    elif condition is not None:
        yield condition


def _leaves(source: Any, conditions: list[Any]) -> Iterator[Any]:
    """Tables and subqueries of a FROM; conditions of inner joins are added to the others."""
    if not isinstance(source, Join):
        yield source
        return
    if not source.isouter and not source.full:
        conditions.extend(_conjuncts(source.onclause))
    yield from _leaves(source.left, conditions)
    yield from _leaves(source.right, conditions)


def _is_firms(leaf: Any) -> bool:
    table = leaf.element if isinstance(leaf, Alias) else leaf
    return isinstance(table, Table) and FIRM in table.c


def _bound(
    conditions: list[Any], outside: frozenset[Any], binds: list[BindParameter[Any]]
) -> set[Any]:
    """The tables whose firm is compared with a parameter, or with that of a table that is."""
    bound: set[Any] = set()
    pairs: list[tuple[Any, Any]] = []
    for condition in conditions:
        if not isinstance(condition, BinaryExpression) or condition.operator is not operators.eq:
            continue
        left, right = condition.left, condition.right
        if not _is_firm_id(left):
            left, right = right, left
        if _is_firm_id(left) and isinstance(right, BindParameter):
            bound.add(left.table)
            binds.append(right)
        elif _is_firm_id(left) and _is_firm_id(right):
            pairs += [(left.table, right.table), (right.table, left.table)]
    bound |= outside
    for _ in pairs:
        bound |= {to for origin, to in pairs if origin in bound}
    return bound


def _is_firm_id(side: Any) -> bool:
    return isinstance(side, Column) and side.name == FIRM and _is_firms(side.table)


def _sides(conditions: list[Any]) -> Iterator[Any]:
    for condition in conditions:
        if isinstance(condition, BinaryExpression):
            yield from (s for s in (condition.left, condition.right) if isinstance(s, Column))


def _inner(part: Any) -> Iterator[Any]:
    """The outermost statements inside a part of another."""
    if isinstance(part, TextClause):
        raise FirmWall("SQL as text does not stand inside a statement")
    if isinstance(part, Select | CompoundSelect):
        yield part
        return
    if isinstance(part, Table):
        return
    for child in part.get_children():
        yield from _inner(child)
