"""People to choose from while one types; an ordinary mail that is sealed into the record."""

import base64
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.e2e.canary import new_word
from tests.e2e.pair import Pair
from tests.e2e.panes import PDF, expect_text, sheets
from tests.e2e.people import ANN, BEN, MAYA, Profile, mail, new_subject, open_pane, pane_of
from tests.e2e.test_pane_looks import looking
from tests.e2e.test_take_over import folder, tenant
from tests.sandbox.running import eventually

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
LOOK = "Look in my contacts"
FILE = {"id": "f1", "name": "Accounts.pdf", "type": "application/pdf", "content": base64.b64encode(PDF).decode()}  # fmt: skip
LINK = {"id": "f2", "name": "Plans.docx", "type": "text/uri-list", "content": base64.b64encode(b"https://files.example/plans").decode()}  # fmt: skip
STEPS_OUT = ("</blockquote>", "</blockquote></blockquote>", "<svg></blockquote>", "<noscript></blockquote>")  # fmt: skip
WRAPPER = {"id": "f3", "name": "smime.p7m", "type": "application/pkcs7-mime", "content": "AAAA"}


@pytest.fixture(autouse=True)
def granted(pair: Pair) -> Iterator[None]:
    """What a story withdraws or breaks is mended after it."""
    yield
    tenant(pair, consented=None, held=None)
    pair.sandbox.faults(graph=None)


def come(pair: Pair, subject: str, text: str, *files: Any, sender: str = MAYA) -> None:
    """An ordinary mail comes to Ann."""
    url = f"{pair.sandbox.url}/outlook/api/drafts"
    body = {"to": ANN, "cc": "", "bcc": "", "subject": subject, "body": f"<p>{text}</p>", "text": text, "attachments": files}  # fmt: skip
    made = requests.post(url, params={"as": sender}, json=body, timeout=10).json()["id"]
    assert requests.post(f"{url}/{made}/send", params={"as": sender}, timeout=10).ok
    eventually(lambda: pair.sandbox.inbox(ANN, subject))


def options(pane: FrameLocator) -> Locator:
    """Who is found under To."""
    return pane.get_by_role("listbox", name="Found").get_by_role("option")


def typed(pane: FrameLocator, letters: str) -> Locator:
    """Type into To, letter by letter."""
    field = pane.get_by_role("combobox", name="To")
    field.fill("")
    field.press_sequentially(letters)
    return field


def begin(outlook: Page, subject: str) -> FrameLocator:
    """Open the mail, the pane beside it, and the form."""
    mail(outlook, subject).click()
    outlook.get_by_role("button", name="Letterlock").click()
    pane = pane_of(outlook)
    pane.get_by_role("button", name="Seal into the record").click()
    return pane


def test_contacts_are_opened_by_a_press_and_two_of_one_name_are_told_apart(
    profile: Profiles,
) -> None:
    ann = profile(viewport={"width": 1280, "height": 1000})
    outlook = ann.outlook(ANN)
    asked: list[str] = []
    outlook.context.on("request", lambda one: asked.append(one.url))
    # Whom she has written to in other stories is no part of this one.
    outlook.route("**/api/v1/people", lambda route: route.fulfill(json={"people": []}))
    pane = open_pane(outlook)
    field = typed(pane, "ma")
    expect(options(pane)).to_have_text([re.compile(LOOK)])
    field.press("ArrowDown")
    with ann.refusal(400):  # interaction_required, to the window's own broker
        field.press("Enter")
        outlook.get_by_role("button", name="Cancel").click()
        expect(pane.get_by_text("Your contacts stay closed")).to_be_visible()
    assert not [url for url in asked if "/me/people" in url]
    typed(pane, "ma").press("ArrowDown")
    with looking(outlook, "**/pane/compose") as looks, ann.refusal(400):
        field.press("Enter")
        outlook.get_by_role("button", name="Accept").click()
        expect(options(pane)).to_have_count(2)
        expect(options(pane).nth(1)).to_contain_text("Same name as maya@client.example")
        looks.look("two of one name")
    field.press("ArrowDown")
    field.press("ArrowDown")
    field.press("Enter")
    chip = pane.get_by_role("list", name="In To").get_by_role("listitem")
    expect(chip).to_contain_text("maya.okafor@post.example")
    expect(chip).to_contain_text("Protected")


def test_the_field_works_where_contacts_do_not(pair: Pair, profile: Profiles) -> None:
    ben = profile()
    outlook = ben.outlook(BEN)
    pane = open_pane(outlook)
    typed(pane, "ma")
    with ben.refusal(400):
        options(pane).last.click()
        outlook.get_by_role("button", name="Accept").click()
        expect(options(pane)).to_have_count(2)
    pair.sandbox.faults(graph={"status": 429, "retry_after": 60, "path": "people"})
    with ben.refusal(429):
        typed(pane, "iris")
        expect(pane.get_by_text("Microsoft 365 asks us to wait a moment")).to_be_visible()
    typed(pane, "iris@post.example").press("Enter")
    expect(pane.get_by_role("list", name="In To")).to_contain_text("iris@post.example")


