"""Outlook's own Send in the sandbox: the guard is asked, its dialog leads to the pane, and it tells nobody."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Locator, Page, Request, expect

from tests.e2e.accessibility import SCHEMES, overhang, violations
from tests.e2e.pair import Pair
from tests.e2e.panes import put
from tests.e2e.people import ANN, BEN, MAYA, Profile, new_subject, open_pane, pane_of
from tests.firms.test_guarding import RULES as ALL_RULES
from tests.sandbox.running import API, eventually

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
Rules = Callable[..., None]
IBAN = "GB82 WEST 1234 5698 7654 32"
OFF: dict[str, Any] = ALL_RULES | {
    "files": "off",
    "found": {"kinds": [], "action": "ask"},
    "domains": {"names": [], "action": "ask"},
    "words": {"phrases": [], "action": "ask"},
}
FOUND = {"found": {"kinds": ["iban"], "action": "stop"}}


@pytest.fixture
def rules(pair: Pair) -> Iterator[Rules]:
    """Lets other rules hold for the firm; at the end none."""
    origin = pair.url.replace("localhost", "127.0.0.1")
    token = pair.sandbox.sign_in(ANN, [API])["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "g" * 22}

    def hold(**changed: Any) -> None:
        requests.put(f"{origin}/api/v1/me", json={}, headers=headers, timeout=20)
        answer = requests.put(
            f"{origin}/api/v1/guard-rules", json=OFF | changed, headers=headers, timeout=20
        )
        assert answer.status_code == 200, answer.text

    yield hold
    hold()


def begin(profile: Profile, subject: str, text: str, who: str = ANN, more: str = "") -> Page:
    """A mail to Maya in the Outlook window, ready to go."""
    page = profile.outlook(who)
    if more:
        page.goto(f"{page.url}{more}")
    page.get_by_role("button", name="New message").click()
    put(page, "To", MAYA)
    put(page, "Subject", subject)
    page.get_by_role("textbox", name="Message body").fill(text)
    return page


def press(page: Page) -> Locator:
    """Press Outlook's Send; the add-in's dialog."""
    page.get_by_role("button", name="Send", exact=True).click()
    return page.get_by_role("dialog", name="Letterlock")


def arrives(pair: Pair, subject: str) -> Any:
    return eventually(lambda: pair.sandbox.inbox(MAYA, subject))


def test_a_firm_without_rules_sends_as_ever(pair: Pair, profile: Profiles) -> None:
    subject = new_subject("No rules")
    press(begin(profile(), subject, IBAN))
    assert arrives(pair, subject)


def test_a_number_stops_the_mail_and_the_dialog_opens_the_pane_that_says_why(
    pair: Pair, profile: Profiles, rules: Rules
) -> None:
    rules(**FOUND)
    ann, subject = profile(), new_subject("Account")
    asked: list[Request] = []
    ann.context.on("request", lambda one: asked.append(one))  # noqa: PLW0108 no builtins there
    page = begin(ann, subject, f"Please pay into {IBAN}.")
    dialog = press(page)
    expect(dialog).to_contain_text("a bank account number (IBAN)")
    expect(dialog.get_by_role("button", name="Send Anyway")).to_have_count(0)
    dialog.get_by_role("button", name="Open Letterlock").click()
    line = pane_of(page).get_by_role("status").filter(has_text="held this message back")
    expect(line).to_contain_text("it holds a bank account number (IBAN)")
    expect(pane_of(page).get_by_role("button", name="Send securely")).to_be_enabled()
    assert pair.sandbox.message(MAYA, "inbox", subject) is None
    ours = [one for one in asked if not one.url.startswith(pair.sandbox.url)]
    assert any("/guard/launchevent.js" in one.url for one in ours)
    held = [one.url for one in ours if "WEST" in f"{one.url}{one.post_data or ''}"]
    assert held == []
    outlooks = [one for one in asked if "WEST" in (one.post_data or "")]
    if not outlooks:  # Outlook stores a draft when it has time
        page.wait_for_event("request", lambda one: "WEST" in (one.post_data or ""))


def test_what_the_firm_asks_about_may_be_sent_anyway(
    pair: Pair, profile: Profiles, rules: Rules
) -> None:
    rules(found={"kinds": ["iban"], "action": "ask"})
    subject = new_subject("Anyway")
    dialog = press(begin(profile(), subject, IBAN))
    expect(dialog).to_contain_text("or send it as it is")
    dialog.get_by_role("button", name="Send Anyway").click()
    assert arrives(pair, subject)


@pytest.mark.wide
def test_a_list_reaches_the_mailbox_with_the_pane_and_holds_from_then_on(
    pair: Pair, profile: Profiles, rules: Rules
) -> None:
    rules(domains={"names": ["client.example"], "action": "stop"})
    requests.put(f"{pair.sandbox.url}/outlook/api/roaming?as={BEN}", json={}, timeout=10)
    page = begin(profile(), new_subject("Listed"), "Good morning", BEN)
    dialog = press(page)
    expect(dialog).to_contain_text("your firm's list is not in this mailbox yet")
    expect(dialog.get_by_role("button", name="Send Anyway")).to_be_visible()
    dialog.get_by_role("button", name="Open Letterlock").click()
    kept = f"{pair.sandbox.url}/outlook/api/roaming?as={BEN}"
    eventually(lambda: requests.get(kept, timeout=10).json())
    expect(press(page)).to_contain_text("it goes to client.example")


@pytest.mark.wide
def test_a_guard_that_cannot_be_reached_is_outlooks_to_tell(
    pair: Pair, profile: Profiles, rules: Rules
) -> None:
    rules(**FOUND)
    subject = new_subject("Away")
    dialog = press(begin(profile(), subject, IBAN, more="&fail=hello"))
    expect(dialog).to_contain_text("unavailable", timeout=15_000)
    dialog.get_by_role("button", name="Send Anyway").click()
    assert arrives(pair, subject)


@pytest.mark.wide
def test_what_outlook_does_not_tell_is_said(profile: Profiles, rules: Rules) -> None:
    rules(**FOUND)
    dialog = press(begin(profile(), new_subject("Unread"), "Hello", more="&fail=body.get"))
    expect(dialog).to_contain_text("Outlook did not let us read all of it")
    dialog.get_by_role("button", name="Don't Send").click()


@pytest.mark.wide
def test_a_mac_has_one_button_and_an_old_outlook_no_guard(
    pair: Pair, profile: Profiles, rules: Rules
) -> None:
    rules(**FOUND)
    dialog = press(begin(profile(), new_subject("Mac"), IBAN, more="&host=mac"))
    expect(dialog.get_by_role("button")).to_have_text(["Open Letterlock"])
    dialog.get_by_role("button").click()
    subject = new_subject("Old")
    press(begin(profile(), subject, IBAN, more="&host=ltsc2021"))
    assert arrives(pair, subject)


@pytest.mark.wide
def test_the_administrator_changes_the_rules_in_her_pane(
    pair: Pair, profile: Profiles, rules: Rules
) -> None:
    rules()
    ann = profile()
    outlook = ann.outlook(ANN)
    pane = open_pane(outlook)
    pane.get_by_role("link", name="For you as administrator").click()
    pane.get_by_role("heading", name="What Outlook's own Send holds back").click()
    frame = outlook.frame(url="**/pane/admin")
    assert frame is not None
    for scheme in SCHEMES:
        outlook.emulate_media(color_scheme=scheme)
        assert (violations(frame), overhang(frame)) == ([], 0), scheme

    pane.get_by_role("checkbox", name="Bank account (IBAN)").check()
    pane.get_by_role("combobox", name="When one of them is found").select_option("stop")
    domains = pane.get_by_role("textbox", name="Domains whose mail goes sealed")
    domains.fill("client example")
    with ann.refusal(422):
        pane.get_by_role("button", name="Save these rules").click()
        expect(domains).to_have_accessible_description("A mail domain looks like client.example.")
    expect(domains).to_be_focused()
    domains.fill("Bank.Example")
    pane.get_by_role("button", name="Save these rules").click()
    expect(pane.locator("#guard-saved")).to_contain_text("Saved. Everybody's mailbox")
    expect(domains).to_have_value("bank.example")

    dialog = press(begin(profile(), new_subject("Form"), IBAN))
    expect(dialog).to_contain_text("a bank account number (IBAN)")
    dialog.get_by_role("button", name="Open Letterlock").click()
    expect(pane_of(dialog.page).get_by_role("button", name="Send securely")).to_be_enabled()
    inner = dialog.page.frame(url="**/pane/compose")
    assert inner is not None
    for scheme in SCHEMES:
        dialog.page.emulate_media(color_scheme=scheme)
        assert (violations(inner), overhang(inner)) == ([], 0), scheme
