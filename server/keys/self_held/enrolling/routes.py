"""Becoming self-held, at the portal."""

from typing import Annotated

from apiflask import APIBlueprint
from flask import request
from flask.typing import ResponseReturnValue
from pydantic import Field
from sqlalchemy import Connection

from server.base.http import (
    HOLDER,
    PORTAL,
    Model,
    browser_words,
    callers,
    created,
    current,
    tools,
)
from server.base.prf import without_prf
from server.crypto.keyslots import MAX_SLOT
from server.crypto.signing import Signature
from server.keys.self_held.enrolling import service as enrolling
from server.keys.self_held.enrolling.checking.service import Wanted
from server.keys.self_held.proofs.service import Proof
from server.keys.self_held.rotating.service import MAX_KEPT, MOST_KEPT
from server.keys.self_held.service import require_holder
from server.keys.self_held.slots.service import MOST_SLOTS
from server.people.sign_ins.proving import service as proving

ROOM = 384 * 1024  # for twenty keyslots, and fifty identities from before

bp = APIBlueprint("enrolling", __name__, url_prefix="/api/v1/keys/enrolments")

Name = Annotated[str, Field(min_length=1, max_length=60)]


class SlotIn(Model):
    """A keyslot, and what she calls it."""

    text: Annotated[str, Field(max_length=MAX_SLOT)]
    name: Name


class SignatureIn(Model):
    """As in envelope.md section 1."""

    alg: Annotated[str, Field(max_length=16)]
    key: Annotated[str, Field(max_length=43)]
    value: Annotated[str, Field(max_length=86)]


class KeptIn(Model):
    """An identity that she has, as her browser sealed it to the new one."""

    key: Annotated[str, Field(max_length=43)]
    age: Annotated[str, Field(max_length=MAX_KEPT)]


class ProofIn(Model):
    """What a challenge gave."""

    id: Annotated[str, Field(max_length=22)]
    bytes: Annotated[str, Field(max_length=43)]


class EnrolmentIn(Model):
    """A new identity, as its browser sealed it."""

    recipient: Annotated[str, Field(max_length=2048)]
    signing_key: Annotated[str, Field(max_length=43)]
    slots: Annotated[list[SlotIn], Field(min_length=2, max_length=MOST_SLOTS)]
    signature: SignatureIn
    replaces: Annotated[str | None, Field(max_length=43)] = None
    kept: Annotated[list[KeptIn] | None, Field(max_length=MOST_KEPT)] = None
    proof: ProofIn | None = None


class AnswerIn(Model):
    """The challenge's bytes."""

    challenge: Annotated[str, Field(max_length=43)]


@bp.post("")
@without_prf
@bp.input(EnrolmentIn)
@callers(HOLDER, host=PORTAL, body=ROOM)
def begin(json_data: EnrolmentIn) -> ResponseReturnValue:
    """Keep a new identity until it is proved."""
    signature, kept, proof = json_data.signature, json_data.kept, json_data.proof
    wanted = Wanted(
        recipient=json_data.recipient,
        signing_key=json_data.signing_key,
        slots=[(one.text, one.name) for one in json_data.slots],
        signature=Signature(key=signature.key, value=signature.value, alg=signature.alg),
        replaces=json_data.replaces,
        kept=None if kept is None else [(one.key, one.age) for one in kept],
        proof=Proof(id=proof.id, bytes=proof.bytes) if proof else None,
    )
    with tools().database.write() as connection:
        _require(connection)
        begun = enrolling.begin(
            connection,
            tools().vault,
            firm=current("firm"),
            person=current("person"),
            wanted=wanted,
        )
    return created(begun)


@bp.get("/<token:enrolment_id>")
@callers(HOLDER, host=PORTAL)
def read_back(enrolment_id: str) -> ResponseReturnValue:
    """What was kept of a new identity."""
    with tools().database.read() as connection:
        return enrolling.read_back(
            connection, tools().vault, person=current("person"), enrolment_id=enrolment_id
        )


@bp.post("/<token:enrolment_id>/completion")
@bp.input(AnswerIn)
@callers(HOLDER, host=PORTAL)
def complete(enrolment_id: str, json_data: AnswerIn) -> ResponseReturnValue:
    """Make the new identity one's own alone."""
    with tools().database.write() as connection:
        _require(connection)
        return enrolling.complete(
            connection,
            tools().vault,
            person=current("person"),
            enrolment_id=enrolment_id,
            answer=json_data.challenge,
            browser=browser_words(request),
        )


def _require(connection: Connection) -> None:
    """Somebody who may hold her key herself, and was proved a moment ago."""
    person = current("person")
    require_holder(current("firm"), person, at_mailbox=current("viewer") is not None)
    proving.require_fresh(connection, tools().vault, current("session_token"))
