"""Staff sign in at the portal: two pages, and the calls that they make."""

from typing import Annotated

from apiflask import APIBlueprint
from flask import render_template, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from server.base.errors import NotSignedIn
from server.base.http import (
    ANYONE,
    PORTAL,
    STAFF_COOKIE,
    STAFF_GUEST,
    STAFF_SESSION,
    Model,
    callers,
    created,
    current,
    request_key,
    set_secret_cookie,
    signed_out,
    tools,
)
from server.people.sign_ins import service as sign_ins
from server.people.sign_ins.staff import service as staff

COOKIE = "__Host-staff-sign-in"

pages = APIBlueprint("staff_pages", __name__, enable_openapi=False)
bp = APIBlueprint("staff", __name__, url_prefix="/api/v1/staff")


class BeginIn(Model):
    """`again`: Microsoft asks her anew who she is, for what needs a fresh sign-in."""

    again: bool = False


class BackIn(Model):
    """What Microsoft sent the browser back with."""

    state: Annotated[str, Field(min_length=1, max_length=200)]
    code: Annotated[str | None, Field(max_length=8192)] = None
    error: Annotated[str | None, Field(max_length=200)] = None


@pages.get("/staff")
@callers(STAFF_GUEST, host=PORTAL)
def page() -> ResponseReturnValue:
    """Where somebody of the firm signs in, and out."""
    stage = "in" if current("person") else "out"
    return _page(stage)


@pages.get("/staff/signed-in")
@callers(ANYONE, host=PORTAL)
def back() -> ResponseReturnValue:
    """Where Microsoft sends the browser back to. It signs nobody in: its script's call does."""
    return _page("back")


@bp.post("/sign-ins")
@bp.input(BeginIn)
@callers(STAFF_GUEST, host=PORTAL)
def begin(json_data: BeginIn) -> ResponseReturnValue:
    """Begin a sign-in at Microsoft, in this browser."""
    request_key()
    begun = staff.begin(
        tools().database,
        tools().vault,
        current("staff_door"),
        firm=current("firm"),
        again=current("person") if json_data.again else None,
    )
    response = created({"address": begun.address})
    set_secret_cookie(response, COOKIE, begun.cookie, seconds=staff.LIFE_MS // 1000)
    return response


@bp.post("/sessions")
@bp.input(BackIn)
@callers(ANYONE, host=PORTAL)
def start(json_data: BackIn) -> ResponseReturnValue:
    """Sign in by what Microsoft sent this browser back with."""
    sent = json_data.model_dump(exclude_none=True)
    answer = staff.Answer(sent=sent, cookie=request.cookies.get(COOKIE), request_key=request_key())
    started = staff.finish(
        tools().database,
        tools().vault,
        current("staff_door"),
        firm=current("firm"),
        answer=answer,
    )
    earlier = request.cookies.get(STAFF_COOKIE)
    with tools().database.write() as connection:
        sign_ins.end_earlier(connection, tools().vault, earlier, started.token)
    response = created({"signed_in": True})
    set_secret_cookie(response, STAFF_COOKIE, started.token, seconds=sign_ins.SESSION_MS // 1000)
    return response


@bp.get("/sessions/current")
@callers(STAFF_SESSION, host=PORTAL)
def show() -> ResponseReturnValue:
    """Who is signed in, and until when she may change a key."""
    person, token = current("person"), current("session_token")
    if not token:
        raise NotSignedIn
    with tools().database.read() as connection:
        until = staff.fresh_until(connection, tools().vault, token)
    return {"address": person.address, "name": person.name, "fresh_until": until}


@bp.delete("/sessions/current")
@callers(ANYONE, host=PORTAL)
def end() -> ResponseReturnValue:
    """Sign out. Without a session there is nothing to end, and that is fine too."""
    request_key()
    token = request.cookies.get(STAFF_COOKIE)
    if token:
        with tools().database.write() as connection:
            sign_ins.end(connection, tools().vault, token)
    return signed_out(STAFF_COOKIE)


def _page(stage: str) -> ResponseReturnValue:
    if not current("firm").is_open:
        return render_template("not_open.html")
    return render_template("staff.html", holder=current("person"), stage=stage)
