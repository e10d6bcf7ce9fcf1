"""One's own key and its keyslots, at the portal."""

from http import HTTPStatus
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from server.base.http import (
    ANYONE,
    HOLDER,
    PORTAL,
    Model,
    Nothing,
    browser_words,
    callers,
    created,
    current,
    once,
    tools,
)
from server.base.prf import without_prf
from server.crypto.keyslots import MAX_SLOT
from server.keys.self_held import service as self_held
from server.keys.self_held.proofs import service as proofs
from server.keys.self_held.proofs.service import Proof

pages = APIBlueprint("key_page", __name__, enable_openapi=False)
bp = APIBlueprint("self_held", __name__, url_prefix="/api/v1")

Name = Annotated[str, Field(min_length=1, max_length=60)]


class ProofIn(Model):
    """What a challenge gave."""

    id: Annotated[str, Field(max_length=22)]
    bytes: Annotated[str, Field(max_length=43)]


class SlotIn(Model):
    """One more keyslot."""

    text: Annotated[str, Field(max_length=MAX_SLOT)]
    name: Name
    proof: ProofIn


class NameIn(Model):
    """Another name."""

    name: Name


class ProvedIn(Model):
    """A call whose maker has the key."""

    proof: ProofIn


@pages.get("/key")
@callers(ANYONE, host=PORTAL)
def page() -> ResponseReturnValue:
    """The page on which a client becomes the only holder of her key, or sees what opens it."""
    firm, holder = current("firm"), current("viewer")
    if not firm.is_open:
        return render_template("not_open.html")
    stage = "loading" if holder else "out"
    if holder and (holder.kind != "client" or firm.has_address(holder.address)):
        stage = "staff"
    return render_template("key.html", holder=holder, stage=stage, audience="client")


@bp.get("/keys/own")
@callers(HOLDER, host=PORTAL)
def own() -> ResponseReturnValue:
    """What holds one's own key."""
    with tools().database.read() as connection:
        return self_held.own(connection, tools().vault, current("firm"), current("person"))


@bp.get("/keys/own/slots")
@callers(HOLDER, host=PORTAL)
def own_slots() -> ResponseReturnValue:
    """The same with the keyslots themselves, and the identities she had before."""
    with tools().database.read() as connection:
        return self_held.own_slots(connection, tools().vault, current("firm"), current("person"))


@bp.get("/keys/own/former")
@callers(HOLDER, host=PORTAL)
def former() -> ResponseReturnValue:
    """What is left of the keys that one gave up: their keyslots, and what was sealed to them."""
    with tools().database.read() as connection:
        return self_held.former(connection, tools().vault, current("person"))


@bp.post("/keys/challenges")
@bp.input(Nothing)
@callers(HOLDER, host=PORTAL)
def challenge(json_data: Nothing) -> ResponseReturnValue:
    """Ask for a challenge to one's own key."""
    del json_data
    with tools().database.write() as connection:
        return created(proofs.challenge(connection, current("person")))


@bp.post("/keys/slots")
@without_prf
@bp.input(SlotIn)
@callers(HOLDER, host=PORTAL)
def add(json_data: SlotIn) -> ResponseReturnValue:
    """Keep one more keyslot."""
    with tools().database.write() as connection:
        made = self_held.add_slot(
            connection,
            tools().vault,
            firm=current("firm"),
            person=current("person"),
            text=json_data.text,
            name=json_data.name,
            proof=_proof(json_data.proof),
            browser=browser_words(request),
        )
    return created(made)


@bp.patch("/keys/slots/<token:slot>")
@bp.input(NameIn)
@callers(HOLDER, host=PORTAL)
def rename(slot: str, json_data: NameIn) -> ResponseReturnValue:
    """Give a keyslot another name."""
    with tools().database.write() as connection:
        return self_held.rename_slot(
            connection, tools().vault, person=current("person"), slot=slot, name=json_data.name
        )


@bp.delete("/keys/slots/<token:slot>")
@once
@bp.input(ProvedIn)
@callers(HOLDER, host=PORTAL)
def remove(slot: str, json_data: ProvedIn) -> ResponseReturnValue:
    """Take a keyslot away."""
    with tools().database.write() as connection:
        self_held.remove_slot(
            connection,
            person=current("person"),
            slot=slot,
            proof=_proof(json_data.proof),
            browser=browser_words(request),
        )
    return Response(status=HTTPStatus.NO_CONTENT)


@bp.post("/keys/slots/<token:slot>/used")
@bp.input(Nothing)
@callers(HOLDER, host=PORTAL)
def used(slot: str, json_data: Nothing) -> ResponseReturnValue:
    """Note that a keyslot opened."""
    del json_data
    with tools().database.write() as connection:
        self_held.note_use(connection, person=current("person"), slot=slot)
    return {}


@bp.delete("/passkeys/<string(minlength=22):credential>")
@once
@callers(HOLDER, host=PORTAL)
def remove_passkey(credential: str) -> ResponseReturnValue:
    """Forget a passkey. Here, and not with the others: a keyslot may need it."""
    with tools().database.write() as connection:
        self_held.remove_passkey(
            connection,
            person=current("person"),
            credential=credential,
            browser=browser_words(request),
        )
    return Response(status=HTTPStatus.NO_CONTENT)


def _proof(given: ProofIn) -> Proof:
    return Proof(id=given.id, bytes=given.bytes)
