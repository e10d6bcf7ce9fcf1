"""Tokens from Entra, through MSAL.

MSAL refuses authorities without TLS. For the sandbox on this machine one mapping carries its
requests from https://localhost:PORT to http://localhost:PORT; it accepts loopback hosts only.
Source: learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow.
"""

from typing import Any, Final
from urllib.parse import urlsplit

import msal
import requests
import structlog
from msal.exceptions import MsalServiceError

from server.messages.ports import MailboxAway, SignInAgain
from server.people.sign_ins.ports import TokenCaches

MAIL_SEND: Final = ["https://graph.microsoft.com/Mail.Send"]
APPLICATION: Final = ["https://graph.microsoft.com/.default"]
_log = structlog.get_logger()
_LOOPBACK: Final = {"localhost", "127.0.0.1"}
_TIMEOUT_S: Final = 10


class Entra:
    """One app registration at one authority. Implements messages.ports.SendingRights."""

    def __init__(
        self, *, authority: str, client_id: str, client_secret: str, caches: TokenCaches
    ) -> None:
        self._authority = authority
        self._client_id = client_id
        self._client_secret = client_secret
        self._caches = caches
        self._system_cache = msal.TokenCache()
        self._local = urlsplit(authority).hostname in _LOOPBACK
        self._http = _Http(loopback=self._local)

    def authorise(self, *, tenant_id: str, person_id: str, assertion: str) -> None:
        """Exchange the pane's token for one that may send mail, and keep it for the worker.

        Raises:
            SignInAgain: Entra wants to see the person (MFA, policy, consent).
            MailboxAway: Entra does not answer.
        """
        cache = msal.SerializableTokenCache()
        result = self._ask(
            lambda: self._app(tenant_id, cache).acquire_token_on_behalf_of(assertion, MAIL_SEND)
        )
        _token(result)
        self._caches.save(person_id, cache.serialize())

    def for_person(self, *, tenant_id: str, person_id: str) -> str:
        """An access token that may send mail as a person, renewed where needed.

        Raises:
            SignInAgain: Nothing is kept for this person, or Entra will not renew it.
            MailboxAway: Entra does not answer.
        """
        cache = msal.SerializableTokenCache()
        kept = self._caches.load(person_id)
        if kept is None:
            raise SignInAgain(None)
        cache.deserialize(kept)
        app = self._app(tenant_id, cache)
        accounts = app.get_accounts()
        if not accounts:
            raise SignInAgain(None)
        result = self._ask(lambda: app.acquire_token_silent_with_error(MAIL_SEND, accounts[0]))
        token = _token(result)
        if cache.has_state_changed:
            self._caches.save(person_id, cache.serialize())
        return token

    def for_system(self, *, tenant_id: str) -> str:
        """An access token of the application itself.

        Raises:
            SignInAgain: Entra refuses the application.
            MailboxAway: Entra does not answer.
        """
        app = self._app(tenant_id, self._system_cache)
        return _token(self._ask(lambda: app.acquire_token_for_client(APPLICATION)))

    def close(self) -> None:
        """Give back the connections."""
        self._http.close()

    def _app(self, tenant_id: str, cache: msal.TokenCache) -> msal.ConfidentialClientApplication:
        authority = self._authority.replace("http://", "https://", 1)
        return msal.ConfidentialClientApplication(
            self._client_id,
            client_credential=self._client_secret,
            authority=f"{authority}/{tenant_id}",
            token_cache=cache,
            client_capabilities=["cp1"],
            instance_discovery=False if self._local else None,
            http_client=self._http,
        )

    @staticmethod
    def _ask(call: Any) -> dict[str, Any] | None:
        try:
            result: dict[str, Any] | None = call()
        except (requests.RequestException, MsalServiceError, ValueError) as error:
            # MSAL raises MsalServiceError for a 5xx, ValueError without a discovery document.
            raise MailboxAway from error
        return result


class _Http:
    """What MSAL asks of an HTTP client; for an authority on this machine, without TLS."""

    def __init__(self, *, loopback: bool) -> None:
        self._session = requests.Session()
        self._loopback = loopback

    def get(self, url: str, **kwargs: Any) -> requests.Response:
        """GET."""
        return self._session.get(self._url(url), timeout=_TIMEOUT_S, **kwargs)

    def post(self, url: str, **kwargs: Any) -> requests.Response:
        """POST."""
        return self._session.post(self._url(url), timeout=_TIMEOUT_S, **kwargs)

    def close(self) -> None:
        """Give back the connections."""
        self._session.close()

    def _url(self, url: str) -> str:
        if not self._loopback:
            return url
        if urlsplit(url).hostname not in _LOOPBACK:
            raise requests.exceptions.InvalidURL("only this machine is reached without TLS")
        return url.replace("https://", "http://", 1)


def _token(result: dict[str, Any] | None) -> str:
    if result and "access_token" in result:
        return str(result["access_token"])
    # Only these can be cured by the person; the rest (a wrong secret, say) is for the operator.
    error = str((result or {}).get("error", ""))
    if error in {"invalid_grant", "interaction_required", "consent_required", "login_required"}:
        raise SignInAgain((result or {}).get("claims"))
    if result is not None:
        _log.error("entra", kind=error[:64])
    if result is None:
        raise SignInAgain(None)
    raise MailboxAway
