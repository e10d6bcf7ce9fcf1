"""What an enrolment destroys is nowhere in the database's files any more, and it happens once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url

from server.base import housekeeping
from server.base.erasure import StillRead
from server.base.events import events
from server.base.outbox import outbox
from server.base.tenancy import all_firms
from server.keys import store
from server.keys.custody import service as custody
from server.keys.custody.service import LeftCustody
from server.keys.log import service as log
from server.keys.models import keys, wrapping_keys
from server.keys.self_held.models import enrolments, key_challenges, keyslots
from server.worker import work_once
from tests.house import House, Visitor
from tests.keys.conftest import signed_in
from tests.keys.holding import Holder


@pytest.fixture
def files(house: House, request: pytest.FixtureRequest) -> Callable[[], bytes]:
    """All bytes of the database's own files, as they are on the disk now."""
    url = make_url(house.parts.settings.database_url)
    if house.parts.database.is_sqlite:
        path = Path(str(url.database))
        return lambda: b"".join(one.read_bytes() for one in path.parent.glob(f"{path.name}*"))
    query = request.getfixturevalue("postgresql_server").partition("?")[2]
    return lambda: _heap(f"postgresql://postgres:@/{url.database}?{query}")


def _heap(superuser: str) -> bytes:
    """PostgreSQL's tables; its write-ahead log is another matter, and said so in enrolment.md."""
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        row = connection.execute(
            "SELECT current_setting('data_directory'), oid FROM pg_database "
            "WHERE datname = current_database()"
        ).fetchone()
    assert row is not None
    folder = Path(row[0]) / "base" / str(row[1])
    return b"".join(one.read_bytes() for one in folder.iterdir())


def secrets_of(house: House, person: str) -> dict[str, bytes]:
    """What is in custody of a person, as it is kept: her wrapping key, and what it closes."""
    wrapping = select(wrapping_keys.c.sealed).where(wrapping_keys.c.owner_id == person)
    own = select(keys).where(keys.c.owner_id == person)
    with all_firms("a test"), house.parts.database.read() as connection:
        found = {"wrapping": connection.execute(wrapping).scalar_one()}
        for row in connection.execute(own).mappings():
            found[row["purpose"]] = row["secret_sealed"]
    return {name: bytes(secret) for name, secret in found.items()}


def test_what_is_destroyed_is_nowhere_in_the_files_after_the_job(
    house: House, maya: Holder, files: Callable[[], bytes]
) -> None:
    secrets = secrets_of(house, maya.person)
    assert secrets.keys() == {"wrapping", "encryption", "signing"}
    assert {name for name, secret in secrets.items() if secret in files()} == set(secrets)
    maya.enrol()
    assert secrets["wrapping"] in files()  # why there is a job: to delete it does not do it
    house.work()
    left = {name for name, secret in secrets.items() if secret in files()}
    # PostgreSQL lets what the wrapping key closed lie until autovacuum: nothing opens it any more.
    assert left <= (set() if house.parts.database.is_sqlite else {"encryption", "signing"})


def test_the_job_is_tried_again_while_somebody_reads(
    house: House, maya: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    maya.enrol()
    with monkeypatch.context() as busy:
        busy.setattr("server.keys.self_held.enrolling.tasks.erase", _still_read)
        while work_once(house.parts.database, house.handlers, "chores"):
            pass
    with all_firms("a test"), house.parts.database.read() as connection:
        waiting = select(outbox).where(outbox.c.kind == "erase-keys")
        row = connection.execute(waiting).mappings().one()
    assert (row["state"], row["tries"]) == ("ready", 1)


def _still_read(*_: Any) -> None:
    raise StillRead


def test_a_completion_that_fails_half_way_changes_nothing(
    house: House, maya: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, before = maya.begin().json, secrets_of(house, maya.person)
    answer = maya.answer(begun["challenge"])
    with monkeypatch.context() as dying:
        dying.setattr(log, "append_key_event", _die)
        assert maya.complete(begun["id"], answer).status_code == 500
    assert secrets_of(house, maya.person) == before
    assert maya.visitor.api("GET", "/keys/own").json["custody"] == "managed"
    assert maya.complete(begun["id"], answer).status_code == 200


def _die(*_: Any) -> None:
    raise RuntimeError("killed")


def test_two_completions_at_once_are_one(house: House, maya: Holder) -> None:
    begun = maya.begin().json
    answer = maya.answer(begun["challenge"])
    cookie = maya.visitor.http.get_cookie("__Host-session")
    assert cookie is not None

    def complete(_: int) -> Any:
        browser = Visitor(house, house.app.test_client())
        browser.http.set_cookie("__Host-session", cookie.value, domain="localhost")
        return Holder(browser, maya.person).complete(begun["id"], answer)

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(complete, range(4)))
    assert {(one.status_code, one.data) for one in answers} == {(200, answers[0].data)}
    with all_firms("a test"), house.parts.database.read() as connection:
        happened = select(events.c.id).where(events.c.kind == "key.self-held")
        assert len(connection.execute(happened).all()) == 1
        live = (keys.c.owner_id == maya.person) & keys.c.retired.is_(None)
        assert len(connection.execute(select(keys.c.id).where(live)).all()) == 2


def test_what_was_not_completed_is_swept_away_and_nothing_else(house: House, maya: Holder) -> None:
    maya.enrol()
    tom = signed_in(house, "tom@client.example")
    tom.begin()
    maya.proof()
    assert _swept(house, maya) == {"keyslots": 4, "enrolments": 2, "key_challenges": 1}
    old = {
        "keyslots": {"created": 1},
        "enrolments": {"expires": 1},
        "key_challenges": {"expires": 1},
    }
    with all_firms("a test"), house.parts.database.write() as connection:
        for table in (keyslots, enrolments, key_challenges):
            connection.execute(table.update().values(**old[table.name]))
    assert _swept(house, maya) == {"keyslots": 2, "enrolments": 1, "key_challenges": 0}
    assert len(maya.visitor.api("GET", "/keys/own").json["slots"]) == 2


def _swept(house: House, holder: Holder) -> dict[str, int]:
    """How many rows of each table a sweep leaves."""
    own = select(keys.c.firm_id).where(keys.c.owner_id == holder.person)
    with all_firms("a test"), house.parts.database.read() as connection:
        firm = connection.execute(own).scalars().first()
    housekeeping.plant(house.parts.database, [str(firm)], {"sweep-enrolments": 0})
    house.work()
    with all_firms("a test"), house.parts.database.read() as connection:
        return {
            table.name: len(connection.execute(select(table.c.id)).all())
            for table in (keyslots, enrolments, key_challenges)
        }


def test_who_reads_while_the_key_leaves_custody_is_told_so(house: House, maya: Holder) -> None:
    own = select(keys).where(keys.c.owner_id == maya.person)
    with all_firms("a test"), house.parts.database.read() as connection:
        before = dict(connection.execute(own).mappings().first() or {})
    maya.enrol()
    with all_firms("a test"), house.parts.database.write() as connection:
        with pytest.raises(LeftCustody):
            custody.unwrap(connection, house.parts.vault, before)
        assert store.wrapping_key(connection, maya.person) is None
