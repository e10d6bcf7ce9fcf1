"""What pages say to who holds her own key, or is about to, when the server means harm."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from server.crypto.encoding import canonical
from server.crypto.identity import Identity
from tests.e2e.lying import Liar, Said, Secrets, flipped, look_up
from tests.e2e.own_key import (
    PASSWORD,
    become_self_held,
    choose,
    expect_done,
    key_page,
    take_code,
    type_back,
)
from tests.e2e.pair import Pair
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
    open_pane,
    press_send,
    sign_in,
    write,
)
from tests.e2e.wire import post

pytestmark = pytest.mark.timeout(300)
BEFORE, AFTER = "Of before.", "Of afterwards."
OPENED = (
    "The server opened it by itself, though your key is yours alone: so it was sealed to a key "
    "that the server keeps as well."
)
DAMAGED = (
    "What the server keeps for opening your key is not what was sealed, so we stopped. Nothing "
    "was lost. Please ring us and say: {code}."
)
REFUSED = (
    "What the server kept is not what this browser sealed, so we stopped. Nothing has changed: "
    "your letters open as before. Please ring us and say: {code}."
)
KEPT = (
    "That did not work, and the fault is ours. Nothing has changed: your letters open as before. "
    "Try again, or ring us."
)
NOT_BORNE_OUT = (
    "The firm's record of keys does not bear out a key, so nothing has gone out. Your text is "
    "still here. Ring whoever runs Letterlock at the firm."
)


@dataclass
class Scene:
    """Tom, whose key is his own and open; and the server between."""

    pair: Pair
    page: Page
    letter: str
    opened: Liar
    slots: Liar
    state: Liar
    managed: Said  # what the server answered while it kept his key

    def open(self) -> None:
        """Load the page of his newest letter and press "Open message"."""
        self.page.goto(f"{self.pair.url}/m/{self.letter}")
        self.page.get_by_role("button", name="Open message").click()

    def unlock(self, password: str = PASSWORD) -> None:
        """By password, on the stage that asks for it."""
        self.page.get_by_label("Your password").fill(password)
        self.page.get_by_role("button", name="Unlock with your password").click()


@pytest.fixture(scope="module")
def scene(pair: Pair, browser: Browser) -> Iterator[Scene]:
    before = post(pair, ANN, (TOM,), BEFORE)
    profile = Profile.open(browser, pair)
    managed = Liar.at(profile.context, f"**/messages/{before}/open")
    page = sign_in(profile, TOM, before)
    become_self_held(profile, TOM)
    after = post(pair, ANN, (TOM,), AFTER)
    yield Scene(
        pair,
        page,
        after,
        Liar.at(profile.context, f"**/messages/{after}/open"),
        Liar.at(profile.context, "**/keys/own/slots"),
        Liar.at(profile.context, "**/keys/own"),
        managed.heard[0],
    )
    profile.close()


def test_what_the_server_opened_by_itself_is_not_shown_to_who_holds_her_own_key(
    scene: Scene,
) -> None:
    scene.open()
    expect_open(scene.page, AFTER)  # the control: it is sealed to his own key, and opens

    scene.opened.lie = lambda _: scene.managed
    scene.open()
    expect(scene.page.locator("#refusal-code")).to_have_text(
        "opened-by-server", timeout=PATIENCE_MS
    )
    expect(scene.page.locator("#refusal-why")).to_have_text(OPENED)
    expect_closed(scene.page, BEFORE)
    scene.opened.lie = None


def bent(change: Callable[[Said], Any]) -> Callable[[Said], Said]:
    """The password's keyslot with something another, still canonical."""

    def lie(said: Said) -> Said:
        return said | {"slots": [changed(one) for one in said["slots"]]}

    def changed(one: Said) -> Said:
        if one["kind"] != "password":
            return one
        slot = json.loads(one["text"])
        change(slot)
        return one | {"text": canonical(slot)}

    return lie


def cheap(slot: Said) -> None:
    slot["kdf"] |= {"memory": 1024, "passes": 1}


def costly(slot: Said) -> None:
    slot["kdf"] |= {"memory": 4_194_304, "passes": 16}


def of_another(slot: Said) -> None:
    slot["person"] = "0" * 32


def damaged(slot: Said) -> None:
    slot["sealed"] = flipped(slot["sealed"])


def other_old(said: Said) -> Said:
    return said | {"old": [one | {"key": flipped(one["key"])} for one in said["old"]]}


