"""Somebody of the firm becomes the holder of her key at the portal, and brings it into a pane."""

import re
from typing import Any

from playwright.sync_api import FrameLocator, Page, expect

from server.base.database import Database
from server.base.tenancy import all_firms
from server.base.vault import Vault
from tests import self_held
from tests.browser import NOT_IN_TESTS
from tests.e2e.own_key import PASSWORD, OwnKey, choose, type_back
from tests.e2e.pair import DATABASE, Pair
from tests.e2e.people import ANN, PATIENCE_MS, Profile, open_pane
from tests.e2e.wire import staff

# A switch, so that a browser does as browsers do: what a frame of another site stores lies apart, and is there.
PARTITIONED = "--disable-features=" + ",".join(
    one for one in NOT_IN_TESTS if one != "ThirdPartyStoragePartitioning"
)

NAMES = {"ann@hart.example": "Ann Lee", "ben@hart.example": "Ben Carey"}
ASKS = "Your key is not in this pane yet"


def become_holder(profile: Profile, address: str) -> OwnKey:
    """Enrol by password on /staff/key, signed in by Microsoft's page; the browser stays signed in."""
    page = profile.context.new_page()
    page.goto(f"{profile.pair.url}/staff/key")
    sign_in(page, NAMES[address])
    choose(page, PASSWORD)
    slip = page.get_by_role("list", name="Recovery code, in groups of four")
    expect(slip).to_be_visible(timeout=PATIENCE_MS)
    code = "-".join(slip.get_by_role("listitem").all_inner_texts())
    type_back(page, code, PASSWORD)
    page.get_by_role("button", name="Finish").click()
    done = page.get_by_role("heading", name="Your key is yours alone", level=1)
    expect(done).to_be_visible(timeout=PATIENCE_MS)
    page.close()
    return OwnKey(code, PASSWORD)


def sign_in(page: Page, name: str) -> None:
    """By the page of Microsoft."""
    page.get_by_role("button", name="Sign in with Microsoft").click()
    page.get_by_role("button", name=name).click()


def expect_asked(pane: FrameLocator, heading: str = ASKS) -> None:
    """Wait until the pane says that her key is not in it."""
    expect(pane.get_by_role("heading", name=heading)).to_be_visible(timeout=PATIENCE_MS)


def expect_here(pane: FrameLocator) -> None:
    """Wait until her key is in the pane."""
    expect(pane.get_by_text("Your key is in this pane")).to_be_visible(timeout=PATIENCE_MS)
    expect(pane.locator("#own")).to_be_hidden()


def pair_pane(profile: Profile, pane: FrameLocator) -> None:
    """Press "Pair this pane", and say yes on the portal's page that its link opens."""
    pane.get_by_role("button", name="Pair this pane").click()
    code = pane.locator("#own-code")
    expect(code).to_have_text(re.compile(r"^[A-Z2-9]{4}-[A-Z2-9]{4}$"))
    with profile.context.expect_page() as opened:
        pane.get_by_role("link", name="Open the page").click()
    page = opened.value
    give_key(page, code.inner_text())
    expect_here(pane)
    page.close()


def give_key(page: Page, code: str) -> None:
    """On /staff/pair, where she is signed in and her key may be open already."""
    page.get_by_role("button", name="Yes, go on").click()
    password = page.get_by_label("Your password")
    field = page.get_by_role("textbox", name="Code")
    expect(password.or_(field).filter(visible=True).first).to_be_visible(timeout=PATIENCE_MS)
    if password.is_visible():
        password.fill(PASSWORD)
        page.get_by_role("button", name="Unlock with your password").click()
    field.fill(code)
    page.get_by_role("button", name="Give this pane my key").click()
    expect(page.get_by_role("heading", name=re.compile("^Go back to"))).to_be_visible(
        timeout=PATIENCE_MS
    )


def fresh_pane(profile: Profile) -> tuple[Page, FrameLocator]:
    """A window of its own, and the pane beside a new message: Ann's key is in it."""
    outlook = profile.outlook(ANN)
    pane = open_pane(outlook)
    expect_here(pane)
    return outlook, pane


def drafts_of(pair: Pair) -> list[Any]:
    """What the server keeps of Ann's that is not sent."""
    desk: Any = staff(pair, ANN)
    return list(desk.call("GET", "/drafts").json["drafts"])


def hold(pair: Pair, address: str) -> self_held.OwnKey:
    """Put a key of her own in the place of what somebody has, beside the server."""
    staff(pair, address)  # who was never here has no key
    parts = self_held.Beside(
        Database(f"sqlite:///{pair.data / DATABASE}"), Vault.load(pair.data / "master.key")
    )
    with all_firms("a test puts another key in the place of hers"):
        own = self_held.make_self_held(parts, address)
    parts.database.close()
    return own
