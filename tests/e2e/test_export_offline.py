"""The offline reader, from a file and with the network off: checks a copy, shows it, or refuses it in words."""

import base64
import json
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from server.crypto.identity import fingerprint
from tests.e2e.accessibility import Inspector
from tests.e2e.exports import Copy, Thread, export_page, make_copy, sign_in
from tests.e2e.pair import Pair
from tests.e2e.people import MAYA, PATIENCE_MS, TELL_OF_POLICIES, Profile

pytestmark = pytest.mark.timeout(300)
DAMAGED = "This zip is not as it was made"
# Asks by every simple way, and waits until each has ended.
KNOCK = """
async (address) => {
    const image = new Image()
    const ended = new Promise((resolve) => { image.onerror = image.onload = resolve })
    image.src = `${address}/image`
    const post = {method: 'POST', mode: 'no-cors', keepalive: true}
    const beacon = fetch(`${address}/beacon`, post).catch(() => undefined)
    await fetch(`${address}/fetch`, {mode: 'no-cors'}).catch(() => undefined)
    await Promise.all([beacon, ended])
}
"""
LOCAL_HEADER = 30  # bytes before a name in a zip


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """A server that notes the path of every request."""
    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(HTTPStatus.NO_CONTENT)
            self.end_headers()

        do_POST = do_GET  # noqa: N815 the name is the library's

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", heard
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def thread(pair: Pair) -> Thread:
    return Thread.write(pair)


