"""Everything that can fail, made to fail with secrets in its words."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final
from unittest import mock

import responses
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from server import worker
from server.app import create_app
from server.base.database import Database
from server.base.errors import Invalid
from server.base.http import rule_of
from server.base.outbox import LANES, MAX_TRIES, enqueue
from server.base.tenancy import all_firms
from server.messages.ports import MailboxAway, SignInAgain
from server.people.sign_ins import service as sign_ins
from tests.graph.fake import answers, fake_graph
from tests.house import House
from tests.mail.post_office import USER, post_office
from tests.sandbox.running import TENANT, free_port
from tests.secrets.hoard import Hoard
from tests.secrets.walk import Heard, Walker

STATUSES: Final = ("400 Bad Request", "401 Unauthorized", "429 Too Many Requests", "500 Oops")


def raising(hoard: Hoard) -> Callable[..., Any]:
    """A function that fails with secrets in the error, in its cause and in a statement's values."""

    def fail(*_given: Any, **_named: Any) -> Any:
        cause = KeyError(hoard.everything)
        values = {"word": hoard.everything}
        raise StatementError(hoard.everything, "SELECT :word", values, cause) from cause

    return fail


def broken_views(house: House, hoard: Hoard, walker: Walker) -> None:
    """500: every view fails, the middle of the application is as always."""
    app = create_app(house.parts)
    for endpoint, view in app.view_functions.items():
        fail = raising(hoard)
        fail.rule = rule_of(view)  # type: ignore[attr-defined]
        app.view_functions[endpoint] = fail
    Walker(house, hoard, walker.heard, app).once()


def that_repeat(house: House, word: str) -> bytes:
    """The control of refusals: what one says whose view gives back what it was told."""

    def repeat() -> Any:
        raise Invalid(f"There is no {word}.")

    app, heard = create_app(house.parts), Heard()
    repeat.rule = rule_of(app.view_functions["openapi.spec"])  # type: ignore[attr-defined]
    app.view_functions["openapi.spec"] = repeat
    origin = house.parts.settings.origin
    heard.note("control", app.test_client().get("/api/openapi.json", base_url=origin))
    return b"\n".join(heard.refusals)


def dead_databases(house: House, hoard: Hoard, walker: Walker) -> None:
    """503: no database answers, and its password is in its address."""
    password = hoard.secrets["database password"]
    url = f"postgresql+psycopg://letterlock:{password}@127.0.0.1:{free_port()}/{password}"
    for other in (url, f"sqlite:////nowhere/{password}/letterlock.db"):
        database = Database(other)
        app = create_app(replace(house.parts, database=database))
        Walker(house, hoard, walker.heard, app).once()
        for lane in LANES:
            with suppress(Exception):  # the lane's thread goes on; its words are what counts
                worker.work_once(database, house.handlers, lane)
        database.close()


def too_many(house: House, walker: Walker, hoard: Hoard) -> None:
    """429: a network that has asked for too many codes."""
    with mock.patch.object(sign_ins, "ASKED_PER_NETWORK", 0):
        for word in hoard.needles.values():
            body = {"address": f"{word}@{word}.example"}
            answer = house.visitor().post(f"/messages/{hoard.letter}/codes", body)
            walker.heard.note("reading.ask_code", answer)


def graph_that_repeats(house: House, hoard: Hoard) -> None:
    """Graph answers every letter with what it was sent, and more."""
    for status in STATUSES:
        headers = [f"{name}: {hoard.everything}" for name in ("Retry-After", "WWW-Authenticate")]
        with fake_graph(answers(status, *headers, body=_refusal(hoard))) as graph:
            settings = replace(house.parts.settings, graph_url=graph.url)
            parts = house.parts
            handlers = worker.build_handlers(settings, parts.database, parts.vault)
            hoard.pane.send(text=hoard.secrets["text"])
            _work(house, handlers)
            handlers.close()


def entra_that_repeats(house: House, hoard: Hoard) -> None:
    """Entra refuses in all its words; but for `claims`, which the pane must get as they are."""
    rights: Any = house.parts.rights
    url = f"{house.parts.settings.authority}/{TENANT}/oauth2/v2.0/token"
    for status, error in ((400, hoard.everything), (400, "invalid_grant"), (503, "x")):
        refusal = {"error": error, "error_description": hoard.everything, "error_codes": [1],
                   "suberror": hoard.everything}  # fmt: skip
        with responses.RequestsMock(assert_all_requests_are_fired=False) as player:
            player.add_passthru(f"{house.parts.settings.authority}/{TENANT}/v2.0")
            player.post(url, json=refusal, status=status)
            with suppress(MailboxAway, SignInAgain):
                rights.authorise(tenant_id=TENANT, person_id="p", assertion=hoard.pane.token)
            with suppress(MailboxAway, SignInAgain):
                rights.for_system(tenant_id=TENANT)
            hoard.draft.sign()
            answer = hoard.draft.send()
            assert answer.status_code in {401, 503}, answer.json


def post_office_that_repeats(house: House, hoard: Hoard) -> None:
    """The system's mail leaves by SMTP, whose server repeats what it was told."""
    password = hoard.secrets["smtp password"]
    said = (("MAIL", 530), ("RCPT", 550), ("DATA", 451), ("", 0))
    for command, status in said:
        with post_office() as office:
            office.answers[command] = f"{status} {hoard.everything}"
            sign_in = "" if command else f"{USER}:{password}@"  # which it refuses
            url = f"smtp://{sign_in}localhost:{office.port}"
            settings = replace(house.parts.settings, mail={"codes": url, "notices": url})
            handlers = worker.build_handlers(settings, house.parts.database, house.parts.vault)
            body = {"address": "maya@client.example"}
            assert house.visitor().post(f"/messages/{hoard.letter}/codes", body).status_code == 202
            _work(house, handlers)
            handlers.close()


def broken_jobs(house: House, hoard: Hoard) -> None:
    """Every handler fails with secrets, until its job is set aside."""
    by_kind = dict.fromkeys(house.handlers.by_kind, raising(hoard))
    query = text("SELECT id FROM firms WHERE origin = :origin")
    with house.parts.database.write() as connection:
        values = {"origin": house.parts.settings.origin}
        firm_id = connection.execute(query, values).scalar_one()
        for kind in by_kind:
            enqueue(connection, firm_id=firm_id, lane="notices", kind=kind, payload={})
        connection.execute(text("UPDATE outbox SET tries = :tries"), {"tries": MAX_TRIES - 2})
    handlers = replace(house.handlers, by_kind=by_kind, given_up={})
    for _ in range(2):
        _work(house, handlers)


def _refusal(hoard: Hoard) -> str:
    everything = hoard.everything
    return (
        f'{{"error": {{"code": "{everything}", "message": "{everything}", '
        f'"innerError": {{"code": "{everything}"}}}}}}'
    )


def _work(house: House, handlers: Any) -> None:
    """Do what is due, whatever a circuit says."""
    with all_firms("a test"), house.parts.database.write() as connection:
        connection.execute(text("DELETE FROM outbox_mailboxes"))
        connection.execute(text("UPDATE outbox SET run_at = 0 WHERE state = 'ready'"))
    for lane in LANES:
        while worker.work_once(house.parts.database, handlers, lane):
            pass
