"""How a failure is answered: RFC 9457 problems to programs, a page to people. Part of the web's roof.

Each kind of failure is mapped here, once; slices raise AppErrors and know no HTTP.
"""

from collections.abc import Callable
from typing import Any, Final

import structlog
from apiflask import APIFlask, HTTPError
from flask import Response, g, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from server.base import logs
from server.base.errors import AppError, Away, Invalid, NotFound, TooLarge
from server.base.http import ADDIN, problem
from server.crypto.errors import KeyslotCode, KeyslotRefused, Refusal
from server.messages.ports import BlobsAway

_BODY_MEMBERS: Final = frozenset(
    {
        "about", "address", "body", "challenge", "code", "draft_id", "envelope", "envelopes",
        "grants", "lacks", "language", "mail", "name", "names", "object", "proof", "reader",
        "readers", "recipient", "reply_to", "signature", "signing_key", "slots", "statement",
        "statement_hash", "subject", "text",
    }
)  # fmt: skip
_KEYSLOTS: Final[dict[KeyslotCode, str]] = {
    "keyslot-malformed": "The keyslot is not well formed.",
    "keyslot-costly": "The keyslot asks for more computing than any honest one.",
    "keyslot-weak": "The keyslot would protect the password too little.",
    "keyslot-foreign": "The keyslot belongs to another person, key or site.",
}
_log = structlog.get_logger()


def install(app: APIFlask) -> None:
    """Answer every failure of an application; what nobody expected is a 500 that says nothing."""

    # First, because it sets a handler for HTTPException too, which ours below replaces.
    @app.error_processor
    def invalid(error: HTTPError) -> Response:
        return problem(Invalid(fields=_fields(error.detail)))

    @app.errorhandler(AppError)
    def expected(error: AppError) -> ResponseReturnValue:
        return _answer(error)

    @app.errorhandler(Refusal)
    def refused(refusal: Refusal) -> ResponseReturnValue:
        return _answer(
            Invalid("The letter's envelope does not open. Ring the sender.", refusal=refusal.code)
        )

    @app.errorhandler(KeyslotRefused)
    def slot_refused(refusal: KeyslotRefused) -> ResponseReturnValue:
        return _answer(_BadKeyslot(refusal.code))

    @app.errorhandler(BlobsAway)
    def blobs_away(_: BlobsAway) -> ResponseReturnValue:
        return _answer(
            Away(
                "The place for files does not answer. Nothing was lost; try again in a minute.",
                retry_after=5,
            )
        )

    @app.errorhandler(HTTPException)
    def flask_knows(error: HTTPException) -> ResponseReturnValue:
        return _answer(_from_http(error))

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> ResponseReturnValue:
        _log.error("unexpected", error_type=type(error).__name__, where=logs.where(error))
        return _answer(AppError())


def _answer(error: AppError) -> ResponseReturnValue:
    if request.path.startswith("/api/") or g.get("firm") is None or g.get("host") == ADDIN:
        return problem(error)
    page = "not_found.html" if isinstance(error, NotFound) else "error.html"
    return render_template(page, title=error.title, detail=error.detail), error.status


def _from_http(error: HTTPException) -> AppError:
    known: dict[int, Callable[[], AppError]] = {404: NotFound, 413: TooLarge}
    made = known.get(error.code or 500, AppError)()
    if error.code == 405:  # noqa: PLR2004 an HTTP status
        made = _NotThisWay()
    elif error.code == 416:  # noqa: PLR2004 an HTTP status
        made = _NoSuchPart()
    elif error.code in {400, 415, 422}:
        made = Invalid()
    return made


class _BadKeyslot(Invalid):
    """A keyslot that the server does not take; the codes and sentences of keyslots.md section 5."""

    title = "This way to open your letters was not kept"

    def __init__(self, code: KeyslotCode) -> None:
        super().__init__(f"{_KEYSLOTS.get(code, _KEYSLOTS['keyslot-malformed'])} Nothing was kept.")
        self.code = code


class _NotThisWay(AppError):
    status = 405
    code = "method"
    title = "Not this way"
    detail = "This address is not called this way. Nothing was changed."


class _NoSuchPart(AppError):
    status = 416
    code = "no-such-part"
    title = "There is no such part"
    detail = "This file has no such part. Ask for the whole of it."


def _fields(detail: Any) -> list[str]:
    """Names of the members that were wrong; never what they held."""
    found = detail.get("json", {}) if isinstance(detail, dict) else {}
    return sorted(_BODY_MEMBERS & {str(name) for name in found}) if isinstance(found, dict) else []
