"""Letters of one's own that wait for a reader's key: the list, and stopping."""

from typing import Annotated

from apiflask import APIBlueprint
from flask.typing import ResponseReturnValue
from pydantic import Field

from server.base.addresses import parse_address
from server.base.http import (
    ANY_HOST,
    GIVER,
    Model,
    callers,
    current,
    once,
    tools,
)
from server.messages.waiting import service as waiting

bp = APIBlueprint("waiting", __name__, url_prefix="/api/v1")


class ReaderIn(Model):
    """A reader for whom the letter waits."""

    address: Annotated[str, Field(min_length=3, max_length=320)]


@bp.get("/waiting")
@callers(GIVER, host=ANY_HOST)
def show() -> ResponseReturnValue:
    """The caller's own letters that wait, ready ones first."""
    with tools().database.read() as connection:
        found = waiting.listed(connection, tools().vault, sender=current("person"))
    return {
        "waiting": [
            {
                "message": one.message_id,
                "address": one.address,
                "name": one.name,
                "role": one.role,
                "sent_at": one.sent_at // 1000,
                "until": one.until // 1000,
                "state": one.state,
                "key": one.key,
            }
            for one in found
        ]
    }


@bp.delete("/messages/<token:message_id>/waiting")
@bp.input(ReaderIn)
@callers(GIVER, host=ANY_HOST)
@once
def stop(message_id: str, json_data: ReaderIn) -> ResponseReturnValue:
    """Stop waiting for a reader of one's own letter."""
    with tools().database.write() as connection:
        waiting.stop(
            connection,
            tools().vault,
            firm=current("firm"),
            sender=current("person"),
            message_id=message_id,
            address=parse_address(json_data.address),
        )
    return "", 204
