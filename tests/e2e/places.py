"""Every place where what a letter holds could come to rest or pass, and what is there now."""

import base64
import json
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Frame, Request

from tests.contract.recorder import Recorder
from tests.e2e.canary import FORMS, IN_TEXT, find_all, new_word
from tests.e2e.pair import Pair
from tests.e2e.people import ANN, MAYA
from tests.house import mailbox
from tests.sandbox.running import eventually

DATABASE, BLOBS, LOG, SANDBOX = "database", "blobs", "log", "sandbox's mailboxes"
OTHERS, GRAPH, PORTAL = "other files", "Graph traffic", "portal traffic"
BROWSERS, PRIVATE, EXPORT = "browsers' storage", "browsers' private files", "export"
ON_DISK = (DATABASE, BLOBS, LOG, SANDBOX, OTHERS)
PLANTED = (*ON_DISK, PORTAL, BROWSERS, PRIVATE, EXPORT)
ALL = (*PLANTED, GRAPH)
Pieces = dict[str, bytes]
Places = dict[str, Pieces]
Found = dict[str, dict[str, set[str]]]
Caught = dict[str, Found]
# Names to base64: what a document and its origin keep. Values stay as they are, so that JSON in
# them is not escaped once more.
KEPT = """
async () => {
    const [kept, files, put] = [{}, {}, new TextEncoder()]
    const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    const text = (value) => base64(put.encode(value))
    const bytes = async (blob) => base64(new Uint8Array(await blob.arrayBuffer()))
    const keep = async (name, value) => {
        if (typeof value === 'string') kept[name] = text(value)
        else if (value instanceof Blob) kept[name] = await bytes(value)
        else if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) kept[name] = await bytes(new Blob([value]))
        else if (value !== null && typeof value === 'object') {
            for (const [key, one] of Object.entries(value)) await keep(`${name}/${key}`, one)
        } else kept[name] = text(String(value))
    }
    // A frame of another site may have no storage at all; then there is nothing in it.
    let denied = false
    const where = async (place, look) => {
        try { await look() } catch (error) {
            denied ||= error.name === 'SecurityError'
            if (!denied) throw new Error(`${place}: ${error.name}`)
            await keep(place, 'refused')
        }
    }
    const done = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
    })
    const walk = async (folder, path) => {
        for await (const [name, one] of folder.entries()) {
            if (one.kind === 'file') files[path + name] = await bytes(await one.getFile())
            else await walk(one, `${path}${name}/`)
        }
    }
    await keep('document', {name: window.name, state: history.state, address: location.href})
    await where('cookies', () => keep('cookies', document.cookie))
    await where('local', () => keep('local', {...localStorage}))
    await where('session', () => keep('session', {...sessionStorage}))
    await where('caches', async () => {
        for (const name of await caches.keys()) {
            const cache = await caches.open(name)
            for (const asked of await cache.keys()) await keep(asked.url, await (await cache.match(asked)).blob())
        }
    })
    await where('databases', async () => {
        for (const {name} of await indexedDB.databases()) {
            const database = await done(indexedDB.open(name))
            for (const store of database.objectStoreNames) {
                const rows = () => database.transaction(store).objectStore(store)
                await keep(`${name}/${store}`, await done(rows().getAll()))
                await keep(`${name}/${store} keys`, await done(rows().getAllKeys()))
            }
            database.close()
        }
    })
    await where('files', async () => walk(await navigator.storage.getDirectory(), ''))
    return {kept, files}
}
"""
PLANT = """
async ([place, contents]) => {
    const cache = await caches.open('planted')
    const root = await navigator.storage.getDirectory()
    for (const [number, content] of contents.entries()) {
        const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0))
        const text = atob(content)
        if (place === 'portal traffic') await fetch('/api/v1/planted', {method: 'POST', body: bytes})
        else if (place === 'browsers\\' private files') {
            const file = await (await root.getFileHandle(`planted-${number}`, {create: true})).createWritable()
            await file.write(bytes)
            await file.close()
        } else if (/^[ -~]*$/.test(text)) localStorage.setItem(`planted-${number}`, text)
        else await cache.put(`/planted-${number}`, new Response(bytes))
    }
}
"""


