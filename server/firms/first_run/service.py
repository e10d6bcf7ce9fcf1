"""A firm's first run: its admin answers five questions, and then the firm opens.

The operator's link carries 256 random bits, of which only a hash is kept; it works once and for a
day, and gives the browser that used it a cookie for a day. A new link ends what came before it.
Answers stand in the database as they are given, so nothing is asked twice. Why a link and not a
sign-in: docs/adr/0018-first-run-by-link.md.
"""

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from sqlalchemy import Connection

from server.base.addresses import parse_address
from server.base.colours import shades_of
from server.base.database import now_ms
from server.base.errors import Conflict, Invalid, NotAllowed, NotSignedIn
from server.base.events import append_event
from server.base.ids import new_id
from server.base.mail import BadBrand, Brand
from server.base.mailboxes import of_firm
from server.base.outbox import enqueue
from server.base.vault import Vault
from server.crypto.encoding import b64u
from server.firms import service as firms
from server.firms import store as firm_store
from server.firms.first_run import store
from server.firms.service import Firm

STEPS: Final = ("record", "brand", "hosts", "mailbox", "look-up")
LIFE_MS: Final = 24 * 3_600_000
PATIENCE_MS: Final = 120_000  # a trial mail that has no answer by then may be asked for again
OUR_COLOURS: Final = ("#274469", "#c9a96a")  # of an unbranded portal: web/styles/tokens.css
_TELEPHONE: Final = re.compile(r"\+?[0-9][0-9 ()/.-]{2,28}")


class LinkGone(NotAllowed):
    """Not a link that works here: unknown, used, older than a day, or another firm's."""

    code = "link-gone"
    title = "This link does not work"
    detail = (
        "The link was used, is older than 24 hours, or belongs elsewhere. Nothing was changed. "
        "Ask whoever runs the server for a new one; if you did not use it yourself, say so."
    )


class NotYet(Conflict):
    """Another step comes first; fact `step`."""

    code = "step-first"
    title = "Something comes before that"
    detail = "Another step comes before this one. What you have filled in so far is kept."


class Fixed(Conflict):
    """The record choice of a firm that is open."""

    code = "record-fixed"
    title = "This was decided"
    detail = "The firm is open, and letters were written under this choice. It stays as it is."


@dataclass(frozen=True, slots=True)
class Looks:
    """What the admin says of the firm. `zone` is an IANA name, colours `#rrggbb`."""

    name: str
    line: str
    telephone: str
    address: str
    zone: str
    firm_1: str
    firm_2: str


def begin(
    connection: Connection,
    *,
    tenant_id: str,
    origin: str,
    addin_origin: str,
    domains: tuple[str, ...],
    admin: str,
    name: str,
) -> Firm:
    """Add a firm that is not open yet. The caller has checked that tenant and origins are free."""
    plain = Brand(
        name=name,
        line="",
        telephone="",
        telephone_href="",
        address="",
        mailbox="",
        portal_host=urlsplit(origin).netloc,
        zone="UTC",
        **asdict(shades_of(*OUR_COLOURS)),
    )
    firm_id = new_id()
    values = {
        "id": firm_id,
        "created": now_ms(connection),
        "name": name,
        "tenant_id": tenant_id,
        "origin": origin,
        "addin_origin": addin_origin,
        "domains": list(domains),
        "mailbox": "",
        "brand": asdict(plain),
        "opened": None,
        "admin": admin,
    }
    firm_store.insert(connection, values)
    _log(connection, firm_id, "firm.added")
    return firms.get(connection, firm_id)


def new_link(connection: Connection, firm: Firm) -> str:
    """The address of a new set-up link; links and browsers of before no longer work."""
    store.drop_keys(connection, firm.id)
    key = b64u(os.urandom(32))
    _add_key(connection, firm.id, store.LINK, key)
    _log(connection, firm.id, "firm.link-made")
    return f"{firm.origin}/set-up/{key}"


