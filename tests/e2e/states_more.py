"""The states of people who are looked for, tables, pictures, and of a mail that is sealed into the record."""

import base64
import re
from typing import Any

import requests
from playwright.sync_api import Page, expect

from tests.e2e.panes import PDF
from tests.e2e.people import ANN, MAYA, Profile, mail, new_subject, open_pane
from tests.e2e.stage import Stage, Table, problem
from tests.e2e.states_compose import LONG, SAID
from tests.sandbox.running import eventually

MORE = Table()
FILING = Table()
WHOLE, LINKED, WRAPPED = (new_subject(f"Looks, {one}") for one in ("whole", "linked", "wrapped"))
FILE = {"id": "f1", "name": f"{LONG}.pdf", "type": "application/pdf", "content": base64.b64encode(PDF).decode()}  # fmt: skip
LINK = {"id": "f2", "name": f"{LONG}.docx", "type": "text/uri-list", "content": base64.b64encode(b"https://files.example/plans").decode()}  # fmt: skip
WRAPPER = {"id": "f3", "name": "smime.p7m", "type": "application/pkcs7-mime", "content": "AAAA"}
PEOPLE = [
    {
        "address": f"maya.{n}@{'post' if n == 1 else 'client'}.example",
        "name": f"Maya {LONG}",
        "colleague": n == 0,
    }
    for n in range(8)
]
PICTURE = """
(field) => {
    const canvas = Object.assign(document.createElement('canvas'), {width: 60, height: 40})
    canvas.getContext('2d').fillRect(0, 0, 60, 40)
    const bytes = Uint8Array.from(atob(canvas.toDataURL('image/png').split(',')[1]), (one) => one.charCodeAt(0))
    const clipboardData = new DataTransfer()
    clipboardData.items.add(new File([bytes], 'Plan.png', {type: 'image/png'}))
    field.dispatchEvent(new ClipboardEvent('paste', {clipboardData, bubbles: true, cancelable: true, composed: true}))
}
"""


def start(profile: Profile) -> Page:
    """Ordinary mails in Ann's Inbox, whole, with a link for a file, and wrapped."""
    come(profile, WHOLE, FILE)
    come(profile, LINKED, FILE, LINK)
    come(profile, WRAPPED, WRAPPER)
    return profile.outlook(ANN)


def come(profile: Profile, subject: str, *files: Any) -> None:
    """An ordinary mail comes to Ann."""
    sandbox = profile.pair.sandbox
    url, who = f"{sandbox.url}/outlook/api/drafts", {"as": MAYA}
    body = {"to": ANN, "cc": "", "bcc": "", "subject": subject, "body": "<p>For the file.</p>", "text": "For the file.", "attachments": files}  # fmt: skip
    made = requests.post(url, params=who, json=body, timeout=10).json()["id"]
    assert requests.post(f"{url}/{made}/send", params=who, timeout=10).ok
    eventually(lambda: sandbox.inbox(ANN, subject))


@MORE.state("people to choose from")
def people(stage: Stage) -> None:
    stage.answer("**/api/v1/people", json={"people": PEOPLE})
    open_pane(stage.outlook)
    expect(stage.pane.get_by_role("button", name="Send securely")).to_be_enabled()
    field = stage.pane.get_by_role("combobox", name="To")
    field.press_sequentially("may")
    expect(stage.one("#to-found [role=option]").first).to_be_visible()
    field.press("ArrowDown")


@MORE.state("contacts that stay closed")
def contacts(stage: Stage) -> None:
    field = stage.pane.get_by_role("combobox", name="To")
    field.fill("")
    field.press_sequentially("may")
    stage.one("#to-found [role=option]").last.click()
    stage.outlook.get_by_role("button", name="Cancel").click()
    stage.says("Your contacts stay closed")


@MORE.state("a table is asked for")
def table(stage: Stage) -> None:
    stage.pane.get_by_role("textbox", name="Message").fill("Dear Maya,")
    stage.pane.get_by_role("button", name="Table", exact=True).click()
    expect(stage.pane.get_by_role("combobox", name="Columns")).to_be_visible()


@MORE.state("a table that is changed")
def changing(stage: Stage) -> None:
    stage.pane.get_by_role("combobox", name="Columns").select_option("6")
    stage.press("Put in a table")
    for n in range(6):  # an empty heading of a column is a fault of its own, which axe knows
        stage.outlook.keyboard.type(f"A-word-that-is-long-{n}")
        stage.outlook.keyboard.press("Tab")
    expect(stage.pane.get_by_role("button", name="Row below")).to_be_visible()


@MORE.state("a picture that is described")
def picture(stage: Stage) -> None:
    stage.outlook.keyboard.press("Escape")
    stage.pane.get_by_role("textbox", name="Message").evaluate(PICTURE)
    expect(stage.one("#extras .thumb")).to_be_visible()


@FILING.state("a mail that can be sealed into the record")
def offered(stage: Stage) -> None:
    _open(stage, WHOLE)
    expect(stage.one("#file-away")).to_be_visible()


@FILING.state("what is sealed, for whom, and what stays")
def form(stage: Stage) -> None:
    stage.press("Seal into the record")
    stage.pane.get_by_role("textbox", name=re.compile("by address|Colleagues")).fill(LONG)
    expect(stage.pane.get_by_role("list", name="What is sealed")).to_contain_text(LONG)


@FILING.state("an address that is none")
def no_address(stage: Stage) -> None:
    stage.press("Seal it")
    stage.says("is not a whole address")


@FILING.state("sealing into the record is refused")
def refused(stage: Stage) -> None:
    stage.pane.get_by_role("textbox", name=re.compile("by address|Colleagues")).fill("")
    stage.facts["signature"] = stage.hold("**/signature")
    stage.press("Seal it")
    stage.facts["signature"](**problem(403, "not-allowed", SAID))
    stage.says("A sentence that our server wrote")


@FILING.state("sealed into the record")
def sealed(stage: Stage) -> None:
    stage.press("Seal it")
    stage.says("Sealed into the record.")


@FILING.state("a file that is left out")
def left_out(stage: Stage) -> None:
    _open(stage, LINKED)
    stage.press("Seal into the record")
    stage.says("is a link to a file in the cloud")


@FILING.state("a mail that cannot be sealed")
def wrapped(stage: Stage) -> None:
    _open(stage, WRAPPED)
    stage.press("Seal into the record")
    stage.says("This mail is encrypted (S/MIME)")


def _open(stage: Stage, subject: str) -> None:
    """Choose a mail; the pane is beside it."""
    mail(stage.outlook, subject).click()
    if stage.outlook.locator('iframe[title="Letterlock"]').count() == 0:
        stage.press_window("Letterlock")
