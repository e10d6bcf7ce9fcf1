"""Reading and answering with a key of one's own: one touch, another browser, every way in, and what is forgotten."""

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.exports import export_page, make_copy
from tests.e2e.own_key import PASSWORD, Authenticator, become_self_held, enrol, key_page
from tests.e2e.pair import Pair
from tests.e2e.panes import read_in_pane
from tests.e2e.people import (
    ANN,
    MAYA,
    PATIENCE_MS,
    TOM,
    Profile,
    ask_code,
    enter_code,
    expect_closed,
    expect_open,
    expect_said,
    new_subject,
    press_open,
    sheet_text,
    sheets,
    sign_in,
    unfold,
)
from tests.e2e.test_export_offline import Reader
from tests.e2e.wire import Enclosed, post

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
ANSWER = "Thank you Ann, I have signed it."
# What this origin has stored, byte for byte: the sealed key has 112 of them.
STORED = """
async () => {
    const found = []
    for (const {name} of await indexedDB.databases()) {
        const base = await new Promise((done) => { const asked = indexedDB.open(name); asked.onsuccess = () => done(asked.result) })
        for (const store of base.objectStoreNames) {
            const asked = base.transaction(store).objectStore(store).getAll()
            const rows = await new Promise((done) => { asked.onsuccess = () => done(asked.result) })
            if (name === 'letterlock-own') found.push(...rows.map(({own}) => [own.key, own.wrapping.extractable, own.sealed.length]))
        }
        base.close()
    }
    return {own: found, local: {...localStorage}, session: {...sessionStorage}}
}
"""


def stored(page: Page) -> dict[str, Any]:
    return dict(page.evaluate(STORED))


def passkey_button(page: Page) -> Locator:
    return page.get_by_role("button", name="Open with your passkey")


def close_letter(page: Page) -> None:
    page.get_by_role("button", name="Close the letter").click()
    expect_said(page, "You have closed the letter.")


def with_code(page: Page, pair: Pair, address: str) -> None:
    """Sign in by a code at a letter whose one reader this is."""
    enter_code(page, ask_code(page, pair, address))
    expect(page.get_by_role("heading", name="Unlock your key")).to_be_visible()


def answer_and_send(page: Page) -> None:
    """Write a reply, have the page loaded anew, send it, and open it where it joined the thread."""
    page.get_by_role("button", name="Reply", exact=True).click()
    page.get_by_role("textbox", name="Your reply").fill(ANSWER)
    expect(page.get_by_text(re.compile(r"^Saved \d\d:\d\d"))).to_be_visible(timeout=PATIENCE_MS)
    page.reload()
    press_open(page)
    expect(page.get_by_role("textbox", name="Your reply")).to_have_text(ANSWER)
    page.get_by_role("button", name="Send securely").click()
    expect_said(page, "Sealed and sent. Ann Lee can read it now.")
    unfold(sheets(page).nth(1))
    expect(sheet_text(sheets(page).nth(1)).get_by_text(ANSWER)).to_be_visible()
    expect(page.get_by_text("Signed by your device.").first).to_be_attached()


def test_one_touch_opens_the_next_letter_and_nothing_more_is_asked_for_until_it_is_closed(
    pair: Pair, profile: Profiles
) -> None:
    maya = profile()
    subject = new_subject("The deed")
    before = post(pair, ANN, (MAYA,), "Of before.", subject=subject)
    sign_in(maya, MAYA, before).close()
    page = key_page(maya)
    Authenticator.add(page)
    enrol(page, maya, MAYA, password=None)
    after = post(pair, ANN, (MAYA,), "Of afterwards.")

    page.goto(f"{pair.url}/m/{after}")
    press_open(page)
    close_letter(page)
    assert stored(page)["own"] == []

    expect(page.get_by_role("button", name="Email me a code")).to_be_hidden()
    passkey_button(page).click()
    expect_open(page, "Of afterwards.")
    ((_, extractable, size),) = stored(page)["own"]
    assert (extractable, size) == (False, 112)
    expect(page.get_by_text("Signed by the firm's server for Ann Lee.").first).to_be_attached()
    assert "nd-to-end" not in page.locator("body").inner_text()

    page.goto(f"{pair.url}/m/{before}")
    press_open(page)
    expect_open(page, "Of before.")
    page.get_by_text("what does this mean").click()
    expect(
        page.get_by_text(re.compile("Protected until .*; since then your key is yours alone"))
    ).to_be_visible()
    page.reload()
    press_open(page)
    expect_open(page, "Of before.")

    answer_and_send(page)
    assert "nd-to-end" not in page.locator("body").inner_text()

    outlook = profile().outlook(ANN)
    pane = read_in_pane(outlook, "Inbox", re.compile(re.escape(subject)))
    signed = pane.get_by_text("Signed by maya@client.example's device.").first
    expect(signed).to_be_visible(timeout=PATIENCE_MS)
    assert "nd-to-end" not in pane.locator("body").inner_text()

    close_letter(page)
    expect_closed(page, "Of before.")
    left = stored(page)
    assert left["own"] == []
    assert set(left["local"]) <= {"letterlock-passkey", "letterlock.key-log"}
    hint = json.loads(left["local"]["letterlock-passkey"])
    assert set(hint) == {"credential", "slot", "salt", "rp"}


