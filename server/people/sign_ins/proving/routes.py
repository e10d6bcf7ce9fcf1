"""A code within a session, which makes it fresh."""

from http import HTTPStatus

from apiflask import APIBlueprint
from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue

from server.base.errors import AppError
from server.base.http import (
    CLIENT,
    CODE_COOKIE,
    PORTAL,
    SESSION_COOKIE,
    Nothing,
    browser_words,
    callers,
    current,
    network_of,
    request_key,
    set_secret_cookie,
    tools,
)
from server.people.sign_ins.proving import service as proving
from server.people.sign_ins.routes import SessionIn
from server.people.sign_ins.service import Asker, Typed

bp = APIBlueprint("proving", __name__, url_prefix="/api/v1/sessions/current")
_ONE_HOUR_S = 3600


@bp.post("/codes")
@bp.input(Nothing)
@callers(CLIENT, host=PORTAL)
def ask(json_data: Nothing) -> ResponseReturnValue:
    """Mail a code to the person who is signed in."""
    del json_data
    asker = Asker(
        request_key=request_key(),
        browser=request.cookies.get(CODE_COOKIE),
        browser_words=browser_words(request),
        network=network_of(request),
    )
    with tools().database.write() as connection:
        asked = proving.ask_code(connection, tools().vault, person=current("person"), asker=asker)
    if isinstance(asked, AppError):
        raise asked
    response: Response = jsonify({"expires": asked.expires // 1000})
    response.status_code = HTTPStatus.ACCEPTED
    set_secret_cookie(response, CODE_COOKIE, asked.browser, seconds=_ONE_HOUR_S)
    return response


@bp.post("/code")
@bp.input(SessionIn)
@callers(CLIENT, host=PORTAL)
def prove(json_data: SessionIn) -> ResponseReturnValue:
    """Make the session fresh by a code that this browser asked for in it."""
    typed = Typed(
        firm_id=current("firm").id,
        code=json_data.code,
        request_key=request_key(),
        network=network_of(request),
    )
    with tools().database.write() as connection:
        refused = proving.prove(
            connection,
            tools().vault,
            typed,
            person=current("person"),
            token=request.cookies[SESSION_COOKIE],
            browser=request.cookies.get(CODE_COOKIE),
        )
    if refused is not None:
        raise refused
    return {}
