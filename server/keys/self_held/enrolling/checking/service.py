"""A new identity as it is posted, checked before anything of it is kept.

Source: docs/spec/enrolment.md section 4, step 2.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from server.base.errors import Invalid
from server.crypto import signing
from server.crypto.encoding import b64u, canonical, unb64u
from server.crypto.errors import KeyslotRefused, MalformedKey, Refusal
from server.crypto.identity import Recipient, fingerprint
from server.crypto.keyslots import Keyslot
from server.crypto.signing import Signature
from server.firms.service import Firm
from server.keys import store as keys
from server.keys.self_held.proofs.service import Proof
from server.keys.self_held.slots import service as slots
from server.people.service import Person

_SIGNING_KEY: Final = 32


class EnrolmentMalformed(Invalid):
    """A key, the signature or the choice of keyslots is not what enrolment.md section 4 asks."""

    code = "enrolment-malformed"
    detail = "The new key is not well formed. Nothing about your key has changed; begin again."


@dataclass(frozen=True, slots=True, repr=False)
class Wanted:
    """A new identity as its browser posts it. `slots` are (text, name); all bytes as in JSON.

    `replaces` is the fingerprint of the self-held key that it takes the place of. She has lost that
    one, or hands on what she has: `kept` is (fingerprint, age file in base64), with its `proof`.
    """

    recipient: str
    signing_key: str
    slots: Sequence[tuple[str, str]]
    signature: Signature
    replaces: str | None = None
    kept: Sequence[tuple[str, str]] | None = None
    proof: Proof | None = None


@dataclass(frozen=True, slots=True)
class Public:
    """The public halves of a new identity: X-Wing, and 32 bytes of Ed25519."""

    recipient: Recipient
    signing_key: bytes


def checked(
    connection: Connection, wanted: Wanted, *, firm: Firm, person: Person
) -> tuple[Public, list[Keyslot]]:
    """The public halves of a new identity, and its keyslots.

    Raises:
        EnrolmentMalformed: A key, the signature or the choice of keyslots is wrong.
        KeyslotRefused: A slot is.
    """
    public = _public(connection, person, wanted)
    found = _checked_slots(connection, wanted, public, firm=firm, person=person)
    _check_signature(wanted, public, person)
    return public, found


def _public(connection: Connection, person: Person, wanted: Wanted) -> Public:
    try:
        recipient = Recipient.parse(wanted.recipient)
        recipient.public_key()
        signing_key = unb64u(wanted.signing_key)
    except (MalformedKey, ValueError) as error:
        raise EnrolmentMalformed from error
    if len(signing_key) != _SIGNING_KEY:
        raise EnrolmentMalformed
    for public in (recipient.raw, signing_key):
        if keys.key_by_fingerprint(connection, person.firm_id, fingerprint(public)) is not None:
            raise EnrolmentMalformed
    return Public(recipient, signing_key)


def _checked_slots(
    connection: Connection, wanted: Wanted, public: Public, *, firm: Firm, person: Person
) -> list[Keyslot]:
    key = public.recipient.fingerprint
    checked = [
        slots.checked(connection, text, firm=firm, person=person, key=key)
        for text, _ in wanted.slots
    ]
    if any(slot.signing_key != wanted.signing_key for slot in checked):
        raise KeyslotRefused("keyslot-foreign")
    kinds = [slot.kind for slot in checked]
    unlike = len({slot.slot for slot in checked}) == len(checked) <= slots.MOST_SLOTS
    if not unlike or not slots.is_enough(kinds) or kinds.count(slots.CODE) != 1:
        raise EnrolmentMalformed
    return checked


def _check_signature(wanted: Wanted, public: Public, person: Person) -> None:
    hashes = sorted(b64u(hashlib.sha256(text.encode()).digest()) for text, _ in wanted.slots)
    signed = enrolment_text(
        key=public.recipient.fingerprint,
        person=person.id,
        signing_key=wanted.signing_key,
        slots=hashes,
    )
    try:
        signing.verify(public.signing_key, signing.ENROLMENT, signed, wanted.signature)
    except Refusal as error:
        raise EnrolmentMalformed from error


def enrolment_text(*, key: str, person: str, signing_key: str, slots: list[str]) -> str:
    """What the new signing key signs; `slots` are the base64url SHA-256 of each text, sorted."""
    return canonical(
        {"key": key, "person": person, "signing_key": signing_key, "slots": [*slots], "v": 1}
    )