@dataclass
class Conversation:
    """What a browser and our server say to each other, scripts and pictures apart.

    What a page uploads as a Blob (files, by XMLHttpRequest) is not told to us and is missing here;
    the server keeps it as it came, and there it is searched.
    `hosts` are the server's. Call `note` before a page that asked is closed or loads anew: a
    browser forgets answers then.
    """

    context: BrowserContext
    hosts: Collection[str]
    pieces: Pieces = field(default_factory=dict)
    _ended: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.on("requestfinished", self._hear)

    def note(self) -> None:
        """Keep what came since the last time."""
        while self._ended:
            asked = self._ended.pop(0)
            ours = urlsplit(asked.url).netloc in self.hosts
            if ours and asked.resource_type in {"document", "fetch", "xhr"}:
                self.pieces[f"{len(self.pieces)} {asked.method} {asked.url}"] = _exchange(asked)

    def _hear(self, asked: Request) -> None:
        self._ended.append(asked)


def on_disk(data: Path, log: Path) -> Places:
    """All files of a data folder, databases row by row too, and the log."""
    places: Places = {DATABASE: {}, BLOBS: {}, SANDBOX: {}, OTHERS: {}, LOG: _file(log)}
    for path in sorted(data.rglob("*")):
        if path.is_file():
            places[_place(path.relative_to(data))] |= _file(path)
    places[DATABASE] |= _rows(data / "letterlock.db")
    places[SANDBOX] |= _rows(data / "sandbox" / "sandbox.db")
    return places


def on_the_wire(recorder: Recorder, **talks: Conversation) -> Places:
    """What went to Graph and came back, and what browsers and our server said, by whose it is."""
    said = {
        f"{who} {name}": piece for who, talk in talks.items() for name, piece in talk.pieces.items()
    }
    return {GRAPH: recorder.traffic, PORTAL: said}


def in_browsers(**contexts: BrowserContext) -> Places:
    """What is kept for open pages and panes, by whose browser it is; private files apart."""
    places: Places = {BROWSERS: {}, PRIVATE: {}}
    for who, context in contexts.items():
        state = json.dumps(context.storage_state(indexed_db=True))
        places[BROWSERS][f"{who}: state"] = state.encode()
        for page in context.pages:
            for frame in (page.main_frame, *filter(_is_pane, page.frames)):
                _add_kept(places, f"{who}: {frame.url}", frame)
    return places


def exported(path: Path) -> Places:
    """A zip as it is, and each file of it by its name."""
    pieces = {path.name: path.read_bytes()}
    with zipfile.ZipFile(path) as zipped:
        pieces |= {name: zipped.read(name) for name in zipped.namelist()}
    return {EXPORT: pieces}


def search(places: Places, word: str) -> dict[str, set[str]]:
    """The forms in which a word was found, by the names of the places; none without a find."""
    return search_all(places, [word])[word]


def search_all(places: Places, words: Collection[str]) -> Found:
    """What `search` says of each of several words. Names of pieces are searched like contents."""
    found: Found = {word: {} for word in words}
    for place, pieces in places.items():
        for content in ("\n".join(pieces).encode(), *set(pieces.values())):
            for word, forms in find_all(content, words).items():
                if forms:
                    found[word].setdefault(place, set()).update(forms)
    return found


def control(story: Path, browser: Browser, folder: Path) -> Caught:
    """Put each form into each place of a finished story; what was found, by place and form."""
    words = {place: {form: new_word() for form in FORMS} for place in PLANTED}
    contents = {
        place: [FORMS[form](word.encode()) for form, word in forms.items()]
        for place, forms in words.items()
    }
    shutil.copytree(story / "data", folder / "data")
    shutil.copy(story / "log", folder)
    zipped = shutil.copy(next(story.glob("*.zip")), folder / "copy.zip")
    there = _plant(folder, zipped, browser, contents)
    found = search_all(there, [word for forms in words.values() for word in forms.values()])
    return {
        place: {form: found[word] for form, word in forms.items()} for place, forms in words.items()
    }


