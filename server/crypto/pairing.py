"""Pairing a pane: a one-time recipient that k and a code vouch for, and the identity sealed to it.

Source: docs/spec/pairing.md sections 2 and 4. The server calls none of this: it has neither k nor
the code. It is the second implementation, for vectors, tests and audits.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.crypto import age
from server.crypto.encoding import Json, b64u, canonical, parse_canonical, unb64u
from server.crypto.errors import PairingRefused, Refusal, SealRefused
from server.crypto.identity import Identity, Recipient
from server.crypto.shape import HASH, Shape
from server.crypto.signing import public_key

MAX_OLD: Final = 50
MAX_ANSWER: Final = 16_384

_IS: Final = Shape("pairing-answer")
_CODE: Final = re.compile(r"[A-HJ-NP-Z2-9]{8}")
_IDENTITY: Final = re.compile(r"[A-Za-z0-9_-]{86}")
_ID_INFO: Final = b"letterlock/pairing/id/v1"
_TAGS_INFO: Final = "letterlock/pairing/tags/v1"
_PANE_INFO: Final = "letterlock/pane/v1"
_K, _ID, _KEY, _SEED = 32, 16, 32, 32


@dataclass(frozen=True, slots=True)
class Asked:
    """What the server hands on from the pane to the page; `tag` base64url of 32 bytes."""

    recipient: str
    program: Literal["outlook", "word", "excel"]
    platform: Literal["web", "windows", "mac", "phone", "other"]
    tag: str


@dataclass(frozen=True, slots=True, repr=False)
class TagKeys:
    """The pane's tag key and the page's, 32 bytes each."""

    pane: bytes
    page: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Brought:
    """An identity as it is brought over; `old` are fingerprints and X-Wing seeds."""

    encryption: bytes
    signing: bytes
    old: tuple[tuple[str, bytes], ...]

    @property
    def key(self) -> str:
        """The fingerprint of the identity's recipient."""
        return Identity(self.encryption).recipient.fingerprint

    @property
    def signing_key(self) -> str:
        """The Ed25519 public key, base64url."""
        return b64u(public_key(self.signing))


def read_k(text: str) -> bytes:
    """The 32 bytes behind the `#` of a link.

    Raises:
        PairingRefused: pairing-link.
    """
    try:
        k = unb64u(text)
    except ValueError as error:
        raise PairingRefused("pairing-link") from error
    if len(k) != _K:
        raise PairingRefused("pairing-link")
    return k


def read_code(typed: str) -> str:
    """A code as it was typed, without hyphen and spaces, in upper case.

    Raises:
        PairingRefused: pairing-code.
    """
    letters = typed.replace(" ", "").replace("-", "")
    # Before upper(): a dotless i becomes an I, and a sharp s two letters.
    if not letters.isascii() or _CODE.fullmatch(letters.upper()) is None:
        raise PairingRefused("pairing-code")
    return letters.upper()


def pairing_id(k: bytes) -> str:
    """The id under which the server keeps a pairing: base64url of 16 bytes."""
    return b64u(HKDF(SHA256(), _ID, None, _ID_INFO).derive(k))


def tag_keys(k: bytes, code: str, person: str) -> TagKeys:
    """The keys of the tags; `code` as `read_code` gives it, `person` her id."""
    info = f"{_TAGS_INFO}\x00{code}\x00{person}".encode()
    found = HKDF(SHA256(), 2 * _KEY, pairing_id(k).encode(), info).derive(k)
    return TagKeys(found[:_KEY], found[_KEY:])


def pane_tag(key: bytes, recipient: str, *, program: str, platform: str) -> str:
    """The pane's tag over its one-time recipient and what it says of itself, base64url."""
    return b64u(
        _mac(key, {"platform": platform, "program": program, "recipient": recipient, "v": 1})
    )


def check_pane_tag(key: bytes, asked: Asked) -> None:
    """Refuse a recipient that is not the pane's, before anything is sealed to it.

    Raises:
        PairingRefused: pairing-code: another k, code, person or recipient.
    """
    right = pane_tag(key, asked.recipient, program=asked.program, platform=asked.platform)
    if not hmac.compare_digest(right.encode(), asked.tag.encode()):
        raise PairingRefused("pairing-code")


