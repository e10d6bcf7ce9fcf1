"""Entra's addresses: discovery, keys, authorize, token."""

import time
from dataclasses import asdict
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from sandbox import faults
from sandbox.config import TENANT_DOMAIN, TENANT_ID
from sandbox.entra import grants, scopes, store, tenant, tokens
from sandbox.entra.errors import EntraError
from sandbox.entra.tokens import Grant
from sandbox.parts import parts
from sandbox.people import PEOPLE, Person, by_address

bp = Blueprint("entra", __name__)
_MULTI = frozenset({"organizations", "common"})
_MODES = frozenset({"query", "fragment", "form_post"})
SILENT_AGE_S = 3600  # how long ago somebody signed in whom no page asks
_BROKERED = "brk-multihub"  # nested app authentication
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def _known_tenant(tenant: str) -> str:
    """The tenant's own id, or the word for any tenant.

    Raises:
        EntraError: No such tenant.
    """
    name = tenant.lower()
    if name in {TENANT_ID, TENANT_DOMAIN}:
        return TENANT_ID
    if name in _MULTI:
        return name
    raise EntraError("invalid_tenant", 90002, "Tenant not found.")


@bp.errorhandler(EntraError)
def _refused(error: EntraError) -> ResponseReturnValue:
    correlation = request.headers.get("client-request-id")
    return jsonify(error.body(correlation)), error.status, {"Cache-Control": "no-store"}


@bp.after_request
def _readable_by_spa(response: Response) -> Response:
    """Let a single-page app on this machine redeem its code, as Entra lets registered ones."""
    origin = request.headers.get("Origin")
    if origin and urlsplit(origin).hostname in _LOOPBACK and not request.path.endswith("authorize"):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Headers"] = "content-type, client-request-id"
        response.headers["Vary"] = "Origin"
    return response


@bp.get("/<tenant>/v2.0/.well-known/openid-configuration")
def discovery(tenant: str) -> ResponseReturnValue:
    """Where the endpoints are, all named with https: the caller maps them to http."""
    name = _known_tenant(tenant)
    base = f"{parts().config.authority}/{name}"
    issuer_tenant = "{tenantid}" if name in _MULTI else name
    return {
        "issuer": parts().config.issuer(issuer_tenant),
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "response_types_supported": ["code"],
        "scopes_supported": sorted(scopes.OIDC),
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "code_challenge_methods_supported": ["S256"],
        "tenant_region_scope": None,
        "cloud_instance_name": "localhost",
        "msgraph_host": "localhost",
    }


@bp.get("/<tenant>/discovery/v2.0/keys")
def keys(tenant: str) -> ResponseReturnValue:
    """The public signing key."""
    _known_tenant(tenant)
    return parts().signer.jwks()


@bp.post("/<tenant>/oauth2/v2.0/token")
def token(tenant: str) -> ResponseReturnValue:
    """Tokens, or Entra's refusal. A refused code or refresh token is used up nevertheless."""
    _known_tenant(tenant)
    refusal: EntraError | None = None
    auth = request.authorization
    basic = (auth.username or "", auth.password or "") if auth and auth.type == "basic" else None
    with parts().database.writing() as db:
        if fault := faults.take(db, "entra"):
            return _out_of_order(fault)
        asked = grants.TokenRequest(db, parts().config, parts().signer, request.form, basic)
        try:
            body = grants.grant(asked)
        except EntraError as error:
            refusal = error
    if refusal is not None:
        raise refusal
    return jsonify(body), HTTPStatus.OK, {"Cache-Control": "no-store"}


def _out_of_order(fault: dict[str, Any]) -> ResponseReturnValue:
    """The failure switch `entra`."""
    more = {"Retry-After": str(fault["retry_after"])} if "retry_after" in fault else {}
    error = EntraError("temporarily_unavailable", 90033, "A transient error has occurred.")
    return jsonify(error.body()), fault["status"], more


@bp.get("/<tenant>/oauth2/v2.0/authorize")
def authorize(tenant: str) -> ResponseReturnValue:
    """The choice of persons; without a page when a login hint and `prompt=none` name one."""
    _known_tenant(tenant)
    if trouble := _bad_request():
        return render_template("entra_error.html", trouble=trouble), HTTPStatus.BAD_REQUEST
    hint = by_address(request.args.get("login_hint", ""))
    if request.args.get("prompt") == "none":
        too_old = 0 <= request.args.get("max_age", -1, type=int) < SILENT_AGE_S
        if hint is None or not hint.signs_in or too_old:
            return _back(
                {"error": "login_required", "error_description": "AADSTS50058: no session"}
            )
        return _signed_in(hint, ago=SILENT_AGE_S)
    people = [person for person in PEOPLE if person.signs_in]
    return render_template("authorize.html", people=people, hint=hint, action=request.full_path)


