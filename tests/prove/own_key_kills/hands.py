"""What a person has in her hands, and what she opens with it: by the server's own reading of keyslots.

Nothing of the browser's code is used to judge it.
"""

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from nacl.bindings import crypto_pwhash_alg
from nacl.bindings import crypto_pwhash_ALG_ARGON2ID13 as ARGON2ID

from server.crypto import age
from server.crypto.encoding import unb64u
from server.crypto.envelope import open_envelope
from server.crypto.errors import CryptoError
from server.crypto.identity import Identity
from server.crypto.keysecrets import read_recovery_code
from server.crypto.keyslots import Keyslot, check_owner, open_keyslot, parse_keyslot

Identities = dict[str, Identity]


class Shut(Exception):
    """Something of hers does not open; the words say what."""


@dataclass(frozen=True)
class Hands:
    """What she has seen or knows. `prf`: whatever her passkey gave so far, 32 bytes each."""

    code: str | None = None
    password: str | None = None
    prf: tuple[bytes, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, state: dict[str, Any], password: str | None) -> "Hands":
        """As the person in the page remembers it (person.js)."""
        return cls(state["code"], password, tuple(bytes(one) for one in state["prf"]))

    def open(self, text: str, *, person: str, key: str, rp: str) -> Identity:
        """The identity in a keyslot.

        Raises:
            Shut: Nothing that she has opens it.
        """
        slot = parse_keyslot(text)
        check_owner(slot, person=person, key=key, rp=rp)
        for secret in self._secrets(slot):
            try:
                return Identity(open_keyslot(slot, secret).encryption)
            except CryptoError:
                continue
        raise Shut(f"nothing that she has opens her {slot.kind}")

    def _secrets(self, slot: Keyslot) -> tuple[bytes, ...]:
        if slot.kind == "passkey":
            return self.prf
        if slot.kind == "recovery-code":
            return (read_recovery_code(self.code),) if self.code else ()
        kdf: Any = slot.kdf
        password = (self.password or "").encode()
        return (_stretched(password, kdf),) if password else ()


def identities(own: dict[str, Any], hands: Hands) -> dict[str, Identities]:
    """For each kind of keyslot all identities that it opens, by fingerprint.

    Args:
        own: The answer of `GET /keys/own/slots`.
        hands: What she has.

    Raises:
        Shut: A keyslot, or an identity behind it, does not open.
    """
    found = {}
    for slot in own["slots"]:
        present = hands.open(slot["text"], person=own["person"], key=own["key"], rp=own["rp"])
        known = {own["key"]: present}
        for old in own["old"]:
            known[old["key"]] = _opened_old(present, old)
        found[slot["kind"]] = known
    return found


def envelope(answer: dict[str, Any], known: Identities | None) -> dict[str, Any]:
    """The members of a letter's envelope, by the server (None) or by one's own identities.

    Raises:
        Shut: It does not open so.
    """
    if known is None:
        if "message_key" not in answer:
            raise Shut("the server does not open this letter")
        return answer
    identity = known.get(answer.get("envelope_key", ""))
    if identity is None:
        raise Shut("sealed to a key that she does not have")
    return dict(open_envelope(identity, base64.b64decode(answer["envelope"])).to_json())


def _opened_old(present: Identity, old: dict[str, str]) -> Identity:
    try:
        content = json.loads(age.decrypt(present, base64.b64decode(old["age"])))
    except CryptoError as error:
        raise Shut("an earlier identity does not open") from error
    identity = Identity.parse(content["identity"])
    if identity.recipient.fingerprint != old["key"]:
        raise Shut("an earlier identity is another")
    return identity


def _stretched(password: bytes, kdf: dict[str, Any]) -> bytes:
    salt, memory = unb64u(kdf["salt"]), kdf["memory"] * 1024
    return bytes(crypto_pwhash_alg(32, password, salt, kdf["passes"], memory, ARGON2ID))
