"""The administrator demands end-to-end letters to a domain; who cannot send one is told, and loses nothing."""

from collections.abc import Callable, Iterator

import pytest
import requests
from playwright.sync_api import Frame, FrameLocator, Page, expect

from tests.e2e.accessibility import SCHEMES, overhang, violations
from tests.e2e.pair import Pair
from tests.e2e.people import (
    ANN,
    BEN,
    MAYA,
    PATIENCE_MS,
    Profile,
    expect_sent,
    new_subject,
    open_pane,
    press_send,
    write,
)
from tests.sandbox.running import API

pytestmark = pytest.mark.timeout(300)
TEXT = "The draft of the settlement."
WHY = "Hart & Co writes to client.example end-to-end only."


@pytest.fixture(autouse=True)
def free(pair: Pair) -> Iterator[None]:
    """At the end nothing is demanded, whatever went wrong: the house is shared."""
    yield
    origin = pair.url.replace("localhost", "127.0.0.1")
    token = pair.sandbox.sign_in(ANN, [API])["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "l" * 22}
    nothing = {"least": "managed", "domains": []}
    answer = requests.put(f"{origin}/api/v1/level-rules", json=nothing, headers=headers, timeout=20)
    assert answer.status_code == 200, answer.text


def framed(outlook: Page) -> Frame:
    return next(frame for frame in outlook.frames if "/pane/" in frame.url)


def rules_of(outlook: Page) -> tuple[Frame, FrameLocator]:
    """The administrator's page, with the form open."""
    pane = open_pane(outlook)
    link = pane.locator("#administrator a")
    expect(link).to_be_visible(timeout=PATIENCE_MS)
    link.click()
    form = pane.locator("#level-rules")
    expect(form).to_be_visible(timeout=PATIENCE_MS)
    form.get_by_role("heading", name="The least that letters must be").click()
    return framed(outlook), pane


def save(pane: FrameLocator, domains: str) -> None:
    pane.get_by_label("Domains that get end-to-end letters only").fill(domains)
    pane.get_by_role("button", name="Save the least level").click()


def test_the_administrator_demands_it_and_who_has_no_key_of_her_own_is_told_and_keeps_her_text(
    pair: Pair, profile: Callable[[], Profile]
) -> None:
    ann, ben = profile(), profile()
    meanwhile = ben.outlook(BEN)
    begun = open_pane(meanwhile)
    write(begun, to=(MAYA,), subject=new_subject("Begun"), text=TEXT)
    expect(begun.locator("#level")).to_have_text("Protected")
    desk = ann.outlook(ANN)
    frame, admin = rules_of(desk)
    with ann.refusal(422):
        save(admin, "client")
        expect(admin.locator("#level-strict-fault")).to_contain_text("looks like client.example")
    for scheme in SCHEMES:
        desk.emulate_media(color_scheme=scheme)
        assert (violations(frame), overhang(frame)) == ([], 0), scheme
    save(admin, "Client.example")
    expect(admin.locator("#level-saved")).to_contain_text("Saved. It holds for every letter")

    with ben.refusal(403):  # the rule came while he wrote
        press_send(begun)
        expect(begun.locator("#problem")).to_contain_text(
            "have no key of their own. Nothing has gone out"
        )
    expect(begun.locator("#least")).to_contain_text(WHY)
    expect(begun.get_by_role("textbox", name="Message")).to_have_text(TEXT)

    desk.close()
    outlook = ann.outlook(ANN)
    pane = open_pane(outlook)
    write(pane, to=(MAYA,), subject=new_subject("Told"), text=TEXT)
    note = pane.locator("#least")
    expect(note).to_contain_text(f"{WHY} The firm's server keeps your key")
    way = note.get_by_role("link", name="Make your own key at the portal")
    expect(way).to_have_attribute("href", f"{pair.url}/staff/key")
    assert violations(framed(outlook)) == []
    press_send(pane)
    expect(pane.locator("#problem")).to_contain_text(
        "For that you need a key of your own. Nothing has gone"
    )
    expect(pane.get_by_role("textbox", name="Message")).to_have_text(TEXT)

    desk = ann.outlook(ANN)
    _, admin = rules_of(desk)
    save(admin, "")
    expect(admin.locator("#level-saved")).to_contain_text("Letters may be protected or more")
    meanwhile.close()
    outlook.close()
    outlook = ann.outlook(ANN)
    pane = open_pane(outlook)
    write(pane, to=(MAYA,), subject=new_subject("Free"), text=TEXT)
    expect(pane.locator("#least")).to_be_hidden()
    press_send(pane)
    expect_sent(pane)