@bp.post("/<tenant>/oauth2/v2.0/authorize")
def choose(tenant: str) -> ResponseReturnValue:
    """The person pressed a name on the page."""
    _known_tenant(tenant)
    if trouble := _bad_request():
        return render_template("entra_error.html", trouble=trouble), HTTPStatus.BAD_REQUEST
    if "cancel" in request.form:
        text = "AADSTS65004: User declined to sign in."
        return _back({"error": "access_denied", "error_description": text})
    person = by_address(request.form.get("person", ""))
    if person is None or not person.signs_in:
        trouble = "This person has no account in the tenant."
        return render_template("entra_error.html", trouble=trouble), HTTPStatus.BAD_REQUEST
    return _signed_in(person)


def _bad_request() -> str | None:
    """Why the request must not be sent back to its redirect URI, in a sentence."""
    query = request.args
    target = urlsplit(query.get("redirect_uri", ""))
    brokered = target.scheme == _BROKERED and target.netloc == _addin_host()
    if query.get("client_id") != parts().config.client_id:
        return "AADSTS700016: No app with this client id is registered in the tenant."
    local = target.scheme in {"http", "https"} and target.hostname in _LOOPBACK
    if not local and not brokered:
        return "AADSTS50011: The redirect URI is not registered for the app."
    if query.get("response_type") != "code":
        return "AADSTS700054: Only response_type=code is enabled for the app."
    if query.get("response_mode", "query") not in _MODES:
        return "AADSTS900144: The response_mode is none of query, fragment, form_post."
    if "code_challenge" in query and query.get("code_challenge_method") != "S256":
        return "AADSTS501491: Only code_challenge_method S256 is served."
    return None


def _addin_host() -> str:
    return urlsplit(parts().config.addin_origin or "").netloc


@bp.get("/sandbox/tenant")
def show_tenant() -> ResponseReturnValue:
    """What the administrator has granted."""
    with parts().database.reading() as db:
        return jsonify(asdict(tenant.granted(db)))


@bp.post("/sandbox/tenant")
def change_tenant() -> ResponseReturnValue:
    """Grant or withdraw; the names not mentioned stay."""
    wanted = request.get_json()
    try:
        with parts().database.writing() as db:
            return jsonify(tenant.change(db, wanted))
    except tenant.BadTenant:
        text = "There is no such name or value: see docs/sandbox.md."
        return jsonify(error=text), HTTPStatus.UNPROCESSABLE_ENTITY


def _signed_in(person: Person, *, ago: int = 0) -> ResponseReturnValue:
    """Back to the app with a code; the person proved who she is `ago` seconds earlier."""
    query = request.args
    try:
        scopes.parse(parts().config, query.get("scope", ""), tenant.Granted())  # its form only
    except EntraError as error:
        return _back({"error": error.error, "error_description": str(error)})
    claims = query.get("claims")
    grant = Grant(
        oid=person.oid or "",
        client=query["client_id"],
        scope=query.get("scope", ""),
        confidential=False,
        nonce=query.get("nonce"),
        claims=claims,
        mfa=tokens.asks_for_second_factor(claims),
        signed_in=int(time.time()) - ago,
    )
    promised = store.CodeRequest(grant, query["redirect_uri"], query.get("code_challenge"))
    with parts().database.writing() as db:
        code = store.new_code(db, promised)
    answer = {"code": code}
    if query.get("client_info"):
        answer["client_info"] = tokens.client_info(person)
    return _back(answer)


def _back(answer: dict[str, str]) -> ResponseReturnValue:
    query = request.args
    if "state" in query:
        answer["state"] = query["state"]
    if query.get("response_mode") == "form_post":
        return render_template("post_back.html", target=query["redirect_uri"], answer=answer)
    mark = "#" if query.get("response_mode") == "fragment" else "?"
    target = query["redirect_uri"]
    if mark == "?" and "?" in target:
        mark = "&"
    return redirect(f"{target}{mark}{urlencode(answer)}")
