"""The token endpoint: four ways to a token."""

import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import jwt

from sandbox import faults, people
from sandbox.config import TENANT_ID, Config
from sandbox.entra import scopes, store, tenant, tokens
from sandbox.entra.errors import EntraError, invalid_client, invalid_grant
from sandbox.entra.tokens import Grant, Signer

OBO = "urn:ietf:params:oauth:grant-type:jwt-bearer"
# What a conditional access policy asks for; MSAL carries it back unread.
MFA_CLAIMS = (
    '{"access_token":{"capolids":{"essential":true,'
    '"values":["5b3a1b1e-6a3c-4f0e-9d52-2f9f5f0f7c11"]}}}'
)


@dataclass(frozen=True)
class TokenRequest:
    """One call of the token endpoint, in an open transaction."""

    db: sqlite3.Connection
    config: Config
    signer: Signer
    form: Mapping[str, str]
    basic: tuple[str, str] | None = None

    @property
    def is_confidential(self) -> bool:
        """Whether the app showed a secret, and the right one.

        Raises:
            EntraError: Unknown app or wrong secret.
        """
        client, secret = self.basic or (
            self.form.get("client_id", ""),
            self.form.get("client_secret"),
        )
        if client != self.config.client_id:
            raise invalid_client()
        if secret is not None and not secrets.compare_digest(
            secret.encode(), self.config.client_secret.encode()
        ):
            raise invalid_client()
        return secret is not None

    def needs_secret(self) -> None:
        """Refuse an app that shows none.

        Raises:
            EntraError: As above, or no secret at all.
        """
        if not self.is_confidential:
            text = "The request body must contain: 'client_assertion' or 'client_secret'."
            raise EntraError("invalid_client", 7000218, text, status=401)


def grant(request: TokenRequest) -> dict[str, Any]:
    """The token endpoint's answer.

    Raises:
        EntraError: Every refusal.
    """
    kinds = {
        "authorization_code": _by_code,
        "refresh_token": _by_refresh_token,
        "client_credentials": _by_secret,
        OBO: _on_behalf_of,
    }
    kind = kinds.get(request.form.get("grant_type", ""))
    if kind is None:
        raise EntraError("unsupported_grant_type", 70003, "The grant type is not supported.")
    return kind(request)


def _by_code(request: TokenRequest) -> dict[str, Any]:
    is_confidential = request.is_confidential
    promised = store.redeem_code(request.db, request.form.get("code", ""))
    if promised.redirect_uri != request.form.get("redirect_uri"):
        raise invalid_grant(50011, "The redirect URI differs from the one of the sign-in.")
    if not is_confidential and promised.challenge is None:
        request.needs_secret()
    store.check_challenge(promised.challenge, request.form.get("code_verifier"))
    found = replace(
        promised.grant,
        confidential=is_confidential,
        scope=request.form.get("scope") or promised.grant.scope,
        claims=request.form.get("claims") or promised.grant.claims,
    )
    return answer(request, found)


def _by_refresh_token(request: TokenRequest) -> dict[str, Any]:
    is_confidential = request.is_confidential
    old, fresh = store.rotate(request.db, request.form.get("refresh_token", ""))
    if old.confidential and not is_confidential:
        request.needs_secret()
    found = replace(
        old,
        confidential=is_confidential,
        nonce=None,
        scope=request.form.get("scope") or old.scope,
        claims=request.form.get("claims") or old.claims,
    )
    return answer(request, found, refresh_token=fresh)


def _by_secret(request: TokenRequest) -> dict[str, Any]:
    request.needs_secret()
    asked = scopes.parse_app_only(request.config, request.form.get("scope", ""))
    if tenant.granted(request.db).mailboxes is not None:
        asked = replace(asked, names=())
    token = tokens.app_token(request.signer, request.config, asked, request.form.get("claims"))
    return _bearer(token)


def _on_behalf_of(request: TokenRequest) -> dict[str, Any]:
    request.needs_secret()
    if request.form.get("requested_token_use") != "on_behalf_of":
        raise EntraError("invalid_request", 900144, "requested_token_use must be on_behalf_of.")
    claims = _assertion(request)
    _refuse_by_policy(request, claims)
    found = Grant(
        oid=claims["oid"],
        client=request.config.client_id,
        scope=request.form.get("scope", ""),
        confidential=True,
        claims=request.form.get("claims"),
        mfa="mfa" in claims.get("amr", []),
    )
    return answer(request, found)


def _assertion(request: TokenRequest) -> dict[str, Any]:
    """Claims of a token that a person gave to this very app."""
    try:
        claims = request.signer.verify(
            request.form.get("assertion", ""),
            request.config.client_id,
            issuer=request.config.issuer(TENANT_ID),
        )
    except jwt.ExpiredSignatureError as cause:
        text = "Assertion is not within its valid time range."
        raise invalid_grant(500133, text) from cause
    except jwt.InvalidAudienceError as cause:
        text = "Assertion audience does not match the Client app presenting the assertion."
        raise invalid_grant(500131, text) from cause
    except jwt.InvalidTokenError as cause:
        raise invalid_grant(50013, "Assertion failed signature validation.") from cause
    if "scp" not in claims:
        text = f"Input id_token or app token cannot be used as '{OBO}' grant."
        raise invalid_grant(240002, text)
    return claims


def _refuse_by_policy(request: TokenRequest, claims: Mapping[str, Any]) -> None:
    """The failure switch `obo`."""
    fault = faults.current(request.db).get("obo")
    if fault == "mfa" and "mfa" not in claims.get("amr", []):
        text = (
            "Due to a configuration change made by your administrator, or because you moved to a"
            " new location, you must use multi-factor authentication to access the resource."
        )
        raise invalid_grant(50076, text, suberror="basic_action", claims=MFA_CLAIMS)
    if fault == "blocked":
        text = "Access has been blocked by Conditional Access policies."
        raise invalid_grant(53003, text, suberror="message_only")


def answer(
    request: TokenRequest, found: Grant, *, refresh_token: str | None = None
) -> dict[str, Any]:
    """Tokens for a person, as the scope asks: access, and if wanted id and refresh token."""
    person = people.by_oid(found.oid)
    if person is None or not person.signs_in:
        raise invalid_grant(50034, "The user account does not exist in the tenant.")
    asked = scopes.parse(request.config, found.scope, tenant.granted(request.db))
    body = _bearer(tokens.access_token(request.signer, request.config, person, found, asked))
    body["scope"] = asked.granted
    if "openid" in asked.oidc:
        body["id_token"] = tokens.id_token(request.signer, request.config, person, found)
    if "offline_access" in asked.oidc:
        body["refresh_token"] = refresh_token or store.new_refresh_token(request.db, found)
    if request.form.get("client_info"):
        body["client_info"] = tokens.client_info(person)
    return body


def _bearer(token: str) -> dict[str, Any]:
    return {
        "token_type": "Bearer",
        "expires_in": tokens.LIFETIME - 1,
        "ext_expires_in": tokens.LIFETIME - 1,
        "access_token": token,
    }
