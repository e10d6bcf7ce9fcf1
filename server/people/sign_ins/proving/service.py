"""A session that proved its mailbox by a code in the last ten minutes is fresh.

By the sign-in itself, or by a code asked for within the session: a stolen session alone so never
changes a key. Source: docs/spec/enrolment.md section 1.
"""

from typing import Final

from sqlalchemy import Connection

from server.base.database import now_ms
from server.base.errors import AppError, NotSignedIn, TooMany
from server.base.events import append_event
from server.base.vault import Vault
from server.people.service import Person
from server.people.sign_ins import service as sign_ins
from server.people.sign_ins import store
from server.people.sign_ins.allowances import service as allowances
from server.people.sign_ins.ports import PROOF, STAFF_SESSION
from server.people.sign_ins.refusals import (
    CodeGone,
    FreshCodeNeeded,
    FreshSignInNeeded,
    WrongCode,
)
from server.people.sign_ins.service import Asker, CodeAsked, Typed

FRESH_MS: Final = 10 * 60_000


def require_fresh(connection: Connection, vault: Vault, token: str | None) -> None:
    """Let a call go on whose session was proved a moment ago. `token`: its session cookie.

    Raises:
        FreshCodeNeeded: It has not, or longer ago than ten minutes.
        FreshSignInNeeded: The same, of staff, who prove themselves to Microsoft.
    """
    row = store.session_by_id(connection, vault.index("session", token or ""))
    proved = row["proved"] if row and not row["ended"] else None
    if proved is None or now_ms(connection) > proved + FRESH_MS:
        is_staff = row is not None and row["kind"] == STAFF_SESSION
        raise FreshSignInNeeded if is_staff else FreshCodeNeeded


def ask_code(
    connection: Connection, vault: Vault, *, person: Person, asker: Asker
) -> CodeAsked | TooMany:
    """Mail a code to the session's own person; the same key makes one code.

    TooMany is returned and not raised, because the caller must commit that she asked: she has had
    as many codes as an hour or a day allows; fact `retry_after`, seconds.

    Raises:
        TooMany: Her network has asked for too many.
    """
    asked = sign_ins.ask_code(
        connection,
        vault,
        firm_id=person.firm_id,
        person=person,
        address=person.address,
        about=None,
        asker=asker,
        purpose=PROOF,
    )
    if asked.is_withheld:
        free = allowances.next_at(connection, vault, person)
        seconds = max(1, (free - now_ms(connection)) // 1000)
        return TooMany(
            "You have had as many codes as we send in an hour or a day. Wait, or ask the firm to "
            "let you have more; nothing was changed.",
            retry_after=seconds,
        )
    return asked


def prove(
    connection: Connection,
    vault: Vault,
    typed: Typed,
    *,
    person: Person,
    token: str,
    browser: str | None,
) -> WrongCode | CodeGone | TooMany | None:
    """Make a session fresh by the code that was typed, or say why not.

    Failures are returned and not raised, because the caller must commit the count of tries.

    Raises:
        NotSignedIn: The session is gone.
    """
    row = sign_ins.use_code(connection, vault, typed, browser=browser, purpose=PROOF)
    if isinstance(row, AppError):
        return row
    if row["person_id"] != person.id:
        return CodeGone()
    if row["used"]:
        return None
    session_id = vault.index("session", token)
    if store.session_by_id(connection, session_id) is None:
        raise NotSignedIn
    store.update_session(connection, session_id, {"proved": now_ms(connection)})
    append_event(
        connection,
        firm_id=person.firm_id,
        kind="session.proved",
        person_id=person.id,
        about=None,
    )
    return None
