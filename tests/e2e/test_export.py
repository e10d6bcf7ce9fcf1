"""Copies of letters: made in the browser, opened by everything that reads age, silent outside."""

import hashlib
import json
import re
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page, Route, expect

from server.crypto.encoding import b64u
from tests.e2e import canary
from tests.e2e.accessibility import Inspector
from tests.e2e.exports import Copy, Thread, export_page, make_copy, sign_in
from tests.e2e.pair import Pair
from tests.e2e.people import ANN, MAYA, Profile, expect_said
from tests.stock_age import find

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
KEPT = """
async () => {
    const root = await navigator.storage.getDirectory()
    const names = []
    for (const folder of ['letterlock-export', 'letterlock-temporary']) {
        const found = await root.getDirectoryHandle(folder, {create: true})
        for await (const [name, entry] of found) {
            if (entry.kind === 'file') names.push(name)
            else for await (const inner of entry.keys()) names.push(inner)
        }
    }
    return names
}
"""


@dataclass
class Made:
    """Maya's browser, signed in, and the copy she made."""

    maya: Profile
    thread: Thread
    copy: Copy
    page: Page


@pytest.fixture(scope="module")
def made(pair: Pair, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """One copy of a thread with files."""
    thread = Thread.write(pair)
    maya = Profile.open(browser, pair)
    sign_in(maya, thread)
    page = export_page(maya, thread.second)
    yield Made(maya, thread, make_copy(page, tmp_path_factory.mktemp("copy")), page)
    complaints = list(maya.complaints)
    maya.close()
    assert complaints == []


def test_all_letters_of_the_thread_are_ticked_and_the_page_says_who_could_read(made: Made) -> None:
    page = export_page(made.maya, made.thread.first)
    boxes = page.get_by_role("checkbox")
    expect(boxes).to_have_count(2)
    assert all(box.is_checked() for box in boxes.all())
    expect(page.get_by_text("Whoever holds this file can read it.")).to_be_visible()
    for box in boxes.all():
        box.uncheck()
    page.get_by_role("button", name="Make the copy").click()
    expect(page.get_by_text("Tick at least one letter.")).to_be_visible()


def test_the_page_says_that_it_is_made_and_saves_it_again(made: Made) -> None:
    expect(made.page.get_by_role("heading", name="The copy is made")).to_be_focused()
    expect_said(made.page, "Your copy of 2 letters is made")
    with made.page.expect_download() as saved:
        made.page.get_by_role("button", name="Save it again").click()
    assert Path(saved.value.path()).read_bytes() == made.copy.path.read_bytes()


def test_names_in_the_zip_are_dates_and_numbers(made: Made) -> None:
    with zipfile.ZipFile(made.copy.path) as zipped:
        names = zipped.namelist()
    top = rf"letterlock-export-{_DATE}"
    letter = (
        rf"{top}/0[12]-{_DATE}/"
        r"(identity\.txt|(message|envelope|file-[123])\.age|originals/[\w-]{22}\.age)"
    )
    assert [
        name for name in names if not re.fullmatch(rf"{top}/\w+\.(txt|html)|{letter}", name)
    ] == []
    assert made.copy.path.name == f"{names[0].split('/')[0]}.zip"
    assert len(names) == 2 + (3 + 1 + 3 + 3) + (3 + 1)


def test_each_folder_opens_with_the_servers_reader(made: Made) -> None:
    _expect_contents(made, None)


def test_each_folder_opens_with_stock_age(made: Made) -> None:
    _expect_contents(made, find().decrypt)


def test_the_readme_says_how_it_is_done_with_stock_age(made: Made, tmp_path: Path) -> None:
    with zipfile.ZipFile(made.copy.path) as zipped:
        zipped.extractall(tmp_path)
    (top,) = tmp_path.iterdir()
    readme = (top / "README.txt").read_text()
    commands = [line.split() for line in readme.splitlines() if line.startswith("    age")]
    assert len(commands) == 2
    folder = top / made.copy.folders[0]
    outputs = [
        subprocess.run([find().path, *rest], cwd=folder, capture_output=True, check=True).stdout
        for _, *rest in commands
    ]
    assert json.loads(outputs[0])["subject"] == made.thread.subjects[0]
    assert (folder / "saved-file").read_bytes() == next(iter(made.thread.files.values()))
    assert "Whoever holds these files can read the letters." in readme
    assert len(readme.splitlines()) <= 11


def test_originals_are_the_signed_objects_and_the_persons_own_key_is_not_in_it(made: Made) -> None:
    keys = set()
    for folder in made.copy.folders:
        envelope = json.loads(made.copy.open(folder, "envelope.age"))
        signed = {one["id"]: one["sha256"] for one in json.loads(envelope["statement"])["objects"]}
        prefix = f"{folder}/originals/"
        kept = {
            path.removeprefix(prefix).removesuffix(".age"): _b64u_sha256(content)
            for path, content in made.copy.parts.items()
            if path.startswith(prefix)
        }
        assert kept == signed
        keys |= {made.copy.identity(folder), envelope["message_key"]}
        assert envelope["viewer"]["address"] == MAYA
        assert "AGE-SECRET-KEY" not in json.dumps(envelope | {"message_key": ""})
    assert len(keys) == 4


def test_nothing_of_the_letters_is_in_the_zips_bytes_or_names(made: Made) -> None:
    # The offline reader is the same for everybody, and shows Maya's address as an example of one.
    data = made.copy.path.read_bytes().replace(made.copy.parts["reader.html"], b"")
    for word in (*made.thread.words, MAYA, ANN, "client.example", "Ann Lee", made.thread.first):
        assert canary.find(data, word) == set(), word


def test_a_word_that_stands_in_a_name_or_a_part_would_be_found(made: Made, tmp_path: Path) -> None:
    word = made.thread.words[0]
    for name, content in ((f"{word}.age", b"x"), ("a.age", f"see {word}".encode())):
        planted = tmp_path / "planted.zip"
        planted.write_bytes(made.copy.path.read_bytes())
        with zipfile.ZipFile(planted, "a") as zipped:
            zipped.writestr(name, content)
        assert canary.find(planted.read_bytes(), word)


def test_nothing_stays_in_the_browser_when_the_page_has_gone(made: Made) -> None:
    page = export_page(made.maya, made.thread.second)
    with page.expect_download():
        page.get_by_role("button", name="Make the copy").click()
    assert len(page.evaluate(KEPT)) > 0
    made.page.close()
    page.reload()
    expect(page.get_by_role("checkbox").first).to_be_visible()
    assert page.evaluate(KEPT) == []


def test_a_copy_that_is_stopped_leaves_nothing_and_can_be_made_again(
    made: Made, tmp_path: Path
) -> None:
    page = export_page(made.maya, made.thread.second)
    page.route("**/objects/*", _hold)
    page.get_by_role("button", name="Make the copy").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped. Nothing was saved.").last).to_be_visible()
    assert page.evaluate(KEPT) == []
    page.unroute("**/objects/*")
    page.get_by_role("checkbox").first.uncheck()
    assert len(make_copy(page, tmp_path).folders) == 1


def _spoil(route: Route) -> None:
    content = bytearray(route.fetch().body())
    content[-1] ^= 1
    route.fulfill(body=bytes(content), content_type="application/octet-stream")


def test_a_letter_that_was_tampered_with_is_left_out_and_named(made: Made, tmp_path: Path) -> None:
    page = export_page(made.maya, made.thread.second)
    page.route(f"**/messages/{made.thread.first}/objects/*", _spoil)
    assert len(make_copy(page, tmp_path).folders) == 1
    done = page.get_by_role("region", name="The copy is made")
    expect(done).to_contain_text("1 letter was left out: it was refused. From Ann Lee")
    expect(done).to_contain_text("A part of it is not the one Ann Lee signed.")


def test_nothing_is_saved_where_the_only_letter_was_tampered_with(made: Made) -> None:
    page = export_page(made.maya, made.thread.first)
    page.route(f"**/messages/{made.thread.first}/objects/*", _spoil)
    for box in page.get_by_role("checkbox").all()[1:]:
        box.uncheck()
    kept = page.evaluate(KEPT)
    page.get_by_role("button", name="Make the copy").click()
    note = page.get_by_role("group", name="What went wrong")
    expect(note).to_contain_text("The letter from Ann Lee")
    expect(note).to_contain_text("A part of it is not the one Ann Lee signed. Nothing was saved.")
    assert page.evaluate(KEPT) == kept


def test_a_stranger_is_sent_to_the_letter_first(made: Made, profile: Profiles) -> None:
    page = profile().context.new_page()
    page.goto(f"{made.maya.pair.url}/m/{made.thread.first}/export")
    expect(page.get_by_role("checkbox")).to_have_count(0)
    page.get_by_role("link", name="Go to the letter").click()
    expect(page.get_by_role("button", name="Email me a code")).to_be_visible()


def test_the_portal_serves_the_offline_reader_as_text(made: Made) -> None:
    page = export_page(made.maya, made.thread.first)
    answer = requests.get(
        f"{made.maya.pair.url}{page.get_attribute('#main', 'data-reader')}", timeout=10
    )
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.content == made.copy.parts["reader.html"]


def test_the_export_page_is_accessible(made: Made) -> None:
    inspector = Inspector((320, 390, 1280))
    page = export_page(made.maya, made.thread.second)
    inspector.look("choose", page)
    for box in page.get_by_role("checkbox").all():
        box.uncheck()
    page.get_by_role("button", name="Make the copy").click()
    inspector.look("nothing ticked", page)
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.route(f"**/messages/{made.thread.first}/objects/*", _hold)
    page.get_by_role("button", name="Make the copy").click()
    expect(page.get_by_role("heading", name="Making the copy")).to_be_visible()
    inspector.look("making", page)
    page.get_by_role("button", name="Stop").click()
    inspector.look("stopped", page)
    page.unroute(f"**/messages/{made.thread.first}/objects/*")
    with page.expect_download():
        page.get_by_role("button", name="Make the copy").click()
    inspector.look("made", page)
    assert inspector.found == []


def _hold(_: Route) -> None:
    """The answer does not come."""


_DATE = r"\d{4}-\d\d-\d\d"


def _b64u_sha256(content: bytes) -> str:
    return b64u(hashlib.sha256(content).digest())


def _expect_contents(made: Made, decrypt: Callable[[str, bytes], bytes] | None) -> None:
    """Texts, names and the SHA-256 of every file are those that were written."""
    for number, folder in enumerate(made.copy.folders):
        body = made.copy.body(folder, decrypt)
        assert (body["subject"], body["text"]) == (
            made.thread.subjects[number],
            made.thread.texts[number],
        )
        files = {
            file["name"]: hashlib.sha256(made.copy.open(folder, f"file-{n}.age", decrypt)).digest()
            for n, file in enumerate(body["files"], 1)
        }
        written = made.thread.files if number == 0 else {}
        assert files == {
            name: hashlib.sha256(content).digest() for name, content in written.items()
        }
