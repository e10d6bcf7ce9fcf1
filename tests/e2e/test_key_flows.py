"""A client becomes the only holder of her key, in a browser, with passkeys, storage and workers.

No page has it yet: the flows stand in a page of the portal that the test puts there.
"""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.people import ANN, MAYA, TOM, Profile, ask_code, enter_code, expect_open
from tests.e2e.wire import post

pytestmark = pytest.mark.timeout(300)
ROOT = Path(__file__).parents[2]
Profiles = Callable[..., Profile]
AUTHENTICATOR = {
    "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal",
    "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
    "hasPrf": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def flows(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What stands in the page, as one script."""
    made = tmp_path_factory.mktemp("own") / "flows.js"
    command = [ROOT / "node_modules/.bin/esbuild", ROOT / "tests/e2e/key_flows.ts", "--bundle",
               "--format=iife", "--target=es2023", "--log-level=warning", f"--outfile={made}"]  # fmt: skip
    subprocess.run(list(map(str, command)), check=True, cwd=ROOT)
    return made.read_text()


class Reader:
    """A client with her letter open, and the flows in the server's own page."""

    def __init__(self, profile: Profile, flows: str, *, who: str, prf: bool) -> None:
        self._flows, self._pair, self._who = flows, profile.pair, who
        self.url = profile.pair.url
        self.letter = post(self._pair, ANN, [who], "Before.")
        self.page = profile.context.new_page()
        self._browser = profile.context.new_cdp_session(self.page)
        self._browser.send("WebAuthn.enable")
        options = AUTHENTICATOR | {"hasPrf": prf}
        self._browser.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.page.goto(f"{self.url}/m/{self.letter}")
        enter_code(self.page, ask_code(self.page, self._pair, who))
        expect_open(self.page, "Before.")
        self.begin()

    def begin(self) -> None:
        """Put the flows into a page of the portal's that has no script, loaded anew."""
        self.page.goto(f"{self.url}/mails")
        assets = json.loads((ROOT / "web/dist/assets.json").read_text())
        self.page.evaluate(self._flows)
        self.ask("start", *(f"/static/{assets[name]}" for name in ("worker.js", "argon2.js")))

    def ask(self, name: str, *args: object) -> Any:
        """What a flow gives."""
        return self.page.evaluate(f"(args) => own.{name}(...args)", list(args))

    def refused(self, name: str, *args: object) -> str:
        """The code of what a flow throws."""
        call = f"(args) => own.{name}(...args).then(() => 'done', (error) => error.code)"
        return str(self.page.evaluate(call, list(args)))

    def reads(self, letter: str) -> str:
        """Open a letter's envelope here, which the server cannot; the key that it is sealed to."""
        found = self.ask("read", letter)
        assert found["message"] == letter
        assert not found["served"]
        return str(found["by"])

    def next_letter(self) -> str:
        """Another letter to her, sealed to whatever the directory names now."""
        return post(self._pair, ANN, [self._who], "Afterwards.")


def test_a_passkey_makes_the_key_hers_and_opens_what_came_before_and_after(
    profile: Profiles, flows: str
) -> None:
    maya = Reader(profile(), flows, who=MAYA, prf=True)
    passkey = maya.ask("makePasskey", "Phone")
    assert passkey["prf"]
    way = {"kind": "passkey", "credential": passkey["credential"], "name": "Phone"}
    enrolled = maya.ask("enrol", way)
    assert maya.ask("custody") == "self-held"
    assert maya.reads(maya.letter) == enrolled["old"][0]
    after = maya.next_letter()
    assert maya.reads(after) == enrolled["key"]

    maya.begin()
    assert maya.ask("kept") == {"key": enrolled["key"], "extractable": False, "bytes": 112}
    assert maya.reads(after) == enrolled["key"]

    maya.ask("forget")
    maya.begin()
    assert maya.ask("kept") is None
    assert maya.ask("unlock", {"kind": "passkey"}) == enrolled["key"]
    assert maya.reads(maya.letter) == enrolled["old"][0]
    typed = enrolled["code"].lower().replace("-", " ")
    assert maya.ask("unlock", {"kind": "recovery-code", "code": typed}) == enrolled["key"]

    maya.page.context.clear_cookies()
    assert maya.ask("enter") == enrolled["key"]
    assert maya.reads(after) == enrolled["key"]

    maya.page.goto(f"{maya.url}/m/{after}")
    with maya.page.expect_response("**/sessions/current"):
        maya.page.locator("#not-me").click()
    maya.begin()
    assert maya.ask("kept") is None


def test_a_password_makes_the_key_hers_where_passkeys_hold_none(
    profile: Profiles, flows: str
) -> None:
    tom = Reader(profile(), flows, who=TOM, prf=False)
    passkey = tom.ask("makePasskey", "Old phone")
    assert not passkey["prf"]
    way = {"kind": "passkey", "credential": passkey["credential"], "name": "Old phone"}
    assert tom.refused("enrol", way) == "no-prf"
    assert tom.ask("custody") == "managed"

    way = {"kind": "password", "password": "tall ships and a star", "name": "Password"}
    enrolled = tom.ask("enrol", way)
    assert tom.reads(tom.letter) == enrolled["old"][0]
    tom.ask("forget")
    wrong = {"kind": "password", "password": "small ships"}
    assert tom.refused("unlock", wrong) == "keyslot-secret"
    right = {"kind": "password", "password": "tall ships and a star"}
    assert tom.ask("unlock", right) == enrolled["key"]

    slot = tom.ask("add", way | {"password": "another", "name": "Another"})
    assert [one["name"] for one in tom.ask("slots")] == ["Password", "On paper", "Another"]
    tom.ask("remove", slot)
    assert tom.refused("unlock", {"kind": "password", "password": "another"}) == "keyslot-secret"
    assert tom.reads(tom.next_letter()) == enrolled["key"]
