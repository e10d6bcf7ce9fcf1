"""Templates of letters, a person's signature and the firm's line under it.

Not sealed: a template is the firm's paper, made before there is a client. Its merge fields
(`{{first_name}}`) are filled in the browser, and what they are filled with never comes here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from server.base.database import now_ms, serialise
from server.base.errors import Conflict, Invalid, NotFound
from server.base.events import append_event
from server.base.ids import new_token
from server.firms.service import AdministratorsOnly, Firm
from server.people.service import Person
from server.stationery import store

LETTER: Final = "letter"
SIGNATURE: Final = "signature"
TAGLINE: Final = "tagline"
MOST: Final = 100  # templates of a person, and as many of the firm
LONGEST: Final = {LETTER: 16_000, SIGNATURE: 4_000, TAGLINE: 200}  # characters
NEW_ONLY: Final[Mapping[str, bool]] = {"letters": True, "replies": False}


class TemplateChanged(Conflict):
    """Somebody has changed it since."""

    code = "template-changed"
    title = "Changed meanwhile"
    detail = "This template was changed in another window since. Nothing was overwritten."


class TooManyTemplates(Conflict):
    """There is no room for another."""

    code = "too-many-templates"
    title = "That is enough of them"
    detail = f"There are {MOST} templates here, and no more are kept. Delete one first."


@dataclass(frozen=True, slots=True)
class Words:
    """What a template says: its name, its language (`en`, `de-AT`), its text as html."""

    name: str
    language: str
    body: str


def listed(connection: Connection, *, firm: Firm, person: Person) -> list[dict[str, Any]]:
    """The firm's templates and a person's own, by name, without their text."""
    rows = [
        row
        for owner in (None, person.id)
        for row in store.of_owner(connection, firm.id, owner, LETTER)
    ]
    return sorted((_told(row) for row in rows), key=lambda one: (one["name"].casefold(), one["id"]))


def shown(
    connection: Connection, *, firm: Firm, person: Person, template_id: str
) -> dict[str, Any]:
    """One template with its text.

    Raises:
        NotFound: There is none, or it is somebody else's.
    """
    row = _visible(connection, firm, person, template_id)
    return {**_told(row), "body": row["body"]}


def make(
    connection: Connection, *, firm: Firm, person: Person, words: Words, is_firms: bool
) -> dict[str, Any]:
    """Keep a new template: the firm's, or the person's own.

    Raises:
        AdministratorsOnly: The firm's are made by its administrator.
        Invalid: A name that is empty or taken, or a text that cannot be kept; fact `field`.
        TooManyTemplates: 100 are there.
    """
    if is_firms:
        _require_administrator(firm, person)
    owner = None if is_firms else person.id
    serialise(connection, f"templates {firm.id} {owner}")
    if len(store.of_owner(connection, firm.id, owner, LETTER)) >= MOST:
        raise TooManyTemplates
    values = _tidy(connection, firm, owner, words)
    return _insert(connection, firm, person, owner, {"kind": LETTER, "placing": {}, **values})


def change(
    connection: Connection,
    *,
    firm: Firm,
    person: Person,
    template_id: str,
    words: Words,
    version: int,
) -> dict[str, Any]:
    """Let a template say something else. The same once more changes nothing.

    Raises:
        NotFound: There is none, or it is somebody else's.
        AdministratorsOnly: It is the firm's.
        TemplateChanged: It is no longer at `version`, and says something else than this.
        Invalid: As `make`.
    """
    row = _editable(connection, firm, person, template_id)
    serialise(connection, f"templates {firm.id} {row['owner_id']}")
    values = _tidy(connection, firm, row["owner_id"], words, but=template_id)
    if all(row[name] == value for name, value in values.items()):
        return _told(row)
    if row["version"] != version:
        raise TemplateChanged
    return _update(connection, firm, person, row, values)


def remove(connection: Connection, *, firm: Firm, person: Person, template_id: str) -> None:
    """Take a template away for good.

    Raises:
        NotFound: There is none, or it is somebody else's.
        AdministratorsOnly: It is the firm's.
    """
    _editable(connection, firm, person, template_id)
    store.delete(connection, firm.id, template_id)
    _note(connection, firm, person, "template.removed", template_id)


def ending(connection: Connection, *, firm: Firm, person: Person) -> dict[str, Any]:
    """What stands under a person's letters: her signature, and the firm's line below it."""
    signature = store.only(connection, firm.id, person.id, SIGNATURE)
    tagline = store.only(connection, firm.id, None, TAGLINE)
    return {
        "signature": {"body": signature["body"] if signature else "", **_placing(signature)},
        "tagline": {"text": tagline["body"] if tagline else "", **_placing(tagline)},
    }


def sign(
    connection: Connection, *, firm: Firm, person: Person, body: str, placing: Mapping[str, bool]
) -> dict[str, Any]:
    """Let a person's signature be this html; empty for none.

    Raises:
        Invalid: It cannot be kept; fact `field`.
    """
    return _keep_only(connection, (firm, person), (SIGNATURE, person.id), body, placing)


def set_tagline(
    connection: Connection, *, firm: Firm, person: Person, text: str, placing: Mapping[str, bool]
) -> dict[str, Any]:
    """Let the firm's line under every signature be this; empty for none.

    Raises:
        AdministratorsOnly: Somebody else of the firm.
        Invalid: It cannot be kept; fact `field`.
    """
    _require_administrator(firm, person)
    line = " ".join(text.split())
    return _keep_only(connection, (firm, person), (TAGLINE, None), line, placing)


def _keep_only(
    connection: Connection,
    by: tuple[Firm, Person],
    whose: tuple[str, str | None],
    body: str,
    placing: Mapping[str, bool],
) -> dict[str, Any]:
    (firm, person), (kind, owner) = by, whose
    serialise(connection, f"templates {firm.id} {owner} {kind}")
    values = {"body": _storable(body, kind), "placing": dict(placing)}
    row = store.only(connection, firm.id, owner, kind)
    if row is None:
        values |= {"kind": kind, "name": "", "language": ""}
        _insert(connection, firm, person, owner, values)
    elif any(row[name] != value for name, value in values.items()):
        _update(connection, firm, person, row, values)
    return ending(connection, firm=firm, person=person)


def _insert(
    connection: Connection,
    firm: Firm,
    person: Person,
    owner: str | None,
    values: Mapping[str, Any],
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": new_token(), "firm_id": firm.id, "owner_id": owner, "version": 1,
        "changed": now_ms(connection), **values,
    }  # fmt: skip
    store.insert(connection, row)
    _note(connection, firm, person, f"{_noun(row)}.made", row["id"])
    return _told(row)


def _update(
    connection: Connection, firm: Firm, person: Person, row: store.Row, values: Mapping[str, Any]
) -> dict[str, Any]:
    changed = {**values, "version": row["version"] + 1, "changed": now_ms(connection)}
    store.update(connection, firm.id, row["id"], changed)
    _note(connection, firm, person, f"{_noun(row)}.changed", row["id"])
    return _told({**row, **changed})


def _visible(
    connection: Connection, firm: Firm, person: Person, template_id: str, *, lock: bool = False
) -> store.Row:
    row = store.by_id(connection, firm.id, template_id, lock=lock)
    if row is None or row["kind"] != LETTER or row["owner_id"] not in {None, person.id}:
        raise NotFound
    return row


def _editable(connection: Connection, firm: Firm, person: Person, template_id: str) -> store.Row:
    row = _visible(connection, firm, person, template_id, lock=True)
    if row["owner_id"] is None:
        _require_administrator(firm, person)
    return row


def _require_administrator(firm: Firm, person: Person) -> None:
    if not firm.is_administrator(person.address):
        raise AdministratorsOnly


def _tidy(
    connection: Connection, firm: Firm, owner: str | None, words: Words, but: str = ""
) -> dict[str, Any]:
    """What is kept of a template's words; its name is the only one of its list."""
    name = " ".join(words.name.split())
    others = store.of_owner(connection, firm.id, owner, LETTER)
    if not name or any(
        one["name"].casefold() == name.casefold() for one in others if one["id"] != but
    ):
        raise Invalid(
            "A template needs a name that no other one of this list has. Nothing was changed.",
            field="name",
        )
    _require_storable(name, "name")
    return {"name": name, "language": words.language, "body": _storable(words.body, LETTER)}


def _storable(body: str, kind: str) -> str:
    if len(body) > LONGEST[kind]:
        raise Invalid(
            f"That is longer than {LONGEST[kind]} characters, marks included. Nothing was changed.",
            field="body",
        )
    _require_storable(body, "body")
    return body


def _require_storable(text: str, field: str) -> None:
    if "\0" in text:  # PostgreSQL has no such character
        raise Invalid(
            "There is a sign in it that cannot be kept. Nothing was changed.", field=field
        )


def _told(row: store.Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "name": row["name"],
        "language": row["language"],
        "firm": row["owner_id"] is None,
        "version": row["version"],
        "changed": row["changed"] // 1000,
    }


def _placing(row: store.Row | None) -> dict[str, bool]:
    return {**NEW_ONLY, **(row["placing"] if row else {})}


def _noun(row: store.Row) -> str:
    return {LETTER: "template", SIGNATURE: "signature", TAGLINE: "firm.tagline"}[row["kind"]]


def _note(connection: Connection, firm: Firm, person: Person, kind: str, about: str) -> None:
    append_event(connection, firm_id=firm.id, kind=kind, person_id=person.id, about=about)
