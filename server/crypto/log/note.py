"""C2SP signed notes, with Ed25519 and with cosignatures. Source: docs/spec/log.md section 5."""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from server.crypto.log.refusals import LogRefused, refusing
from server.crypto.shape import END_OF_TIME

ED25519: Final = 1
COSIGNATURE: Final = 4
MAX_NOTE: Final = 131_072
_ID_SIZE: Final = 4
_TIME_SIZE: Final = 8
_KEY_SIZE: Final = 32
# Unicode's White_Space, written out: languages differ on what they call a space.
_NAME: Final = re.compile(
    "[^+\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+", re.ASCII
)
_CONTROL: Final = re.compile("[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A key that is known: its name, kind (ED25519 or COSIGNATURE) and 32 bytes."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that stand before its signatures."""
        named = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(named).digest()[:_ID_SIZE]

    @property
    def text(self) -> str:
        """As a verifier key."""
        return f"{self.name}+{self.id.hex()}+{_b64(bytes([self.kind]) + self.public)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a verifier key.

        Raises:
            ValueError: It is none, of another kind, or its id is not its own.
        """
        name, _, rest = text.partition("+")
        given, _, material = rest.partition("+")
        raw = _unb64(material)
        if len(raw) != 1 + _KEY_SIZE or raw[0] not in (ED25519, COSIGNATURE):
            raise ValueError("not a verifier key of a kind that is known here")
        key = cls(name=name, kind=raw[0], public=raw[1:])
        if not _NAME.fullmatch(name) or key.id.hex() != given:
            raise ValueError("not a verifier key")
        return key


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """A signature line."""

    name: str
    id: bytes
    value: bytes

    @property
    def line(self) -> str:
        """As it stands in the note, newline included."""
        return f"— {self.name} {_b64(self.id + self.value)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A note taken apart; nothing of it may be believed before `verify_note`."""

    text: str
    signatures: tuple[NoteSignature, ...]


@dataclass(frozen=True, slots=True)
class Signed:
    """A key whose signature on a note verified; for a cosignature with its time in seconds."""

    key: NoteKey
    time: int | None


def parse_note(source: str) -> Note:
    """Take a signed note apart.

    Raises:
        LogRefused: note-malformed.
    """
    with refusing("note-malformed"):
        if len(source.encode()) > MAX_NOTE or _CONTROL.search(source):
            raise LogRefused("note-malformed")
        text, blank, tail = source.rpartition("\n\n")
        lines = tail.split("\n")
        if not blank or lines.pop() or not lines:
            raise LogRefused("note-malformed")
        return Note(text + "\n", tuple(_parse_line(line) for line in lines))


def verify_note(note: Note, keys: Sequence[NoteKey]) -> list[Signed]:
    """Check each signature that is by one of `keys`, and leave out those by unknown keys.

    Raises:
        LogRefused: note-signature, if one of them does not verify, or there is none.
    """
    known = {(key.name, key.id): key for key in keys}
    found: list[Signed] = []
    for signature in note.signatures:
        key = known.get((signature.name, signature.id))
        if key is not None:
            found.append(Signed(key, _verify(key, note.text, signature.value)))
    if not found:
        raise LogRefused("note-signature")
    return found


def sign_note(text: str, name: str, seed: bytes) -> NoteSignature:
    """Sign a text that ends in a newline, with the 32-byte seed of an Ed25519 key."""
    signer = SigningKey(seed)
    key = NoteKey(name, ED25519, bytes(signer.verify_key))
    return NoteSignature(name, key.id, signer.sign(text.encode()).signature)


def cosign_note(text: str, name: str, seed: bytes, *, time: int) -> NoteSignature:
    """Cosign the text of a checkpoint as a witness does, at `time` in seconds since 1970 UTC."""
    signer = SigningKey(seed)
    key = NoteKey(name, COSIGNATURE, bytes(signer.verify_key))
    value = signer.sign(_cosigned(text, time)).signature
    return NoteSignature(name, key.id, time.to_bytes(_TIME_SIZE) + value)


def write_note(text: str, signatures: Sequence[NoteSignature]) -> str:
    """A text that ends in a newline, and its signatures."""
    return text + "\n" + "".join(each.line for each in signatures)


def _verify(key: NoteKey, text: str, value: bytes) -> int | None:
    time, message = None, text.encode()
    if key.kind == COSIGNATURE:
        time = int.from_bytes(value[:_TIME_SIZE])
        value, message = value[_TIME_SIZE:], _cosigned(text, time)
    try:
        VerifyKey(key.public).verify(message, value)
    except (BadSignatureError, ValueError) as error:
        raise LogRefused("note-signature") from error
    if time is not None and time >= END_OF_TIME:
        raise LogRefused("note-signature")
    return time


def _cosigned(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _parse_line(line: str) -> NoteSignature:
    dash, name, value = line.split(" ", 2)
    raw = _unb64(value)
    if dash != "—" or not _NAME.fullmatch(name) or len(raw) <= _ID_SIZE:
        raise ValueError("not a signature line")
    return NoteSignature(name, raw[:_ID_SIZE], raw[_ID_SIZE:])


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _unb64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if _b64(data) != text:
        raise ValueError("not canonical base64")
    return data
