"""Entra: the unmodified MSAL signs in, and every refusal is worded as Entra words it."""

import time
from typing import Any
from urllib.parse import urlencode

import jwt
import msal
import pytest
import requests

from sandbox.config import Config
from sandbox.database import Database
from sandbox.entra.tokens import Signer
from tests.sandbox.running import API, CLIENT, GRAPH, REDIRECT, SECRET, TENANT, Loopback, Sandbox

GRAPH_ID = "00000003-0000-0000-c000-000000000000"
SEND = [f"{GRAPH}/Mail.Send"]


def claims_of(sandbox: Sandbox, token: str, audience: str) -> dict[str, Any]:
    """Claims by the published keys, as any receiver checks them."""
    keys = requests.get(f"{sandbox.url}/{TENANT}/discovery/v2.0/keys", timeout=5).json()["keys"]
    kid = jwt.get_unverified_header(token)["kid"]
    key = next(jwt.PyJWK(one) for one in keys if one["kid"] == kid)
    return jwt.decode(token, key, algorithms=["RS256"], audience=audience)


def forged(sandbox: Sandbox, **claims: Any) -> str:
    """An assertion that the sandbox itself signed, with some claims changed."""
    signer = Signer(Database(sandbox.data))
    at = int(time.time())
    good = {"aud": CLIENT, "iss": f"{sandbox.authority}/v2.0", "iat": at, "nbf": at,
            "exp": at + 600, "oid": "x", "scp": "access_as_user", "tid": TENANT}  # fmt: skip
    merged = {**good, **claims}
    return signer.sign({name: value for name, value in merged.items() if value is not None})


def authorize_url(sandbox: Sandbox, **more: str) -> str:
    query = {"client_id": CLIENT, "response_type": "code", "redirect_uri": REDIRECT, "scope": API,
             "state": "s", "nonce": "n", "code_challenge": "c" * 43,
             "code_challenge_method": "S256", **more}  # fmt: skip
    return f"{sandbox.url}/{TENANT}/oauth2/v2.0/authorize?{urlencode(query)}"


def on_behalf_of(sandbox: Sandbox, assertion: str, **more: Any) -> dict[str, Any]:
    result: dict[str, Any] = sandbox.app(**more).acquire_token_on_behalf_of(assertion, SEND)
    return result


def test_a_person_signs_in_with_pkce_and_the_token_names_them(sandbox: Sandbox) -> None:
    result = sandbox.sign_in("ann@hart.example", [API])
    claims = claims_of(sandbox, result["access_token"], CLIENT)
    assert claims["iss"] == f"{sandbox.authority}/v2.0"
    assert (claims["tid"], claims["ver"], claims["azp"]) == (TENANT, "2.0", CLIENT)
    assert (claims["scp"], claims["azpacr"]) == ("access_as_user", "1")
    assert (claims["name"], claims["preferred_username"]) == ("Ann Lee", "ann@hart.example")
    assert claims.keys() >= {"oid", "sub", "uti", "iat", "nbf", "exp"}
    assert claims["sub"] != claims["oid"]
    assert "xms_cc" not in claims
    assert result["id_token_claims"]["oid"] == claims["oid"]


def test_msal_renews_silently_with_the_refresh_token(sandbox: Sandbox) -> None:
    app = sandbox.app()
    first = sandbox.sign_in("ben@hart.example", [API], app=app)
    (account,) = app.get_accounts()
    assert account["username"] == "ben@hart.example"
    renewed = app.acquire_token_silent([API], account, force_refresh=True)
    assert renewed["token_source"] == "identity_provider"
    assert renewed["access_token"] != first["access_token"]


def test_a_public_client_signs_in_without_a_secret(sandbox: Sandbox) -> None:
    app = msal.PublicClientApplication(
        CLIENT, authority=sandbox.authority, instance_discovery=False, http_client=Loopback()
    )
    token = sandbox.sign_in("ann@hart.example", [API], app=app)["access_token"]
    assert claims_of(sandbox, token, CLIENT)["azpacr"] == "0"


