"""Rules that hold for every input."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.crypto import age, custody
from server.crypto.encoding import (
    b64u,
    bech32_decode,
    bech32_encode,
    canonical,
    parse_canonical,
    unb64u,
)
from server.crypto.errors import MalformedKey, SealRefused
from server.crypto.identity import Identity
from server.crypto.padding import pad, padme, unpad

IDENTITY = Identity(b"\x07" * 32)
RECIPIENT = IDENTITY.recipient
SAFE = st.integers(-(2**53) + 1, 2**53 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | SAFE | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_canonical_json_is_read_back_as_it_was_written(value: object) -> None:
    assert parse_canonical(canonical(value)) == value  # type: ignore[arg-type]


@given(st.binary(max_size=300))
def test_base64url_and_bech32_lose_nothing(data: bytes) -> None:
    assert unb64u(b64u(data)) == data
    assert bech32_decode("age1pq", bech32_encode("age1pq", data)) == data


@given(st.integers(0, 10**12))
def test_padding_adds_at_most_an_eighth(size: int) -> None:
    assert size <= padme(size) <= size + max(1, size // 8)


@given(st.binary(max_size=5000))
def test_padding_is_cut_to_what_it_was(content: bytes) -> None:
    assert unpad(pad(content), len(content)) == content


@settings(max_examples=20)
@given(st.binary(max_size=200_000))
def test_what_is_sealed_opens(content: bytes) -> None:
    assert age.decrypt(IDENTITY, age.encrypt(RECIPIENT, content)) == content


@settings(max_examples=150)
@given(st.data())
def test_a_file_changed_in_one_byte_never_opens(data: st.DataObject) -> None:
    file = bytearray(age.encrypt(RECIPIENT, b"Profit is up by a fifth."))
    place = data.draw(st.integers(0, len(file) - 1))
    file[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealRefused):
        age.decrypt(IDENTITY, bytes(file))


def test_a_file_cut_anywhere_never_opens() -> None:
    file = age.encrypt(RECIPIENT, b"x" * 70_000)
    for length in [*range(0, 2000, 7), 65_000, 67_200, len(file) - 1]:
        with pytest.raises(SealRefused):
            age.decrypt(IDENTITY, file[:length])


def test_a_header_with_another_mac_does_not_open() -> None:
    file = age.encrypt(RECIPIENT, b"text")
    head, mac, rest = file.split(b"\n--- ")[0], *file.split(b"\n--- ")[1].split(b"\n", 1)
    other = age.encrypt(RECIPIENT, b"text").split(b"\n--- ")[1].split(b"\n", 1)[0]
    assert mac != other
    with pytest.raises(SealRefused):
        age.decrypt(IDENTITY, head + b"\n--- " + other + b"\n" + rest)


def test_a_file_for_somebody_else_does_not_open() -> None:
    with pytest.raises(SealRefused):
        age.decrypt(Identity(b"\x08" * 32), age.encrypt(RECIPIENT, b"text"))


@given(st.binary(max_size=100))
def test_a_sealed_field_opens_in_its_own_place_only(content: bytes) -> None:
    sealed = custody.seal(b"k" * 32, ("firm", "persons", "1", "name"), content)
    assert custody.unseal(b"k" * 32, ("firm", "persons", "1", "name"), sealed) == content
    for key, place in (
        (b"k" * 32, ("firm", "persons", "2", "name")),
        (b"l" * 32, ("firm", "persons", "1", "name")),
    ):
        with pytest.raises(SealRefused):
            custody.unseal(key, place, sealed)


def test_a_key_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(MalformedKey):
        custody.seal(b"short", ("a",), b"content")
    with pytest.raises(MalformedKey):
        Identity(b"short")


def test_a_secret_does_not_show_in_a_repr() -> None:
    assert IDENTITY.seed.hex() not in repr(IDENTITY)
    assert IDENTITY.text not in repr(IDENTITY)
