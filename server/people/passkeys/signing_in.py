"""Signing in by a passkey: a challenge that the browser's cookie carries, and what answers it.

Nothing is kept for a challenge that nobody answers: it follows from the cookie. Everything that
fails is one answer, and a credential that nobody has takes the time of one that somebody has.
Source: docs/spec/enrolment.md section 2.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from server.base.database import now_ms, serialise
from server.base.errors import NotAllowed, TooMany
from server.base.events import append_event
from server.base.vault import Vault
from server.firms.service import Firm
from server.people import service as people
from server.people.passkeys import ceremonies, store
from server.people.passkeys.ceremonies import NotGenuine
from server.people.passkeys.service import site_of
from server.people.sign_ins import service as sign_ins
from server.people.sign_ins.service import Started

LIFE_MS: Final = 5 * 60_000
_COOKIE: Final = 2  # parts: a secret, and when it ends


class PasskeyRefused(NotAllowed):
    """Unknown, not genuine, too late, answered before, or of somebody who may not enter."""

    code = "passkey-refused"
    title = "This passkey does not open anything here"
    detail = (
        "This passkey did not sign you in. Try again, or ask for a code by mail instead; nothing "
        "was changed."
    )


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """Options for the browser, and the cookie that binds their challenge to it. No repr."""

    options: dict[str, Any]
    cookie: str


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """What a browser answers with. No repr: the cookie is a secret."""

    credential: dict[str, Any]
    cookie: str | None
    request_key: str
    network: str


def ask(connection: Connection, vault: Vault, *, firm: Firm, request_key: str) -> Asked:
    """A challenge for five minutes."""
    browser = vault.secret("passkey-browser", firm.id, request_key)
    cookie = f"{browser}.{now_ms(connection) + LIFE_MS}"
    challenge = vault.secret("passkey-challenge", firm.id, cookie)
    return Asked(ceremonies.options_to_sign_in(site_of(firm), challenge=challenge), cookie)


def sign_in(
    connection: Connection, vault: Vault, *, firm: Firm, answer: Answer
) -> Started | PasskeyRefused | TooMany:
    """Start a session by a passkey; it is not fresh. By the same request again, the same session.

    Failures are returned and not raised, because the caller must commit that one happened.
    """
    used = _Use.of(connection, vault, firm, answer)
    row = _checked(connection, firm, answer.credential, used.challenge)
    if row is not None and used.again == row["person_id"]:
        return Started(token=used.token, person_id=row["person_id"])
    if row is not None and used.is_open and _goes_on(connection, row):
        person = people.get(connection, vault, row["person_id"])
        if person.may_enter:
            used.close(connection, person.id)
            changed = {"counter": row["signed"], "used": now_ms(connection)}
            store.update_passkey(connection, row["id"], changed)
            _note(connection, "passkey.used", row)
            whose = (firm.id, person.id)
            sign_ins.begin(connection, vault, used.token, person=whose, about=None, proved=False)
            return Started(token=used.token, person_id=person.id)
    if sign_ins.is_guessing(connection, vault, firm_id=firm.id, network=answer.network):
        return TooMany("Too many wrong tries came from your network. Try again in an hour.")
    sign_ins.note_guess(connection, vault, firm_id=firm.id, network=answer.network)
    if used.is_open:
        used.close(connection, None)
    return PasskeyRefused()


@dataclass(frozen=True, slots=True, repr=False)
class _Use:
    """One answer to a challenge, and what became of an earlier one."""

    id: str
    firm_id: str
    challenge: str
    request_index: str
    token: str
    expires: int
    is_open: bool
    again: str | None

    @classmethod
    def of(cls, connection: Connection, vault: Vault, firm: Firm, answer: Answer) -> "_Use":
        cookie = answer.cookie or ""
        expires = cookie.partition(".")[2]
        until = int(expires) if expires.isdecimal() and len(expires) < len(str(2**53)) else 0
        challenge = vault.secret("passkey-challenge", firm.id, cookie)
        used_id = vault.index("passkey-challenge", challenge)
        serialise(connection, used_id)
        before = store.challenge(connection, used_id)
        request_index = vault.index("session-request", answer.request_key)
        same = before is not None and before["request_index"] == request_index
        return cls(
            id=used_id,
            firm_id=firm.id,
            challenge=challenge,
            request_index=request_index,
            token=vault.secret("session", used_id, answer.request_key),
            expires=until,
            is_open=before is None and until > now_ms(connection),
            again=before["person_id"] if before is not None and same else None,
        )

    def close(self, connection: Connection, person_id: str | None) -> None:
        """Let nobody answer this challenge again."""
        kept = {
            "id": self.id,
            "firm_id": self.firm_id,
            "request_index": self.request_index,
            "person_id": person_id,
            "expires": self.expires,
        }
        store.put_challenge(connection, kept)


def _checked(
    connection: Connection, firm: Firm, credential: dict[str, Any], challenge: str
) -> store.Row | None:
    """The passkey that signed this challenge, with the counter it said as `signed`; or None."""
    row = store.passkey_of(connection, ceremonies.credential_id(credential))
    try:
        counter, handle = ceremonies.signed(
            site_of(firm),
            credential,
            challenge=challenge,
            public_key=row["public_key"] if row else None,
        )
    except NotGenuine:
        return None
    # An authenticator may leave the handle out where the page named its credential.
    known = row is not None and handle in {"", row["user_handle"]}
    return {**row, "signed": counter} if row and known else None


def _goes_on(connection: Connection, row: store.Row) -> bool:
    """Whether the counter does not go back: one that does is that of a copied authenticator."""
    if row["signed"] > row["counter"] or row["signed"] == row["counter"] == 0:
        return True
    _note(connection, "passkey.refused", row)
    return False


def _note(connection: Connection, kind: str, row: store.Row) -> None:
    append_event(
        connection,
        firm_id=row["firm_id"],
        kind=kind,
        person_id=row["person_id"],
        about=row["id"],
    )
