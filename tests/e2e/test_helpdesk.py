"""A client rings: "I cannot open it". What her writer sees in the pane, and what helps."""

import re
import secrets
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing

import pytest
from playwright.sync_api import FrameLocator, Locator, expect

from tests.e2e.accessibility import Inspector
from tests.e2e.pair import Pair
from tests.e2e.panes import read_in_pane
from tests.e2e.people import ANN, BEN, MAYA, Profile, ask_code, letter_id, new_subject, try_code
from tests.e2e.test_pane_looks import looking
from tests.e2e.wire import post

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
ASK = "Why can't my client open it?"


def readers(pane: FrameLocator) -> Locator:
    return pane.get_by_role("list", name="How far each reader came").get_by_role("listitem")


def test_ann_sees_how_far_maya_came_and_gives_her_new_codes(pair: Pair, profile: Profiles) -> None:
    subject = new_subject("Helped")
    post(pair, ANN, (MAYA, BEN), "The kiln has paid for itself.", subject=subject)
    letter = letter_id(pair, MAYA, subject)
    outlook = profile(viewport={"width": 1280, "height": 1000}).outlook(ANN)
    pane = read_in_pane(outlook, "Sent", subject)
    pane.get_by_role("button", name=ASK).click()
    expect(readers(pane)).to_have_count(2)
    expect(readers(pane).last).to_contain_text("its link has not been opened since")
    maya = profile()
    page = maya.link(letter)
    page.get_by_role("radio", name=re.compile("^m")).check()
    ask_code(page, pair, MAYA)
    with maya.refusal(403):
        for _ in range(5):
            try_code(page, "AAAA-AAAA")
        expect(page.get_by_text("That code no longer works").last).to_be_visible()
    with looking(outlook, "**/pane/read") as looks:
        pane.get_by_role("button", name="Look again").click()
        expect(readers(pane).last).to_contain_text("typed a code wrong five times")
        expect(pane.get_by_role("button", name="Look again")).to_be_focused()
        looks.look("helpdesk")
        _use_up(pair, letter)
        pane.get_by_role("button", name="Look again").click()
        expect(readers(pane).last).to_contain_text("has used up the codes")
        looks.look("helpdesk withheld")
    pane.get_by_role("button", name=f"Give {MAYA} new codes").click()
    expect(readers(pane).last).to_contain_text("may ask for more now")
    pane.get_by_role("button", name=ASK).click()
    expect(readers(pane)).to_have_count(0)


def test_a_reader_who_wrote_nothing_is_not_asked(pair: Pair, profile: Profiles) -> None:
    subject = new_subject("Not hers")
    post(pair, ANN, (BEN,), "Between us.", subject=subject)
    pane = read_in_pane(profile().outlook(BEN), "Inbox", subject)
    expect(pane.get_by_role("button", name="Verify")).to_be_visible()
    expect(pane.get_by_role("button", name=ASK)).to_have_count(0)


def test_a_browser_without_what_it_takes_says_so_and_ann_hears_it(
    pair: Pair, profile: Profiles
) -> None:
    subject = new_subject("Too old")
    post(pair, ANN, (MAYA,), "In a new browser.", subject=subject)
    maya = profile()
    maya.context.add_init_script("delete AbortSignal.any; delete URL.canParse")
    page = maya.link(letter_id(pair, MAYA, subject))
    expect(page.get_by_text("It is too old.")).to_be_visible()
    expect(page.get_by_text("It keeps no cookies")).to_be_hidden()
    inspector = Inspector((320, 390, 1280))
    inspector.look("too old", page)
    assert inspector.found == []
    pane = read_in_pane(profile().outlook(ANN), "Sent", subject)
    pane.get_by_role("button", name=ASK).click()
    expect(pane.get_by_text("cannot open letters: it is too old.").last).to_be_visible()
    expect(readers(pane)).to_contain_text("somebody opened the link")


def test_the_administrator_sees_mail_that_did_not_go_out_and_sends_it_again(
    pair: Pair, profile: Profiles
) -> None:
    subject = new_subject("Set aside")
    post(pair, BEN, (ANN, MAYA), "For Ann.", subject=subject)
    letter_id(pair, ANN, subject)
    _set_aside(pair)
    ben = read_in_pane(profile().outlook(BEN), "Sent", subject)
    expect(ben.get_by_role("button", name=ASK)).to_be_visible()
    expect(ben.get_by_text("Mail that did not go out")).to_be_hidden()
    outlook = profile(viewport={"width": 1280, "height": 1000}).outlook(ANN)
    pane = read_in_pane(outlook, "Inbox", subject)
    pane.get_by_text("Mail that did not go out: 1").click()
    with looking(outlook, "**/pane/read") as looks:
        looks.look("dead letters")
    pane.get_by_role("button", name=re.compile("^Not in Sent Items, send again")).click()
    expect(pane.get_by_text("Mail that did not go out")).to_be_hidden()
    pane.get_by_role("button", name=ASK).click()
    expect(readers(pane)).to_have_count(2)


def _run(pair: Pair, sql: str, **values: object) -> None:
    with closing(sqlite3.connect(pair.data / "letterlock.db", timeout=20)) as database:
        database.execute(sql, values)
        database.commit()


def _use_up(pair: Pair, letter: str) -> None:
    """As if Maya had asked five times in this hour, and once more."""
    now = int(time.time() * 1000)
    row = "SELECT person_id, firm_id, address_index FROM codes WHERE about = :letter AND person_id IS NOT NULL"
    for _ in range(4):
        index = secrets.token_hex(16)
        _run(
            pair,
            "INSERT INTO codes (id, firm_id, person_id, request_index, address_index, browser_index,"
            " network_index, code_index, tries, created, expires)"
            " SELECT :index, firm_id, person_id, :index, address_index, '', '', '', 5, :now, :now"
            " FROM codes WHERE about = :letter AND person_id IS NOT NULL",
            index=index, now=now, letter=letter,
        )  # fmt: skip
    for kind in ("code.asked", "code.withheld"):
        _run(
            pair,
            "INSERT INTO events (id, firm_id, at, kind, person_id, about)"
            f" SELECT :id, firm_id, :now, :kind, person_id, :letter FROM ({row})",
            id=secrets.token_hex(16), now=now, kind=kind, letter=letter,
        )  # fmt: skip


def _set_aside(pair: Pair) -> None:
    _run(
        pair,
        "INSERT INTO outbox (id, firm_id, lane, kind, payload, created, run_at, leased_until,"
        " tries, state, mailbox, reason) SELECT :id, id, 'notices', 'notice', '{}', :now, :now, 0,"
        " 3, 'dead', 'firm:' || id, 'unconfirmed' FROM firms",
        id=secrets.token_hex(16), now=int(time.time() * 1000),
    )  # fmt: skip
