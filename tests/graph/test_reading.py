"""Looking into a mailbox: page by page, at one host, and what each refusal means."""

import json
import socket
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from server.graph.reading import GraphMailboxReader
from server.messages.ports import (
    Found,
    MailboxAway,
    MailboxRefused,
    Owner,
    SignInAgain,
    Sought,
)
from tests.graph.fake import answers, fake_graph
from tests.graph.test_mailbox import Tokens

ANN = Owner(tenant_id="t", person_id="ann", address="ann@hart.example")
SINCE = datetime(2026, 11, 22, 10, tzinfo=UTC)
SOUGHT = Sought(
    delivery_id="d-1", message_id="m@portal", subject="Year", addresses=frozenset({"m@c.example"})
)
FACE = {
    "id": "AAMk/1==", "subject": "Undeliverable: Year", "receivedDateTime": "2026-11-22T10:05:00Z",
    "from": {"emailAddress": {"address": "postmaster@c.example"}},
}  # fmt: skip


def message(**more: Any) -> dict[str, Any]:
    """A mail that looks like the notice."""
    return {
        "id": "1", "isDraft": False, "subject": "Year", "internetMessageId": "<other@exchange>",
        "from": {"emailAddress": {"address": "ann@hart.example"}}, "ccRecipients": [],
        "toRecipients": [{"emailAddress": {"address": "M@c.example"}}],
        "internetMessageHeaders": [],
    } | more  # fmt: skip


@contextmanager
def reading(answer: Callable[[str], tuple[str, Any]], entra: Any = None) -> Any:
    """A reader at a Graph that answers each path with a status and JSON; and what was asked."""

    def behave(connection: socket.socket) -> None:
        path = made.requests[-1].split()[1].decode()
        status, body = answer(path)
        answers(status, "Content-Type: application/json", body=json.dumps(body))(connection)

    with fake_graph(behave) as made:
        reader = GraphMailboxReader(entra or Tokens(), made.url)
        yield reader, made
        reader.close()


def look(*pages: list[dict[str, Any]]) -> Found:
    def answer(path: str) -> tuple[str, Any]:
        number = int(path.partition("page=")[2] or 0)
        more = {"@odata.nextLink": f"{made.url}/me/messages?page={number + 1}"}
        return "200 OK", {"value": pages[number], **(more if number + 1 < len(pages) else {})}

    with reading(answer) as (reader, made):
        found: Found = reader.look(ANN, SOUGHT, since=SINCE)
    return found


MARKED = {"internetMessageHeaders": [{"name": "X-Letterlock-Delivery", "value": "d-1"}]}
ANOTHER = {"internetMessageHeaders": [{"name": "x-letterlock-delivery", "value": "d-2"}]}


def test_the_mark_or_our_message_id_is_proof_on_any_page() -> None:
    assert look([message(subject="x")], [message(**MARKED)]) is Found.THERE
    assert look([message(internetMessageId="<m@portal>", subject="x")]) is Found.THERE


def test_a_look_alike_is_a_doubt_unless_it_bears_another_mark() -> None:
    assert look([message()]) is Found.DOUBTFUL
    assert look([message(**ANOTHER)]) is Found.ABSENT
    assert look([message(subject="Other")]) is Found.ABSENT
    assert look([message(toRecipients=[])]) is Found.ABSENT
    assert look([]) is Found.ABSENT


def test_a_draft_with_the_mark_has_not_left_yet() -> None:
    assert look([message(isDraft=True, **MARKED)]) is Found.DOUBTFUL


def test_only_what_was_made_since_the_try_is_asked_for() -> None:
    with reading(lambda _: ("200 OK", {"value": []})) as (reader, graph):
        reader.look(ANN, SOUGHT, since=SINCE)
        reader.look(
            Owner(tenant_id="t", person_id=None, address="p@h.example"), SOUGHT, since=SINCE
        )
    asked = [request.split()[1].decode() for request in graph.requests]
    assert "createdDateTime%20ge%202026-11-22T10%3A00%3A00Z" in asked[0]
    assert asked[0].startswith("/v1.0/me/messages?")
    assert asked[1].startswith("/v1.0/users/p%40h.example/messages?")


def test_a_next_page_elsewhere_is_not_followed() -> None:
    page = {"value": [], "@odata.nextLink": "http://127.0.0.1:1/v1.0/me/messages"}
    with (
        reading(lambda _: ("200 OK", page)) as (reader, graph),
        pytest.raises(MailboxRefused),
    ):
        reader.look(ANN, SOUGHT, since=SINCE)
    assert len(graph.requests) == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("403 Forbidden", MailboxRefused),
        ("404 Not Found", MailboxRefused),
        ("429 Too Many Requests", MailboxAway),
        ("500 Error", MailboxAway),
        ("504 Gateway Timeout", MailboxAway),
        ("302 Found", MailboxRefused),
    ],
)
def test_each_refusal_has_its_meaning(status: str, error: type[Exception]) -> None:
    with reading(lambda _: (status, {})) as (reader, _), pytest.raises(error):
        reader.look(ANN, SOUGHT, since=SINCE)


def test_a_refused_token_is_renewed_once() -> None:
    entra = Tokens()
    with reading(lambda _: ("401 Unauthorized", {}), entra) as (reader, graph):
        with pytest.raises(SignInAgain):
            reader.look(ANN, SOUGHT, since=SINCE)
        assert (len(graph.requests), len(entra.refused)) == (2, 2)


def test_a_report_that_went_away_meanwhile_is_none() -> None:
    def answer(path: str) -> tuple[str, Any]:
        if "$value" in path:
            return "404 Not Found", {}
        return "200 OK", {"value": [FACE]}

    with reading(answer) as (reader, graph):
        assert reader.reports(ANN, since=SINCE) == []
    assert graph.requests[1].startswith(b"GET /v1.0/me/messages/AAMk%2F1%3D%3D/$value ")


def test_nothing_but_mail_systems_mail_is_opened() -> None:
    person = {**FACE, "from": {"emailAddress": {"address": "maya@c.example"}}}
    with reading(lambda _: ("200 OK", {"value": [person]})) as (reader, graph):
        assert reader.reports(ANN, since=SINCE) == []
    assert len(graph.requests) == 1
