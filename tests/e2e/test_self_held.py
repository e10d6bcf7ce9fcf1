"""A letter to a reader who holds her own key, by a managed writer: what pane and page never say of it."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from server.base.database import Database
from server.base.tenancy import all_firms
from server.base.vault import Vault
from tests.e2e.pair import DATABASE, Pair
from tests.e2e.people import (
    ANN,
    MAYA,
    Profile,
    expect_sent,
    letter_id,
    new_subject,
    open_pane,
    press_send,
    write,
)
from tests.e2e.wire import post
from tests.self_held import Beside, make_self_held

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
TEXT = "The loan is paid back."
CALLED = re.compile("end-to-end", re.IGNORECASE)
# What a managed sender's pane says of others, and not of this letter.
HINT = "Only the holder of a key of their own can send end-to-end."


@pytest.fixture
def parts(pair: Pair) -> Iterator[Beside]:
    """The running pair's database, from outside."""
    beside = Beside(
        Database(f"sqlite:///{pair.data / DATABASE}"), Vault.load(pair.data / "master.key")
    )
    with all_firms("a test gives Maya a key of her own"):
        yield beside
    beside.database.close()


def text_of(place: Page | FrameLocator) -> str:
    return place.locator("body").inner_text().replace(HINT, "")


def test_a_letter_to_her_own_key_is_protected_and_nowhere_called_end_to_end(
    pair: Pair, parts: Beside, profile: Profiles
) -> None:
    post(pair, ANN, (MAYA,), "Of before.")
    make_self_held(parts, MAYA)
    subject = new_subject("The loan")
    pane = open_pane(profile().outlook(ANN))
    write(pane, to=(MAYA,), subject=subject, text=TEXT)
    pane.get_by_text("Who can read this:").click()
    readers = pane.get_by_role("list", name="Who can read this")
    expect(readers.get_by_role("listitem").filter(has_text=MAYA)).to_contain_text(
        "Holds the only key"
    )
    expect(pane.locator("#level")).to_have_text("Protected")
    expect(pane.locator("#level-own")).to_have_text("Your own copy is kept by the firm's server.")
    assert not CALLED.search(text_of(pane))
    press_send(pane)
    expect_sent(pane)
    assert not CALLED.search(text_of(pane))

    maya = profile()
    page = maya.link(letter_id(pair, MAYA, subject))
    assert not CALLED.search(text_of(page))
