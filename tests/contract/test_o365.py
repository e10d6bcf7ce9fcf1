"""A client that is not ours, the PyPI package `O365`, finds its way about the sandbox.

It is built for Microsoft's Graph and was told nothing but another address. What it is answered
passes the recorder and is judged by Microsoft's description; what it asks is not, for it writes
"HTML" where the description has "html", and the service takes both.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from O365 import Account, MSGraphProtocol
from O365.utils.token import MemoryTokenBackend
from requests import HTTPError

from tests.contract.recorder import Recorder
from tests.house import House
from tests.sandbox.referee import judge
from tests.sandbox.running import CLIENT, GRAPH, SECRET, Sandbox, eventually

ANN, MAYA = "ann@hart.example", "maya@client.example"


class Here(MSGraphProtocol):  # type: ignore[misc]  # O365 has no types
    """Graph, at another address."""

    def __init__(self, url: str) -> None:
        type(self)._protocol_url = url
        super().__init__()


@pytest.fixture
def ann(recorder: Recorder, microsoft: Sandbox) -> Iterator[Account]:
    """Ann's account; she signed in by our own means, for O365 opens a page at Microsoft's."""
    tokens = MemoryTokenBackend()
    app = microsoft.app(token_cache=tokens)
    scopes = [f"{GRAPH}/{name}" for name in ("User.Read", "Mail.Send", "Mail.Read")]
    microsoft.sign_in(ANN, scopes, app=app)
    account = Account(
        (CLIENT, SECRET),
        protocol=Here(recorder.url.removesuffix("v1.0")),
        token_backend=tokens,
        requests_delay=0,
        request_retries=0,
        timeout=10,
    )
    account.con._msal_client = app
    yield account
    if account.con.session is not None:
        account.con.session.close()


def judge_all(recorder: Recorder) -> None:
    for answer in recorder.answers:
        judge(answer, f"{recorder.upstream}/v1.0", request_too=False)


def send(account: Account, subject: str, words: str = "<p>by O365</p>") -> None:
    message = account.new_message()
    message.to.add(MAYA)
    message.subject, message.body = subject, words
    assert message.send()


def found(account: Account, subject: str) -> Any:
    """The message with a subject in Sent Items, as O365 gives it, when it is there."""
    folder = account.mailbox().sent_folder()
    query = account.mailbox().new_query().equals("subject", subject)
    return eventually(lambda: next(iter(folder.get_messages(limit=5, query=query)), None))


def test_it_sends_a_mail_that_arrives(ann: Account, recorder: Recorder, microsoft: Sandbox) -> None:
    assert ann.is_authenticated
    send(ann, "sent by O365")
    arrived = eventually(lambda: microsoft.inbox(MAYA, "sent by O365"))
    assert "by O365" in arrived["html"]
    judge_all(recorder)


def test_it_lists_folders_and_pages_through_mails(ann: Account, recorder: Recorder) -> None:
    for number in range(3):
        send(ann, f"a page of O365 {number}")
    found(ann, "a page of O365 2")
    assert {"Inbox", "Sent Items"} <= {folder.name for folder in ann.mailbox().get_folders()}
    listed = ann.mailbox().sent_folder().get_messages(limit=3, batch=1)
    assert len({message.object_id for message in listed}) == 3
    judge_all(recorder)


def test_it_reads_a_mail_by_its_id(ann: Account, recorder: Recorder) -> None:
    send(ann, "read by O365", "<p>Café &amp; croissants</p>")
    one = ann.mailbox().get_message(found(ann, "read by O365").object_id)
    assert one.get_body_text() == "Café & croissants"
    assert one.sender.address == ANN
    assert [person.address for person in one.to] == [MAYA]
    judge_all(recorder)


def test_it_finds_what_letterlock_sent_and_nothing_confidential_in_it(
    ann: Account, recorder: Recorder, recorded: House
) -> None:
    draft = recorded.pane().draft(text="Not for Outlook")
    draft.subject = f"For O365 {draft.id}"
    draft.sign()
    assert draft.send().status_code == 202
    recorded.work()
    listed = found(ann, draft.subject)
    notice = ann.mailbox().get_message(listed.object_id)
    assert f"/m/{draft.id}" in notice.body
    assert "Not for Outlook" not in notice.body
    assert [person.address for person in notice.to] == [MAYA]
    mime = notice.get_mime_content().decode()
    assert re.search(r"(?im)^x-letterlock-delivery: \S+", mime)
    judge_all(recorder)


def test_it_renews_its_token_by_itself(ann: Account) -> None:
    before = ann.con.token_backend.get_access_token()["secret"]
    for kept in ann.con.token_backend._cache["AccessToken"].values():
        kept["expires_on"] = "1"
    assert ann.con.refresh_token()
    assert ann.con.token_backend.get_access_token()["secret"] != before
    assert ann.mailbox().inbox_folder().get_messages(limit=1) is not None


def test_it_understands_a_refusal(ann: Account, microsoft: Sandbox, recorder: Recorder) -> None:
    microsoft.faults(graph={"status": 403, "times": 1})
    with pytest.raises(HTTPError, match="A fault set in the sandbox") as refusal:
        next(iter(ann.mailbox().get_messages(limit=1)))
    assert refusal.value.response.status_code == 403
    judge_all(recorder)
