"""Addresses of the Outlook window.

Who somebody is, the query says (`?as=`): there is no sign-in to the window itself.
"""

import json
from http import HTTPStatus
from pathlib import Path

from flask import Blueprint, Response, abort, jsonify, render_template, request, send_file
from flask.typing import ResponseReturnValue

from sandbox.config import PACKAGE
from sandbox.entra import broker, tenant
from sandbox.entra.errors import EntraError
from sandbox.mailboxes import post, store
from sandbox.mailboxes.store import Item
from sandbox.outlook import documents, policy, views
from sandbox.parts import parts
from sandbox.people import PEOPLE, Person, by_address, senders

bp = Blueprint("outlook", __name__)


@bp.app_errorhandler(HTTPStatus.NOT_FOUND)
def _missing(_error: Exception) -> ResponseReturnValue:
    if request.path.startswith("/outlook/api/"):
        return jsonify(error="There is no such mailbox or message."), HTTPStatus.NOT_FOUND
    return render_template("missing.html"), HTTPStatus.NOT_FOUND


@bp.errorhandler(views.BadDraft)
def _bad_draft(_error: views.BadDraft) -> ResponseReturnValue:
    return jsonify(error="A draft has to, cc, bcc, subject and body."), HTTPStatus.BAD_REQUEST


