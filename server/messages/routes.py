"""The pane: sign in, write a message, send it."""

from typing import Annotated
from uuid import UUID

from apiflask import APIBlueprint
from flask.typing import ResponseReturnValue
from pydantic import Field, field_validator

from server.base.http import (
    ADDIN,
    BYTES,
    STAFF,
    Model,
    Nothing,
    callers,
    created,
    current,
    once,
    read_body,
    request_key,
    tools,
)
from server.crypto.encoding import b64u
from server.crypto.statement import MAX_READERS
from server.events import service as events
from server.keys import service as keys
from server.messages import service as messages
from server.messages.service import MAX_OBJECT
from server.messages.signing import service as signing
from server.people import service as people

LARGE_BODY = 24 * 1024 * 1024
STATEMENT_BODY = 256 * 1024

MessageId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22}$")]
Hash = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]

bp = APIBlueprint("messages", __name__, url_prefix="/api/v1")


class MessageIn(Model):
    """A new message, for a draft of the pane."""

    draft_id: str

    @field_validator("draft_id")
    @classmethod
    def must_be_uuid(cls, value: str) -> str:
        """A UUID in its usual form."""
        return str(UUID(value))


class StatementIn(Model):
    """The statement to sign, as canonical JSON text."""

    statement: Annotated[str, Field(max_length=STATEMENT_BODY)]


class EnvelopeIn(Model):
    """One reader's envelope: the fingerprint of her key and the age file in base64."""

    key: Hash
    age: Annotated[str, Field(max_length=90_000)]


class SendIn(Model):
    """A sealed message: public subject, hash of the signed statement, all envelopes."""

    subject: Annotated[str, Field(max_length=2000)]
    statement_hash: Hash
    envelopes: Annotated[list[EnvelopeIn], Field(min_length=1, max_length=MAX_READERS)]
    names: Annotated[dict[str, str], Field(max_length=MAX_READERS)] = Field(default_factory=dict)


@bp.put("/me")
@bp.input(Nothing)
@callers(STAFF, host=ADDIN)
def sign_in(json_data: Nothing) -> ResponseReturnValue:  # noqa: ARG001 the body is empty
    """Sign in to the pane: makes the person and her keys at the first call."""
    request_key()
    firm, claims = current("firm"), current("claims")
    with tools().database.write() as connection:
        person = people.sign_in_staff(
            connection,
            tools().vault,
            firm_id=firm.id,
            domains=firm.domains,
            object_id=claims.object_id,
            address=claims.address,
            name=claims.name,
        )
        directory_key = keys.ensure_directory_key(connection, tools().vault, firm.id)
        keys.ensure(connection, tools().vault, person, signs=True)
        lookup = keys.look_up(connection, tools().vault, person)
    messages.sign_in(
        tools().database,
        current("rights"),
        firm=firm,
        person=person,
        assertion=current("assertion"),
    )
    return {
        "person": {"address": person.address, "name": person.name},
        "firm": {"id": firm.id, "name": firm.name, "portal": firm.origin},
        "directory_key": b64u(directory_key),
        "lookup": lookup.to_json(),
    }


@bp.post("/messages")
@bp.input(MessageIn)
@callers(STAFF, host=ADDIN)
@once
def create(json_data: MessageIn) -> ResponseReturnValue:
    """Make a message for a draft; the same draft yields the same message."""
    with tools().database.write() as connection:
        entry = messages.create(
            connection,
            firm=current("firm"),
            sender=current("person"),
            draft_id=json_data.draft_id,
        )
    return created({"id": entry["id"], "thread_id": entry["thread_id"]})


@bp.put("/messages/<token:message_id>/objects/<token:object_id>")
@callers(STAFF, host=ADDIN, body=MAX_OBJECT, takes=BYTES)
def put_object(message_id: str, object_id: str) -> ResponseReturnValue:
    """Keep one age file (octet-stream). The same bytes again get the same answer."""
    request_key()
    row = messages.put_object(
        tools().database,
        current("blobs"),
        firm=current("firm"),
        sender=current("person"),
        message_id=message_id,
        object_id=object_id,
        file=read_body(MAX_OBJECT),
    )
    return created({"sha256": row["sha256"], "size": row["size"]})


@bp.post("/messages/<token:message_id>/signature")
@bp.input(StatementIn)
@callers(STAFF, host=ADDIN, body=STATEMENT_BODY)
@once
def sign(message_id: str, json_data: StatementIn) -> ResponseReturnValue:
    """Sign the statement for a managed sender, after checking all of it that the server sees."""
    with tools().database.write() as connection:
        signature = signing.sign(
            connection,
            tools().vault,
            firm=current("firm"),
            sender=current("person"),
            message_id=message_id,
            text=json_data.statement,
        )
    return signature.to_json()


@bp.post("/messages/<token:message_id>/send")
@bp.input(SendIn)
@callers(STAFF, host=ADDIN, body=LARGE_BODY)
@once
def send(message_id: str, json_data: SendIn) -> ResponseReturnValue:
    """Accept the sealed message and queue its notice; 202 when it is kept."""
    entry = messages.send(
        tools().database,
        tools().vault,
        current("rights"),
        firm=current("firm"),
        sender=current("person"),
        assertion=current("assertion"),
        message_id=message_id,
        subject=json_data.subject,
        statement_hash=json_data.statement_hash,
        files={envelope.key: envelope.age for envelope in json_data.envelopes},
        names=json_data.names,
    )
    return {"id": entry["id"], "state": entry["state"]}, 202


@bp.get("/messages/<token:message_id>")
@callers(STAFF, host=ADDIN)
def show(message_id: str) -> ResponseReturnValue:
    """How far a sender's own message is."""
    with tools().database.read() as connection:
        entry, deliveries = messages.status(
            connection,
            firm=current("firm"),
            sender=current("person"),
            message_id=message_id,
        )
    return {
        "state": entry["state"],
        "notice": {"state": _weakest(deliveries), "detail": _reason(deliveries)},
    }


def _weakest(deliveries: list[events.Delivery]) -> str:
    order = (events.FAILED, events.UNCONFIRMED, events.HELD, events.QUEUED)
    states = {delivery.state for delivery in deliveries}
    if not states:
        return "none"
    if events.SENDING in states:
        return events.QUEUED
    return next((state for state in order if state in states), events.SENT)


def _reason(deliveries: list[events.Delivery]) -> str | None:
    return next((delivery.reason for delivery in deliveries if delivery.reason), None)
