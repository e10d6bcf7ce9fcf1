"""Letters that wait for a reader's key: chosen in the pane, given there or by one click at the portal, ended."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, Page, Route, expect
from sqlalchemy import text

from server.base.database import now_ms
from tests.browser import NOT_IN_TESTS, chromium
from tests.e2e.accessibility import Inspector, violations
from tests.e2e.lying import beside
from tests.e2e.own_key import PASSWORD, become_self_held, sign_in_unseen
from tests.e2e.own_pane import become_holder, expect_asked, expect_here, pair_pane
from tests.e2e.pair import Pair
from tests.e2e.panes import hide_from_others, kept, read_in_pane, sheets
from tests.e2e.people import (
    ANN,
    BEN,
    MAYA,
    PATIENCE_MS,
    TOM,
    Profile,
    expect_open,
    expect_sent,
    letter_id,
    new_subject,
    open_known,
    open_pane,
    press_send,
    sign_in,
    write,
)
from tests.e2e.staff_key import sign_in as portal_sign_in
from tests.sandbox.running import eventually
from tests.self_held import OwnKey, make_self_held

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
TEXT = "The loan is paid back."
PIA, QUINN = "pia@client.example", "quinn@client.example"
# As browsers are: what a frame of another site stores lies apart, and is there.
PARTITIONED = ",".join(one for one in NOT_IN_TESTS if one != "ThirdPartyStoragePartitioning")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(f"--disable-features={PARTITIONED}") as running:
        yield running


@pytest.fixture(scope="module")
def ann(browser: Browser, pair: Pair) -> Iterator[Profile]:
    """Ann's browser: she holds her key, is signed in at the portal, and one pane is paired."""
    made = Profile.open(browser, pair)
    become_holder(made, ANN)
    outlook = made.outlook(ANN)
    pane = open_pane(outlook)
    expect_asked(pane)
    pair_pane(made, pane)
    outlook.close()
    yield made
    complaints = made.complaints
    made.close()
    assert complaints == []


def switch(pane: FrameLocator) -> Locator:
    return pane.get_by_role("switch", name="End-to-end")


def waiting(pane: FrameLocator) -> Locator:
    """The rows of "Letters that wait"."""
    return pane.get_by_role("list", name="Letters that wait").get_by_role("listitem")


def seen(outlook: Page) -> list[str]:
    """What axe finds in the pane."""
    return violations(next(frame for frame in outlook.frames if "/pane" in frame.url))


def begin(ann: Profile, to: str, subject: str) -> tuple[Page, FrameLocator]:
    """A pane with a letter that is to wait."""
    outlook = ann.outlook(ANN)
    pane = open_pane(outlook)
    expect_here(pane)
    write(pane, to=(to,), subject=subject, text=TEXT)
    expect(pane.locator("#level")).to_have_text("Protected")
    switch(pane).check()
    expect(pane.locator("#level")).to_have_text("End-to-end")
    return outlook, pane


def send(ann: Profile, to: str, subject: str) -> tuple[Page, FrameLocator]:
    outlook, pane = begin(ann, to, subject)
    press_send(pane)
    expect_sent(pane)
    return outlook, pane


def test_it_is_chosen_in_the_pane_waits_and_is_given_by_the_pane_when_the_key_is_there(
    ann: Profile, pair: Pair, profile: Profiles
) -> None:
    subject = new_subject("Waits")
    outlook, pane = begin(ann, MAYA, subject)
    chip = pane.get_by_role("list", name="In To").get_by_role("listitem")
    expect(chip).to_contain_text("waits for their key")
    expect(pane.get_by_text("has no key yet. When it appears, your pane adds them")).to_be_visible()
    switch(pane).uncheck()
    expect(pane.locator("#level")).to_have_text("Protected")
    expect(chip).to_contain_text("Protected")
    switch(pane).check()
    assert seen(outlook) == []
    press_send(pane)
    expect_sent(pane)
    expect(pane.locator("#waits-for")).to_contain_text("has no key yet, so the letter waits")
    expect(waiting(pane)).to_have_count(1)
    expect(waiting(pane)).to_contain_text("has no key yet")
    letter = letter_id(pair, MAYA, subject)

    maya = profile()
    sign_in_unseen(maya, MAYA, letter)
    become_self_held(maya, MAYA)
    expect(pane.locator("#waiting-said")).to_contain_text("can read your letter of")
    expect(waiting(pane)).to_have_count(0)
    outlook.close()
    page = open_known(maya, letter)
    expect_open(page, TEXT)
    expect(page.locator("[data-part=level]").first).to_have_text("End-to-end")
    page.close()


