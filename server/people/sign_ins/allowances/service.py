"""How many codes an address has: 5 an hour and 15 a day.

Somebody who used them up waits, or her firm's administrator begins the count anew. Wrong codes
never lock an address: each counts against its own code. Source: docs/spec/http.md section 5.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from server.base.database import now_ms
from server.base.events import append_event, facts_about
from server.base.vault import Vault
from server.people import service as people
from server.people.service import Person
from server.people.sign_ins import store

PER_HOUR: Final = 5
PER_DAY: Final = 15
RENEWED: Final = "codes.renewed"
_HOUR_MS: Final = 3_600_000
_DAY_MS: Final = 24 * _HOUR_MS


def next_at(connection: Connection, vault: Vault, person: Person) -> int:
    """When a person may be sent another code, in milliseconds; 0 for now."""
    now, firm_id = now_ms(connection), person.firm_id
    renewed = facts_about(connection, firm_id=firm_id, about=person.id, kinds={RENEWED})
    since = max((one.last for one in renewed), default=0)
    times = store.code_times(
        connection,
        firm_id,
        people.address_index(vault, firm_id, person.address),
        since=max(since, now - _DAY_MS),
        most=PER_DAY,
    )
    free = max(_free(times, PER_HOUR, _HOUR_MS), _free(times, PER_DAY, _DAY_MS))
    return free if free > now else 0


def renew(connection: Connection, *, person: Person, by: Person) -> None:
    """Give a person all her codes again. The caller has checked that `by` may, and commits."""
    append_event(connection, firm_id=person.firm_id, kind=RENEWED, person_id=by.id, about=person.id)


def _free(times: Sequence[int], most: int, span: int) -> int:
    """When the oldest of the last `most` codes is so long ago that it does not count any more."""
    return times[most - 1] + span if len(times) >= most else 0
