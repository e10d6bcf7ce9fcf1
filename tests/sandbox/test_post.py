"""Mails given as MIME: hidden copies, and what a conversation goes by."""

import base64
import re
import secrets

from playwright.sync_api import expect

from tests.browser import chromium
from tests.sandbox.running import Sandbox, eventually

ANN, PORTAL = "ann@hart.example", "portal@hart.example"
MAYA, TOM = "maya@client.example", "tom@client.example"


def send_mime(sandbox: Sandbox, *lines: str) -> None:
    mime = "\n".join((*lines, "MIME-Version: 1.0", "Content-Type: text/plain", "", "Good day"))
    answer = sandbox.graph(
        "POST", f"/users/{PORTAL}/sendMail", sandbox.app_token(),
        data=base64.b64encode(mime.encode()), headers={"Content-Type": "text/plain"},
    )  # fmt: skip
    assert answer.status_code == 202


def in_inbox(sandbox: Sandbox, address: str, subject: str) -> dict[str, str]:
    return eventually(lambda: sandbox.inbox(address, subject))


def test_a_hidden_copy_of_a_mime_mail_arrives_and_nobody_else_sees_it(sandbox: Sandbox) -> None:
    subject = f"hidden {secrets.token_hex(3)}"
    send_mime(sandbox, f"To: {MAYA}", f"Bcc: {TOM}", f"Subject: {subject}")
    for reader in (MAYA, TOM):
        mail = in_inbox(sandbox, reader, subject)
        assert mail["bcc"] == []
        assert TOM not in str(mail)
    own = eventually(lambda: sandbox.message(PORTAL, "sentitems", subject))
    assert [one["address"] for one in own["bcc"]] == [TOM]


def test_message_id_and_what_it_answers_are_kept_as_given(sandbox: Sandbox) -> None:
    subject = f"ids {secrets.token_hex(3)}"
    own, earlier = f"<{secrets.token_hex(8)}@hart.example>", "<earlier@hart.example>"
    answers = (f"In-Reply-To: {earlier}", f"References: <first@hart.example> {earlier}")
    send_mime(sandbox, f"To: {MAYA}", f"Subject: {subject}", f"Message-ID: {own}", *answers)
    mail = in_inbox(sandbox, MAYA, subject)
    assert mail["internet_message_id"] == own
    headers = {name.lower(): value for name, value in mail["headers"]}
    assert headers["in-reply-to"] == earlier
    assert headers["references"] == f"<first@hart.example> {earlier}"


def test_an_answer_joins_the_conversation_it_names_whatever_its_subject(sandbox: Sandbox) -> None:
    mark = secrets.token_hex(3)
    first = f"<{mark}@hart.example>"
    send_mime(sandbox, f"To: {ANN}", f"Subject: first {mark}", f"Message-ID: {first}")
    talk = in_inbox(sandbox, ANN, f"first {mark}")["conversation_id"]
    answer, gone = f"References: {first} <gone@hart.example>", "References: <gone@hart.example>"
    send_mime(sandbox, f"To: {ANN}", f"Subject: other {mark}", answer)
    send_mime(sandbox, f"To: {ANN}", f"Subject: stranger {mark}", gone)
    assert in_inbox(sandbox, ANN, f"other {mark}")["conversation_id"] == talk
    assert in_inbox(sandbox, ANN, f"stranger {mark}")["conversation_id"] != talk


def test_the_window_shows_a_conversation_together(sandbox: Sandbox) -> None:
    mark = secrets.token_hex(3)
    first = f"<{mark}@hart.example>"
    send_mime(sandbox, f"To: {TOM}", f"Subject: talk {mark}", f"Message-ID: {first}")
    in_inbox(sandbox, TOM, f"talk {mark}")
    send_mime(sandbox, f"To: {TOM}", f"Subject: between {mark}")
    in_inbox(sandbox, TOM, f"between {mark}")
    send_mime(sandbox, f"To: {TOM}", f"Subject: answer {mark}", f"In-Reply-To: {first}")
    in_inbox(sandbox, TOM, f"answer {mark}")
    with chromium() as browser:
        page = browser.new_page()
        page.goto(f"{sandbox.url}/outlook?as={TOM}")
        lines = page.get_by_role("button", name=re.compile(mark))
        expect(lines).to_have_count(3)
        expect(lines.nth(0)).to_contain_text(f"answer {mark}")
        expect(lines.nth(1)).to_contain_text(f"talk {mark}")
        expect(lines.nth(1)).to_contain_text("One of 2 in a conversation")
        expect(lines.nth(2)).not_to_contain_text("conversation")


def test_reply_to_is_told_to_the_reader(sandbox: Sandbox) -> None:
    subject = f"reply-to {secrets.token_hex(3)}"
    send_mime(sandbox, f"To: {ANN}", f"Subject: {subject}", f"Reply-To: {MAYA}")
    mail = in_inbox(sandbox, ANN, subject)
    assert ["Reply-To", MAYA] in mail["headers"]
