"""What the people of the demo do in their browsers, found by roles and names only."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    FrameLocator,
    Locator,
    Page,
    Response,
    expect,
)

from tests.e2e.pair import Pair
from tests.sandbox.running import Unchanged, eventually

ANN, BEN = "ann@hart.example", "ben@hart.example"
MAYA, TOM = "maya@client.example", "tom@client.example"
PATIENCE_MS = 30_000
CODE = re.compile(r"Code ([A-Z2-9]{4}-[A-Z2-9]{4})")
# The report names what a policy refused; as a console line it reaches `complaints`.
TELL_OF_POLICIES = """
document.addEventListener('securitypolicyviolation', (refused) => {
    console.error(`policy: ${refused.violatedDirective} ${refused.blockedURI}`)
})
"""


def new_subject(words: str = "Your year-end") -> str:
    """A subject that no other letter has."""
    return f"{words} {secrets.token_hex(3)}"


@dataclass
class Profile:
    """One person's browser: cookies of its own, and every complaint that a page of it logs."""

    context: BrowserContext
    pair: Pair
    complaints: list[str] = field(default_factory=list)
    _refusals: set[int] = field(default_factory=set)

    @classmethod
    def open(cls, browser: Browser, pair: Pair, **options: Any) -> "Profile":
        """A fresh profile; options are Playwright's for a context."""
        options = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"} | options
        context = browser.new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(TELL_OF_POLICIES)
        made = cls(context, pair)
        context.on("console", made._listen)
        context.on("weberror", lambda error: made.complaints.append(str(error.error)))
        return made

    @contextmanager
    def refusal(self, status: int) -> Iterator[None]:
        """Within, an answer with this status is meant; browsers log it as an error."""
        self._refusals.add(status)
        yield
        self._refusals.discard(status)

    def close(self) -> None:
        """End it, pages and all."""
        self.context.close()

    def outlook(self, address: str) -> Page:
        """The mail of a person, in a tab of its own."""
        page = self.context.new_page()
        page.goto(f"{self.pair.sandbox.url}/outlook?as={address}")
        expect(page.get_by_role("button", name=re.compile("^Inbox"))).to_be_visible()
        return page

    def link(self, message_id: str) -> Page:
        """The reader's page, by its address."""
        page = self.context.new_page()
        page.goto(f"{self.pair.url}/m/{message_id}")
        return page

    def _listen(self, line: ConsoleMessage) -> None:
        refused = re.search(r"status of (\d{3})", line.text)
        if line.type != "error" or (refused and int(refused[1]) in self._refusals):
            return
        self.complaints.append(f"{line.text} ({line.location['url']})")


def open_pane(outlook: Page) -> FrameLocator:
    """Begin a mail in the Outlook window, and the pane beside it."""
    outlook.get_by_role("button", name="New message").click()
    outlook.get_by_role("button", name="Letterlock").click()
    return pane_of(outlook)


def pane_of(outlook: Page) -> FrameLocator:
    """The pane that is open."""
    return outlook.frame_locator('iframe[title="Letterlock"]')


def write(pane: FrameLocator, *, to: tuple[str, ...], subject: str, text: str) -> None:
    """Fill in a letter."""
    field_to = pane.get_by_role("combobox", name="To")
    for address in to:
        field_to.fill(address)
        field_to.press("Enter")
    pane.get_by_role("textbox", name="Subject").fill(subject)
    pane.get_by_role("textbox", name="Message").fill(text)


def press_send(pane: FrameLocator) -> None:
    """Press "Send securely"."""
    pane.get_by_role("button", name="Send securely").click()


def expect_sent(pane: FrameLocator) -> None:
    """Wait for the pane to say so."""
    expect(pane.get_by_role("status")).to_contain_text("Sent", timeout=PATIENCE_MS)


def send(profile: Profile, to: tuple[str, ...], text: str, subject: str = "") -> str:
    """Ann writes and sends. Returns the letter's id, as its notice names it."""
    subject = subject or new_subject()
    outlook = profile.outlook(ANN)
    pane = open_pane(outlook)
    write(pane, to=to, subject=subject, text=text)
    press_send(pane)
    expect_sent(pane)
    outlook.close()
    return letter_id(profile.pair, to[0], subject)


