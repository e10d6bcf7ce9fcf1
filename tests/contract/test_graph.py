"""What we say to Graph, and what the sandbox answers, by Microsoft's own description."""

import base64
from typing import Any

import pytest
import requests
from openapi_core.validation.request.exceptions import InvalidRequestBody
from openapi_core.validation.response.exceptions import InvalidData

from tests.contract import letters
from tests.contract.recorder import Recorder
from tests.house import House
from tests.sandbox.referee import judge
from tests.sandbox.running import Sandbox, eventually

ANN, MAYA, TOM = "ann@hart.example", "maya@client.example", "tom@client.example"
AS_PERSON, AS_SYSTEM = "/me/sendMail", "/users/portal%40hart.example/sendMail"


def judge_all(recorder: Recorder) -> None:
    """Every request and every answer so far."""
    for answer in recorder.answers:
        judge(answer, f"{recorder.upstream}/v1.0")


def test_all_that_is_said_in_a_send_and_a_code_is_as_described(
    recorded: House, recorder: Recorder
) -> None:
    letter = recorded.pane().send(to=(MAYA, TOM))
    recorded.work()
    assert recorded.visitor().sign_in(letter).status_code == 201
    judge_all(recorder)
    said = [(one.request.method, one.request.path_url, one.status_code) for one in recorder.answers]
    assert said == [
        ("POST", f"/v1.0{AS_PERSON}", 202),
        ("POST", f"/v1.0{AS_SYSTEM}", 202),
    ]


def test_the_notice_is_a_mail_that_every_program_can_show(
    recorded: House, recorder: Recorder
) -> None:
    letter = recorded.pane().send(to=(MAYA, TOM))
    recorded.work()
    notice = letters.read(recorder.to(AS_PERSON)[0])
    assert [one.addr_spec for one in notice["from"].addresses] == [ANN]
    assert [one.addr_spec for one in notice["to"].addresses] == [MAYA, TOM]
    assert notice["x-letterlock-delivery"]
    for words in letters.parts(notice).values():
        assert f"/m/{letter}" in words


def test_the_code_is_a_mail_that_every_program_can_show(
    recorded: House, recorder: Recorder
) -> None:
    letter = recorded.pane().send()
    recorded.work()
    code = recorded.visitor().ask_code(letter)
    mail = letters.read(recorder.to(AS_SYSTEM)[0])
    assert [one.addr_spec for one in mail["from"].addresses] == ["portal@hart.example"]
    assert mail["subject"].startswith(f"Code {code}")
    for words in letters.parts(mail).values():
        assert code in words


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503, 504])
def test_graphs_refusals_are_as_described_too(
    recorded: House, recorder: Recorder, status: int
) -> None:
    recorded.sandbox.faults(graph={"status": status, "times": 1, "retry_after": 1})
    recorded.pane().send()
    recorded.work()
    renewed = [202] if status == 401 else []  # a token that is refused is renewed once
    assert [answer.status_code for answer in recorder.answers] == [status, *renewed]
    judge_all(recorder)


@pytest.mark.parametrize(
    "body",
    [
        {"message": {"subject": 5}},
        {"message": {"toRecipients": [{"emailAddress": "maya@client.example"}]}},
        {"message": {"body": {"contentType": "markdown", "content": "x"}}},
        {"saveToSentItems": True},
        [],
    ],
)
def test_the_referee_refuses_a_wrong_request(
    recorder: Recorder, microsoft: Sandbox, body: Any
) -> None:
    answer = _post(recorder, microsoft, json=body)
    with pytest.raises(InvalidRequestBody):
        judge(answer, f"{recorder.upstream}/v1.0")


def test_the_referee_refuses_a_wrong_answer(recorder: Recorder, microsoft: Sandbox) -> None:
    answer = _post(recorder, microsoft, data=b"no base64", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 400
    judge(answer, f"{recorder.upstream}/v1.0")
    answer._content = b'{"error": {"message": "no code"}}'
    with pytest.raises(InvalidData):
        judge(answer, f"{recorder.upstream}/v1.0")


@pytest.mark.parametrize(
    ("mime", "why"),
    [
        (b"From: a@b.example\r\n\r\nx", "to is there 0 times"),
        (b"From: a@b.example\nTo: c@d.example\n\nx", "CRLF"),
        (b"Subject: " + b"x" * 1000 + b"\r\n\r\nx", "998"),
        ("Subject: é\r\n\r\nx".encode(), "ASCII"),
    ],
)
def test_the_referee_of_mails_refuses_a_faulty_one(
    recorder: Recorder, microsoft: Sandbox, mime: bytes, why: str
) -> None:
    headers = {"Content-Type": "text/plain"}
    answer = _post(recorder, microsoft, data=base64.b64encode(mime), headers=headers)
    with pytest.raises(letters.Faulty, match=why):
        letters.read(answer)


def test_the_recorder_changes_nothing(recorder: Recorder, microsoft: Sandbox) -> None:
    token = microsoft.graph_token(ANN, "Mail.Send", "Mail.Read")
    headers = {"Authorization": f"Bearer {token}"}
    query = {"$top": "1", "$select": "subject"}
    bodies = [
        requests.get(f"{base}/me/messages", headers=headers, params=query, timeout=10).json()
        for base in (recorder.url, f"{microsoft.url}/v1.0")
    ]
    assert bodies[0]["value"] == bodies[1]["value"]
    seen = recorder.answers[0].request
    assert seen.headers["Authorization"] == headers["Authorization"]
    assert seen.path_url == "/v1.0/me/messages?%24top=1&%24select=subject"


def test_a_mail_that_passed_the_recorder_arrives(recorded: House, recorder: Recorder) -> None:
    draft = recorded.pane().draft()
    draft.subject = f"Recorded {draft.id}"
    draft.sign()
    assert draft.send().status_code == 202
    recorded.work()
    assert eventually(lambda: recorded.sandbox.inbox(MAYA, draft.subject))
    assert len(recorder.to(AS_PERSON)) == 1


def _post(recorder: Recorder, microsoft: Sandbox, **more: Any) -> requests.Response:
    """A sendMail of Ann's through the recorder; what was recorded of it."""
    token = microsoft.graph_token(ANN, "Mail.Send")
    headers = {"Authorization": f"Bearer {token}"} | more.pop("headers", {})
    requests.post(f"{recorder.url}/me/sendMail", headers=headers, timeout=10, **more)
    return recorder.answers[-1]