def test_a_mail_is_sealed_once_and_its_copy_goes_to_deleted_items(
    pair: Pair, profile: Profiles
) -> None:
    subject, word = new_subject("About the kiln"), new_word()
    forged = "".join(f"{way}<p>Sealed by Mallory {n}</p>" for n, way in enumerate(STEPS_OUT))
    come(pair, subject, f"Dear Ann, {word}{forged}", FILE)
    outlook = profile().outlook(ANN)
    pane = begin(outlook, subject)
    expect(pane.get_by_role("list", name="What is sealed")).to_contain_text("Accounts.pdf")
    expect(pane.get_by_role("list", name="For whom")).to_contain_text("you")
    pane.get_by_role("checkbox", name="Move Outlook's copy to Deleted Items").check()
    pane.get_by_role("textbox", name="Subject of the notice").fill(f"Sealed: {subject}")
    pane.get_by_role("button", name="Seal it").click()
    expect(pane.get_by_text("Outlook's copy is in Deleted Items now.")).to_be_visible()
    assert subject in [one["subject"] for one in folder(pair, "deleteditems")]
    pane.get_by_role("button", name="Open it").click()
    expect_text(sheets(pane).first, "Nobody checked who wrote it.")
    expect_text(sheets(pane).first, word)
    frame = sheets(pane).first.frame_locator("iframe")
    for n in (0, 1):
        expect(frame.locator("blockquote").get_by_text(f"Sealed by Mallory {n}")).to_be_visible()
    outside = "xpath=//*[contains(text(), 'Sealed by')][not(ancestor::blockquote)]"
    expect(frame.locator(outside)).to_have_count(1)  # the sealer's own
    expect_text(sheets(pane).first, f"From: Maya Okafor <{MAYA}>")
    expect(sheets(pane).first).to_contain_text("Accounts.pdf")
    expect(pane.get_by_role("button", name="Reply", exact=True)).to_be_hidden()
    eventually(lambda: pair.sandbox.inbox(ANN, f"Sealed: {subject}"))
    assert pair.sandbox.inbox(MAYA, f"Sealed: {subject}") is None
    outlook.get_by_role("button", name="Deleted Items").click()
    begin(outlook, subject)
    pane.get_by_role("checkbox", name="Move Outlook's copy to Deleted Items").check()
    pane.get_by_role("button", name="Seal it").click()
    expect(pane.get_by_text("It is not sealed a second time")).to_be_visible()
    expect(pane.get_by_text("Outlook's copy was not moved")).to_be_visible()
    if pair.data.exists():
        kept = [one for one in pair.data.rglob("*") if one.is_file() and "sandbox" not in one.parts]
        assert kept
        assert not [one for one in kept if word.encode() in one.read_bytes()]


def test_what_cannot_be_sealed_is_named_and_then_outlooks_copy_stays(
    pair: Pair, profile: Profiles
) -> None:
    subject = new_subject("With a link")
    come(pair, subject, "The plans are in the cloud.", FILE, LINK)
    outlook = profile().outlook(ANN)
    pane = begin(outlook, subject)
    expect(pane.get_by_text("“Plans.docx” is a link to a file in the cloud")).to_be_visible()
    expect(pane.get_by_role("checkbox", name=re.compile("Deleted Items"))).to_have_count(0)
    pane.get_by_role("textbox", name=re.compile("by address|Colleagues")).fill("ben@hart.example")
    with looking(outlook, "**/pane/read") as looks:
        looks.look("a mail for the record")
    pane.get_by_role("button", name="Seal it without that").click()
    expect(pane.get_by_text("Sealed into the record.")).to_be_visible()
    pane.get_by_role("button", name="Open it").click()
    expect_text(sheets(pane).first, "Not sealed with it: Plans.docx")


def test_a_protected_mail_and_a_client_are_refused_each_with_its_sentence(
    pair: Pair, profile: Profiles
) -> None:
    wrapped, plain = new_subject("Wrapped"), new_subject("Plain")
    come(pair, wrapped, "", WRAPPER)
    come(pair, plain, "For the file.")
    person = profile()
    outlook = person.outlook(ANN)
    pane = begin(outlook, wrapped)
    expect(pane.get_by_text("This mail is encrypted (S/MIME)")).to_be_visible()
    mail(outlook, plain).click()
    pane.get_by_role("button", name="Seal into the record").click()
    pane.get_by_role("textbox", name=re.compile("by address|Colleagues")).fill(MAYA)
    with person.refusal(403):
        pane.get_by_role("button", name="Seal it").click()
        expect(pane.get_by_text("read by people of the firm only")).to_be_visible()


@pytest.mark.wide
def test_under_a_hold_and_on_a_telephone_the_copy_stays(pair: Pair, profile: Profiles) -> None:
    subject = new_subject("Stays")
    come(pair, subject, "For the file.", FILE)
    ann = profile()

    def held(route: Any) -> None:
        answer = route.fetch()
        body = answer.json()
        person = body["person"] | {"mailbox_held": True}
        route.fulfill(response=answer, json=body | {"person": person})

    ann.context.route(re.compile("/api/v1/me$"), held)
    pane = begin(ann.outlook(ANN), subject)
    expect(pane.get_by_text("keeps your mailbox under a legal hold")).to_be_visible()
    expect(pane.get_by_role("checkbox", name=re.compile("Deleted Items"))).to_have_count(0)
    telephone = profile().context.new_page()
    telephone.goto(f"{pair.sandbox.url}/outlook?as={ANN}&host=mobile")
    pane = begin(telephone, subject)
    expect(pane.get_by_text("This Outlook does not hand over files")).to_be_visible()
    with looking(telephone, "**/pane/read") as looks:
        looks.look("a mail on a telephone")
        pane.get_by_role("button", name="Seal it without that").click()
        expect(pane.get_by_text("Sealed into the record.")).to_be_visible()
        looks.look("a mail that was sealed")
    web = begin(profile().outlook(ANN), subject)
    web.get_by_role("button", name="Seal it").click()
    expect(web.get_by_text("Sealed into the record.")).to_be_visible()  # whole, once more
