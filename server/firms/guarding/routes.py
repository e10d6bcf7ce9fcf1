"""The send guard as Outlook loads it, and the firm's rules for it."""

import json
from functools import cache
from typing import Annotated, Any, Literal

from apiflask import APIBlueprint
from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from server.base.http import (
    ADDIN,
    ANYONE,
    STAFF,
    Model,
    callers,
    current,
    request_key,
    tools,
)
from server.firms.guarding import service as guarding
from server.firms.guarding.service import Kind
from server.firms.routes import DIST, assets
from server.firms.service import AdministratorsOnly

pages = APIBlueprint("guard_pages", __name__, enable_openapi=False)
bp = APIBlueprint("guarding", __name__, url_prefix="/api/v1")

Action = Literal["ask", "stop"]


class FoundIn(Model):
    """Numbers of people and accounts."""

    kinds: Annotated[list[Kind], Field(max_length=10)]
    action: Action


class DomainsIn(Model):
    """Mail domains, with all below them."""

    names: Annotated[list[Annotated[str, Field(max_length=255)]], Field(max_length=1000)]
    action: Action


class WordsIn(Model):
    """Words and phrases, whatever their capitals."""

    phrases: Annotated[list[Annotated[str, Field(max_length=80)]], Field(max_length=1000)]
    action: Action


class RulesIn(Model):
    """All rules."""

    outside: Literal["off", "ask", "stop"]
    files: Literal["off", "ask", "stop"]
    found: FoundIn
    domains: DomainsIn
    words: WordsIn
    unsure: Literal["ask", "stop", "send"]


@pages.get("/guard/launchevent.html")
@callers(ANYONE, host=ADDIN)
def page() -> ResponseReturnValue:
    """The send guard's page, for Outlook on the web, new Outlook and Mac."""
    return render_template("launchevent.html")


@pages.get("/guard/launchevent.js")
@callers(ANYONE, host=ADDIN)
def script() -> ResponseReturnValue:
    """The send guard itself, with what its firm lets everybody know; classic Outlook loads it alone."""
    with tools().database.read() as connection:
        facts = guarding.script_facts(connection, current("firm"))
    text = f"var LETTERLOCK={json.dumps(facts)};\n{_built(assets()['launchevent.js'])}"
    response = Response(text, mimetype="text/javascript")
    response.headers["Cache-Control"] = "public, max-age=300"
    response.add_etag()
    return response.make_conditional(request)


@bp.get("/guard-rules")
@callers(STAFF, host=ADDIN)
def show() -> ResponseReturnValue:
    """All rules, for the pane of everybody in the firm: it puts them into the mailbox."""
    with tools().database.read() as connection:
        return guarding.rules(connection, current("firm").id)


@bp.put("/guard-rules")
@bp.input(RulesIn)
@callers(STAFF, host=ADDIN)
def change(json_data: RulesIn) -> ResponseReturnValue:
    """Let other rules hold; the firm's administrator only."""
    request_key()
    firm, person = current("firm"), current("person")
    if not firm.is_administrator(person.address):
        raise AdministratorsOnly
    wanted: dict[str, Any] = json_data.model_dump()
    with tools().database.write() as connection:
        return guarding.change(connection, firm=firm, person_id=person.id, wanted=wanted)


@cache
def _built(name: str) -> str:
    """The built script; its name holds its hash."""
    return (DIST / name).read_text()