@pytest.fixture(scope="module")
def copy(
    pair: Pair, thread: Thread, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Copy:
    """The copy that Maya made of the thread, unpacked beside the zip too."""
    maya = Profile.open(browser, pair)
    sign_in(maya, thread)
    folder = tmp_path_factory.mktemp("copy")
    made = make_copy(export_page(maya, thread.second), folder)
    maya.close()
    with zipfile.ZipFile(made.path) as zipped:
        zipped.extractall(folder)
    return made


class Reader:
    """reader.html of a copy, opened from the disk in a browser without a network."""

    def __init__(self, browser: Browser, copy: Copy) -> None:
        self.context = browser.new_context(
            offline=True, viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.add_init_script(TELL_OF_POLICIES)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.context.on("console", lambda line: self.complaints.append(line.text))
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.context.on("request", lambda one: self.asked.append(one.url))
        self.home = copy.path.with_suffix("") / "reader.html"
        self.page.goto(self.home.as_uri())

    def take(self, path: Path) -> Page:
        """Choose a zip."""
        self.page.set_input_files("#zip", path)
        return self.page

    def refusal(self, path: Path) -> str:
        """What it says of a copy of which it shows nothing."""
        self.take(path)
        note = self.page.locator("#trouble .note")
        expect(note).to_be_visible()
        assert self.page.locator(".entry").count() == 0
        return note.inner_text()


@pytest.fixture
def reader(browser: Browser, copy: Copy) -> Iterator[Reader]:
    opened = Reader(browser, copy)
    yield opened
    opened.context.close()
    assert opened.complaints == []
    asked = {one for one in opened.asked if not one.startswith(("blob:", "data:"))}
    assert asked == {opened.home.as_uri()}


def test_a_copy_is_checked_and_shown_without_a_single_request(
    reader: Reader, copy: Copy, thread: Thread
) -> None:
    page = reader.take(copy.path)
    expect(page.get_by_role("region", name="What the check found")).to_have_text(
        "Everything is as it was signed: 2 letters, 3 files."
    )
    letters = page.locator(".entry")
    for letter, text, subject in zip(letters.all(), thread.texts, thread.subjects, strict=True):
        expect(letter.get_by_role("heading", name=subject)).to_be_visible()
        expect(letter.frame_locator("iframe").locator("body")).to_contain_text(text)
        expect(letter.get_by_role("list", name="Who can read this")).to_contain_text(MAYA)
        letter.get_by_role("button", name="Verify").click()
        expect(letter.get_by_text("the firm's directory holds for Ann Lee")).to_be_visible()
        expect(letter.get_by_role("button", name="Reply")).to_be_hidden()
    second = letters.nth(1).frame_locator("iframe")
    expect(second.locator("th")).to_have_text("Sum")
    assert second.get_by_role("img", name="Hall").evaluate("one => one.naturalWidth") == 4
    for name, content in thread.files.items():
        with page.expect_download() as saved:
            page.get_by_role("button", name=f"Save {name}").click()
        assert Path(saved.value.path()).read_bytes() == content
        assert saved.value.suggested_filename == name
    assert page.evaluate("window.hostile") is None


def test_it_says_which_directory_key_vouches(reader: Reader, copy: Copy, pair: Pair) -> None:
    page = reader.take(copy.path)
    page.get_by_text("What this check vouches for").click()
    expect(page.get_by_text("compare its fingerprint")).to_be_visible()
    expect(page.locator("#directories dd")).to_have_text(_directory_fingerprint(copy))


def test_a_folder_that_was_unpacked_opens_too(reader: Reader, copy: Copy, thread: Thread) -> None:
    reader.page.set_input_files("#folder", copy.path.with_suffix(""))
    expect(reader.page.get_by_text("Everything is as it was signed").last).to_be_visible()
    expect(reader.page.get_by_role("heading", name=thread.subjects[0])).to_be_visible()


def test_a_copy_can_be_dropped_anywhere(reader: Reader, copy: Copy) -> None:
    page = reader.page
    page.evaluate("""() => {
        const link = document.createElement('input')
        link.type = 'file'
        link.id = 'given'
        document.body.append(link)
    }""")
    page.set_input_files("#given", copy.path)
    page.evaluate("""() => {
        const dataTransfer = new DataTransfer()
        dataTransfer.items.add(document.querySelector('#given').files[0])
        document.body.dispatchEvent(new DragEvent('drop', {dataTransfer, bubbles: true, cancelable: true}))
    }""")
    expect(page.get_by_text("Everything is as it was signed").last).to_be_visible()


def test_the_copy_can_be_closed(reader: Reader, copy: Copy, thread: Thread) -> None:
    page = reader.take(copy.path)
    page.get_by_role("button", name="Close the copy").click()
    expect(page.get_by_role("button", name="Choose the zip")).to_be_visible()
    assert thread.subjects[0] not in page.content()


def test_a_zip_that_was_changed_cut_or_packed_again_is_refused(
    reader: Reader, copy: Copy, tmp_path: Path
) -> None:
    whole = copy.path.read_bytes()
    repacked = tmp_path / "again.zip"
    with zipfile.ZipFile(repacked, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in copy.parts.items():
            zipped.writestr(f"top/{name}", content)
    for bad in (
        whole[:-1],
        whole[1:],
        whole + b"x",
        b"",
        b"hello",
        _flip(whole, 4),
        _flip(whole, 40),
    ):
        path = tmp_path / "bad.zip"
        path.write_bytes(bad)
        assert reader.refusal(path).startswith(DAMAGED)
    assert "unpack it and choose the folder" in reader.refusal(repacked)


def test_a_zip_with_something_added_or_taken_out_is_refused(
    reader: Reader, copy: Copy, tmp_path: Path
) -> None:
    folder = copy.path.with_suffix("")
    extra = folder / "note.txt"
    extra.write_text("x")
    reader.page.set_input_files("#folder", folder)
    expect(reader.page.get_by_text("This is not a copy of letters").last).to_be_visible()
    extra.unlink()


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("identity.txt", "Its envelope is damaged and does not open."),
        ("envelope.age", "Its envelope is damaged and does not open."),
        (
            "message.age",
            "The copy of it for the age program is not the same as what the sender signed.",
        ),
        ("body", "A part of it is not the one the sender signed."),
    ],
)
def test_a_letter_of_which_a_byte_was_changed_stays_closed_and_the_other_opens(
    reader: Reader, copy: Copy, tmp_path: Path, part: str, words: str
) -> None:
    name = _original(copy, 0) if part == "body" else part
    page = reader.take(_spoilt(copy, f"{copy.folders[0]}/{name}", tmp_path))
    expect(page.get_by_role("region", name="What the check found")).to_contain_text(
        "Not everything"
    )
    first, second = page.locator(".entry").all()
    expect(first).to_contain_text("We did not open this letter. Nothing of it has been shown.")
    expect(first).to_contain_text(words)
    expect(second.frame_locator("iframe").locator("body")).to_contain_text("is new.")
    assert page.frame_locator("iframe").locator("body").count() == 1


@pytest.mark.parametrize("part", ["file-2.age", "original"])
def test_a_file_of_which_a_byte_was_changed_is_named_and_not_saved(
    reader: Reader, copy: Copy, tmp_path: Path, part: str
) -> None:
    name = _original(copy, 2) if part == "original" else part
    page = reader.take(_spoilt(copy, f"{copy.folders[0]}/{name}", tmp_path))
    expect(page.get_by_role("region", name="What the check found")).to_contain_text(
        "Not everything"
    )
    words = "We did not open this file. It is not the one Ann Lee signed."
    if part != "original":
        words = "The copy of it for the age program is not the same as what Ann Lee signed."
    expect(page.get_by_text(f"Plan.bin: {words}")).to_be_visible()
    page.get_by_role("button", name="Save Plan.bin").click()
    expect(page.get_by_role("button", name="Try again to save Plan.bin")).to_be_visible()


def test_the_page_has_no_way_to_a_network_even_where_there_is_one(
    browser: Browser, copy: Copy, tmp_path: Path
) -> None:
    bare = _written(tmp_path / "bare.html", b"<!doctype html><title>x</title><body></body>")
    with listening() as (address, heard):
        for home in (copy.path.with_suffix("") / "reader.html", bare):
            page = browser.new_page()
            page.goto(home.as_uri())
            page.evaluate(KNOCK, f"{address}/{home.stem}")
            page.close()
    assert sorted(heard) == ["/bare/beacon", "/bare/fetch", "/bare/image"]


def test_a_script_that_is_not_its_own_does_not_run(
    browser: Browser, copy: Copy, tmp_path: Path
) -> None:
    """The policy names the script by its hash: what somebody writes into the page stays text."""
    page = browser.new_page()
    source = copy.parts["reader.html"].decode()
    for end, ran in (("<script>window.planted = 1</script>", None), ("", None)):
        path = tmp_path / "reader.html"
        path.write_text(source.replace("</body>", f"{end}</body>"))
        page.goto(path.as_uri())
        assert page.evaluate("window.planted") == ran
    bare = tmp_path / "bare.html"
    bare.write_text("<body><script>window.planted = 1</script></body>")
    page.goto(bare.as_uri())
    assert page.evaluate("window.planted") == 1
    page.close()


def test_the_offline_reader_is_accessible(reader: Reader, copy: Copy, tmp_path: Path) -> None:
    inspector = Inspector((320, 390, 1280))
    inspector.look("choose", reader.page)
    reader.refusal(_written(tmp_path / "bad.zip", b"hello"))
    inspector.look("refused", reader.page)
    page = reader.take(copy.path)
    page.get_by_role("button", name="Verify").first.click()
    page.get_by_text("What this check vouches for").click()
    inspector.look("shown", page)
    page.reload()
    reader.take(_spoilt(copy, f"{copy.folders[0]}/message.age", tmp_path))
    expect(page.get_by_text("Not everything").last).to_be_visible()
    inspector.look("a letter refused", page)
    assert inspector.found == []


def _flip(data: bytes, at: int) -> bytes:
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


def _spoilt(copy: Copy, part: str, folder: Path) -> Path:
    """The zip with one byte in the middle of a part changed."""
    with zipfile.ZipFile(copy.path) as zipped:
        info = next(one for one in zipped.infolist() if one.filename.endswith(f"/{part}"))
    start = info.header_offset + LOCAL_HEADER + len(info.filename.encode())
    return _written(
        folder / "spoilt.zip", _flip(copy.path.read_bytes(), start + info.file_size // 2)
    )


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def _envelope(copy: Copy) -> dict[str, Any]:
    envelope: dict[str, Any] = json.loads(copy.open(copy.folders[0], "envelope.age"))
    return envelope


def _original(copy: Copy, number: int) -> str:
    """The n-th signed object of the first letter; 0 is its text."""
    signed = json.loads(_envelope(copy)["statement"])["objects"][0]["id"]
    files = [file["object"] for file in copy.body(copy.folders[0])["files"]]
    return f"originals/{[signed, *files][number]}.age"


def _directory_fingerprint(copy: Copy) -> str:
    return fingerprint(base64.urlsafe_b64decode(_envelope(copy)["directory_key"] + "="))
