"""The canary: a word of a letter's text is nowhere but in the writer's and the reader's window.

A control puts other words in clear into each of the same places, and must be caught in each.
"""

import base64
import gzip
import json
import secrets
import shutil
import sqlite3
import string
import zlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.contract.recorder import Recorder, recording
from tests.e2e import places
from tests.e2e.pair import Pair, started
from tests.e2e.people import (
    ANN,
    MAYA,
    Profile,
    ask_code,
    enter_code,
    expect_open,
    expect_sent,
    letter_id,
    open_pane,
    press_send,
    write,
)
from tests.e2e.places import BLOBS, BROWSERS, DATABASE, GRAPH, LOG, OTHERS, SANDBOX, Places
from tests.sandbox.referee import judge
from tests.sandbox.running import eventually, free_port

pytestmark = pytest.mark.timeout(300)
Form = Callable[[bytes], bytes]
ALL = {DATABASE, BLOBS, LOG, SANDBOX, OTHERS, GRAPH, BROWSERS}
IN_TEXT: dict[str, Form] = {
    "UTF-8": lambda word: b"Dear Maya, " + word,
    "base64 at 0": lambda word: base64.b64encode(word + b"x"),
    "base64 at 1": lambda word: base64.urlsafe_b64encode(b"x" + word + b"x"),
    "base64 at 2": lambda word: base64.b64encode(b"xx" + word + b"x"),
    "base64 > gzip > UTF-8": lambda word: base64.b64encode(gzip.compress(word)),
    "base64 > zlib > UTF-8": lambda word: base64.b64encode(zlib.compress(word)),
}
IN_BYTES: dict[str, Form] = {"gzip > UTF-8": gzip.compress, "zlib > UTF-8": zlib.compress}
LONG = 160 * 1024  # characters; what is larger than 256 KiB when sealed lies in a blob


def new_word() -> str:
    """A word that is nowhere else: 24 letters."""
    return "".join(secrets.choice(string.ascii_letters) for _ in range(24))


@dataclass(frozen=True)
class Seen:
    """What lay where while all ran and after the end, and the control's words by form."""

    folder: Path
    canary: str
    public: str
    code: str
    running: Places
    stopped: Places
    recorder: Recorder
    mailed: dict[str, str]
    with_mail: Places


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Seen:
    """A letter in the database and one in a blob, written and read; then the control's mail."""
    folder, port = tmp_path_factory.mktemp("canary"), free_port()
    canary, public = new_word(), new_word()
    mailed = {form: new_word() for form in IN_TEXT}
    with (
        recording(f"http://localhost:{port}") as recorder,
        started(folder, port, LETTERLOCK_GRAPH_URL=recorder.url) as pair,
    ):
        ann, maya = Profile.open(browser, pair), Profile.open(browser, pair)
        code = _write_and_read(ann, maya, canary, public)
        running = places.on_disk(pair.data, pair.log) | places.on_the_wire(recorder)
        running |= places.in_browsers(ann=ann.context, maya=maya.context)
        ann.close()
        maya.close()
        _mail_in_clear(pair, recorder, mailed)
        with_mail = places.on_disk(pair.data, pair.log) | places.on_the_wire(recorder)
    stopped = places.on_disk(folder / "data", folder / "log") | places.on_the_wire(recorder)
    return Seen(folder, canary, public, code, running, stopped, recorder, mailed, with_mail)


def test_each_place_holds_something(seen: Seen) -> None:
    assert seen.running.keys() == ALL
    for place, pieces in seen.running.items():
        assert any(pieces.values()), place
    assert any(piece.endswith("letterlock.db-wal") for piece in seen.running[DATABASE])
    assert any(len(blob) > LONG for blob in seen.running[BLOBS].values())
    assert b'"event": "request"' in b"".join(seen.running[LOG].values())
    assert len(seen.running[GRAPH]) == 3  # two notices and a code


def test_the_text_is_nowhere_while_all_runs(seen: Seen) -> None:
    assert places.search(seen.running, seen.canary) == {}


def test_the_text_is_nowhere_after_the_end(seen: Seen) -> None:
    assert places.search(seen.stopped, seen.canary) == {}


def test_the_public_subject_is_where_mail_goes_and_nowhere_else(seen: Seen) -> None:
    assert places.search(seen.running, seen.public).keys() == {GRAPH, SANDBOX}


def test_a_code_is_where_mail_goes_and_nowhere_else(seen: Seen) -> None:
    assert places.search(seen.running, seen.code).keys() == {GRAPH, SANDBOX}
    assert places.search(seen.running, seen.code.replace("-", "")) == {}


