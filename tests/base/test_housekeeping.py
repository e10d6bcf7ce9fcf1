"""Housekeeping: what nobody can use goes, what somebody may need stays."""

import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, func, select, update

from server.base import housekeeping, outbox
from server.base.database import now_ms
from server.base.housekeeping import DAY_MS, HOUR_MS
from server.base.idempotency import idempotency
from server.base.mailboxes import CHORES
from server.base.tenancy import all_firms
from server.messages.models import entries, objects, upload_parts
from server.messages.uploading import store as parts
from server.people.sign_ins.models import codes, sessions
from server.worker import CHORES_EVERY_MS
from tests.house import House

LARGE = os.urandom(600_000)
SWEEPS = tuple(CHORES_EVERY_MS)


@pytest.fixture
def everywhere() -> Iterator[None]:
    with all_firms("test"):
        yield


def keep_house(house: House, *kinds: str) -> None:
    """Have these chores done now."""
    with all_firms("test"), house.parts.database.read() as connection:
        from server.firms import service as firms

        (firm,) = firms.every(connection)
    housekeeping.plant(house.parts.database, [firm.id], dict.fromkeys(kinds or SWEEPS, 0))
    house.work()


def age(connection: Connection, table: Table, **columns: int) -> None:
    """Make the rows of a table so many milliseconds older."""
    connection.execute(update(table).values({n: table.c[n] - ms for n, ms in columns.items()}))


def count(house: House, table: Table) -> int:
    with all_firms("test"), house.parts.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def blobs(house: House) -> list[Path]:
    return [path for path in (house.parts.settings.data / "blobs").rglob("*") if path.is_file()]


def make_old(*paths: Path) -> None:
    before = time.time() - 2 * DAY_MS / 1000
    for path in paths:
        os.utime(path, (before, before))


def patch(draft: Any, object_id: str) -> None:
    headers = {"Upload-Offset": "0", "Upload-Length": "700000", "Upload-Complete": "?0"}
    path = f"/messages/{draft.id}/uploads/{object_id}"
    kind = "application/partial-upload"
    answer = draft.desk.api("PATCH", path, data=LARGE[:300_000], content_type=kind, headers=headers)
    assert answer.status_code == 204


@pytest.mark.usefixtures("everywhere")
def test_keys_codes_and_sessions_go_when_no_promise_needs_them(house: House) -> None:
    pane = house.pane()
    message = pane.send()
    maya = house.visitor()
    maya.sign_in(message)
    before = {table: count(house, table) for table in (idempotency, codes, sessions)}
    assert all(before.values())
    keep_house(house)
    assert {table: count(house, table) for table in before} == before
    with house.parts.database.write() as connection:
        age(connection, idempotency, created=DAY_MS - HOUR_MS)
        age(connection, codes, created=7 * DAY_MS - HOUR_MS)
        age(connection, sessions, created=DAY_MS + 11 * HOUR_MS, seen=DAY_MS + 11 * HOUR_MS)
    keep_house(house)
    assert {table: count(house, table) for table in before} == before
    with house.parts.database.write() as connection:
        age(connection, idempotency, created=HOUR_MS + 1)
        age(connection, codes, created=HOUR_MS + 1)
        age(connection, sessions, created=HOUR_MS + 1)
    keep_house(house)
    assert {table: count(house, table) for table in before} == dict.fromkeys(before, 0)


@pytest.mark.usefixtures("everywhere")
def test_a_session_that_ended_goes_after_a_day(house: House) -> None:
    message = house.pane().send()
    maya = house.visitor()
    maya.sign_in(message)
    maya.api("DELETE", "/sessions/current")
    keep_house(house, "sweep-sign-ins")
    assert count(house, sessions) == 1
    with house.parts.database.write() as connection:
        age(connection, sessions, ended=DAY_MS + 1)
    keep_house(house, "sweep-sign-ins")
    assert count(house, sessions) == 0


@pytest.mark.usefixtures("everywhere")
def test_an_upload_that_nobody_goes_on_with_is_given_up_after_a_day(house: House) -> None:
    pane = house.pane()
    old, new = pane.draft(), pane.draft()
    patch(old, "a" * 22)
    with house.parts.database.write() as connection:
        age(connection, upload_parts, created=DAY_MS + 1)
    patch(new, "b" * 22)
    keep_house(house, "sweep-uploads")
    assert count(house, upload_parts) == 1
    assert [path.parent.parent.name for path in blobs(house)] == [new.id]


