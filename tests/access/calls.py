"""For each route a call that is right in every way: only who makes it decides what comes of it."""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from server.base.ids import new_token
from server.crypto.identity import Identity
from server.crypto.statement import parse_statement
from tests.access.world import BEN, DORA, MAYA, PASSKEY, TOM, Ids, Person, World
from tests.drafts import OCTETS, Draft
from tests.firms.test_advising import WANTED
from tests.firms.test_first_run import LOOKS
from tests.firms.test_guarding import RULES
from tests.firms.test_leveling import LEVELS
from tests.keys.holding import Holder
from tests.messages.test_added_readers import sealed

Call = tuple[str, dict[str, Any]]
Maker = Callable[[World, Person, Ids], Call]
API = "/api/v1"
TEMPLATE = {"name": "Thanks", "language": "en", "body": "<p>Dear {{first_name}}</p>"}
PLACED = {"letters": True, "replies": False}


@dataclass
class Copyist:
    """A desk that notes what would be sent."""

    me: Any
    own: Any = None

    def api(self, _method: str, _path: str, body: Any = None) -> Any:
        return body


def plain(path: str, **body: Any) -> Maker:
    """A call without ids."""
    return lambda *_: (path, body)


def on(pattern: str, **body: Any) -> Maker:
    """A call whose path names ids, as members of Ids."""
    return lambda _world, _person, ids: (API + pattern.format(**vars(ids)), body)


def _part(world: World, person: Person, ids: Ids) -> Call:
    headers = {"Upload-Offset": "0", "Upload-Length": "64", "Upload-Complete": "?0"}
    more = {"data": b"x" * 32, "content_type": "application/partial-upload", "headers": headers}
    return f"{API}/messages/{ids.draft}/uploads/{ids.object}", more


def _drafted(body: Callable[[Draft], Any], tail: str) -> Maker:
    """A call with a body that the person's own draft makes; it may be sent to another's address."""
    made: dict[str, Any] = {}

    def make(world: World, person: Person, ids: Ids) -> Call:
        draft = world.drafts[person.draft]
        if draft.id not in made:
            desk, draft.desk = draft.desk, Copyist(draft.desk.me)
            made[draft.id] = body(draft)
            draft.desk = desk
        return f"{API}/messages/{ids.draft}/{tail}", {"json": made[draft.id]}

    return make


def _sending(draft: Draft) -> Any:
    statement = parse_statement(draft.signed).hash
    return {"subject": "", "envelopes": draft.envelopes(), "statement_hash": statement}


def _signing(draft: Draft) -> Any:
    return {"statement": draft.signed, "grants": []}


def _lookups(_: World, person: Person, ids: Ids) -> Call:
    """A client looks up whom she may answer, staff at the portal who waits; at the pane anybody."""
    address, about = MAYA, None
    if person.at_portal:
        own = DORA if person.column == "staff" else BEN
        address, about = (own if ids.address == MAYA else ids.address), ids.letter
    return f"{API}/lookups", {"json": {"readers": [{"address": address}], "about": about}}


def _stopping(_: World, _person: Person, ids: Ids) -> Call:
    """Ben's letter waits for Dora's key."""
    address = DORA if ids.address == MAYA else ids.address
    return f"{API}/messages/{ids.letter}/waiting", {"json": {"address": address}}


def _message(world: World, person: Person, ids: Ids) -> Call:
    body = {"draft_id": str(uuid.uuid4()), "reply_to": ids.letter}
    return f"{API}/messages", {"json": body}


_late: dict[str, Any] = {}


def _added(tail: str, body: Callable[[Any], Any]) -> Maker:
    """Ben adds Tom to his letter; somebody else tries with the very same."""

    def make(world: World, _person: Person, ids: Ids) -> Call:
        letter = world.letters["ben"]
        if letter.id not in _late:
            _late[letter.id] = sealed(letter, TOM)
        return f"{API}/messages/{ids.letter}/{tail}", {"json": body(_late[letter.id])}

    return make


def _asset(world: World, person: Person, ids: Ids) -> Call:
    from server.firms.routes import assets

    return f"/static/{assets()['reader.js']}", {}


def _new_object(world: World, person: Person, ids: Ids) -> Call:
    name = hashlib.sha256(ids.object.encode()).hexdigest()[:22]
    return f"{API}/messages/{ids.draft}/objects/{name}", {"data": b"x" * 64, "content_type": OCTETS}


