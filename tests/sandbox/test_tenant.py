"""What the tenant's administrator grants and withdraws, and which redirect URI is registered."""

import base64
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
import pytest
import requests

from tests.sandbox.addin_host import AddIn
from tests.sandbox.running import CLIENT, GRAPH, TENANT, Sandbox

MIME = base64.b64encode(b"To: maya@client.example\r\nSubject: x\r\n\r\nx").decode()


def set_tenant(sandbox: Sandbox, **granted: Any) -> requests.Response:
    return requests.post(f"{sandbox.url}/sandbox/tenant", json=granted, timeout=5)


@pytest.fixture
def tenant(sandbox: Sandbox) -> Iterator[Sandbox]:
    yield sandbox
    set_tenant(sandbox, consented=None, mailboxes=None, held=None)


def test_a_permission_whose_consent_was_withdrawn_is_refused_and_the_others_are_not(
    tenant: Sandbox,
) -> None:
    set_tenant(tenant, consented=["User.Read"])
    refused = tenant.sign_in("ann@hart.example", [f"{GRAPH}/Mail.Send"])
    assert (refused["suberror"], refused["error_codes"]) == ("consent_required", [65001])
    assert tenant.graph_token("ann@hart.example", "User.Read")


def test_an_app_with_a_role_in_exchange_sends_from_its_mailbox_only(tenant: Sandbox) -> None:
    set_tenant(tenant, mailboxes=["portal@hart.example"])
    token = tenant.app_token()
    assert "roles" not in jwt.decode(token, options={"verify_signature": False})
    sent = {
        mailbox: tenant.graph(
            "POST", f"/users/{mailbox}/sendMail", token, data=MIME,
            headers={"Content-Type": "text/plain"},
        ).status_code
        for mailbox in ("portal@hart.example", "ann@hart.example")
    }  # fmt: skip
    assert sent == {"portal@hart.example": 202, "ann@hart.example": 403}


@pytest.mark.parametrize(
    "wanted", [{"other": None}, {"consented": "Mail.Send"}, {"mailboxes": [1]}]
)
def test_what_there_is_not_to_grant_is_refused(tenant: Sandbox, wanted: dict[str, Any]) -> None:
    assert set_tenant(tenant, **wanted).status_code == 422
    kept = requests.get(f"{tenant.url}/sandbox/tenant", timeout=5).json()
    assert kept == {"consented": None, "mailboxes": None, "held": None}


def test_the_brokered_redirect_uri_is_registered_for_the_add_in_alone(
    sandbox: Sandbox, addin: AddIn
) -> None:
    found = {}
    for host in (urlsplit(addin.url).netloc, "evil.example"):
        query = urlencode(
            {
                "client_id": CLIENT, "response_type": "code", "prompt": "none",
                "redirect_uri": f"brk-multihub://{host}",
            }
        )  # fmt: skip
        url = f"{sandbox.url}/{TENANT}/oauth2/v2.0/authorize?{query}"
        answer = requests.get(url, timeout=5, allow_redirects=False)
        found[host] = answer.headers.get("Location", answer.text)
    own, foreign = found.values()
    assert own.startswith(f"brk-multihub://{urlsplit(addin.url).netloc}?error=login_required")
    assert "AADSTS50011" in foreign
