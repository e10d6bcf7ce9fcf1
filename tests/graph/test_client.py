"""What each answer of Graph to a mail means: taken, not taken, refused, or nobody knows."""

import base64
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from server.graph.answers import claims_in, retry_after_ms
from server.graph.client import GraphMail
from server.messages.ports import MailboxAway, MailboxRefused, OutcomeUnknown, SignInAgain
from tests.graph.fake import FakeGraph, answers, drips, fake_graph, hangs_up, stalls

CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}'
CHALLENGE = base64.b64encode(CLAIMS.encode()).decode()
ERROR = '{"error": {"code": "ErrorSendAsDenied", "message": "no"}}'
JSON = "Content-Type: application/json"


def send(graph: FakeGraph, **more: float) -> None:
    client = GraphMail(graph.url, **more)
    try:
        client.send(token="t", mime=b"Subject: x\r\n\r\nx")
    finally:
        client.close()


@pytest.fixture
def over() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_a_taken_mail_is_asked_for_once() -> None:
    with fake_graph(answers("202 Accepted")) as graph:
        send(graph)
    assert len(graph.requests) == 1
    assert graph.requests[0].startswith(b"POST /v1.0/me/sendMail ")


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_a_busy_graph_says_when_to_come_again(status: str) -> None:
    with (
        fake_graph(answers(status, "Retry-After: 7", JSON)) as graph,
        pytest.raises(MailboxAway) as away,
    ):
        send(graph)
    assert (away.value.after_ms, len(graph.requests)) == (7000, 1)


def test_a_busy_graph_may_say_so_by_a_date() -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    with (
        fake_graph(answers("503 Service Unavailable", f"Retry-After: {until}", JSON)) as graph,
        pytest.raises(MailboxAway) as away,
    ):
        send(graph)
    assert away.value.after_ms is not None
    assert 80_000 < away.value.after_ms <= 90_000


@pytest.mark.parametrize("status", ["500 Error", "502 Bad Gateway", "504 Gateway Timeout"])
def test_an_answer_that_got_lost_on_the_way_is_not_tried_again(status: str) -> None:
    with fake_graph(answers(status, JSON)) as graph, pytest.raises(OutcomeUnknown):
        send(graph)
    assert len(graph.requests) == 1


def test_a_connection_that_broke_after_the_mail_left_is_an_unknown_outcome() -> None:
    with fake_graph(hangs_up) as graph, pytest.raises(OutcomeUnknown):
        send(graph)
    assert len(graph.requests) == 1


def test_silence_is_an_unknown_outcome(over: threading.Event) -> None:
    with fake_graph(stalls(over)) as graph:
        with pytest.raises(OutcomeUnknown):
            send(graph, timeout_s=0.2)
        over.set()
    assert len(graph.requests) == 1


def test_an_answer_that_drips_for_ever_ends_with_the_call(over: threading.Event) -> None:
    began = time.monotonic()
    with fake_graph(drips(over)) as graph:
        with pytest.raises(OutcomeUnknown):
            send(graph, timeout_s=5, longest_s=0.5)
        over.set()
    assert time.monotonic() - began < 4


def test_nobody_at_home_is_no_unknown_outcome() -> None:
    with fake_graph(answers("202 Accepted")) as graph:
        pass
    with pytest.raises(MailboxAway):
        send(graph)


def test_a_refusal_is_for_good_and_named() -> None:
    with (
        fake_graph(answers("403 Forbidden", JSON, body=ERROR)) as graph,
        pytest.raises(MailboxRefused) as refused,
    ):
        send(graph)
    assert refused.value.reason == "ErrorSendAsDenied"


def test_a_claims_challenge_is_carried_out() -> None:
    header = f'WWW-Authenticate: Bearer realm="", error="insufficient_claims", claims="{CHALLENGE}"'
    with (
        fake_graph(answers("401 Unauthorized", header, JSON)) as graph,
        pytest.raises(SignInAgain) as again,
    ):
        send(graph)
    assert (again.value.claims, len(graph.requests)) == (CLAIMS, 1)


def test_a_refused_token_without_a_challenge_is_a_sign_in_too() -> None:
    with (
        fake_graph(answers("401 Unauthorized", JSON)) as graph,
        pytest.raises(SignInAgain) as again,
    ):
        send(graph)
    assert again.value.claims is None


def test_no_other_host_is_given_a_token() -> None:
    with fake_graph(answers("202 Accepted")) as graph:
        client = GraphMail(graph.url.replace("localhost", "127.0.0.1"))
        client._host = "graph.microsoft.com"
        client.send(token="secret", mime=b"x")
        client.close()
    assert b"secret" not in graph.requests[0]


@pytest.mark.parametrize("value", [None, "", "soon", "Wed, 99 Nov 2026 00:00:00 GMT", "-3"])
def test_a_time_that_cannot_be_read_is_none(value: str | None) -> None:
    assert retry_after_ms(value) is None


def test_a_date_that_has_passed_is_now() -> None:
    assert retry_after_ms("Wed, 21 Oct 2015 07:28:00 GMT") == 0


@pytest.mark.parametrize("header", [None, "Bearer", 'Bearer claims="%%%"', 'Bearer claims="/w=="'])
def test_a_challenge_that_cannot_be_read_is_none(header: str | None) -> None:
    assert claims_in(header) is None