def test_instead_it_is_sent_protected_after_a_warning_and_its_readers_see_the_line(
    ann: Profile, pair: Pair, profile: Profiles
) -> None:
    subject = new_subject("Sooner")
    outlook, pane = send(ann, TOM, subject)
    row = waiting(pane).filter(has_text=TOM)
    row.get_by_role("button", name="Send it protected instead").click()
    expect(row).to_contain_text("whoever runs the server could open it too")
    assert seen(outlook) == []
    row.get_by_role("button", name="Leave it as it is").click()
    expect(row).not_to_contain_text("whoever runs the server")
    row.get_by_role("button", name="Send it protected instead").click()
    row.get_by_role("button", name=re.compile("^Send it protected:")).click()
    expect(pane.get_by_text("can read it now, protected.").first).to_be_visible()
    expect(waiting(pane)).to_have_count(0)
    pane = read_in_pane(outlook, "Sent", subject)
    expect(pane.locator("[data-part=level]").first).to_have_text("Protected")
    outlook.close()

    page = sign_in(profile(), TOM, letter_id(pair, TOM, subject))
    expect_open(page, TEXT)
    expect(page.locator("[data-part=level]").first).to_have_text("Protected")
    added = page.get_by_text(re.compile("added by Ann Lee")).filter(visible=True)
    expect(added.first).to_be_visible()


def test_the_choice_is_kept_with_the_letter_and_a_hidden_copy_cannot_wait(
    ann: Profile, pair: Pair
) -> None:
    subject = new_subject("Kept")
    outlook, pane = begin(ann, TOM, subject)
    hide_from_others(pane, BEN)
    note = f"A hidden copy cannot wait, and {BEN} has no key of their own"
    expect(pane.get_by_text(note)).to_be_visible()
    expect(pane.locator("#level")).to_have_text("Protected")
    press_send(pane)
    expect(pane.get_by_role("alert")).to_contain_text("A hidden copy cannot wait")
    expect(pane.get_by_text(re.compile(r"^Saved \d\d:\d\d"))).to_be_visible()
    outlook.close()

    outlook = ann.outlook(ANN)
    pane = open_pane(outlook)
    expect(kept(pane)).to_have_count(1)
    pane.get_by_role("button", name=re.compile(f"^Continue: .*{subject}")).click()
    expect(switch(pane)).to_be_checked()
    expect(pane.get_by_text(note)).to_be_visible()
    pane.get_by_role("button", name=f"Remove {BEN}").click()
    expect(pane.get_by_text(note)).to_be_hidden()
    expect(pane.locator("#level")).to_have_text("End-to-end")
    press_send(pane)
    expect_sent(pane)
    row = waiting(pane).filter(has_text=TOM)
    row.get_by_role("button", name="Stop waiting").click()
    expect(pane.get_by_text("We have stopped waiting for").first).to_be_visible()
    expect(row).to_contain_text("You have stopped it.")
    pane = read_in_pane(outlook, "Sent", subject)
    hers = sheets(pane).first.locator(f'[data-reader="{TOM}"]')
    expect(hers).to_contain_text("Waits no more")
    hers.get_by_role("button", name="Send it protected instead").click()
    hers.get_by_role("button", name=re.compile("^Send it protected:")).click()
    added = sheets(pane).first.get_by_text(f"{TOM}, added by Ann Lee").filter(visible=True)
    expect(added.first).to_be_visible(timeout=PATIENCE_MS)
    expect(waiting(pane).filter(has_text=TOM)).to_have_count(0)
    outlook.close()
    del pair