def use_link(
    connection: Connection, vault: Vault, *, firm_id: str, key: str, request_key: str
) -> str:
    """Use the link up. Returns the secret of this browser, good for `LIFE_MS`.

    The secret follows from link and request, so that a lost answer is given again.

    Raises:
        LinkGone: It does not work, for whatever reason.
    """
    now = now_ms(connection)
    secret = vault.secret("set-up", firm_id, key, request_key)
    if store.is_good(
        connection, key_hash=_hash(secret), firm_id=firm_id, kind=store.BROWSER, now=now
    ):
        return secret
    if not store.take_key(
        connection, key_hash=_hash(key), firm_id=firm_id, kind=store.LINK, now=now
    ):
        raise LinkGone
    _add_key(connection, firm_id, store.BROWSER, secret)
    _log(connection, firm_id, "firm.link-used")
    return secret


def require_browser(connection: Connection, *, firm_id: str, key: str) -> None:
    """Let only the browser in that used this firm's link.

    Raises:
        NotSignedIn: It is another one, or its day is over.
    """
    good = store.is_good(
        connection,
        key_hash=_hash(key),
        firm_id=firm_id,
        kind=store.BROWSER,
        now=now_ms(connection),
    )
    if not good:
        raise NotSignedIn(
            "Open the set-up link again, or ask for a new one. Your answers are kept."
        )


def show(connection: Connection, firm_id: str) -> dict[str, Any]:
    """Everything that was answered so far, for the page."""
    row = firm_store.by_id(connection, firm_id) or {}
    firm = firms.get(connection, firm_id)
    own = row["first_run"]
    looks = {name: row["brand"][name] for name in Looks.__dataclass_fields__}
    return {
        "firm": firm.name,
        "domains": list(firm.domains),
        "admin": firm.admin,
        "origin": firm.origin,
        "addin_origin": firm.addin_origin,
        "open": firm.is_open,
        "done": [step for step in STEPS if step in own.get("steps", ())],
        "record": firm.record,
        "looks": looks,
        "mailbox": own.get("mailbox", row["mailbox"]),
        "trials": own.get("trials", {}),
        "look_up": row["policies"].get("look_up", False),
        "now": now_ms(connection),
    }


def choose_record(connection: Connection, *, firm_id: str, choice: str) -> None:
    """Keep the record choice, "archive" or "none".

    Raises:
        Fixed: The firm is open, and this is another choice.
    """
    row = firm_store.locked(connection, firm_id)
    if row["opened"] is not None and row["record"] != choice:
        raise Fixed
    _keep(connection, row, "record", {"record": choice})


def set_looks(connection: Connection, *, firm_id: str, looks: Looks) -> None:
    """Keep how the firm shows itself.

    Raises:
        Invalid: Fact `field` names what cannot be.
    """
    row = firm_store.locked(connection, firm_id)
    said = {name: " ".join(value.split()) for name, value in asdict(looks).items()}
    for name in ("name", "telephone", "address"):
        if not said[name]:
            raise _wrong(name)
    if not _TELEPHONE.fullmatch(said["telephone"]):
        raise _wrong("telephone")
    if said["zone"] not in available_timezones():
        raise _wrong("zone")
    brand = {**row["brand"], **said, "telephone_href": _href(said["telephone"])}
    try:
        made = Brand(**{**brand, **asdict(shades_of(said["firm_1"], said["firm_2"]))})
    except BadBrand as error:
        raise _wrong(error.field) from error
    except ValueError as error:
        raise _wrong("firm_1") from error
    _keep(connection, row, "brand", {"brand": asdict(made), "name": made.name})


def confirm_hosts(connection: Connection, firm_id: str) -> None:
    """The admin has seen both addresses."""
    _keep(connection, firm_store.locked(connection, firm_id), "hosts", {})


def try_mailbox(
    connection: Connection, *, firm_id: str, address: str, lanes: Sequence[str]
) -> None:
    """Have a trial mail sent from a mailbox to the admin, through each lane.

    The mailbox becomes the system's when the admin has found the mail. Asked again while one is
    on its way from the same mailbox, it does nothing.

    Raises:
        NotYet: The brand is not known yet, and the mail wears it.
        Invalid: Not an address, or not one in the firm's domains.
    """
    row, firm = firm_store.locked(connection, firm_id), firms.get(connection, firm_id)
    if "brand" not in row["first_run"].get("steps", ()):
        raise NotYet(step="brand")
    mailbox, now = parse_address(address), now_ms(connection)
    if not firm.has_address(mailbox):
        raise Invalid("The mailbox must be one of the firm's own domains.", field="mailbox")
    own = row["first_run"]
    waiting = any(_is_waiting(trial, now) for trial in own.get("trials", {}).values())
    if waiting and mailbox == own.get("mailbox"):
        return
    trial = {"state": "waiting", "at": now}
    steps = [step for step in own.get("steps", ()) if step != "mailbox"]
    tried = {"mailbox": mailbox, "trials": dict.fromkeys(lanes, trial), "steps": steps}
    firm_store.update(connection, firm_id, {"first_run": {**own, **tried}})
    for lane in lanes:
        enqueue(
            connection,
            firm_id=firm_id,
            lane=lane,
            kind="trial",
            payload={"lane": lane},
            mailbox=of_firm(firm_id),
        )


