"""What the load is put on: a firm's letters, their readers signed in, and an answer begun by each."""

import base64
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests

from server.base.ids import new_token
from server.base.tenancy import all_firms
from server.base.vault import Vault
from server.crypto import age
from server.crypto.envelope import seal_draft_envelope
from server.crypto.identity import Identity, Recipient
from server.crypto.padding import pad
from server.people import service as people
from server.people.sign_ins.models import sessions
from tests.drafts import begin
from tests.prove.kills.crowd import clients, staff
from tests.prove.kills.desks import Answer, Desk, Tally
from tests.prove.kills.town import Town

READERS = 24
LETTER = "Dear reader, " * 1500  # about 20 kB, as a page with a table has
ANSWER = "Dear Ann, " * 400


class NotFurnished(Exception):
    """A letter, a session or an answer could not be made."""


@dataclass(frozen=True)
class Request:
    """One HTTP request as bytes after `Host`, and what it must be answered with."""

    method: str
    path: str
    cookie: str
    body: bytes = b""

    def bytes_for(self, host: str) -> bytes:
        """The whole request."""
        head = (
            f"{self.method} {self.path} HTTP/1.1\r\nHost: {host}\r\nCookie: {self.cookie}\r\n"
            f"Sec-Fetch-Site: same-origin\r\nIdempotency-Key: {new_token()}\r\n"
        )
        if self.body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(self.body)}\r\n"
        return head.encode() + b"\r\n" + self.body


@dataclass(frozen=True)
class Setting:
    """A town with its servers down but the database, and the requests to put on it."""

    town: Town
    reads: list[Request]
    writes: list[Request]


@contextmanager
def furnished(engine: str) -> Iterator[Setting]:
    """Write the letters over HTTP, as staff do; sign their readers in."""
    with TemporaryDirectory() as name, all_firms("a bench"):
        town = Town(Path(name), engine, crowd=["--clients", str(READERS)])
        try:
            town.start("sandbox", "web")
            desk, letters = Desk(town, staff(1)[0], Tally()), []
            for address in clients(READERS):
                draft = begin(desk, to=[address], text=LETTER)
                draft.sign()
                if not draft.send().json.get("id"):
                    raise NotFurnished(address)
                letters.append((address, draft.id, draft.object_id))
            with_sessions = [(one, _session(town, one[0])) for one in letters]
            reads = [
                Request("GET", f"/api/v1/messages/{message}/objects/{item}", cookie)
                for (_, message, item), cookie in with_sessions
            ]
            writes = [_answer(town, message, cookie) for (_, message, _), cookie in with_sessions]
            town.stop("web", "sandbox")
            yield Setting(town, reads, writes)
        finally:
            town.close()


def _session(town: Town, address: str) -> str:
    """A session as a typed code would have made it; the cookie."""
    vault, token = Vault.load(town.settings.master_key), new_token()
    with town.database.write() as connection:
        firm_id = town.rows("SELECT id FROM firms")[0][0]
        person = people.find(connection, vault, firm_id=firm_id, address=address)
        if person is None:
            raise NotFurnished(address)
        now = round(time.time() * 1000)
        row = {"id": vault.index("session", token), "firm_id": firm_id, "person_id": person.id,
               "created": now, "seen": now}  # fmt: skip
        connection.execute(sessions.insert().values(**row))
    return f"__Host-session={token}"


class _Page:
    """The reader's page, as far as it begins an answer."""

    def __init__(self, town: Town, cookie: str) -> None:
        self._base, self._cookie = f"{town.portal}/api/v1", cookie

    def api(self, method: str, path: str, body: Any = None) -> Answer:
        headers = {"Cookie": self._cookie, "Sec-Fetch-Site": "same-origin",
                   "Idempotency-Key": new_token()}  # fmt: skip
        answer = requests.request(method, self._base + path, json=body, headers=headers, timeout=10)
        if not answer.ok:
            raise NotFurnished(answer.text)
        return Answer(answer.status_code, answer.json())


def _answer(town: Town, message: str, cookie: str) -> Request:
    """Begin an answer; the request that keeps what is written, as the page does while one types."""
    page = _Page(town, cookie)
    lookup = json.loads(page.api("PUT", "/me", {}).json["lookup"]["text"])
    body = {"draft_id": "0" * 8 + "-0000-4000-8000-" + "0" * 12, "reply_to": message}
    made = page.api("POST", "/messages", body).json
    identity = Identity.new()
    content = json.dumps({"v": 1, "html": f"<p>{ANSWER}</p>"}).encode()
    sealed = age.encrypt(identity.recipient, pad(content))
    envelope = seal_draft_envelope(Recipient.parse(lookup["recipient"]), identity.text)
    keep = {"object": base64.b64encode(sealed).decode(),
            "envelope": base64.b64encode(envelope).decode()}  # fmt: skip
    path = f"/messages/{made['id']}/draft"
    page.api("PUT", path, keep)
    return Request("PUT", f"/api/v1{path}", cookie, json.dumps(keep).encode())
