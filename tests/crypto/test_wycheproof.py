"""The primitives that we call in Python, against Wycheproof and RFC 9180."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from server.crypto.age.header import derive
from server.crypto.identity import Recipient

DATA = Path(__file__).parents[1] / "data"
X25519_KEM = 0x20
KDFS = {1: (KDF.HKDF_SHA256, "sha256"), 3: (KDF.HKDF_SHA512, "sha512")}
AEADS = {
    1: (AEAD.AES_128_GCM, AESGCM, 16),
    2: (AEAD.AES_256_GCM, AESGCM, 32),
    3: (AEAD.CHACHA20_POLY1305, ChaCha20Poly1305, 32),
}


def wycheproof(name: str) -> Iterator[dict[str, Any]]:
    """Each test with its group's members."""
    suite = json.loads((DATA / "wycheproof" / f"{name}_test.json").read_text())
    found = [group | test for group in suite["testGroups"] for test in group["tests"]]
    assert len(found) == suite["numberOfTests"] > 50
    yield from found


def test_chacha20_poly1305_opens_what_is_valid_only() -> None:
    for case in wycheproof("chacha20_poly1305"):
        key, nonce, text, aad = (unhex(case, name) for name in ("key", "iv", "msg", "aad"))
        sealed = unhex(case, "ct") + unhex(case, "tag")
        if case["result"] == "valid":
            assert ChaCha20Poly1305(key).encrypt(nonce, text, aad) == sealed
            assert ChaCha20Poly1305(key).decrypt(nonce, sealed, aad) == text
        else:
            with pytest.raises((InvalidTag, ValueError)):
                ChaCha20Poly1305(key).decrypt(nonce, sealed, aad)


def test_ed25519_verifies_what_is_valid_only() -> None:
    for case in wycheproof("ed25519"):
        key = VerifyKey(bytes.fromhex(case["publicKey"]["pk"]))
        if case["result"] == "valid":
            key.verify(unhex(case, "msg"), unhex(case, "sig"))
        else:
            with pytest.raises((BadSignatureError, ValueError)):
                key.verify(unhex(case, "msg"), unhex(case, "sig"))


def test_hkdf_derives_what_is_valid_only() -> None:
    for case in wycheproof("hkdf_sha256"):
        key, salt, info = (unhex(case, name) for name in ("ikm", "salt", "info"))
        if case["result"] != "valid":
            with pytest.raises(ValueError, match=r"length|larger"):
                HKDF(SHA256(), case["size"], salt, info)
            continue
        assert HKDF(SHA256(), case["size"], salt, info).derive(key) == unhex(case, "okm")
        if case["size"] >= 32:
            assert derive(key, salt, info) == unhex(case, "okm")[:32]


def test_x25519_agrees_and_refuses_a_shared_secret_of_zeros() -> None:
    for case in wycheproof("x25519"):
        key = X25519PrivateKey.from_private_bytes(unhex(case, "private"))
        public = X25519PublicKey.from_public_bytes(unhex(case, "public"))
        if not any(unhex(case, "shared")):
            with pytest.raises(ValueError, match="shared key"):
                key.exchange(public)
        else:
            assert key.exchange(public) == unhex(case, "shared")


def test_ml_kem_makes_the_key_of_a_seed_and_our_recipients_take_it() -> None:
    for case in wycheproof("mlkem_768_keygen_seed"):
        public = MLKEM768PrivateKey.from_seed_bytes(unhex(case, "seed")).public_key()
        assert public.public_bytes_raw() == unhex(case, "ek")
        Recipient(unhex(case, "ek") + b"\x09" + bytes(31)).public_key()


@pytest.mark.parametrize("kdf", KDFS)
@pytest.mark.parametrize("aead", AEADS)
def test_hpke_opens_what_rfc_9180_seals(kdf: int, aead: int) -> None:
    (case,) = (
        case
        for case in json.loads((DATA / "hpke" / "rfc9180.json").read_text())
        if (case["kem_id"], case["kdf_id"], case["aead_id"]) == (X25519_KEM, kdf, aead)
    )
    schedule = Schedule(case)
    assert accumulated(schedule) == case["encryptions_accumulated"]
    suite = Suite(KEM.X25519, KDFS[kdf][0], AEADS[aead][0])
    key = X25519PrivateKey.from_private_bytes(unhex(case, "skRm"))
    sealed = unhex(case, "enc") + schedule.seal(0, b"", b"the file key")
    assert suite.decrypt(sealed, key, unhex(case, "info")) == b"the file key"
    with pytest.raises(InvalidTag):
        suite.decrypt(sealed, key, b"another purpose")


class Schedule:
    """RFC 9180 section 5.1, base mode, written from its text: what `cryptography` is held against."""

    def __init__(self, case: dict[str, Any]) -> None:
        kem, kdf, aead = (case[name].to_bytes(2, "big") for name in ("kem_id", "kdf_id", "aead_id"))
        cipher, size = AEADS[case["aead_id"]][1:]
        hashed = KDFS[case["kdf_id"]][1]
        key = X25519PrivateKey.from_private_bytes(unhex(case, "skRm"))
        enc, own = unhex(case, "enc"), unhex(case, "pkRm")
        point = key.exchange(X25519PublicKey.from_public_bytes(enc))
        inner = Labelled("sha256", b"KEM" + kem)  # the KEM's own hash, whatever the suite's
        prk = inner.extract(b"", b"eae_prk", point)
        secret = inner.expand(prk, b"shared_secret", enc + own, 32)
        outer = Labelled(hashed, b"HPKE" + kem + kdf + aead)
        context = b"\x00" + outer.extract(b"", b"psk_id_hash", b"")
        context += outer.extract(b"", b"info_hash", unhex(case, "info"))
        prk = outer.extract(secret, b"secret", b"")
        self._cipher = cipher(outer.expand(prk, b"key", context, size))
        self._nonce = outer.expand(prk, b"base_nonce", context, 12)

    def seal(self, sequence: int, aad: bytes, text: bytes) -> bytes:
        nonce = int.from_bytes(self._nonce, "big") ^ sequence
        return bytes(self._cipher.encrypt(nonce.to_bytes(12, "big"), text, aad))


class Labelled:
    """LabeledExtract and LabeledExpand of RFC 9180 section 4, for one suite."""

    def __init__(self, hashed: str, suite: bytes) -> None:
        self._hash, self._suite = hashed, suite

    def extract(self, salt: bytes, label: bytes, key: bytes) -> bytes:
        return hmac.digest(salt, b"HPKE-v1" + self._suite + label + key, self._hash)

    def expand(self, prk: bytes, label: bytes, info: bytes, size: int) -> bytes:
        whole = size.to_bytes(2, "big") + b"HPKE-v1" + self._suite + label + info
        return hmac.digest(prk, whole + b"\x01", self._hash)[:size]


def accumulated(schedule: Schedule) -> str:
    """SHAKE128 over a thousand sealed messages, whose texts are drawn from another SHAKE128."""
    drawn = iter(hashlib.shake_128().digest(600_000))
    sealed = hashlib.shake_128()
    for sequence in range(1000):
        aad, text = (bytes(next(drawn) for _ in range(next(drawn))) for _ in "at")
        sealed.update(schedule.seal(sequence, aad, text))
    return sealed.hexdigest(16)


def unhex(case: dict[str, Any], name: str) -> bytes:
    return bytes.fromhex(case[name])
