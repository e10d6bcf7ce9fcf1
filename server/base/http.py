"""HTTP helpers for routes: who may call, what a call must carry, how an error leaves.

Every view is marked with `callers(...)`; app.py refuses to start with one that is not.
Source: docs/spec/http.md sections 1 and 2.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, Final, TypeVar, cast
from urllib.parse import urlsplit

from flask import Request, Response, current_app, g, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict
from werkzeug.exceptions import ClientDisconnected

from server.base import idempotency
from server.base.database import Database
from server.base.errors import AppError, Conflict, Invalid, NotAllowed, TooLarge
from server.base.vault import Vault
from server.crypto.encoding import b64u

SESSION_COOKIE: Final = "__Host-session"
STAFF_COOKIE: Final = "__Host-staff"
CODE_COOKIE: Final = "__Host-code"
SETUP_COOKIE: Final = "__Host-set-up"
SMALL_BODY: Final = 64 * 1024
IN_MEMORY: Final = 1024 * 1024
PIECE: Final = 64 * 1024
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
ANYONE: Final = "anyone"
STAFF: Final = "staff"
CLIENT: Final = "client"
SETUP: Final = "set-up"  # the browser that used the operator's link
STAFF_SESSION: Final = "staff-session"  # staff at the portal, by a sign-in at Entra
STAFF_GUEST: Final = "staff-guest"  # anyone; staff who are signed in at the portal are known
HOLDER: Final = (
    "holder"  # whose own key it is: a client, or with SIGN_IN "staff" staff at the portal
)
SIGN_IN: Final = "Letterlock-Sign-In"  # the header by which a page says which of the two it means
SIGNED_IN: Final = "signed-in"  # staff at the add-in's host, a client at the portal
GIVER: Final = "giver"  # staff, who give a letter that waits, at either host
READER: Final = "reader"  # as SIGNED_IN, and with SIGN_IN "staff" staff at the portal
PORTAL: Final = "portal"
ADDIN: Final = "addin"
ANY_HOST: Final = "any"
JSON: Final = "application/json"
BYTES: Final = "application/octet-stream"
PARTIAL: Final = "application/partial-upload"
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")

View = TypeVar("View", bound=Callable[..., Any])


class Model(BaseModel):
    """A JSON body: unknown members are refused, strings are strings."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Nothing(Model):
    """An empty body: `{}`."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may call a view, at which host, with how large a body."""

    caller: str
    host: str
    body: int
    takes: str


@dataclass(frozen=True, slots=True)
class Tools:
    """What every request may use; made once at the roof.

    `mail_lanes` are the outbox's lanes that differ in how their mail leaves the house; `client_id`
    is our application's in Entra, `authority` and `graph` the roots of its sign-in and of Graph.
    """

    database: Database
    vault: Vault
    mail_lanes: tuple[str, ...] = ("codes",)
    client_id: str = ""
    authority: str = ""
    graph: str = ""


class WrongOrigin(NotAllowed):
    """An unsafe call with a cookie that another site sent."""

    code = "wrong-origin"
    detail = "This call came from another site. Open the portal itself and try again."


def callers(
    caller: str, *, host: str, body: int = SMALL_BODY, takes: str = JSON
) -> Callable[[View], View]:
    """Mark a view: who may call it, at which host, with at most `body` bytes."""

    def mark(view: View) -> View:
        view.rule = Rule(caller=caller, host=host, body=body, takes=takes)  # type: ignore[attr-defined]
        return view

    return mark


def rule_of(view: Callable[..., Any] | None) -> Rule | None:
    """How a view was marked."""
    rule = getattr(view, "rule", None)
    return rule if isinstance(rule, Rule) else None


def tools() -> Tools:
    """This application's database and vault."""
    found: Tools = current_app.extensions["letterlock"]
    return found


def request_key() -> str:
    """The call's Idempotency-Key.

    Raises:
        Invalid: It has none, or one of another form.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        raise Invalid("This call needs an Idempotency-Key of 16 to 64 letters, digits, - or _.")
    return key


def require_json() -> None:
    """Refuse a body that is not declared as JSON: a form of another site cannot declare it.

    Raises:
        AppError: 415.
    """
    if request.mimetype != JSON:
        raise _UnsupportedType


def require_bytes(kind: str) -> None:
    """Refuse an upload that is not declared as octets, or as a part of them.

    Raises:
        AppError: 415.
    """
    if request.mimetype != kind:
        raise _UnsupportedType


def require_same_origin(origin: str) -> None:
    """Refuse an unsafe call that another site's page made.

    Raises:
        WrongOrigin: Neither Sec-Fetch-Site nor Origin says that it is our own page.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site != "same-origin":
            raise WrongOrigin
    elif request.headers.get("Origin") != origin:
        raise WrongOrigin


@dataclass(frozen=True, slots=True)
class Upload:
    """What came of a body: `file` at its start, size in bytes, base64url SHA-256.

    `is_whole`: all that the caller announced.
    """

    file: BinaryIO
    size: int
    sha256: str
    is_whole: bool