@bp.after_app_request
def _guarded(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Security-Policy", policy.page())
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _owner() -> Person:
    person = by_address(request.args.get("as", ""))
    if person is None:
        abort(HTTPStatus.NOT_FOUND)
    return person


@bp.get("/")
def start() -> ResponseReturnValue:
    """What this is, and a card for each mailbox."""
    return render_template("start.html", people=PEOPLE)


@bp.get("/outlook")
def window() -> ResponseReturnValue:
    """One person's mail. The add-in is there for people of the firm who can sign in."""
    person, config = _owner(), parts().config
    addin = config.addin_url if person.signs_in else None
    names = [{"name": one.name, "address": one.address} for one in senders(person)]
    page = render_template("outlook.html", person=person, addin=addin, senders=names)
    return page, {"Content-Security-Policy": policy.window(config)}


@bp.get("/word")
@bp.get("/excel")
def document_window() -> ResponseReturnValue:
    """A document of somebody's who may sign in, in Word or Excel."""
    person, config = _owner(), parts().config
    addin = (config.addin_url or "").replace("/compose", "/document")
    app = "Word" if request.path == "/word" else "Excel"
    page = render_template("document.html", person=person, app=app, addin=addin)
    return page, {"Content-Security-Policy": policy.window(config)}


@bp.post("/outlook/api/document")
def document_file() -> ResponseReturnValue:
    """What stands in a document's window as a file; the sandbox keeps nothing of it."""
    asked = request.get_json()
    _owner()
    makers = {"pdf": documents.pdf, "Word": documents.word, "Excel": documents.excel}
    maker = makers[str(asked["as"])]
    return Response(maker(str(asked["text"]).split("\n")), mimetype="application/octet-stream")


@bp.get("/outlook/window.css")
def stylesheet() -> ResponseReturnValue:
    """The look of every page here."""
    return _asset(PACKAGE / "css" / "window.css", "text/css")


@bp.get("/outlook/outlook.js")
def window_script() -> ResponseReturnValue:
    """The window's script."""
    return _asset(parts().config.dist / "outlook.js", "text/javascript")


@bp.get("/office.js")
def office_script() -> ResponseReturnValue:
    """The stand-in for office.js, loaded by the add-in's pages from their own origin."""
    response = _asset(parts().config.dist / "office.js", "text/javascript")
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _asset(path: Path, kind: str) -> Response:
    if not path.is_file():
        text = f"{path.name} is not built. Run: npm run build\n"
        return Response(text, HTTPStatus.SERVICE_UNAVAILABLE, mimetype="text/plain")
    return send_file(path.resolve(), mimetype=kind, max_age=0, conditional=True)


@bp.get("/outlook/api/mailbox")
def mailbox() -> ResponseReturnValue:
    """Folders and one folder's newest messages, `top` of them; 304 while nothing has changed."""
    person, name = _owner(), request.args.get("folder", "inbox")
    top = min(request.args.get("top", 200, type=int), 10_000)
    with parts().database.reading() as db:
        tag = f"{store.version(db, person.address)}-{name}-{top}"
        if request.if_none_match.contains(tag):
            response = Response(status=HTTPStatus.NOT_MODIFIED)
            response.set_etag(tag)
            return response
        folder = store.folder(db, person.address, name) or abort(HTTPStatus.NOT_FOUND)
        items, _ = store.listing(db, person.address, folder.id, top=top)
        folders = [one for one in store.folders(db, person.address) if not one.is_hidden]
    body = {
        "folders": [views.folder(one) for one in folders],
        "folder": folder.well_known,
        "messages": [views.summary(item) for item in items],
    }
    response = jsonify(body)
    response.set_etag(tag)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _item(person: Person, item_id: str) -> Item:
    with parts().database.reading() as db:
        return store.find(db, person.address, item_id) or abort(HTTPStatus.NOT_FOUND)


@bp.get("/outlook/api/messages/<item_id>")
def message(item_id: str) -> ResponseReturnValue:
    """One message."""
    return views.message(_item(_owner(), item_id))


@bp.get("/outlook/html/<item_id>")
def document(item_id: str) -> ResponseReturnValue:
    """One message's html, for the frame of the reading pane."""
    page = views.document(_item(_owner(), item_id))
    headers = {"Content-Security-Policy": policy.mail(), "Cache-Control": "no-store"}
    return Response(page, mimetype="text/html", headers=headers)


@bp.post("/outlook/api/messages/<item_id>/read")
def mark_read(item_id: str) -> ResponseReturnValue:
    """Mark a message as read."""
    item = _item(_owner(), item_id)
    with parts().database.writing() as db:
        store.mark_read(db, item.mailbox, item.id, is_read=True)
    return "", HTTPStatus.NO_CONTENT


@bp.delete("/outlook/api/messages/<item_id>")
def delete(item_id: str) -> ResponseReturnValue:
    """Move to Deleted Items; from there, and for a draft with `?discard`, to Recoverable Items."""
    item = _item(_owner(), item_id)
    for_good = item.folder.endswith("-deleteditems") or "discard" in request.args
    with parts().database.writing() as db:
        store.move(db, item.mailbox, item.id, store.DELETIONS if for_good else "deleteditems")
    return "", HTTPStatus.NO_CONTENT


@bp.post("/outlook/api/drafts")
def new_draft() -> ResponseReturnValue:
    """Keep a new draft."""
    person = _owner()
    letter = views.draft(request.get_json(), person)
    domain = person.address.rpartition("@")[2]
    with parts().database.writing() as db:
        item = store.add(
            db, person.address, "drafts", letter, sent=store.now(), is_read=True, is_draft=True,
            internet_message_id=store.new_internet_message_id(domain),
        )  # fmt: skip
    return {"id": item}, HTTPStatus.CREATED


@bp.put("/outlook/api/drafts/<item_id>")
def save_draft(item_id: str) -> ResponseReturnValue:
    """Keep a draft's newest state."""
    person = _owner()
    letter = views.draft(request.get_json(), person)
    with parts().database.writing() as db:
        held = tenant.granted(db).is_held(person.address)
        if not store.rewrite_draft(db, person.address, item_id, letter, keep_earlier=held):
            abort(HTTPStatus.NOT_FOUND)
    return {"id": item_id}


@bp.post("/outlook/api/drafts/<item_id>/send")
def send(item_id: str) -> ResponseReturnValue:
    """Send a draft as ordinary mail."""
    item = _item(_owner(), item_id)
    wrong = [one.address for one in item.letter.recipients if not one.is_valid]
    if not item.is_draft or wrong or not item.letter.recipients:
        text = "Not sent. Give at least one address, each like name@company.example."
        return jsonify(error=text), HTTPStatus.UNPROCESSABLE_ENTITY
    with parts().database.writing() as db:
        store.remove(db, item.mailbox, item.id)
        post.accept(db, item.mailbox, item.letter, save=True, moment=parts().config.moment)
    parts().postman.nudge()
    return "", HTTPStatus.ACCEPTED


@bp.get("/outlook/api/roaming")
def roaming() -> ResponseReturnValue:
    """The add-in's roaming settings in this mailbox."""
    with parts().database.reading() as db:
        row = db.execute(
            "SELECT value FROM setting WHERE name = ?", (f"roaming {_owner().address}",)
        ).fetchone()
    return json.loads(row["value"]) if row else {}


@bp.put("/outlook/api/roaming")
def save_roaming() -> ResponseReturnValue:
    """Keep them; 32 KB at most, as in Exchange."""
    person, text = _owner(), json.dumps(request.get_json())
    if len(text) > 32 * 1024:
        return jsonify(error="Settings are limited to 32 KB."), HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    with parts().database.writing() as db:
        db.execute(
            "INSERT INTO setting VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (f"roaming {person.address}", text),
        )
    return "", HTTPStatus.NO_CONTENT


@bp.post("/outlook/api/token")
def token() -> ResponseReturnValue:
    """A token for the pane, asked by the window as Outlook's broker asks Entra."""
    person, asked = _owner(), request.get_json()
    try:
        return broker.token_for(
            parts(),
            person,
            pane_origin=str(asked.get("origin", "")),
            client=str(asked.get("client", "")),
            scope=str(asked.get("scope", "")),
            claims=asked.get("claims"),
            interactive=bool(asked.get("interactive")),
        )
    except EntraError as error:
        return jsonify(error.body()), error.status