def _uploaded(world: World, person: Person, ids: Ids) -> Call:
    return f"{API}/messages/{ids.draft}/objects/{world.drafts[person.draft].object_id}", {}


_identities: dict[str, Any] = {}


def _enrolling(world: World, person: Person, _ids: Ids) -> Call:
    """A new identity of hers; somebody who has none posts Maya's."""
    holder = world.holders.get(person.column, world.holders["reader"])
    body = _identities.setdefault(holder.person, Holder(holder.visitor, holder.person).body())
    return f"{API}/keys/enrolments", {"json": body}


def _completing(world: World, person: Person, ids: Ids) -> Call:
    column = person.column if person.column in world.holders else "reader"
    answer = world.holders[column].answer(world.enrolments[column]["challenge"])
    return f"{API}/keys/enrolments/{ids.enrolment}/completion", {"json": {"challenge": answer}}


PROOF = {"id": "A" * 22, "bytes": "A" * 43}
PAIRING = {
    "id": "A" * 22, "recipient": Identity.new().recipient.text, "tag": "A" * 43,
    "program": "outlook", "platform": "web",
}  # fmt: skip
NO_PAIRING, NO_PANE = "/pairings/" + "A" * 22, "/panes/" + "A" * 22
SLOT = "/keys/slots/" + "A" * 22
CALLS: dict[str, Maker] = {
    "GET /": plain("/"),
    "GET /mails": plain("/mails"),
    "GET /frame": plain("/frame"),
    "GET /brand.css": plain("/brand.css"),
    "GET /static/<name>": _asset,
    "GET /healthz": plain("/healthz"),
    "GET /favicon.ico": plain("/favicon.ico"),
    "GET /api/openapi.json": plain("/api/openapi.json"),
    "GET /log/checkpoint": plain("/log/checkpoint"),
    "GET /log/tile/<level>/<where>": plain("/log/tile/0/000.p/1"),
    "GET /pane/compose": plain("/pane/compose"),
    "GET /pane/read": plain("/pane/read"),
    "GET /pane/admin": plain("/pane/admin"),
    "GET /pane/consent": plain("/pane/consent"),
    "GET /pane/document": plain("/pane/document"),
    "GET /help": plain("/help"),
    "GET /icons/icon-<size>.png": plain("/icons/icon-16.png"),
    "GET /guard/launchevent.html": plain("/guard/launchevent.html"),
    "GET /guard/launchevent.js": plain("/guard/launchevent.js"),
    "GET /m/<message_id>": lambda _world, _person, ids: (f"/m/{ids.letter}", {}),
    "GET /key": plain("/key"),
    "GET /m/<message_id>/export": lambda _world, _person, ids: (f"/m/{ids.letter}/export", {}),
    "POST /api/v1/messages/<message_id>/visits": on(
        "/messages/{letter}/visits", json={"lacks": []}
    ),
    "POST /api/v1/messages/<message_id>/codes": on("/messages/{letter}/codes", json={"reader": 0}),
    "POST /api/v1/sessions": on("/sessions", json={"code": "AAAA-AAAA"}),
    "POST /api/v1/sessions/current/codes": on("/sessions/current/codes", json={}),
    "POST /api/v1/sessions/current/code": on("/sessions/current/code", json={"code": "AAAA-AAAA"}),
    "POST /api/v1/passkeys/options": on("/passkeys/options", json={}),
    "POST /api/v1/passkeys": on("/passkeys", json={"credential": {}, "name": "Mine"}),
    "GET /api/v1/passkeys": on("/passkeys"),
    "PATCH /api/v1/passkeys/<credential>": on(f"/passkeys/{PASSKEY}", json={"name": "Mine"}),
    "DELETE /api/v1/passkeys/<credential>": on(f"/passkeys/{PASSKEY}"),
    "GET /api/v1/keys/own": on("/keys/own"),
    "GET /api/v1/keys/own/former": on("/keys/own/former"),
    "GET /api/v1/keys/own/slots": on("/keys/own/slots"),
    "POST /api/v1/keys/enrolments": _enrolling,
    "GET /api/v1/keys/enrolments/<enrolment_id>": on("/keys/enrolments/{enrolment}"),
    "POST /api/v1/keys/enrolments/<enrolment_id>/completion": _completing,
    "POST /api/v1/keys/challenges": on("/keys/challenges", json={}),
    "POST /api/v1/keys/slots": on("/keys/slots", json={"text": "{}", "name": "x", "proof": PROOF}),
    "PATCH /api/v1/keys/slots/<slot>": on(SLOT, json={"name": "x"}),
    "DELETE /api/v1/keys/slots/<slot>": on(SLOT, json={"proof": PROOF}),
    "POST /api/v1/keys/slots/<slot>/used": on(f"{SLOT}/used", json={}),
    "GET /api/v1/keys/pairings/<pairing_id>": on(f"/keys{NO_PAIRING}"),
    "POST /api/v1/keys/pairings/<pairing_id>/answer": on(
        f"/keys{NO_PAIRING}/answer", json={"answer": "AAAA", "proof": PROOF}
    ),
    "DELETE /api/v1/keys/pairings/<pairing_id>": on(f"/keys{NO_PAIRING}"),
    "GET /api/v1/keys/panes": on("/keys/panes"),
    "DELETE /api/v1/keys/panes/<pane_id>": on(f"/keys{NO_PANE}"),
    "POST /api/v1/pairings": on("/pairings", json=PAIRING),
    "GET /api/v1/pairings/<pairing_id>": on(NO_PAIRING),
    "POST /api/v1/pairings/<pairing_id>/completion": on(
        f"{NO_PAIRING}/completion", json={"kept": True}
    ),
    "POST /api/v1/panes/<pane_id>/share": on(f"{NO_PANE}/share", json={}),
    "DELETE /api/v1/panes/<pane_id>": on(NO_PANE),
    "POST /api/v1/passkeys/challenges": on("/passkeys/challenges", json={}),
    "POST /api/v1/sessions/passkey": on("/sessions/passkey", json={"credential": {}}),
    "DELETE /api/v1/sessions/current": on("/sessions/current"),
    "GET /staff": plain("/staff"),
    "GET /staff/key": plain("/staff/key"),
    "GET /staff/pair": plain("/staff/pair"),
    "GET /staff/waiting": plain("/staff/waiting"),
    "GET /staff/signed-in": plain("/staff/signed-in?code=x&state=y"),
    "POST /api/v1/staff/sign-ins": on("/staff/sign-ins", json={}),
    "POST /api/v1/staff/sessions": on("/staff/sessions", json={"code": "x", "state": "y"}),
    "GET /api/v1/staff/sessions/current": on("/staff/sessions/current"),
    "DELETE /api/v1/staff/sessions/current": on("/staff/sessions/current"),
    "GET /api/v1/messages/<message_id>/thread": on("/messages/{letter}/thread"),
    "POST /api/v1/messages/<message_id>/open": on("/messages/{letter}/open", json={}),
    "GET /api/v1/messages/<message_id>/objects/<object_id>": on(
        "/messages/{letter}/objects/{object}"
    ),
    "PUT /api/v1/me": on("/me", json={}),
    "POST /api/v1/lookups": _lookups,
    "POST /api/v1/messages": _message,
    "POST /api/v1/mails": on("/mails", json={"mail": "A" * 43}),
    "GET /api/v1/people": on("/people"),
    "GET /api/v1/messages/<message_id>": on("/messages/{draft}"),
    "DELETE /api/v1/messages/<message_id>": on("/messages/{draft}"),
    "PUT /api/v1/messages/<message_id>/objects/<object_id>": _new_object,
    "DELETE /api/v1/messages/<message_id>/objects/<object_id>": _uploaded,
    "HEAD /api/v1/messages/<message_id>/uploads/<object_id>": on(
        "/messages/{draft}/uploads/{object}"
    ),
    "PATCH /api/v1/messages/<message_id>/uploads/<object_id>": _part,
    "DELETE /api/v1/messages/<message_id>/uploads/<object_id>": on(
        "/messages/{draft}/uploads/{object}"
    ),
    "POST /api/v1/messages/<message_id>/signature": _drafted(_signing, "signature"),
    "POST /api/v1/messages/<message_id>/send": _drafted(_sending, "send"),
    "PUT /api/v1/messages/<message_id>/draft": _drafted(lambda draft: draft.keep(), "draft"),
    "POST /api/v1/messages/<message_id>/draft/open": on("/messages/{draft}/draft/open", json={}),
    "GET /api/v1/drafts": on("/drafts"),
    "GET /api/v1/notices": on("/notices"),
    "POST /api/v1/messages/<message_id>/notice": on(
        "/messages/{letter}/notice", json={"answer": "again"}
    ),
    "POST /api/v1/messages/<message_id>/notices": lambda _world, _person, ids: (
        f"{API}/messages/{ids.letter}/notices",
        {"json": {"address": ids.address}},
    ),
    "POST /api/v1/messages/<message_id>/readers/signature": _added(
        "readers/signature", lambda body: {"grant": body["grant"]}
    ),
    "POST /api/v1/messages/<message_id>/readers": _added("readers", lambda body: body),
    "GET /api/v1/waiting": on("/waiting"),
    "DELETE /api/v1/messages/<message_id>/waiting": _stopping,
    "POST /api/v1/messages/<message_id>/recall": on("/messages/{letter}/recall", json={}),
    "GET /api/v1/messages/<message_id>/helpdesk": on("/messages/{letter}/helpdesk"),
    "POST /api/v1/messages/<message_id>/helpdesk/codes": lambda _world, _person, ids: (
        f"{API}/messages/{ids.letter}/helpdesk/codes",
        {"json": {"address": ids.address}},
    ),
    "GET /api/v1/outbox/dead": on("/outbox/dead"),
    "POST /api/v1/outbox/dead/<job_id>/again": on("/outbox/dead/{job}/again", json={}),
    "GET /api/v1/guard-rules": on("/guard-rules"),
    "PUT /api/v1/guard-rules": on("/guard-rules", json=RULES),
    "GET /api/v1/advice-rules": on("/advice-rules"),
    "PUT /api/v1/advice-rules": on("/advice-rules", json=WANTED),
    "GET /api/v1/level-rules": on("/level-rules"),
    "PUT /api/v1/level-rules": on("/level-rules", json=LEVELS),
    "GET /api/v1/templates": on("/templates"),
    "POST /api/v1/templates": on("/templates", json=TEMPLATE | {"firm": False}),
    "GET /api/v1/templates/<template_id>": on("/templates/{template}"),
    "PUT /api/v1/templates/<template_id>": on(
        "/templates/{template}", json=TEMPLATE | {"version": 1}
    ),
    "DELETE /api/v1/templates/<template_id>": on("/templates/{template}"),
    "GET /api/v1/ending": on("/ending"),
    "PUT /api/v1/ending/signature": on("/ending/signature", json=PLACED | {"body": "<p>Ben</p>"}),
    "PUT /api/v1/ending/tagline": on("/ending/tagline", json=PLACED | {"text": "Hart & Co"}),
    "GET /api/v1/deployment": on("/deployment"),
    "GET /api/v1/deployment/<kind>": on("/deployment/mail"),
    "GET /deployment": plain("/deployment"),
    "GET /api/v1/set-up/deployment": on("/set-up/deployment"),
    "GET /api/v1/set-up/deployment/<kind>": on("/set-up/deployment/documents"),
    "GET /set-up": plain("/set-up"),
    "GET /set-up/<key>": plain("/set-up/" + "A" * 43),
    "POST /api/v1/set-up/browsers": lambda world, _person, _ids: (
        f"{API}/set-up/browsers",
        {"json": {"key": world.set_up_key}},
    ),
    "GET /api/v1/set-up": on("/set-up"),
    "GET /api/v1/set-up/shades": on("/set-up/shades?firm_1=%23ffd400&firm_2=%23224466"),
    "PUT /api/v1/set-up/record": on("/set-up/record", json={"choice": "none"}),
    "PUT /api/v1/set-up/brand": on("/set-up/brand", json=LOOKS),
    "PUT /api/v1/set-up/hosts": on("/set-up/hosts", json={}),
    "POST /api/v1/set-up/trials": on("/set-up/trials", json={"mailbox": "portal@new.example"}),
    "PUT /api/v1/set-up/mailbox": on("/set-up/mailbox", json={}),
    "PUT /api/v1/set-up/look-up": on("/set-up/look-up", json={"granted": False}),
    "POST /api/v1/set-up/open": on("/set-up/open", json={}),
}


def unknown() -> Ids:
    """Ids of nobody."""
    return Ids(
        new_token(), new_token(), new_token(), uuid.uuid4().hex, "nobody@client.example",
        new_token(), new_token(),
    )  # fmt: skip
