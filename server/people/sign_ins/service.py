"""Codes sent by mail, and the sessions they open.

Source: docs/spec/http.md sections 4 and 5. A code has 8 characters of a 32-letter alphabet (40
bits), lives 10 minutes by the database's clock, takes 5 tries, and works only in the browser that
asked for it. Everybody gets the same answer: an address that nobody reads at gets a row and a job
too, and the job sends nothing. Failures count against browser and network, never an address.
"""

import secrets
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from server.base.database import Database, now_ms, serialise
from server.base.errors import AppError, NotAllowed, NotSignedIn, TooMany
from server.base.events import append_event, count_events
from server.base.ids import new_id
from server.base.vault import Vault
from server.people import service as people
from server.people.service import Person
from server.people.sign_ins import posting, store
from server.people.sign_ins.allowances import service as allowances
from server.people.sign_ins.ports import CLIENT_SESSION, LETTER, STAFF_SESSION
from server.people.sign_ins.refusals import CodeGone, WrongCode

ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
LENGTH: Final = 8
LIFE_MS: Final = 10 * 60_000
TRIES: Final = 5
WRONG_PER_NETWORK: Final = 50
ASKED_PER_NETWORK: Final = 200
IDLE_MS: Final = 30 * 60_000
TOUCH_AFTER_MS: Final = 10_000  # not a commit for each key that is pressed
SESSION_MS: Final = 12 * 3_600_000
_HOUR_MS: Final = 3_600_000
_AWAY: Final = {
    CLIENT_SESSION: "You were away for a while, so we closed the letter. Ask for a new code.",
    STAFF_SESSION: "You were away for a while, so we signed you out. Sign in again.",
}


class OtherTenant(NotAllowed):
    """A genuine token of an organisation that this host does not serve."""

    code = "other-tenant"
    title = "This is another firm's Letterlock"
    detail = (
        "Your organisation does not use this Letterlock. Ask your administrator; nothing was sent."
    )


@dataclass(frozen=True, slots=True)
class CodeAsked:
    """`browser` is the secret that binds the code; `expires` in milliseconds since 1970 UTC.

    `is_withheld`: nothing is mailed; the caller tells that to nobody but the address's own person.
    """

    browser: str
    expires: int
    is_withheld: bool


@dataclass(frozen=True, slots=True)
class Started:
    """A session was started; `token` goes into the cookie and nowhere else."""

    token: str
    person_id: str


@dataclass(frozen=True, slots=True, repr=False)
class Asker:
    """Who asks for a code, as far as HTTP tells. No repr: `browser` is a secret.

    `request_key` is the Idempotency-Key; `browser` the secret of an earlier ask, if its cookie
    holds one; `browser_words` browser and system in words, for the mail; `network` the network
    address, kept as an index only.
    """

    request_key: str
    browser: str | None
    browser_words: str
    network: str


@dataclass(frozen=True, slots=True, repr=False)
class Typed:
    """A code as it was typed, and by whom. No repr: it may be right."""

    firm_id: str
    code: str
    request_key: str
    network: str


def ask_code(
    connection: Connection,
    vault: Vault,
    *,
    firm_id: str,
    person: Person | None,
    address: str,
    about: str | None,
    asker: Asker,
    purpose: str = LETTER,
) -> CodeAsked:
    """Make a code and queue its mail. The caller commits; the answer never tells who reads here.

    The same `request_key` makes one code. `person` is the reader with this parsed `address`, or
    None when it reads nothing here; `about` is the message's id, for the event; `purpose` one of
    ports.py, which the mail says and the code alone is good for.
    """
    now = now_ms(connection)
    browser = asker.browser or vault.secret("browser", firm_id, asker.request_key)
    request_index = vault.index("code-request", asker.request_key, about or purpose, address)
    serialise(connection, request_index)
    if known := store.code_by_request(connection, firm_id, request_index):
        return CodeAsked(browser, known["expires"], is_withheld=known["person_id"] is None)
    network_index = vault.index("network", asker.network)
    if store.count_asked(connection, firm_id, network_index, now - _HOUR_MS) >= ASKED_PER_NETWORK:
        raise TooMany("Too many codes were asked for from your network. Try again in an hour.")
    index = people.address_index(vault, firm_id, address)
    serialise(connection, index)
    reader_id = person.id if person and not allowances.next_at(connection, vault, person) else None
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    row: dict[str, Any] = {
        "id": new_id(),
        "firm_id": firm_id,
        "person_id": reader_id,
        "request_index": request_index,
        "address_index": index,
        "browser_index": vault.index("browser", browser),
        "network_index": network_index,
        "about": about,
        "purpose": purpose,
        "tries": 0,
        "created": now,
        "expires": now + LIFE_MS,
    }
    posting.keep(connection, vault, row, code=code, browser_words=asker.browser_words)
    person_id = person.id if person else None
    for kind in ("code.asked",) if reader_id or not person else ("code.asked", "code.withheld"):
        append_event(connection, firm_id=firm_id, kind=kind, person_id=person_id, about=about)
    return CodeAsked(browser, now + LIFE_MS, is_withheld=reader_id is None)


