"""Keyslots: one identity, sealed once for each way in which its owner can open it.

Source: docs/spec/keyslots.md. The server checks what a client posts
(`parse_keyslot`, `check_owner`); `open_keyslot` is for vectors, audits and an offline machine.
"""

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as _decrypt
from nacl.exceptions import CryptoError as _SodiumError

from server.crypto.encoding import Json, b64u, canonical, parse_canonical, unb64u
from server.crypto.errors import KeyslotRefused, Refusal
from server.crypto.identity import Identity
from server.crypto.keysecrets import CODE, SECRET, check_cost
from server.crypto.shape import Shape
from server.crypto.signing import public_key

MAX_SLOT: Final = 8192
RECOVERY_FILE: Final = 1691

_IS: Final = Shape("keyslot-malformed")
_PERSON: Final = re.compile(r"[0-9a-f]{32}")
_HOST: Final = re.compile(r"[a-z0-9.-]{1,253}")
_MEMBERS: Final = {
    "check", "kdf", "key", "kind", "nonce", "person", "sealed", "signing_key", "slot", "v",
}  # fmt: skip
_LABELS: Final = {
    "passkey": "letterlock/keyslot/prf/v1",
    "password": "letterlock/keyslot/password/v1",
    "recovery-code": "letterlock/keyslot/recovery-code/v1",
    "firm-recovery": "letterlock/keyslot/firm-recovery/v1",
}
_SEED: Final = 32
_SIZES: Final = {"slot": 16, "key": 32, "signing_key": 32, "check": 32, "nonce": 24, "sealed": 80}


@dataclass(frozen=True, slots=True)
class Keyslot:
    """A slot that is well formed; `members` are those of keyslots.md section 1."""

    text: str
    kind: str
    slot: str
    person: str
    key: str
    signing_key: str
    kdf: dict[str, Json]
    members: dict[str, Json]

    def bytes_of(self, member: str) -> bytes:
        """The bytes of a member that is base64url."""
        return unb64u(str(self.members[member]))


@dataclass(frozen=True, slots=True, repr=False)
class SlotKeys:
    """What a secret gives, 32 bytes each; an authenticator for a password only."""

    wrapping: bytes
    check: bytes
    authenticator: bytes | None


@dataclass(frozen=True, slots=True, repr=False)
class Seeds:
    """Both secret halves of a person's identity, 32 bytes each."""

    encryption: bytes
    signing: bytes


def parse_keyslot(text: str) -> Keyslot:
    """Parse and check every member, and the limits of the KDF.

    Raises:
        KeyslotRefused: keyslot-malformed, keyslot-costly or keyslot-weak.
    """
    try:
        _IS.must(len(text) <= MAX_SLOT)
        value = _IS.record(parse_canonical(text), _MEMBERS)
        _IS.one(value["v"])
        kind = _IS.one_of(set(_LABELS), value["kind"])
        for member, size in _SIZES.items():
            _base64(value[member], size)
        kdf = _KDFS[kind](value["kdf"])
        person = _IS.match(_PERSON, value["person"])
    except Refusal as error:
        raise KeyslotRefused("keyslot-malformed") from error
    if kind == "password":
        check_cost(memory=_IS.count(kdf["memory"]), passes=_IS.count(kdf["passes"]))
    return Keyslot(
        text=text,
        kind=kind,
        slot=str(value["slot"]),
        person=person,
        key=str(value["key"]),
        signing_key=str(value["signing_key"]),
        kdf=kdf,
        members=value,
    )


def check_owner(
    slot: Keyslot,
    *,
    person: str,
    key: str | None = None,
    rp: str | None = None,
    recovery: str | None = None,
) -> None:
    """Refuse a slot of another person, key, site or recovery recipient; None is not looked at.

    Raises:
        KeyslotRefused: keyslot-foreign.
    """
    same = slot.person == person and key in {None, slot.key}
    here = slot.kind != "passkey" or rp in {None, slot.kdf["rp"]}
    declared = slot.kind != "firm-recovery" or recovery in {None, slot.kdf["recipient"]}
    if not (same and here and declared):
        raise KeyslotRefused("keyslot-foreign")


def slot_keys(slot: Keyslot, secret: bytes) -> SlotKeys:
    """The keys of a slot, from 16 bytes for a recovery code, 32 for every other kind.

    Raises:
        KeyslotRefused: keyslot-secret, for any other length.
    """
    if len(secret) != (CODE if slot.kind == "recovery-code" else SECRET):
        raise KeyslotRefused("keyslot-secret")
    rp = [str(slot.kdf["rp"])] if slot.kind == "passkey" else []
    info = "\x00".join([_LABELS[slot.kind], *rp, slot.person]).encode()
    length = 96 if slot.kind == "password" else 64
    found = HKDF(SHA256(), length, slot.slot.encode(), info).derive(secret)
    return SlotKeys(found[:32], found[32:64], found[64:] or None)


def open_keyslot(slot: Keyslot, secret: bytes) -> Seeds:
    """The identity in a slot whose owner was checked (`check_owner`).

    Raises:
        KeyslotRefused: keyslot-secret, keyslot-damaged or keyslot-identity.
    """
    keys = slot_keys(slot, secret)
    if not hmac.compare_digest(keys.check, slot.bytes_of("check")):
        raise KeyslotRefused("keyslot-secret")
    named = {name: value for name, value in slot.members.items() if name != "sealed"}
    nonce, sealed = slot.bytes_of("nonce"), slot.bytes_of("sealed")
    try:
        content = _decrypt(sealed, canonical(named).encode(), nonce, keys.wrapping)
    except _SodiumError as error:
        raise KeyslotRefused("keyslot-damaged") from error
    seeds = Seeds(content[:_SEED], content[_SEED:])
    held = (Identity(seeds.encryption).recipient.fingerprint, b64u(public_key(seeds.signing)))
    if held != (slot.key, slot.signing_key):
        raise KeyslotRefused("keyslot-identity")
    return seeds


def _base64(value: Json, least: int, most: int | None = None) -> None:
    try:
        size = len(unb64u(_IS.text(value)))
    except ValueError as error:
        raise Refusal("keyslot-malformed") from error
    _IS.must(least <= size <= (most or least))


def _passkey(value: Json) -> dict[str, Json]:
    kdf = _IS.record(value, {"credential", "name", "rp", "salt"})
    _IS.one_of({"prf"}, kdf["name"])
    _base64(kdf["credential"], 1, 1023)
    _IS.match(_HOST, kdf["rp"])
    _base64(kdf["salt"], 32)
    return kdf


def _password(value: Json) -> dict[str, Json]:
    kdf = _IS.record(value, {"lanes", "memory", "name", "passes", "salt"})
    _IS.one_of({"argon2id"}, kdf["name"])
    _IS.one(kdf["lanes"])
    _IS.count(kdf["memory"])
    _IS.count(kdf["passes"])
    _base64(kdf["salt"], 16)
    return kdf


def _code(value: Json) -> dict[str, Json]:
    kdf = _IS.record(value, {"name"})
    _IS.one_of({"hkdf"}, kdf["name"])
    return kdf


def _recovery(value: Json) -> dict[str, Json]:
    kdf = _IS.record(value, {"name", "recipient", "secret"})
    _IS.one_of({"age"}, kdf["name"])
    _base64(kdf["recipient"], 32)
    _base64(kdf["secret"], RECOVERY_FILE)
    return kdf


_KDFS: Final[dict[str, Callable[[Json], dict[str, Json]]]] = {
    "passkey": _passkey,
    "password": _password,
    "recovery-code": _code,
    "firm-recovery": _recovery,
}
