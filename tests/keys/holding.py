"""What a browser does for a person who holds her key herself, with the server's own crypto."""

import base64
import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as _encrypt

from server.crypto import age, signing
from server.crypto.encoding import b64u, canonical
from server.crypto.identity import Identity
from server.crypto.keyslots import Keyslot, Seeds, open_keyslot, parse_keyslot, slot_keys
from server.keys.self_held.enrolling.checking.service import enrolment_text
from tests.house import Visitor

RP = "localhost"


def seal_slot(
    kind: str, secret: bytes, seeds: Seeds, *, person: str, rp: str = RP, credential: str = "Y3Jl"
) -> str:
    """A keyslot's text; `secret` as keyslots.md section 3 gives it."""
    kdf: dict[str, Any] = {
        "passkey": {
            "name": "prf", "credential": credential, "rp": rp, "salt": b64u(os.urandom(32)),
        },
        "password": {
            "name": "argon2id", "lanes": 1, "memory": 65536, "passes": 3,
            "salt": b64u(os.urandom(16)),
        },
        "recovery-code": {"name": "hkdf"},
        "firm-recovery": {
            "name": "age", "recipient": b64u(os.urandom(32)), "secret": b64u(os.urandom(1691)),
        },
    }[kind]  # fmt: skip
    members: dict[str, Any] = {
        "v": 1,
        "kind": kind,
        "slot": b64u(os.urandom(16)),
        "person": person,
        "key": Identity(seeds.encryption).recipient.fingerprint,
        "signing_key": b64u(signing.public_key(seeds.signing)),
        "kdf": kdf,
        "check": b64u(bytes(32)),
        "nonce": b64u(os.urandom(24)),
    }
    keys = slot_keys(parse_keyslot(canonical(members | {"sealed": b64u(bytes(80))})), secret)
    members["check"] = b64u(keys.check)
    content = seeds.encryption + seeds.signing
    nonce = parse_keyslot(canonical(members | {"sealed": b64u(bytes(80))})).bytes_of("nonce")
    sealed = _encrypt(content, canonical(members).encode(), nonce, keys.wrapping)
    return canonical(members | {"sealed": b64u(sealed)})