def try_code(
    connection: Connection,
    vault: Vault,
    *,
    firm_id: str,
    typed: str,
    browser: str | None,
    request_key: str,
    network: str,
) -> Started | WrongCode | CodeGone | TooMany:
    """Check a typed code and start a session, or say why not.

    Failures are returned and not raised, because the caller must commit the count of tries.
    """
    row = use_code(
        connection,
        vault,
        Typed(firm_id=firm_id, code=typed, request_key=request_key, network=network),
        browser=browser,
        purpose=LETTER,
    )
    if isinstance(row, AppError):
        return row
    token = vault.secret("session", row["id"], request_key)
    if not row["used"]:
        person = (row["firm_id"], row["person_id"])
        begin(connection, vault, token, person=person, about=row["about"], proved=True)
    return Started(token=token, person_id=row["person_id"])


def use_code(
    connection: Connection, vault: Vault, typed: Typed, *, browser: str | None, purpose: str
) -> store.Row | WrongCode | CodeGone | TooMany:
    """The row of the code that was typed, used now, or before (`used`) by this very request.

    Failures are returned and not raised, because the caller must commit the count of tries.
    """
    now, firm_id = now_ms(connection), typed.firm_id
    browser_index = vault.index("browser", browser or "")
    rows = store.codes_of_browser(connection, firm_id, browser_index, purpose)
    request_index = vault.index("session-request", typed.request_key)
    plain = normalise(typed.code)
    for row in rows:
        fits = row["code_index"] == vault.index("code", row["id"], plain)
        if fits and row["used"] and row["used_request_index"] == request_index:
            return row
    live = [row for row in rows if _is_live(row, now)]
    if not live:
        return CodeGone()
    for row in live:
        if row["code_index"] == vault.index("code", row["id"], plain) and row["person_id"]:
            used = {"used": now, "used_request_index": request_index}
            store.update_code(connection, row["id"], used)
            return row
    if is_guessing(connection, vault, firm_id=firm_id, network=typed.network):
        return TooMany("Too many wrong codes came from your network. Try again in an hour.")
    note_guess(connection, vault, firm_id=firm_id, network=typed.network)
    for row in live:
        _note_wrong(connection, row)
    left = max(TRIES - row["tries"] - 1 for row in live)
    return WrongCode(left) if left else CodeGone()


def is_guessing(connection: Connection, vault: Vault, *, firm_id: str, network: str) -> bool:
    """Whether a network has used up its wrong tries of an hour, of codes and passkeys together."""
    since, about = now_ms(connection) - _HOUR_MS, vault.index("network", network)
    found = count_events(connection, firm_id=firm_id, kind="code.wrong", about=about, since=since)
    return found >= WRONG_PER_NETWORK


def note_guess(connection: Connection, vault: Vault, *, firm_id: str, network: str) -> None:
    """Count a wrong try against a network. The caller commits."""
    about = vault.index("network", network)
    append_event(connection, firm_id=firm_id, kind="code.wrong", person_id=None, about=about)


def begin(
    connection: Connection,
    vault: Vault,
    token: str,
    *,
    person: tuple[str, str],
    about: str | None,
    proved: bool,
) -> None:
    """Start a session. `person`: firm and id; `proved`: she typed a code just now."""
    now = now_ms(connection)
    firm_id, person_id = person
    row = {
        "id": vault.index("session", token),
        "firm_id": firm_id,
        "person_id": person_id,
        "created": now,
        "seen": now,
        "proved": now if proved else None,
    }
    store.put_session(connection, row)
    append_event(
        connection, firm_id=firm_id, kind="session.started", person_id=person_id, about=about
    )


