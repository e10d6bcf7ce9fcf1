"""A letter on its way from a pane or a portal page, sealed with the server's own crypto."""

import base64
import hashlib
import json
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from werkzeug.test import TestResponse

from server.base.ids import new_token
from server.crypto import age
from server.crypto.encoding import b64u, canonical
from server.crypto.envelope import Envelope, seal_draft_envelope, seal_envelope
from server.crypto.grants import SignedGrant, merge_hash
from server.crypto.identity import Identity, Recipient
from server.crypto.padding import pad
from server.crypto.shape import LEVELS
from server.crypto.signing import GRANT, STATEMENT, Signature
from server.crypto.statement import PENDING, parse_statement

OCTETS = "application/octet-stream"


class Desk(Protocol):
    """Where somebody writes: a task pane or a portal page, signed in."""

    me: Any
    own: Any

    def api(self, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        """One call under /api/v1."""


@dataclass
class Draft:
    """A message that is being written. `files` are names to contents."""

    desk: Desk
    id: str
    thread_id: str
    readers: list[dict[str, Any]]
    text: str
    hidden: list[dict[str, Any]] = field(default_factory=list)
    files: Mapping[str, bytes] = field(default_factory=dict)
    subject: str = "Your year-end"
    role: str = "to"
    identity: Identity = field(default_factory=Identity.new)
    object_id: str = field(default_factory=new_token)
    signature: Any = None

    def __post_init__(self) -> None:
        self.sealed = {new_token(): (name, content) for name, content in self.files.items()}
        self.uploads = {
            object_id: age.encrypt(self.identity.recipient, pad(content))
            for object_id, (_, content) in self.sealed.items()
        }
        named = [
            {"object": object_id, "name": name, "type": OCTETS}
            for object_id, (name, _) in self.sealed.items()
        ]
        body = {
            "v": 1, "subject": "Your year-end", "html": f"<p>{self.text}</p>", "text": self.text,
            "sent_at": int(time.time()), "files": named,
        }  # fmt: skip
        self.body = json.dumps(body).encode()
        self.file = age.encrypt(self.identity.recipient, pad(self.body))

    @property
    def pane(self) -> Desk:
        """The desk, as tests of the pane call it."""
        return self.desk

    def upload(self) -> TestResponse:
        """Put the files' objects, then the body's."""
        for object_id, file in self.uploads.items():
            assert self.put(object_id, file).status_code == 201
        return self.put(self.object_id, self.file)

    def put(self, object_id: str, file: bytes) -> TestResponse:
        """Put one object."""
        path = f"/messages/{self.id}/objects/{object_id}"
        return self.desk.api("PUT", path, data=file, content_type=OCTETS)

    def statement(self, **changes: Any) -> str:
        """The statement's canonical text."""
        own = self._own()
        listed = [(own, "sender"), *((reader, self.role) for reader in self.readers)]
        rows = [
            {"address": r["address"], "role": role, "level": r["level"], "key": r["key"]}
            for r, role in listed
        ]
        value = {
            "v": 1, "message_id": self.id, "thread_id": self.thread_id, "parents": [],
            "sender": {**self._by(), "firm": self.desk.me["firm"]["id"]},
            "readers": sorted(rows, key=lambda row: (row["address"], row["role"])),
            "level": self._weakest(), "created": int(time.time()), "expires": None, "policy": {},
            "message_key": self.identity.recipient.fingerprint,
            "objects": [
                self._object(self.object_id, "body", self.body, self.file),
                *(
                    self._object(object_id, "file", content, self.uploads[object_id])
                    for object_id, (_, content) in self.sealed.items()
                ),
            ],
            "checkpoint": None,
        } | changes  # fmt: skip
        return canonical(value)

    def grant(self, reader: Mapping[str, Any], **changes: Any) -> str:
        """The canonical text of a grant to a hidden reader, for the statement that was made last."""
        statement = parse_statement(self.signed)
        value = {
            "v": 1, "statement": statement.hash, "address": reader["address"], "role": "hidden",
            "level": reader["level"], "key": reader["key"], "merge": merge_hash({}),
            "granted_by": self._by(), "created": statement.created,
        } | changes  # fmt: skip
        return canonical(value)

    def sign(self, **changes: Any) -> TestResponse:
        """Have the statement and the grants of the hidden readers signed."""
        self.signed = self.statement(**changes)
        self.grants = [self.grant(reader) for reader in self.hidden]
        return self.ask_signature()

    def ask_signature(self) -> TestResponse:
        """Have what stands in `signed` and `grants` signed."""
        body = {"statement": self.signed, "grants": self.grants} | self._own_signatures()
        answer = self.desk.api("POST", f"/messages/{self.id}/signature", body)
        self.signature = answer.json
        return answer

    def envelopes(self) -> list[dict[str, str]]:
        """One envelope for the sender and each reader with a key; grants as envelope.md 1 says."""
        values = dict(self.signature)
        signatures = [Signature(**value) for value in values.pop("grants")]
        signed = [
            SignedGrant(text, value) for text, value in zip(self.grants, signatures, strict=True)
        ]
        own = [(reader, grant) for reader, grant in zip(self.hidden, signed, strict=True)]
        listed = [(self._own(), tuple(signed)), *((reader, ()) for reader in self.readers)]
        listed += [(reader, (grant,)) for reader, grant in own]
        return [
            {
                "key": reader["key"],
                "age": base64.b64encode(
                    seal_envelope(
                        Recipient.parse(reader["recipient"]),
                        Envelope(self.identity.text, self.signed, Signature(**values), grants),
                    )
                ).decode(),
            }
            for reader, grants in listed
            if reader["key"] != PENDING
        ]

    def send(self, **changes: Any) -> TestResponse:
        """Send it."""
        body = {
            "subject": self.subject,
            "statement_hash": parse_statement(self.signed).hash,
            "envelopes": self.envelopes(),
        }
        return self.desk.api("POST", f"/messages/{self.id}/send", body | changes)

    def keep(self, text: str = "Not finished", **more: Any) -> TestResponse:
        """Keep it as a draft."""
        content = json.dumps({"v": 1, "html": text}).encode()
        sealed = age.encrypt(self.identity.recipient, pad(content))
        envelope = seal_draft_envelope(
            Recipient.parse(self._own()["recipient"]), self.identity.text
        )
        body = {
            "object": base64.b64encode(sealed).decode(),
            "envelope": base64.b64encode(envelope).decode(),
        } | more
        return self.desk.api("PUT", f"/messages/{self.id}/draft", body)

    def _own(self) -> dict[str, Any]:
        own: dict[str, Any] = json.loads(self.desk.me["lookup"]["text"])
        return own

    def _by(self) -> dict[str, str]:
        own = self._own()
        signing = hashlib.sha256(base64.urlsafe_b64decode(own["signing_key"] + "=")).digest()
        return {"address": own["address"], "key": b64u(signing), "custody": own["custody"]}

    def _weakest(self) -> str:
        levels = {reader["level"] for reader in (self._own(), *self.readers, *self.hidden)}
        return min(levels, key=LEVELS.index)

    def _own_signatures(self) -> dict[str, Any]:
        """What who holds her own key signs herself."""
        own = self.desk.own
        if own is None:
            return {}
        return {
            "signature": own.sign(STATEMENT, self.signed),
            "grant_signatures": [own.sign(GRANT, grant) for grant in self.grants],
        }

    def _object(self, object_id: str, role: str, content: bytes, file: bytes) -> dict[str, Any]:
        sha256 = b64u(hashlib.sha256(file).digest())
        return {"id": object_id, "role": role, "size": len(content), "sha256": sha256}


def begin(
    desk: Desk,
    *,
    to: Sequence[str] = ("maya@client.example",),
    hidden: Sequence[str] = (),
    text: str = "Dear Maya",
    files: Mapping[str, bytes] | None = None,
    reply_to: str | None = None,
) -> Draft:
    """A message with its objects uploaded and its readers looked up."""
    found = look_up(desk, [*to, *hidden], about=reply_to)
    body = {"draft_id": str(uuid.uuid4()), "reply_to": reply_to}
    made = desk.api("POST", "/messages", body).json
    draft = Draft(
        desk,
        made["id"],
        made["thread_id"],
        found[: len(to)],
        text,
        hidden=found[len(to) :],
        files=files or {},
    )
    draft.upload()
    return draft


def look_up(
    desk: Desk, addresses: Sequence[str], *, about: str | None = None
) -> list[dict[str, Any]]:
    """What the directory says of these addresses."""
    body = {"readers": [{"address": address} for address in addresses], "about": about}
    answer = desk.api("POST", "/lookups", body)
    assert answer.status_code == 200, answer.json
    return [json.loads(item["text"]) for item in answer.json["lookups"]]