@contextmanager
def received(limit: int) -> Iterator[Upload]:
    """What came of the body, and not a byte more than `limit`; on disk where it is large.

    Raises:
        TooLarge: It is longer.
    """
    if (request.content_length or 0) > limit:
        raise TooLarge
    digest, size, is_cut = hashlib.sha256(), 0, False
    with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        while chunk := _next(min(PIECE, limit + 1 - size)):
            size += len(chunk)
            if size > limit:
                raise TooLarge
            digest.update(chunk)
            file.write(chunk)
        is_cut = chunk is None or request.content_length not in {None, size}
        file.seek(0)
        yield Upload(cast("BinaryIO", file), size, b64u(digest.digest()), is_whole=not is_cut)


@contextmanager
def uploaded(limit: int) -> Iterator[Upload]:
    """The whole body, as `received`.

    Raises:
        TooLarge: It is longer.
        Invalid: It was cut short.
    """
    with received(limit) as upload:
        if not upload.size or not upload.is_whole:
            raise Invalid("The upload was cut short. Nothing was kept; send it again.")
        yield upload


def _next(size: int) -> bytes | None:
    """The next bytes of the body; none at its end; None where the connection broke."""
    try:
        return bytes(request.stream.read(size))
    except (ClientDisconnected, OSError):
        return None


def network_of(caller: Request) -> str:
    """The caller's network: the IPv4 address, or the /64 of an IPv6 address."""
    address = caller.remote_addr or ""
    return ":".join(address.split(":")[:4]) if ":" in address else address


def browser_words(caller: Request) -> str:
    """Browser and system in words, such as "Chrome on Windows", for the code mail."""
    agent = caller.headers.get("User-Agent", "")
    browsers = (
        ("Edg/", "Edge"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    )
    systems = (
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
        ("Mac OS X", "Mac"), ("Linux", "Linux"),
    )  # fmt: skip
    browser = next((words for mark, words in browsers if mark in agent), "a browser")
    system = next((words for mark, words in systems if mark in agent), "")
    return f"{browser} on {system}" if system else browser


def problem(error: AppError) -> Response:
    """An error as RFC 9457 problem details; never echoes the input."""
    body = {
        "type": f"urn:letterlock:problem:{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        **error.facts,
    }
    response = jsonify(body)
    response.status_code = error.status
    response.mimetype = "application/problem+json"
    retry_after = error.facts.get("retry_after")
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def origin_of(caller: Request) -> str:
    """The origin that was asked, from scheme and host."""
    parts = urlsplit(caller.host_url)
    return f"{parts.scheme}://{parts.netloc}"


def once(view: View) -> View:
    """Let a view run once for an Idempotency-Key, and give its answer again for 24 hours.

    Failures are not kept: the same key may try again. Not for answers that hold a secret.

    Raises:
        KeyReused: The key came with another request before.
        StillRunning: The same request is being worked on.
    """

    @wraps(view)
    def run(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        owner, firm_id = g.person.id, g.firm.id
        key_index = tools().vault.index("idempotency", owner, request_key())
        with tools().database.write() as connection:
            claim = idempotency.claim(
                connection, key_index=key_index, firm_id=firm_id, request_hash=_request_hash()
            )
        match claim:
            case idempotency.Different():
                raise KeyReused
            case idempotency.Running():
                raise StillRunning
            case idempotency.Answer():
                return Response(claim.body, status=claim.status, mimetype="application/json")
        done = False
        try:
            response = current_app.make_response(view(*args, **kwargs))
            with tools().database.write() as connection:
                idempotency.complete(
                    connection,
                    key_index=key_index,
                    status=response.status_code,
                    body=response.get_data(),
                )
            done = True
            return response
        finally:
            if not done:
                with tools().database.write() as connection:
                    idempotency.release(connection, key_index=key_index)

    run.is_kept = True  # type: ignore[attr-defined]
    return cast("View", run)


def is_kept(view: Callable[..., Any] | None) -> bool:
    """Whether a view's answer is kept for its Idempotency-Key."""
    return getattr(view, "is_kept", False) is True


def _request_hash() -> str:
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode())
    digest.update(request.get_data(cache=True))
    return digest.hexdigest()


def signed_out(cookie: str) -> Response:
    """The answer to a sign-out: the session's cookie goes, and what the browser kept of its pages."""
    response = created({})
    response.status_code = HTTPStatus.OK
    response.delete_cookie(cookie, path="/", secure=True, httponly=True, samesite="Lax")
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def set_secret_cookie(response: Response, name: str, value: str, *, seconds: int) -> None:
    """A `__Host-` cookie that scripts cannot read; Lax, so that a link in a mail finds it."""
    response.set_cookie(
        name, value, max_age=seconds, secure=True, httponly=True, samesite="Lax", path="/"
    )


def created(body: object) -> Response:
    """201 with a JSON body."""
    response = jsonify(body)
    response.status_code = HTTPStatus.CREATED
    return response


def current(name: str) -> Any:
    """What access control found for this request: firm, person, assertion or session_token."""
    return g.get(name)


class _UnsupportedType(AppError):
    status = 415
    code = "unsupported-type"
    title = "This call takes another type"
    detail = (
        "Send JSON as application/json, age files as application/octet-stream, and their parts as "
        "application/partial-upload."
    )


class KeyReused(Invalid):
    """The same Idempotency-Key with another body."""

    code = "key-reused"
    detail = "This Idempotency-Key was used for another request. Take a new one."


class StillRunning(Conflict):
    """The same request is being worked on."""

    code = "still-running"
    detail = "This is being done already. Wait a moment and ask again."
