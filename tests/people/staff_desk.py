"""Somebody of the firm in a browser at the portal, with the sandbox's Entra."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from tests.house import House, Visitor

BEN, ANN = "ben@hart.example", "ann@hart.example"
AS_STAFF = {"Letterlock-Sign-In": "staff"}


@dataclass
class StaffDesk(Visitor):
    """Calls say that they are made by staff."""

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        headers = AS_STAFF | more.pop("headers", {})
        return super().call(method, path, body, headers=headers, **more)


def desk(house: House) -> StaffDesk:
    """A browser of nobody yet."""
    return StaffDesk(house, house.app.test_client())


def begun(visitor: Visitor, **body: Any) -> str:
    """Press "Sign in with Microsoft"; returns where it leads."""
    answer = visitor.post("/staff/sign-ins", body)
    assert answer.status_code == 201, answer.json
    address: str = answer.json["address"]
    return address


def chosen(address: str, who: str = BEN) -> dict[str, str]:
    """Press a name on the sandbox's page; returns what the browser comes back with."""
    answer = requests.post(address, {"person": who}, allow_redirects=False, timeout=5)
    assert answer.status_code == 302, answer.text
    return came_back(answer)


def silent(address: str, who: str = BEN) -> dict[str, str]:
    """What comes of a sign-in that needs no page: she signed in an hour ago."""
    url = f"{address}&prompt=none&login_hint={who}"
    return came_back(requests.get(url, allow_redirects=False, timeout=5))


def came_back(answer: requests.Response) -> dict[str, str]:
    """What stands in the address that Entra sends the browser to."""
    target = urlsplit(answer.headers["Location"])
    assert f"{target.scheme}://{target.netloc}{target.path}".endswith(":8399/staff/signed-in")
    return dict(parse_qsl(target.fragment))


def posted(visitor: Visitor, came: dict[str, str], **headers: str) -> Any:
    """Post what the page of the sign-in posts."""
    body = {name: value for name, value in came.items() if name in {"code", "state", "error"}}
    more = {"headers": headers} if headers else {}
    return visitor.api("POST", "/staff/sessions", body, **more)


def signed_in(house: House, who: str = BEN) -> StaffDesk:
    """Somebody who signed in at the portal a moment ago."""
    made = desk(house)
    answer = posted(made, chosen(begun(made), who))
    assert answer.status_code == 201, answer.json
    return made