def letter_id(pair: Pair, reader: str, subject: str) -> str:
    """The id in the link of the notice that a reader got."""
    notice = eventually(lambda: pair.sandbox.inbox(reader, subject))
    found = re.search(rf"{re.escape(pair.url)}/m/([\w-]{{22}})", notice["html"])
    assert found is not None
    return found[1]


def mail(outlook: Page, subject: str | re.Pattern[str]) -> Locator:
    """The line of the newest mail with this subject."""
    return outlook.get_by_role("button", name=subject).first


def mail_text(outlook: Page) -> Locator:
    """What the open mail says."""
    return outlook.frame_locator('iframe[title="Message body"]').locator("body")


def follow_notice(profile: Profile, outlook: Page, subject: str) -> Page:
    """Open the notice and press its one button."""
    mail(outlook, subject).click()
    frame = outlook.frame_locator('iframe[title="Message body"]')
    with profile.context.expect_page() as opened:
        frame.get_by_role("link", name=re.compile("^Read it at")).click()
    return opened.value


def codes(pair: Pair, address: str) -> set[str]:
    """All codes in a person's Inbox."""
    url, query = f"{pair.sandbox.url}/outlook/api/mailbox", {"as": address, "folder": "inbox"}
    listed = requests.get(url, params=query, timeout=10).json()["messages"]
    return {found[1] for one in listed if (found := CODE.match(one["subject"]))}


def ask_code(page: Page, pair: Pair, address: str) -> str:
    """Press "Email me a code", and take the new one from the person's Inbox."""
    before = codes(pair, address)
    with page.expect_response(re.compile("/codes$")) as answer:
        page.get_by_role("button", name="Email me a code").click()
    assert answer.value.status == 202
    try:
        return eventually(lambda: next(iter(codes(pair, address) - before), None), within=20)
    except Unchanged as error:
        words = f"no code came to {address}: see conftest.py for how many an hour has"
        raise AssertionError(words) from error


def enter_code(page: Page, code: str) -> None:
    """Type a code and press "Open message"."""
    page.get_by_role("textbox", name="Code").fill(code)
    page.get_by_role("button", name="Open message").click()


def try_code(page: Page, code: str) -> Response:
    """Type a code that is to be refused; the answer."""
    with page.expect_response(re.compile("/sessions$")) as answer:
        enter_code(page, code)
    return answer.value


def letter_text(page: Page) -> Locator:
    """The text in the frame titled "Message"."""
    return page.frame_locator('iframe[title="Message"]').locator("body")


def sign_in(profile: Profile, address: str, letter: str) -> Page:
    """Open a letter with a code, by its link; the address is typed."""
    page = profile.link(letter)
    page.get_by_role("radio", name="Another address").check()
    page.get_by_role("textbox", name="Your address").fill(address)
    enter_code(page, ask_code(page, profile.pair, address))
    sheets(page).first.wait_for(timeout=PATIENCE_MS)
    return page


def open_known(profile: Profile, letter: str) -> Page:
    """Open another letter in a browser that is signed in."""
    page = profile.link(letter)
    press_open(page)
    return page


def press_open(page: Page) -> None:
    """Press "Open message" where the browser is known, and wait for the letter."""
    page.get_by_role("button", name="Open message").click()
    page.get_by_role("button", name="Close the letter").wait_for(timeout=PATIENCE_MS)


def sheets(page: Page) -> Locator:
    """The letters of the thread, folded or open, oldest first."""
    return page.get_by_role("group", name=re.compile("^Letter from "))


def sheet_text(sheet: Locator) -> Locator:
    """The text of one opened letter of a thread."""
    return sheet.frame_locator("iframe").locator("body")


def unfold(sheet: Locator) -> None:
    """Open a letter of the thread that is folded."""
    sheet.get_by_role("heading").get_by_role("button").click()


def expect_open(page: Page, text: str) -> None:
    """Wait until the letter's text is there to read."""
    frame = page.frame_locator('iframe[title="Message"]')
    expect(frame.get_by_text(text)).to_be_visible(timeout=PATIENCE_MS)


def expect_closed(page: Page, text: str) -> None:
    """Nothing of the letter is on the page, and no frame is there that could hold it."""
    expect(page.locator("iframe")).to_have_count(0)
    assert text not in page.content()


def expect_said(page: Page, text: str) -> None:
    """Wait until the page shows a sentence; it reads each out once more, unseen and further up."""
    expect(page.get_by_text(text).last).to_be_visible()
