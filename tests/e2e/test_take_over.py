"""A message that was begun in Outlook is taken over: it goes sealed, and Outlook's own is emptied."""

import base64
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import FrameLocator, Page, expect

from tests.e2e.canary import new_word
from tests.e2e.pair import Pair
from tests.e2e.panes import PDF, put, rows
from tests.e2e.people import (
    ANN,
    MAYA,
    Profile,
    expect_sent,
    new_subject,
    pane_of,
    press_send,
)
from tests.e2e.test_pane_looks import looking
from tests.sandbox.running import eventually

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
HOSTS = [
    "classic",
    *(pytest.param(one, marks=pytest.mark.wide) for one in ("web", "mac", "ltsc2024")),
]
FILE: Any = {"name": "Accounts.pdf", "mimeType": "application/pdf", "buffer": PDF}


@pytest.fixture(autouse=True)
def granted(pair: Pair) -> Iterator[None]:
    """What a story withdraws is granted again after it."""
    yield
    tenant(pair, consented=None, held=None)


def tenant(pair: Pair, **granted: Any) -> None:
    answer = requests.post(f"{pair.sandbox.url}/sandbox/tenant", json=granted, timeout=10)
    assert answer.ok


def folder(pair: Pair, name: str) -> list[dict[str, Any]]:
    """All messages of one of Ann's folders, whole."""
    url, query = f"{pair.sandbox.url}/outlook/api", {"as": ANN, "folder": name}
    listed = requests.get(f"{url}/mailbox", params=query, timeout=10).json()["messages"]
    return [
        requests.get(f"{url}/messages/{one['id']}", params={"as": ANN}, timeout=10).json()
        for one in listed
    ]


def holding(pair: Pair, name: str, word: str) -> list[dict[str, Any]]:
    """Those that hold a word anywhere."""
    return [one for one in folder(pair, name) if word in str(one)]


def draft(pair: Pair, subject: str, body: str, **more: Any) -> str:
    """A draft as another window of Outlook has stored it."""
    fields = {"to": MAYA, "cc": "", "bcc": "", "subject": subject, "body": body, "text": body}
    answer = requests.post(
        f"{pair.sandbox.url}/outlook/api/drafts", params={"as": ANN}, json=fields | more, timeout=10
    )
    return str(answer.json()["id"])


def begin(profile: Profile, subject: str, text: str, more: str = "") -> tuple[Page, FrameLocator]:
    """Ann writes in Outlook's own form, with a file, and then opens the pane."""
    outlook = profile.context.new_page()
    outlook.goto(f"{profile.pair.sandbox.url}/outlook?as={ANN}{more}")
    outlook.get_by_role("button", name="New message").click()
    put(outlook, "To", MAYA)
    put(outlook, "Subject", subject)
    outlook.get_by_role("textbox", name="Message body").fill(text)
    outlook.locator('input[type="file"]').set_input_files([FILE])
    expect(outlook.get_by_text("Draft saved")).to_be_visible()
    outlook.get_by_role("button", name="Letterlock").click()
    return outlook, pane_of(outlook)


def take(pane: FrameLocator) -> None:
    """Press the button."""
    pane.get_by_role("button", name="Take over this message").click()


def left(pane: FrameLocator) -> Any:
    """What the pane says of Outlook afterwards."""
    return pane.get_by_role("list", name="What Outlook still holds")


@pytest.mark.parametrize("host", HOSTS)
def test_what_stood_in_outlook_goes_sealed_and_outlooks_message_is_emptied(
    pair: Pair, profile: Profiles, host: str
) -> None:
    subject, word = new_subject("Taken over"), new_word()
    copy = draft(pair, subject, f"Dear Maya, {word}")
    other = draft(pair, subject, f"Quite another thing: {word} too")
    outlook, pane = begin(profile(), subject, f"Dear Maya, {word}.", f"&host={host}")
    expect(pane.get_by_text("stored them in Drafts already")).to_be_visible()
    take(pane)
    expect(pane.get_by_text("It stands in this letter now.")).to_be_visible()
    expect(pane.get_by_role("textbox", name="Message")).to_contain_text(word)
    expect(rows(pane)).to_contain_text("Accounts.pdf")
    assert len(holding(pair, "drafts", word)) == 3  # nothing changes before the letter has gone
    press_send(pane)
    expect_sent(pane)
    for said in (
        "is emptied", "One earlier copy was removed", "other text in them were left alone",
        "Recoverable Items may keep",
    ):  # fmt: skip
        expect(left(pane)).to_contain_text(said)
    expect(pane.get_by_text("own message is not in the letter")).to_be_hidden()
    expect(pane.get_by_text("Outlook keeps only the notice")).to_be_hidden()
    assert [one["id"] for one in holding(pair, "drafts", word)] == [other]
    assert copy not in [one["id"] for one in folder(pair, "drafts")]
    assert len(holding(pair, "recoverableitemspurges", word)) == 1
    assert word not in eventually(lambda: pair.sandbox.inbox(MAYA, subject))["html"]
    pane.get_by_role("button", name="Close this window").click()
    expect(outlook.get_by_role("textbox", name="Message body")).to_have_count(0)
    assert [one["id"] for one in holding(pair, "drafts", word)] == [other]


