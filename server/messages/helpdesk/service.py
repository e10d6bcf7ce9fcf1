"""How far each reader of a letter came, told from events and deliveries alone.

For the letter's sender; for the firm's administrator too, who does not see hidden readers. Events
of a letter say who asked for a code and what became of it. Two of them come from nobody known: that
the link's page was loaded, and what the browser that loaded it lacks.
Source: docs/spec/http.md section 3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from server.base.database import now_ms
from server.base.errors import NotFound
from server.base.events import Facts, append_event, count_events, facts_about
from server.base.vault import Vault
from server.crypto.statement import PENDING
from server.events import service as events
from server.events.service import (
    BOUNCED,
    CANCELLED,
    FAILED,
    HELD,
    REPORTED,
    SENT,
    UNCONFIRMED,
    Delivery,
)
from server.firms.service import AdministratorsOnly, Firm
from server.keys import service as keys
from server.messages import store
from server.messages.notices import service as notices
from server.messages.reading.service import OPENED
from server.messages.recalling import service as recalling
from server.messages.recalling.service import Recall
from server.messages.service import (
    HIDDEN,
    LATE,
    NOTICE,
    READABLE,
    RECALLED,
    name_place,
    own_row,
    sent_message,
)
from server.messages.telling.service import AGAIN
from server.messages.waiting.states import service as states
from server.people import service as people
from server.people.service import Person
from server.people.sign_ins.allowances import service as allowances
from server.people.sign_ins.service import LIFE_MS

VISITED: Final = "link.visited"
LACKS: Final = "browser.lacks."
NEEDS: Final = ("cookies", "cryptography", "scripts", "workers")
VISITS_APART_MS: Final = 600_000  # one fact in ten minutes tells as much as hundreds
_ASKED: Final = "code.asked"
_WITHHELD: Final = "code.withheld"
_CODE_SENT: Final = "code.sent"
_CODE_REFUSED: Final = "code.refused"
_MISTYPED: Final = "code.mistyped"
_SPENT: Final = "code.spent"
_STARTED: Final = "session.started"
_KINDS: Final = (
    VISITED, *(LACKS + need for need in NEEDS), _ASKED, _WITHHELD, _CODE_SENT, _CODE_REFUSED,
    _MISTYPED, _SPENT, _STARTED, OPENED,
)  # fmt: skip
_NOTICES: Final = {
    HELD: "notice-held",
    FAILED: "notice-failed",
    UNCONFIRMED: "notice-unconfirmed",
    BOUNCED: "notice-bounced",
    REPORTED: "notice-reported",
    CANCELLED: "notice-cancelled",
}
_AGAIN: Final = {FAILED: "again-failed", UNCONFIRMED: "again-unconfirmed"}
_ALL_WELL: Final = frozenset({"quiet", "visited", "signed-in"})
_SHOWN: Final = frozenset({"to", "cc", HIDDEN, LATE})


@dataclass(frozen=True, slots=True)
class Standing:
    """How far one reader came. Times are milliseconds, 0 for never.

    `state`: opened, signed-in, code-withheld, code-renewed, code-spent, code-mistyped, code-expired,
    code-sent, code-refused, code-waiting, code-unsent, visited, quiet, or notice-… or again-… (of a
    notice to her alone) with `detail`, the reason as a code; waiting-ready (the letter waited for
    her key, which is there, and only its giving is missing), waiting-key (it waits, and nothing else
    is wrong) or waiting-over with `detail`. `since` is when it came about;
    `next_code` when she may be sent another, 0 for now. `new_key`: when she gave up the key of her
    own that the letter is sealed to, so that she cannot open it; 0: she did not.
    """

    person: Person
    name: str
    role: str
    state: str
    detail: str | None
    since: int
    opened: int
    asked: int
    wrong: int
    next_code: int
    new_key: int


@dataclass(frozen=True, slots=True)
class Letter:
    """What is known of a letter's readers.

    `visited`: when the link's page was last loaded, by nobody known; `strangers`: how many codes
    were asked for with addresses that do not read it; `lacks`: what a browser that loaded the page
    lacks; `is_own`: the viewer is its sender.
    """

    recalled: Recall | None
    of_client: bool
    sent_at: int
    notice: notices.Standing
    visited: int
    strangers: int
    lacks: Sequence[str]
    readers: Sequence[Standing]
    is_own: bool


def show(
    connection: Connection, vault: Vault, *, firm: Firm, viewer: Person, message_id: str
) -> Letter:
    """How far each reader of a letter came, hidden ones for its sender only.

    Raises:
        NotFound: No such letter, not sent, or not the viewer's, who is no administrator either.
    """
    entry, is_own = _entry(connection, firm, viewer, message_id)
    facts = facts_about(connection, firm_id=firm.id, about=message_id, kinds=_KINDS)
    deliveries, alone = (
        {
            one.person_id: one
            for one in events.of(connection, firm_id=firm.id, about=message_id, kind=kind)
        }
        for kind in (NOTICE, AGAIN)
    )
    visited = max((one.last for one in facts if one.kind == VISITED), default=0)
    rows = _shown(store.readers_of(connection, message_id), is_own=is_own)
    recalls = recalling.recalls(connection, vault, firm=firm, message_ids=[message_id])
    return Letter(
        recalled=recalls.get(message_id) if entry["state"] == RECALLED else None,
        of_client=people.kind_of(connection, entry["sender_id"]) == "client",
        sent_at=entry["sealed_at"],
        notice=notices.standing(connection, firm.id, message_id),
        visited=visited,
        strangers=sum(one.count for one in facts if one.kind == _ASKED and not one.person_id),
        lacks=[need for need in NEEDS if any(one.kind == LACKS + need for one in facts)],
        readers=[
            _standing(
                connection,
                vault,
                row,
                facts,
                delivery=deliveries.get(row["person_id"]),
                alone=alone.get(row["person_id"]),
                visited=visited,
            )
            for row in rows
        ],
        is_own=is_own,
    )


def renew_codes(
    connection: Connection,
    vault: Vault,
    *,
    firm: Firm,
    viewer: Person,
    message_id: str,
    address: str,
) -> None:
    """Give a reader all her codes again. The caller commits.

    Raises:
        NotFound: No such letter for the viewer, or no such reader that she sees.
        AdministratorsOnly: The viewer is its sender and no more.
    """
    _, is_own = _entry(connection, firm, viewer, message_id)
    if not firm.is_administrator(viewer.address):
        raise AdministratorsOnly
    reader = people.find(connection, vault, firm_id=firm.id, address=address)
    rows = store.readers_of(connection, message_id)
    row = own_row(rows, reader) if reader is not None else None
    if reader is None or row is None or not _is_shown(row, is_own):
        raise NotFound
    allowances.renew(connection, person=reader, by=viewer)


def visit(
    connection: Connection,
    *,
    firm: Firm,
    viewer: Person | None,
    message_id: str,
    lacks: Sequence[str],
) -> None:
    """Note that the link's page was loaded, and what the browser lacks. The caller commits.

    Raises:
        NotFound: No such letter, or not sent.
    """
    sent_message(connection, firm, message_id)
    is_reader = viewer and own_row(store.readers_of(connection, message_id), viewer)
    person_id = viewer.id if viewer and is_reader else None
    since = now_ms(connection) - VISITS_APART_MS
    for kind in (VISITED, *(LACKS + need for need in NEEDS if need in lacks)):
        known = count_events(connection, firm_id=firm.id, kind=kind, about=message_id, since=since)
        if not known:
            append_event(
                connection, firm_id=firm.id, kind=kind, person_id=person_id, about=message_id
            )


def _entry(
    connection: Connection, firm: Firm, viewer: Person, message_id: str
) -> tuple[store.Row, bool]:
    """A sent letter of which the viewer may know how its readers fare, and whether it is her own."""
    entry = store.entry(connection, firm.id, message_id)
    if entry is None or entry["state"] not in READABLE:
        raise NotFound
    is_own = entry["sender_id"] == viewer.id
    if not is_own and not firm.is_administrator(viewer.address):
        raise NotFound
    return entry, is_own


def _is_shown(row: store.Row, is_own: bool) -> bool:  # noqa: FBT001 a fact, named at the caller
    return row["role"] in _SHOWN and (is_own or row["role"] != HIDDEN)


def _shown(rows: Sequence[store.Row], *, is_own: bool) -> list[store.Row]:
    """Each reader once: a letter may have been sealed again for a new key of hers."""
    found = {row["person_id"]: row for row in rows if _is_shown(row, is_own)}
    return list(found.values())


def _standing(
    connection: Connection,
    vault: Vault,
    row: store.Row,
    facts: Sequence[Facts],
    *,
    delivery: Delivery | None,
    alone: Delivery | None,
    visited: int,
) -> Standing:
    person = people.get(connection, vault, row["person_id"])
    own = {one.kind: one for one in facts if one.person_id == person.id}
    last = {kind: one.last for kind, one in own.items()}
    next_code = allowances.next_at(connection, vault, person) if _ASKED in own else 0
    state, since = _code_state(last, now_ms(connection), is_out=bool(next_code))
    detail = None
    if state is None:
        if alone is not None and (delivery is None or alone.changed >= delivery.changed):
            state, since, detail = _alone_state(alone, visited)
        else:
            state, since, detail = _notice_state(delivery, visited)
    state, since, detail = _waiting_state(connection, row, person, (state, since, detail))
    return Standing(
        person=person,
        name=_name(vault, row, person),
        role=row["role"],
        state=state,
        detail=detail,
        since=since,
        opened=last.get(OPENED, 0),
        asked=own[_ASKED].count if _ASKED in own else 0,
        wrong=sum(own[kind].count for kind in (_MISTYPED, _SPENT) if kind in own),
        next_code=next_code,
        new_key=_given_up(connection, person, row["key"]),
    )


def _given_up(connection: Connection, person: Person, key: str) -> int:
    return 0 if key == PENDING else keys.given_up(connection, person, key) or 0


def _waiting_state(
    connection: Connection, row: store.Row, person: Person, found: tuple[str, int, str | None]
) -> tuple[str, int, str | None]:
    """What is said of who waits for her key: what else is wrong with her goes first."""
    if row["key"] != PENDING:
        return found
    now, (state, since, _) = now_ms(connection), found
    if not states.waits(row, now):
        over = row["waiting_over"] or row["waiting_until"]
        return "waiting-over", over, states.state(row, now)
    if states.own_key(connection, person) is not None:
        return "waiting-ready", row["waiting_told"] or since, None
    return ("waiting-key", since, None) if state in _ALL_WELL else found


def _code_state(last: Mapping[str, int], now: int, *, is_out: bool) -> tuple[str | None, int]:
    """What became of a reader's latest attempt, and when; None where she has not begun any.

    Facts older than the latest code that she asked for belong to an earlier attempt.
    """
    asked, opened = last.get(_ASKED, 0), last.get(OPENED, 0)
    if opened and opened >= asked:
        return "opened", opened
    if not asked:
        return None, 0
    fresh = {kind: at for kind, at in last.items() if at >= asked}
    expired = now > asked + LIFE_MS
    ladder = (
        (_STARTED, "signed-in"),
        (_WITHHELD, "code-withheld" if is_out else "code-renewed"),
        (_SPENT, "code-spent"),
        (_CODE_SENT, "code-expired") if expired else (_MISTYPED, "code-mistyped"),
        (_CODE_SENT, "code-sent"),
        (_CODE_REFUSED, "code-refused"),
    )
    found = ((state, fresh[kind]) for kind, state in ladder if kind in fresh)
    return next(found, ("code-unsent" if expired else "code-waiting", asked))


def _notice_state(delivery: Delivery | None, visited: int) -> tuple[str, int, str | None]:
    """How a reader's notice fares, and once it has left, whether its link was used."""
    if delivery is None:
        return "quiet", 0, None
    if delivery.state in _NOTICES:
        return _NOTICES[delivery.state], delivery.changed, delivery.reason
    if delivery.state != SENT:
        return "notice-waiting", delivery.changed, delivery.reason
    if visited:
        return "visited", visited, None
    return "quiet", delivery.changed, None


def _alone_state(alone: Delivery, visited: int) -> tuple[str, int, str | None]:
    """As `_notice_state`, of a notice to this reader alone; a visit before it tells nothing of it."""
    if alone.state in _AGAIN:
        return _AGAIN[alone.state], alone.changed, alone.reason
    if alone.state in {SENT, *_NOTICES}:
        return _notice_state(alone, visited if visited > alone.changed else 0)
    return "again-waiting", alone.changed, alone.reason


def _name(vault: Vault, row: store.Row, person: Person) -> str:
    if row["name_sealed"] is None:
        return person.name
    place = name_place(row["firm_id"], row["entry_id"], row["position"])
    return vault.unseal_text(place, row["name_sealed"])
