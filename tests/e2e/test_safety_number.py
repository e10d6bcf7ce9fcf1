"""Safety numbers: two people compare what their browsers use, and a server between them is found out."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect

from server.crypto.encoding import b64u
from server.crypto.identity import Identity, Recipient
from server.crypto.log.event import KeyEvent, Keys, parse_event
from tests.browser import chromium
from tests.e2e.accessibility import Inspector, violations
from tests.e2e.lying import Liar, Log, Said, Secrets, index_in, look_up
from tests.e2e.own_key import become_self_held
from tests.e2e.own_pane import PARTITIONED, become_holder, expect_asked, pair_pane
from tests.e2e.pair import Pair
from tests.e2e.panes import expect_text, read_in_pane, sheets
from tests.e2e.people import (
    ANN,
    MAYA,
    PATIENCE_MS,
    TOM,
    Profile,
    new_subject,
    open_pane,
    press_open,
    sign_in,
)
from tests.e2e.wire import post

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
Place = Page | FrameLocator | Locator
TEXT = "The loan is paid back."
VERIFIED = re.compile("^Verified by you, ")
ANN_MANAGED = re.compile("^Ann Lee's key is kept by the firm's server")
NEITHER = re.compile("^Both keys are kept by the firm's server")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(PARTITIONED) as running:
        yield running


def compare_button(place: Place, name: str) -> Locator:
    return place.get_by_role("button", name=f"Compare keys with {name}")


def panel(place: Place, name: str) -> Locator:
    return place.get_by_role("region", name=f"Your safety number with {name}")


def compare(place: Place, name: str) -> str:
    """Press "Compare keys", and read the number as it is read aloud."""
    if not panel(place, name).is_visible():
        compare_button(place, name).click()
    groups = panel(place, name).get_by_role("listitem").locator(".vh")
    expect(groups).to_have_count(12, timeout=PATIENCE_MS)
    said = [one.replace(" ", "") for one in groups.all_text_contents()]
    assert all(re.fullmatch(r"\d{5}", one) for one in said)
    return "".join(said)


def answer(place: Place, name: str, button: str) -> None:
    panel(place, name).get_by_role("button", name=button).click()


def expect_says(place: Place, text: str | re.Pattern[str]) -> None:
    expect(place.get_by_text(text).filter(visible=True).first).to_be_visible(timeout=PATIENCE_MS)


def in_pane(outlook: Page, subject: str) -> Locator:
    """The letter of this subject in Ann's pane, beside the mail in Sent."""
    pane = read_in_pane(outlook, "Sent", re.compile(re.escape(subject)))
    sheet = sheets(pane).last
    expect_text(sheet, TEXT)
    return sheet


def again(outlook: Page, subject: str) -> Locator:
    outlook.reload()
    return in_pane(outlook, subject)


def test_two_browsers_have_one_number_and_both_tell_when_a_key_is_replaced(
    pair: Pair, profile: Profiles
) -> None:
    subject, maya, outlook = new_subject(), profile(), profile().outlook(ANN)
    letter = post(pair, ANN, (MAYA,), TEXT, subject=subject)
    sheet = in_pane(outlook, subject)
    compare_button(sheet, MAYA).click()
    expect_says(sheet, f"There is no number yet: {MAYA} has no key to sign with")
    page = sign_in(maya, MAYA, letter)
    number = compare(page, "Ann Lee")
    sheet = again(outlook, subject)
    assert compare(sheet, MAYA) == number
    for place, name in ((page, "Ann Lee"), (sheet, MAYA)):
        expect_says(panel(place, name), NEITHER)
        expect(panel(place, name).get_by_role("img", name="QR code")).to_be_visible()
        answer(place, name, "It is the same")
        expect_says(panel(place, name), "Marked as verified.")
        expect_says(place, VERIFIED)

    sheet = again(outlook, subject)
    expect_says(sheet, VERIFIED)
    pane = open_pane(outlook)
    field = pane.get_by_role("combobox", name="To")
    field.fill(MAYA)
    field.press("Enter")
    expect_says(pane.get_by_role("list", name="In To"), VERIFIED)
    assert compare(pane, MAYA) == number

    page.close()
    become_self_held(maya, MAYA)
    page = maya.link(letter)
    press_open(page)
    expect_says(page, re.compile("^Your own key has changed since you compared with Ann Lee, on "))
    sheet = again(outlook, subject)
    expect_says(sheet, re.compile(f"^{MAYA}'s key has changed since you compared, on "))
    fresh = compare(page, "Ann Lee")
    assert fresh != number
    assert compare(sheet, MAYA) == fresh
    expect_says(panel(page, "Ann Lee"), ANN_MANAGED)

    answer(page, "Ann Lee", "It is the same")
    expect(page.get_by_text("Your own key has changed since")).to_be_hidden()
    expect_says(page, VERIFIED)
    sheet.get_by_role("button", name="Put this line away").click()
    expect(sheet.get_by_text("key has changed since")).to_be_hidden()
    answer(sheet, MAYA, "It is the same")
    # This letter was sealed to the key that she had before.
    expect_says(sheet, re.compile(f"^In this letter another key stands for {MAYA} than the one"))