@dataclass
class Holder:
    """A visitor with an identity of her own, and what opens it."""

    visitor: Visitor
    person: str
    seeds: Seeds = field(default_factory=lambda: Seeds(os.urandom(32), os.urandom(32)))
    code: bytes = field(default_factory=lambda: os.urandom(16))
    password: bytes = field(default_factory=lambda: os.urandom(32))

    @classmethod
    def of(cls, visitor: Visitor) -> "Holder":
        """The holder of a visitor who is signed in."""
        return cls(visitor, visitor.api("GET", "/keys/own").json["person"])

    @property
    def identity(self) -> Identity:
        return Identity(self.seeds.encryption)

    @property
    def key(self) -> str:
        return self.identity.recipient.fingerprint

    def slot(self, kind: str, secret: bytes | None = None, **more: Any) -> str:
        """A keyslot of hers."""
        known = {"recovery-code": self.code, "password": self.password}
        return seal_slot(kind, secret or known[kind], self.seeds, **{"person": self.person, **more})

    def slots(self) -> list[dict[str, str]]:
        """The fewest that do."""
        return [
            {"text": self.slot("recovery-code"), "name": "Recovery code"},
            {"text": self.slot("password"), "name": "My password"},
        ]

    def body(self, **changes: Any) -> dict[str, Any]:
        """What an enrolment posts; the signature is over what is posted."""
        public = b64u(signing.public_key(self.seeds.signing))
        slots = changes.pop("slots", None) or self.slots()
        text = enrolment_text(
            key=self.key,
            person=changes.pop("signed_person", self.person),
            signing_key=public,
            slots=sorted(b64u(hashlib.sha256(one["text"].encode()).digest()) for one in slots),
        )
        domain = changes.pop("domain", signing.ENROLMENT)
        usual = {
            "recipient": self.identity.recipient.text,
            "signing_key": public,
            "slots": slots,
            "signature": signing.sign(self.seeds.signing, domain, text).to_json(),
        }
        return usual | changes

    def begin(self, **changes: Any) -> Any:
        """Begin an enrolment."""
        return self.visitor.post("/keys/enrolments", self.body(**changes))

    def complete(self, enrolment: str, answer: str) -> Any:
        """Complete it by the challenge's bytes."""
        return self.visitor.post(f"/keys/enrolments/{enrolment}/completion", {"challenge": answer})

    def enrol(self) -> dict[str, Any]:
        """Become self-held as enrolment.md section 4 asks of a browser. Returns the last answer."""
        begun = self.begin()
        assert begun.status_code == 201, begun.json
        back = self.visitor.api("GET", f"/keys/enrolments/{begun.json['id']}").json
        self.open_slots(back["slots"])
        done = self.complete(begun.json["id"], self.answer(back["challenge"]))
        assert done.status_code == 200, done.json
        answer: dict[str, Any] = done.json
        return answer

    def open_slots(self, slots: list[dict[str, Any]]) -> list[Keyslot]:
        """Open keyslots as they were read back."""
        secrets = {"recovery-code": self.code, "password": self.password}
        found = [parse_keyslot(one["text"]) for one in slots]
        for slot in found:
            assert open_keyslot(slot, secrets[slot.kind]) == self.seeds
        return found

    def answer(self, challenge: str) -> str:
        """The bytes of a challenge, as they are posted."""
        return b64u(age.decrypt(self.identity, base64.b64decode(challenge)))

    def proof(self) -> dict[str, str]:
        """A fresh proof that she has her key."""
        asked = self.visitor.post("/keys/challenges", {})
        assert asked.status_code == 201, asked.json
        return {"id": asked.json["id"], "bytes": self.answer(asked.json["challenge"])}

    def identities(self) -> dict[str, Identity]:
        """The present one and those she had before, by fingerprint."""
        return {self.key: self.identity, **self.old()}

    def kept(self, new: "Holder") -> list[dict[str, str]]:
        """Every identity of hers, sealed to her new one: enrolment.md section 9."""
        return [
            {"key": key, "age": sealed_old(identity, new.identity)}
            for key, identity in self.identities().items()
        ]

    def rotating(self, new: "Holder", **changes: Any) -> Any:
        """Begin a new key in the place of this one, which she has."""
        proof = changes.pop("proof", None) or self.proof()
        usual = {"replaces": self.key, "kept": self.kept(new), "proof": proof}
        return new.begin(**usual | changes)

    def rotate(self) -> "Holder":
        """The same person in the same browser, by her new key."""
        new = Holder(self.visitor, self.person)
        begun = self.rotating(new)
        assert begun.status_code == 201, begun.json
        back = new.visitor.api("GET", f"/keys/enrolments/{begun.json['id']}").json
        new.open_slots(back["slots"])
        found = {one["key"]: opened_old(new.identity, one["age"]) for one in back["old"]}
        assert found == self.identities()
        done = new.complete(begun.json["id"], new.answer(back["challenge"]))
        assert done.status_code == 200, done.json
        assert done.json == {"key": new.key, "backups_until": None}
        return new

    def old(self) -> dict[str, Identity]:
        """The identities she had before, by fingerprint."""
        found = self.visitor.api("GET", "/keys/own/slots").json["old"]
        return {one["key"]: opened_old(self.identity, one["age"]) for one in found}


def opened_old(identity: Identity, file: str) -> Identity:
    """One of `old`, an age file in base64."""
    content = json.loads(age.decrypt(identity, base64.b64decode(file)))
    assert content.keys() == {"identity", "v"}
    return Identity.parse(content["identity"])


def sealed_old(identity: Identity, to: Identity) -> str:
    """An identity as it is handed on to a new one, in base64."""
    content = canonical({"identity": identity.text, "v": 1}).encode()
    return base64.b64encode(age.encrypt(to.recipient, content)).decode("ascii")