def on_trial(connection: Connection, firm_id: str) -> Brand:
    """The firm's brand, with the mailbox that is being tried."""
    row = firm_store.by_id(connection, firm_id) or {}
    return Brand(**{**row["brand"], "mailbox": row["first_run"]["mailbox"]})


def note_trial(connection: Connection, *, firm_id: str, lane: str, state: str, reason: str) -> None:
    """What became of a trial mail: "taken", or "failed" with a word or a code for why."""
    row = firm_store.locked(connection, firm_id)
    trials = dict(row["first_run"].get("trials", {}))
    trials[lane] = {"state": state, "reason": reason, "at": now_ms(connection)}
    own = {**row["first_run"], "trials": trials}
    firm_store.update(connection, firm_id, {"first_run": own})


def confirm_mailbox(connection: Connection, firm_id: str) -> None:
    """The admin has found the trial mail in the inbox: the mailbox is the system's from now on.

    Raises:
        NotYet: No trial mail was taken.
    """
    row = firm_store.locked(connection, firm_id)
    trials = row["first_run"].get("trials", {})
    if not trials or any(trial["state"] != "taken" for trial in trials.values()):
        raise NotYet(step="mailbox")
    mailbox = row["first_run"]["mailbox"]
    brand = {**row["brand"], "mailbox": mailbox}
    _keep(connection, row, "mailbox", {"mailbox": mailbox, "brand": brand})


def set_look_up(connection: Connection, *, firm_id: str, granted: bool) -> None:
    """Keep whether the server may look in Sent Items (Mail.ReadBasic) when it is in doubt."""
    row = firm_store.locked(connection, firm_id)
    policies = {**row["policies"], "look_up": granted}
    _keep(connection, row, "look-up", {"policies": policies})


def open_firm(connection: Connection, firm_id: str) -> None:
    """Open the firm for letters. Opened again, it stays as it is.

    Raises:
        NotYet: A step is missing.
    """
    row = firm_store.locked(connection, firm_id)
    done = row["first_run"].get("steps", ())
    missing = next((step for step in STEPS if step not in done), None)
    if missing:
        raise NotYet(step=missing)
    if row["opened"] is None:
        firm_store.update(connection, firm_id, {"opened": now_ms(connection)})
        _log(connection, firm_id, "firm.opened")


def _keep(
    connection: Connection, row: Mapping[str, Any], step: str, values: Mapping[str, Any]
) -> None:
    own = row["first_run"]
    steps = [*(done for done in own.get("steps", ()) if done != step), step]
    kept = {**values, "first_run": {**own, "steps": steps}}
    firm_store.update(connection, row["id"], kept)
    _log(connection, row["id"], f"firm.{step}")


def _add_key(connection: Connection, firm_id: str, kind: str, key: str) -> None:
    store.add_key(
        connection,
        key_hash=_hash(key),
        firm_id=firm_id,
        kind=kind,
        expires=now_ms(connection) + LIFE_MS,
    )


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()  # 256 random bits need no salt


def _is_waiting(trial: Mapping[str, Any], now: int) -> bool:
    return bool(trial["state"] == "waiting" and trial["at"] > now - PATIENCE_MS)


def _href(telephone: str) -> str:
    plus = "+" if telephone.startswith("+") else ""
    return f"tel:{plus}{re.sub('[^0-9]', '', telephone)}"


def _wrong(field: str) -> Invalid:
    return Invalid("This cannot be shown as it is. What you typed is still here.", field=field)


def _log(connection: Connection, firm_id: str, kind: str) -> None:
    append_event(connection, firm_id=firm_id, kind=kind, person_id=None, about=firm_id)