def unlock_by_password(page: Page, password: str) -> None:
    page.get_by_label("Your password").fill(password)
    page.get_by_role("button", name="Unlock with your password").click()


def unlock_by_code(page: Page, code: str) -> None:
    field = page.get_by_label("Recovery code")
    if not field.is_visible():
        page.get_by_text("Use your recovery code").click()
    field.fill(code)
    page.get_by_role("button", name="Unlock with this code").click()


def leave_alone(page: Page, text: str) -> None:
    """Open the letter, whose key is unlocked, and touch nothing for half an hour."""
    page.clock.install()
    page.get_by_role("button", name="Open message").click()
    page.clock.run_for(2000)
    expect_open(page, text)
    assert len(stored(page)["own"]) == 1
    page.clock.run_for(31 * 60_000)
    expect_said(page, "You were away for a while, so we closed the letter.")
    expect_closed(page, text)
    assert stored(page)["own"] == []


def test_in_another_browser_a_code_by_mail_signs_in_and_password_or_recovery_code_unlocks(
    pair: Pair, profile: Profiles, browser: Browser, tmp_path: Path
) -> None:
    home, subject = profile(), new_subject("The lease")
    first = post(pair, ANN, (TOM,), "Of before.", subject=subject)
    sign_in(home, TOM, first).close()
    own = become_self_held(home, TOM)
    files = {"Lease.txt": Enclosed(b"Ten years.\n", "text/plain")}
    second = post(
        pair, ANN, (TOM,), "Of afterwards.", subject=f"Re: {subject}", files=files, reply_to=first
    )

    away = profile()
    page = away.link(second)
    expect(passkey_button(page)).to_be_hidden()
    with_code(page, pair, TOM)
    expect(page.get_by_role("button", name="Unlock with your passkey")).to_be_hidden()
    expect(page.get_by_role("heading", name="Unlock your key")).to_be_focused()
    assert page.locator("[name=username]").input_value() == TOM
    unlock_by_password(page, "wrong otter bicycle harvest")
    expect_said(page, "That password does not open your key.")
    expect(page.get_by_label("Your password")).to_be_focused()
    expect_closed(page, "Of afterwards.")
    unlock_by_password(page, PASSWORD)
    expect_open(page, "Of afterwards.")
    unfold(sheets(page).first)
    expect(sheet_text(sheets(page).first).get_by_text("Of before.")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save Lease.txt").click()
    assert Path(saved.value.path()).read_bytes() == b"Ten years.\n"

    copies = export_page(away, second)
    copy = make_copy(copies, tmp_path)
    with zipfile.ZipFile(copy.path) as zipped:
        zipped.extractall(tmp_path)
    assert [copy.body(folder)["text"] for folder in copy.folders] == [
        "Of before.",
        "Of afterwards.",
    ]
    reader = Reader(browser, copy)
    found = reader.take(copy.path).get_by_role("region", name="What the check found")
    expect(found).to_have_text("Everything is as it was signed: 2 letters, 1 file.")
    reader.context.close()
    page.bring_to_front()
    close_letter(page)
    assert stored(page)["own"] == []

    third = profile()
    page = third.link(second)
    with_code(page, pair, TOM)
    page.get_by_role("button", name="I have none of these any more").click()
    expect(page.get_by_role("heading", name="If you have lost everything")).to_be_focused()
    page.get_by_role("button", name="Back").click()
    unlock_by_code(page, own.code[:-1] + ("A" if own.code[-1] != "A" else "B"))
    expect_said(page, "There is a typing error in it.")
    unlock_by_code(page, own.code.lower().replace("-", " "))
    expect_open(page, "Of afterwards.")
    page.reload()
    leave_alone(page, "Of afterwards.")
    # The clock is a script, and the frame of a letter runs none.
    third.complaints[:] = [one for one in third.complaints if "Blocked script" not in one]
