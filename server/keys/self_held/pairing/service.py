"""Pairing a pane: a one-time recipient waits for a person's identity, sealed to it by her browser.

The server never has what says whether recipient and answer are genuine, and opens neither.
Source: docs/spec/pairing.md sections 1 to 3.
"""

from base64 import b64decode
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from server.base.database import now_ms, serialise
from server.base.errors import Conflict, Invalid, NotAllowed, NotFound, TooMany
from server.base.events import append_event, count_events
from server.base.ids import new_id
from server.base.mailboxes import CHORES
from server.base.outbox import enqueue
from server.base.vault import Vault
from server.crypto.encoding import unb64u
from server.crypto.envelope import looks_like_envelope
from server.crypto.errors import MalformedKey
from server.crypto.identity import Recipient
from server.keys.self_held.pairing import store
from server.keys.self_held.pairing.panes import service as panes
from server.keys.self_held.proofs.service import Proof, base64_of, digest, own_key, prove
from server.people.news import service as news
from server.people.news.ports import PAIRED
from server.people.service import Person

LIFE_MS: Final = 10 * 60_000
ANSWER_MS: Final = 2 * 60_000
MAX_ANSWER: Final = 16 * 1024
AN_HOUR: Final = 10
WAITING: Final = "waiting"
ANSWERED: Final = "answered"
FORGET: Final = "forget-answers"
_BEGUN: Final = "pairing.begun"
_HOUR_MS: Final = 3_600_000
_ID, _TAG = 16, 32


class StaffOnly(NotAllowed):
    """A client, or somebody of the firm who reads here by a code."""

    code = "staff-only"
    detail = "Only the firm's own people, signed in by Microsoft, pair a pane. Nothing was changed."


class PairingGone(NotFound):
    """It ran out, was replaced or refused, is somebody else's, or never was."""

    code = "pairing-gone"
    title = "This pairing is over"
    detail = (
        "This pairing ran out, was begun anew, or was refused. Nothing was lost; begin again in "
        "the pane."
    )


class PairingTaken(Conflict):
    """She has another pairing of this id."""

    code = "pairing-taken"
    detail = "This pairing is another one already. Begin again in the pane; nothing was changed."


class PairingAnswered(Conflict):
    """It has another answer."""

    code = "pairing-answered"
    detail = "This pane was given its answer already. If it did not open, begin again in the pane."


class PairingUnanswered(Conflict):
    """There is nothing yet that the pane could have opened."""

    code = "pairing-unanswered"
    detail = "The browser has not answered yet, so the pane has no key. Nothing was changed."


class PairingMalformed(Invalid):
    """An id, recipient, tag or answer is not what pairing.md section 2 says."""

    code = "pairing-malformed"
    detail = "This pairing is not well formed. Nothing was changed; begin again in the pane."


@dataclass(frozen=True, slots=True)
class Asked:
    """What a pane posts; bytes as in JSON. `program` and `platform` are of panes.PROGRAMS, PLATFORMS."""

    id: str
    recipient: str
    tag: str
    program: str
    platform: str


