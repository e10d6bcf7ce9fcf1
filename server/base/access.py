"""Access control of every request: host, caller, origin, size. Deny by default.

It finds out who somebody is only through the functions that app.py gives it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask, current_app, g, request

from server.base import tenancy
from server.base.errors import AppError, NotFound, NotSignedIn
from server.base.http import (
    ADDIN,
    ANY_HOST,
    BYTES,
    CLIENT,
    GIVER,
    HOLDER,
    JSON,
    PARTIAL,
    PORTAL,
    READER,
    SAFE_METHODS,
    SESSION_COOKIE,
    SETUP,
    SETUP_COOKIE,
    SIGN_IN,
    SIGNED_IN,
    STAFF,
    STAFF_COOKIE,
    STAFF_GUEST,
    STAFF_SESSION,
    Rule,
    origin_of,
    request_key,
    require_bytes,
    require_json,
    require_same_origin,
    rule_of,
    tools,
)

# What goes on when the disk is full, beside DELETE: signing in, reading, answering a question, recall.
WHEN_FULL: Final = frozenset(
    {
        "messages.sign_in", "reading.ask_code", "reading.open_envelope", "sign_ins.start",
        "passkeys.challenge", "passkeys.sign_in",
        "drafting.open_draft", "notices.answer", "afterwards.recall", "pairing.share",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Authentication:
    """How a request's host and caller are found out.

    `firm_of` takes an origin and returns (firm, ADDIN or PORTAL), or raises NotFound; `staff_of`
    takes (firm, token, first) and returns (claims, person or None when `first`); `client_of`
    takes (firm, token), returns a person and notes a use that changes something, and so does
    `staff_session_of`; `first_run_of` takes (firm, token) and returns nothing; the last four raise
    NotSignedIn.
    """

    firm_of: Callable[[str], tuple[Any, str]]
    staff_of: Callable[[Any, str, bool], tuple[Any, Any]]
    client_of: Callable[[Any, str], Any]
    staff_session_of: Callable[[Any, str], Any]
    first_run_of: Callable[[Any, str], None]


class WrongHost(AppError):
    """A host name that no firm has."""

    status = 421
    code = "wrong-host"
    title = "Nobody lives at this address"
    detail = "This host name belongs to no firm here. Check the address."


def require_rules(app: Flask) -> None:
    """Refuse to start with a view that does not say who may call it.

    Raises:
        RuntimeError: The first such endpoint.
    """
    for endpoint, view in app.view_functions.items():
        if rule_of(view) is None:
            raise RuntimeError(f"{endpoint} does not say who may call it")


def authorise(authentication: Authentication) -> None:
    """Let a request in, or raise; sets `g.firm`, `g.host` and who is calling."""
    view = current_app.view_functions.get(request.endpoint or "")
    rule = rule_of(view)
    try:
        g.firm, g.host = authentication.firm_of(origin_of(request))
    except NotFound as error:
        if request.path == "/healthz":
            g.firm, g.host = None, PORTAL
            return
        raise WrongHost from error
    tenancy.enter(g.firm.id)  # until app.py leaves, at the end of the request
    if rule is None:
        return  # no such route: Flask answers 404 or 405
    if rule.host not in {ANY_HOST, g.host}:
        raise NotFound
    # Behind gunicorn Werkzeug refuses the read that finds the end of a body of just this length;
    # `uploaded` counts for itself.
    request.max_content_length = rule.body + 1 if rule.takes in {BYTES, PARTIAL} else rule.body
    unsafe = request.method not in SAFE_METHODS
    if unsafe and g.host == PORTAL:
        require_same_origin(g.firm.origin)
    if unsafe:
        request_key()
    _identify(authentication, rule)
    if unsafe and request.method != "DELETE" and request.endpoint not in WHEN_FULL:
        tools().database.require_room()
    if unsafe:
        _check_type(rule)


def _check_type(rule: Rule) -> None:
    has_body = bool(request.content_length) or "Transfer-Encoding" in request.headers
    if has_body and rule.takes == JSON:
        require_json()
    if rule.takes in {BYTES, PARTIAL}:
        require_bytes(rule.takes)


def _identify(authentication: Authentication, rule: Rule) -> None:
    """Set `g.person`: who is signed in, as the route's rule wants it; `g.viewer` at the portal."""
    g.viewer = g.person = g.assertion = g.session_token = None
    caller = _meant(rule.caller)
    if caller == STAFF:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token or g.host != ADDIN:
            raise NotSignedIn
        first = request.path == "/api/v1/me"
        g.claims, g.person = authentication.staff_of(g.firm, token, first)
        g.assertion = token
    elif caller == SETUP:
        authentication.first_run_of(g.firm, request.cookies.get(SETUP_COOKIE, ""))
    elif caller in {STAFF_SESSION, STAFF_GUEST}:
        find = authentication.staff_session_of
        g.person = _of_cookie(STAFF_COOKIE, find, is_needed=caller == STAFF_SESSION)
    else:
        find = authentication.client_of
        g.viewer = g.person = _of_cookie(SESSION_COOKIE, find, is_needed=caller == CLIENT)


def _meant(caller: str) -> str:
    """Which sign-in is meant where a rule takes one of several."""
    at_portal = {
        SIGNED_IN: CLIENT,
        GIVER: STAFF_SESSION,
        READER: STAFF_SESSION if request.headers.get(SIGN_IN) == "staff" else CLIENT,
    }
    if caller in at_portal:
        return STAFF if g.host == ADDIN else at_portal[caller]
    if caller == HOLDER:
        return at_portal[READER]
    return caller


def _of_cookie(name: str, find: Callable[[Any, str], Any], *, is_needed: bool) -> Any:
    """The person of a session's cookie at the portal, or None; `g.session_token` is the session's.

    Raises:
        NotSignedIn: There is none, where one is needed.
    """
    token = request.cookies.get(name, "") if g.host == PORTAL else ""
    if not token:
        if is_needed:
            raise NotSignedIn
        return None
    try:
        person = find(g.firm, token)
    except NotSignedIn:
        if is_needed:
            raise
        return None
    g.session_token = token
    return person
