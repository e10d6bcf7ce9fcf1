"""Why a reader cannot open a letter: asked by its sender, and what the reader's page tells."""

from typing import Annotated, Any, Literal

from apiflask import APIBlueprint
from flask.typing import ResponseReturnValue
from pydantic import Field

from server.base.addresses import parse_address
from server.base.http import (
    ADDIN,
    ANYONE,
    PORTAL,
    STAFF,
    Model,
    callers,
    current,
    once,
    request_key,
    tools,
)
from server.messages.helpdesk import service as helpdesk
from server.messages.helpdesk.service import Letter, Standing

bp = APIBlueprint("helpdesk", __name__, url_prefix="/api/v1")


class VisitIn(Model):
    """What the browser that loaded a letter's page lacks."""

    lacks: Annotated[
        list[Literal["cookies", "cryptography", "scripts", "workers"]], Field(max_length=4)
    ]


class ReaderIn(Model):
    """A reader of the letter."""

    address: Annotated[str, Field(min_length=3, max_length=320)]


@bp.get("/messages/<token:message_id>/helpdesk")
@callers(STAFF, host=ADDIN)
def show(message_id: str) -> ResponseReturnValue:
    """How far each reader of a letter came, for its sender and the administrator. No content."""
    firm, viewer = current("firm"), current("person")
    with tools().database.read() as connection:
        letter = helpdesk.show(
            connection, tools().vault, firm=firm, viewer=viewer, message_id=message_id
        )
    return {
        "link": f"{firm.origin}/m/{message_id}",
        "sent_at": letter.sent_at // 1000,
        "notice": {"state": letter.notice.state, "detail": letter.notice.reason},
        "recalled": letter.recalled.to_json() if letter.recalled else None,
        "visited": _seconds(letter.visited),
        "strangers": letter.strangers,
        "lacks": list(letter.lacks),
        "readers": [_reader(one) for one in letter.readers],
        "may": _may(letter, is_administrator=firm.is_administrator(viewer.address)),
    }


@bp.post("/messages/<token:message_id>/helpdesk/codes")
@bp.input(ReaderIn)
@callers(STAFF, host=ADDIN)
@once
def renew_codes(message_id: str, json_data: ReaderIn) -> ResponseReturnValue:
    """The administrator gives a reader, who used all her codes up, as many again."""
    with tools().database.write() as connection:
        helpdesk.renew_codes(
            connection,
            tools().vault,
            firm=current("firm"),
            viewer=current("person"),
            message_id=message_id,
            address=parse_address(json_data.address),
        )
    return {"renewed": True}


@bp.post("/messages/<token:message_id>/visits")
@bp.input(VisitIn)
@callers(ANYONE, host=PORTAL)
def visit(message_id: str, json_data: VisitIn) -> ResponseReturnValue:
    """The page of a letter was loaded by a browser that runs scripts, and what that one lacks."""
    request_key()
    with tools().database.write() as connection:
        helpdesk.visit(
            connection,
            firm=current("firm"),
            viewer=current("viewer"),
            message_id=message_id,
            lacks=json_data.lacks,
        )
    return "", 204


def _may(letter: Letter, *, is_administrator: bool) -> dict[str, bool]:
    """What the caller may do: of her own letter all, of a colleague's the administrator recalls it."""
    sealed = letter.recalled is None and not letter.of_client
    return {
        "answer": letter.is_own,
        "renew": is_administrator,
        "recall": sealed and (letter.is_own or is_administrator),
        "add": sealed and letter.is_own,
    }


def _reader(one: Standing) -> dict[str, Any]:
    return {
        "address": one.person.address,
        "name": one.name,
        "role": one.role,
        "state": one.state,
        "detail": one.detail,
        "since": _seconds(one.since),
        "opened": _seconds(one.opened),
        "new_key": _seconds(one.new_key),
        "codes": {"asked": one.asked, "wrong": one.wrong, "next": _seconds(one.next_code)},
    }


def _seconds(milliseconds: int) -> int | None:
    return milliseconds // 1000 if milliseconds else None
