"""What Ann does in her pane beyond writing: files, hidden copies, kept letters, letters read there."""

import re
from typing import Any

from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.e2e.people import mail, pane_of

NOTES = {"name": "Notes.txt", "mimeType": "text/plain", "buffer": b"The loan was 2,000.\n" * 20}
PDF = b"%PDF-1.7\n1 0 obj\n<</Type /Catalog>>\nendobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"
ACCOUNTS = {"name": "Accounts 2026.pdf", "mimeType": "application/pdf", "buffer": PDF}
EMPTY = {"name": "Empty.txt", "mimeType": "text/plain", "buffer": b""}
PROGRAM = {
    "name": "Letter.pdf",
    "mimeType": "application/pdf",
    "buffer": b"MZ\x90\x00" + bytes(200),
}
COLON = {"name": "Year: 2026.txt", "mimeType": "text/plain", "buffer": b"Figures"}


def add_files(pane: FrameLocator, *files: Any) -> None:
    """Choose files by the button's own dialog."""
    expect(pane.get_by_role("button", name="Add files")).to_be_enabled()
    pane.locator("input[type=file]").set_input_files(list(files))


def rows(pane: FrameLocator) -> Locator:
    """The lines of the letter's files."""
    return pane.get_by_role("list", name="Files", exact=True).get_by_role("listitem")


def hide_from_others(pane: FrameLocator, address: str) -> None:
    """Give somebody a hidden copy."""
    expect(pane.get_by_role("button", name="Send securely")).to_be_enabled()
    ask = pane.get_by_role("button", name="Bcc: add a hidden copy")
    if ask.is_visible():
        ask.click()
    field = pane.get_by_label("Bcc", exact=True)  # a combobox from the second letter on
    field.fill(address)
    field.press("Enter")
    expect(pane.get_by_role("list", name="In Bcc")).to_contain_text(address)


def expect_kept(pane: FrameLocator) -> None:
    """Wait until what stands in the pane is kept."""
    expect(pane.get_by_text(re.compile(r"^Saved \d\d:\d\d, sealed to you\.$"))).to_be_visible()
    expect(
        pane.get_by_text("Kept sealed to you; the firm's server holds your key.")
    ).to_be_visible()


def kept(pane: FrameLocator) -> Locator:
    """The letters that wait in the pane."""
    return pane.get_by_role("list", name=re.compile("^Kept, not sent")).get_by_role("listitem")


def read_in_pane(outlook: Page, folder: str, subject: str | re.Pattern[str]) -> FrameLocator:
    """Open a notice in Outlook, and the pane beside it."""
    outlook.get_by_role("button", name=re.compile(f"^{folder}")).click()
    mail(outlook, subject).click()
    outlook.get_by_role("article").wait_for()
    if outlook.locator('iframe[title="Letterlock"]').count() == 0:
        outlook.get_by_role("button", name="Letterlock").click()
    return pane_of(outlook)


def sheets(pane: FrameLocator) -> Locator:
    """The letters of the thread in the pane, oldest first."""
    return pane.get_by_role("group", name=re.compile("^Letter from "))


def expect_text(sheet: Locator, text: str) -> None:
    """Wait for the text of a letter that is open in the pane."""
    expect(sheet.frame_locator("iframe").locator("body")).to_contain_text(text)


def put(outlook: Page, field: str, text: str) -> None:
    """Type into a field of Outlook's own, and leave it."""
    box = outlook.get_by_role("textbox", name=field, exact=True)
    box.fill(text)
    box.blur()