def test_the_wrong_verifier_gets_no_token(sandbox: Sandbox) -> None:
    app = sandbox.app()
    flow = app.initiate_auth_code_flow([API], redirect_uri=REDIRECT, response_mode="form_post")
    code = sandbox.choose(flow["auth_uri"], "ann@hart.example")["code"]
    form = {"grant_type": "authorization_code", "client_id": CLIENT, "client_secret": SECRET,
            "code": code, "redirect_uri": REDIRECT}  # fmt: skip
    wrong = requests.post(sandbox.token_url, {**form, "code_verifier": "w" * 43}, timeout=5)
    assert (wrong.status_code, wrong.json()["error_codes"]) == (400, [501481])
    again = requests.post(
        sandbox.token_url, {**form, "code_verifier": flow["code_verifier"]}, timeout=5
    )
    assert again.json()["error_codes"] == [54005]


def test_a_refresh_token_dies_once_its_successor_is_used(sandbox: Sandbox) -> None:
    first = sandbox.sign_in("ann@hart.example", [API])["refresh_token"]

    def refresh(token: str) -> dict[str, Any]:
        form = {"grant_type": "refresh_token", "client_id": CLIENT, "client_secret": SECRET,
                "refresh_token": token, "scope": f"{API} offline_access"}  # fmt: skip
        body: dict[str, Any] = requests.post(sandbox.token_url, form, timeout=5).json()
        return body

    second = refresh(first)["refresh_token"]
    assert second != first
    assert "access_token" in refresh(second)
    assert refresh(first)["error_codes"] == [700082]


def test_the_app_alone_gets_roles_and_no_scopes(sandbox: Sandbox) -> None:
    claims = claims_of(sandbox, sandbox.app_token(), GRAPH_ID)
    assert claims["roles"] == ["Mail.Read", "Mail.Send"]
    assert "scp" not in claims
    assert "preferred_username" not in claims


@pytest.mark.parametrize("more", [{"client_credential": "wrong"}])
def test_a_wrong_secret_is_invalid_client(sandbox: Sandbox, more: dict[str, str]) -> None:
    result = sandbox.app(**more).acquire_token_for_client([f"{GRAPH}/.default"])
    assert (result["error"], result["error_codes"]) == ("invalid_client", [7000215])


def test_an_unknown_app_is_invalid_client(sandbox: Sandbox) -> None:
    form = {"grant_type": "client_credentials", "client_id": TENANT, "client_secret": SECRET}
    answer = requests.post(sandbox.token_url, form, timeout=5)
    assert (answer.status_code, answer.json()["error_codes"]) == (401, [7000215])


def test_on_behalf_of_carries_the_person_to_graph(sandbox: Sandbox) -> None:
    token = sandbox.sign_in("ann@hart.example", [API])["access_token"]
    claims = claims_of(sandbox, on_behalf_of(sandbox, token)["access_token"], GRAPH_ID)
    assert (claims["preferred_username"], claims["scp"]) == ("ann@hart.example", "Mail.Send")


def test_client_capability_cp1_comes_back_in_the_token(sandbox: Sandbox) -> None:
    app = sandbox.app(client_capabilities=["cp1"])
    token = sandbox.sign_in("ann@hart.example", [API], app=app)["access_token"]
    assert claims_of(sandbox, token, CLIENT)["xms_cc"] == ["cp1"]
    graph = on_behalf_of(sandbox, token, client_capabilities=["cp1"])["access_token"]
    assert claims_of(sandbox, graph, GRAPH_ID)["xms_cc"] == ["cp1"]


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"exp": 1}, 500133),
        ({"aud": GRAPH_ID}, 500131),
        ({"iss": "https://elsewhere.example/v2.0"}, 50013),
        ({"scp": None}, 240002),
    ],
)
def test_on_behalf_of_refuses_other_assertions(
    sandbox: Sandbox, change: dict[str, Any], number: int
) -> None:
    result = on_behalf_of(sandbox, forged(sandbox, **change))
    assert (result["error"], result["error_codes"]) == ("invalid_grant", [number])


