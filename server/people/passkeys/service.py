"""A person's passkeys: made, listed, named, removed. Signing in by one: signing_in/service.py.

Source: docs/spec/enrolment.md section 2.
"""

import os
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from server.base.database import now_ms, serialise
from server.base.errors import Conflict, Invalid, NotFound
from server.base.events import append_event
from server.base.ids import new_id
from server.base.vault import Vault
from server.crypto.encoding import b64u
from server.firms.service import Firm
from server.people.news import service as news
from server.people.news.ports import ADDED, REMOVED
from server.people.passkeys import ceremonies, store
from server.people.passkeys.ceremonies import NotGenuine, Site
from server.people.service import Person

MOST: Final = 20
MAKING_MS: Final = 10 * 60_000
A_PASSKEY: Final = "a passkey"


class NotMade(Invalid):
    """What the browser sent is not a passkey for this challenge, or the challenge is gone."""

    code = "passkey-not-made"
    title = "This passkey could not be checked"
    detail = "This passkey could not be checked, so it was not kept. Begin again."


class TooManyPasskeys(Conflict):
    """Twenty passkeys."""

    code = "too-many-passkeys"
    detail = "Twenty passkeys are the most. Remove one first; nothing was changed."


@dataclass(frozen=True, slots=True)
class Passkey:
    """One passkey. `credential` is its id, base64url; times in milliseconds, `used` 0 for never."""

    credential: str
    name: str
    created: int
    used: int


def site_of(firm: Firm) -> Site:
    """Where the passkeys of a firm belong."""
    return Site(origin=firm.origin, name=firm.brand.name)


def begin(
    connection: Connection, vault: Vault, *, firm: Firm, person: Person, token: str
) -> dict[str, Any]:
    """Options for a new passkey, whose challenge the session keeps once. The caller commits.

    Raises:
        TooManyPasskeys: She has twenty.
    """
    rows = store.passkeys_of(connection, person.id)
    if len(rows) >= MOST:
        raise TooManyPasskeys
    challenge = b64u(os.urandom(32))
    kept = {
        "id": vault.index("passkey-making", token),
        "firm_id": firm.id,
        "challenge": challenge,
        "expires": now_ms(connection) + MAKING_MS,
    }
    store.put_challenge(connection, kept)
    user = {
        "id": _handle(vault, person, rows),
        "name": person.address,
        "displayName": person.shown_name,
    }
    known = [(row["credential"], row["transports"]) for row in rows]
    return ceremonies.options_to_make(site_of(firm), challenge=challenge, user=user, known=known)


def finish(
    connection: Connection,
    vault: Vault,
    *,
    firm: Firm,
    person: Person,
    token: str,
    credential: dict[str, Any],
    name: str,
    browser: str,
) -> Passkey | NotMade:
    """Check and keep a new passkey, and tell its owner. One that she has is answered again.

    `browser`: in words, for the mail. NotMade is returned and not raised, because the caller must
    commit that the challenge is used up.

    Raises:
        TooManyPasskeys: She has twenty.
    """
    serialise(connection, f"passkeys {person.id}")
    rows = store.passkeys_of(connection, person.id)
    for row in rows:
        if row["credential"] == ceremonies.credential_id(credential):
            return _passkey(vault, row)
    if len(rows) >= MOST:
        raise TooManyPasskeys
    challenge = _taken(connection, vault, token)
    try:
        made = ceremonies.made(site_of(firm), credential, challenge=challenge)
    except NotGenuine:
        return NotMade()
    if store.passkey_of(connection, made.credential) is not None:
        return NotMade()
    passkey_id = new_id()
    values = {
        "id": passkey_id,
        "firm_id": firm.id,
        "person_id": person.id,
        "credential": made.credential,
        "user_handle": _handle(vault, person, rows),
        "public_key": made.public_key,
        "counter": made.counter,
        "transports": made.transports,
        "name_sealed": vault.seal_text(_place(firm.id, passkey_id), name),
        "created": now_ms(connection),
        "used": None,
    }
    store.insert_passkey(connection, values)
    _note(connection, "passkey.made", values)
    news.tell(connection, person, ADDED, browser=browser, thing=A_PASSKEY)
    return _passkey(vault, values)


def of_person(connection: Connection, vault: Vault, person_id: str) -> list[Passkey]:
    """A person's passkeys, oldest first."""
    return [_passkey(vault, row) for row in store.passkeys_of(connection, person_id)]


def belongs(connection: Connection, person_id: str, credential: str) -> bool:
    """Whether a credential (its id, base64url) is a passkey of this person."""
    row = store.passkey_of(connection, credential)
    return row is not None and row["person_id"] == person_id


def rename(
    connection: Connection, vault: Vault, *, person: Person, credential: str, name: str
) -> Passkey:
    """Call a passkey otherwise. The caller commits.

    Raises:
        NotFound: It is not hers.
    """
    row = _own(connection, person, credential)
    sealed = vault.seal_text(_place(row["firm_id"], row["id"]), name)
    store.update_passkey(connection, row["id"], {"name_sealed": sealed})
    _note(connection, "passkey.renamed", row)
    return _passkey(vault, {**row, "name_sealed": sealed})


def remove(connection: Connection, *, person: Person, credential: str, browser: str) -> None:
    """Forget a passkey, and tell its owner. The caller commits.

    The caller has made sure that no keyslot is sealed under it. `browser`: in words, for the mail.

    Raises:
        NotFound: It is not hers.
    """
    row = _own(connection, person, credential)
    store.delete_passkey(connection, row["id"])
    _note(connection, "passkey.removed", row)
    news.tell(connection, person, REMOVED, browser=browser, thing=A_PASSKEY)


def _taken(connection: Connection, vault: Vault, token: str) -> str:
    """The session's challenge, which is gone then; empty, which nobody can answer, if none lives."""
    kept = vault.index("passkey-making", token)
    row = store.challenge(connection, kept)
    store.delete_challenge(connection, kept)
    return str(row["challenge"]) if row and row["expires"] > now_ms(connection) else ""


def _own(connection: Connection, person: Person, credential: str) -> store.Row:
    row = store.passkey_of(connection, credential)
    if row is None or row["person_id"] != person.id:
        raise NotFound
    return row


def _handle(vault: Vault, person: Person, rows: list[store.Row]) -> str:
    """WebAuthn's user.id, the same for all passkeys of a person; an authenticator keeps it."""
    if rows:
        return str(rows[0]["user_handle"])
    return vault.secret("passkey-user", person.firm_id, person.id)


def _note(connection: Connection, kind: str, row: store.Row) -> None:
    append_event(
        connection,
        firm_id=row["firm_id"],
        kind=kind,
        person_id=row["person_id"],
        about=row["id"],
    )


def _passkey(vault: Vault, row: store.Row) -> Passkey:
    name = vault.unseal_text(_place(row["firm_id"], row["id"]), row["name_sealed"])
    return Passkey(row["credential"], name, row["created"], row["used"] or 0)


def _place(firm_id: str, passkey_id: str) -> tuple[str, ...]:
    return (firm_id, "passkeys", passkey_id, "name")
