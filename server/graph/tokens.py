"""Checks the access tokens that the pane brings. Implements people.sign_ins.ports.StaffTokens.

Source: learn.microsoft.com/entra/identity-platform/access-token-claims-reference. An ID token of
the same application has the same audience, so the scope is checked as well; persons are told by
object id and tenant, never by address.
"""

import secrets
from typing import Any, Final
from urllib.parse import urlsplit

import jwt

from server.base.errors import Away, NotSignedIn
from server.people.sign_ins.ports import StaffClaims
from server.people.sign_ins.refusals import SignInRefused

SCOPE: Final = "access_as_user"
_LEEWAY_S: Final = 60
_KEYS_LIFE_S: Final = 300
_REQUIRED_ID: Final = ["aud", "iss", "exp", "nbf", "iat", "tid", "oid", "nonce", "ver"]
_REQUIRED: Final = ["aud", "iss", "exp", "nbf", "iat", "tid", "oid", "scp", "azp", "ver"]


class EntraTokens:
    """Tokens of one authority for one client id, from any tenant (the caller knows which is ours)."""

    def __init__(self, *, authority: str, client_id: str) -> None:
        self._issuer = authority.replace("http://", "https://", 1)
        self._client_id = client_id
        if urlsplit(authority).scheme not in {"https", "http"}:
            raise ValueError("the authority must be a URL")
        self._keys = jwt.PyJWKClient(
            f"{authority}/common/discovery/v2.0/keys", lifespan=_KEYS_LIFE_S, timeout=5
        )

    def verify(self, token: str) -> StaffClaims:
        """What the token says, if it is one for us."""
        try:
            claims = self._decoded(token, _REQUIRED)
        except jwt.PyJWTError as error:
            raise NotSignedIn from error
        facts = (
            self._is_ours(claims),
            claims["azp"] == self._client_id,
            SCOPE in str(claims["scp"]).split(),
        )
        if not all(facts):
            raise NotSignedIn
        return StaffClaims(
            tenant_id=str(claims["tid"]),
            object_id=str(claims["oid"]),
            address=str(claims.get("preferred_username", "")).lower(),
            name=str(claims.get("name", "")),
        )

    def verify_id(self, token: str, *, nonce: str) -> dict[str, Any]:
        """Claims of an ID token that was made for us and for this very sign-in.

        Raises:
            SignInRefused: Signature, algorithm, audience, issuer, time or nonce is wrong.
            Away: Entra's keys cannot be fetched.
        """
        try:
            claims = self._decoded(token, _REQUIRED_ID)
        except jwt.PyJWTError as error:
            raise SignInRefused from error
        is_this = secrets.compare_digest(str(claims["nonce"]).encode(), nonce.encode())
        if not (self._is_ours(claims) and is_this):
            raise SignInRefused
        return claims

    def _decoded(self, token: str, required: list[str]) -> dict[str, Any]:
        try:
            key = self._keys.get_signing_key_from_jwt(token)
        except jwt.PyJWKClientConnectionError as error:
            raise Away("Microsoft's sign-in does not answer. Try again in a minute.") from error
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=self._client_id,
            leeway=_LEEWAY_S,
            options={"require": required},
        )
        return claims

    def _is_ours(self, claims: dict[str, Any]) -> bool:
        issuer = f"{self._issuer}/{claims['tid']}/v2.0"
        return bool(claims["iss"] == issuer and claims["ver"] == "2.0")
