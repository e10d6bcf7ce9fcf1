"""A healthy installation on SQLite, with everything about it on this machine."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

import pytest
import requests
from sqlalchemy import text
from werkzeug.serving import make_server

from server.app import build_parts, create_app
from server.base import facts
from server.base.heartbeat import Heartbeat
from server.base.outbox import LANES
from server.base.settings import Settings
from server.base.tenancy import all_firms, for_firm
from server.base.vault import name_of, read_keys
from server.commands import db
from server.commands.demo import add_demo_firm
from server.commands.doctor import SELECTORS
from server.commands.doctor.findings import Finding
from server.commands.doctor.visit import examine
from tests.doctor.name_server import RECORDS, name_server
from tests.sandbox.running import API, CLIENT, SECRET, TENANT, Sandbox, free_port, running

MAILBOX = "portal@hart.example"


@dataclass
class Clinic:
    """The installation, and what can be made wrong with it."""

    settings: Settings
    parts: Any
    sandbox: Sandbox
    records: dict[str, list[str]] = field(default_factory=dict)
    headers: dict[str, str | None] = field(default_factory=dict)

    def examine(self, *only: str, **changed: Any) -> dict[str, list[Finding]]:
        settings = Settings(
            **{name: getattr(self.settings, name) for name in Settings.__dataclass_fields__}
            | changed
        )
        return examine(settings, only=only, selectors=SELECTORS)

    def finds(self, check: str, **changed: Any) -> Finding:
        """The one thing that a check finds."""
        (found,) = self.examine(check, **changed)[check]
        return found

    def run(self, statement: str, **values: Any) -> None:
        """Change the database behind everybody's back."""
        with all_firms("a test"), self.parts.database.write() as connection:
            connection.execute(text(statement), values)

    def tenant(self, **granted: Any) -> None:
        """What the tenant's administrator grants."""
        answer = requests.post(f"{self.sandbox.url}/sandbox/tenant", json=granted, timeout=5)
        assert answer.ok


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    port, folder = free_port(), tmp_path_factory.mktemp("clinic")
    pane = f"http://127.0.0.1:{port}/pane/compose"
    with running(tmp_path_factory.mktemp("microsoft"), "--addin-url", pane) as sandbox:
        settings = _settings(folder, port, sandbox)
        db.upgrade(settings)
        db.ensure_master_key(settings)
        add_demo_firm(settings)
        parts = build_parts(settings)
        made = Clinic(settings, parts, sandbox)
        app = create_app(parts)
        _somebody_may_send(made, app)
        with _served(_with_headers(app, made.headers), port), name_server(made.records) as dns:
            made.settings = Settings(
                **{name: getattr(settings, name) for name in Settings.__dataclass_fields__}
                | {"resolver": dns}
            )
            yield made
        parts.rights.close()
        parts.database.close()


@pytest.fixture(autouse=True)
def healthy(clinic: Clinic) -> None:
    """As it should be, whatever the test before has planted."""
    clinic.records.clear()
    clinic.records.update(RECORDS)
    clinic.headers.clear()
    clinic.tenant(consented=None, mailboxes=[MAILBOX])
    clinic.run("DELETE FROM outbox")
    clinic.run("DELETE FROM persons WHERE kind = 'client'")
    clinic.run(
        "UPDATE firms SET origin = :a, addin_origin = :b, policies = :c",
        a=clinic.settings.origin,
        b=clinic.settings.addin_origin,
        c='{"look_up": true}',
    )
    for lane in LANES:
        Heartbeat(clinic.parts.database, lane).beat()
    with clinic.parts.database.write() as connection:
        key = read_keys(clinic.settings.master_key)[0]
        facts.note(connection, facts.MASTER_KEY_BACKED_UP, name_of(key))


def _settings(folder: Path, port: int, sandbox: Sandbox) -> Settings:
    return Settings(
        data=folder,
        database_url=f"sqlite:///{folder / 'letterlock.db'}",
        blob_url=(folder / "blobs").as_uri(),
        master_key=folder / "master.key",
        origin=f"http://localhost:{port}",
        addin_origin=f"http://127.0.0.1:{port}",
        authority=sandbox.url,
        graph_url=f"{sandbox.url}/v1.0",
        client_id=CLIENT,
        client_secret=SECRET,
    )


def _somebody_may_send(clinic: Clinic, app: Any) -> None:
    token = clinic.sandbox.sign_in("ann@hart.example", [API])["access_token"]
    me = app.test_client().put(
        "/api/v1/me",
        base_url=clinic.settings.addin_origin,
        json={},
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "k" * 22},
    )
    assert me.status_code == 200, me.json
    with all_firms("a test"), clinic.parts.database.read() as connection:
        row = connection.execute(text("SELECT id, firm_id FROM persons")).one()
    with for_firm(row.firm_id):
        clinic.parts.rights.authorise(tenant_id=TENANT, person_id=row.id, assertion=token)


def _with_headers(app: WSGIApplication, headers: dict[str, str | None]) -> WSGIApplication:
    """A proxy that sets or, with None, strips headers of every answer."""

    def proxy(environ: Any, start_response: Callable[..., Any]) -> Any:
        def start(status: str, given: list[tuple[str, str]], *more: Any) -> Any:
            kept = [(name, value) for name, value in given if name not in headers]
            added = [(name, value) for name, value in headers.items() if value is not None]
            return start_response(status, kept + added, *more)

        return app(environ, start)

    return proxy


@contextmanager
def _served(app: WSGIApplication, port: int) -> Iterator[None]:
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def stub(*, date: str | None = None, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """A web server that says nothing but a date; with `tls` over https."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(200)
            if date is not None:
                self.send_header("Date", date)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
