"""Graph's addresses under `/v1.0`."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, jsonify, request
from flask.typing import ResponseReturnValue

from sandbox import faults
from sandbox.graph import errors as wording
from sandbox.graph import incoming, query, relevant, shapes
from sandbox.graph.auth import CHALLENGE, Caller, caller, mailbox_of
from sandbox.graph.errors import GraphError, bad_request, denied
from sandbox.mailboxes import post, store
from sandbox.mailboxes.store import Item
from sandbox.parts import parts
from sandbox.people import Person

bp = Blueprint("graph", __name__, url_prefix="/v1.0")
MAX_BODY = 4 * 1024 * 1024
READ = ("Mail.ReadBasic", "Mail.Read", "Mail.ReadWrite")
_CODES = {429: "ApplicationThrottled", 503: "serviceNotAvailable", 504: "gatewayTimeout"}


@bp.errorhandler(GraphError)
def _refused(error: GraphError) -> ResponseReturnValue:
    return jsonify(wording.body(error)), error.status, error.headers


@bp.before_request
def _preflight() -> ResponseReturnValue | None:
    """A browser's question whether a page of another origin may call: as Graph, always."""
    if request.method != "OPTIONS":
        return None
    headers = {
        "Access-Control-Allow-Methods": "GET, POST",
        "Access-Control-Allow-Headers": request.headers.get("Access-Control-Request-Headers", ""),
    }
    return "", HTTPStatus.OK, headers


@bp.before_request
def _fault() -> None:
    """The failure switch `graph`."""
    with parts().database.writing() as db:
        fault = faults.take(db, "graph", request.path)
    if fault is None:
        return
    g.fault = _as_error(fault)
    if not fault.get("accepted"):
        raise g.pop("fault")


@bp.after_request
def _named(response: Response) -> Response:
    if "fault" in g:  # done, but the answer is lost
        response = jsonify(wording.body(g.fault))
        response.status_code = g.fault.status
        response.headers.update(g.fault.headers)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["request-id"] = request.headers.get("client-request-id", "sandbox")
    return response


def _as_error(fault: dict[str, Any]) -> GraphError:
    status = int(fault["status"])
    headers = {"Retry-After": str(fault["retry_after"])} if "retry_after" in fault else {}
    if status == HTTPStatus.UNAUTHORIZED:
        challenge = CHALLENGE.format(authority=parts().config.authority)
        headers["WWW-Authenticate"] = f'{challenge}, error="insufficient_claims", claims="e30="'
    return GraphError(status, _CODES.get(status, "UnknownError"), "A fault set in the sandbox.",
                      headers)  # fmt: skip


@bp.get("/me")
@bp.get("/users/<user>")
def show_user(user: str | None = None) -> ResponseReturnValue:
    """The signed-in person, or one of the tenant."""
    who = caller()
    who.needs("User.Read", "User.Read.All")
    person = mailbox_of(who, user)
    return {"@odata.context": shapes.context(_base(), "users/$entity"), **shapes.user(person)}


@bp.get("/me/people")
@bp.get("/users/<user>/people")
def list_people(user: str | None = None) -> ResponseReturnValue:
    """Whom the signed-in person works with, writes to, or keeps among the contacts."""
    who = caller()
    who.needs("People.Read")
    person = mailbox_of(who, user)
    name = f"{shapes.owner(person)}/people"
    found = relevant.listed(person, request.args)
    return {"@odata.context": shapes.context(_base(), name), "value": found}


@bp.post("/me/sendMail")
@bp.post("/users/<user>/sendMail")
def send_mail(user: str | None = None) -> ResponseReturnValue:
    """Accept a letter: 202 says accepted, not delivered."""
    who = caller()
    who.needs("Mail.Send")
    person = mailbox_of(who, user)
    if (request.content_length or 0) > MAX_BODY:
        raise GraphError(413, "RequestEntityTooLarge", "The request is larger than 4 MB.")
    if request.mimetype == "text/plain":
        letter, save = incoming.from_mime(request.get_data(), person), True
    else:
        letter, save = incoming.from_json(request.get_json(silent=True), person)
    with parts().database.writing() as db:
        post.accept(db, person.address, letter, save=save, moment=parts().config.moment)
    parts().postman.nudge()
    return Response(status=HTTPStatus.ACCEPTED)


