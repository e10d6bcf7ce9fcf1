"""The pages and calls of a firm's first run, at the portal's host."""

from dataclasses import asdict
from typing import Annotated, Literal
from zoneinfo import available_timezones

from apiflask import APIBlueprint
from flask import render_template, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from server.base.colours import shades_of
from server.base.errors import Invalid
from server.base.http import (
    ANYONE,
    PORTAL,
    SETUP,
    SETUP_COOKIE,
    Model,
    Nothing,
    callers,
    created,
    current,
    request_key,
    set_secret_cookie,
    tools,
)
from server.firms.first_run import service as first_run

pages = APIBlueprint("first_run_pages", __name__, enable_openapi=False)
bp = APIBlueprint("first_run", __name__, url_prefix="/api/v1/set-up")

Line = Annotated[str, Field(max_length=200)]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class KeyIn(Model):
    """The secret of a set-up link."""

    key: Annotated[str, Field(min_length=1, max_length=64)]


class RecordIn(Model):
    """The record choice."""

    choice: Literal["archive", "none"]


class LooksIn(Model):
    """How the firm shows itself."""

    name: Line
    line: Line
    telephone: Annotated[str, Field(max_length=30)]
    address: Line
    zone: Annotated[str, Field(max_length=64)]
    firm_1: Colour
    firm_2: Colour


class MailboxIn(Model):
    """The system's mailbox."""

    mailbox: Annotated[str, Field(max_length=320)]


class LookUpIn(Model):
    """Whether Mail.ReadBasic was granted."""

    granted: bool


@pages.get("/set-up")
@pages.get("/set-up/<key>")
@callers(ANYONE, host=PORTAL)
def page(key: str = "") -> ResponseReturnValue:
    """The page, the same for every key; using a key takes a press of its button."""
    zones = sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")
    return render_template("set_up.html", key=key, zones=zones)


@bp.post("/browsers")
@bp.input(KeyIn)
@callers(ANYONE, host=PORTAL)
def enter(json_data: KeyIn) -> ResponseReturnValue:
    """Use a set-up link up; the cookie lets this browser go on for a day."""
    with tools().database.write() as connection:
        secret = first_run.use_link(
            connection,
            tools().vault,
            firm_id=current("firm").id,
            key=json_data.key,
            request_key=request_key(),
        )
    response = created({})
    set_secret_cookie(response, SETUP_COOKIE, secret, seconds=first_run.LIFE_MS // 1000)
    return response


@bp.get("")
@callers(SETUP, host=PORTAL)
def show() -> ResponseReturnValue:
    """Everything that was answered so far."""
    with tools().database.read() as connection:
        return first_run.show(connection, current("firm").id)


@bp.get("/shades")
@callers(SETUP, host=PORTAL)
def shades() -> ResponseReturnValue:
    """The shades that two colours would give, for the preview."""
    try:
        made = shades_of(request.args.get("firm_1", ""), request.args.get("firm_2", ""))
    except ValueError as error:
        raise Invalid("A colour is # and six digits from 0 to f.", field="firm_1") from error
    return asdict(made)


@bp.put("/record")
@bp.input(RecordIn)
@callers(SETUP, host=PORTAL)
def record(json_data: RecordIn) -> ResponseReturnValue:
    """Keep the record choice."""
    request_key()
    with tools().database.write() as connection:
        first_run.choose_record(connection, firm_id=current("firm").id, choice=json_data.choice)
        return first_run.show(connection, current("firm").id)


@bp.put("/brand")
@bp.input(LooksIn)
@callers(SETUP, host=PORTAL)
def looks(json_data: LooksIn) -> ResponseReturnValue:
    """Keep how the firm shows itself."""
    request_key()
    said = first_run.Looks(**json_data.model_dump())
    with tools().database.write() as connection:
        first_run.set_looks(connection, firm_id=current("firm").id, looks=said)
        return first_run.show(connection, current("firm").id)


@bp.put("/hosts")
@bp.input(Nothing)
@callers(SETUP, host=PORTAL)
def hosts(json_data: Nothing) -> ResponseReturnValue:
    """The admin has seen both addresses."""
    del json_data
    request_key()
    with tools().database.write() as connection:
        first_run.confirm_hosts(connection, current("firm").id)
        return first_run.show(connection, current("firm").id)


@bp.post("/trials")
@bp.input(MailboxIn)
@callers(SETUP, host=PORTAL)
def trial(json_data: MailboxIn) -> ResponseReturnValue:
    """Keep the system's mailbox and have the trial mails sent."""
    request_key()
    with tools().database.write() as connection:
        first_run.try_mailbox(
            connection,
            firm_id=current("firm").id,
            address=json_data.mailbox,
            lanes=tools().mail_lanes,
        )
        return created(first_run.show(connection, current("firm").id))


@bp.put("/mailbox")
@bp.input(Nothing)
@callers(SETUP, host=PORTAL)
def mailbox(json_data: Nothing) -> ResponseReturnValue:
    """The admin has found the trial mail."""
    del json_data
    request_key()
    with tools().database.write() as connection:
        first_run.confirm_mailbox(connection, current("firm").id)
        return first_run.show(connection, current("firm").id)


@bp.put("/look-up")
@bp.input(LookUpIn)
@callers(SETUP, host=PORTAL)
def look_up(json_data: LookUpIn) -> ResponseReturnValue:
    """Keep whether Mail.ReadBasic was granted."""
    request_key()
    with tools().database.write() as connection:
        first_run.set_look_up(connection, firm_id=current("firm").id, granted=json_data.granted)
        return first_run.show(connection, current("firm").id)


@bp.post("/open")
@bp.input(Nothing)
@callers(SETUP, host=PORTAL)
def open_firm(json_data: Nothing) -> ResponseReturnValue:
    """Open the firm for letters."""
    del json_data
    request_key()
    with tools().database.write() as connection:
        first_run.open_firm(connection, current("firm").id)
        return created(first_run.show(connection, current("firm").id))
