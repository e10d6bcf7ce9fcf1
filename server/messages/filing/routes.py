"""Seal an ordinary mail into the record."""

from typing import Annotated

from apiflask import APIBlueprint
from flask.typing import ResponseReturnValue
from pydantic import Field

from server.base.http import ADDIN, SIGNED_IN, Model, callers, created, current, request_key, tools
from server.messages.filing import service as filing
from server.messages.routes import writer

Hash = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]

bp = APIBlueprint("filing", __name__, url_prefix="/api/v1")


class MailIn(Model):
    """A mail of the caller's mailbox: SHA-256 of what names it there, in base64url."""

    mail: Hash


@bp.post("/mails")
@bp.input(MailIn)
@callers(SIGNED_IN, host=ADDIN)
def begin(json_data: MailIn) -> ResponseReturnValue:
    """The message of a mail, made when there is none; `sealed_at` (seconds) where it was sealed."""
    request_key()
    with tools().database.write() as connection:
        entry = filing.begin(
            connection,
            tools().vault,
            firm=current("firm"),
            sender=writer(),
            mail=json_data.mail,
        )
    sealed = entry.get("sealed_at")
    return created(
        {
            "id": entry["id"],
            "thread_id": entry["thread_id"],
            "sealed_at": None if sealed is None else sealed // 1000,
        }
    )
