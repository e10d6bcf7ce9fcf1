"""age files as streams: any pieces, flat memory, nothing before it is authentic."""

import tracemalloc
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.crypto import age
from server.crypto.age.header import MAX_HEADER, Stanza, read_header, write_header
from server.crypto.age.source import Source
from server.crypto.errors import MalformedKey, SealRefused
from server.crypto.identity import Identity, Recipient

ME = Identity(b"\x07" * 32)
TO_ME = ME.recipient
CHUNK = 64 * 1024
CHANGED = {"header", "too-large", "stanza", "no-match", "mac", "payload"}
VISIBLE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=40)
STANZAS = st.builds(
    Stanza, st.lists(VISIBLE, min_size=1, max_size=4).map(tuple), st.binary(max_size=200)
)


def cut(data: bytes, sizes: list[int]) -> Iterator[bytes]:
    """`data` in pieces of these sizes, again and again; a size of 0 gives an empty piece."""
    at = 0
    while at < len(data):
        for size in sizes:
            yield data[at : at + size]
            at += size


PIECES = st.lists(st.integers(0, 90_000), min_size=1, max_size=6).filter(any)


@settings(max_examples=40)
@given(
    st.integers(0, 3 * CHUNK + 1) | st.sampled_from([0, CHUNK, CHUNK + 1, 2 * CHUNK]),
    PIECES,
    PIECES,
)
def test_what_is_sealed_in_any_pieces_opens_in_any_others(
    size: int, sealing: list[int], opening: list[int]
) -> None:
    content = (b"0123456789abcde" * (size // 15 + 1))[:size]
    file = b"".join(age.encrypt_stream(TO_ME, cut(content, sealing)))
    assert len(file) == age.encrypted_length(size)
    assert b"".join(age.decrypt_stream(ME, cut(file, opening))) == content
    assert age.decrypt(ME, file) == content


@settings(max_examples=60)
@given(st.data())
def test_a_changed_file_gives_a_true_beginning_and_then_a_reason(data: st.DataObject) -> None:
    content = bytes(range(256)) * 600
    file = bytearray(age.encrypt(TO_ME, content))
    file[data.draw(st.integers(0, len(file) - 1))] ^= data.draw(st.integers(1, 255))
    released, reason = drain(cut(bytes(file), data.draw(PIECES)))
    assert reason in CHANGED
    assert content.startswith(released)
    assert len(released) < len(content)


@settings(max_examples=60)
@given(st.integers(0, 2**20), PIECES)
def test_a_cut_file_gives_a_true_beginning_and_then_a_reason(at: int, pieces: list[int]) -> None:
    content = bytes(range(256)) * 600
    file = age.encrypt(TO_ME, content)
    released, reason = drain(cut(file[: at % len(file)], pieces))
    assert reason in {"header", "payload", "truncated"}
    assert content.startswith(released)
    assert len(released) < len(content)


def test_no_flipped_byte_of_a_header_goes_unseen() -> None:
    file = age.encrypt(TO_ME, b"text")
    for at in range(file.index(b"\n--- ") + 49):
        changed = file[:at] + bytes([file[at] ^ (1 << at % 8)]) + file[at + 1 :]
        released, reason = drain(iter([changed]))
        assert released == b""
        assert reason in {"header", "too-large", "stanza", "no-match", "mac"}


def test_no_file_that_was_cut_opens() -> None:
    file = age.encrypt(TO_ME, b"text")
    for length in range(len(file)):
        released, reason = drain(iter([file[:length]]))
        assert released == b""
        assert reason in {"header", "truncated", "payload"}


@given(st.binary(min_size=16, max_size=16), st.lists(STANZAS, min_size=1, max_size=5))
def test_a_header_is_read_back_as_it_was_written(file_key: bytes, stanzas: list[Stanza]) -> None:
    written = write_header(file_key, stanzas)
    source = Source([written, b"what follows"])
    header = read_header(source)
    assert list(header.stanzas) == stanzas
    assert source.take(100) == b"what follows"
    header.verify(file_key)
    with pytest.raises(SealRefused, match="changed"):
        header.verify(file_key[::-1] + b"!")


@given(st.binary(max_size=300) | st.lists(VISIBLE, max_size=6).map("\n-> ".join).map(str.encode))
def test_what_parses_as_a_header_has_one_spelling(tail: bytes) -> None:
    text = b"age-encryption.org/v1\n-> " + tail + b"\n--- " + b"A" * 43 + b"\n"
    with suppress(SealRefused):
        header = read_header(Source([text]))
        assert write_header(b"k" * 16, header.stanzas).startswith(header.signed)


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (b"age-encryption.org/v1\n" + b"-> a\n\n" * 10_000 + b"--- " + b"A" * 43 + b"\n", "stanza"),
        (b"age-encryption.org/v1\n" + b"-> a\n\n" * 100_000, "too-large"),
        (b"age-encryption.org/v1\n-> " + b"a" * 10_000_000, "too-large"),
        (b"age-encryption.org/v1\n-> a\n" + b"A" * 64 * 2000, "too-large"),
        (b"A" * 10_000_000, "header"),
    ],
    ids=["10,000 stanzas", "100,000 stanzas", "long argument", "long body", "no version"],
)
def test_a_hostile_header_is_refused_without_reading_on(file: bytes, reason: str) -> None:
    read = 0

    def pieces() -> Iterator[bytes]:
        nonlocal read
        for piece in cut(file, [4096]):
            read += len(piece)
            yield piece

    with pytest.raises(SealRefused) as refusal:
        age.decrypt_stream(ME, pieces())
    assert refusal.value.reason == reason
    assert read <= MAX_HEADER + 4096


def test_a_wrong_key_is_told_before_any_content_is_read() -> None:
    def pieces() -> Iterator[bytes]:
        yield age.encrypt(TO_ME, b"")[:1627]
        raise AssertionError("read on")

    with pytest.raises(SealRefused) as refusal:
        age.decrypt_stream(Identity(b"\x08" * 32), pieces())
    assert refusal.value.reason == "no-match"


def test_a_wrong_recipient_is_told_before_any_content_is_read() -> None:
    def pieces() -> Iterator[bytes]:
        raise AssertionError("read")
        yield b""

    with pytest.raises(MalformedKey):
        age.encrypt_stream(Recipient(b"\xff" * 1216), pieces())


def test_memory_stays_flat_over_32_megabytes() -> None:
    piece, count = bytes(CHUNK + 7), 500
    tracemalloc.start()
    try:
        sealed = age.encrypt_stream(TO_ME, (piece for _ in range(count)))
        length = sum(len(chunk) for chunk in age.decrypt_stream(ME, sealed))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert length == len(piece) * count
    assert peak < 1_500_000


def drain(file: Iterator[bytes]) -> tuple[bytes, str]:
    """What was released, and why it ended."""
    released = b""
    try:
        for chunk in age.decrypt_stream(ME, file):
            released += chunk
    except SealRefused as refusal:
        return released, refusal.reason
    return released, "whole"
