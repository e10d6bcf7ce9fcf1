"""A firm's Letterlock in this process, with a running sandbox as its Microsoft 365.

`Pane` does over HTTP what the task pane does, with the server's own crypto to seal; `Visitor`
does what a client's browser does.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from flask.testing import FlaskClient
from sqlalchemy import Dialect
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from server import worker
from server.app import Parts, build_parts, create_app
from server.base.database import Database
from server.base.ids import new_token
from server.base.outbox import LANES
from server.base.settings import Settings
from server.base.tenancy import all_firms
from server.commands.db import ensure_master_key
from server.commands.demo import add_demo_firm
from server.crypto import age
from server.crypto.identity import Identity
from server.crypto.padding import unpad
from server.crypto.statement import parse_statement
from tests.drafts import Draft, begin
from tests.sandbox.running import API, CLIENT, SECRET, Sandbox, eventually

ORIGIN = "http://localhost:8399"
ADDIN_ORIGIN = "http://127.0.0.1:8399"


def key() -> str:
    """An Idempotency-Key."""
    return new_token()


@dataclass
class House:
    """One application on one database."""

    parts: Parts
    sandbox: Sandbox
    app: Any = None
    handlers: Any = None

    def open(self) -> "House":
        """Add the demo firm and build the application and the worker's handlers."""
        add_demo_firm(self.parts.settings)
        self.app = create_app(self.parts)
        settings, database, vault = self.parts.settings, self.parts.database, self.parts.vault
        self.handlers = worker.build_handlers(settings, database, vault)
        return self

    def close(self) -> None:
        """Give back everything."""
        self.handlers.close()
        self.parts.rights.close()
        self.parts.database.close()

    def work(self) -> None:
        """Do every job that is due."""
        for lane in LANES:
            while worker.work_once(self.parts.database, self.handlers, lane):
                pass

    def pane(self, address: str = "ann@hart.example") -> "Pane":
        """The task pane of a person, signed in."""
        token = self.sandbox.sign_in(address, [API])["access_token"]
        pane = Pane(self, self.app.test_client(), token)
        pane.me = pane.put("/me", {}).json
        return pane

    def visitor(self) -> "Visitor":
        """A browser at the portal."""
        return Visitor(self, self.app.test_client())


