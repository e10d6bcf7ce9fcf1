"""Send a sealed message."""

from typing import Annotated

from apiflask import APIBlueprint
from flask.typing import ResponseReturnValue
from pydantic import Field

from server.base.http import ANY_HOST, SIGNED_IN, Model, callers, current, once, tools
from server.crypto.statement import MAX_READERS
from server.messages.routes import writer
from server.messages.sending import service as sending
from server.messages.sending.service import Sealed

BODY = 24 * 1024 * 1024

Hash = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]

bp = APIBlueprint("sending", __name__, url_prefix="/api/v1")


class EnvelopeIn(Model):
    """One reader's envelope: the fingerprint of her key and the age file in base64."""

    key: Hash
    age: Annotated[str, Field(max_length=90_000)]


class SendIn(Model):
    """A sealed message: public subject, hash of the signed statement, all envelopes."""

    subject: Annotated[str, Field(max_length=2000)] = ""
    statement_hash: Hash
    envelopes: Annotated[list[EnvelopeIn], Field(min_length=1, max_length=MAX_READERS)]
    names: Annotated[dict[str, str], Field(max_length=MAX_READERS)] = Field(default_factory=dict)


@bp.post("/messages/<token:message_id>/send")
@bp.input(SendIn)
@callers(SIGNED_IN, host=ANY_HOST, body=BODY)
@once
def send(message_id: str, json_data: SendIn) -> ResponseReturnValue:
    """Accept the sealed message and queue its notice; 202 when it is kept."""
    entry = sending.send(
        tools().database,
        tools().vault,
        current("blobs"),
        current("rights"),
        firm=current("firm"),
        sender=writer(),
        assertion=current("assertion"),
        message_id=message_id,
        sealed=Sealed(
            subject=json_data.subject,
            statement_hash=json_data.statement_hash,
            envelopes={envelope.key: envelope.age for envelope in json_data.envelopes},
            names=json_data.names,
        ),
    )
    return {"id": entry["id"], "state": entry["state"]}, 202
