"""Sessions of staff at the portal, by a sign-in at Entra.

Nothing is kept for a sign-in that nobody ends: what it needs goes sealed into a cookie of the
browser that began it, for ten minutes, and ends in one session. Source: docs/spec/http.md section
1, enrolment.md section 1.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from server.base.database import Database, now_ms, serialise
from server.base.events import append_event
from server.base.ids import new_token
from server.base.vault import Vault
from server.crypto.encoding import b64u, unb64u
from server.crypto.errors import SealRefused
from server.firms.service import Firm, NotOpenYet
from server.people import service as people
from server.people.service import Person
from server.people.sign_ins import store
from server.people.sign_ins.ports import STAFF_SESSION
from server.people.sign_ins.proving.service import FRESH_MS
from server.people.sign_ins.refusals import SignInRefused
from server.people.sign_ins.service import OtherTenant, Started
from server.people.sign_ins.staff.ports import Proved, StaffDoor

LIFE_MS: Final = 10 * 60_000
BACK: Final = "/staff/signed-in"  # registered in Entra as a redirect URI of the kind "Web"


@dataclass(frozen=True, slots=True, repr=False)
class Begun:
    """Where the browser goes, and the cookie that binds the sign-in to it. No repr."""

    address: str
    cookie: str


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """What Entra sent the browser back with, and from where it comes. No repr: secrets."""

    sent: Mapping[str, str]
    cookie: str | None
    request_key: str


@dataclass(frozen=True, slots=True, repr=False)
class _Flow:
    """What the cookie holds."""

    id: str
    kept: str
    expires: int


def begin(
    database: Database, vault: Vault, door: StaffDoor, *, firm: Firm, again: Person | None
) -> Begun:
    """A sign-in for ten minutes. `again`: whom Microsoft asks anew, so that she is fresh.

    Raises:
        NotOpenYet: The firm is in its first run.
        Away: Entra does not answer.
    """
    if not firm.is_open:
        raise NotOpenYet
    opened = door.open(
        tenant_id=firm.tenant_id,
        redirect_uri=f"{firm.origin}{BACK}",
        again=again.address if again else None,
    )
    with database.read() as connection:
        expires = now_ms(connection) + LIFE_MS
    content = {"id": new_token(), "kept": opened.kept, "expires": expires}
    sealed = vault.seal_text(_place(firm), json.dumps(content))
    return Begun(opened.address, b64u(sealed))


def finish(
    database: Database, vault: Vault, door: StaffDoor, *, firm: Firm, answer: Answer
) -> Started:
    """Start a session of the person who signed in; by the same request again, the same one.

    Somebody who has never opened the pane becomes a person, as there.

    Raises:
        SignInRefused: Another browser's, too late, used, or not what Entra sent.
        OtherTenant, OutsideFirm, AddressTaken, Suspended: She may not enter.
        Away: Entra does not answer.
    """
    flow = _read(vault, firm, answer.cookie)
    used_id = vault.index("staff-sign-in", flow.id)
    request_index = vault.index("session-request", answer.request_key)
    token = vault.secret("session", used_id, answer.request_key)
    with database.read() as connection:
        before, now = store.staff_sign_in(connection, used_id), now_ms(connection)
    if before is not None and before["request_index"] == request_index:
        return Started(token=token, person_id=before["person_id"])
    if before is not None or now > flow.expires:
        raise SignInRefused
    proved = door.finish(tenant_id=firm.tenant_id, kept=flow.kept, answer=answer.sent)
    if proved.claims.tenant_id != firm.tenant_id:
        raise OtherTenant
    with database.write() as connection:
        serialise(connection, used_id)
        if store.staff_sign_in(connection, used_id) is not None:
            raise SignInRefused
        person = _person(connection, vault, firm, proved)
        used = {
            "id": used_id,
            "firm_id": firm.id,
            "request_index": request_index,
            "person_id": person.id,
            "expires": flow.expires,
        }
        store.insert_staff_sign_in(connection, used)
        _start(connection, vault, person, token=token, at=proved.at)
    return Started(token=token, person_id=person.id)


def fresh_until(connection: Connection, vault: Vault, token: str) -> int:
    """Until when a session may change a key, seconds since 1970; 0 if it may not."""
    row = store.session_by_id(connection, vault.index("session", token))
    until = (row["proved"] or 0) + FRESH_MS if row else 0
    return until // 1000 if until > now_ms(connection) else 0


def _person(connection: Connection, vault: Vault, firm: Firm, proved: Proved) -> Person:
    claims = proved.claims
    return people.sign_in_staff(
        connection,
        vault,
        firm_id=firm.id,
        domains=firm.domains,
        object_id=claims.object_id,
        address=claims.address,
        name=claims.name,
    )


def _start(
    connection: Connection, vault: Vault, person: Person, *, token: str, at: int | None
) -> None:
    now = now_ms(connection)
    row = {
        "id": vault.index("session", token),
        "firm_id": person.firm_id,
        "person_id": person.id,
        "kind": STAFF_SESSION,
        "created": now,
        "seen": now,
        "proved": min(at * 1000, now) if at is not None else None,
    }
    store.put_session(connection, row)
    append_event(
        connection,
        firm_id=person.firm_id,
        kind="staff.signed-in",
        person_id=person.id,
        about=None,
    )


def _read(vault: Vault, firm: Firm, cookie: str | None) -> _Flow:
    try:
        content: dict[str, Any] = json.loads(vault.unseal_text(_place(firm), unb64u(cookie or "")))
    except (SealRefused, ValueError) as error:
        raise SignInRefused from error
    return _Flow(**content)


def _place(firm: Firm) -> tuple[str, ...]:
    return (firm.id, "staff_sign_ins", "cookie", "flow")
