"""Tokens from Entra, through MSAL.

MSAL refuses authorities without TLS. For the sandbox on this machine one mapping carries its
requests from https://localhost:PORT to http://localhost:PORT; it accepts loopback hosts only.
Source: learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow.
"""

import threading
import time
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import msal
import requests
import structlog
from msal.exceptions import MsalServiceError

from server.base import metrics
from server.base.clouds import CLOUDS, GLOBAL
from server.graph.answers import retry_after_ms
from server.messages.ports import ConsentMissing, MailboxAway, SignInAgain
from server.people.sign_ins.ports import TokenCaches

MAIL_SEND: Final = "Mail.Send"
MAIL_READ_BASIC: Final = "Mail.ReadBasic"
TIMEOUT_S: Final = 10  # of one request; a token takes two at most, discovery and the token itself
DISCOVERY_LIFE_S: Final = 3600
_log = structlog.get_logger()
_LOOPBACK: Final = {"localhost", "127.0.0.1"}
_AWAY: Final = {429, 500, 502, 503, 504}
_NO_CONSENT: Final = {65001, 65004}
# RFC 6749, sections 4.1.2.1 and 5.2: what a log may repeat of an answer.
_REFUSALS: Final = {
    "access_denied", "invalid_client", "invalid_request", "invalid_resource", "invalid_scope",
    "server_error", "temporarily_unavailable", "unauthorized_client", "unsupported_grant_type",
}  # fmt: skip


class Entra:
    """One app registration at one authority. Implements messages.ports.SendingRights.

    `resource` is the Graph that tokens are for: each national cloud has its own, and tokens of one
    are worth nothing in another.
    """

    def __init__(
        self,
        *,
        authority: str,
        client_id: str,
        client_secret: str,
        caches: TokenCaches,
        resource: str = CLOUDS[GLOBAL].graph,
    ) -> None:
        self._authority = authority
        self._client_id = client_id
        self._client_secret = client_secret
        self._caches = caches
        self._resource = resource
        self._system_cache = msal.TokenCache()
        self._local = urlsplit(authority).hostname in _LOOPBACK
        self._http = _Http(loopback=self._local)

    def authorise(self, *, tenant_id: str, person_id: str, assertion: str) -> None:
        """Exchange the pane's token for one that may send mail, and keep it for the worker.

        What Graph asked of this person before is asked of Entra with it.

        Raises:
            SignInAgain: Entra wants to see the person (MFA, policy).
            ConsentMissing: The firm's consent is missing.
            MailboxAway: Entra does not answer.
        """
        cache = msal.SerializableTokenCache()
        challenge = self._caches.challenge(person_id)
        app = self.app(tenant_id, cache)
        result = self.ask(
            lambda: app.acquire_token_on_behalf_of(
                assertion, self._scopes([MAIL_SEND]), claims_challenge=challenge
            )
        )
        try:
            _token(result)
        except SignInAgain as again:
            raise SignInAgain(again.claims or challenge) from again
        self._caches.save(person_id, cache.serialize())

    def for_person(
        self,
        *,
        tenant_id: str,
        person_id: str,
        permission: str = MAIL_SEND,
        refused: SignInAgain | None = None,
    ) -> str:
        """An access token that may send mail as a person, renewed where needed.

        Args:
            tenant_id: The firm's tenant.
            person_id: Whose token it is.
            permission: Another one of Graph's, which the firm has granted.
            refused: Graph's refusal of the last token: that one is not given again.

        Raises:
            SignInAgain: Nothing is kept for this person, or Entra will not renew it.
            ConsentMissing: The firm has not granted this permission.
            MailboxAway: Entra does not answer.
        """
        cache = msal.SerializableTokenCache()
        kept = self._caches.load(person_id)
        if kept is None:
            raise SignInAgain(None)
        cache.deserialize(kept)
        app = self.app(tenant_id, cache)
        accounts = app.get_accounts()
        if not accounts:
            raise SignInAgain(None)
        claims = refused.claims if refused else None
        result = self.ask(
            lambda: app.acquire_token_silent_with_error(
                self._scopes([permission]),
                accounts[0],
                force_refresh=refused is not None,
                claims_challenge=claims,
            )
        )
        try:
            token = _token(result)
        except SignInAgain as again:
            raise SignInAgain(again.claims or claims) from again
        if cache.has_state_changed:
            self._caches.save(person_id, cache.serialize())
        return token

    def for_system(self, *, tenant_id: str, refused: SignInAgain | None = None) -> str:
        """An access token of the application itself. `refused`: as in `for_person`.

        Raises:
            SignInAgain: Entra refuses the application.
            ConsentMissing: The firm's consent is missing.
            MailboxAway: Entra does not answer.
        """
        if refused is not None:
            self._system_cache = msal.TokenCache()
        app = self.app(tenant_id, self._system_cache)
        claims = refused.claims if refused else None
        scopes = self._scopes([".default"])
        return _token(
            self.ask(lambda: app.acquire_token_for_client(scopes, claims_challenge=claims))
        )

    def _scopes(self, names: Sequence[str]) -> list[str]:
        return [f"{self._resource}/{name}" for name in names]

    def close(self) -> None:
        """Give back the connections."""
        self._http.close()

    def app(
        self, tenant_id: str, cache: msal.TokenCache, *, without: Sequence[str] = ()
    ) -> msal.ConfidentialClientApplication:
        """Our application as MSAL sees it, at one tenant; `without` scopes that MSAL would add."""
        authority = self._authority.replace("http://", "https://", 1)
        return msal.ConfidentialClientApplication(
            self._client_id,
            client_credential=self._client_secret,
            authority=f"{authority}/{tenant_id}",
            token_cache=cache,
            client_capabilities=["cp1"],
            instance_discovery=False if self._local else None,
            http_client=self._http,
            exclude_scopes=list(without),
        )

    def plain(self, url: str) -> str:
        """An address of Entra as a browser reaches it: on this machine without TLS."""
        return self._http.plain(url)

    @staticmethod
    def ask(call: Any) -> dict[str, Any] | None:
        """What MSAL answers to a call.

        Raises:
            MailboxAway: Entra does not answer.
        """
        try:
            result: dict[str, Any] | None = call()
        except (requests.RequestException, MsalServiceError, ValueError) as error:
            # MSAL raises ValueError without a discovery document, MsalServiceError for its 5xx.
            raise MailboxAway from error
        return result


