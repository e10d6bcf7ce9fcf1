"""Staff sign in at the portal by a page of Entra. Implements people.sign_ins.staff.ports.StaffDoor.

MSAL makes state, nonce and PKCE verifier and redeems the code; it does not check the ID token (its
issue 911), so `tokens.verify_id` does. Of what Entra answers nothing but the claims is used or kept.
Source: learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import msal
import structlog

from server.base.errors import Away
from server.graph.entra import Entra
from server.graph.tokens import EntraTokens
from server.messages.ports import MailboxAway
from server.people.sign_ins.ports import StaffClaims
from server.people.sign_ins.refusals import SignInRefused
from server.people.sign_ins.staff.ports import Opened, Proved

FRESH_S: Final = 600
_SILENT: Final = "Microsoft's sign-in does not answer. Nothing was changed; try again in a minute."
# What a person can cure by signing in again; the rest (a wrong secret, say) is for the operator.
_CURABLE: Final = {"invalid_grant", "interaction_required", "login_required", "access_denied"}
_log = structlog.get_logger()


class EntraDoor:
    """Authorization code with PKCE for one app registration."""

    def __init__(self, *, entra: Entra, tokens: EntraTokens) -> None:
        self._entra = entra
        self._tokens = tokens

    def open(self, *, tenant_id: str, redirect_uri: str, again: str | None) -> Opened:
        """Begin a sign-in; `again`: the address of whom Entra asks anew."""
        more = {"prompt": "login", "max_age": FRESH_S, "login_hint": again} if again else {}
        flow = self._ask(
            lambda: self._app(tenant_id).initiate_auth_code_flow(
                [], redirect_uri=redirect_uri, response_mode="form_post", **more
            )
        )
        address = self._entra.plain(flow.pop("auth_uri"))
        return Opened(_in_fragment(address), json.dumps(flow))

    def finish(self, *, tenant_id: str, kept: str, answer: Mapping[str, str]) -> Proved:
        """Redeem what Entra sent the browser back with."""
        flow = json.loads(kept)
        if not secrets.compare_digest(flow["state"].encode(), answer.get("state", "").encode()):
            raise SignInRefused
        if "error" in answer or "code" not in answer:
            raise SignInRefused  # she pressed "Cancel", or a policy did not let her in
        nonce = hashlib.sha256(flow["nonce"].encode()).hexdigest()  # as MSAL sent it
        result = self._ask(
            lambda: self._app(tenant_id).acquire_token_by_auth_code_flow(flow, dict(answer))
        )
        if "id_token" not in result:
            raise self._refusal(result)
        claims = self._tokens.verify_id(result["id_token"], nonce=nonce)
        known = StaffClaims(
            tenant_id=str(claims["tid"]),
            object_id=str(claims["oid"]),
            address=str(claims.get("preferred_username", "")).lower(),
            name=str(claims.get("name", "")),
        )
        at = claims.get("auth_time")
        return Proved(known, at if isinstance(at, int) else None)

    def _app(self, tenant_id: str) -> msal.ConfidentialClientApplication:
        return self._entra.app(tenant_id, msal.TokenCache(), without=["offline_access"])

    def _ask(self, call: Any) -> dict[str, Any]:
        try:
            return self._entra.ask(call) or {}
        except MailboxAway as error:
            raise Away(_SILENT) from error
        except RuntimeError as error:  # MSAL's word: another nonce, too old, or no `auth_time`
            _log.warning("entra", kind="id-token")
            raise SignInRefused from error

    @staticmethod
    def _refusal(result: Mapping[str, Any]) -> SignInRefused | Away:
        error = str(result.get("error", ""))
        if error in _CURABLE:
            return SignInRefused()
        _log.error("entra", kind="sign-in")
        return Away(_SILENT)


def _in_fragment(address: str) -> str:
    """The same sign-in, answered behind the `#`, where no server and no log sees the code.

    MSAL warns of every mode but `form_post`, which another site's form would have to be let in for.
    """
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query)) | {"response_mode": "fragment"}
    return parts._replace(query=urlencode(query)).geturl()
