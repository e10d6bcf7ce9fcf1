"""What we ask of Entra, and what its answers ask of us (recorded exchanges of MSAL)."""

import base64
import json
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
import requests
import responses

from server.base.clouds import CLOUDS
from server.graph.entra import Entra
from server.messages.ports import ConsentMissing, MailboxAway, SignInAgain

AUTHORITY = "https://login.microsoftonline.com"
TENANT = "6f0d2a7e-5b1c-4c5e-9a53-2f1f0c9d1a11"
TOKEN_URL = f"{AUTHORITY}/{TENANT}/oauth2/v2.0/token"
GOOD = {
    "token_type": "Bearer", "expires_in": 3600, "access_token": "graph-token",
    "refresh_token": "refresh-token", "scope": "https://graph.microsoft.com/Mail.Send",
}  # fmt: skip


class Caches:
    """Token caches in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.asked: dict[str, str] = {}

    def load(self, person_id: str) -> str | None:
        return self.kept.get(person_id)

    def save(self, person_id: str, cache: str) -> None:
        self.kept[person_id] = cache
        self.asked.pop(person_id, None)

    def challenge(self, person_id: str) -> str | None:
        return self.asked.get(person_id)


@pytest.fixture
def caches() -> Caches:
    return Caches()


@pytest.fixture
def entra(caches: Caches) -> Iterator[Entra]:
    made = Entra(authority=AUTHORITY, client_id="our-client", client_secret="s", caches=caches)
    yield made
    made.close()


@pytest.fixture
def microsoft() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as recorded:
        discovery = {
            "token_endpoint": TOKEN_URL,
            "authorization_endpoint": TOKEN_URL.replace("token", "authorize"),
            "issuer": f"{AUTHORITY}/{TENANT}/v2.0",
        }
        recorded.get(f"{AUTHORITY}/{TENANT}/v2.0/.well-known/openid-configuration", json=discovery)
        yield recorded


def on_behalf_of(entra: Entra) -> None:
    entra.authorise(tenant_id=TENANT, person_id="ann", assertion="pane-token")


def test_asks_for_mail_send_on_behalf_of_the_pane(
    entra: Entra, caches: Caches, microsoft: responses.RequestsMock
) -> None:
    microsoft.post(TOKEN_URL, json=GOOD)
    on_behalf_of(entra)
    asked = {k: v[0] for k, v in parse_qs(str(microsoft.calls[-1].request.body)).items()}
    assert asked["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    assert asked["requested_token_use"] == "on_behalf_of"
    assert asked["assertion"] == "pane-token"
    assert "https://graph.microsoft.com/Mail.Send" in asked["scope"].split()
    assert "ReadWrite" not in asked["scope"]
    assert json.loads(asked["claims"])["access_token"]["xms_cc"]["values"] == ["cp1"]
    assert "refresh-token" in caches.kept["ann"]


def test_hands_a_challenge_on(entra: Entra, microsoft: responses.RequestsMock) -> None:
    challenge = '{"access_token":{"polids":{"essential":true,"values":["p"]}}}'
    refusal = {
        "error": "invalid_grant", "suberror": "basic_action", "error_codes": [50076],
        "error_description": "AADSTS50076", "claims": challenge,
    }  # fmt: skip
    microsoft.post(TOKEN_URL, json=refusal, status=400)
    with pytest.raises(SignInAgain) as asked:
        on_behalf_of(entra)
    assert asked.value.claims == challenge


@pytest.mark.parametrize("status", [500, 503])
def test_an_error_of_the_service_is_no_refusal(
    entra: Entra, microsoft: responses.RequestsMock, status: int
) -> None:
    microsoft.post(TOKEN_URL, json={"error": "server_error"}, status=status)
    with pytest.raises(MailboxAway):
        on_behalf_of(entra)


def test_a_broken_connection_is_no_refusal(entra: Entra, microsoft: responses.RequestsMock) -> None:
    microsoft.post(TOKEN_URL, body=requests.ConnectionError())
    with pytest.raises(MailboxAway):
        on_behalf_of(entra)


def test_without_a_kept_right_the_person_must_sign_in(entra: Entra) -> None:
    with pytest.raises(SignInAgain):
        entra.for_person(tenant_id=TENANT, person_id="ann")


def test_plain_http_reaches_this_machine_only() -> None:
    entra = Entra(authority="http://localhost:1", client_id="c", client_secret="s", caches=Caches())
    with pytest.raises(requests.exceptions.InvalidURL):
        entra._http.get("https://login.microsoftonline.com/x")
    entra.close()


def test_missing_consent_is_for_the_administrator(
    entra: Entra, microsoft: responses.RequestsMock
) -> None:
    refusal = {"error": "invalid_grant", "suberror": "consent_required", "error_codes": [65001]}
    microsoft.post(TOKEN_URL, json=refusal, status=400)
    with pytest.raises(ConsentMissing):
        on_behalf_of(entra)


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_entra_says_when_to_come_again(
    entra: Entra, microsoft: responses.RequestsMock, status: int
) -> None:
    microsoft.post(TOKEN_URL, json={}, status=status, headers={"Retry-After": "40"})
    with pytest.raises(MailboxAway) as away:
        on_behalf_of(entra)
    assert away.value.after_ms == 40_000


def test_what_graph_asked_for_is_asked_of_entra_at_the_next_sign_in(
    entra: Entra, caches: Caches, microsoft: responses.RequestsMock
) -> None:
    challenge = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}'
    caches.asked["ann"] = challenge
    refusal = {"error": "invalid_grant", "error_codes": [50076]}
    microsoft.post(TOKEN_URL, json=refusal, status=400)
    with pytest.raises(SignInAgain) as asked:
        on_behalf_of(entra)
    assert asked.value.claims == challenge
    microsoft.replace(responses.POST, TOKEN_URL, json=GOOD)
    entra.authorise(tenant_id=TENANT, person_id="ann", assertion="another-pane-token")
    sent = parse_qs(str(microsoft.calls[-1].request.body))["claims"][0]
    assert json.loads(sent)["access_token"]["nbf"] == {"essential": True, "value": "1"}
    assert caches.asked == {}


def test_a_token_that_graph_refused_is_renewed_with_what_it_asked_for(
    entra: Entra, caches: Caches, microsoft: responses.RequestsMock
) -> None:
    person = base64.urlsafe_b64encode(json.dumps({"uid": "u", "utid": TENANT}).encode()).decode()
    microsoft.post(TOKEN_URL, json={**GOOD, "client_info": person.rstrip("=")})
    on_behalf_of(entra)
    kept = entra.for_person(tenant_id=TENANT, person_id="ann")
    calls = len(microsoft.calls)
    challenge = '{"access_token":{"nbf":{"essential":true,"value":"2"}}}'
    microsoft.replace(responses.POST, TOKEN_URL, json={**GOOD, "access_token": "newer"})
    newer = entra.for_person(tenant_id=TENANT, person_id="ann", refused=SignInAgain(challenge))
    assert (kept, newer, len(microsoft.calls)) == ("graph-token", "newer", calls + 1)
    sent = parse_qs(str(microsoft.calls[-1].request.body))
    assert sent["grant_type"] == ["refresh_token"]
    assert json.loads(sent["claims"][0])["access_token"]["nbf"]["value"] == "2"


@pytest.mark.parametrize("name", ["usgov", "usdod", "china"])
def test_a_national_cloud_has_its_own_sign_in_and_its_own_graph(name: str, caches: Caches) -> None:
    cloud = CLOUDS[name]
    url = f"{cloud.authority}/{TENANT}/oauth2/v2.0/token"
    discovery = {
        "token_endpoint": url, "authorization_endpoint": url,
        "issuer": f"{cloud.authority}/{TENANT}/v2.0",
    }  # fmt: skip
    entra = Entra(
        authority=cloud.authority, client_id="c", client_secret="s", caches=caches,
        resource=cloud.graph,
    )  # fmt: skip
    with responses.RequestsMock() as recorded:
        where = f"{cloud.authority}/{TENANT}/v2.0/.well-known/openid-configuration"
        recorded.get(where, json=discovery)
        recorded.post(url, json=GOOD)
        on_behalf_of(entra)
        asked = parse_qs(str(recorded.calls[-1].request.body))["scope"][0].split()
    assert f"{cloud.graph}/Mail.Send" in asked
    entra.close()