def test_on_behalf_of_refuses_a_foreign_signature(sandbox: Sandbox) -> None:
    token = sandbox.sign_in("ann@hart.example", [API])["access_token"]
    head, body, _ = token.split(".")
    other = forged(sandbox).split(".")[2]
    assert on_behalf_of(sandbox, f"{head}.{body}.{other}")["error_codes"] == [50013]


def test_a_second_factor_is_asked_until_the_person_signs_in_with_the_claims(
    faulty: Sandbox,
) -> None:
    faulty.faults(obo="mfa")
    token = faulty.sign_in("ann@hart.example", [API])["access_token"]
    refusal = on_behalf_of(faulty, token)
    assert (refusal["error"], refusal["error_codes"]) == ("invalid_grant", [50076])
    assert refusal["suberror"] == "basic_action"
    stronger = faulty.sign_in("ann@hart.example", [API], claims_challenge=refusal["claims"])
    assert "access_token" in on_behalf_of(faulty, stronger["access_token"])


def test_permissions_without_consent_are_refused(sandbox: Sandbox) -> None:
    token = sandbox.sign_in("ann@hart.example", [API])["access_token"]
    result = sandbox.app().acquire_token_on_behalf_of(token, [f"{GRAPH}/Files.Read"])
    assert (result["error_codes"], result["suberror"]) == ([65001], "consent_required")


def test_one_token_is_for_one_resource(sandbox: Sandbox) -> None:
    token = sandbox.sign_in("ann@hart.example", [API])["access_token"]
    result = sandbox.app().acquire_token_on_behalf_of(token, [*SEND, API])
    assert result["error_codes"] == [28000]


@pytest.mark.parametrize("address", ["maya@client.example", "portal@hart.example"])
def test_people_without_an_account_cannot_be_chosen(sandbox: Sandbox, address: str) -> None:
    url = authorize_url(sandbox)
    assert address not in requests.get(url, timeout=5).text
    answer = requests.post(url, {"person": address}, allow_redirects=False, timeout=5)
    assert answer.status_code == 400


def test_a_redirect_off_this_machine_is_never_followed(sandbox: Sandbox) -> None:
    url = authorize_url(sandbox, redirect_uri="https://evil.example/back")
    answer = requests.post(url, {"person": "ann@hart.example"}, allow_redirects=False, timeout=5)
    assert (answer.status_code, "AADSTS50011" in answer.text) == (400, True)


@pytest.mark.parametrize(("mode", "mark"), [("query", "?"), ("fragment", "#")])
def test_a_code_and_the_state_go_back_as_asked(sandbox: Sandbox, mode: str, mark: str) -> None:
    url = authorize_url(sandbox, response_mode=mode)
    answer = requests.post(url, {"person": "ann@hart.example"}, allow_redirects=False, timeout=5)
    assert answer.headers["Location"].startswith(f"{REDIRECT}{mark}code=")
    assert answer.headers["Location"].endswith("&state=s")


def test_an_unknown_tenant_is_not_found(sandbox: Sandbox) -> None:
    url = f"{sandbox.url}/other.example/v2.0/.well-known/openid-configuration"
    assert requests.get(url, timeout=5).json()["error_codes"] == [90002]


def test_other_host_names_are_misdirected(sandbox: Sandbox) -> None:
    headers = {"Host": "sandbox.evil.example"}
    assert requests.get(f"{sandbox.url}/healthz", headers=headers, timeout=5).status_code == 421


def test_the_signing_key_outlives_a_restart(sandbox: Sandbox) -> None:
    config = Config(data=sandbox.data, port=sandbox.port)
    assert Signer(Database(config.data)).kid == Signer(Database(config.data)).kid
