"""Somebody of the firm with a key of her own: her browser at the portal, and her pane."""

import base64
import json
import os
from dataclasses import dataclass, field
from typing import Any

from server.crypto import age
from server.crypto.encoding import b64u
from server.crypto.identity import Identity
from tests.house import House, Pane
from tests.keys.holding import Holder
from tests.people.staff_desk import ANN, signed_in
from tests.self_held import OwnKey

EDGE = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537 Edg/120"}


def of_firm(house: House, address: str = ANN) -> tuple[Pane, Holder]:
    """Her pane, and her browser at the portal, where she signed in by Entra and enrolled."""
    pane = house.pane(address)
    holder = Holder.of(signed_in(house, address))
    holder.enrol()
    return pane, holder


def written_with(pane: Pane, holder: Holder) -> Pane:
    """The pane with her key in it, as if paired."""
    identities = {holder.key: holder.identity, **holder.old()}
    pane.own = OwnKey(holder.seeds.signing, identities)
    pane.me = pane.put("/me", {}).json
    return pane


@dataclass
class Pairing:
    """A pane that waits for its key. The server checks no tag: here it is any 32 bytes."""

    pane: Pane
    holder: Holder
    id: str = field(default_factory=lambda: b64u(os.urandom(16)))
    tag: str = field(default_factory=lambda: b64u(os.urandom(32)))
    once: Identity = field(default_factory=Identity.new)

    def body(self, **changes: Any) -> dict[str, Any]:
        """What the pane posts."""
        usual = {
            "id": self.id, "recipient": self.once.recipient.text, "tag": self.tag,
            "program": "outlook", "platform": "windows",
        }  # fmt: skip
        return usual | changes

    def begin(self, **changes: Any) -> Any:
        """Post the one-time recipient."""
        return self.pane.call("POST", "/pairings", self.body(**changes), headers=EDGE)

    def state(self) -> Any:
        """What the pane asks meanwhile."""
        return self.pane.call("GET", f"/pairings/{self.id}")

    def look(self) -> Any:
        """What the page at the portal shows."""
        return self.holder.visitor.api("GET", f"/keys/pairings/{self.id}")

    def sealed(self) -> str:
        """Her identity, as the page seals it."""
        seeds = self.holder.seeds
        content = {"identity": b64u(seeds.encryption + seeds.signing), "old": [], "tag": "", "v": 1}
        file = age.encrypt(self.once.recipient, json.dumps(content).encode())
        return base64.b64encode(file).decode()

    def answer(self, file: str = "", proof: dict[str, str] | None = None) -> Any:
        """Post it, with a proof of the key."""
        body = {"answer": file or self.sealed(), "proof": proof or self.holder.proof()}
        return self.holder.visitor.post(f"/keys/pairings/{self.id}/answer", body)

    def opened(self) -> dict[str, Any]:
        """What the pane finds in the answer."""
        file = base64.b64decode(self.state().json["answer"])
        content: dict[str, Any] = json.loads(age.decrypt(self.once, file))
        return content

    def complete(self, *, kept: bool = True) -> Any:
        """Say that the pane has it."""
        return self.pane.post(f"/pairings/{self.id}/completion", {"kept": kept})

    def refuse(self) -> Any:
        """It was not she."""
        return self.holder.visitor.api("DELETE", f"/keys/pairings/{self.id}")


def paired(pane: Pane, holder: Holder, *, kept: bool = True) -> dict[str, str]:
    """Pair a pane. Returns its id and share."""
    pairing = Pairing(pane, holder)
    assert pairing.begin().status_code == 201
    assert pairing.answer().status_code == 200
    done = pairing.complete(kept=kept)
    assert done.status_code == 201, done.json
    found: dict[str, str] = done.json
    return found


def panes(holder: Holder) -> list[dict[str, Any]]:
    """Her list of them."""
    found: list[dict[str, Any]] = holder.visitor.api("GET", "/keys/panes").json["panes"]
    return found