def mails_of(pair: Pair, address: str) -> list[dict[str, object]]:
    """All mails in somebody's Inbox, in full."""
    subjects = [one["subject"] for one in mailbox(pair.sandbox, address)]
    return [found for one in subjects if (found := pair.sandbox.inbox(address, one))]


def _plant(
    folder: Path, zipped: Path, browser: Browser, contents: dict[str, list[bytes]]
) -> Places:
    """Put contents into each of PLANTED, and collect all of them.

    `folder` holds copies of a data folder and a log, `zipped` is a copy of an export.
    """
    data, log = folder / "data", folder / "log"
    for place in ON_DISK:
        _plant_on_disk(place, data, log, contents[place])
    with zipfile.ZipFile(zipped, "a", zipfile.ZIP_DEFLATED) as opened:
        for number, content in enumerate(contents[EXPORT]):
            opened.writestr(f"planted-{number}", content)
    there = on_disk(data, log) | exported(zipped)
    context = browser.new_context()
    talk, page = Conversation(context, {"localhost"}), context.new_page()
    page.route("**/*", lambda route: route.fulfill(body="<title>x</title>"))
    page.goto("http://localhost/")
    for place in (PORTAL, BROWSERS, PRIVATE):
        page.evaluate(PLANT, [place, [base64.b64encode(one).decode() for one in contents[place]]])
    talk.note()
    there |= in_browsers(ann=context) | {PORTAL: talk.pieces}
    context.close()
    return there


def mail_in_clear(pair: Pair, recorder: Recorder, words: dict[str, str]) -> None:
    """What our server sends, with words in it by form: MIME, through the recorder, to Maya.

    Forms of IN_TEXT only: mail is text, and carries bytes as base64, which is among them.
    """
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


def _plant_on_disk(place: str, data: Path, log: Path, contents: Collection[bytes]) -> None:
    """Put contents where a mistake would, on disk."""
    if place == DATABASE:
        _keep_rows(data / "letterlock.db", contents)
    elif place == SANDBOX:
        _keep_rows(data / "sandbox" / "sandbox.db", contents)
    elif place == BLOBS:
        for number, content in enumerate(contents):
            (data / "blobs" / f"planted-{number}").write_bytes(content)
    elif place == OTHERS:
        (data / "export.tmp").write_bytes(b"\n".join(contents))
    elif place == LOG:
        line = json.dumps({"event": "unexpected"}).encode()
        log.write_bytes(b"\n".join([log.read_bytes(), *(line + one for one in contents), b""]))


def _exchange(asked: Request) -> bytes:
    answer = asked.response()
    assert answer is not None, asked.url
    heads = f"{asked.method} {asked.url}\n{asked.headers}\n{answer.status}\n{answer.headers}\n"
    return heads.encode() + (asked.post_data_buffer or b"") + b"\n" + answer.body()


def _is_pane(frame: Frame) -> bool:
    return re.search("/pane/", frame.url) is not None


def _add_kept(places: Places, name: str, frame: Frame) -> None:
    found: dict[str, dict[str, Any]] = frame.evaluate(KEPT)
    for place, part in ((BROWSERS, "kept"), (PRIVATE, "files")):
        for key, value in found[part].items():
            places[place][f"{name}: {key}"] = base64.b64decode(value)


def _place(path: Path) -> str:
    if path.name.startswith("letterlock.db"):
        return DATABASE
    return {"blobs": BLOBS, "sandbox": SANDBOX}.get(path.parts[0], OTHERS)


def _file(path: Path) -> Pieces:
    return {str(path): path.read_bytes()}


def _rows(path: Path) -> Pieces:
    """Each table's cells: a text of several pages does not lie in one piece in the file."""
    pieces: Pieces = {}
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            rows = connection.execute(f'SELECT * FROM "{table}"')
            pieces[f"{path}: {table}"] = b"\n".join(_bytes(cell) for row in rows for cell in row)
    return pieces


def _bytes(cell: object) -> bytes:
    return cell if isinstance(cell, bytes) else str(cell).encode()


def _keep_rows(database: Path, contents: Collection[bytes]) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TABLE planted (content)")
        connection.executemany("INSERT INTO planted VALUES (?)", [(one,) for one in contents])