class _Http:
    """What MSAL asks of an HTTP client; for an authority on this machine, without TLS.

    Discovery documents are kept for an hour: MSAL forgets them with each of its short-lived apps.
    """

    def __init__(self, *, loopback: bool) -> None:
        self._session = requests.Session()
        self._loopback = loopback
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, requests.Response]] = {}

    def get(self, url: str, **kwargs: Any) -> requests.Response:
        """GET."""
        now = time.monotonic()
        with self._lock:
            until, kept = self._known.get(url, (0.0, None))
        if kept is not None and now < until:
            return kept
        answer = self._call("GET", url, **kwargs)
        if answer.ok and url.endswith("/.well-known/openid-configuration"):
            with self._lock:
                self._known[url] = (now + DISCOVERY_LIFE_S, answer)
        return answer

    def post(self, url: str, **kwargs: Any) -> requests.Response:
        """POST.

        Raises:
            MailboxAway: Entra is busy or broken. MSAL would drop its Retry-After.
        """
        answer = self._call("POST", url, **kwargs)
        if answer.status_code in _AWAY:
            raise MailboxAway(retry_after_ms(answer.headers.get("Retry-After")))
        return answer

    def _call(self, method: str, url: str, **kwargs: Any) -> requests.Response:
        try:
            answer = self._session.request(method, self.plain(url), timeout=TIMEOUT_S, **kwargs)
        except requests.RequestException:
            metrics.provider("entra", "none")
            raise
        metrics.provider("entra", answer.status_code)
        return answer

    def close(self) -> None:
        """Give back the connections."""
        self._session.close()

    def plain(self, url: str) -> str:
        """Where a URL leads; on this machine without TLS."""
        if not self._loopback:
            return url
        if urlsplit(url).hostname not in _LOOPBACK:
            raise requests.exceptions.InvalidURL("only this machine is reached without TLS")
        return url.replace("https://", "http://", 1)


def _token(result: dict[str, Any] | None) -> str:
    if result and "access_token" in result:
        return str(result["access_token"])
    if result is None:
        raise SignInAgain(None)
    # Only these can be cured by the person; the rest (a wrong secret, say) is for the operator.
    error = str(result.get("error", ""))
    codes = {code for code in result.get("error_codes", []) if isinstance(code, int)}
    if codes & _NO_CONSENT or result.get("suberror") == "consent_required":
        _log.error("entra", kind="consent-missing")
        raise ConsentMissing
    if error in {"invalid_grant", "interaction_required", "consent_required", "login_required"}:
        raise SignInAgain(result.get("claims"))
    _log.error("entra", kind=error if error in _REFUSALS else "other")
    raise MailboxAway
