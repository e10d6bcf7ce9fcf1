"""The public test-suite of age, npm `cctv-age`: 143 files, each with what it expects."""

import base64
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from server.crypto.age.reader import open_file
from server.crypto.errors import SealRefused
from tests.crypto.armor import ArmorRefused, dearmor
from tests.crypto.stanzas import with_keys

PACKAGE = Path(__file__).parents[2] / "node_modules" / "cctv-age" / "index.js"
FILE = re.compile(
    r'^// \.\./testdata/(\w+)\nvar \w+ = __toBinary\("([A-Za-z0-9+/=]*)"\);', re.MULTILINE
)
NOTHING = sha256().hexdigest()
EXPECTATIONS = {
    "header": "header failure",
    "stanza": "header failure",
    "no-match": "no match",
    "mac": "HMAC failure",
    "payload": "payload failure",
    "truncated": "payload failure",
}


@dataclass(frozen=True)
class Case:
    """One file: what it expects, the SHA-256 of all that may be released, its keys."""

    name: str
    expect: str
    payload: str
    identities: tuple[str, ...]
    passphrases: tuple[str, ...]
    armored: bool
    file_key: bytes
    file: bytes


def load() -> list[Case]:
    """All files, unpacked where the suite packed them."""
    return [_case(name, base64.b64decode(text)) for name, text in FILE.findall(PACKAGE.read_text())]


def _case(name: str, raw: bytes) -> Case:
    head, _, file = raw.partition(b"\n\n")
    pairs = [line.split(": ", 1) for line in head.decode().splitlines()]
    said = dict(pairs)
    return Case(
        name=name,
        expect=said["expect"],
        payload=said.get("payload", NOTHING),
        identities=tuple(value for key, value in pairs if key == "identity"),
        passphrases=tuple(value for key, value in pairs if key == "passphrase"),
        armored=said.get("armored") == "yes",
        file_key=bytes.fromhex(said.get("file key", "")),
        file=zlib.decompress(file) if said.get("compressed") == "zlib" else file,
    )


def whole(file: bytes) -> Iterable[bytes]:
    return [file]


def thousands(file: bytes) -> Iterable[bytes]:
    return (file[at : at + 1000] for at in range(0, len(file), 1000))


def single_bytes(file: bytes) -> Iterable[bytes]:
    return map(BYTES.__getitem__, file)


BYTES = [bytes([value]) for value in range(256)]
CHUNKINGS: dict[str, Callable[[bytes], Iterable[bytes]]] = {
    "whole": whole,
    "1000 bytes": thousands,
    "byte by byte": single_bytes,
}


def outcome(case: Case, pieces: Callable[[bytes], Iterable[bytes]]) -> tuple[str, str]:
    """How our reader ends, in the suite's words, and the SHA-256 of what it released."""
    released = sha256()
    try:
        file = dearmor(case.file) if case.armored else case.file
        for chunk in open_file(with_keys(case.identities, case.passphrases), pieces(file)):
            released.update(chunk)
    except ArmorRefused:
        return "armor failure", released.hexdigest()
    except SealRefused as refusal:
        return EXPECTATIONS[refusal.reason], released.hexdigest()
    return "success", released.hexdigest()


def disagreements(cases: Iterable[Case]) -> Iterator[str]:
    """Names of the files that do not end as they expect."""
    for case in cases:
        if outcome(case, whole) != (case.expect, case.payload):
            yield case.name
