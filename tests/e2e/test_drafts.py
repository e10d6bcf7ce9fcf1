"""What Ann has written comes back: after a reload, on another machine, after a failed send; or is thrown away."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FrameLocator, expect

from tests.e2e.pair import Pair
from tests.e2e.panes import (
    ACCOUNTS,
    NOTES,
    PDF,
    add_files,
    expect_kept,
    hide_from_others,
    kept,
    put,
    rows,
)
from tests.e2e.people import (
    ANN,
    BEN,
    MAYA,
    PATIENCE_MS,
    TOM,
    Profile,
    expect_sent,
    letter_id,
    new_subject,
    open_pane,
    press_send,
    write,
)
from tests.e2e.wire import read, staff

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
TEXT = "The loan falls due in June."


def test_a_letter_comes_back_after_a_reload_with_its_files_and_readers(
    pair: Pair, profile: Profiles
) -> None:
    subject = new_subject("Kept")
    outlook = profile().outlook(ANN)
    pane = open_pane(outlook)
    write(pane, to=(BEN, MAYA), subject=subject, text=TEXT)
    hide_from_others(pane, TOM)
    add_files(pane, NOTES, ACCOUNTS)
    expect(pane.get_by_text("2 files, ")).to_be_visible()
    expect_kept(pane)
    outlook.reload()
    pane = open_pane(outlook)
    _take_up(pane, re.compile(f"Continue: Letter to .*, {subject}, saved"))
    _expect_written(pane, subject)
    expect(pane.get_by_role("list", name="In Bcc")).to_contain_text(TOM)
    assert [row.split("\n")[0] for row in rows(pane).all_inner_texts()] == [
        "Notes.txt",
        "Accounts 2026.pdf",
    ]
    press_send(pane)
    expect_sent(pane)
    letter = letter_id(pair, BEN, subject)
    got = read(staff(pair, BEN), letter)
    assert got.files == {"Notes.txt": NOTES["buffer"], "Accounts 2026.pdf": PDF}
    assert got.body["text"] == TEXT
    pane.get_by_role("button", name="Write another").click()
    expect(pane.get_by_role("button", name=re.compile(subject))).to_have_count(0)


def test_a_letter_is_taken_up_in_another_browser_and_stays_in_step_with_outlook(
    profile: Profiles,
) -> None:
    subject = new_subject("Elsewhere")
    pane = open_pane(profile().outlook(ANN))
    write(pane, to=(MAYA,), subject=subject, text=TEXT)
    expect_kept(pane)
    outlook = profile().outlook(ANN)
    pane = open_pane(outlook)
    put(outlook, "To", TOM)
    _take_up(pane, re.compile(f"Continue: Letter to maya@client.example, {subject}, saved"))
    _expect_written(pane, subject)
    expect(pane.get_by_role("list", name="In To")).to_contain_text(TOM)
    expect(pane.get_by_role("list", name="In To")).to_contain_text(MAYA)
    pane.get_by_role("textbox", name="Message").fill(f"{TEXT} Or in July.")
    expect_kept(pane)
    _forget(pane)


def test_a_letter_that_was_not_taken_is_kept_all_the_same(
    pair: Pair, profile: Profiles, mended: None
) -> None:
    subject = new_subject("Not taken")
    ann = profile()
    outlook = ann.outlook(ANN)
    pane = open_pane(outlook)
    write(pane, to=(BEN,), subject=subject, text=TEXT)
    add_files(pane, NOTES)
    expect(pane.get_by_text("1 file, ")).to_be_visible()
    pair.sandbox.faults(obo="blocked")
    with ann.refusal(401):
        press_send(pane)
        expect(pane.get_by_role("alert")).to_contain_text("text is still here")
    expect_kept(pane)
    pair.sandbox.faults(obo=None)
    outlook.reload()
    pane = open_pane(outlook)
    _take_up(pane, re.compile(f"Continue: Letter to .*, {subject}, saved"))
    _expect_written(pane, subject)
    expect(rows(pane)).to_contain_text("Notes.txt")
    press_send(pane)
    expect_sent(pane)
    letter = letter_id(pair, BEN, subject)
    assert read(staff(pair, BEN), letter).files == {"Notes.txt": NOTES["buffer"]}


def test_without_a_connection_the_pane_says_that_nothing_is_kept_and_then_keeps_it(
    profile: Profiles,
) -> None:
    ann = profile()
    outlook = ann.outlook(ANN)
    pane = open_pane(outlook)
    expect(pane.get_by_role("button", name="Send securely")).to_be_enabled()
    ann.context.route(re.compile("/api/v1/"), lambda route: route.abort())
    write(pane, to=(MAYA,), subject=new_subject("Offline"), text=TEXT)
    words = "Not saved: no connection. It is kept in this window."
    expect(pane.get_by_text(words)).to_be_visible(timeout=PATIENCE_MS)
    ann.context.unroute_all()
    pane.get_by_role("textbox", name="Message").press_sequentially(" Or later.")
    expect_kept(pane)
    ann.complaints[:] = [line for line in ann.complaints if "ERR_FAILED" not in line]
    _forget(pane)


def test_a_letter_that_is_thrown_away_is_gone_and_an_empty_one_was_never_kept(
    pair: Pair, profile: Profiles
) -> None:
    subject = new_subject("Thrown away")
    outlook = profile().outlook(ANN)
    pane = open_pane(outlook)
    put(outlook, "To", MAYA)
    expect(pane.get_by_role("list", name="In To")).to_contain_text(MAYA)
    expect(pane.get_by_text("sealed to you")).to_have_count(0)
    before = _count(pair)
    write(pane, to=(), subject=subject, text=TEXT)
    expect_kept(pane)
    outlook.reload()
    pane = open_pane(outlook)
    expect(kept(pane)).to_have_count(before + 1)
    kept(pane).first.get_by_role("button", name=re.compile("^Throw away")).click()
    expect(kept(pane)).to_have_count(before)
    assert _count(pair) == before


def _count(pair: Pair) -> int:
    """How many letters of Ann are kept."""
    return len(staff(pair, ANN).api("GET", "/drafts").json["drafts"])


def _take_up(pane: FrameLocator, name: re.Pattern[str]) -> None:
    pane.get_by_role("button", name=name).first.click()
    expect(kept(pane)).to_have_count(0)


def _expect_written(pane: FrameLocator, subject: str) -> None:
    expect(pane.get_by_role("textbox", name="Message")).to_have_text(TEXT)
    expect(pane.get_by_role("textbox", name="Subject")).to_have_value(subject)


def _forget(pane: FrameLocator) -> None:
    """Send it, so that the next story begins without it."""
    press_send(pane)
    expect_sent(pane)