@bp.get("/me/mailFolders")
@bp.get("/users/<user>/mailFolders")
def list_folders(user: str | None = None) -> ResponseReturnValue:
    """All folders; there are four, none inside another."""
    who, person = _reader(user)
    del who
    with parts().database.reading() as db:
        listed = [one for one in store.folders(db, person.address) if not one.is_hidden]
    found = [shapes.folder(folder) for folder in listed]
    name = f"{shapes.owner(person)}/mailFolders"
    return {"@odata.context": shapes.context(_base(), name), "value": found}


@bp.get("/me/mailFolders/<folder>")
@bp.get("/users/<user>/mailFolders/<folder>")
def show_folder(folder: str, user: str | None = None) -> ResponseReturnValue:
    """One folder by id or well-known name."""
    _, person = _reader(user)
    with parts().database.reading() as db:
        found = store.folder(db, person.address, folder)
    if found is None:
        raise _not_found()
    name = f"{shapes.owner(person)}/mailFolders/$entity"
    return {"@odata.context": shapes.context(_base(), name), **shapes.folder(found)}


@bp.get("/me/messages")
@bp.get("/users/<user>/messages")
@bp.get("/me/mailFolders/<folder>/messages")
@bp.get("/users/<user>/mailFolders/<folder>/messages")
def list_messages(folder: str | None = None, user: str | None = None) -> ResponseReturnValue:
    """One page of a mailbox or of a folder, newest first unless ordered otherwise."""
    who, person = _reader(user)
    asked = query.parse(request.args)
    if _is_basic(who) and "singleValueExtendedProperties" in (*asked.filtered, asked.expand):
        raise denied()
    with parts().database.reading() as db:
        found = store.folder(db, person.address, folder) if folder else None
        if folder and found is None:
            raise _not_found()
        items, total = store.listing(
            db, person.address, found.id if found else None,
            keep=asked.keep, order=asked.order, skip=asked.skip, top=asked.top,
        )  # fmt: skip
    body: dict[str, Any] = {
        "@odata.context": shapes.context(_base(), f"{shapes.owner(person)}/messages"),
        "value": [_message(who, item, asked) for item in items],
    }
    if asked.count:
        body["@odata.count"] = total
    if asked.skip + len(items) < total:
        args = {**request.args, "$skip": str(asked.skip + asked.top)}
        body["@odata.nextLink"] = f"{request.base_url}?{urlencode(args)}"
    return body


@bp.get("/me/messages/<message>")
@bp.get("/users/<user>/messages/<message>")
@bp.get("/me/mailFolders/<folder>/messages/<message>")
@bp.get("/users/<user>/mailFolders/<folder>/messages/<message>")
def show_message(
    message: str, folder: str | None = None, user: str | None = None
) -> ResponseReturnValue:
    """One message."""
    who, person = _reader(user)
    asked = query.parse(request.args)
    with parts().database.reading() as db:
        item = store.find(db, person.address, message)
        inside = store.folder(db, person.address, folder) if folder else None
    if item is None or (folder and (inside is None or inside.id != item.folder)):
        raise _not_found()
    name = f"{shapes.owner(person)}/messages/$entity"
    return {"@odata.context": shapes.context(_base(), name), **_message(who, item, asked)}


@bp.get("/me/messages/<message>/$value")
@bp.get("/users/<user>/messages/<message>/$value")
def show_mime(message: str, user: str | None = None) -> ResponseReturnValue:
    """One message as MIME: a report as it came, every other in its plainest form."""
    who, person = _reader(user)
    if _is_basic(who):
        raise denied()
    with parts().database.reading() as db:
        item = store.find(db, person.address, message)
    if item is None:
        raise _not_found()
    return Response(shapes.mime(item), mimetype="text/plain")


