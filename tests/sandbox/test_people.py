"""Whom somebody works with, by Graph; a mail that is moved; a consent that each person gives."""

from urllib.parse import urlsplit

import requests

from tests.sandbox.addin_host import AddIn
from tests.sandbox.referee import judge
from tests.sandbox.running import CLIENT, GRAPH, Sandbox, eventually
from tests.sandbox.test_graph import ANN, BEN, code, letter, send
from tests.sandbox.test_tenant import set_tenant, tenant

__all__ = ["tenant"]


def people(sandbox: Sandbox, **query: str) -> list[tuple[str, str]]:
    """Name and address of those whom Ann's Graph names, judged by Microsoft's description."""
    token = sandbox.graph_token(ANN, "People.Read")
    answer = sandbox.graph("GET", "/me/people", token, params=query)
    assert answer.ok, answer.text
    judge(answer, f"{sandbox.url}/v1.0")
    found = answer.json()["value"]
    return [(one["displayName"], one["scoredEmailAddresses"][0]["address"]) for one in found]


def test_a_search_finds_colleagues_clients_and_contacts_and_never_oneself(sandbox: Sandbox) -> None:
    everybody = people(sandbox)
    assert ("Ben Carey", "ben@hart.example") in everybody
    assert ANN not in {address for _, address in everybody}
    assert people(sandbox, **{"$search": '"okaf"', "$top": "5"}) == [
        ("Maya Okafor", "maya@client.example"), ("Maya Okafor", "maya.okafor@post.example"),
    ]  # fmt: skip
    assert len(people(sandbox, **{"$top": "1"})) == 1


def test_people_need_their_own_permission(sandbox: Sandbox) -> None:
    refused = sandbox.graph("GET", "/me/people", sandbox.graph_token(ANN, "Mail.ReadWrite"))
    assert code(refused, sandbox)[0] == 403


def test_a_mail_is_moved_and_has_another_id_there(sandbox: Sandbox) -> None:
    send(sandbox, sandbox.graph_token(ANN, "Mail.Send"), letter("to be moved", ANN))
    token = sandbox.graph_token(ANN, "Mail.ReadWrite")
    item = eventually(lambda: sandbox.inbox(ANN, "to be moved"))["id"]
    path = f"/me/messages/{item}/move"
    nowhere = sandbox.graph("POST", path, token, json={"destinationId": "attic"})
    assert code(nowhere, sandbox)[0] == 404
    weak = sandbox.graph("POST", path, sandbox.graph_token(ANN, "Mail.Read"), json={})
    assert code(weak, sandbox)[0] == 403
    moved = sandbox.graph("POST", path, token, json={"destinationId": "deleteditems"})
    judge(moved, f"{sandbox.url}/v1.0")
    assert (moved.status_code, moved.json()["id"] == item) == (201, False)
    assert not sandbox.inbox(ANN, "to be moved")


def token(sandbox: Sandbox, addin: AddIn, address: str, *, interactive: bool) -> tuple[int, str]:
    """Asked for as the window's broker does."""
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(addin.url))
    scope = f"{GRAPH}/People.Read"
    asked = {"origin": origin, "client": CLIENT, "scope": scope, "interactive": interactive}
    url = f"{sandbox.url}/outlook/api/token?as={address}"
    answer = requests.post(url, json=asked, timeout=5)
    return answer.status_code, str(answer.json().get("error", ""))


def test_each_person_consents_for_herself_unless_the_administrator_did(
    tenant: Sandbox, addin: AddIn
) -> None:
    asks = (400, "interaction_required")
    assert token(tenant, addin, ANN, interactive=False) == asks
    assert token(tenant, addin, ANN, interactive=True) == (200, "")
    assert token(tenant, addin, ANN, interactive=False) == (200, "")
    assert token(tenant, addin, BEN, interactive=False) == asks
    set_tenant(tenant, consented=["People.Read"])
    assert token(tenant, addin, BEN, interactive=False) == (200, "")
    set_tenant(tenant, consented=["Mail.Send"])
    assert token(tenant, addin, ANN, interactive=True) == (400, "invalid_grant")