def test_the_token_for_the_mailbox_never_comes_to_our_server(profile: Profiles) -> None:
    ann = profile()
    asked: list[tuple[str, str]] = []
    ann.context.on(
        "request", lambda one: asked.append((one.url, one.headers.get("authorization", "")))
    )
    _, pane = begin(ann, new_subject("Token"), f"Dear Maya, {new_word()}")
    take(pane)
    expect(pane.get_by_text("It stands in this letter now.")).to_be_visible()
    press_send(pane)
    expect_sent(pane)
    expect(left(pane)).to_contain_text("no earlier copy")
    graph = {token for url, token in asked if "/v1.0/me" in url and token}
    ours = {token for url, token in asked if "/api/v1/" in url and token}
    assert len(graph) == 1
    assert ours
    assert graph.isdisjoint(ours)


@pytest.mark.wide
def test_without_consent_it_goes_all_the_same_and_what_stays_is_said(
    pair: Pair, profile: Profiles
) -> None:
    subject, word = new_subject("No consent"), new_word()
    copy = draft(pair, subject, f"Dear Maya, {word}")
    tenant(pair, consented=["access_as_user", "Mail.Send", "User.Read"])
    ann = profile()
    with ann.refusal(400):
        _, pane = begin(ann, subject, f"Dear Maya, {word}")
        take(pane)
        expect(pane.get_by_text("earlier copies in Drafts stay where they are")).to_be_visible()
        press_send(pane)
        expect_sent(pane)
        expect(left(pane)).to_contain_text("earlier copies in Drafts stay where they are")
    assert [one["id"] for one in holding(pair, "drafts", word)] == [copy]


@pytest.mark.wide
def test_under_a_hold_what_outlook_stored_stays_in_versions_and_the_pane_says_so(
    pair: Pair, profile: Profiles
) -> None:
    subject, word = new_subject("Held"), new_word()
    tenant(pair, held=[ANN])
    outlook, pane = begin(profile(), subject, f"Dear Maya, {word}")
    outlook.get_by_role("textbox", name="Message body").press_sequentially("So ")
    eventually(lambda: holding(pair, "recoverableitemsversions", word))
    take(pane)
    expect(pane.get_by_text("keeps earlier versions")).to_be_visible()
    press_send(pane)
    expect_sent(pane)
    expect(left(pane)).to_contain_text("keeps earlier versions")
    assert holding(pair, "drafts", word) == []
    assert holding(pair, "recoverableitemsversions", word)


@pytest.mark.wide
@pytest.mark.parametrize(
    ("fail", "words"),
    [
        ("attachments.content:empty", "Outlook gave nothing of “Accounts.pdf”"),
        ("attachments.content:9043", "Outlook could not read “Accounts.pdf”"),
        ("body.get:9020", "Outlook did not give its message"),
    ],
    ids=["empty", "unreadable", "no body"],
)
def test_what_outlook_does_not_give_is_refused_by_name_and_nothing_is_taken(
    pair: Pair, profile: Profiles, fail: str, words: str
) -> None:
    subject, word = new_subject("Not given"), new_word()
    _, pane = begin(profile(), subject, f"Dear Maya, {word}", f"&fail={fail}")
    take(pane)
    expect(pane.get_by_text(words)).to_be_visible()
    expect(pane.get_by_role("textbox", name="Message")).to_have_text("")
    expect(rows(pane)).to_have_count(0)
    assert len(holding(pair, "drafts", word)) == 1