def answer_content(key: bytes, brought: Brought) -> str:
    """What a page seals to the pane: canonical JSON with its tag; `key` is the page's."""
    said = _said(brought)
    return canonical({**said, "tag": b64u(_page_tag(key, said, brought.key)), "v": 1})


def seal_answer(key: bytes, recipient: str, brought: Brought) -> bytes:
    """The answer, an age file to the one-time recipient; `key` is the page's."""
    return age.encrypt(Recipient.parse(recipient), answer_content(key, brought).encode())


def open_answer(key: bytes, identity: Identity, file: bytes) -> Brought:
    """What a page has answered; whose identity it is the caller compares with the look-up.

    Args:
        key: The page's.
        identity: The one-time one.
        file: An age file.

    Raises:
        PairingRefused: pairing-answer, whatever is wrong with it.
    """
    try:
        _IS.must(len(file) <= MAX_ANSWER)
        said, tag = _parse(age.decrypt(identity, file).decode())
        both = unb64u(str(said["identity"]))
        old = [_old(each) for each in _IS.items(said["old"])]
        brought = Brought(both[:_SEED], both[_SEED:], tuple(old))
        _IS.must(hmac.compare_digest(_page_tag(key, said, brought.key), unb64u(tag)))
        for named, seed in old:
            _IS.must(Identity(seed).recipient.fingerprint == named)
    except (SealRefused, Refusal, ValueError) as error:
        raise PairingRefused("pairing-answer") from error
    return brought


def require_named(brought: Brought, *, key: str, signing_key: str) -> None:
    """Refuse an identity that is not the one which the person's own look-up names.

    Raises:
        PairingRefused: pairing-other-key.
    """
    if (brought.key, brought.signing_key) != (key, signing_key):
        raise PairingRefused("pairing-other-key")


def kept_key(half: bytes, share: bytes, *, pane: str, person: str) -> bytes:
    """The 32 bytes under which a pane keeps an identity: of its own half and the server's share."""
    info = f"{_PANE_INFO}\x00{pane}\x00{person}".encode()
    return HKDF(SHA256(), _KEY, share, info).derive(half)


def open_kept(key: bytes, nonce: bytes, sealed: bytes, *, names: dict[str, Json]) -> bytes | None:
    """What a pane keeps, seed after seed; None if key, names or bytes are others.

    Args:
        key: Of `kept_key`.
        nonce: 12 bytes.
        sealed: AES-256-GCM, tag included.
        names: `person`, `recipient`, `key`, `signing_key` and `old`.
    """
    try:
        return AESGCM(key).decrypt(nonce, sealed, canonical({**names, "v": 1}).encode())
    except InvalidTag:
        return None


def _said(brought: Brought) -> dict[str, Json]:
    newest = brought.old[-MAX_OLD:]
    old: list[Json] = [{"key": key, "seed": b64u(seed)} for key, seed in newest]
    return {"identity": b64u(brought.encryption + brought.signing), "old": old}


def _parse(text: str) -> tuple[dict[str, Json], str]:
    value = _IS.record(parse_canonical(text), {"identity", "old", "tag", "v"})
    _IS.one(value["v"])
    _IS.must(len(_IS.items(value["old"])) <= MAX_OLD)
    said: dict[str, Json] = {
        "identity": _IS.match(_IDENTITY, value["identity"]),
        "old": value["old"],
    }
    return said, _IS.match(HASH, value["tag"])


def _old(value: Json) -> tuple[str, bytes]:
    one = _IS.record(value, {"key", "seed"})
    return _IS.match(HASH, one["key"]), unb64u(_IS.match(HASH, one["seed"]))


def _page_tag(key: bytes, said: dict[str, Json], named: str) -> bytes:
    return _mac(key, {**said, "key": named, "v": 1})


def _mac(key: bytes, value: Json) -> bytes:
    return hmac.digest(key, canonical(value).encode(), hashlib.sha256)
