"""The public test-suite of age through our reader, and through the door that production uses.

Armor is the test's own (tests/crypto/armor.py), for these 33 files: all whose name begins with
`armor_`. Everything inside it is read by the product's reader.
"""

import time
from collections.abc import Callable
from hashlib import sha256

import pytest

from server.crypto import age
from server.crypto.age import header, payload, source, stanza
from server.crypto.errors import SealRefused
from server.crypto.identity import Identity
from tests.crypto.suite import CHUNKINGS, EXPECTATIONS, Case, disagreements, load, outcome, whole

CASES = load()
SMALL = [case for case in CASES if len(case.file) < 2**20]
STREAMS = [case for case in CASES if case.name.startswith("stream_")]
STRANGER = Identity(b"\x07" * 32)

# What the production door says of each file; of every other one: `stanza`.
OPENS = {"hybrid"}
NO_MATCH = {
    "hybrid_bad_tag", "hybrid_currupted_enc_mlkem", "hybrid_currupted_enc_x25519", "hybrid_no_match",
}  # fmt: skip
HEADER = {
    "empty", "header_crlf", "hmac_extra_space", "hmac_garbage", "hmac_missing", "hmac_no_space",
    "hmac_not_canonical", "hmac_trailing_space", "hmac_truncated", "hybrid_not_canonical_body",
    "hybrid_not_canonical_enc", "scrypt_not_canonical_body", "stanza_bad_start",
    "stanza_base64_padding", "stanza_empty_argument", "stanza_invalid_character",
    "stanza_long_line", "stanza_missing_body", "stanza_missing_final_line",
    "stanza_multiple_short_lines", "stanza_no_arguments", "stanza_not_canonical",
    "stanza_spurious_cr", "version_unsupported", "x25519_not_canonical_body",
} | {case.name for case in CASES if case.armored}  # fmt: skip


OPEN = payload._open


class AnySpelling(bytes):
    """Base64 that equals every text."""

    __slots__ = ()

    def __eq__(self, _: object) -> bool:
        return True

    __hash__ = bytes.__hash__


def named(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=[case.name for case in cases])


def test_the_suite_is_whole() -> None:
    assert len(CASES) == 143
    assert len({case.name for case in CASES}) == 143
    assert [case.name for case in CASES if case.armored] == [
        case.name for case in CASES if case.name.startswith("armor_")
    ]
    assert sum(case.armored for case in CASES) == 33


@pytest.mark.parametrize("pieces", CHUNKINGS.values(), ids=CHUNKINGS)
@named(CASES)
def test_each_file_ends_as_it_expects(case: Case, pieces: Callable[[bytes], list[bytes]]) -> None:
    assert outcome(case, pieces) == (case.expect, case.payload)


@named(CASES)
def test_the_production_door_opens_one_stanza_of_our_kind_only(case: Case) -> None:
    before = time.perf_counter()
    assert through_the_door(case) == expected_at_the_door(case)
    assert time.perf_counter() - before < 1


@named(STREAMS)
def test_contents_end_alike_behind_a_stanza_of_our_kind(case: Case) -> None:
    released = sha256()
    end = "success"
    try:
        for chunk in age.decrypt_stream(STRANGER, whole(resealed(case))):
            released.update(chunk)
    except SealRefused as refusal:
        end = EXPECTATIONS[refusal.reason]
    assert (end, released.hexdigest()) == (case.expect, case.payload)


@pytest.mark.parametrize(
    ("place", "rule", "weak", "caught"),
    [
        (header.Header, "verify", lambda *_: None, {"hmac_bad"}),
        (
            payload,
            "_open",
            lambda cipher, counter, sealed, **_: (
                OPEN(cipher, counter, sealed, last=False)
                or OPEN(cipher, counter, sealed, last=True)
            ),
            {"stream_no_final", "stream_no_final_two_chunks"},
        ),
        (source.Source, "ended", lambda _: True, {"stream_trailing_garbage_short"}),
        (payload, "_check_length", lambda *_, **__: None, {"stream_last_chunk_empty"}),
        (stanza, "_refuse_low_order", lambda _: None, {"hybrid_low_order", "hybrid_identity"}),
        (
            header,
            "b64",
            AnySpelling,
            {"hmac_not_canonical", "x25519_not_canonical_body"},
        ),
    ],
    ids=["MAC", "last chunk", "bytes after", "empty chunk", "low order", "spelling"],
)
def test_a_reader_without_one_rule_fails_the_suite(
    monkeypatch: pytest.MonkeyPatch, place: object, rule: str, weak: object, caught: set[str]
) -> None:
    assert set(disagreements(SMALL)) == set()
    monkeypatch.setattr(place, rule, weak)
    assert caught <= set(disagreements(SMALL))


def through_the_door(case: Case) -> str:
    own = next((text for text in case.identities if "-PQ-" in text), None)
    try:
        found = age.decrypt(Identity.parse(own) if own else STRANGER, case.file)
    except SealRefused as refusal:
        return refusal.reason
    return sha256(found).hexdigest()


def expected_at_the_door(case: Case) -> str:
    if case.name in OPENS:
        return case.payload
    if case.name in NO_MATCH:
        return "no-match"
    return "header" if case.name in HEADER else "stanza"


def resealed(case: Case) -> bytes:
    """The same content under the same file key, which a stanza of our kind now holds."""
    content = case.file.split(b"\n--- ", 1)[1].split(b"\n", 1)[1]
    start = header.write_header(case.file_key, [stanza.wrap(STRANGER.recipient, case.file_key)])
    return start + content