def signed_in(
    connection: Connection, vault: Vault, *, firm_id: str, token: str, kind: str = CLIENT_SESSION
) -> tuple[Person, bool]:
    """The person of a live session of this kind at this firm, and whether to `touch` it by now.

    Raises:
        NotSignedIn: No such session, ended, idle for 30 minutes or older than 12 hours, or of
            somebody whose access was ended.
    """
    row = store.session_and_person(connection, vault.index("session", token))
    if row is None or row["firm_id"] != firm_id or row["ended"] or row["session_kind"] != kind:
        raise NotSignedIn
    now = row["now"]
    if now > row["seen"] + IDLE_MS or now > row["created"] + SESSION_MS:
        raise NotSignedIn(_AWAY[kind])
    person = people.of_row(vault, row)
    if not person.may_enter:
        raise NotSignedIn
    return person, now > row["seen"] + TOUCH_AFTER_MS


def touch(connection: Connection, vault: Vault, token: str) -> None:
    """Note that a session is in use."""
    session_id = vault.index("session", token)
    store.update_session(connection, session_id, {"seen": now_ms(connection)})


def end(connection: Connection, vault: Vault, token: str) -> None:
    """End a session."""
    session_id = vault.index("session", token)
    row = store.session_by_id(connection, session_id)
    if row and not row["ended"]:
        store.update_session(connection, session_id, {"ended": now_ms(connection)})
        append_event(
            connection,
            firm_id=row["firm_id"],
            kind="session.ended",
            person_id=row["person_id"],
            about=None,
        )


def end_earlier(connection: Connection, vault: Vault, earlier: str | None, token: str) -> None:
    """End the session that a browser had when it signed in anew. The caller commits.

    `earlier` is its cookie; by a repeated request that is `token` itself, and goes on.
    """
    if earlier and earlier != token:
        end(connection, vault, earlier)


def normalise(typed: str) -> str:
    """What was typed, in capitals, without spaces and hyphens."""
    return "".join(char for char in typed.upper() if char.isalnum())


def shown(code: str) -> str:
    """A code as people see it: XXXX-XXXX."""
    return f"{code[:4]}-{code[4:]}"


class SealedTokenCaches:
    """Entra token caches in the database, encrypted: implements ports.TokenCaches."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def load(self, person_id: str) -> str | None:
        """The cache of a person, or None."""
        with self._database.read() as connection:
            row = store.token_cache(connection, person_id)
        if row is None:
            return None
        place = (row["firm_id"], "token_caches", person_id, "sealed")
        return self._vault.unseal_text(place, row["sealed"])

    def save(self, person_id: str, cache: str) -> None:
        """Replace the cache of a person, in a transaction of its own."""
        with self._database.write() as connection:
            serialise(connection, f"token cache {person_id}")
            person = people.get(connection, self._vault, person_id)
            place = (person.firm_id, "token_caches", person_id, "sealed")
            values = {
                "person_id": person_id,
                "firm_id": person.firm_id,
                "changed": now_ms(connection),
                "sealed": self._vault.seal_text(place, cache),
            }
            store.put_token_cache(connection, values)

    def challenge(self, person_id: str) -> str | None:
        """The claims that Microsoft asked of this person and has not had yet, or None."""
        with self._database.read() as connection:
            row = store.token_cache(connection, person_id)
        if row is None or row["challenge"] is None:
            return None
        return self._vault.unseal_text(_challenge_place(row), row["challenge"])


def keep_challenge(connection: Connection, vault: Vault, person_id: str, claims: str) -> None:
    """Keep what Microsoft asked of a person, for her next sign-in. The caller commits."""
    row = store.token_cache(connection, person_id)
    if row is not None:
        sealed = vault.seal_text(_challenge_place(row), claims)
        store.challenge_token_cache(connection, person_id, sealed)


def right_renewed(connection: Connection, person_id: str) -> int:
    """When a person's right to send was last renewed, in milliseconds; 0 for never."""
    row = store.token_cache(connection, person_id)
    return int(row["changed"]) if row else 0


def who_may_send(connection: Connection, firm_id: str) -> str | None:
    """The person of a firm whose right to send was renewed last, or None."""
    return store.newest_token_cache(connection, firm_id)


def _challenge_place(row: store.Row) -> tuple[str, ...]:
    return (row["firm_id"], "token_caches", row["person_id"], "challenge")


def _note_wrong(connection: Connection, row: store.Row) -> None:
    """Count a wrong try against a code, and say so about its letter: for a stranger's code too."""
    tries = row["tries"] + 1
    store.update_code(connection, row["id"], {"tries": tries})
    append_event(
        connection,
        firm_id=row["firm_id"],
        kind="code.spent" if tries >= TRIES else "code.mistyped",
        person_id=row["person_id"],
        about=row["about"],
    )


def _is_live(row: store.Row, now: int) -> bool:
    return not row["used"] and row["expires"] > now and row["tries"] < TRIES
