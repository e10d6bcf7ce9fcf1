"""A letter that waits for a key, and its giving, as a self-held sender's browser does both."""

import base64
import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import text

from server.base.outbox import enqueue
from server.crypto.encoding import b64u
from server.crypto.envelope import Envelope, seal_envelope
from server.crypto.grants import SignedGrant
from server.crypto.identity import Recipient
from server.crypto.signing import GRANT, Signature
from tests.drafts import Desk, Draft, look_up
from tests.house import House, Pane
from tests.messages.notices import ANN, MAYA, run
from tests.self_held import make_self_held

PENDING = {"key": "pending", "level": "self-held"}


def own_pane(house: House, address: str = ANN) -> Pane:
    """The pane of somebody who holds her own key."""
    pane = house.pane(address)
    pane.own = make_self_held(house.parts, address)
    pane.me = pane.put("/me", {}).json
    return pane


def asked(pane: Pane, to: Sequence[str] = (MAYA,), **more: Any) -> Draft:
    """An end-to-end letter, not signed yet, that waits for each of these who has no key of her own."""
    draft = pane.draft(to, **more)
    draft.subject = "Subject " + draft.id
    draft.readers = [one if one["level"] == "self-held" else one | PENDING for one in draft.readers]
    return draft


def waiting(pane: Pane, to: Sequence[str] = (MAYA,), **more: Any) -> Draft:
    """The same, sent, its notice too."""
    draft = asked(pane, to, **more)
    assert draft.sign().status_code == 200, draft.signature
    answer = draft.send()
    assert answer.status_code == 202, answer.json
    pane.house.work()
    return draft


@dataclass
class Giver:
    """The sender's browser: a pane, or a page at the portal (`desk`)."""

    pane: Pane
    draft: Draft
    desk: Desk

    def made(self, address: str = MAYA, **changes: Any) -> dict[str, Any]:
        """All that is handed over to give the letter to who waits for it."""
        answer = self.desk.api("POST", f"/messages/{self.draft.id}/open", {}).json
        held = self.pane.own.open(answer)
        grants = tuple(
            SignedGrant(one["text"], Signature(**one["signature"])) for one in held["grants"]
        )
        before = Envelope(
            held["message_key"], held["statement"], Signature(**held["signature"]), grants
        )
        (reader,) = look_up(self.desk, [address], about=self.draft.id)
        usual = {"role": self.draft.role, "created": int(time.time())}
        grant_text = self.draft.grant(reader, **(usual | changes))
        signature = self.pane.own.sign(GRANT, grant_text)
        grant = SignedGrant(grant_text, Signature(**signature))
        own = self.draft._own()
        return {
            "grant": grant_text,
            "signature": signature,
            "envelope": _sealed(reader, replace(before, grants=(grant,))),
            "own_envelope": _sealed(own, replace(before, grants=(*grants, grant))),
            "before": b64u(hashlib.sha256(base64.b64decode(answer["envelope"])).digest()),
        }

    def give(self, body: dict[str, Any]) -> Any:
        """Have the grant checked, and hand it over; the first failure is the answer."""
        path = f"/messages/{self.draft.id}/readers"
        asked_for = {"grant": body["grant"], "signature": body["signature"]}
        checked = self.desk.api("POST", f"{path}/signature", asked_for)
        return checked if checked.status_code != 200 else self.desk.api("POST", path, body)


def giver(draft: Draft, desk: Desk | None = None) -> Giver:
    """Who gives this letter, from her pane or another desk of hers."""
    assert isinstance(draft.desk, Pane)
    return Giver(draft.desk, draft, desk or draft.desk)


def listed(desk: Desk) -> list[dict[str, Any]]:
    """What waits, as its sender sees it."""
    answer = desk.api("GET", "/waiting")
    assert answer.status_code == 200, answer.json
    found: list[dict[str, Any]] = answer.json["waiting"]
    return found


def states(desk: Desk) -> list[tuple[str, str]]:
    """Addresses and states."""
    return [(one["address"], one["state"]) for one in listed(desk)]


def happened(house: House) -> list[str]:
    """The Events of waiting, in their order."""
    with house.parts.database.read() as connection:
        rows = connection.execute(
            text("SELECT kind FROM events WHERE kind LIKE 'waiting.%' ORDER BY at")
        )
        return [str(row.kind).removeprefix("waiting.") for row in rows]


def time_is_over(house: House) -> None:
    """Thirty days have gone by."""
    run(house, "UPDATE readers SET waiting_until = 1000 WHERE waiting_until IS NOT NULL")


def sweep(house: House, pane: Pane) -> None:
    """The hourly chore."""
    queue(house, pane, "sweep-waiting")
    house.work()


def queue(house: House, pane: Pane, kind: str, **payload: str) -> None:
    """A job of the last lane."""
    firm_id = pane.me["firm"]["id"]
    with house.parts.database.write() as connection:
        enqueue(connection, firm_id=firm_id, lane="chores", kind=kind, payload=payload)


def _sealed(reader: dict[str, Any], envelope: Envelope) -> str:
    return base64.b64encode(seal_envelope(Recipient.parse(reader["recipient"]), envelope)).decode()
