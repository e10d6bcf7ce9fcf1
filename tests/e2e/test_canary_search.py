"""The searcher finds a word in each form, and only then."""

import base64
import gzip
import json
import quopri
import zlib
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.e2e.canary import ENCODINGS, FORMS, find, find_all, new_word

WORD = "QuartzWombatJuniper"
ODD = "ÿþ?>~ÿþ?>~ÿþ?>~ÿþ"  # base64 of it has + and /
AROUND = st.binary(max_size=40)


@given(before=AROUND, after=AROUND)
def test_it_finds_plain_text(before: bytes, after: bytes) -> None:
    assert "UTF-8" in find(before + WORD.encode() + after, WORD)


@given(before=AROUND, after=AROUND)
def test_it_finds_base64_at_each_offset(before: bytes, after: bytes) -> None:
    found = find(base64.b64encode(before + WORD.encode() + after), WORD)
    assert f"base64 at {len(before) % 3}" in found


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("offset", [0, 1, 2])
def test_it_finds_both_alphabets(encode: Callable[[bytes], bytes], offset: int) -> None:
    packed = encode(b"x" * offset + ODD.encode() + b"x")
    assert set(packed) & set(b"+/-_")
    assert f"base64 at {offset}" in find(b"{" + packed.rstrip(b"=") + b"}", ODD)


@given(before=AROUND, after=AROUND)
def test_it_finds_compressed_text_anywhere(before: bytes, after: bytes) -> None:
    text = b"Dear Maya, " + WORD.encode()
    assert "gzip > UTF-8" in find(before + gzip.compress(text) + after, WORD)
    assert "zlib > UTF-8" in find(before + zlib.compress(text) + after, WORD)


@pytest.mark.parametrize("level", [0, 1, 6, 9])
def test_it_finds_each_level_of_compression(level: int) -> None:
    assert "zlib > UTF-8" in find(b"ab" + zlib.compress(WORD.encode() * 9, level), WORD)


def test_it_finds_the_beginning_of_a_cut_stream() -> None:
    cut = gzip.compress(WORD.encode() + bytes(range(256)) * 9)[:-60]
    assert "gzip > UTF-8" in find(cut, WORD)


def test_it_finds_forms_inside_forms() -> None:
    packed = base64.b64encode(gzip.compress(b"x" + base64.b64encode(b"y" + WORD.encode())))
    assert "base64 > gzip > base64 at 1" in find(b'{"text":"' + packed + b'"}', WORD)


def test_it_finds_text_in_the_folded_lines_of_a_mail() -> None:
    long = f"{'.' * 66}{WORD}{'.' * 66}é".encode()
    folded = quopri.encodestring(long)
    assert WORD.encode() not in folded
    assert "quoted-printable > UTF-8" in find(folded, WORD)
    lines = base64.encodebytes(b"." * 50 + WORD.encode())
    assert "base64 > UTF-8" in find(lines, WORD)
    carried = base64.b64encode(b"Content-Type: text/plain\r\n\r\n" + folded)
    assert "base64 > quoted-printable > UTF-8" in find(carried, WORD)


@pytest.mark.parametrize("form", ["utf-16-le", "utf-16-be"])
@given(before=AROUND, after=AROUND)
def test_it_finds_wide_text(form: str, before: bytes, after: bytes) -> None:
    assert "UTF-16" in find(before + WORD.encode(form) + after, WORD)


@pytest.mark.parametrize("case", [str.lower, str.upper])
def test_it_finds_hex(case: Callable[[str], str]) -> None:
    assert "hex" in find(b"x'" + case(WORD.encode().hex()).encode() + b"'", WORD)


def test_it_finds_what_an_address_escapes_in_part_or_whole() -> None:
    whole = "".join(f"%{byte:02x}" for byte in WORD.encode())
    half = WORD[:9] + "".join(f"%{byte:02X}" for byte in WORD[9:].encode())
    for text in (whole, half, quote(f"Ä {WORD} Ö.pdf")):
        assert {"percent > UTF-8", "UTF-8"} & find(f"/files/{text}?x=1".encode(), WORD)
    assert "percent > UTF-8" in find(whole.encode(), WORD)


def test_it_finds_what_json_escapes_in_part_or_whole() -> None:
    whole = "".join(f"\\u{ord(letter):04x}" for letter in WORD)
    half = WORD[:9] + "".join(f"\\u{ord(letter):04X}" for letter in WORD[9:])
    for text in (whole, half):
        assert "JSON escapes > UTF-8" in find(f'{{"name":"{text}.pdf"}}'.encode(), WORD)


def test_it_finds_what_is_escaped_in_json_within_json() -> None:
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in WORD)
    inner = f'{{"name":"{escaped}"}}'
    assert "JSON escapes > UTF-8" in find(json.dumps({"body": inner}).encode(), WORD)


@pytest.mark.parametrize("form", FORMS)
def test_it_finds_each_form_that_the_control_plants_by_its_name(form: str) -> None:
    words = [WORD, new_word()]
    found = find_all(b"before " + FORMS[form](WORD.encode()) + b" after", words)
    assert form in found[words[0]]
    assert found[words[1]] == set()


@given(data=st.binary(max_size=2000))
def test_it_finds_nothing_in_noise(data: bytes) -> None:
    assert find(data, WORD) == set()


def test_a_word_that_is_nearly_there_is_not_there() -> None:
    near = WORD[:-1].encode()
    for data in (near, base64.b64encode(near), gzip.compress(near), quopri.encodestring(near)):
        assert find(data + b" " + WORD[1:].encode(), WORD) == set()


def test_each_encoding_looks_for_something_long_enough_to_be_no_accident() -> None:
    for name, encode in ENCODINGS.items():
        assert all(len(form) >= len(WORD) for form in encode(WORD.encode())), name
