"""Our parsers as the mutation run sees them: valid inputs, what may happen, and a planted fault.

A parser either refuses with its own kind of error or returns what was written, in one spelling;
`check` says the second without calling the code under trial for what it is asked about.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, Self
from unittest.mock import patch

from server.crypto import age, encoding, envelope, grants, shape, statement
from server.crypto.age import header
from server.crypto.age.header import Stanza, read_header, write_header
from server.crypto.age.source import Source
from server.crypto.age.stanza import wrap
from server.crypto.encoding import bech32_decode, bech32_encode, canonical, parse_canonical
from server.crypto.errors import MalformedKey, Refusal, SealRefused
from server.crypto.identity import Identity

ME = Identity(b"\x07" * 32)
KEY = b"0123456789abcdef"
ANN, MAYA = "ann@hart.example", "maya@client.example"
JSON_TOKENS = [
    *(token.encode() for token in ["{", "}", "[", "]", '"', ":", ",", "\\", "null", "true", "false", "0", "-0", "1", "1.0", "1e9"]),
    b"9007199254740993", b"9" * 5000, b"[" * 3000, b'{"":' * 2000, b'"v":1,', b'"v":2', b"\\ud800",
    b"\\u0000", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xc3\xa9", b" ", b"\n", b"NaN", b"pending",
]  # fmt: skip
AGE_TOKENS = [
    b"\n", b" ", b"-> ", b"---", b"--- ", b"=", b"\r\n", b"-> X25519 a\n\n", b"-> a\n\n" * 300,
    b"age-encryption.org/v1\n", b"age-encryption.org/v2\n", b"A" * 64, b"A" * 70_000, b"\x00", b"\xff",
]  # fmt: skip
BECH32_TOKENS = [
    b"1",
    b"q",
    b"AGE",
    b"age1",
    b"b",
    b"i",
    b"o",
    b"\xc4\xb0",
    b"\xe2\x84\xaa",
    b"q" * 90,
]


@dataclass(frozen=True)
class Parser:
    """`parse` takes bytes; `refused` are the errors it may raise; `check` says if its result is right.

    `weaken` is a context in which one rule is gone: the control.
    """

    name: str
    valid: tuple[bytes, ...]
    tokens: list[bytes]
    parse: Callable[[bytes], Any]
    refused: tuple[type[Exception], ...]
    check: Callable[[bytes, Any], bool]
    weaken: Callable[[], Any]
    planted: str


def all_parsers() -> list[Parser]:
    """Each with fresh valid inputs."""
    return [_header(), _file(), _bech32(), _canonical(), _statement(), _grant(), _envelope()]


def text_of(data: bytes) -> str:
    """Any bytes as a string, those that are no UTF-8 as lone surrogates."""
    return data.decode("utf-8", "surrogateescape")


def _header() -> Parser:
    stanzas = [wrap(ME.recipient, KEY), Stanza(("grease", "!~"), bytes(100)), Stanza(("x",), b"")]
    valid = (
        write_header(KEY, stanzas[:1]),
        write_header(KEY, stanzas),
        write_header(KEY, stanzas[1:]),
    )
    write = partial(write_header, KEY)
    return Parser(
        "age header", valid, AGE_TOKENS, lambda data: read_header(Source([data])), (SealRefused,),
        lambda data, read: data.startswith(read.signed) and write(read.stanzas).startswith(read.signed),
        lambda: patch.object(header, "b64", _Alike), "base64 in any spelling",
    )  # fmt: skip


def _file() -> Parser:
    contents = (b"", b"The accounts.", bytes(65_540))
    files = {age.encrypt(ME.recipient, content): content for content in contents}
    return Parser(
        "age file, opened", tuple(files), AGE_TOKENS, lambda data: age.decrypt(ME, data), (SealRefused,),
        lambda data, content: files.get(data) == content,
        lambda: patch.object(header.Header, "verify", lambda *_: None), "no MAC over the header",
    )  # fmt: skip


def _bech32() -> Parser:
    valid = tuple(bech32_encode("AGE-SECRET-KEY-PQ-", bytes([n]) * 32).encode() for n in range(8))
    decode = partial(bech32_decode, "AGE-SECRET-KEY-PQ-")
    return Parser(
        "Bech32", valid, BECH32_TOKENS, lambda data: decode(text_of(data)), (MalformedKey,),
        lambda data, key: bech32_encode("AGE-SECRET-KEY-PQ-", key).encode() == data,
        lambda: patch.object(encoding, "_polymod", lambda _: 1), "no checksum",
    )  # fmt: skip


def _canonical() -> Parser:
    value: Any = {
        "a": [1, -5, None, True, {"\u00e9": "\U0001f600", "b": ""}],
        "\n": 2**53 - 1,
        "": [],
    }
    valid = tuple(
        canonical(item).encode() for item in (value, _statement_members(), [value, value])
    )
    return Parser(
        "canonical JSON", valid, JSON_TOKENS, lambda data: parse_canonical(text_of(data)), (Refusal,),
        lambda data, read: canonical(read).encode() == data,
        _any_spelling, "any spelling",
    )  # fmt: skip


def _statement() -> Parser:
    members = _statement_members()
    valid = (
        canonical(members),
        canonical(members | {"expires": 5, "policy": {"grants": "readers"}}),
    )
    return Parser(
        "statement", tuple(text.encode() for text in valid), JSON_TOKENS,
        lambda data: statement.parse_statement(text_of(data)), (Refusal,),
        lambda data, read: _rebuilt(read).encode() == data and _one_sender(read),
        lambda: patch.object(statement, "_check_readers", lambda *_: None), "readers in any order",
    )  # fmt: skip


def _grant() -> Parser:
    value = {
        "v": 1, "statement": "h" * 43, "address": MAYA, "role": "late", "level": "managed",
        "key": "m" * 43, "merge": "e" * 43, "created": 1_795_348_800,
        "granted_by": {"address": ANN, "key": "a" * 43, "custody": "managed"},
    }  # fmt: skip
    return Parser(
        "grant", (canonical(value).encode(),), JSON_TOKENS,
        lambda data: grants.parse_grant(text_of(data)), (Refusal,),
        lambda data, read: canonical(_plain(read) | {"v": 1}).encode() == data and _lower(read.address),
        lambda: patch.object(shape.Shape, "address", lambda _, value: value), "any address",
    )  # fmt: skip


def _envelope() -> Parser:
    signature = {"alg": "Ed25519", "key": "a" * 43, "value": "s" * 86}
    value: dict[str, Any] = {
        "v": 1, "message_key": ME.text, "statement": canonical(_statement_members()),
        "signature": signature, "grants": [], "merge": {},
    }  # fmt: skip
    grant = {"text": '{"v":1}', "signature": signature}
    more = value | {"grants": [grant, grant], "merge": {"Name": "Maya", "\u00e9": ""}}
    texts = (json.dumps(item, ensure_ascii=False).encode() for item in (value, more))
    return Parser(
        "envelope content", tuple(texts), JSON_TOKENS,
        lambda data: _opened(data), (Refusal,), _same_members,  # noqa: PLW0108 looked up late
        lambda: patch.object(envelope, "_members", dict), "members twice",
    )  # fmt: skip


class _Alike(bytes):
    """Bytes that equal all others."""

    __slots__ = ()
    __hash__ = bytes.__hash__

    def __eq__(self, _: object) -> bool:
        return True

    def __new__(cls, data: bytes) -> Self:
        return super().__new__(cls, _B64(data))


class _AlikeText(str):
    """Text that equals all others."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, _: object) -> bool:
        return True


