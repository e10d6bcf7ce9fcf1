"""Puts one sandbox together."""

from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask, Response, abort, jsonify, request
from flask.typing import ResponseReturnValue

from sandbox import faults
from sandbox.config import PACKAGE, Config
from sandbox.database import Database
from sandbox.entra import routes as entra
from sandbox.entra.tokens import Signer
from sandbox.graph import routes as graph
from sandbox.mailboxes import store
from sandbox.mailboxes.post import Postman
from sandbox.outlook import routes as outlook
from sandbox.parts import Parts, parts

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN = frozenset({"same-origin", "none"})
_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def create_app(config: Config) -> Flask:
    """The sandbox as a WSGI app. The post stands still until its `postman` is started."""
    app = Flask(
        __name__,
        template_folder=str(PACKAGE / "templates"),
        static_folder=None,
        root_path=str(PACKAGE),
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask types only the base provider
    database = Database(config.data)
    app.extensions["sandbox"] = Parts(config, database, Signer(database), Postman(database))
    app.before_request(_only_this_machine)
    app.after_request(_careful)
    app.add_url_rule("/healthz", view_func=health)
    app.add_url_rule("/sandbox/faults", view_func=show_faults, methods=["GET"])
    app.add_url_rule("/sandbox/faults", view_func=set_faults, methods=["POST"])
    app.add_url_rule("/sandbox/anew", view_func=begin_anew, methods=["POST"])
    app.register_blueprint(graph.bp)
    app.register_blueprint(outlook.bp)
    app.register_blueprint(entra.bp)
    return app


def _only_this_machine() -> None:
    """Refuse other host names, so that no website can reach in under a name of its own."""
    if urlsplit(f"//{request.host}").hostname not in _NAMES:
        abort(HTTPStatus.MISDIRECTED_REQUEST)
    site = request.headers.get("Sec-Fetch-Site", "none")
    is_token = request.path.endswith("/oauth2/v2.0/token")  # single-page apps redeem codes here
    is_graph = request.path.startswith("/v1.0/")  # and call Graph, with a bearer token
    if request.method not in _SAFE and site not in _OWN and not is_token and not is_graph:
        abort(HTTPStatus.FORBIDDEN)


def _careful(response: Response) -> Response:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    return response


def health() -> ResponseReturnValue:
    """Answer when the sandbox is ready."""
    return {"status": "ok"}


def show_faults() -> ResponseReturnValue:
    """What is set to go wrong."""
    with parts().database.reading() as db:
        return faults.current(db)


def set_faults() -> ResponseReturnValue:
    """Set or end faults, by name; the names not mentioned stay."""
    wanted = request.get_json()
    if not isinstance(wanted, dict):
        return jsonify(error="A JSON object of faults is needed."), HTTPStatus.BAD_REQUEST
    try:
        with parts().database.writing() as db:
            for name, value in wanted.items():
                faults.put(db, name, value)
            body = faults.current(db)
    except faults.UnknownFault:
        text = "There is no such fault or value: see docs/sandbox.md."
        return jsonify(error=text), HTTPStatus.UNPROCESSABLE_ENTITY
    parts().postman.nudge()
    return body


def begin_anew() -> ResponseReturnValue:
    """Empty every mailbox and end every fault; sign-ins and what was granted stay."""
    with parts().database.writing() as db:
        store.empty(db)
        for name in faults.NAMES:
            faults.put(db, name, None)
    parts().postman.nudge()
    return "", HTTPStatus.NO_CONTENT
