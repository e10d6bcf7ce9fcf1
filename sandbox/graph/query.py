"""The query options, in the few forms that are used; every other form is refused, not ignored."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.graph.errors import GraphError, bad_request
from sandbox.mailboxes.store import Item

_LITERAL = r"'(?:[^']|'')*'"
_EQ = re.compile(
    r"(isRead|isDraft|conversationId|internetMessageId|subject) eq"
    rf" (true\b|false\b|{_LITERAL})"
)
_DATE = re.compile(
    r"(receivedDateTime|sentDateTime|createdDateTime) (ge|gt|le|lt)"
    r" (\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?Z)?)(?!\S)"
)
_COMPARE = {"ge": operator.ge, "gt": operator.gt, "le": operator.le, "lt": operator.lt}
_PROPERTY = re.compile(
    rf"singleValueExtendedProperties/any\((\w+): ?\1/id eq ({_LITERAL})"
    rf" and \1/value eq ({_LITERAL})\)",
    re.IGNORECASE,
)
_EXPAND = re.compile(
    rf"singleValueExtendedProperties\(\$filter=(?:\w+/)?id eq ({_LITERAL})\)", re.IGNORECASE
)
_KNOWN = frozenset({"top", "skip", "filter", "orderby", "select", "count", "expand"})
_ATTRIBUTES = {
    "isRead": "is_read",
    "isDraft": "is_draft",
    "conversationId": "conversation_id",
    "internetMessageId": "internet_message_id",
    "receivedDateTime": "received",
    "sentDateTime": "sent",
    "createdDateTime": "created",
    "lastModifiedDateTime": "modified",
    "subject": "subject",
}
Keep = Callable[[Item], bool]


@dataclass(frozen=True)
class Query:
    """Parsed query options. `order` names attributes of an item, True for descending."""

    top: int
    skip: int
    keep: Keep | None
    filtered: tuple[str, ...]
    order: tuple[tuple[str, bool], ...]
    select: frozenset[str] | None
    count: bool
    expand: str | None


def parse(args: Mapping[str, str]) -> Query:
    """Read the query string of a list.

    Raises:
        GraphError: An option, property or form that the sandbox does not serve.
    """
    options = {name.lstrip("$").lower(): value for name, value in args.items()}
    if strange := options.keys() - _KNOWN:
        text = f"The sandbox does not serve the query option ${min(strange)}."
        raise bad_request("BadRequest", text)
    keep, filtered = _filter(options.get("filter"))
    order = _order(options.get("orderby"))
    _refuse_inefficient(filtered, order)
    return Query(
        top=_number(options.get("top", "10"), 1, 1000),
        skip=_number(options.get("skip", "0"), 0, 2**31 - 1),
        keep=keep,
        filtered=filtered,
        order=tuple((_ATTRIBUTES[name], down) for name, down in order) or (("received", True),),
        select=_select(options.get("select")),
        count=options.get("count", "false").lower() == "true",
        expand=_expand(options.get("expand")),
    )


def _number(text: str, least: int, most: int) -> int:
    if not re.fullmatch(r"\d{1,10}", text) or not least <= int(text) <= most:
        raise bad_request("BadRequest", f"A count must be a number from {least} to {most}.")
    return int(text)


def _select(text: str | None) -> frozenset[str] | None:
    if not text:
        return None
    return frozenset(name.strip() for name in text.split(","))


def _expand(text: str | None) -> str | None:
    if text is None:
        return None
    found = _EXPAND.fullmatch(text.strip())
    if found is None:
        raise bad_request("BadRequest", "The sandbox expands one extended property by its id only.")
    return _unquote(found[1])


def _order(text: str | None) -> list[tuple[str, bool]]:
    order = []
    for part in text.split(",") if text else ():
        name, _, direction = part.strip().partition(" ")
        if name not in _ATTRIBUTES or direction.lower() not in ("", "asc", "desc"):
            raise bad_request("ErrorInvalidUrlQuery", "The sandbox cannot order by this property.")
        order.append((name, direction.lower() == "desc"))
    return order


def _refuse_inefficient(filtered: tuple[str, ...], order: list[tuple[str, bool]]) -> None:
    """The service's rule: what orders must be in the filter too, first and in the same order."""
    names = tuple(name for name, _ in order)
    if filtered and names and filtered[: len(names)] != names:
        text = "The restriction or sort order is too complex for this operation."
        raise bad_request("InefficientFilter", text)


def _filter(text: str | None) -> tuple[Keep | None, tuple[str, ...]]:
    """Terms joined with `and`; each gives a test and the property it names."""
    tests: list[Keep] = []
    names: list[str] = []
    rest = (text or "").strip()
    while rest:
        test, name, length = _term(rest)
        tests.append(test)
        names.append(name)
        rest = rest[length:]
        if rest and not rest.startswith(" and "):
            raise _bad_filter()
        rest = rest.removeprefix(" and ")
    if not tests:
        return None, ()
    return (lambda item: all(test(item) for test in tests)), tuple(dict.fromkeys(names))


def _bad_filter() -> GraphError:
    return bad_request("BadRequest", "Invalid filter clause, or a form the sandbox does not serve.")


def _term(text: str) -> tuple[Keep, str, int]:
    if found := _EQ.match(text):
        return (*_equals(found[1], found[2]), found.end())
    if found := _DATE.match(text):
        name, compare = found[1], _COMPARE[found[2]]
        limit = re.sub(r"\.\d+Z$", "Z", found[3])  # items carry whole seconds
        return (lambda item: compare(str(_value(item, name)), limit)), name, found.end()
    if found := _PROPERTY.match(text):
        pair = (_unquote(found[2]).lower(), _unquote(found[3]))
        return (
            (lambda item: pair in {(i.lower(), v) for i, v in item.letter.properties}),
            "singleValueExtendedProperties",
            found.end(),
        )
    raise _bad_filter()


def _equals(name: str, literal: str) -> tuple[Keep, str]:
    value: object = literal == "true" if literal in ("true", "false") else _unquote(literal)
    if (name in ("isRead", "isDraft")) != isinstance(value, bool):
        raise _bad_filter()
    return (lambda item: _value(item, name) == value), name


def _value(item: Item, name: str) -> object:
    return item.letter.subject if name == "subject" else getattr(item, _ATTRIBUTES[name])


def _unquote(literal: str) -> str:
    return literal[1:-1].replace("''", "'")