_B64 = header.b64


@contextmanager
def _any_spelling() -> Iterator[None]:
    with patch.object(encoding, "canonical", lambda value: _AlikeText(canonical(value))):
        yield


def _opened(data: bytes) -> envelope.Envelope:
    """What `open_envelope` makes of this content, without the sealing, which would be most of it."""
    with patch.object(age, "decrypt", lambda *_: data):
        return envelope.open_envelope(ME, b"")


def _same_members(data: bytes, read: envelope.Envelope) -> bool:
    written = json.loads(json.dumps({"v": 1, **read.to_json()}), object_pairs_hook=sorted)
    given = json.loads(data.rstrip(b"\x00"), object_pairs_hook=sorted)
    return bool(written == given)


def _statement_members() -> dict[str, Any]:
    return {
        "v": 1, "message_id": "i" * 22, "thread_id": "t" * 22, "parents": ["p" * 43],
        "sender": {"address": ANN, "firm": "hart", "key": "s" * 43, "custody": "managed"},
        "readers": [
            {"address": ANN, "role": "sender", "level": "managed", "key": "a" * 43},
            {"address": MAYA, "role": "to", "level": "self-held", "key": "pending"},
        ],
        "level": "managed", "created": 1_795_348_800, "expires": None, "policy": {},
        "message_key": "k" * 43, "checkpoint": None,
        "objects": [
            {"id": "o" * 22, "role": "body", "size": 182, "sha256": "h" * 43},
            {"id": "f" * 22, "role": "file", "size": 26_214_400, "sha256": "g" * 43},
        ],
    }  # fmt: skip


def _rebuilt(read: statement.Statement) -> str:
    policy = {"grants": "readers"} if read.readers_grant else {}
    members = _plain(read) | {"v": 1, "policy": policy, "checkpoint": None}
    del members["readers_grant"]
    return canonical(members)


def _one_sender(read: statement.Statement) -> bool:
    named = [(reader.address.encode("utf-16-be"), reader.role) for reader in read.readers]
    senders = [address for address, role in named if role == "sender"]
    return named == sorted(set(named)) and senders == [read.sender.address.encode("utf-16-be")]


def _lower(address: str) -> bool:
    name, _, host = address.partition("@")
    return address.isascii() and address == address.lower() and bool(name and host)


def _plain(value: Any) -> Any:
    """A parsed value as JSON, without the text it was parsed from."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if not hasattr(value, "__dataclass_fields__"):
        return value
    return {f.name: _plain(getattr(value, f.name)) for f in fields(value) if f.name != "text"}
