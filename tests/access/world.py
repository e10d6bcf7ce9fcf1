"""A firm with a letter, and everybody who might knock: no Microsoft 365, tokens are a table."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text
from werkzeug.test import TestResponse

from server.app import Parts, create_app
from server.base import mailboxes, outbox
from server.base.database import Database, now_ms
from server.base.errors import NotSignedIn
from server.base.ids import new_token
from server.base.settings import Settings
from server.base.tenancy import all_firms, for_firm
from server.base.vault import Vault
from server.commands.db import ensure_master_key
from server.commands.demo import DEMO_TENANT, add_demo_firm
from server.firms import service as firms
from server.firms.first_run import service as first_run
from server.keys import service as keys
from server.people import service as people
from server.people.passkeys import store as passkey_store
from server.people.sign_ins import store as sign_in_store
from server.people.sign_ins.ports import CLIENT_SESSION, STAFF_SESSION, StaffClaims
from server.people.sign_ins.refusals import SignInRefused
from server.people.sign_ins.staff.ports import Opened
from server.storage.blobs import ObstoreBlobs
from tests.drafts import Draft, begin
from tests.house import ADDIN_ORIGIN, ORIGIN
from tests.keys.holding import Holder

NEW, NEW_ADDIN = "http://localhost:8395", "http://127.0.0.1:8395"  # a firm in its first run
OTHER, OTHER_ADDIN = "http://localhost:8397", "http://127.0.0.1:8397"
OTHER_TENANT: Final = "0b7f7a0e-54f5-4a6f-8a35-0a1f6b7a9c01"
BEN, ANN, CORA, EVE = (
    "ben@hart.example",
    "ann@hart.example",
    "cora@hart.example",
    "eve@field.example",
)
PASSKEY: Final = "bWF5YSdzIHBhc3NrZXk6KQ"  # 16 bytes
MAYA, TOM, DORA, FAY = (f"{name}@client.example" for name in ("maya", "tom", "dora", "fay"))
STAFF: Final = {
    "ann": (DEMO_TENANT, ANN), "ben": (DEMO_TENANT, BEN), "cora": (DEMO_TENANT, CORA),
    "dan": (DEMO_TENANT, "dan@hart.example"), "eve": (OTHER_TENANT, EVE),
}  # fmt: skip


class Wallet:
    """Staff tokens: names of people."""

    def verify(self, token: str) -> StaffClaims:
        if token not in STAFF:
            raise NotSignedIn
        tenant, address = STAFF[token]
        return StaffClaims(tenant, hashlib.sha256(token.encode()).hexdigest()[:36], address, token)


class Rights:
    """Everybody may send."""

    def authorise(self, **_whom: Any) -> None:
        """Nothing is asked."""

    def close(self) -> None:
        """Nothing is held."""


class NoDoor:
    """Microsoft lets nobody in."""

    def open(self, **_how: Any) -> Opened:
        """Begun, and nobody goes there."""
        return Opened("http://localhost:9/authorize", "{}")

    def finish(self, **_answer: Any) -> Any:
        """Nobody came back."""
        raise SignInRefused


@dataclass(frozen=True)
class Person:
    """Who knocks, where, and with what. `own`: whose draft and letter are her own."""

    column: str
    origin: str
    headers: dict[str, str] = field(default_factory=dict)
    letter: str = "ben"
    draft: str = "ben"

    @property
    def at_portal(self) -> bool:
        return self.origin in {ORIGIN, OTHER, NEW}


@dataclass
class Ids:
    """What a call names; a test puts foreign and unknown ones in."""

    letter: str
    draft: str
    object: str
    job: str
    address: str
    template: str
    enrolment: str


@dataclass
class World:
    """One application, its people and their letters."""

    app: Any
    parts: Parts
    path: Path | None = None
    people: dict[str, Person] = field(default_factory=dict)
    drafts: dict[str, Draft] = field(default_factory=dict)
    letters: dict[str, Draft] = field(default_factory=dict)
    jobs: dict[str, str] = field(default_factory=dict)
    templates: dict[str, str] = field(default_factory=dict)
    holders: dict[str, Holder] = field(default_factory=dict)
    enrolments: dict[str, dict[str, Any]] = field(default_factory=dict)
    set_up_key: str = ""
    _kept: Path | None = None

    def call(self, person: Person, method: str, path: str, **more: Any) -> TestResponse:
        """One request as this person, in a browser without memory."""
        headers = {"Idempotency-Key": new_token(), "Sec-Fetch-Site": "same-origin"}
        headers |= person.headers | more.pop("headers", {})
        client = self.app.test_client(use_cookies=False)
        with client.open(
            path, method=method, base_url=person.origin, headers=headers, **more
        ) as answer:
            answer.get_data()
            return answer

    def ids(self, person: Person) -> Ids:
        """What is hers, or else what she might reach for."""
        draft, letter = self.drafts[person.draft], self.letters[person.letter]
        template = self.templates[person.letter]
        enrolment = self.enrolments.get(person.column, self.enrolments["reader"])["id"]
        return Ids(
            letter.id, draft.id, letter.object_id, self.jobs[ORIGIN], MAYA, template, enrolment
        )  # fmt: skip

    def keep(self) -> None:
        """Note how everything is."""
        if self.path is not None:
            self._kept = self.path.with_suffix(".kept")
            _copy(self.path, self._kept)

    def restore(self) -> None:
        """Bring everything back to how it was."""
        if self.path is not None and self._kept is not None:
            _copy(self._kept, self.path)


@dataclass
class Desk:
    """Where one of them writes."""

    world: World
    person: Person
    me: Any = None
    own: Any = None

    def api(self, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        sent = {"json": body} if body is not None else more
        return self.world.call(self.person, method, f"/api/v1{path}", **sent)


@contextmanager
def built(database_url: str, folder: Path, path: Path | None = None) -> Iterator[World]:
    """The world on a migrated database; `path` is an SQLite file that can be brought back."""
    settings = Settings(
        data=folder, database_url=database_url, blob_url=(folder / "blobs").as_uri(),
        master_key=folder / "master.key", origin=ORIGIN, addin_origin=ADDIN_ORIGIN,
        authority="http://localhost:9", graph_url="http://localhost:9",
        office_js="http://localhost:9/office.js", client_id="client", client_secret="x", demo=True,
    )  # fmt: skip
    ensure_master_key(settings)
    add_demo_firm(settings)
    database, vault = Database(database_url), Vault.load(settings.master_key)
    blobs = ObstoreBlobs(settings.blob_url)
    parts = Parts(
        settings, database, vault, blobs, tokens=Wallet(), rights=Rights(), staff_door=NoDoor()
    )
    world = World(create_app(parts), parts, path)
    try:
        _settle(world)
        world.keep()
        yield world
    finally:
        database.close()


def _settle(world: World) -> None:
    _add_firms(world)
    for column, person in _staff().items():
        world.people[column] = person
        Desk(world, person).api("PUT", "/me", {})
    _write(world, "ben", (MAYA, DORA), cc=(CORA,))
    _write(world, "ann", (TOM,))
    _write(world, "eve", (FAY,))
    world.people |= _visitors(world)
    maya = Desk(world, world.people["reader"])
    world.drafts["maya"] = _begun(maya, (BEN,), reply_to=world.letters["ben"].id)
    for column in ("reader", "other reader", "staff"):
        _enrol(world, column)
    _suspend(world)
    _add_passkey(world)
    with all_firms("a test"), world.parts.database.write() as connection:
        for firm in firms.every(connection):
            world.jobs[firm.origin] = outbox.set_aside(
                connection, firm_id=firm.id, lane="notices", kind="notice", payload={},
                mailbox=mailboxes.of_firm(firm.id), reason="refused",
            )  # fmt: skip
        connection.execute(text("UPDATE deliveries SET state = 'failed'"))
        _let_wait(world, connection)


def _add_firms(world: World) -> None:
    with all_firms("a test"), world.parts.database.write() as connection:
        hart = firms.of_origin(connection, ORIGIN)
        other = firms.add(
            connection, tenant_id=OTHER_TENANT, origin=OTHER, addin_origin=OTHER_ADDIN,
            domains=("field.example",), brand=hart.brand, admin=EVE,
        )  # fmt: skip
        new = first_run.begin(
            connection, tenant_id="2c7f7a0e-54f5-4a6f-8a35-0a1f6b7a9c02", origin=NEW,
            addin_origin=NEW_ADDIN, domains=("new.example",), admin="ida@new.example", name="new",
        )  # fmt: skip
        world.set_up_key = first_run.new_link(connection, new).rpartition("/")[2]
        for firm in (other, new):
            with for_firm(firm.id):
                keys.ensure_directory_key(connection, world.parts.vault, firm.id)


def _staff() -> dict[str, Person]:
    def person(column: str, token: str, origin: str = ADDIN_ORIGIN) -> Person:
        return Person(column, origin, {"Authorization": f"Bearer {token}"})

    return {
        "sender": person("sender", "ben"),
        "colleague": person("colleague", "cora"),
        "admin": person("admin", "ann"),
        "suspended staff": person("suspended staff", "dan"),
        "other firm's staff": person("other firm's staff", "eve", OTHER_ADDIN),
    }


def _visitors(world: World) -> dict[str, Person]:
    """Those at the portal, and those at the wrong door."""

    def reader(column: str, address: str, age_ms: int = 0, **more: Any) -> Person:
        cookie = f"__Host-session={_session(world, address, age_ms)}"
        return Person(column, ORIGIN, {"Cookie": cookie}, draft="maya", **more)

    def staff(column: str, address: str, kind: str = STAFF_SESSION) -> Person:
        cookie = f"__Host-staff={_session(world, address, 0, kind)}"
        headers = {"Cookie": cookie, "Letterlock-Sign-In": "staff"}
        return Person(column, ORIGIN, headers, draft="maya")

    maya = reader("reader", MAYA)
    found = [
        Person("anyone", ORIGIN, draft="maya"),
        maya,
        reader("other reader", TOM),
        reader("other firm's reader", FAY),
        reader("colleague by code", CORA),
        reader("expired", MAYA, 31 * 60_000),
        reader("suspended reader", DORA),
        staff("staff", BEN),
        staff("client as staff", MAYA, kind=CLIENT_SESSION),
        staff("suspended at the portal", "dan@hart.example"),
        Person("token at the portal", ORIGIN, {"Authorization": "Bearer ben"}, draft="maya"),
        Person("set-up", NEW, {"Cookie": _set_up(world)}, draft="maya"),
        Person("anyone at the pane", ADDIN_ORIGIN),
        Person("cookie at the pane", ADDIN_ORIGIN, maya.headers),
        Person("other tenant's token", ADDIN_ORIGIN, {"Authorization": "Bearer eve"}),
    ]
    return {one.column: one for one in found}


def _session(world: World, address: str, age_ms: int, kind: str = CLIENT_SESSION) -> str:
    vault, token = world.parts.vault, new_token()
    origin = OTHER if address == FAY else ORIGIN
    with all_firms("a test"), world.parts.database.write() as connection:
        firm = firms.of_origin(connection, origin)
        person = people.find(connection, vault, firm_id=firm.id, address=address)
        assert person is not None
        at = now_ms(connection) - age_ms
        row = {"id": vault.index("session", token), "firm_id": firm.id, "person_id": person.id}
        sign_in_store.put_session(
            connection, row | {"kind": kind, "created": at, "seen": at, "proved": at}
        )
    return token


def _enrol(world: World, column: str) -> None:
    """Somebody has begun to take her key to herself, and would complete it now."""
    desk = Desk(world, world.people[column])
    holder = Holder(desk, desk.api("GET", "/keys/own").json["person"])
    begun = desk.api("POST", "/keys/enrolments", holder.body())
    assert begun.status_code == 201, begun.json
    world.holders[column], world.enrolments[column] = holder, begun.json


def _add_passkey(world: World) -> None:
    """Maya's passkey, as an authenticator might have made it."""
    vault, passkey_id = world.parts.vault, new_token()
    with all_firms("a test"), world.parts.database.write() as connection:
        firm = firms.of_origin(connection, ORIGIN)
        maya = people.find(connection, vault, firm_id=firm.id, address=MAYA)
        assert maya is not None
        row = {
            "id": passkey_id, "firm_id": firm.id, "person_id": maya.id, "credential": PASSKEY,
            "user_handle": "maya", "public_key": b"", "counter": 0, "transports": [],
            "name_sealed": vault.seal_text((firm.id, "passkeys", passkey_id, "name"), "Mine"),
            "created": now_ms(connection), "used": None,
        }  # fmt: skip
        passkey_store.insert_passkey(connection, row)