def test_what_has_waited_for_thirty_days_says_so(ann: Profile, pair: Pair) -> None:
    outlook, pane = send(ann, PIA, new_subject("Too long"))
    row = waiting(pane).filter(has_text=PIA)
    expect(row).to_contain_text("has no key yet")
    a_second_ago = (
        "UPDATE readers SET waiting_until = :at WHERE key = 'pending' AND waiting_ended IS NULL"
    )
    with beside(pair) as parts, parts.database.write() as connection:
        connection.execute(text(a_second_ago), {"at": now_ms(connection) - 1000})
    outlook.close()
    outlook = ann.outlook(ANN)
    pane = open_pane(outlook)
    row = waiting(pane).filter(has_text=PIA)
    expect(row).to_contain_text("waited thirty days for a key, and has stopped")
    expect(row.get_by_role("button", name="Stop waiting")).to_be_hidden()
    expect(row.get_by_role("button", name="Send it protected instead")).to_be_visible()
    outlook.close()


def test_a_key_that_is_replaced_in_between_is_looked_up_again_and_the_letter_is_given_to_the_new_one(
    ann: Profile, pair: Pair
) -> None:
    outlook, pane = send(ann, QUINN, new_subject("Replaced"))
    expect(waiting(pane).filter(has_text=QUINN)).to_contain_text("has no key yet")
    made: list[OwnKey] = []

    def replace(route: Route) -> None:
        """Her look-up was answered, and now she has another key."""
        if len(made) == 1:
            with beside(pair) as parts:
                made.append(make_self_held(parts, QUINN))
        route.continue_()

    ann.context.route("**/readers/signature", replace)
    with ann.refusal(409):
        with beside(pair) as parts:
            made.append(make_self_held(parts, QUINN))
        expect(pane.locator("#waiting-said")).to_contain_text(
            f"{QUINN} can read", timeout=PATIENCE_MS
        )
    ann.context.unroute("**/readers/signature")
    expect(waiting(pane).filter(has_text=QUINN)).to_have_count(0)
    assert [sealed_to(pair, own) for own in made] == [0, 1]
    outlook.close()


def sealed_to(pair: Pair, own: OwnKey) -> int:
    """How many envelopes are sealed to somebody's key."""
    with beside(pair) as parts, parts.database.read() as connection:
        found = "SELECT count(*) FROM envelopes WHERE key = :key"
        return sum(
            connection.execute(text(found), {"key": key}).scalar_one() for key in own.identities
        )


def test_with_the_pane_closed_one_click_at_the_portal_gives_it(
    ann: Profile, pair: Pair, profile: Profiles
) -> None:
    inspector = Inspector((320, 390, 1280))
    subject = new_subject("Away")
    outlook, _ = send(ann, TOM, subject)
    outlook.close()
    letter = letter_id(pair, TOM, subject)
    tom = profile()
    sign_in_unseen(tom, TOM, letter)
    become_self_held(tom, TOM)

    told = f"{TOM} has a key now: your letter can be given"
    mail = eventually(lambda: pair.sandbox.inbox(ANN, told))
    found = re.search(rf"{re.escape(pair.url)}/staff/waiting", mail["html"])
    assert found is not None
    page = profile().context.new_page()
    page.goto(found[0])
    inspector.look("signed out", page)
    portal_sign_in(page)
    button = page.get_by_role("button", name=f"Give {TOM} the letter")
    expect(button).to_be_visible(timeout=PATIENCE_MS)
    inspector.look("ready", page)
    button.click()
    page.get_by_label("Your password").fill(PASSWORD)
    inspector.look("unlock", page)
    page.get_by_role("button", name="Unlock with your password").click()
    expect(page.locator("#given")).to_contain_text(f"{TOM} can read your letter of")
    expect(button).to_be_hidden()
    inspector.look("given", page)

    page = open_known(tom, letter)
    expect_open(page, TEXT)
    expect(page.locator("[data-part=level]").first).to_have_text("End-to-end")
    assert inspector.found == []


def test_a_sender_whose_key_the_server_keeps_is_shown_the_way_and_no_switch(
    pair: Pair, profile: Profiles
) -> None:
    outlook = profile().outlook(BEN)
    pane = open_pane(outlook)
    write(pane, to=(PIA,), subject=new_subject(), text=TEXT)
    expect(pane.locator("#level")).to_have_text("Protected")
    expect(switch(pane)).to_be_hidden()
    pane.get_by_text("Who can read this:").click()
    expect(
        pane.get_by_text("Only the holder of a key of their own can send end-to-end.")
    ).to_be_visible()
    way = pane.get_by_role("link", name="Make yours at the portal")
    expect(way).to_have_attribute("href", f"{pair.url}/staff/key")
    expect(pane.get_by_role("list", name="Letters that wait")).to_be_hidden()
