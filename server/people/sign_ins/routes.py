"""A client's sign-in by code, and sign-out."""

from typing import Annotated

from apiflask import APIBlueprint
from flask import request
from flask.typing import ResponseReturnValue
from pydantic import Field

from server.base.errors import AppError
from server.base.http import (
    ANYONE,
    CODE_COOKIE,
    PORTAL,
    SESSION_COOKIE,
    Model,
    callers,
    created,
    current,
    network_of,
    request_key,
    set_secret_cookie,
    signed_out,
    tools,
)
from server.people.sign_ins import service as sign_ins

bp = APIBlueprint("sign_ins", __name__, url_prefix="/api/v1")


class SessionIn(Model):
    """A code as it was typed."""

    code: Annotated[str, Field(min_length=1, max_length=40)]


@bp.post("/sessions")
@bp.input(SessionIn)
@callers(ANYONE, host=PORTAL)
def start(json_data: SessionIn) -> ResponseReturnValue:
    """Sign in by a code that this browser asked for."""
    with tools().database.write() as connection:
        outcome = sign_ins.try_code(
            connection,
            tools().vault,
            firm_id=current("firm").id,
            typed=json_data.code,
            browser=request.cookies.get(CODE_COOKIE),
            request_key=request_key(),
            network=network_of(request),
        )
        if isinstance(outcome, sign_ins.Started):
            earlier = request.cookies.get(SESSION_COOKIE)
            sign_ins.end_earlier(connection, tools().vault, earlier, outcome.token)
    if isinstance(outcome, AppError):
        raise outcome
    response = created({"signed_in": True})
    set_secret_cookie(response, SESSION_COOKIE, outcome.token, seconds=sign_ins.SESSION_MS // 1000)
    return response


@bp.delete("/sessions/current")
@callers(ANYONE, host=PORTAL)
def end() -> ResponseReturnValue:
    """Sign out. Without a session there is nothing to end, and that is fine too."""
    request_key()
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        with tools().database.write() as connection:
            sign_ins.end(connection, tools().vault, token)
    return signed_out(SESSION_COOKIE)