@pytest.mark.wide
def test_a_picture_that_classic_outlook_gives_empty_is_refused_by_name(
    pair: Pair, profile: Profiles
) -> None:
    subject = new_subject("Signature")
    logo = {
        "id": "1", "name": "logo.png", "type": "image/png", "inline": True,
        "content": base64.b64encode(b"\x89PNG\r\n\x1a\n").decode(),
    }  # fmt: skip
    kept = draft(pair, subject, '<p>Dear Maya</p><img src="cid:logo">', attachments=[logo])
    outlook = profile().context.new_page()
    outlook.goto(f"{pair.sandbox.url}/outlook?as={ANN}&host=classic&draft={kept}")
    outlook.get_by_role("button", name="Letterlock").click()
    take(pane_of(outlook))
    expect(pane_of(outlook).get_by_text("gave nothing of “logo.png”")).to_be_visible()


@pytest.mark.wide
def test_a_message_that_changed_after_it_was_taken_stops_the_letter(
    pair: Pair, profile: Profiles
) -> None:
    subject, word = new_subject("Changed"), new_word()
    outlook, pane = begin(profile(), subject, f"Dear Maya, {word}")
    take(pane)
    expect(pane.get_by_text("It stands in this letter now.")).to_be_visible()
    outlook.get_by_role("textbox", name="Message body").press_sequentially("And more.")
    press_send(pane)
    expect(pane.get_by_role("alert")).to_contain_text("has changed since you took it over")
    assert pair.sandbox.inbox(MAYA, subject) is None
    take(pane)
    press_send(pane)
    expect_sent(pane)


@pytest.mark.wide
@pytest.mark.parametrize(
    ("fail", "words"),
    [
        ("body.set:9020", "did not let us empty its message"),
        ("attachments.remove:9020", "did not let go of “Accounts.pdf”"),
        ("save:9021", "did not confirm that the emptied message is stored"),
    ],
    ids=["body", "files", "save"],
)
def test_what_outlook_did_not_let_go_of_is_said(profile: Profiles, fail: str, words: str) -> None:
    _, pane = begin(profile(), new_subject("Kept"), f"Dear {new_word()}", f"&fail={fail}")
    take(pane)
    expect(pane.get_by_text("It stands in this letter now.")).to_be_visible()
    press_send(pane)
    expect_sent(pane)
    expect(left(pane)).to_contain_text(words)


@pytest.mark.wide
def test_a_mailbox_that_the_firm_named_as_held_gives_nothing(pair: Pair, profile: Profiles) -> None:
    word = new_word()
    ann = profile()
    held = re.compile("/api/v1/me$")

    def named(route: Any) -> None:
        answer = route.fetch()
        body = answer.json()
        route.fulfill(
            response=answer, json=body | {"person": body["person"] | {"mailbox_held": True}}
        )

    ann.context.route(held, named)
    _, pane = begin(ann, new_subject("Firm's hold"), f"Dear Maya, {word}")
    take(pane)
    expect(pane.get_by_text("under a legal hold, so what Outlook has stored")).to_be_visible()
    expect(pane.get_by_role("textbox", name="Message")).to_have_text("")
    assert len(holding(pair, "drafts", word)) == 1


def test_it_is_taken_over_and_sent_by_keys_alone(profile: Profiles) -> None:
    outlook, pane = begin(profile(), new_subject("By keys"), f"Dear Maya, {new_word()}")
    button = pane.get_by_role("button", name="Take over this message")
    expect(button).to_be_visible()
    button.focus()
    outlook.keyboard.press("Enter")
    expect(pane.get_by_text("It stands in this letter now.")).to_be_visible()
    pane.get_by_role("textbox", name="Message").focus()
    send = pane.get_by_role("button", name="Send securely")
    for _ in range(12):
        outlook.keyboard.press("Tab")
        if send.evaluate("one => one === document.activeElement"):
            break
    outlook.keyboard.press("Enter")
    expect_sent(pane)


def test_each_of_its_states_is_accessible_and_fits_the_pane(profile: Profiles) -> None:
    ann = profile(viewport={"width": 1280, "height": 1000})
    outlook, pane = begin(ann, new_subject("Looks"), f"Dear Maya, {new_word()}")
    with looking(outlook, "**/pane/compose") as looks:
        expect(pane.get_by_role("button", name="Take over this message")).to_be_visible()
        looks.look("take over, offered")
        take(pane)
        expect(pane.get_by_text("It stands in this letter now.")).to_be_visible()
        looks.look("taken over")
        press_send(pane)
        expect_sent(pane)
        expect(left(pane)).to_contain_text("is emptied")
        looks.look("what remains")
