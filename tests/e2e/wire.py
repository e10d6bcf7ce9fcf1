"""Letters of the firm's staff that no pane wrote: sealed with the server's crypto, sent over HTTP.

For what the pane would never write, and for letters that a story only needs to be there.
"""

import json
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests

from server.crypto import age
from server.crypto.identity import Identity
from server.crypto.padding import pad, unpad
from server.crypto.statement import parse_statement
from tests.drafts import Draft, look_up
from tests.e2e.pair import Pair
from tests.house import Pane, sent
from tests.sandbox.running import API

TIMEOUT_S = 60


@dataclass(frozen=True)
class Enclosed:
    """A file as a letter holds it; `media_type` is what its content says."""

    content: bytes
    media_type: str = "application/octet-stream"


@dataclass
class Letter(Draft):
    """A draft whose files have types, and whose html is given as it is."""

    subject: str = "Your year-end"
    types: Mapping[str, str] = field(default_factory=dict)
    html: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        named = [
            {"object": object_id, "name": name, "type": self.types[name]}
            for object_id, (name, _) in self.sealed.items()
        ]
        body = {
            "v": 1, "subject": self.subject, "html": self.html or f"<p>{self.text}</p>",
            "text": self.text, "sent_at": int(time.time()), "files": named,
        }  # fmt: skip
        self.body = json.dumps(body).encode()
        self.file = age.encrypt(self.identity.recipient, pad(self.body))


def staff(pair: Pair, address: str) -> Pane:
    """What somebody's task pane does over HTTP, signed in."""
    token = pair.sandbox.sign_in(address, [API])["access_token"]
    pane: Any = Pane(None, _Wire(pair), token)  # type: ignore[arg-type]
    pane.me = pane.put("/me", {}).json
    return pane  # type: ignore[no-any-return]


def begin(
    desk: Pane,
    to: Sequence[str],
    text: str,
    *,
    subject: str = "Your year-end",
    html: str = "",
    files: Mapping[str, Enclosed] | None = None,
    hidden: Sequence[str] = (),
    reply_to: str | None = None,
) -> Letter:
    """A letter with its objects uploaded and its readers looked up, unsigned."""
    found = look_up(desk, [*to, *hidden])
    made = desk.post("/messages", {"draft_id": str(uuid.uuid4()), "reply_to": reply_to}).json
    files = files or {}
    letter = Letter(
        desk,
        made["id"],
        made["thread_id"],
        found[: len(to)],
        text,
        hidden=found[len(to) :],
        files={name: one.content for name, one in files.items()},
        types={name: one.media_type for name, one in files.items()},
        subject=subject,
        html=html,
    )
    for object_id, file in {**letter.uploads, letter.object_id: letter.file}.items():
        answer = letter.put(object_id, file)
        assert answer.status_code == 201, answer.json
    return letter


def post(pair: Pair, by: str, to: Sequence[str], text: str, **more: Any) -> str:
    """Write and send; returns the letter's id. `more` as of `begin`."""
    return sent(begin(staff(pair, by), to, text, **more))


@dataclass(frozen=True)
class Read:
    """A letter as its reader's program opens it."""

    body: dict[str, Any]
    files: dict[str, bytes]
    readers: dict[str, str]
    parents: tuple[str, ...]


def read(desk: Pane, letter_id: str) -> Read:
    """Open a letter at the add-in's host, as the staff's pane does; `readers` are roles by address."""
    opened = desk.post(f"/messages/{letter_id}/open", {}).json
    statement = parse_statement(opened["statement"])
    identity = Identity.parse(opened["message_key"])
    contents = {}
    for one in statement.objects:
        file = desk.api("GET", f"/messages/{letter_id}/objects/{one.id}").data
        contents[one.id] = unpad(age.decrypt(identity, file), one.size)
    body = json.loads(contents[statement.objects[0].id])
    return Read(
        body,
        {file["name"]: contents[file["object"]] for file in body["files"]},
        {reader.address: reader.role for reader in statement.readers},
        tuple(statement.parents),
    )


class _Answer:
    """A client's answer, as tests/house.py reads it."""

    def __init__(self, answer: requests.Response) -> None:
        self.status_code = answer.status_code
        self.data = answer.content
        is_json = "json" in answer.headers.get("Content-Type", "")
        self.json = answer.json() if is_json else None


class _Wire:
    """The client of tests/house.py, over the network."""

    def __init__(self, pair: Pair) -> None:
        self._url = f"http://127.0.0.1:{urlsplit(pair.url).port}"

    def open(self, path: str, *, method: str, headers: dict[str, str], **more: Any) -> _Answer:
        more.pop("base_url")
        if kind := more.pop("content_type", None):
            headers = headers | {"Content-Type": kind}
        return _Answer(
            requests.request(method, self._url + path, headers=headers, timeout=TIMEOUT_S, **more)
        )
