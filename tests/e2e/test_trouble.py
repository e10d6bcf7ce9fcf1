"""What the pane says when Microsoft 365 does not answer, and that nothing is lost."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.pair import Pair
from tests.e2e.people import (
    ANN,
    MAYA,
    Profile,
    expect_sent,
    letter_id,
    mail,
    new_subject,
    open_pane,
    press_send,
    write,
)
from tests.sandbox.running import eventually

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
TEXT = "The invoice is wrong by a sixth."


def test_the_notice_waits_for_graph_and_goes_out_once(
    pair: Pair, profile: Profiles, mended: None
) -> None:
    subject = new_subject("While Graph is down")
    ann = profile().outlook(ANN)
    pane = open_pane(ann)
    write(pane, to=(MAYA,), subject=subject, text=TEXT)
    pair.sandbox.faults(graph={"status": 503, "path": "sendMail"})
    press_send(pane)
    waits = "Sealed and kept. Microsoft 365 is not answering; the notice goes out by itself"
    expect(pane.get_by_role("status")).to_contain_text(waits)
    for address, folder in ((ANN, "sentitems"), (MAYA, "inbox")):
        assert pair.sandbox.message(address, folder, subject) is None

    pair.sandbox.faults(graph=None)
    expect_sent(pane)
    assert letter_id(pair, MAYA, subject)
    mailbox = profile().outlook(MAYA)
    expect(mail(mailbox, subject)).to_be_visible()
    expect(mailbox.get_by_role("button", name=subject)).to_have_count(1)
    ann.get_by_role("button", name="Sent Items").click()
    expect(ann.get_by_role("button", name=subject)).to_have_count(1)


def test_a_person_whom_entra_wants_to_see_signs_in_and_the_letter_goes(
    pair: Pair, profile: Profiles, mended: None
) -> None:
    subject = new_subject("Seen by Entra")
    ann = profile()
    outlook = ann.outlook(ANN)
    pane = open_pane(outlook)
    write(pane, to=(MAYA,), subject=subject, text=TEXT)
    pair.sandbox.faults(obo="mfa")
    with ann.refusal(401):
        press_send(pane)
        outlook.get_by_role("dialog").get_by_role("button", name="Approve").click()
        expect_sent(pane)
    assert eventually(lambda: pair.sandbox.inbox(MAYA, subject))


def test_a_letter_that_was_not_taken_stays_in_the_pane(
    pair: Pair, profile: Profiles, mended: None
) -> None:
    subject = new_subject("Blocked")
    ann = profile()
    pane = open_pane(ann.outlook(ANN))
    write(pane, to=(MAYA,), subject=subject, text=TEXT)
    pair.sandbox.faults(obo="blocked")
    with ann.refusal(401):
        press_send(pane)
        expect(pane.get_by_role("alert")).to_contain_text("text is still here")
    expect(pane.get_by_role("textbox", name="Message")).to_have_text(TEXT)
    pair.sandbox.faults(obo=None)
    press_send(pane)
    expect_sent(pane)
    assert eventually(lambda: pair.sandbox.inbox(MAYA, subject))
