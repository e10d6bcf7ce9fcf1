"""What the server answers of its log is believed by the browser's code, and what it should not say is not."""

import json
import subprocess
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Connection, update

from server.base.database import now_ms
from server.crypto import signing
from server.crypto.encoding import b64u, canonical, parse_canonical
from server.crypto.log.answer import DOMAIN
from server.keys import service as keys
from server.keys.custody import service as custody
from server.keys.log import service as log
from server.keys.models import keys as key_table
from server.people.service import Person
from tests.house import House
from tests.keys.growing import with_keys, writing
from tests.sandbox.running import ROOT

TWIN = ["node", "--import", "tsx", "tests/crypto/log_twin.ts"]


class Crash(Exception):
    """The process ends in the middle of a transaction."""


@dataclass
class Reader:
    """Asks a server, and has the browser's code look at the answers."""

    house: House

    def ask(
        self, connection: Connection, person: Person, *, since: int = 0, signing: str | None = None
    ) -> Any:
        """What is answered about a person."""
        vault = self.house.parts.vault
        said = keys.look_up(connection, vault, person, since=since, signing=signing)
        return json.loads(json.dumps(said.to_json()))

    def trust(self, connection: Connection, person: Person) -> dict[str, str]:
        """What the page says of the firm."""
        return {
            "address": person.address,
            "directoryKey": b64u(keys.directory_key(connection, person.firm_id)),
            "logKey": keys.log_key(connection, person.firm_id),
        }

    @staticmethod
    def looks(tasks: list[dict[str, Any]]) -> list[Any]:
        """What the browser's code makes of each: what to keep, or the code of its refusal."""
        given = json.dumps([{"before": None} | task for task in tasks]).encode()
        answer = subprocess.run(TWIN, cwd=ROOT, input=given, stdout=subprocess.PIPE, check=True)
        return list(json.loads(answer.stdout))


def replaced(connection: Connection, house: House, person: Person) -> str:
    """Give a person another signing key. Returns the fingerprint of the one she had."""
    old = keys.signing_key(connection, person).fingerprint
    of_old = (key_table.c.firm_id == person.firm_id) & (key_table.c.fingerprint == old)
    connection.execute(update(key_table).where(of_old).values(retired=now_ms(connection)))
    seed = signing.new_seed()
    custody.keep(
        connection, house.parts.vault, firm_id=person.firm_id, owner_id=person.id,
        purpose=custody.SIGNING, public=signing.public_key(seed), secret=seed,
    )  # fmt: skip
    log.append_key_event(connection, house.parts.vault, person, "rotated")
    return old


def test_an_answer_and_the_next_one_are_believed(sqlite_house: House) -> None:
    reader = Reader(sqlite_house)
    with writing(sqlite_house) as connection:
        maya = with_keys(connection, sqlite_house, "maya@client.example", signs=True)
        trust = reader.trust(connection, maya)
        first = reader.ask(connection, maya)
        [kept] = reader.looks([trust | {"said": first}])
        with_keys(connection, sqlite_house, "tom@client.example")
        next_one = reader.ask(connection, maya, since=kept["checkpoint"]["size"])
        [later] = reader.looks([trust | {"said": next_one, "before": kept}])
    assert later["checkpoint"]["size"] == kept["checkpoint"]["size"] + 1
    assert later["seen"] == kept["seen"]


def test_a_key_that_was_replaced_is_believed_until_then_and_no_longer(sqlite_house: House) -> None:
    reader = Reader(sqlite_house)
    with writing(sqlite_house) as connection:
        maya = with_keys(connection, sqlite_house, "maya@client.example", signs=True)
        trust = reader.trust(connection, maya)
        old = replaced(connection, sqlite_house, maya)
        replaced(connection, sqlite_house, maya)
        said = reader.ask(connection, maya, signing=old)
        assert len(said["log"]["history"]) == 2
        seed = custody.secret_of(
            connection, sqlite_house.parts.vault, maya.firm_id, maya.firm_id, custody.DIRECTORY
        )
    lookup: Any = parse_canonical(said["text"])
    assert lookup["until"] is not None
    results = reader.looks(
        [
            trust | {"said": said},
            trust | {"said": _signed(seed, lookup | {"until": lookup["until"] + 100}, said)},
            trust | {"said": _signed(seed, lookup | {"until": None}, said)},
            trust | {"said": said | {"log": said["log"] | {"history": []}}},
            trust | {"said": said | {"log": said["log"] | {"history": said["log"]["history"][1:]}}},
            trust | {"said": said | {"log": said["log"] | {"history": said["log"]["history"][:1]}}},
        ]
    )
    assert results[0]["seen"]["index"] > 0
    codes = [one.get("code") for one in results[1:]]
    assert codes == [
        "event-chain",
        "key-not-logged",
        "key-not-logged",
        "key-not-logged",
        "event-chain",
    ]


def test_a_key_that_is_swapped_in_the_database_is_refused(sqlite_house: House) -> None:
    reader = Reader(sqlite_house)
    with writing(sqlite_house) as connection:
        maya = with_keys(connection, sqlite_house, "maya@client.example")
        tom = with_keys(connection, sqlite_house, "tom@client.example")
        trust, said = reader.trust(connection, maya), reader.ask(connection, maya)
        seed = custody.secret_of(
            connection, sqlite_house.parts.vault, maya.firm_id, maya.firm_id, custody.DIRECTORY
        )
        other: Any = parse_canonical(reader.ask(connection, tom)["text"])
    mine: Any = parse_canonical(said["text"])
    swapped = mine | {"key": other["key"], "recipient": other["recipient"]}
    answer: Any = parse_canonical(said["log"]["text"])
    hers = canonical(answer | {"address": "tom@client.example"})
    relabelled = {"text": hers, "signature": signing.sign(seed, DOMAIN, hers).to_json()}
    results = reader.looks(
        [
            trust | {"said": _signed(seed, swapped, said)},
            trust | {"said": said | {"log": said["log"] | relabelled}},
            trust | {"said": said | {"log": said["log"] | {"signature": said["signature"]}}},
        ]
    )
    codes = [one.get("code") for one in results]
    assert codes == ["key-not-logged", "answer-address", "answer-signature"]


def test_a_log_that_forgets_and_a_log_of_two_minds_are_found(house: House) -> None:
    reader, shown = Reader(house), []
    with writing(house) as connection:
        maya = with_keys(connection, house, "maya@client.example")
        trust = reader.trust(connection, maya)

    def show_and_crash() -> None:
        with writing(house) as connection:
            with_keys(connection, house, "tom@client.example")
            shown.append(reader.ask(connection, maya))
            raise Crash

    with pytest.raises(Crash):
        show_and_crash()
    [before] = reader.looks([trust | {"said": shown[0]}])
    later = []
    for address in ("", "eva@client.example", "ida@client.example"):
        with writing(house) as connection:
            if address:
                with_keys(connection, house, address)
            later.append(reader.ask(connection, maya, since=before["checkpoint"]["size"]))
    results = reader.looks([trust | {"said": said, "before": before} for said in later])
    codes = [one.get("code") for one in results]
    assert codes == ["log-rolled-back", "log-split", "consistency-wrong"]


def _signed(seed: bytes, lookup: Any, said: Any) -> Any:
    text = canonical(lookup)
    signature = signing.sign(seed, signing.LOOKUP, text).to_json()
    return said | {"text": text, "signature": signature}
