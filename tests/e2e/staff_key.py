"""Somebody of the firm holds her own key, in a browser at the portal; and a pane that asks for it, without one."""

import base64
import os
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page, expect

from server.crypto import pairing
from server.crypto.encoding import b64u
from server.crypto.identity import Identity
from server.crypto.pairing import Brought
from tests.e2e.accessibility import Inspector
from tests.e2e.own_key import OwnKey, choose, type_back
from tests.e2e.pair import Pair
from tests.e2e.people import ANN, PATIENCE_MS, Profile
from tests.e2e.wire import staff
from tests.house import Pane

NAMES = {ANN: "Ann Lee", "ben@hart.example": "Ben Carey"}
CODE = "7KQ2M8XF"
WIDTHS = (320, 390, 1280)
EDGE = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537 Edg/120"}


def staff_key(profile: Profile, address: str = ANN) -> Page:
    """The page of her key, where she signs in and is sent back to."""
    page = profile.context.new_page()
    page.goto(f"{profile.pair.url}/staff/key")
    sign_in(page, address)
    expect(page.locator("[data-stage=loading]")).to_be_hidden(timeout=PATIENCE_MS)
    return page


def sign_in(page: Page, address: str = ANN) -> None:
    """Press the page's button, and be somebody at Microsoft; the page comes back."""
    here = page.url
    page.get_by_role("button", name="Sign in with Microsoft").click()
    page.get_by_role("button", name=NAMES[address]).click()
    page.wait_for_url(here)


def become_holder(page: Page, *, password: str | None = None) -> OwnKey:
    """Choose the way, take the recovery code, finish; by passkey where `password` is None."""
    choose(page, password)
    code = take_code(page)
    type_back(page, code, password)
    page.get_by_role("button", name="Finish").click()
    expect_holder(page)
    return OwnKey(code, password)


def take_code(page: Page) -> str:
    """Wait for the slip."""
    slip = page.get_by_role("list", name="Recovery code, in groups of four")
    expect(slip).to_be_visible(timeout=PATIENCE_MS)
    return "-".join(slip.get_by_role("listitem").all_inner_texts())


def expect_holder(page: Page) -> None:
    """Wait for the end."""
    heading = page.get_by_role("heading", name="Your key is yours alone", level=1)
    expect(heading).to_be_visible(timeout=PATIENCE_MS)


@dataclass
class AskingPane:
    """A pane that was opened and asks for her key; `code` is what it shows."""

    desk: Pane
    code: str = CODE
    k: bytes = field(default_factory=lambda: os.urandom(32))
    once: Identity = field(default_factory=Identity.new)

    @classmethod
    def begin(cls, pair: Pair, address: str = ANN, program: str = "outlook") -> "AskingPane":
        """Post the one-time recipient, in Edge on Windows."""
        made = cls(staff(pair, address))
        recipient = made.once.recipient.text
        said = {"program": program, "platform": "web"}
        tag = pairing.pane_tag(made.keys.pane, recipient, **said)
        body = {"id": made.id, "recipient": recipient, "tag": tag, **said}
        answer = made.desk.call("POST", "/pairings", body, headers=EDGE)
        assert answer.status_code == 201, answer.json
        return made

    @property
    def id(self) -> str:
        """Of the pairing."""
        return pairing.pairing_id(self.k)

    @property
    def keys(self) -> pairing.TagKeys:
        """The keys of its tags."""
        return pairing.tag_keys(self.k, self.code, self.desk.me["person"]["id"])

    @property
    def link(self) -> str:
        """Where it leads."""
        return f"/staff/pair#{b64u(self.k)}"

    def state(self) -> Any:
        """What it asks meanwhile."""
        return self.desk.api("GET", f"/pairings/{self.id}")

    def taken(self) -> Brought:
        """The identity that came back, with every check of pairing.md section 2."""
        file = base64.b64decode(self.state().json["answer"])
        return pairing.open_answer(self.keys.page, self.once, file)

    def complete(self, *, kept: bool = True) -> str:
        """Say that it has the key; its id."""
        answer = self.desk.post(f"/pairings/{self.id}/completion", {"kept": kept})
        assert answer.status_code == 201, answer.json
        return str(answer.json["pane"])


def pair_page(profile: Profile, asking: AskingPane) -> Page:
    """Open a pane's link in a window of its own."""
    page = profile.context.new_page()
    page.goto(f"{profile.pair.url}{asking.link}")
    return page


@dataclass
class Looks:
    """Looks at each state at the next of three widths, light and dark; every third in forced colours too."""

    inspector: Inspector = field(default_factory=lambda: Inspector(()))
    count: int = 0

    def at(self, name: str, page: Page) -> None:
        """axe, and no wider than the screen."""
        self.inspector.widths = (WIDTHS[self.count % 3],)
        self.inspector.look(name, page)
        if self.count % 3 == 2:
            page.emulate_media(forced_colors="active")
            self.inspector.look(f"{name}, forced colours", page)
            page.emulate_media(forced_colors="none")
        self.count += 1