@bp.get("/me/messages/<message>/attachments")
@bp.get("/users/<user>/messages/<message>/attachments")
def list_attachments(message: str, user: str | None = None) -> ResponseReturnValue:
    """The files of a message, without their contents."""
    who, person = _reader(user)
    if _is_basic(who):
        raise denied()
    with parts().database.reading() as db:
        item = store.find(db, person.address, message)
    if item is None:
        raise _not_found()
    name = f"{shapes.owner(person)}/messages('{item.id}')/attachments"
    found = [shapes.attachment(one) for one in item.letter.attachments]
    return {"@odata.context": shapes.context(_base(), name), "value": found}


@bp.post("/me/messages/<message>/permanentDelete")
@bp.post("/users/<user>/messages/<message>/permanentDelete")
def permanently_delete(message: str, user: str | None = None) -> ResponseReturnValue:
    """Move a message to Purges: out of sight, and there until retention or a hold ends."""
    who = caller()
    who.needs("Mail.ReadWrite")
    person = mailbox_of(who, user)
    with parts().database.writing() as db:
        item = store.find(db, person.address, message)
        if item is None or store.HIDDEN in item.folder:
            raise _not_found()
        store.move(db, person.address, item.id, store.PURGES)
    return Response(status=HTTPStatus.NO_CONTENT)


@bp.post("/me/messages/<message>/move")
@bp.post("/users/<user>/messages/<message>/move")
def move_message(message: str, user: str | None = None) -> ResponseReturnValue:
    """Move a message to a folder of its mailbox, where it has another id."""
    who = caller()
    who.needs("Mail.ReadWrite")
    person = mailbox_of(who, user)
    asked = request.get_json(silent=True)
    wanted = {str(name).lower(): value for name, value in (asked or {}).items()}
    with parts().database.writing() as db:
        item = store.find(db, person.address, message)
        target = store.folder(db, person.address, str(wanted.get("destinationid", "")))
        if item is None or target is None or store.HIDDEN in item.folder:
            raise _not_found()
        store.move(db, person.address, item.id, target.well_known)
        moved = store.find(db, person.address, item.immutable_id) or item
    name = f"{shapes.owner(person)}/messages/$entity"
    body = {
        "@odata.context": shapes.context(_base(), name),
        **_message(who, moved, query.parse({})),
    }
    return body, HTTPStatus.CREATED


@bp.route("/<path:rest>", methods=["GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"])
def elsewhere(rest: str) -> ResponseReturnValue:
    """Everything the sandbox does not serve."""
    del rest
    caller()
    raise GraphError(404, "BadRequest", "Resource not found for this segment in the sandbox.")


def _reader(user: str | None) -> tuple[Caller, Person]:
    who = caller()
    who.needs(*READ)
    return who, mailbox_of(who, user)


def _is_basic(who: Caller) -> bool:
    return who.person is not None and who.scopes.isdisjoint({"Mail.Read", "Mail.ReadWrite"})


def _not_found() -> GraphError:
    text = "The specified object was not found in the store."
    return GraphError(404, "ErrorItemNotFound", text)


def _base() -> str:
    return request.host_url + "v1.0"


def _prefers(words: str) -> bool:
    return words.lower() in request.headers.get("Prefer", "").replace('"', "").lower()


def _message(who: Caller, item: Item, asked: query.Query) -> dict[str, Any]:
    """One message as this caller may see it and asked for it."""
    full = shapes.message(
        item,
        immutable=_prefers("IdType=ImmutableId"),
        as_text=_prefers("outlook.body-content-type=text"),
    )
    extended = full.pop("singleValueExtendedProperties")
    if asked.select is not None:
        if unknown := asked.select - full.keys():
            del unknown
            text = "Could not find a property of that name on type 'microsoft.graph.message'."
            raise bad_request("RequestBroker--ParseUri", text)
        kept = asked.select | {"id", "@odata.etag"}
    else:
        kept = frozenset(full) - shapes.ON_SELECT
    if _is_basic(who):
        kept = kept - shapes.NOT_BASIC
    shown = {name: value for name, value in full.items() if name in kept}
    if asked.expand is not None:
        wanted = [one for one in extended if one["id"].lower() == asked.expand.lower()]
        shown |= {"singleValueExtendedProperties": wanted} if wanted else {}
    return shown
