"""Upload objects: whole, or in parts that a cut connection goes on with.

The parts follow the IETF's resumable uploads (draft-ietf-httpbis-resumable-upload): HEAD says how
far it is, PATCH adds at an offset, DELETE gives it up. Source: docs/spec/http.md section 6.
"""

import re
from typing import Final

from apiflask import APIBlueprint
from flask import Response, request
from flask.typing import ResponseReturnValue

from server.base import metrics
from server.base.errors import Invalid
from server.base.http import (
    ANY_HOST,
    BYTES,
    PARTIAL,
    SIGNED_IN,
    callers,
    created,
    current,
    received,
    request_key,
    tools,
    uploaded,
)
from server.messages.routes import writer
from server.messages.uploading import service as uploading
from server.messages.uploading.service import MAX_OBJECT, MAX_PART, Part, Standing

_NUMBER: Final = re.compile(r"[0-9]{1,12}")

bp = APIBlueprint("uploading", __name__, url_prefix="/api/v1")


@bp.put("/messages/<token:message_id>/objects/<token:object_id>")
@callers(SIGNED_IN, host=ANY_HOST, body=MAX_OBJECT, takes=BYTES)
def put_object(message_id: str, object_id: str) -> ResponseReturnValue:
    """Keep one age file (octet-stream). The same bytes again get the same answer."""
    request_key()
    with uploaded(MAX_OBJECT) as upload:
        row = uploading.put_object(
            tools().database,
            current("blobs"),
            firm=current("firm"),
            sender=writer(),
            message_id=message_id,
            object_id=object_id,
            part=Part(file=upload.file, size=upload.size, sha256=upload.sha256),
        )
    return created({"sha256": row["sha256"], "size": row["size"]})


@bp.delete("/messages/<token:message_id>/objects/<token:object_id>")
@callers(SIGNED_IN, host=ANY_HOST)
def remove_object(message_id: str, object_id: str) -> ResponseReturnValue:
    """Forget one object of an unsent message."""
    request_key()
    uploading.remove_object(
        tools().database,
        current("blobs"),
        firm=current("firm"),
        sender=writer(),
        message_id=message_id,
        object_id=object_id,
    )
    return "", 204


@bp.route("/messages/<token:message_id>/uploads/<token:object_id>", methods=["HEAD"])
@callers(SIGNED_IN, host=ANY_HOST)
def standing(message_id: str, object_id: str) -> ResponseReturnValue:
    """How many bytes of an object are kept, and whether it is whole."""
    with tools().database.read() as connection:
        found = uploading.standing(
            connection,
            firm=current("firm"),
            sender=writer(),
            message_id=message_id,
            object_id=object_id,
        )
    return _told(Response(status=204), found)


@bp.patch("/messages/<token:message_id>/uploads/<token:object_id>")
@callers(SIGNED_IN, host=ANY_HOST, body=MAX_PART, takes=PARTIAL)
def append(message_id: str, object_id: str) -> ResponseReturnValue:
    """Add the next bytes of an object (partial-upload); what came of a cut part is kept."""
    request_key()
    start, length = _number("Upload-Offset"), _number("Upload-Length")
    is_last = {"?1": True, "?0": False}.get(request.headers.get("Upload-Complete", ""))
    if is_last is None:
        raise Invalid("Say with Upload-Complete whether this is the last part.")
    with received(MAX_PART) as upload:
        if upload.is_whole and is_last is not (start + upload.size == length):
            raise Invalid("Upload-Complete and Upload-Length do not agree. Nothing was kept.")
        found = uploading.append(
            tools().database,
            current("blobs"),
            firm=current("firm"),
            sender=writer(),
            message_id=message_id,
            object_id=object_id,
            part=Part(file=upload.file, size=upload.size, sha256=upload.sha256),
            start=start,
            length=length,
        )
    if not upload.is_whole:
        metrics.upload("cut")
    whole = found.whole
    if whole is None:
        return _told(Response(status=204), found)
    return _told(created({"sha256": whole["sha256"], "size": whole["size"]}), found)


@bp.delete("/messages/<token:message_id>/uploads/<token:object_id>")
@callers(SIGNED_IN, host=ANY_HOST)
def give_up(message_id: str, object_id: str) -> ResponseReturnValue:
    """Forget what came of an object, whole or not."""
    return remove_object(message_id, object_id)


def _told(response: Response, found: Standing) -> Response:
    response.headers["Upload-Offset"] = str(found.offset)
    response.headers["Upload-Complete"] = "?1" if found.whole else "?0"
    response.headers["Upload-Limit"] = f"max-size={MAX_OBJECT}, max-append-size={MAX_PART}"
    return response


def _number(name: str) -> int:
    value = request.headers.get(name, "")
    if not _NUMBER.fullmatch(value):
        raise Invalid(f"This call needs {name}, a number of bytes. Nothing was kept.")
    return int(value)