SLOTS: dict[str, tuple[Callable[[Said], Said], str]] = {
    "lowers the price of guessing": (bent(cheap), "keyslot-weak"),
    "raises it to hang the browser": (bent(costly), "keyslot-costly"),
    "gives another person's keyslot": (bent(of_another), "keyslot-foreign"),
    "changes what is sealed": (bent(damaged), "keyslot-damaged"),
    "gives another old identity": (other_old, "own-key-other"),
}


@pytest.fixture(scope="module")
def locked(scene: Scene) -> Scene:
    """He closed the letter, and came back by a code: the key is not open."""
    scene.open()
    expect_open(scene.page, AFTER)
    scene.page.get_by_role("button", name="Close the letter").click()
    expect_said(scene.page, "You have closed the letter.")
    scene.page.goto(f"{scene.pair.url}/m/{scene.letter}")
    enter_code(scene.page, ask_code(scene.page, scene.pair, TOM))
    expect(scene.page.get_by_role("heading", name="Unlock your key")).to_be_visible()
    return scene


@pytest.mark.parametrize("attack", SLOTS)
def test_a_keyslot_that_the_server_changed_opens_nothing(locked: Scene, attack: str) -> None:
    lie, code = SLOTS[attack]
    locked.slots.lie = lie
    locked.unlock()
    note = locked.page.locator("#unlock-password [data-trouble]")
    expect(note).to_have_text(DAMAGED.format(code=code), timeout=PATIENCE_MS)
    expect_closed(locked.page, AFTER)
    locked.slots.lie = None


def test_another_site_in_the_servers_answer_opens_nothing_and_the_true_one_does(
    locked: Scene,
) -> None:
    locked.state.lie = lambda said: said | {"rp": "evil.example"}
    locked.open()
    expect(locked.page.locator("#unlock-progress")).to_have_text(
        DAMAGED.format(code="keyslot-foreign"), timeout=PATIENCE_MS
    )
    expect(locked.page.get_by_label("Your password")).to_be_hidden()
    locked.state.lie = None
    locked.open()
    locked.unlock()
    expect_open(locked.page, AFTER)  # the control of all of these


@pytest.fixture(scope="module")
def maya(pair: Pair, browser: Browser) -> Iterator[Profile]:
    profile = Profile.open(browser, pair)
    sign_in(profile, MAYA, post(pair, ANN, (MAYA,), BEFORE)).close()
    yield profile
    profile.close()


def test_a_key_is_not_handed_over_to_a_server_that_would_lose_the_old_one_or_keeps_it(
    maya: Profile,
) -> None:
    page = key_page(maya)
    kept = Liar.at(page, "**/keys/enrolments/*")
    kept.lie = lambda said: said | {"old": []}
    finish(page, maya)
    said = page.locator("[data-trouble]").filter(visible=True)
    expect(said).to_contain_text(REFUSED.format(code="own-key-other"), timeout=PATIENCE_MS)

    kept.lie = None
    page.reload()
    expect(page.locator("[data-stage=loading]")).to_be_hidden()
    page.route("**/completion", lambda route: route.fulfill(status=500, body="{}"))
    finish(page, maya)
    with maya.refusal(500):
        expect(said).to_contain_text(KEPT, timeout=PATIENCE_MS)
    page.unroute("**/completion")
    page.get_by_role("button", name="Try again").click()
    expect_done(page, maya, MAYA)


def finish(page: Page, profile: Profile) -> None:
    choose(page, PASSWORD)
    type_back(page, take_code(page, profile, MAYA), PASSWORD)
    page.get_by_role("button", name="Finish").click()


def test_a_reader_whose_key_the_log_does_not_name_gets_no_letter(
    pair: Pair, browser: Browser
) -> None:
    profile = Profile.open(browser, pair)
    swapping = Liar.at(profile.context, "**/api/v1/lookups")
    pane = open_pane(profile.outlook(ANN))
    own, secrets = Identity.new().recipient, Secrets.of(pair)
    members = {"key": own.fingerprint, "recipient": own.text}
    swapping.lie = lambda said: {
        "lookups": [look_up(secrets, one, **members) for one in said["lookups"]]
    }
    write(pane, to=(MAYA,), subject="Swapped", text=BEFORE)
    press_send(pane)
    expect(pane.get_by_text(NOT_BORNE_OUT).first).to_be_visible(timeout=PATIENCE_MS)
    swapping.lie = None
    press_send(pane)
    expect(pane.get_by_role("status")).to_contain_text("Sent", timeout=PATIENCE_MS)
    profile.close()