@dataclass
class Pane:
    """A task pane."""

    house: House
    http: FlaskClient
    token: str
    me: Any = None
    own: Any = None

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        """One call of the API as this person."""
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key()}
        headers |= more.pop("headers", {})
        payload = {"json": body} if body is not None else more
        return self.http.open(
            f"/api/v1{path}", method=method, base_url=ADDIN_ORIGIN, headers=headers, **payload
        )

    def api(self, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        """One call of the API."""
        return self.call(method, path, body, **more)

    def put(self, path: str, body: Any) -> TestResponse:
        """PUT JSON."""
        return self.call("PUT", path, body)

    def post(self, path: str, body: Any) -> TestResponse:
        """POST JSON."""
        return self.call("POST", path, body)

    def draft(
        self,
        to: Sequence[str] = ("maya@client.example",),
        text: str = "Dear Maya",
        **more: Any,
    ) -> Draft:
        """A message with its objects uploaded and its readers looked up."""
        return begin(self, to=to, text=text, **more)

    def send(
        self,
        to: Sequence[str] = ("maya@client.example",),
        text: str = "Dear Maya",
        **more: Any,
    ) -> str:
        """Write and send; returns the message's id."""
        return sent(self.draft(to, text, **more))


@dataclass
class Visitor:
    """A browser at the portal, with its cookies."""

    house: House
    http: FlaskClient
    me: Any = None
    own: Any = None

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        """One call from the portal's own page."""
        headers = {"Sec-Fetch-Site": "same-origin", "Idempotency-Key": key()}
        headers |= more.pop("headers", {})
        payload = {"json": body} if body is not None else more
        return self.http.open(path, method=method, base_url=ORIGIN, headers=headers, **payload)

    def api(self, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        """One call of the API from the portal's own page."""
        return self.call(method, f"/api/v1{path}", body, **more)

    def post(self, path: str, body: Any) -> TestResponse:
        """POST JSON to the API."""
        return self.api("POST", path, body)

    def answer(
        self, message_id: str, to: Sequence[str], text: str = "Dear Ann", **more: Any
    ) -> str:
        """Answer a letter; returns the answer's id."""
        self.me = self.api("PUT", "/me", {}).json
        return sent(begin(self, to=to, text=text, reply_to=message_id, **more))

    def ask_code(self, message_id: str, address: str = "maya@client.example") -> str:
        """Ask for a code, let the worker send it, and find it in the mailbox."""
        seen = self.codes_at(address)
        answer = self.post(f"/messages/{message_id}/codes", {"address": address})
        assert answer.status_code == 202, answer.json
        self.house.work()
        return eventually(lambda: next(iter(self.codes_at(address) - seen), None))

    def codes_at(self, address: str) -> set[str]:
        """All codes in a mailbox."""
        subjects = (m["subject"] for m in mailbox(self.house.sandbox, address))
        return {subject[5:14] for subject in subjects if subject.startswith("Code ")}

    def sign_in(self, message_id: str, address: str = "maya@client.example") -> TestResponse:
        """Ask for a code and type it."""
        return self.post("/sessions", {"code": self.ask_code(message_id, address)})

    def open(self, message_id: str) -> TestResponse:
        """Open the own envelope."""
        return self.post(f"/messages/{message_id}/open", {})

    def read(self, message_id: str) -> dict[str, Any]:
        """Open, fetch and decrypt the body."""
        opened = self.open(message_id).json
        if "envelope" in opened:
            opened |= self.own.open(opened)
        statement = parse_statement(opened["statement"])
        item = statement.objects[0]
        file = self.call("GET", f"/api/v1/messages/{message_id}/objects/{item.id}").data
        identity = Identity.parse(opened["message_key"])
        body: dict[str, Any] = json.loads(unpad(age.decrypt(identity, file), item.size))
        return body


def sent(draft: Draft) -> str:
    """Have a draft signed and send it; returns its id."""
    signed = draft.sign()
    assert signed.status_code == 200, signed.json
    answer = draft.send()
    assert answer.status_code == 202, answer.json
    return draft.id


def furnished(
    database_url: str, microsoft: Sandbox, folder: Path, *, graph_url: str
) -> Iterator[House]:
    """A house on a migrated database, closed at the end and its Microsoft 365 empty and mended."""
    settings = Settings(
        data=folder,
        database_url=database_url,
        blob_url=(folder / "blobs").as_uri(),
        master_key=folder / "master.key",
        origin=ORIGIN,
        addin_origin=ADDIN_ORIGIN,
        authority=microsoft.url,
        graph_url=graph_url,
        office_js=f"{microsoft.url}/office.js",
        client_id=CLIENT,
        client_secret=SECRET,
        demo=True,
    )
    ensure_master_key(settings)
    parts = build_parts(settings)
    _remember_statements(parts.database)
    built = House(parts, microsoft).open()
    with all_firms("a test looks at everything"):  # requests and jobs say their own
        yield built
    built.close()
    microsoft.begin_anew()


_builder = Rule._compile_builder
_builders: dict[Any, Any] = {}


def _remembered_builder(rule: Rule, append_unknown: bool) -> Any:  # noqa: FBT001  as in werkzeug
    """What builds the addresses of a rule, compiled once for all houses: a tenth of a test."""
    key = rule.rule, str(rule.defaults), rule.host, rule.subdomain, append_unknown
    if key not in _builders:
        _builders[key] = _builder(rule, append_unknown)
    return _builders[key]


Rule._compile_builder = _remembered_builder  # type: ignore[method-assign]
_dialects: dict[str, Dialect] = {}
_compiled: dict[Any, Any] = {}


def _remember_statements(database: Database) -> None:
    """Let an engine know the SQL that those before it compiled: a fifth of a test's time."""
    engine = database.engine
    engine.dialect = _dialects.setdefault(engine.dialect.name, engine.dialect)
    database.engine = engine.execution_options(compiled_cache=_compiled)


def mailbox(sandbox: Sandbox, address: str, folder: str = "inbox") -> list[dict[str, Any]]:
    """All that is in a folder of a mailbox, as the Outlook window lists it."""

    query = {"as": address, "folder": folder, "top": "10000"}
    answer = requests.get(f"{sandbox.url}/outlook/api/mailbox", params=query, timeout=5)
    messages: list[dict[str, Any]] = answer.json()["messages"]
    return messages
