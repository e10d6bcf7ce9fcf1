"""Passkeys: made and listed by their owner, and signing in by one."""

from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import request
from flask.typing import ResponseReturnValue
from pydantic import AfterValidator, Field

from server.base.errors import AppError
from server.base.http import (
    ANYONE,
    HOLDER,
    PORTAL,
    SESSION_COOKIE,
    Model,
    Nothing,
    browser_words,
    callers,
    created,
    current,
    network_of,
    request_key,
    set_secret_cookie,
    tools,
)
from server.base.prf import without_prf
from server.people.passkeys import service as passkeys
from server.people.passkeys import signing_in
from server.people.passkeys.service import Passkey
from server.people.sign_ins import service as sign_ins
from server.people.sign_ins.proving import service as proving

bp = APIBlueprint("passkeys", __name__, url_prefix="/api/v1")
COOKIE = "__Host-passkey"


def _plain(name: str) -> str:
    if not name.isprintable() or not name.strip():
        raise ValueError("a name is one line")
    return name.strip()


Name = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_plain)]


class PasskeyIn(Model):
    """A new credential in WebAuthn's JSON, without any result of the PRF, and what it is called."""

    credential: dict[str, Any]
    name: Name


class NameIn(Model):
    """What a passkey is called."""

    name: Name


class CredentialIn(Model):
    """A credential in WebAuthn's JSON, without any result of the PRF."""

    credential: dict[str, Any]


@bp.post("/passkeys/options")
@without_prf
@bp.input(Nothing)
@callers(HOLDER, host=PORTAL)
def options(json_data: Nothing) -> ResponseReturnValue:
    """What the browser makes a passkey with."""
    del json_data
    request_key()
    token = current("session_token")
    with tools().database.write() as connection:
        proving.require_fresh(connection, tools().vault, token)
        made = passkeys.begin(
            connection,
            tools().vault,
            firm=current("firm"),
            person=current("person"),
            token=token,
        )
    return created({"options": made})


@bp.post("/passkeys")
@without_prf
@bp.input(PasskeyIn)
@callers(HOLDER, host=PORTAL)
def make(json_data: PasskeyIn) -> ResponseReturnValue:
    """Keep the passkey that this browser made."""
    request_key()
    token = current("session_token")
    with tools().database.write() as connection:
        proving.require_fresh(connection, tools().vault, token)
        made = passkeys.finish(
            connection,
            tools().vault,
            firm=current("firm"),
            person=current("person"),
            token=token,
            credential=json_data.credential,
            name=json_data.name,
            browser=browser_words(request),
        )
    if isinstance(made, AppError):
        raise made
    return created({"id": made.credential, "name": made.name, "created": made.created // 1000})


@bp.get("/passkeys")
@callers(HOLDER, host=PORTAL)
def list_all() -> ResponseReturnValue:
    """One's own passkeys, oldest first."""
    with tools().database.read() as connection:
        found = passkeys.of_person(connection, tools().vault, current("person").id)
    return {"passkeys": [_listed(one) for one in found]}


@bp.patch("/passkeys/<string(minlength=22):credential>")
@without_prf
@bp.input(NameIn)
@callers(HOLDER, host=PORTAL)
def rename(credential: str, json_data: NameIn) -> ResponseReturnValue:
    """Call a passkey otherwise."""
    request_key()
    with tools().database.write() as connection:
        renamed = passkeys.rename(
            connection,
            tools().vault,
            person=current("person"),
            credential=credential,
            name=json_data.name,
        )
    return _listed(renamed)


@bp.post("/passkeys/challenges")
@without_prf
@bp.input(Nothing)
@callers(ANYONE, host=PORTAL)
def challenge(json_data: Nothing) -> ResponseReturnValue:
    """What a browser signs in with. Nothing is kept."""
    del json_data
    with tools().database.read() as connection:
        asked = signing_in.ask(
            connection, tools().vault, firm=current("firm"), request_key=request_key()
        )
    response = created({"options": asked.options})
    set_secret_cookie(response, COOKIE, asked.cookie, seconds=signing_in.LIFE_MS // 1000)
    return response


@bp.post("/sessions/passkey")
@without_prf
@bp.input(CredentialIn)
@callers(ANYONE, host=PORTAL)
def sign_in(json_data: CredentialIn) -> ResponseReturnValue:
    """Sign in by a passkey."""
    answer = signing_in.Answer(
        credential=json_data.credential,
        cookie=request.cookies.get(COOKIE),
        request_key=request_key(),
        network=network_of(request),
    )
    with tools().database.write() as connection:
        outcome = signing_in.sign_in(connection, tools().vault, firm=current("firm"), answer=answer)
        if isinstance(outcome, sign_ins.Started):
            earlier = request.cookies.get(SESSION_COOKIE)
            sign_ins.end_earlier(connection, tools().vault, earlier, outcome.token)
    if isinstance(outcome, AppError):
        raise outcome
    response = created({"signed_in": True})
    set_secret_cookie(response, SESSION_COOKIE, outcome.token, seconds=sign_ins.SESSION_MS // 1000)
    return response


def _listed(one: Passkey) -> dict[str, Any]:
    return {
        "id": one.credential,
        "name": one.name,
        "created": one.created // 1000,
        "used": one.used // 1000 if one.used else None,
    }
