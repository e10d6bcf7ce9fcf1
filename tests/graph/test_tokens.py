"""Which Entra tokens open the API."""

import base64
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.app import create_app
from server.base.errors import Away, NotSignedIn
from server.graph.tokens import EntraTokens
from tests.house import House
from tests.sandbox.running import CLIENT, GRAPH, TENANT

Sign = Callable[..., str]
KEY = generate_private_key(65537, 2048)
OTHER = generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def authority() -> Iterator[str]:
    """A server that answers with our JWKS."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"keys": [_jwk(KEY)]}).encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def tokens(authority: str) -> EntraTokens:
    return EntraTokens(authority=authority, client_id=CLIENT)


@pytest.fixture
def sign(authority: str) -> Sign:
    """Sign claims as Entra would, with changes; None takes a claim away."""

    def made(key: Any = KEY, algorithm: str = "RS256", **changes: Any) -> str:
        now = int(time.time())
        claims = {
            "aud": CLIENT, "iss": f"{authority.replace('http', 'https', 1)}/{TENANT}/v2.0",
            "iat": now, "nbf": now, "exp": now + 600, "tid": TENANT, "oid": "o" * 36,
            "scp": "access_as_user", "azp": CLIENT, "ver": "2.0", "name": "Ann Lee",
            "preferred_username": "Ann@hart.example",
        } | changes  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": "one"})

    return made


def test_a_token_for_us_says_who_calls(tokens: EntraTokens, sign: Sign) -> None:
    claims = tokens.verify(sign())
    assert (claims.tenant_id, claims.object_id) == (TENANT, "o" * 36)
    assert (claims.address, claims.name) == ("ann@hart.example", "Ann Lee")


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "00000003-0000-0000-c000-000000000000"},
        {"iss": "https://login.microsoftonline.com/evil/v2.0"},
        {"tid": "11111111-2222-4333-8444-555555555555"},
        {"exp": 1},
        {"nbf": 4_000_000_000},
        {"scp": None},
        {"scp": "openid profile"},
        {"azp": "another-client"},
        {"ver": "1.0"},
        {"oid": None},
    ],
    ids=lambda changes: " ".join(f"{name}={value}" for name, value in changes.items()),
)
def test_a_token_that_is_not_for_us_is_refused(
    tokens: EntraTokens, sign: Sign, changes: dict[str, Any]
) -> None:
    with pytest.raises(NotSignedIn):
        tokens.verify(sign(**changes))


def test_a_token_of_another_key_is_refused(tokens: EntraTokens, sign: Sign) -> None:
    with pytest.raises(NotSignedIn):
        tokens.verify(sign(key=OTHER))


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(
    tokens: EntraTokens, sign: Sign
) -> None:
    public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    claims = sign().split(".")[1]
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"one","typ":"JWT"}').rstrip(b"=")
    signed = f"{head.decode()}.{claims}"
    mac = hmac.digest(public, signed.encode(), "sha256")
    forged = f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    with pytest.raises(NotSignedIn):
        tokens.verify(forged)


def test_a_token_without_a_signature_is_refused(tokens: EntraTokens, sign: Sign) -> None:
    with pytest.raises(NotSignedIn):
        tokens.verify(sign(key=None, algorithm="none"))


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é" * 40])
def test_what_is_no_token_is_refused(tokens: EntraTokens, token: str) -> None:
    with pytest.raises(NotSignedIn):
        tokens.verify(token)


def test_without_entras_keys_nobody_is_let_in(sign: Sign) -> None:
    away = EntraTokens(authority="http://localhost:1", client_id=CLIENT)
    with pytest.raises(Away):
        away.verify(sign())


def test_a_graph_token_does_not_open_our_api(house: House) -> None:
    pane = house.pane()
    pane.token = house.sandbox.sign_in("ann@hart.example", [f"{GRAPH}/Mail.Send"])["access_token"]
    assert pane.put("/me", {}).status_code == 401


def test_an_id_token_does_not_open_our_api(house: House) -> None:
    pane = house.pane()
    pane.token = house.sandbox.sign_in("ann@hart.example", [f"api://{CLIENT}/access_as_user"])[
        "id_token"
    ]
    assert pane.put("/me", {}).status_code == 401


def test_a_token_of_another_tenant_is_refused_with_a_sentence(
    house: House, tokens: EntraTokens, sign: Sign, authority: str
) -> None:

    tenant = "11111111-2222-4333-8444-555555555555"
    issuer = f"{authority.replace('http', 'https', 1)}/{tenant}/v2.0"
    pane = house.pane()
    pane.http = create_app(replace(house.parts, tokens=tokens)).test_client()
    pane.token = sign(tid=tenant, iss=issuer)
    answer = pane.put("/me", {})
    assert answer.status_code == 403
    assert answer.json["type"] == "urn:letterlock:problem:other-tenant"


def test_a_member_outside_the_firms_domains_is_refused(
    house: House, tokens: EntraTokens, sign: Sign
) -> None:

    pane = house.pane()
    pane.http = create_app(replace(house.parts, tokens=tokens)).test_client()
    pane.token = sign(preferred_username="guest@elsewhere.example")
    assert pane.put("/me", {}).json["type"] == "urn:letterlock:problem:outside-firm"


def test_a_successor_does_not_inherit_a_leavers_letters(
    house: House, tokens: EntraTokens, sign: Sign
) -> None:
    pane = house.pane()
    pane.http = create_app(replace(house.parts, tokens=tokens)).test_client()
    pane.token = sign(oid="n" * 36, preferred_username="ann@hart.example")
    assert pane.put("/me", {}).json["type"] == "urn:letterlock:problem:address-taken"


def _jwk(key: RSAPrivateKey) -> dict[str, str]:
    numbers = key.public_key().public_numbers()
    return {
        "kty": "RSA", "use": "sig", "kid": "one",
        "n": _b64(numbers.n), "e": _b64(numbers.e),
    }  # fmt: skip


def _b64(number: int) -> str:
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
