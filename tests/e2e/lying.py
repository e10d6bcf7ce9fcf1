"""A server that means harm: it stands between a page and the real one, and has every key that the firm's server has."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, Page, Route
from sqlalchemy import select

from server.base.database import Database
from server.base.tenancy import all_firms
from server.base.vault import Vault
from server.crypto import signing
from server.crypto.encoding import b64u, canonical, unb64u
from server.crypto.identity import fingerprint
from server.crypto.log.answer import DOMAIN as LOG_ANSWER
from server.crypto.log.answer import parse_answer
from server.crypto.log.checkpoint import Checkpoint
from server.crypto.log.event import KeyEvent, Keys, parse_event
from server.crypto.log.note import sign_note, write_note
from server.crypto.log.tree import Tree, consistency_proof, inclusion_proof, leaf_hash, root
from server.firms import service as firms
from server.keys.custody import service as custody
from server.keys.log import service as log
from server.keys.log.models import key_log_entries, key_logs
from server.keys.log.verifying.service import Fault, verify
from server.people import service as people
from tests.e2e.pair import DATABASE, Pair
from tests.self_held import Beside

STATEMENT, LOOKUP = "letterlock/statement/v1", "letterlock/lookup/v1"
Said = dict[str, Any]
Lie = Callable[[Said], Any]


@contextmanager
def beside(pair: Pair) -> Iterator[Beside]:
    """The running pair's database, from outside."""
    database = Database(f"sqlite:///{pair.data / DATABASE}")
    with all_firms("a server that means harm reads its own tables"):
        yield Beside(database, Vault.load(pair.data / "master.key"))
    database.close()


def append_event(pair: Pair, address: str) -> None:
    """One more entry about somebody, who keeps the keys that she has."""
    with beside(pair) as parts, parts.database.write() as connection:
        firm_id = firms.every(connection)[0].id
        person = people.find(connection, parts.vault, firm_id=firm_id, address=address)
        assert person is not None
        log.append_key_event(connection, parts.vault, person, "rotated")


def audited(pair: Pair, note: str) -> tuple[Fault, ...]:
    """What `letterlock audit verify --checkpoint` finds."""
    with beside(pair) as parts, parts.database.read() as connection:
        return verify(connection, firms.every(connection)[0].id, kept=note).faults


@dataclass(frozen=True)
class Secrets:
    """What signs for the firm's directory and its log, and the log's entries so far."""

    directory: bytes
    log: bytes
    origin: str
    entries: tuple[str, ...]

    @classmethod
    def of(cls, pair: Pair) -> "Secrets":
        """Those of a running pair."""
        with beside(pair) as parts, parts.database.read() as connection:
            firm_id = firms.every(connection)[0].id
            directory, log = (
                custody.secret_of(connection, parts.vault, firm_id, firm_id, purpose)
                for purpose in (custody.DIRECTORY, custody.LOG)
            )
            origin = connection.execute(select(key_logs.c.origin)).scalar_one()
            texts = select(key_log_entries.c.text).order_by(key_log_entries.c.position)
            return cls(directory, log, origin, tuple(connection.execute(texts).scalars()))


@dataclass(frozen=True)
class Log:
    """A log of the server's choosing, under the log's real key."""

    secrets: Secrets
    entries: Sequence[str]

    @property
    def note(self) -> str:
        """Its checkpoint."""
        size = len(self.entries)
        point = Checkpoint(self.secrets.origin, size, root(self._tree.node, size))
        signed = sign_note(point.text, self.secrets.origin, self.secrets.log)
        return write_note(point.text, [signed])

    def answer(self, honest: Said, index: int, *, since: int | None = None) -> Said:
        """What a look-up's `log` says when this log is the one, with the entry at `index`."""
        said = parse_answer(honest["text"])
        size = len(self.entries)
        since = said.since if since is None else since
        proof = consistency_proof(self._tree.node, since, size) if since <= size else []
        text = canonical(
            json.loads(honest["text"]) | {
                "checkpoint": self.note, "since": since, "event": self.entries[index],
                "index": index, "consistency": [b64u(each) for each in proof],
                "proof": [b64u(each) for each in inclusion_proof(self._tree.node, index, size)],
            }
        )  # fmt: skip
        signature = signing.sign(self.secrets.directory, LOG_ANSWER, text).to_json()
        return {"text": text, "signature": signature, "history": []}

    @property
    def _tree(self) -> Tree:
        tree = Tree()
        for text in self.entries:
            tree.append(leaf_hash(text.encode()))
        return tree


def own_log(secrets: Secrets) -> Log:
    """The real one."""
    return Log(secrets, secrets.entries)


def index_in(said: Said) -> int:
    """Where the entry stands that an honest look-up was answered with."""
    return parse_answer(said["log"]["text"]).index


def rotated(before: str, *, signing_key: str) -> str:
    """The entry by which a person's signing key would have changed."""
    last = parse_event(before)
    assert last.keys is not None
    keys = Keys(last.keys.key, signing_key, last.keys.level, last.keys.custody)
    event = KeyEvent(
        person=last.person, version=last.version + 1, previous=b64u(last.hash), keys=keys,
        reason="rotated", time=last.time,
    )  # fmt: skip
    return event.text


def look_up(secrets: Secrets, said: Said, **members: Any) -> Said:
    """A look-up with other members, signed by the real directory key."""
    text = canonical(json.loads(said["text"]) | members)
    return said | {
        "text": text,
        "signature": signing.sign(secrets.directory, LOOKUP, text).to_json(),
    }


def restated(said: Said, change: Lie, seed: bytes | None = None) -> Said:
    """The letter with another statement; signed anew only by who has a seed."""
    statement = json.loads(said["statement"])
    text = canonical(change(statement) or statement)
    signature = signing.sign(seed, STATEMENT, text).to_json() if seed else said["signature"]
    return said | {"statement": text, "signature": signature}


def as_sender(said: Said, seed: bytes) -> Said:
    """The letter as if its sender's signing key were this one; the look-up is not touched."""

    def sender(statement: Said) -> None:
        statement["sender"]["key"] = fingerprint(signing.public_key(seed))

    return restated(said, sender, seed)


def public(seed: bytes) -> str:
    """Of a signing key, as look-ups have it."""
    return b64u(signing.public_key(seed))


def flipped(value: str) -> str:
    """Base64url with one bit another."""
    data = bytearray(unb64u(value))
    data[0] ^= 1
    return b64u(bytes(data))


@dataclass
class Liar:
    """Answers for the server on one page or in one profile. `lie` None changes nothing."""

    lie: Lie | None = None
    heard: list[Said] = field(default_factory=list)

    @classmethod
    def at(cls, place: Page | BrowserContext, path: str) -> "Liar":
        """Stand in front of the calls whose address fits."""
        liar = cls()
        place.route(path, liar._answer)
        return liar

    def _answer(self, route: Route) -> None:
        answer = route.fetch()
        if not answer.ok:
            route.fulfill(response=answer)
            return
        said = answer.json()
        self.heard.append(said)
        route.fulfill(response=answer, json=self.lie(said) if self.lie else said)
