"""The browser's own primitives under our age reader: the same suite, vectors and refusals."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.crypto.age_page import age_page, ask

DATA = Path(__file__).parents[1] / "data"
CHUNK = 64 * 1024
HEADER = 1627


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with age_page(tmp_path_factory.mktemp("age")) as opened:
        yield opened


def test_nothing_here_is_by_plain_arithmetic(page: Page) -> None:
    assert ask(page, "chosen") == dict.fromkeys(("kdf", "aead", "x25519", "mlKem", "ed25519"), True)


@pytest.mark.parametrize("pieces", ["whole", 1000, 1])
def test_all_143_files_of_the_suite_end_as_they_say(page: Page, pieces: str | int) -> None:
    assert ask(page, "endings", pieces) == []


def test_the_production_door_opens_two_of_them_and_says_why_not_the_others(page: Page) -> None:
    assert ask(page, "door") == []


def test_the_suite_catches_weakened_readers(page: Page) -> None:
    assert ask(page, "uncaught") == []


def test_the_primitives_do_as_wycheproof_and_rfc_9180_say(page: Page) -> None:
    names = ("chacha20_poly1305", "hkdf_sha256", "x25519", "mlkem_768_keygen_seed", "ed25519")
    files = {name: DATA / f"wycheproof/{name}_test.json" for name in names}
    groups = {name: json.loads(file.read_text())["testGroups"] for name, file in files.items()}
    found = ask(page, "vectors", groups, json.loads((DATA / "hpke/rfc9180.json").read_text()))
    assert {name: each["wrong"] for name, each in found.items()} == {name: [] for name in found}
    assert {name: each["tried"] for name, each in found.items()} == {
        "chacha20_poly1305": 45, "hkdf_sha256": 86, "x25519": 518, "mlkem_768_keygen_seed": 100,
        "ed25519": 151, "hpke": 1,
    }  # fmt: skip


def test_each_kind_opens_what_the_other_sealed(page: Page) -> None:
    lengths = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK]
    assert ask(page, "crossing", lengths) == []


def test_both_kinds_refuse_a_changed_file_with_the_same_reason(page: Page) -> None:
    draw = random.Random(1)  # noqa: S311 no secret: places to change
    size = HEADER + 16 + CHUNK + 16 + 100 + 16
    edges = [0, 21, HEADER - 1, HEADER, HEADER + 15, HEADER + 16, HEADER + 17,
             HEADER + 16 + CHUNK + 16, HEADER + 16 + CHUNK + 17, size - 16, size - 1]  # fmt: skip
    places = [
        *edges,
        *(draw.randrange(HEADER + 16) for _ in range(60)),
        *(draw.randrange(size) for _ in range(20)),
    ]
    flips = [{"kind": "flip", "at": at, "mask": 1 << draw.randrange(8)} for at in places]
    cuts = [{"kind": "cut", "to": at} for at in places]
    assert ask(page, "disagreements", [*flips, *cuts, {"kind": "add", "bytes": 1}]) == []


def test_both_kinds_refuse_a_damaged_recipient(page: Page) -> None:
    first, last = {"at": 0, "bytes": [1, 0x0D]}, {"at": 1150, "bytes": [0x10, 0xD0]}
    low_order = {"at": 1184, "bytes": [0] * 32}
    assert ask(page, "takenKeys", [first, last, low_order]) == []
