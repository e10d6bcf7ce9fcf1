"""A client becomes the only holder of her key, in her browser; and an authenticator for her passkeys."""

import re
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import CDPSession, Page, expect

from tests.e2e.people import PATIENCE_MS, Profile, codes
from tests.sandbox.running import eventually

PASSWORD = "correct otter bicycle harvest"


@dataclass
class Authenticator:
    """Chromium's virtual authenticator of one page: built in, with user verification."""

    session: CDPSession
    id: str

    @classmethod
    def add(cls, page: Page, *, prf: bool = True, refuses: bool = False) -> "Authenticator":
        """Give a page one; without `prf` its passkeys hold no key.

        One that `refuses` verifies nobody, as when somebody closes its window; Chromium's goes on
        refusing when it is told otherwise, so it is removed then.
        """
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasPrf": prf,
            "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": not refuses,
            "automaticPresenceSimulation": True,
        }  # fmt: skip
        made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return cls(session, made["authenticatorId"])

    def remove(self) -> None:
        """Take it away, with what it holds."""
        self.session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.id})

    def credentials(self) -> list[dict[str, Any]]:
        """What it holds."""
        told = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        return list(told["credentials"])


@dataclass
class OwnKey:
    """What a person has in her hands when she is done."""

    code: str
    password: str | None
    seconds: float = field(default=0, compare=False)

    @property
    def groups(self) -> list[str]:
        """Of the recovery code."""
        return self.code.split("-")


def key_page(profile: Profile) -> Page:
    """The page of one's own key, in a browser that is signed in."""
    page = profile.context.new_page()
    page.goto(f"{profile.pair.url}/key")
    expect(page.locator("[data-stage=loading]")).to_be_hidden()
    return page


def become_self_held(profile: Profile, address: str, *, password: str | None = PASSWORD) -> OwnKey:
    """From the page of one's own key to its end; by passkey where `password` is None.

    The browser is signed in by a code. For a passkey its page gets a virtual authenticator, which
    goes with the page: `prove_fresh` and the rest can be used one by one for other stories.
    """
    page = key_page(profile)
    if password is None:
        Authenticator.add(page)
    own = enrol(page, profile, address, password=password)
    page.close()
    return own


def enrol(page: Page, profile: Profile, address: str, *, password: str | None) -> OwnKey:
    """On the page: choose the way, take the recovery code, finish."""
    began = time.monotonic()
    choose(page, password)
    code = take_code(page, profile, address)
    type_back(page, code, password)
    page.get_by_role("button", name="Finish").click()
    expect_done(page, profile, address)
    return OwnKey(code, password, time.monotonic() - began)


def choose(page: Page, password: str | None) -> None:
    """A passkey, or this password."""
    if password is None:
        page.get_by_role("button", name="Make a passkey").click()
        return
    field = page.get_by_label("Password", exact=True)
    if not field.is_visible():
        page.get_by_role("button", name="Use a password instead").click()
    field.fill(password)
    page.get_by_role("button", name="Take this password").click()


def take_code(page: Page, profile: Profile, address: str) -> str:
    """Wait for the slip, proving the mailbox meanwhile if the page asks for it."""
    slip = page.get_by_role("list", name="Recovery code, in groups of four")
    prove_if_asked(page, profile, address, slip)
    return "-".join(slip.get_by_role("listitem").all_inner_texts())


def type_back(page: Page, code: str, password: str | None) -> None:
    """The two groups, the password once more, the box."""
    type_groups(page, code)
    if password is not None:
        page.get_by_label("Your password once more").fill(password)
    page.get_by_role("checkbox").check()


def type_groups(page: Page, code: str) -> None:
    """The two groups that the page asks for."""
    asked = page.get_by_role("group", name=re.compile("^Type group"))
    for box in asked.get_by_role("textbox").all():
        number = int((box.get_attribute("aria-label") or "").removeprefix("Group "))
        box.fill(code.split("-")[number - 1].lower())


def expect_done(page: Page, profile: Profile, address: str) -> None:
    """Wait for the end, proving the mailbox if the page asks for it."""
    done = page.get_by_role("heading", name="Your key is yours alone", level=1)
    prove_if_asked(page, profile, address, done)


def prove_if_asked(page: Page, profile: Profile, address: str, wanted: Any) -> None:
    """Wait for what is wanted; where a code is asked for first, have one sent and type it."""
    send = page.get_by_role("button", name="Email me a code")
    expect(wanted.or_(send).filter(visible=True).first).to_be_visible(timeout=PATIENCE_MS)
    if send.is_visible():
        prove_fresh(page, profile, address)
    expect(wanted).to_be_visible(timeout=PATIENCE_MS)


def prove_fresh(page: Page, profile: Profile, address: str) -> None:
    """Have a code sent within the step, and type it."""
    before = codes(profile.pair, address)
    page.get_by_role("button", name="Email me a code").click()
    code = eventually(lambda: next(iter(codes(profile.pair, address) - before), None), within=20)
    page.get_by_role("textbox", name="Code").fill(code)
    page.get_by_role("button", name="Go on").click()


def expect_said(page: Page, words: str) -> None:
    """Wait until the page shows a sentence; it reads each out once more, unseen and further up."""
    expect(page.get_by_text(words).last).to_be_visible(timeout=PATIENCE_MS)


def sign_in_unseen(profile: Profile, address: str, letter: str) -> None:
    """By a code, without a page: what the letter's page does over HTTP."""
    before = codes(profile.pair, address)
    _post(profile, f"/messages/{letter}/codes", {"address": address}, 202)
    code = eventually(lambda: next(iter(codes(profile.pair, address) - before), None), within=20)
    _post(profile, "/sessions", {"code": code}, 201)


def _post(profile: Profile, path: str, body: dict[str, str], status: int) -> None:
    url = profile.pair.url
    headers = {"origin": url, "idempotency-key": secrets.token_urlsafe(24)}
    answer = profile.context.request.post(f"{url}/api/v1{path}", data=body, headers=headers)
    assert answer.status == status, answer.text()
