"""The outbox's dead letters, for the firm's administrator: ids and reasons, no content."""

from apiflask import APIBlueprint
from flask.typing import ResponseReturnValue

from server.base import outbox
from server.base.errors import NotFound
from server.base.http import ADDIN, STAFF, Model, callers, current, once, tools
from server.events import service as events
from server.firms.service import AdministratorsOnly

bp = APIBlueprint("events", __name__, url_prefix="/api/v1")


class AgainIn(Model):
    """What the caller has seen: that the mail is not in the Sent Items of who sends it."""

    not_in_sent_items: bool = False


def require_administrator() -> None:
    """Refuse everybody but the firm's administrator.

    Raises:
        AdministratorsOnly: Not the one whose address the firm names.
    """
    if not current("firm").is_administrator(current("person").address):
        raise AdministratorsOnly


@bp.get("/outbox/dead")
@callers(STAFF, host=ADDIN)
def dead() -> ResponseReturnValue:
    """What the worker has set aside, oldest first, at most 200."""
    require_administrator()
    with tools().database.read() as connection:
        rows = outbox.kept(connection, state="dead", firm_id=current("firm").id)
    return {
        "dead": [
            {
                "id": row.id,
                "kind": row.kind,
                "reason": row.reason,
                "tries": row.tries,
                "created": row.created // 1000,
            }
            for row in rows
        ]
    }


@bp.post("/outbox/dead/<job_id>/again")
@bp.input(AgainIn)
@callers(STAFF, host=ADDIN)
@once
def again(job_id: str, json_data: AgainIn) -> ResponseReturnValue:
    """Let the worker try one of them from the beginning; one in doubt only if it did not leave."""
    require_administrator()
    with tools().database.write() as connection:
        if not events.again(
            connection,
            job_id,
            firm_id=current("firm").id,
            not_in_sent_items=json_data.not_in_sent_items,
        ):
            raise NotFound
    return {"id": job_id, "state": "ready"}
