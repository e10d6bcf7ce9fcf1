"""The panes that somebody's own key is in: listed, given their share, removed.

A share is half of what opens the key that a pane keeps: 32 random bytes, worth nothing without the
pane's own half. Source: docs/spec/pairing.md sections 3 and 4.
"""

import os
from typing import Any, Final

from sqlalchemy import Connection

from server.base.database import now_ms
from server.base.errors import Conflict, NotFound
from server.base.events import append_event
from server.base.ids import new_token
from server.base.vault import Vault
from server.crypto.encoding import b64u
from server.keys.self_held.pairing import store
from server.keys.self_held.proofs.service import NotSelfHeld, own_key
from server.people.news import service as news
from server.people.news.ports import PANE_REMOVED
from server.people.service import Person

MOST_PANES: Final = 20
SHARE_BYTES: Final = 32
PROGRAMS: Final = {"outlook": "Outlook", "word": "Word", "excel": "Excel"}
PLATFORMS: Final = {
    "web": " on the web",
    "windows": " on Windows",
    "mac": " on a Mac",
    "phone": " on a phone",
    "other": "",
}


class PaneForgotten(NotFound):
    """Removed, somebody else's, of a key that was replaced, or never was."""

    code = "pane-forgotten"
    title = "This pane does not open your key any more"
    detail = (
        "This pane was removed from the list of those that open your key, or your key is another "
        "by now. No letter was lost; pair it again."
    )


class TooManyPanes(Conflict):
    """Twenty panes that keep the key."""

    code = "too-many-panes"
    detail = "Twenty panes are the most. Remove one on the page of your key; nothing was changed."


def require_room(connection: Connection, person: Person) -> None:
    """Let somebody pair one more pane.

    Raises:
        TooManyPanes: Each of her twenty keeps the key.
    """
    rows = store.panes_of(connection, person.id)
    if len(rows) >= MOST_PANES and all(row["kept"] for row in rows):
        raise TooManyPanes


def make(
    connection: Connection, vault: Vault, pairing: store.Row, *, key: str, browser: str, kept: bool
) -> store.Row:
    """Add the pane of a pairing. Of twenty the oldest without storage gives way. Returns its row.

    Raises:
        TooManyPanes: Each of her twenty keeps the key.
    """
    rows = store.panes_of(connection, pairing["person_id"])
    if len(rows) >= MOST_PANES:
        unkept = [one for one in rows if not one["kept"]]
        if not unkept:
            raise TooManyPanes
        store.delete_pane(connection, unkept[-1]["id"])
    row: dict[str, Any] = {
        **{name: pairing[name] for name in ("firm_id", "person_id", "program", "platform")},
        "id": new_token(),
        "key": key,
        "kept": int(kept),
        "created": now_ms(connection),
        "used": None,
    }
    row["browser_sealed"] = vault.seal_text(_place(row, "browser"), browser)
    row["share_sealed"] = vault.seal(_place(row, "share"), os.urandom(SHARE_BYTES))
    store.insert_pane(connection, row)
    return row


def again(
    connection: Connection, *, person: Person, pane_id: str | None, kept: bool
) -> store.Row | None:
    """The pane that a pairing made before, with what it now says of its storage; None if removed."""
    row = store.pane(connection, person.id, pane_id or "")
    if row is not None and bool(row["kept"]) != kept:
        store.update_pane(connection, row["id"], {"kept": int(kept)})
    return row


def share_of(vault: Vault, row: store.Row) -> str:
    """A pane's share, base64url."""
    return b64u(vault.unseal(_place(row, "share"), row["share_sealed"]))


def use(connection: Connection, vault: Vault, *, person: Person, pane_id: str) -> str:
    """The share of a pane that starts, base64url; its use is noted. The caller commits.

    Raises:
        PaneForgotten: It opens nothing any more.
    """
    row = store.pane(connection, person.id, pane_id)
    if row is None or row["key"] != _present(connection, person):
        raise PaneForgotten
    store.update_pane(connection, row["id"], {"used": now_ms(connection)})
    return share_of(vault, row)


def of_person(connection: Connection, vault: Vault, person: Person) -> list[dict[str, Any]]:
    """A person's panes as they stand in answers, newest first; times in seconds."""
    return [
        {
            "id": row["id"],
            "program": row["program"],
            "platform": row["platform"],
            "browser": vault.unseal_text(_place(row, "browser"), row["browser_sealed"]),
            "kept": bool(row["kept"]),
            "created": row["created"] // 1000,
            "used": row["used"] // 1000 if row["used"] else None,
        }
        for row in store.panes_of(connection, person.id)
    ]


def forget(connection: Connection, *, person: Person, pane_id: str) -> None:
    """A pane forgets its key by itself. The caller commits.

    Raises:
        PaneForgotten: It was forgotten.
    """
    _delete(connection, person, pane_id, "pane.forgotten")


def remove(connection: Connection, *, person: Person, pane_id: str, browser: str) -> None:
    """Take a pane away from afar, and tell its owner. The caller commits.

    Args:
        connection: An open write transaction.
        person: Whose it is.
        pane_id: Which.
        browser: Where that was done, in words, for the mail.

    Raises:
        PaneForgotten: She has none of this id.
    """
    row = _delete(connection, person, pane_id, "pane.removed")
    news.tell(connection, person, PANE_REMOVED, browser=browser, thing=words_of(row))


def words_of(row: store.Row) -> str:
    """Which program it is, in words, as "Outlook on the web"."""
    return PROGRAMS[row["program"]] + PLATFORMS[row["platform"]]


def _delete(connection: Connection, person: Person, pane_id: str, kind: str) -> store.Row:
    row = store.pane(connection, person.id, pane_id)
    if row is None:
        raise PaneForgotten
    store.delete_pane(connection, pane_id)
    append_event(connection, firm_id=person.firm_id, kind=kind, person_id=person.id, about=pane_id)
    return row


def _present(connection: Connection, person: Person) -> str | None:
    try:
        return str(own_key(connection, person)["fingerprint"])
    except NotSelfHeld:
        return None


def _place(row: store.Row, column: str) -> tuple[str, ...]:
    return (row["firm_id"], "panes", row["id"], column)
