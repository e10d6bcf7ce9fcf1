"""Files between server, browser and the stock `age` program, each way."""

import os
import subprocess
from functools import cache
from itertools import chain

import httpx
import pytest

from server.crypto import age
from server.crypto.age.reader import open_file
from server.crypto.errors import SealRefused
from server.crypto.identity import Identity
from tests import stock_age
from tests.browser import chromium
from tests.crypto import twin
from tests.crypto.stanzas import with_keys
from tests.stock_age import StockAge, find

SIZES = (0, 1, 65535, 65536, 65537, 1_000_000)
READERS = (1, 2, 50)
ME = Identity(b"\x07" * 32)
MANY_STANZAS = 256 * 1024


@pytest.fixture(scope="module")
def stock() -> StockAge:
    return find()


@cache
def content(size: int) -> bytes:
    return os.urandom(size)


@cache
def recipients(count: int) -> tuple[str, ...]:
    """Of `count` readers; ours is the last."""
    others = (Identity(n.to_bytes(32, "big")) for n in range(1, count))
    return tuple(identity.recipient.text for identity in chain(others, [ME]))


@pytest.mark.parametrize("size", SIZES)
def test_stock_age_opens_what_the_server_seals(stock: StockAge, size: int) -> None:
    assert stock.decrypt(ME.text, age.encrypt(ME.recipient, content(size))) == content(size)


@pytest.mark.parametrize("count", READERS)
@pytest.mark.parametrize("size", SIZES)
def test_the_server_opens_what_stock_age_seals(stock: StockAge, size: int, count: int) -> None:
    file = stock.encrypt(recipients(count), content(size))
    chunks = open_file(with_keys([ME.text]), [file], MANY_STANZAS)
    assert b"".join(chunks) == content(size)
    if count == 1:
        assert len(file) == age.encrypted_length(size)
        assert age.decrypt(ME, file) == content(size)


@pytest.mark.parametrize(("count", "reason"), [(2, "stanza"), (40, "stanza"), (50, "too-large")])
def test_the_door_refuses_files_with_several_readers(
    stock: StockAge, count: int, reason: str
) -> None:
    file = stock.encrypt(recipients(count), b"text")
    with pytest.raises(SealRefused) as refusal:
        age.decrypt(ME, file)
    assert refusal.value.reason == reason


def test_stock_age_opens_what_the_browsers_code_seals(stock: StockAge) -> None:
    sealed = twin.run(("seal", ME.recipient.text, content(size)) for size in SIZES)
    for size, file in zip(SIZES, sealed, strict=True):
        assert isinstance(file, bytes)
        assert stock.decrypt(ME.text, file) == content(size)
        assert age.decrypt(ME, file) == content(size)


@pytest.mark.parametrize("count", twin.READERS)
def test_the_browsers_code_opens_what_stock_age_seals(stock: StockAge, count: int) -> None:
    files = [stock.encrypt(recipients(count), content(size)) for size in SIZES]
    opened = twin.run(("openAny", ME.text, file) for file in files)
    assert opened == [content(size) for size in SIZES]
    through_the_door = twin.run(("open", ME.text, file) for file in files[:1])
    assert through_the_door == {1: [content(0)], 2: ["stanza"], 50: ["too-large"]}[count]


def test_stock_age_opens_what_a_browser_seals(stock: StockAge) -> None:
    text = "The figures, sealed in a real browser."
    with chromium() as browser:
        page = browser.new_page()
        page.route(
            "**/*", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html")
        )
        page.goto("http://localhost/")
        page.add_script_tag(content=bundle())
        sealed = page.evaluate(
            """async ([recipient, text]) => {
                const file = await letterlock.encryptTo(recipient, new TextEncoder().encode(text))
                return Array.from(file)
            }""",
            [ME.recipient.text, text],
        )
        assert stock.decrypt(ME.text, bytes(sealed)).decode() == text
        back = page.evaluate(
            """async ([identity, file]) => {
                const text = await letterlock.decryptWith(identity, new Uint8Array(file))
                return new TextDecoder().decode(text)
            }""",
            [ME.text, list(stock.encrypt([ME.recipient.text], text.encode()))],
        )
        assert back == text


def test_a_package_with_another_hash_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(httpx, "get", lambda *_, **__: httpx.Response(200, content=b"!<arch>"))
    with pytest.raises(OSError, match="the package that we know"):
        stock_age._download(stock_age.AMD64)


def bundle() -> str:
    """The browser's code as one script."""
    command = ["node_modules/.bin/esbuild", "web/crypto/src/age.ts", "--bundle"]
    options = ["--format=iife", "--global-name=letterlock", "--log-level=error"]
    return subprocess.run(
        [*command, *options], cwd=twin.ROOT, capture_output=True, check=True, text=True
    ).stdout
