"""Pairing a pane: the pane's calls at the add-in's host, the page's at the portal."""

from http import HTTPStatus
from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import Response, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from server.base.http import (
    ADDIN,
    HOLDER,
    PORTAL,
    STAFF,
    Model,
    Nothing,
    browser_words,
    callers,
    created,
    current,
    once,
    tools,
)
from server.keys.self_held.pairing import service as pairing
from server.keys.self_held.pairing.panes import service as panes
from server.keys.self_held.pairing.service import Asked, StaffOnly
from server.keys.self_held.proofs.service import Proof

bp = APIBlueprint("pairing", __name__, url_prefix="/api/v1")


class PairingIn(Model):
    """A pane's one-time recipient, and what the pane is."""

    id: Annotated[str, Field(max_length=22)]
    recipient: Annotated[str, Field(max_length=2048)]
    tag: Annotated[str, Field(max_length=43)]
    program: Literal["outlook", "word", "excel"]
    platform: Literal["web", "windows", "mac", "phone", "other"]


class CompletionIn(Model):
    """Whether the pane has storage."""

    kept: bool


class ProofIn(Model):
    """What a challenge gave."""

    id: Annotated[str, Field(max_length=22)]
    bytes: Annotated[str, Field(max_length=43)]


class AnswerIn(Model):
    """The identity, as the page sealed it to the pane."""

    answer: Annotated[str, Field(max_length=4 * (pairing.MAX_ANSWER // 3 + 1))]
    proof: ProofIn


@bp.post("/pairings")
@bp.input(PairingIn)
@callers(STAFF, host=ADDIN)
def begin(json_data: PairingIn) -> ResponseReturnValue:
    """Wait for one's own key in this pane."""
    with tools().database.write() as connection:
        begun = pairing.begin(
            connection,
            tools().vault,
            person=current("person"),
            asked=Asked(**json_data.model_dump()),
            browser=browser_words(request),
        )
    return created(begun)


@bp.get("/pairings/<token:pairing_id>")
@callers(STAFF, host=ADDIN)
def state(pairing_id: str) -> ResponseReturnValue:
    """How far a pairing is."""
    with tools().database.read() as connection:
        return pairing.state(connection, person=current("person"), pairing_id=pairing_id)


@bp.post("/pairings/<token:pairing_id>/completion")
@bp.input(CompletionIn)
@callers(STAFF, host=ADDIN)
def complete(pairing_id: str, json_data: CompletionIn) -> ResponseReturnValue:
    """Say that this pane has the key."""
    with tools().database.write() as connection:
        made = pairing.complete(
            connection,
            tools().vault,
            person=current("person"),
            pairing_id=pairing_id,
            kept=json_data.kept,
        )
    return created(made)


@bp.post("/panes/<token:pane_id>/share")
@bp.input(Nothing)
@callers(STAFF, host=ADDIN)
def share(pane_id: str, json_data: Nothing) -> ResponseReturnValue:
    """Ask for the server's half of what opens the key that this pane keeps."""
    del json_data
    with tools().database.write() as connection:
        found = panes.use(connection, tools().vault, person=current("person"), pane_id=pane_id)
    return {"share": found}


@bp.delete("/panes/<token:pane_id>")
@once
@callers(STAFF, host=ADDIN)
def forget(pane_id: str) -> ResponseReturnValue:
    """Forget one's key in this pane."""
    with tools().database.write() as connection:
        panes.forget(connection, person=current("person"), pane_id=pane_id)
    return Response(status=HTTPStatus.NO_CONTENT)


@bp.get("/keys/pairings/<token:pairing_id>")
@callers(HOLDER, host=PORTAL)
def look(pairing_id: str) -> ResponseReturnValue:
    """Which pane waits for one's key."""
    _require_staff()
    with tools().database.read() as connection:
        return pairing.look(
            connection, tools().vault, person=current("person"), pairing_id=pairing_id
        )


@bp.post("/keys/pairings/<token:pairing_id>/answer")
@bp.input(AnswerIn)
@callers(HOLDER, host=PORTAL)
def answer(pairing_id: str, json_data: AnswerIn) -> ResponseReturnValue:
    """Hand one's key to the pane that waits."""
    _require_staff()
    with tools().database.write() as connection:
        pairing.answer(
            connection,
            tools().vault,
            person=current("person"),
            pairing_id=pairing_id,
            file=json_data.answer,
            proof=Proof(id=json_data.proof.id, bytes=json_data.proof.bytes),
        )
    return {}


@bp.delete("/keys/pairings/<token:pairing_id>")
@once
@callers(HOLDER, host=PORTAL)
def refuse(pairing_id: str) -> ResponseReturnValue:
    """Say that it was not oneself who asked."""
    _require_staff()
    with tools().database.write() as connection:
        pairing.refuse(connection, person=current("person"), pairing_id=pairing_id)
    return Response(status=HTTPStatus.NO_CONTENT)


@bp.get("/keys/panes")
@callers(HOLDER, host=PORTAL)
def every() -> ResponseReturnValue:
    """The panes that one's key is in."""
    _require_staff()
    with tools().database.read() as connection:
        return {"panes": panes.of_person(connection, tools().vault, current("person"))}


@bp.delete("/keys/panes/<token:pane_id>")
@once
@callers(HOLDER, host=PORTAL)
def remove(pane_id: str) -> ResponseReturnValue:
    """Take one's key away from a pane."""
    _require_staff()
    with tools().database.write() as connection:
        panes.remove(
            connection,
            person=current("person"),
            pane_id=pane_id,
            browser=browser_words(request),
        )
    return Response(status=HTTPStatus.NO_CONTENT)


def _require_staff() -> None:
    """Staff by their sign-in at Entra.

    Raises:
        StaffOnly: She is signed in by her mailbox.
    """
    if current("viewer") is not None:
        raise StaffOnly