def test_what_went_to_graph_is_as_microsoft_describes_it(seen: Seen) -> None:
    for answer in seen.recorder.answers:
        judge(answer, f"{seen.recorder.upstream}/v1.0")


@pytest.mark.parametrize("form", IN_TEXT)
def test_a_mail_in_clear_is_caught_in_traffic_and_mailboxes(seen: Seen, form: str) -> None:
    found = places.search(seen.with_mail, seen.mailed[form])
    assert found.keys() == {GRAPH, SANDBOX}
    for place in (GRAPH, SANDBOX):
        assert any(one.endswith(form) for one in found[place]), place


@pytest.mark.parametrize("form", IN_TEXT | IN_BYTES)
@pytest.mark.parametrize("place", [DATABASE, BLOBS, LOG, SANDBOX, OTHERS])
def test_a_text_in_clear_is_caught_in_each_file(
    seen: Seen, tmp_path: Path, place: str, form: str
) -> None:
    word = new_word()
    data, log = tmp_path / "data", tmp_path / "log"
    shutil.copytree(seen.folder / "data", data)
    shutil.copy(seen.folder / "log", log)
    content = (IN_TEXT | IN_BYTES)[form](word.encode())
    _plant(place, data, log, content)
    found = places.search(places.on_disk(data, log), word)
    assert found.keys() == {place}
    assert form in found[place]


def test_a_text_in_a_browsers_storage_is_caught(browser: Browser, seen: Seen) -> None:
    word = new_word()
    context = browser.new_context()
    page = context.new_page()
    page.route("**/*", lambda route: route.fulfill(body="<title>x</title>"))
    page.goto("http://localhost/")
    page.evaluate("word => { localStorage.setItem('draft', word) }", word)
    found = places.search(places.in_browsers(ann=context), word)
    context.close()
    assert found == {BROWSERS: {"UTF-8"}}


def _write_and_read(ann: Profile, maya: Profile, canary: str, public: str) -> str:
    """Two letters, from the pane to the reader's page. Returns the code."""
    texts = {
        f"{public} short": f"Dear Maya, {canary} is the word.",
        f"{public} long": " ".join([canary, *["figures"] * (LONG // 8), canary]),
    }
    outlook = ann.outlook(ANN)
    pane = open_pane(outlook)
    for subject, text in texts.items():
        write(pane, to=(MAYA,), subject=subject, text=text)
        press_send(pane)
        expect_sent(pane)
        pane.get_by_role("button", name="Write another").click()
    for number, subject in enumerate(texts):
        page = maya.link(letter_id(maya.pair, MAYA, subject))
        if number == 0:
            code = ask_code(page, maya.pair, MAYA)
            enter_code(page, code)
        else:
            page.get_by_role("button", name="Open message").click()
        expect_open(page, canary)
    assert ann.complaints + maya.complaints == []
    return code


def _mail_in_clear(pair: Pair, recorder: Recorder, words: dict[str, str]) -> None:
    """What our server sends, with the text in it: MIME, through the recorder, to Maya."""
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = ANN, MAYA, "In clear"
    lines = [IN_TEXT[form](word.encode()) for form, word in words.items()]
    letter.set_content(b"\n\n".join(lines).decode(), cte="quoted-printable")
    token = pair.sandbox.graph_token(ANN, "Mail.Send")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/plain"}
    body = base64.b64encode(letter.as_bytes())
    answer = recorder.pass_on("POST", "/v1.0/me/sendMail", headers, body)
    assert answer.status_code == 202
    assert eventually(lambda: pair.sandbox.inbox(MAYA, "In clear"))


def _plant(place: str, data: Path, log: Path, content: bytes) -> None:
    """Put content where a mistake would."""
    match place:
        case places.DATABASE:
            _execute(data / "letterlock.db", "UPDATE idempotency_keys SET body = ?", content)
        case places.SANDBOX:
            made = "CREATE TABLE planted AS SELECT ? AS content"
            _execute(data / "sandbox" / "sandbox.db", made, content)
        case places.BLOBS:
            (data / "blobs" / "planted").write_bytes(content)
        case places.OTHERS:
            (data / "export.tmp").write_bytes(content)
        case places.LOG:
            line = json.dumps({"event": "unexpected"}).encode()
            log.write_bytes(log.read_bytes() + line + content + b"\n")


def _execute(database: Path, statement: str, content: bytes) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(statement, (content,))
