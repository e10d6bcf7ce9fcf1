"""A token that Graph refused is renewed once, with what Graph asked for."""

import base64
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from server.graph.client import GraphMail
from server.graph.mailbox import GraphSenderMailbox, GraphSystemMailbox
from server.messages.ports import MailboxAway, SignInAgain
from tests.graph.fake import FakeGraph, answers, fake_graph

CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"7"}}}'
HEADER = f'WWW-Authenticate: Bearer claims="{base64.b64encode(CLAIMS.encode()).decode()}"'
NOTICE: Any = object()


class Tokens:
    """An Entra that renews, or does not."""

    def __init__(self, *, renews: bool = True) -> None:
        self.renews = renews
        self.refused: list[SignInAgain | None] = []

    def for_person(self, *, refused: SignInAgain | None = None, **_: str) -> str:
        self.refused.append(refused)
        if refused is not None and not self.renews:
            raise refused
        return "old" if refused is None else "new"

    for_system = for_person

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture
def graph() -> Iterator[FakeGraph]:
    """Refuses the old token and takes the new one."""

    def behave(connection: socket.socket) -> None:
        takes = b"Bearer new" in made.requests[-1]
        status = "202 Accepted" if takes else "401 Unauthorized"
        answers(status, HEADER, "Content-Type: application/json")(connection)

    with fake_graph(behave) as made:
        yield made


def as_sender(graph: FakeGraph, entra: Any) -> None:
    mailbox = GraphSenderMailbox(entra, GraphMail(graph.url), lambda _notice: b"x")
    try:
        mailbox.send_notice(tenant_id="t", person_id="ann", notice=NOTICE)
    finally:
        mailbox.close()


def as_system(graph: FakeGraph, entra: Any, brand: Any) -> None:
    mail = GraphMail(graph.url)

    def render(**_: object) -> bytes:
        return b"x"

    system = GraphSystemMailbox(
        entra, mail, render, render, render, render_news=render, render_waiting=render
    )  # type: ignore[arg-type]
    try:
        system.send_sign_in(tenant_id="t", brand=brand, to=("ann@hart.example", "Ann"), held=1)
    finally:
        mail.close()


class System:
    """As much of a brand as is needed."""

    mailbox = "portal@hart.example"


def test_the_senders_token_is_renewed_with_the_claims(graph: FakeGraph) -> None:
    entra = Tokens()
    as_sender(graph, entra)
    assert [one.claims if one else None for one in entra.refused] == [None, CLAIMS]
    assert len(graph.requests) == 2


def test_the_applications_token_is_renewed_too(graph: FakeGraph) -> None:
    entra = Tokens()
    as_system(graph, entra, System())
    assert [one.claims if one else None for one in entra.refused] == [None, CLAIMS]
    assert graph.requests[0].startswith(b"POST /v1.0/users/portal%40hart.example/sendMail ")


def test_what_cannot_be_renewed_is_asked_of_the_sender(graph: FakeGraph) -> None:
    with pytest.raises(SignInAgain) as again:
        as_sender(graph, Tokens(renews=False))
    assert (again.value.claims, len(graph.requests)) == (CLAIMS, 1)


def test_an_application_that_is_refused_is_the_operators_and_waits(graph: FakeGraph) -> None:
    with pytest.raises(MailboxAway):
        as_system(graph, Tokens(renews=False), System())
