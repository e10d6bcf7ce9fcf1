"""What our server says to Entra and is answered, on tape: recorded live, played again from YAML.

The recorder is that of `responses`, with the requests kept beside the answers. What differs from
run to run (tokens, ids, times, the port) has a name or a fixed value on the tape, so the same talk
gives the same tape.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import parse_qsl

import yaml  # type: ignore[import-untyped]
from requests import PreparedRequest
from responses._recorder import Recorder, _dump

from server.crypto.encoding import b64u

PORT: Final = "8700"
START: Final = 1_767_225_600  # 2026-01-01, when every tape was recorded
LIFE_S: Final = 4000  # of the sandbox's tokens
# Of the machine, the version or the moment.
_HEADERS_OF_THE_RUN: Final = {
    "accept-encoding", "client-request-id", "connection", "content-length", "user-agent",
    "x-client-cpu", "x-client-os", "x-client-ver",
}  # fmt: skip
_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ")
_NO_ID: Final = "00000000-0000-0000-0000-000000000000"
Exchange = dict[str, dict[str, Any]]


class Tape:
    """Exchanges in their order. `port`: where Entra is, PORT on the tape."""

    def __init__(self, port: int | str = PORT) -> None:
        self.exchanges: list[Exchange] = []
        self._port = str(port)
        self._names: dict[str, str] = {}

    def name(self, secret: str, kind: str) -> str:
        """What a secret is called on the tape: the same at each of its appearances."""
        count = sum(name.startswith(f"{kind}-") for name in self._names.values())
        return self._names.setdefault(secret, f"{kind}-{count + 1}")

    def known(self, value: Any) -> Any:
        """A value, or the name of the secret that it is."""
        return self._names.get(value, value) if isinstance(value, str) else value

    @contextmanager
    def running(self) -> Iterator[None]:
        """Record what is said in the block, passing it on."""
        with _Listener() as listener:
            yield
            answers: list[dict[str, Any]] = []
            _dump(
                listener.get_registry().registered,
                None,  # type: ignore[arg-type]  # nothing is written here
                lambda data, _: answers.extend(data["responses"]),  # type: ignore[call-overload,index]
            )
        for asked, answer in zip(listener.asked, answers, strict=True):
            request = self.asked(asked)
            self.exchanges.append({"request": request, **self._answered(answer)})

    def asked(self, request: PreparedRequest) -> dict[str, Any]:
        """A request without what differs from run to run."""
        form = request.body.decode() if isinstance(request.body, bytes) else request.body or ""
        headers = {
            name: str(value)
            for name, value in request.headers.items()
            if name.lower() not in _HEADERS_OF_THE_RUN
        }
        fields = {name: self.known(value) for name, value in parse_qsl(form)}
        url = self._with_port(str(request.url))
        return {"method": request.method, "url": url, "headers": headers, "form": fields}

    def _answered(self, answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
        response = answer["response"]
        body = json.loads(self._with_port(response["body"]))
        response["url"] = self._with_port(response["url"])
        response["body"] = json.dumps(self._tamed(body), sort_keys=True)
        return {"response": response}

    def _tamed(self, body: dict[str, Any]) -> dict[str, Any]:
        for field, kind in (("access_token", "token"), ("refresh_token", "refresh-token")):
            if field in body:
                body[field] = self.name(body[field], kind)
        if "id_token" in body:
            body["id_token"] = self._unsigned(body["id_token"])
        for field in {"trace_id", "correlation_id", "timestamp", "error_description"} & body.keys():
            body[field] = _TIME.sub("2026-01-01 00:00:00Z", _ID.sub(_NO_ID, body[field]))
        return body

    def _unsigned(self, token: str) -> str:
        """An id token of START, with nothing random in it. MSAL reads it and checks no signature."""
        payload = base64.urlsafe_b64decode(token.split(".")[1] + "===").decode()
        claims: dict[str, Any] = json.loads(self._with_port(payload))
        times = {"iat": START, "nbf": START, "exp": START + LIFE_S}
        kept = {name: value for name, value in claims.items() if name not in {"uti", "rh"}}
        head = {"alg": "RS256", "typ": "JWT"}
        pieces = (json.dumps(one, sort_keys=True).encode() for one in (head, kept | times))
        return ".".join([*map(b64u, pieces), b64u(b"no signature")])

    def _with_port(self, text: str) -> str:
        return text.replace(f"localhost:{self._port}", f"localhost:{PORT}")


class _Listener(Recorder):
    """The recorder, which keeps answers only, with the requests."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[PreparedRequest] = []

    def _on_request(self, adapter: Any, request: PreparedRequest, **more: Any) -> Any:
        self.asked.append(request.copy())
        return super()._on_request(adapter, request, **more)


def dumps(exchanges: list[Exchange], outcomes: list[Mapping[str, Any]]) -> str:
    """A tape as YAML, in the form that `responses` plays."""
    data = {"responses": exchanges, "outcomes": outcomes}
    text: str = yaml.safe_dump(data, sort_keys=True, width=100, allow_unicode=True)
    return text


def loads(text: str) -> Any:
    """`responses` and `outcomes` of a tape."""
    return yaml.safe_load(text)
