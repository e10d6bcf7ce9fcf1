"""The clients that the window imitates: what each lacks is absent, and what goes wrong does."""

import pytest
import requests
from playwright.sync_api import Frame, Page, expect

from tests.sandbox.running import Sandbox, eventually
from tests.sandbox.test_window import ANN, MAYA, compose, open_addin, outlook

# By client: its set Mailbox, its platform, and which of three methods it has.
CLIENTS = {
    "web": ("1.16", "OfficeOnline", {"closeAsync", "sendAsync", "getAttachmentsAsync"}),
    "new": ("1.16", "OfficeOnline", {"closeAsync", "sendAsync", "getAttachmentsAsync"}),
    "classic": ("1.16", "PC", {"closeAsync", "sendAsync", "getAttachmentsAsync"}),
    "mac": ("1.14", "Mac", {"closeAsync", "getAttachmentsAsync"}),
    "ltsc2024": ("1.14", "PC", {"closeAsync", "getAttachmentsAsync"}),
    "ltsc2021": ("1.9", "PC", {"getAttachmentsAsync"}),
}
HAS = "names => names.filter(name => name in Office.context.mailbox.item)"


def opened(page: Page, sandbox: Sandbox, more: str) -> Frame:
    outlook(page, sandbox, ANN, more)
    compose(page)
    return open_addin(page)


@pytest.mark.parametrize("host", CLIENTS)
def test_a_client_has_what_its_sets_have_and_no_more(
    page: Page, sandbox: Sandbox, host: str
) -> None:
    version, platform, methods = CLIENTS[host]
    frame = opened(page, sandbox, f"&host={host}")
    assert frame.evaluate("version => supported('Mailbox', version)", version)
    above = f"1.{int(version.partition('.')[2]) + 1}"
    assert not frame.evaluate("version => supported('Mailbox', version)", above)
    assert frame.evaluate("Office.context.platform") == platform
    assert set(frame.evaluate(HAS, ["closeAsync", "sendAsync", "getAttachmentsAsync"])) == methods
    assert frame.evaluate("'nestedAppAuthBridge' in window") is (host != "ltsc2021")


def test_a_telephone_has_no_add_in_beside_what_is_written(page: Page, sandbox: Sandbox) -> None:
    outlook(page, sandbox, ANN, "&host=mobile")
    compose(page)
    expect(page.get_by_role("button", name="Letterlock")).to_have_count(0)


def test_classic_outlook_tells_what_stood_there_before(page: Page, sandbox: Sandbox) -> None:
    frame = opened(page, sandbox, "&host=classic")
    to = page.get_by_role("textbox", name="To", exact=True)
    to.press_sequentially(MAYA)
    assert frame.evaluate("office('to.getAsync')")["value"] == []
    eventually(lambda: frame.evaluate("office('to.getAsync')")["value"] or None)


def test_files_and_an_empty_content_that_counts_as_success(page: Page, sandbox: Sandbox) -> None:
    frame = opened(page, sandbox, "&fail=attachments.content:empty")
    added = frame.evaluate("office('addFileAttachmentFromBase64Async', 'SGk=', 'a.txt')")["value"]
    held = frame.evaluate("office('getAttachmentsAsync')")["value"]
    assert [(one["id"], one["name"], one["size"]) for one in held] == [(added, "a.txt", 2)]
    content = frame.evaluate("id => office('getAttachmentContentAsync', id)", added)
    assert (content["status"], content["value"]["content"]) == ("succeeded", "")
    eventually(lambda: sandbox.message(ANN, "drafts", ""))
    assert (
        frame.evaluate("id => office('removeAttachmentAsync', id)", added)["status"] == "succeeded"
    )
    page.get_by_role("button", name="Discard").click()


def test_a_discarded_draft_goes_to_recoverable_items(page: Page, sandbox: Sandbox) -> None:
    frame = opened(page, sandbox, "")
    frame.evaluate("office('subject.setAsync', 'discarded')")
    frame.evaluate("office('saveAsync')")
    frame.evaluate("office('closeAsync', {discardItem: true})")
    eventually(lambda: sandbox.message(ANN, "recoverableitemsdeletions", "discarded"))
    assert sandbox.message(ANN, "deleteditems", "discarded") is None


def test_graph_removes_a_message_for_good_and_lists_it_no_more(sandbox: Sandbox) -> None:
    token = sandbox.graph_token(ANN, "Mail.ReadWrite")
    weak = sandbox.graph_token(ANN, "Mail.Read")
    fields = {"to": "", "cc": "", "bcc": "", "subject": "to purge", "body": "x"}
    url = f"{sandbox.url}/outlook/api/drafts?as={ANN}"
    made = requests.post(url, json=fields, timeout=5).json()["id"]
    path = f"/me/messages/{made}/permanentDelete"
    assert sandbox.graph("POST", path, weak).status_code == 403
    assert sandbox.graph("POST", path, token).status_code == 204
    assert sandbox.message(ANN, "recoverableitemspurges", "to purge")
    listed = sandbox.graph("GET", "/me/messages?$filter=subject eq 'to purge'", token).json()
    assert listed["value"] == []
