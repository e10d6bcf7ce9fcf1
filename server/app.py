"""The web application: where slices, adapters and HTTP meet. One of three roofs."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import structlog
from apiflask import APIFlask
from flask import Response, g, request
from gunicorn.app.base import BaseApplication
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter

from server import problems
from server.admin.deployment import routes as deployment_routes
from server.base import logs, metrics, scrapes, tenancy
from server.base.access import Authentication, authorise, require_rules
from server.base.database import Database
from server.base.errors import AppError, Invalid
from server.base.headers import Headers
from server.base.http import (
    ADDIN,
    ANY_HOST,
    ANYONE,
    PORTAL,
    SAFE_METHODS,
    Tools,
    callers,
)
from server.base.ids import new_id
from server.base.settings import Settings, from_environment
from server.base.vault import Vault
from server.events import routes as event_routes
from server.firms import routes as firm_routes
from server.firms import service as firms
from server.firms.advising import routes as advice_routes
from server.firms.first_run import routes as first_run_routes
from server.firms.first_run import service as first_run
from server.firms.guarding import routes as guard_routes
from server.firms.leveling import routes as level_routes
from server.firms.service import Firm
from server.graph.door import EntraDoor
from server.graph.entra import Entra
from server.graph.tokens import EntraTokens
from server.keys.log import routes as key_log_routes
from server.keys.self_held import pages as staff_key_pages
from server.keys.self_held import routes as self_held_routes
from server.keys.self_held.enrolling import routes as enrolling_routes
from server.keys.self_held.pairing import routes as pairing_routes
from server.messages import routes as message_routes
from server.messages.acquaintances import routes as acquaintance_routes
from server.messages.afterwards import routes as afterwards_routes
from server.messages.drafting import routes as drafting_routes
from server.messages.filing import routes as filing_routes
from server.messages.helpdesk import routes as helpdesk_routes
from server.messages.notices import routes as notice_routes
from server.messages.ports import Blobs, SendingRights
from server.messages.reading import routes as reading_routes
from server.messages.sending import routes as sending_routes
from server.messages.signing import routes as signing_routes
from server.messages.uploading import routes as uploading_routes
from server.messages.waiting import pages as waiting_pages
from server.messages.waiting import routes as waiting_routes
from server.people import service as people
from server.people.passkeys import routes as passkey_routes
from server.people.service import Person
from server.people.sign_ins import routes as sign_in_routes
from server.people.sign_ins import service as sign_ins
from server.people.sign_ins.ports import CLIENT_SESSION, STAFF_SESSION, StaffClaims, StaffTokens
from server.people.sign_ins.proving import routes as proving_routes
from server.people.sign_ins.service import OtherTenant
from server.people.sign_ins.staff import routes as staff_routes
from server.people.sign_ins.staff.ports import StaffDoor
from server.stationery import routes as stationery_routes
from server.storage.blobs import ObstoreBlobs

ROOT: Final = Path(__file__).resolve().parent.parent
GRACEFUL_S: Final = 30  # how long a stopping server waits for what it has begun
_ROUTES: Final = (
    firm_routes,
    first_run_routes,
    guard_routes,
    advice_routes,
    level_routes,
    stationery_routes,
    message_routes,
    filing_routes,
    acquaintance_routes,
    drafting_routes,
    uploading_routes,
    signing_routes,
    sending_routes,
    afterwards_routes,
    waiting_routes,
    notice_routes,
    helpdesk_routes,
    reading_routes,
    sign_in_routes,
    proving_routes,
    staff_routes,
    passkey_routes,
    self_held_routes,
    enrolling_routes,
    pairing_routes,
    event_routes,
    key_log_routes,
    deployment_routes,
)
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Parts:
    """What an application is made of; tests put other parts in."""

    settings: Settings
    database: Database
    vault: Vault
    blobs: Blobs
    tokens: StaffTokens
    rights: SendingRights
    staff_door: StaffDoor


def build_parts(settings: Settings) -> Parts:
    """The real parts."""
    database, vault = Database(settings.database_url), Vault.load(settings.master_key)
    entra = Entra(
        authority=settings.authority,
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        caches=sign_ins.SealedTokenCaches(database, vault),
        resource=settings.cloud.graph,
    )
    tokens = EntraTokens(authority=settings.authority, client_id=settings.client_id)
    return Parts(
        settings=settings,
        database=database,
        vault=vault,
        blobs=ObstoreBlobs(settings.blob_url),
        tokens=tokens,
        rights=entra,
        staff_door=EntraDoor(entra=entra, tokens=tokens),
    )


def create_app(parts: Parts | None = None) -> APIFlask:
    """The application, for gunicorn (`server.app:create_app()`) and for tests."""
    logs.configure()
    parts = parts or build_parts(from_environment())
    app = APIFlask(
        __name__,
        title="Letterlock",
        version="1",
        spec_path="/api/openapi.json",
        docs_path=None,
        static_folder=None,  # type: ignore[arg-type]  # Flask takes None: no static route
        json_errors=False,
    )
    if parts.settings.proxies:
        n = parts.settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    app.url_map.converters["token"] = _Token
    app.extensions["letterlock"] = _tools(parts)
    app.config["VALIDATION_ERROR_STATUS_CODE"] = Invalid.status
    _pages(app, parts.settings)
    for module in _ROUTES:
        app.register_blueprint(module.bp)
    for pages in (
        first_run_routes.pages,
        deployment_routes.pages,
        self_held_routes.pages,
        staff_key_pages.pages,
        waiting_pages.pages,
        staff_routes.pages,
    ):
        app.register_blueprint(pages)
    app.register_blueprint(guard_routes.pages)
    spec = app.view_functions["openapi.spec"]
    app.view_functions["openapi.spec"] = callers(ANYONE, host=ANY_HOST)(spec)
    require_rules(app)
    _access(app, parts)
    problems.install(app)
    return app


def _tools(parts: Parts) -> Tools:
    settings = parts.settings
    return Tools(
        database=parts.database,
        vault=parts.vault,
        mail_lanes=_mail_lanes(settings),
        client_id=settings.client_id,
        authority=settings.authority,
        graph=settings.cloud.graph,
    )


def _mail_lanes(settings: Settings) -> tuple[str, ...]:
    """One lane of those whose mail leaves by the same transport."""
    by_url = {url: lane for lane, url in reversed(list(settings.mail.items()))}
    return tuple(lane for lane in settings.mail if lane in by_url.values())


class _Token(BaseConverter):
    """22 characters of base64url in a path; anything else is not found."""

    regex = r"[A-Za-z0-9_-]{22}"
    part_isolating = True


class _Gunicorn(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> scrapes.Wsgi:
        parts = build_parts(from_environment())
        app: scrapes.Wsgi = create_app(parts)
        address = parts.settings.metrics
        return scrapes.beside(app, parts.database, address) if address else app


def serve(*, bind: list[str], workers: int) -> None:
    """Serve with gunicorn until SIGTERM. This module is loaded once, before the workers fork."""
    metered = from_environment().metrics
    options = {
        "bind": [*bind, *([f"{metered[0]}:{metered[1]}"] if metered else [])],
        "worker_class": "server.base.admission.AdmittingWorker",
        "workers": workers,
        "threads": 4,
        "keepalive": 20,  # an idle connection costs no thread; browsers and proxies come back
        "graceful_timeout": GRACEFUL_S,
        "child_exit": lambda _server, worker: metrics.process_ended(worker.pid),
        "on_exit": lambda _server: metrics.server_ended(),
        "loglevel": "error",
        "logger_class": logs.ServerLog,
        "control_socket_disable": True,
    }
    _Gunicorn(options).run()


def _pages(app: APIFlask, settings: Settings) -> None:
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(ROOT / "web" / "templates"), FileSystemLoader(ROOT / "addin" / "guard")]
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.globals.update(
        _=lambda text: text,
        asset=lambda name: f"/static/{firm_routes.assets()[name]}",
        office_js=settings.office_js,
        client_id=settings.client_id,
        authority=f"{settings.authority.replace('http://', 'https://', 1)}/organizations",
        scope=f"api://{settings.client_id}/access_as_user",
        graph_url=settings.graph_url,
        demo=settings.demo,
    )
    app.jinja_env.globals.pop("config", None)

    @app.context_processor
    def firm_facts() -> dict[str, Any]:
        firm = g.get("firm")
        return {"firm": firm.brand if firm else None}


def _access(app: APIFlask, parts: Parts) -> None:
    authentication, headers = _authentication(parts), Headers(parts.settings)

    @app.before_request
    def enter() -> None:
        g.started, g.request_id = time.monotonic(), new_id()
        logs.begin_request(g.request_id)
        g.scope = tenancy.enter(tenancy.NO_FIRM)
        g.blobs, g.rights, g.staff_door = parts.blobs, parts.rights, parts.staff_door
        authorise(authentication)
        if g.firm is not None:
            logs.of_firm(g.firm.id)

    @app.teardown_request
    def forget(_error: BaseException | None) -> None:
        parts.database.let_go()
        logs.end_request()
        tenancy.leave(g.pop("scope"))

    @app.after_request
    def leave(response: Response) -> Response:
        frame = request.endpoint == "firms.frame"
        stretching = firm_routes.is_stretching(request, response)
        host = g.get("host", PORTAL)
        scanning = request.endpoint == "reading.page"
        headers.secure(response, host=host, frame=frame, stretching=stretching, scanning=scanning)
        if response.status_code >= AppError.status:
            response.headers["X-Request-Id"] = g.get("request_id", "none")
        seconds = time.monotonic() - g.get("started", time.monotonic())
        metrics.request(
            route=str(request.url_rule),
            method=request.method,
            status=response.status_code,
            seconds=seconds,
        )
        _log.info(
            "request",
            method=metrics.known_method(request.method),
            route=str(request.url_rule),
            status=response.status_code,
            ms=round(seconds * 1000),
        )
        return response


def _authentication(parts: Parts) -> Authentication:
    database, vault, doors = parts.database, parts.vault, firms.Doors(parts.database)

    def firm_of(origin: str) -> tuple[Firm, str]:
        firm = doors.at(origin)
        return firm, ADDIN if origin == firm.addin_origin else PORTAL

    def staff_of(firm: Firm, token: str, first: bool) -> tuple[StaffClaims, Person | None]:  # noqa: FBT001 the shape of Authentication
        claims = parts.tokens.verify(token)
        if claims.tenant_id != firm.tenant_id:
            raise OtherTenant
        if not firm.is_open:
            raise firms.NotOpenYet
        if first:
            return claims, None
        with database.read() as connection:
            person = people.find_staff(
                connection, vault, firm_id=firm.id, object_id=claims.object_id
            )
        return claims, person

    def first_run_of(firm: Firm, token: str) -> None:
        with database.read() as connection:
            first_run.require_browser(connection, firm_id=firm.id, key=token)

    return Authentication(
        firm_of=firm_of,
        staff_of=staff_of,
        client_of=partial(_session_of, parts, CLIENT_SESSION),
        staff_session_of=partial(_session_of, parts, STAFF_SESSION),
        first_run_of=first_run_of,
    )


def _session_of(parts: Parts, kind: str, firm: Firm, token: str) -> Person:
    """The person of a session of this kind; its use is noted by what changes something."""
    database, vault = parts.database, parts.vault
    reads_only = request.method in SAFE_METHODS
    with database.read_on() if reads_only else database.read() as connection:
        person, is_old = sign_ins.signed_in(
            connection, vault, firm_id=firm.id, token=token, kind=kind
        )
    if is_old and not reads_only:
        with database.write() as connection:
            sign_ins.touch(connection, vault, token)
    return person