def _let_wait(world: World, connection: Any) -> None:
    """Ben's letter waits for Dora's key, as if he had asked for it."""
    letter = world.letters["ben"].id
    firm = firms.of_origin(connection, ORIGIN)
    dora = people.find(connection, world.parts.vault, firm_id=firm.id, address=DORA)
    assert dora is not None
    waits = "UPDATE readers SET key = 'pending', waiting_until = :until"
    values = {"until": now_ms(connection) + 3_600_000, "letter": letter, "dora": dora.id}
    connection.execute(text(f"{waits} WHERE entry_id = :letter AND person_id = :dora"), values)


def _set_up(world: World) -> str:
    """The cookie of the browser that used the link."""
    body = {"key": world.set_up_key}
    browser = Person("browser", NEW)
    answer = world.call(browser, "POST", "/api/v1/set-up/browsers", json=body)
    assert answer.status_code == 201, answer.json
    return str(answer.headers["Set-Cookie"].partition(";")[0])


def _suspend(world: World) -> None:
    run = "UPDATE persons SET state = 'suspended' WHERE id = :id"
    with all_firms("a test"), world.parts.database.write() as connection:
        firm = firms.of_origin(connection, ORIGIN)
        for address in (DORA, "dan@hart.example"):
            person = people.find(connection, world.parts.vault, firm_id=firm.id, address=address)
            assert person is not None
            connection.execute(text(run), {"id": person.id})


def _write(world: World, token: str, to: tuple[str, ...], cc: tuple[str, ...] = ()) -> None:
    columns = {"ben": "sender", "ann": "admin", "eve": "other firm's staff"}
    desk = Desk(world, world.people[columns[token]])
    letter = _begun(desk, (*to, *cc))
    assert letter.send().status_code == 202
    world.letters[token] = letter
    kept = {"name": "Kept", "language": "en", "body": "<p>Kept</p>", "firm": False}
    world.templates[token] = desk.api("POST", "/templates", kept).json["id"]
    world.drafts[token] = _begun(desk, to)


def _begun(desk: Desk, to: tuple[str, ...], **more: Any) -> Draft:
    desk.me = desk.api("PUT", "/me", {}).json
    draft = begin(desk, to=to, **more)
    assert draft.keep().status_code == 200
    assert draft.sign().status_code == 200
    return draft


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
