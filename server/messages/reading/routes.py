"""Reading a message, at the portal."""

import base64
from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from apiflask import APIBlueprint
from flask import Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from pydantic import Field, model_validator

from server.base.addresses import parse_address
from server.base.errors import Invalid
from server.base.http import (
    ANY_HOST,
    ANYONE,
    CODE_COOKIE,
    PORTAL,
    READER,
    SIGNED_IN,
    Model,
    browser_words,
    callers,
    current,
    network_of,
    request_key,
    set_secret_cookie,
    tools,
)
from server.crypto.encoding import b64u
from server.crypto.log.checkpoint import MAX_SIZE
from server.keys import service as keys
from server.messages.reading import service as reading
from server.messages.reading.service import EXPORTED, OPENED, Letter, MessageHead
from server.messages.recalling import service as recalling
from server.messages.routes import gives_at_portal
from server.people.sign_ins import service as sign_ins

bp = APIBlueprint("reading", __name__)
_ONE_HOUR_S = 3600


class CodeIn(Model):
    """Who asks for a code: the n-th masked address, or an address."""

    reader: Annotated[int | None, Field(ge=0, le=500)] = None
    address: Annotated[str | None, Field(max_length=320)] = None

    @model_validator(mode="after")
    def must_name_one(self) -> "CodeIn":
        """Exactly one of the two."""
        if (self.reader is None) == (self.address is None):
            raise ValueError("name a reader or an address")
        return self


class OpenIn(Model):
    """Why a message is opened: to read it, or for an export.

    `since` is the size of the key log's checkpoint that the caller has kept; 0 for none.
    """

    purpose: Annotated[Literal["read", "export"], Field(alias="for")] = "read"
    since: Annotated[int, Field(ge=0, le=MAX_SIZE)] = 0


@bp.get("/m/<token:message_id>")
@bp.doc(hide=True)
@callers(ANYONE, host=PORTAL)
def page(message_id: str) -> ResponseReturnValue:
    """The reader's page. It sends nothing, opens nothing and changes nothing."""
    return _page("reader.html", message_id)


