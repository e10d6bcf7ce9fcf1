"""Sends mail through Microsoft Graph's SDK, on one event-loop thread per process.

The SDK is async; `asyncio.run` with a kept client raises after the request was sent, so a mail
would go twice. The thread starts at the first call, after any fork. Retries are ours: the SDK's
own would send a mail again after a 504 that was queued.
"""

import asyncio
import base64
import os
import ssl
import threading
from collections.abc import Coroutine
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from azure.core.credentials import AccessToken
from kiota_abstractions.api_error import APIError
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from kiota_http.middleware.options import RetryHandlerOption
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_request_adapter import options as graph_options
from msgraph.graph_service_client import GraphServiceClient
from msgraph_core import GraphClientFactory

from server.base import metrics
from server.graph.answers import claims_in, retry_after_ms
from server.messages.ports import MailboxAway, MailboxRefused, OutcomeUnknown, SignInAgain

TIMEOUT_S: Final = 20
LONGEST_S: Final = 30  # of a whole call, however slowly its answer drips
_UNKNOWN: Final = {500, 502, 504}
_AWAY: Final = {429, 503}


class GraphMail:
    """Sends MIME mail through `graph_url` (with `/v1.0`), with a token given at each call."""

    def __init__(
        self, graph_url: str, *, timeout_s: float = TIMEOUT_S, longest_s: float = LONGEST_S
    ) -> None:
        self._graph_url = graph_url
        self._timeout_s, self._longest_s = timeout_s, longest_s
        self._host = urlsplit(graph_url).hostname or ""
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: httpx.AsyncClient | None = None
        self._transport: httpx.AsyncHTTPTransport | None = None
        self._thread: threading.Thread | None = None
        self._pid = 0

    def send(self, *, token: str, mime: bytes, mailbox: str | None = None) -> None:
        """Send a mail from the token's person, or from `mailbox` with an application's token.

        Raises:
            SignInAgain: The token was refused; `claims` if Graph said which.
            MailboxAway: Not taken; try again after the time it holds.
            MailboxRefused: Not taken, and never will be.
            OutcomeUnknown: Maybe taken.
        """
        answer: int | str = "none"
        try:
            self._run(self._send(token, mime, mailbox))
            answer = 202
        except APIError as error:
            answer = error.response_status_code or "none"
            raise _translated(error) from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise MailboxAway from error
        except (httpx.TransportError, TimeoutError) as error:
            raise OutcomeUnknown from error
        except SignInAgain:
            answer = 401
            raise
        finally:
            metrics.provider("graph", answer)

    def close(self) -> None:
        """Give back the connections and end the loop's thread."""
        with self._lock:
            loop, transport, thread = self._loop, self._transport, self._thread
            self._loop = self._client = self._transport = self._thread = None
        if loop is None or transport is None or thread is None:
            return
        # The SDK's middleware does not hand `aclose` on to the transport it wraps.
        asyncio.run_coroutine_threadsafe(transport.aclose(), loop).result(timeout=5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=5)
        loop.close()

    async def _send(self, token: str, mime: bytes, mailbox: str | None) -> None:
        graph = self._service(token)
        user = graph.users.by_user_id(mailbox) if mailbox else graph.me
        builder = user.send_mail
        request = RequestInformation(Method.POST, builder.url_template, builder.path_parameters)
        request.headers.try_add("Accept", "application/json")
        request.set_stream_content(base64.b64encode(mime), "text/plain")
        async with asyncio.timeout(self._longest_s):
            await graph.request_adapter.send_no_response_content_async(request, {"XXX": ODataError})

    def _service(self, token: str) -> GraphServiceClient:
        provider = AzureIdentityAuthenticationProvider(
            _GivenToken(token),
            scopes=["https://graph.microsoft.com/.default"],
            allowed_hosts=[self._host],
        )
        adapter = GraphRequestAdapter(provider, client=self._client)
        adapter.base_url = self._graph_url
        return GraphServiceClient(request_adapter=adapter)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        future = asyncio.run_coroutine_threadsafe(work, self._running_loop())
        try:
            future.result(timeout=self._longest_s + 5)
        except TimeoutError:  # the loop itself stands still
            future.cancel()
            raise

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None or self._pid != os.getpid():
                self._pid = os.getpid()
                self._loop = asyncio.new_event_loop()
                self._transport = httpx.AsyncHTTPTransport(verify=_authorities())
                retry = RetryHandlerOption(max_retries=0)
                self._client = GraphClientFactory.create_with_default_middleware(
                    client=httpx.AsyncClient(timeout=self._timeout_s, transport=self._transport),
                    options={**graph_options, RetryHandlerOption.get_key(): retry},
                )
                self._thread = threading.Thread(
                    target=self._loop.run_forever, name="graph", daemon=True
                )
                self._thread.start()
            return self._loop


@cache
def _authorities() -> ssl.SSLContext:
    """Who is trusted to say that Graph is Graph: some hundred certificates, read once."""
    return httpx.create_ssl_context()


class _GivenToken:
    """A credential that gives one token, and turns a claims challenge into SignInAgain."""

    def __init__(self, token: str) -> None:
        self._token = token

    def get_token(self, *_scopes: str, claims: str | None = None, **_: Any) -> AccessToken:
        """The token; Graph's claims challenge (CAE) cannot be answered here."""
        if claims is not None:
            raise SignInAgain(claims)
        return AccessToken(self._token, int(datetime.now(UTC).timestamp()) + 300)


def _translated(error: APIError) -> Exception:
    status = error.response_status_code or 0
    headers = {name.lower(): value for name, value in (error.response_headers or {}).items()}
    if status == 401:  # noqa: PLR2004 an HTTP status
        return SignInAgain(claims_in(headers.get("www-authenticate")))
    if status in _AWAY:
        return MailboxAway(retry_after_ms(headers.get("retry-after")))
    if status in _UNKNOWN or not status:
        return OutcomeUnknown()
    code = getattr(getattr(error, "error", None), "code", None)
    return MailboxRefused(str(code or status), of_mail=status == 400)  # noqa: PLR2004 an HTTP status
