"""What is being written: keep the draft, take it up again."""

import base64
import binascii
import io
from typing import Annotated

from apiflask import APIBlueprint
from flask.typing import ResponseReturnValue
from pydantic import Field

from server.base.errors import Invalid
from server.base.http import (
    ANY_HOST,
    SIGNED_IN,
    Model,
    Nothing,
    callers,
    current,
    request_key,
    tools,
)
from server.messages.drafting import service as drafting
from server.messages.drafting.service import ANY
from server.messages.routes import may_write, writer
from server.messages.uploading.service import part_of

DRAFT_BODY = 8 * 1024 * 1024

bp = APIBlueprint("drafting", __name__, url_prefix="/api/v1")


class DraftIn(Model):
    """A draft: its object and its envelope, age files in base64.

    `before`: when the draft was saved that this window knows, in seconds; null: none; left out:
    whatever is there.
    """

    before: int | None = None
    object: Annotated[str, Field(max_length=DRAFT_BODY)]
    envelope: Annotated[str, Field(max_length=90_000)]


@bp.put("/messages/<token:message_id>/draft")
@bp.input(DraftIn)
@callers(SIGNED_IN, host=ANY_HOST, body=DRAFT_BODY)
def keep(message_id: str, json_data: DraftIn) -> ResponseReturnValue:
    """Keep a draft in place of the one before."""
    request_key()
    saved = drafting.keep_draft(
        tools().database,
        current("blobs"),
        firm=current("firm"),
        sender=writer(),
        message_id=message_id,
        part=part_of(io.BytesIO(_bytes(json_data.object))),
        envelope=_bytes(json_data.envelope),
        before=json_data.before if "before" in json_data.model_fields_set else ANY,
    )
    return {"saved": saved}


@bp.get("/drafts")
@callers(SIGNED_IN, host=ANY_HOST)
def drafts() -> ResponseReturnValue:
    """The drafts that this sign-in may go on with, newest first."""
    if not may_write():
        return {"drafts": []}
    with tools().database.read() as connection:
        rows = drafting.drafts(connection, firm=current("firm"), sender=current("person"))
    names = ("id", "draft_id", "thread_id", "reply_to")
    return {
        "drafts": [
            {**{name: row[name] for name in names}, "saved": row["draft_saved"] // 1000}
            for row in rows
        ]
    }


@bp.post("/messages/<token:message_id>/draft/open")
@bp.input(Nothing)
@callers(SIGNED_IN, host=ANY_HOST)
def open_draft(message_id: str, json_data: Nothing) -> ResponseReturnValue:  # noqa: ARG001 the body is empty
    """The draft key, or its envelope for who holds her own key, and the draft object."""
    request_key()
    opened = drafting.open_draft(
        tools().database,
        tools().vault,
        current("blobs"),
        firm=current("firm"),
        sender=writer(),
        message_id=message_id,
    )
    content = {"draft_key": opened.draft_key}
    if opened.draft_key is None:
        content = {"envelope": base64.b64encode(opened.envelope).decode()}
    return {**content, "object": base64.b64encode(opened.file).decode()}


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid("The draft is not base64. It was not kept.") from error
