"""Files in the pane: added in each way, said in words, put up while one writes, and never half of one."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, Route, expect

from tests.e2e.pair import Pair
from tests.e2e.panes import ACCOUNTS, COLON, EMPTY, NOTES, PDF, PROGRAM, add_files, rows
from tests.e2e.people import (
    ANN,
    BEN,
    MAYA,
    PATIENCE_MS,
    Profile,
    expect_sent,
    letter_id,
    new_subject,
    open_pane,
    press_send,
    write,
)
from tests.e2e.wire import read, staff
from tests.sandbox.running import eventually

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
DROP = """
(place, names) => {
    const dataTransfer = new DataTransfer()
    for (const name of names) dataTransfer.items.add(new File(['dropped'], name))
    for (const kind of ['dragenter', 'dragover', 'drop']) {
        place.dispatchEvent(new DragEvent(kind, {dataTransfer, bubbles: true, cancelable: true}))
    }
}
"""
PASTE = """
(field, name) => {
    const clipboardData = new DataTransfer()
    clipboardData.items.add(new File(['pasted'], name, {type: 'text/plain'}))
    field.dispatchEvent(new ClipboardEvent('paste', {clipboardData, bubbles: true, cancelable: true}))
}
"""


def test_files_of_a_letter_arrive_as_they_were(pair: Pair, profile: Profiles) -> None:
    subject = new_subject("With files")
    pane = _written(profile().outlook(ANN), subject, to=(MAYA, BEN))
    add_files(pane, NOTES, ACCOUNTS)
    expect(rows(pane).nth(0)).to_contain_text("Notes.txt")
    expect(rows(pane).nth(0)).to_contain_text("Text, 400 bytes")
    expect(rows(pane).nth(1)).to_contain_text("PDF, ")
    expect(pane.get_by_text("2 files, ")).to_be_visible()
    press_send(pane)
    expect_sent(pane)
    letter = letter_id(pair, MAYA, subject)
    assert read(staff(pair, BEN), letter).files == {
        "Notes.txt": NOTES["buffer"],
        "Accounts 2026.pdf": PDF,
    }


def test_what_cannot_be_taken_is_said_beside_its_name(profile: Profiles) -> None:
    pane = open_pane(profile().outlook(ANN))
    add_files(pane, EMPTY, PROGRAM, COLON)
    row = rows(pane)
    expect(row.nth(0)).to_contain_text("Empty.txt is empty. It was not added.")
    expect(row.nth(1)).to_contain_text("is of the kind “PDF” but is a program. It was not added.")
    expect(row.nth(2)).to_contain_text("it is now called Year_ 2026.txt")
    expect(pane.get_by_text("1 file, 7 bytes")).to_be_visible()
    pane.get_by_role("button", name="Take the line about Empty.txt away").click()
    expect(row).to_have_count(2)
    pane.get_by_role("button", name="Remove Year_ 2026.txt").click()
    expect(row).to_have_count(1)


def test_files_are_dropped_anywhere_and_pasted_into_the_text(profile: Profiles) -> None:
    pane = open_pane(profile().outlook(ANN))
    expect(pane.get_by_role("button", name="Add files")).to_be_enabled()
    pane.get_by_role("combobox", name="To").evaluate(DROP, ["Dropped.txt", "Dropped.txt"])
    pane.get_by_role("textbox", name="Message").evaluate(PASTE, "Pasted.txt")
    for name in ("Dropped.txt", "Dropped (2).txt", "Pasted.txt"):
        expect(rows(pane).filter(has_text=name)).to_contain_text("Text, ")
    expect(pane.get_by_role("textbox", name="Message")).to_have_text("")


def test_a_file_that_did_not_go_up_stops_the_letter_until_it_has(
    pair: Pair, profile: Profiles
) -> None:
    subject = new_subject("Cut off")
    ann = profile()
    outlook = ann.outlook(ANN)
    pane = _written(outlook, subject, to=(BEN,))
    outlook.route("**/objects/*", lambda route: route.abort())
    add_files(pane, NOTES)
    expect(rows(pane)).to_contain_text("did not go up: no connection.", timeout=PATIENCE_MS)
    press_send(pane)
    expect(pane.get_by_role("alert")).to_contain_text("A file has not gone up, so nothing has gone")
    outlook.unroute("**/objects/*")
    pane.get_by_role("button", name="Try again: Notes.txt").click()
    expect(rows(pane)).to_contain_text("Text, ")
    press_send(pane)
    expect_sent(pane)
    letter = letter_id(pair, BEN, subject)
    assert read(staff(pair, BEN), letter).files == {"Notes.txt": NOTES["buffer"]}
    ann.complaints[:] = [line for line in ann.complaints if "ERR_FAILED" not in line]


def test_a_letter_waits_for_its_files_and_one_that_is_cancelled_stays_out(
    pair: Pair, profile: Profiles
) -> None:
    subject = new_subject("Cancelled")
    outlook = profile().outlook(ANN)
    pane = _written(outlook, subject, to=(BEN,))
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    outlook.route("**/objects/*", hold, times=1)
    add_files(pane, NOTES)
    expect(rows(pane)).to_contain_text("Handing over")
    eventually(lambda: outlook.title() and held)
    press_send(pane)
    expect(pane.get_by_role("status")).to_contain_text("Waiting for the files.")
    pane.get_by_role("button", name="Cancel Notes.txt").click()
    expect_sent(pane)
    letter = letter_id(pair, BEN, subject)
    assert read(staff(pair, BEN), letter).files == {}


def test_a_large_file_shows_its_way_and_goes_whole(
    pair: Pair, profile: Profiles, tmp_path: Path
) -> None:
    subject = new_subject("Large")
    pane = _written(profile().outlook(ANN), subject, to=(BEN,))
    content = bytes(range(256)) * 4 * 1024 * 25  # 25 MiB, the most there may be
    large, larger = tmp_path / "Large.bin", tmp_path / "Too large.bin"
    large.write_bytes(content)
    larger.write_bytes(content + b"x")
    add_files(pane, large, larger)
    expect(rows(pane).nth(1)).to_contain_text("Too large.bin is larger than 25 MB.")
    expect(rows(pane).nth(0)).to_contain_text("File, 26 MB", timeout=2 * PATIENCE_MS)
    press_send(pane)
    expect_sent(pane)
    letter = letter_id(pair, BEN, subject)
    assert read(staff(pair, BEN), letter).files == {"Large.bin": content}


def _written(outlook: Page, subject: str, *, to: tuple[str, ...]) -> FrameLocator:
    pane = open_pane(outlook)
    write(pane, to=to, subject=subject, text="See what is enclosed.")
    return pane