def test_a_server_that_names_another_key_for_him_makes_two_numbers(
    pair: Pair, profile: Profiles
) -> None:
    subject, tom, ann = new_subject(), profile(), profile()
    letter = post(pair, ANN, (TOM,), TEXT, subject=subject)
    page = sign_in(tom, TOM, letter)
    number = compare(page, "Ann Lee")
    outlook = ann.outlook(ANN)
    sheet = in_pane(outlook, subject)
    assert compare(sheet, TOM) == number  # the control: nobody lies yet

    secrets, own = Secrets.of(pair), Identity.new().recipient
    swapping = Liar.at(ann.context, "**/api/v1/lookups")
    swapping.lie = lambda said: {"lookups": [swapped(one, secrets, own) for one in said["lookups"]]}
    sheet = again(outlook, subject)
    other = compare(sheet, TOM)
    assert other != number
    shared = {number[:30], number[30:]} & {other[:30], other[30:]}
    assert len(shared) == 1  # Ann's half: it is Tom's key that differs
    answer(sheet, TOM, "It is not")
    expect_says(sheet, re.compile(f"somebody may stand between you: send {TOM} nothing here"))
    answer(page, "Ann Lee", "It is not")
    expect_says(page, re.compile("somebody may stand between you: write nothing here"))
    expect(page.get_by_text(VERIFIED)).to_have_count(0)


def swapped(said: Said, secrets: Secrets, recipient: Recipient) -> Said:
    """His look-up with a key of the server's, borne out by a log that only Ann is shown."""
    last = parse_event(secrets.entries[index_in(said)])
    assert last.keys is not None
    keys = Keys(recipient.fingerprint, last.keys.signing_key, last.keys.level, last.keys.custody)
    event = KeyEvent(
        person=last.person, version=last.version + 1, previous=b64u(last.hash), keys=keys,
        reason="rotated", time=last.time,
    )  # fmt: skip
    fork = Log(secrets, [*secrets.entries, event.text])
    told = look_up(secrets, said, key=recipient.fingerprint, recipient=recipient.text)
    assert json.loads(told["text"])["address"] == TOM
    return told | {"log": fork.answer(said["log"], len(secrets.entries))}


def test_a_mark_lasts_as_long_as_the_page_where_nothing_is_kept_and_is_taken_away(
    pair: Pair, profile: Profiles
) -> None:
    letter = post(pair, ANN, (TOM,), TEXT)
    tom = profile()
    tom.context.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('closed') }})"
    )
    page = sign_in(tom, TOM, letter)
    compare(page, "Ann Lee")
    answer(page, "Ann Lee", "It is the same")
    expect_says(page, "Marked as verified until this page is closed")
    expect_says(page, VERIFIED)
    answer(page, "Ann Lee", "Take the mark away")
    expect(page.get_by_text(VERIFIED)).to_have_count(0)
    expect(panel(page, "Ann Lee").get_by_role("button", name="It is the same")).to_be_focused()
    answer(page, "Ann Lee", "Close")
    expect(panel(page, "Ann Lee")).to_have_count(0)
    expect(compare_button(page, "Ann Lee")).to_be_focused()


def test_the_number_is_accessible_and_fits(pair: Pair, profile: Profiles) -> None:
    inspector, tom = Inspector((320, 390, 1280)), profile()
    page = sign_in(tom, TOM, post(pair, ANN, (TOM,), TEXT))
    compare(page, "Ann Lee")
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    answer(page, "Ann Lee", "It is not")
    inspector.look("not the same", page)
    answer(page, "Ann Lee", "It is the same")
    inspector.look("the same", page)
    page.emulate_media(forced_colors="active")
    assert violations(page) == []
    page.evaluate(
        """() => {
            const kept = JSON.parse(localStorage['letterlock.verified'])
            for (const one of Object.values(kept)) one.number = '0'.repeat(60)
            localStorage['letterlock.verified'] = JSON.stringify(kept)
        }"""
    )
    page.reload()
    press_open(page)
    expect_says(page, re.compile("^Your key and Ann Lee's have changed since you compared, on "))
    inspector.look("changed", page)
    assert inspector.found == []


def test_between_two_who_hold_their_keys_the_pane_and_the_page_go_by_the_open_ones(
    pair: Pair, profile: Profiles
) -> None:
    tom, ann = profile(), profile()
    letter = post(pair, ANN, (TOM,), TEXT)
    sign_in(tom, TOM, letter).close()
    become_self_held(tom, TOM)
    become_holder(ann, ANN)
    pane = open_pane(ann.outlook(ANN))
    expect_asked(pane)
    pair_pane(ann, pane)
    field = pane.get_by_role("combobox", name="To")
    field.fill(TOM)
    field.press("Enter")
    number = compare(pane, TOM)
    page = tom.link(letter)
    press_open(page)
    assert compare(page, "Ann Lee") == number
    for place, name in ((pane, TOM), (page, "Ann Lee")):
        expect_says(panel(place, name), f"If {name} has the same number, nobody in between")
        answer(place, name, "It is the same")
    expect_says(pane, VERIFIED)
    # The firm's server signed this letter, before she held her key.
    expect_says(page, re.compile("^This letter is signed with another key than the one you "))
