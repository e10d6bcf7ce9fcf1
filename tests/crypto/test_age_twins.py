"""The server's reader and the browser's say the same of every file, and for the same reason."""

import random
from collections.abc import Iterator

from server.crypto import age
from server.crypto.age.header import Stanza, write_header
from server.crypto.age.payload import seal_payload
from server.crypto.age.stanza import wrap
from server.crypto.errors import SealRefused
from server.crypto.identity import Identity
from tests.crypto import twin
from tests.crypto.suite import load

ME = Identity(b"\x07" * 32)
KEY = b"0123456789abcdef"


def test_on_the_public_suite() -> None:
    compare((own_key(case.identities), case.file) for case in load() if len(case.file) < 2**20)


def test_on_files_that_were_cut_or_changed() -> None:
    compare((ME, file) for file in damaged())


def test_on_headers_of_every_size_around_the_bound() -> None:
    files = [padded(extra) for extra in (62_000, *range(63_840, 63_940), 70_000)]
    reasons = compare((ME, file) for file in files)
    assert set(reasons) == {"stanza", "too-large"}


def compare(files: Iterator[tuple[Identity, bytes]]) -> list[bytes | str]:
    pairs = list(files)
    ours = [through_our_door(identity, file) for identity, file in pairs]
    theirs = twin.run(("open", identity.text, file) for identity, file in pairs)
    apart = [(n, a, b) for n, (a, b) in enumerate(zip(ours, theirs, strict=True)) if a != b]
    assert apart == []
    return ours


def through_our_door(identity: Identity, file: bytes) -> bytes | str:
    try:
        return age.decrypt(identity, file)
    except SealRefused as refusal:
        return refusal.reason


def own_key(identities: tuple[str, ...]) -> Identity:
    own = next((text for text in identities if "-PQ-" in text), None)
    return Identity.parse(own) if own else ME


def damaged() -> Iterator[bytes]:
    """One small file and one of three chunks: cut, changed, doubled, with bytes put in."""
    chance = random.Random(3)  # noqa: S311 the same files each time
    small, large = age.encrypt(ME.recipient, b"text"), age.encrypt(ME.recipient, b"x" * 140_000)
    for file, count in ((small, 40), (large, 8)):
        for at in (*range(0, 40, 5), *(chance.randrange(len(file)) for _ in range(count))):
            yield file[:at]
            yield file[:at] + bytes([file[at] ^ 1 << chance.randrange(8)]) + file[at + 1 :]
            yield file[:at] + chance.randbytes(chance.randrange(1, 40)) + file[at:]
        yield file + file
        yield file + b"\n"
    chunk = 65_536 + 16
    start = len(small) - 20
    for end in (start, start + 1, start + 15, *(start + n * chunk for n in (1, 2))):
        yield large[:end]
        yield large[: end + 16]


def padded(extra: int) -> bytes:
    """A file whose header is longer by a stanza with an argument of `extra` characters."""
    stanzas = [wrap(ME.recipient, KEY), Stanza(("x", "y" * extra), b"")]
    return write_header(KEY, stanzas) + b"".join(seal_payload(KEY, [b"text"]))