@bp.post("/api/v1/messages/<token:message_id>/codes")
@bp.input(CodeIn)
@callers(ANYONE, host=PORTAL)
def ask_code(message_id: str, json_data: CodeIn) -> ResponseReturnValue:
    """Send a code, if the address is a reader's; the answer is the same if it is not."""
    firm = current("firm")
    with tools().database.write() as connection:
        head = reading.head(connection, tools().vault, firm=firm, message_id=message_id)
        if head.recalled is not None:
            raise recalling.refusal(connection, tools().vault, firm=firm, message_id=message_id)
        address = _address(json_data, head)
        reader = reading.reader_at(
            connection, tools().vault, firm=firm, message_id=message_id, address=address
        )
        asked = sign_ins.ask_code(
            connection,
            tools().vault,
            firm_id=firm.id,
            person=reader,
            address=address,
            about=message_id,
            asker=sign_ins.Asker(
                request_key=request_key(),
                browser=request.cookies.get(CODE_COOKIE),
                browser_words=browser_words(request),
                network=network_of(request),
            ),
        )
    response: Response = jsonify({"expires": asked.expires // 1000})
    response.status_code = 202
    set_secret_cookie(response, CODE_COOKIE, asked.browser, seconds=_ONE_HOUR_S)
    return response


@bp.get("/m/<token:message_id>/export")
@bp.doc(hide=True)
@callers(ANYONE, host=PORTAL)
def export_page(message_id: str) -> ResponseReturnValue:
    """The page that makes an export, in the reader's browser."""
    return _page("export.html", message_id)


@bp.get("/api/v1/messages/<token:message_id>/thread")
@callers(SIGNED_IN, host=ANY_HOST)
def thread(message_id: str) -> ResponseReturnValue:
    """The letters of a thread that the person may read, oldest first."""
    with tools().database.read() as connection:
        thread_id, letters = reading.thread(
            connection,
            tools().vault,
            firm=current("firm"),
            viewer=current("person"),
            message_id=message_id,
        )
    return {"thread_id": thread_id, "messages": [_listed(letter) for letter in letters]}


@bp.post("/api/v1/messages/<token:message_id>/open")
@bp.input(OpenIn)
@callers(READER, host=ANY_HOST)
def open_envelope(message_id: str, json_data: OpenIn) -> ResponseReturnValue:
    """The reader's own envelope, opened where her key is kept here, and what her browser checks it with."""
    request_key()
    viewer = current("person")
    opened = reading.open_envelope(
        tools().database,
        tools().vault,
        firm=current("firm"),
        viewer=viewer,
        message_id=message_id,
        kind=EXPORTED if json_data.purpose == "export" else OPENED,
        since=json_data.since,
        to_give=gives_at_portal(),
    )
    if opened.envelope is not None:
        content = opened.envelope.to_json()
    else:
        content = {
            "envelope": base64.b64encode(opened.sealed).decode(),
            "envelope_key": opened.viewer_key,
            "envelope_until": opened.replaced,
        }
    return {
        **content,
        "level": opened.level,
        "viewer": {"address": viewer.address, "key": opened.viewer_key},
        "sender": opened.sender_lookup.to_json(),
        "sender_name": opened.sender.shown_name,
        "names": opened.names,
        "granters": [granter.to_json() for granter in opened.granters],
        "directory_key": b64u(opened.directory_key),
    }


@bp.get("/api/v1/messages/<token:message_id>/objects/<token:object_id>")
@callers(SIGNED_IN, host=ANY_HOST)
def object_file(message_id: str, object_id: str) -> ResponseReturnValue:
    """One age file, as a stream."""
    size, pieces = reading.object_file(
        tools().database,
        tools().vault,
        current("blobs"),
        firm=current("firm"),
        viewer=current("person"),
        message_id=message_id,
        object_id=object_id,
    )
    headers = {"Content-Length": str(size)}
    return Response(pieces, mimetype="application/octet-stream", headers=headers)


def _page(template: str, message_id: str) -> str:
    firm, viewer = current("firm"), current("viewer")
    with tools().database.read() as connection:
        head = reading.head(connection, tools().vault, firm=firm, message_id=message_id)
        known = viewer is not None and reading.is_reader(connection, message_id, viewer)
        directory_key = keys.directory_key(connection, firm.id)
        log_key = keys.log_key(connection, firm.id)
    if head.recalled is not None:
        return render_template("reader/recalled.html", said=head.recalled.in_words(firm))
    return render_template(
        template,
        letter=_shown(head, firm.brand.zone, viewer.address if known else None),
        code_from=firm.brand.mailbox,
        directory_key=b64u(directory_key),
        log_key=log_key,
    )


def _listed(letter: Letter) -> dict[str, Any]:
    return {
        "id": letter.id,
        "sender": {"address": letter.sender.address, "name": letter.sender.name},
        "sent_at": int(letter.sent_at.timestamp()),
        "level": letter.level,
        "mine": letter.mine,
        "opened": letter.opened,
        "waiting": letter.waiting,
        "recalled": letter.recalled.to_json() if letter.recalled else None,
    }


def _address(json_data: CodeIn, head: MessageHead) -> str:
    if json_data.address is not None:
        return parse_address(json_data.address)
    if json_data.reader is None or json_data.reader >= len(head.addressed):
        raise Invalid("Say which address is yours, and ask again.")
    return head.addressed[json_data.reader].address


def _shown(head: MessageHead, zone: str, known_reader: str | None) -> dict[str, Any]:
    sent_at: datetime = head.sent_at.astimezone(ZoneInfo(zone))
    return {
        "id": head.id,
        "sender_name": head.sender.shown_name,
        "sender_first": head.sender.shown_name,
        "sent_at": sent_at,
        "level": head.level,
        "readers": head.masked,
        "known_reader": known_reader,
    }