def begin(
    connection: Connection, vault: Vault, *, person: Person, asked: Asked, browser: str
) -> dict[str, Any]:
    """Keep a pane's one-time recipient, in place of one not answered. The caller commits.

    The same again gets the same answer.

    Args:
        connection: An open write transaction.
        vault: Seals the browser's words.
        person: Whose pane it is.
        asked: What it posts.
        browser: What its request said of itself, in words.

    Raises:
        NotSelfHeld, PairingMalformed, PairingTaken, TooManyPanes, TooMany: Nothing was kept.
    """
    serialise(connection, f"keys {person.id}")
    own_key(connection, person)
    recipient = _checked(asked)
    now = now_ms(connection)
    row = store.pairing(connection, person.id, asked.id, lock=True)
    if row is not None and not _is_over(row, now):
        if _posted(row) != (recipient, asked.tag, asked.program, asked.platform):
            raise PairingTaken
        return {"expires": row["expires"] // 1000}
    panes.require_room(connection, person)
    _count(connection, person, now)
    store.delete_unanswered(connection, person.id)
    if row is not None:
        store.delete_pairing(connection, row["id"])
    new = _row(vault, person, asked, recipient=recipient, browser=browser, now=now)
    store.insert_pairing(connection, new)
    return {"expires": new["expires"] // 1000}


def state(connection: Connection, *, person: Person, pairing_id: str) -> dict[str, Any]:
    """How far it is, for the pane that asks meanwhile; `answer` in base64 until it was opened.

    Raises:
        PairingGone: It is over, or not hers.
    """
    row = _living(connection, person, pairing_id)
    answer = base64_of(row["answer"]) if row["answer"] is not None else None
    return {"state": ANSWERED if row["answered"] else WAITING, "answer": answer}


def look(
    connection: Connection, vault: Vault, *, person: Person, pairing_id: str
) -> dict[str, Any]:
    """What waits for an answer, for the page that would give it; times in seconds.

    Raises:
        PairingGone: It does not wait, or is not hers.
    """
    row = _living(connection, person, pairing_id)
    if row["answered"]:
        raise PairingGone
    return {
        "recipient": Recipient(row["recipient"]).text,
        "tag": row["tag"],
        "program": row["program"],
        "platform": row["platform"],
        "browser": _browser(vault, row),
        "created": row["created"] // 1000,
        "expires": row["expires"] // 1000,
    }


def answer(
    connection: Connection,
    vault: Vault,
    *,
    person: Person,
    pairing_id: str,
    file: str,
    proof: Proof,
) -> None:
    """Keep the identity as her browser sealed it, and tell her; the same again: nothing. The caller commits.

    Args:
        connection: An open write transaction.
        vault: For the mail's words.
        person: Whose key it is.
        pairing_id: What the link gave.
        file: An age file to the pairing's recipient, base64.
        proof: That she has the key.

    Raises:
        PairingGone, PairingMalformed, PairingAnswered, KeyNotProved, NotSelfHeld: Nothing changed.
    """
    serialise(connection, f"keys {person.id}")
    row = _living(connection, person, pairing_id, lock=True)
    sealed = _age_file(file)
    if row["answered"]:
        if row["answer_hash"] != digest(sealed):
            raise PairingAnswered
        return
    prove(connection, person, own_key(connection, person)["fingerprint"], proof)
    now = now_ms(connection)
    changed = {"answer": sealed, "answer_hash": digest(sealed), "answered": now}
    store.update_pairing(connection, row["id"], changed)
    _happened(connection, person, "pane.paired", row["id"])
    thing, browser = panes.words_of(row), _browser(vault, row)
    news.tell(connection, person, PAIRED, browser=browser, thing=thing)
    enqueue(
        connection, firm_id=person.firm_id, lane=CHORES, kind=FORGET, payload={}, after_ms=ANSWER_MS
    )


def complete(
    connection: Connection, vault: Vault, *, person: Person, pairing_id: str, kept: bool
) -> dict[str, Any]:
    """The pane has opened the answer, which goes; it stands in the list now. The caller commits.

    Repeated, the same pane and share; `kept` may be another.

    Args:
        connection: An open write transaction.
        vault: Seals the share.
        person: Whose pane it is.
        pairing_id: What it posted.
        kept: It has storage.

    Raises:
        PairingGone, PairingUnanswered, TooManyPanes, NotSelfHeld: Nothing changed.
    """
    serialise(connection, f"keys {person.id}")
    row = _living(connection, person, pairing_id, lock=True)
    if not row["answered"]:
        raise PairingUnanswered
    if row["pane_id"]:
        pane = panes.again(connection, person=person, pane_id=row["pane_id"], kept=kept)
        if pane is None:
            raise PairingGone
    else:
        key = own_key(connection, person)["fingerprint"]
        browser = _browser(vault, row)
        pane = panes.make(connection, vault, row, key=key, browser=browser, kept=kept)
        store.update_pairing(connection, row["id"], {"answer": None, "pane_id": pane["id"]})
    return {"pane": pane["id"], "share": panes.share_of(vault, pane)}


def refuse(connection: Connection, *, person: Person, pairing_id: str) -> None:
    """It was not she: the pairing goes, with its answer. The caller commits.

    Raises:
        PairingGone: It is over, not hers, or a pane by now, which is removed as such.
    """
    serialise(connection, f"keys {person.id}")
    row = _living(connection, person, pairing_id, lock=True)
    if row["pane_id"]:
        raise PairingGone
    store.delete_pairing(connection, row["id"])
    _happened(connection, person, "pairing.refused", row["id"])


def forget_all(connection: Connection, person: Person) -> None:
    """Take away all her panes and pairings: another key has taken the place of hers."""
    for row in store.panes_of(connection, person.id):
        _happened(connection, person, "pane.removed", row["id"])
    store.delete_all(connection, person.id)


def _row(
    vault: Vault, person: Person, asked: Asked, *, recipient: bytes, browser: str, now: int
) -> store.Row:
    row: dict[str, Any] = {
        "id": new_id(),
        "firm_id": person.firm_id,
        "person_id": person.id,
        "pairing": asked.id,
        "recipient": recipient,
        "tag": asked.tag,
        "program": asked.program,
        "platform": asked.platform,
        "created": now,
        "expires": now + LIFE_MS,
    }
    return row | {"browser_sealed": vault.seal_text(_place(row), browser)}


def _checked(asked: Asked) -> bytes:
    """The recipient's bytes."""
    try:
        lengths = len(unb64u(asked.id)), len(unb64u(asked.tag))
        recipient = Recipient.parse(asked.recipient)
        recipient.public_key()
    except (MalformedKey, ValueError) as error:
        raise PairingMalformed from error
    if lengths != (_ID, _TAG):
        raise PairingMalformed
    return recipient.raw


def _age_file(text: str) -> bytes:
    try:
        file = b64decode(text, validate=True)
    except ValueError as error:
        raise PairingMalformed from error
    if len(file) > MAX_ANSWER or not looks_like_envelope(file):
        raise PairingMalformed
    return file


def _count(connection: Connection, person: Person, now: int) -> None:
    """Ten in an hour.

    Raises:
        TooMany: This would be the eleventh.
    """
    begun = count_events(
        connection,
        firm_id=person.firm_id,
        kind=_BEGUN,
        about=person.id,
        since=now - _HOUR_MS,
    )
    if begun >= AN_HOUR:
        raise TooMany(
            "Ten pairings were begun within the hour. Wait a little; nothing was changed."
        )
    _happened(connection, person, _BEGUN, person.id)


def _living(
    connection: Connection, person: Person, pairing_id: str, *, lock: bool = False
) -> store.Row:
    row = store.pairing(connection, person.id, pairing_id, lock=lock)
    if row is None or _is_over(row, now_ms(connection)):
        raise PairingGone
    return row


def _is_over(row: store.Row, now: int) -> bool:
    return bool(row["expires"] < now or (row["answered"] and row["answered"] < now - ANSWER_MS))


def _posted(row: store.Row) -> tuple[bytes, str, str, str]:
    return bytes(row["recipient"]), row["tag"], row["program"], row["platform"]


def _browser(vault: Vault, row: store.Row) -> str:
    return vault.unseal_text(_place(row), row["browser_sealed"])


def _place(row: store.Row) -> tuple[str, ...]:
    return (row["firm_id"], "pairings", row["id"], "browser")


def _happened(connection: Connection, person: Person, kind: str, about: str) -> None:
    append_event(connection, firm_id=person.firm_id, kind=kind, person_id=person.id, about=about)