@pytest.mark.usefixtures("everywhere")
def test_an_upload_and_a_letter_that_go_on_while_they_are_swept_stay(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = house.pane().draft()
    patch(draft, "a" * 22)
    with house.parts.database.write() as connection:
        age(connection, upload_parts, created=DAY_MS + 1)
        age(connection, entries, created=8 * DAY_MS)
    abandoned, unnamed = parts.abandoned, parts.unnamed
    seen = []

    def found_then_more_came(connection: Connection, firm_id: str, **more: Any) -> Any:
        seen.extend(found := abandoned(connection, firm_id, **more))
        now = now_ms(connection)
        mine = upload_parts.c.firm_id == firm_id
        connection.execute(update(upload_parts).where(mine).values(created=now))
        return found

    def found_then_signed(connection: Connection, firm_id: str, **more: Any) -> Any:
        seen.extend(found := unnamed(connection, firm_id, **more))
        mine = entries.c.firm_id == firm_id
        connection.execute(update(entries).where(mine).values(statement_hash="h" * 43))
        return found

    monkeypatch.setattr(parts, "abandoned", found_then_more_came)
    monkeypatch.setattr(parts, "unnamed", found_then_signed)
    keep_house(house, "sweep-uploads")
    assert seen == [(draft.id, "a" * 22), draft.id]
    assert (count(house, entries), count(house, upload_parts)) == (1, 1)
    assert len(blobs(house)) == 1


@pytest.mark.usefixtures("everywhere")
def test_what_was_being_uploaded_when_its_letter_was_sent_is_given_up(house: House) -> None:
    draft = house.pane().draft()
    patch(draft, "a" * 22)
    draft.sign()
    draft.send()
    keep_house(house, "sweep-uploads")
    assert count(house, upload_parts) == 0
    assert blobs(house) == []


@pytest.mark.usefixtures("everywhere")
def test_a_letter_of_which_nothing_was_kept_goes_after_a_week_and_a_draft_never(
    house: House,
) -> None:
    pane = house.pane()
    kept, signed, begun = pane.draft(), pane.draft(), pane.draft(files={"a.bin": LARGE})
    kept.keep("dear Maya")
    signed.sign()
    sent = pane.send()
    with house.parts.database.write() as connection:
        age(connection, entries, created=7 * DAY_MS - HOUR_MS)
    keep_house(house, "sweep-uploads")
    assert count(house, entries) == 4
    with house.parts.database.write() as connection:
        age(connection, entries, created=365 * DAY_MS)
    keep_house(house, "sweep-uploads")
    assert pane.call("GET", f"/messages/{begun.id}").status_code == 404
    for stays in (kept.id, signed.id, sent):
        assert pane.call("GET", f"/messages/{stays}").status_code == 200
    assert blobs(house) == []
    assert pane.post(f"/messages/{kept.id}/draft/open", {}).status_code == 200
    assert signed.send().status_code == 202


@pytest.mark.usefixtures("everywhere")
def test_a_blob_without_a_row_goes_after_a_day_and_no_other(house: House) -> None:
    pane = house.pane()
    message = pane.send(files={"a.bin": LARGE})
    draft = pane.draft(files={"b.bin": LARGE})
    patch(draft, "a" * 22)
    named = blobs(house)
    assert len(named) == 3
    put = house.parts.blobs.put
    firm = named[0].relative_to(house.parts.settings.data / "blobs").parts[0]
    for key in (f"{message}/{'x' * 43}", f"{'y' * 22}/{'x' * 43}", f"{draft.id}/parts/{'z' * 22}"):
        with named[0].open("rb") as file:
            put(f"{firm}/{key}", file)
    keep_house(house, "sweep-blobs")
    assert len(blobs(house)) == 6
    make_old(*blobs(house))
    keep_house(house, "sweep-blobs")
    assert sorted(blobs(house)) == sorted(named)


@pytest.mark.usefixtures("everywhere")
def test_what_a_killed_process_left_half_written_goes_after_a_day(house: House) -> None:
    house.pane().send(files={"a.bin": LARGE})
    (whole,) = blobs(house)
    half = whole.with_name(f"{whole.name}#1")
    half.write_bytes(b"half")
    keep_house(house, "sweep-blobs")
    assert half.exists()
    make_old(half, whole)
    keep_house(house, "sweep-blobs")
    assert blobs(house) == [whole]


@pytest.mark.usefixtures("everywhere")
def test_each_chore_plants_its_next_time_and_is_there_once(house: House) -> None:
    house.pane()
    keep_house(house)
    keep_house(house)
    with house.parts.database.read() as connection:
        rows = connection.execute(select(outbox.outbox).where(outbox.outbox.c.lane == CHORES))
        waits = {row["kind"]: row["run_at"] - now_ms(connection) for row in rows.mappings()}
        assert len(waits) == len(SWEEPS)
    for kind, every in CHORES_EVERY_MS.items():
        assert every - HOUR_MS / 2 < waits[kind] <= every


@pytest.mark.usefixtures("everywhere")
def test_more_rows_than_a_batch_are_all_swept(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "BATCH", 2)
    pane = house.pane()
    for _ in range(5):
        pane.post("/messages", {"draft_id": str(uuid.uuid4())})
    with house.parts.database.write() as connection:
        age(connection, idempotency, created=DAY_MS + 1)
    assert count(house, idempotency) == 5
    keep_house(house, "sweep-keys")
    assert count(house, idempotency) == 0
    assert count(house, objects) == 0
