"""What an Outlook lacks, or does late, is said in the pane or waited for; nothing breaks."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pair import Pair
from tests.e2e.panes import expect_text, put, read_in_pane, sheets
from tests.e2e.people import (
    ANN,
    MAYA,
    TOM,
    Profile,
    expect_sent,
    mail,
    new_subject,
    open_pane,
    pane_of,
    press_send,
    write,
)
from tests.e2e.wire import post
from tests.sandbox.running import eventually

HOSTS = [
    "new",
    "ltsc2024",
    *(pytest.param(one, marks=pytest.mark.wide) for one in ("web", "classic", "mac")),
]
pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]


def outlook_of(profile: Profile, more: str) -> Page:
    """Ann's Outlook as another client, or with faults."""
    page = profile.context.new_page()
    page.goto(f"{profile.pair.sandbox.url}/outlook?as={ANN}{more}")
    expect(page.get_by_role("button", name=re.compile("^Inbox"))).to_be_visible()
    return page


@pytest.mark.parametrize("host", HOSTS)
def test_a_letter_goes_from_every_outlook_that_can_sign_in(
    pair: Pair, profile: Profiles, host: str
) -> None:
    subject = new_subject("From each")
    outlook = outlook_of(profile(), f"&host={host}")
    pane = open_pane(outlook)
    put(outlook, "To", MAYA)
    put(outlook, "Subject", subject)
    expect(pane.get_by_role("list", name="In To")).to_contain_text(MAYA, timeout=15_000)
    pane.get_by_role("textbox", name="Message").fill("Dear Maya")
    press_send(pane)
    expect_sent(pane)
    pane.get_by_role("button", name="Close this window").click()
    expect(outlook.get_by_role("textbox", name="Message body")).to_have_count(0)
    assert eventually(lambda: pair.sandbox.inbox(MAYA, subject))


def test_an_outlook_too_old_to_sign_in_says_so(profile: Profiles) -> None:
    pane = open_pane(outlook_of(profile(), "&host=ltsc2021"))
    expect(pane.get_by_role("alert")).to_contain_text("too old to sign you in")


def test_a_telephone_reads_and_does_not_compose(pair: Pair, profile: Profiles) -> None:
    subject = new_subject("On a phone")
    post(pair, "ben@hart.example", (ANN, MAYA), "Read me anywhere.", subject=subject)
    outlook = outlook_of(profile(), "&host=mobile")
    eventually(lambda: pair.sandbox.inbox(ANN, subject))
    pane = read_in_pane(outlook, "Inbox", subject)
    expect_text(sheets(pane).first, "Read me anywhere.")
    outlook.get_by_role("button", name="New message").click()
    expect(outlook.get_by_role("textbox", name="Message body")).to_be_visible()
    expect(outlook.get_by_role("button", name="Letterlock")).to_have_count(0)


def test_a_reader_exchanged_in_slow_outlook_is_the_one_who_gets_the_letter(
    pair: Pair, profile: Profiles
) -> None:
    subject = new_subject("Stale")
    outlook = outlook_of(profile(), "&host=classic")
    pane = open_pane(outlook)
    put(outlook, "To", TOM)
    put(outlook, "Subject", subject)
    expect(pane.get_by_role("list", name="In To")).to_contain_text(TOM, timeout=15_000)
    pane.get_by_role("textbox", name="Message").fill("Dear Maya")
    put(outlook, "To", MAYA)
    press_send(pane)
    expect_sent(pane)
    assert eventually(lambda: pair.sandbox.inbox(MAYA, subject))
    assert pair.sandbox.inbox(TOM, subject) is None


@pytest.mark.wide
def test_that_a_letter_never_goes_in_a_shared_mailboxs_name_is_said(profile: Profiles) -> None:
    outlook = outlook_of(profile(), "")
    outlook.get_by_role("button", name="New message").click()
    outlook.get_by_role("combobox", name="From").select_option("portal@hart.example")
    outlook.get_by_role("button", name="Letterlock").click()
    words = "send this from portal@hart.example. A letter goes from you: its notice comes from ann@"
    expect(pane_of(outlook).get_by_text(words)).to_be_visible()


@pytest.mark.wide
def test_answers_that_come_late_break_nothing(profile: Profiles) -> None:
    pane = open_pane(outlook_of(profile(), "&late=700"))
    write(pane, to=(MAYA,), subject=new_subject("Late"), text="Dear Maya")
    expect(pane.get_by_role("button", name="Send securely")).to_be_enabled()
    press_send(pane)
    expect_sent(pane)


@pytest.mark.wide
@pytest.mark.parametrize(
    ("fail", "words"),
    [
        ("read.body", "Outlook did not give us this mail"),
        ("hello", "This page works inside Outlook"),
    ],
    ids=["no body", "no host"],
)
def test_a_mail_that_outlook_does_not_give_is_not_called_another_one(
    profile: Profiles, fail: str, words: str
) -> None:
    outlook = outlook_of(profile(), f"&fail={fail}")
    outlook.get_by_role("button", name="Sent Items").click()
    mail(outlook, re.compile(".")).wait_for()
    outlook.get_by_role("list").nth(1).get_by_role("button").first.click()
    outlook.get_by_role("button", name="Letterlock").click()
    expect(pane_of(outlook).get_by_text(words).first).to_be_visible(timeout=15_000)
