"""What a sender hears of her notices, and what she answers."""

from typing import Any, Literal

from apiflask import APIBlueprint
from flask.typing import ResponseReturnValue

from server.base.http import ADDIN, STAFF, Model, callers, current, once, tools
from server.messages.notices import service as notices
from server.messages.notices.service import Standing

bp = APIBlueprint("notices", __name__, url_prefix="/api/v1")


class NoticeIn(Model):
    """What became of a notice: "sent" (it is in Sent Items), "again" (send it again), "seen"."""

    answer: Literal["sent", "again", "seen"]


def shown(standing: Standing) -> dict[str, Any]:
    """A notice's standing as JSON."""
    bounced = [{"address": one.address, "detail": one.reason} for one in standing.bounced]
    return {"state": standing.state, "detail": standing.reason, "bounced": bounced}


@bp.get("/notices")
@callers(STAFF, host=ADDIN)
def troubled() -> ResponseReturnValue:
    """Own letters of the last 14 days whose notice needs its sender, newest first."""
    with tools().database.read() as connection:
        found = notices.troubles(
            connection, tools().vault, firm=current("firm"), sender=current("person")
        )
    return {
        "notices": [
            {
                "id": one.id,
                "subject": one.subject,
                "sent_at": one.sealed_at // 1000,
                **shown(one.standing),
            }
            for one in found
        ]
    }


@bp.post("/messages/<token:message_id>/notice")
@bp.input(NoticeIn)
@callers(STAFF, host=ADDIN)
@once
def answer(message_id: str, json_data: NoticeIn) -> ResponseReturnValue:
    """Say what became of a notice that is in doubt, failed or came back."""
    with tools().database.write() as connection:
        notices.answer(
            connection,
            firm=current("firm"),
            sender=current("person"),
            message_id=message_id,
            says=json_data.answer,
        )
        standing = notices.standing(connection, current("firm").id, message_id, tools().vault)
    return {"notice": shown(standing)}
