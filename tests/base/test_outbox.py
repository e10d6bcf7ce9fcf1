"""The outbox: whose turn it is, who has a row, when it is tried again, what a mailbox bears."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from server.base import mailboxes, outbox
from server.base.database import Database, now_ms
from server.base.mailboxes import CHORES, CODES, NOTICES
from server.base.outbox import Job
from server.base.tenancy import all_firms

ANN, BEN = mailboxes.of_person("ann"), mailboxes.of_person("ben")
FIRM = mailboxes.of_firm("f")
Add = Callable[..., str]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with all_firms("a test looks at everything"):
        made = Database(database_url)
        yield made
        made.close()


@pytest.fixture
def add(database: Database) -> Add:
    """Enqueue so many rows; returns the id of the last."""

    def enqueue(mailbox: str | None = ANN, lane: str = NOTICES, times: int = 1, **more: Any) -> str:
        row = ""
        with database.write() as connection:
            for _ in range(times):
                row = outbox.enqueue(
                    connection,
                    firm_id="f",
                    lane=lane,
                    kind="notice",
                    payload=more.get("payload", {}),
                    mailbox=mailbox,
                    **{name: more[name] for name in ("after_ms", "once") if name in more},
                )
        return row

    return enqueue


def take(database: Database, lane: str = NOTICES, **more: Any) -> Job | None:
    with database.write() as connection:
        return outbox.lease(connection, lane, **more)


def must_take(database: Database, lane: str = NOTICES) -> Job:
    job = take(database, lane)
    assert job is not None
    return job


def finish(database: Database, job: Job) -> None:
    with database.write() as connection:
        outbox.finish(connection, job)


def give_back(database: Database, job: Job, **more: Any) -> bool:
    with database.write() as connection:
        return outbox.give_back(connection, job, **{"away": True, **more})


def run(database: Database, sql: str) -> None:
    with database.write() as connection:
        connection.execute(text(sql))


def value(database: Database, sql: str) -> int:
    with database.read() as connection:
        return int(connection.execute(text(sql)).scalar_one())


def waits_s(database: Database) -> float:
    with database.read() as connection:
        run_at = connection.execute(text("SELECT max(run_at) FROM outbox")).scalar_one()
        return float(run_at - now_ms(connection)) / 1000


def all_starts_were_long_ago(database: Database) -> None:
    run(database, "UPDATE outbox_mailboxes SET codes_at = 0, notices_at = 0")


def test_the_mailboxes_take_turns(database: Database, add: Add) -> None:
    add(ANN, times=3)
    add(BEN)
    turns = [must_take(database).mailbox for _ in range(3)]
    assert turns == [ANN, BEN, ANN]


def test_a_mailbox_has_four_jobs_in_hand_and_holds_up_no_other(
    database: Database, add: Add
) -> None:
    add(ANN, times=9)
    taken = [must_take(database) for _ in range(4)]
    assert take(database) is None
    add(BEN)
    assert must_take(database).mailbox == BEN
    finish(database, taken[0])
    assert must_take(database).mailbox == ANN


def test_a_code_has_a_place_when_notices_fill_the_firms_mailbox(
    database: Database, add: Add
) -> None:
    add(FIRM, times=9)
    while take(database):
        pass
    add(FIRM, CODES)
    assert take(database, CODES) is not None


def test_a_mailbox_begins_thirty_mails_a_minute(database: Database, add: Add) -> None:
    add(ANN, times=31)
    for _ in range(30):
        finish(database, must_take(database))
    assert take(database) is None
    run(database, "UPDATE outbox_mailboxes SET notices_at = notices_at - 60001")
    assert take(database) is not None


def test_notices_leave_ten_of_the_firms_thirty_to_codes(database: Database, add: Add) -> None:
    add(FIRM, times=30)
    begun = 0
    while job := take(database):
        finish(database, job)
        begun += 1
    add(FIRM, CODES, times=11)
    codes = 0
    while job := take(database, CODES):
        finish(database, job)
        codes += 1
    assert (begun, codes) == (20, 10)


def test_a_lane_that_leaves_by_another_way_is_not_metered(database: Database, add: Add) -> None:
    add(FIRM, CODES, times=35)
    for _ in range(35):
        job = take(database, CODES, metered=False)
        assert job is not None
        finish(database, job)


def test_chores_do_not_count_as_mails(database: Database, add: Add) -> None:
    add(ANN, CHORES, times=30)
    while job := take(database, CHORES):
        finish(database, job)
    add(ANN)
    assert take(database) is not None


def test_after_five_failures_a_mailbox_is_left_alone_and_then_tried_by_one_job(
    database: Database, add: Add
) -> None:
    add(ANN, times=8)
    for _ in range(5):
        give_back(database, must_take(database), after_ms=None)
    add(BEN)
    assert must_take(database).mailbox == BEN
    assert take(database) is None
    run(database, "UPDATE outbox_mailboxes SET open_until = 0")
    run(database, "UPDATE outbox SET run_at = 0")
    probe = must_take(database)
    assert take(database) is None
    finish(database, probe)
    assert [must_take(database).mailbox for _ in range(4)] == [ANN] * 4


def test_a_failing_probe_leaves_the_mailbox_alone_for_longer(database: Database, add: Add) -> None:
    add(ANN)
    waits = []
    for _ in range(9):
        run(database, "UPDATE outbox_mailboxes SET open_until = 0")
        run(database, "UPDATE outbox SET run_at = 0")
        give_back(database, must_take(database))
        with database.read() as connection:
            until = connection.execute(text("SELECT open_until FROM outbox_mailboxes"))
            waits.append((int(until.scalar_one()) - now_ms(connection)) / 1000)
    assert max(waits[:4]) < 0
    assert 20 < waits[4] <= 38
    assert 200 < waits[8] <= 375


@pytest.mark.parametrize("after_ms", [1_000, 90_000, 7_200_000])
def test_a_time_that_was_named_is_kept_by_the_row_and_by_its_mailbox(
    database: Database, add: Add, after_ms: int
) -> None:
    add(ANN, times=2)
    give_back(database, must_take(database), after_ms=after_ms)
    assert after_ms - 2_000 < waits_s(database) * 1000 <= after_ms
    assert take(database) is None
    run(database, f"UPDATE outbox_mailboxes SET open_until = open_until - {after_ms}")
    assert take(database) is not None


def test_without_a_time_the_wait_grows_and_is_never_the_same(database: Database, add: Add) -> None:
    waits = []
    for tries in (0, 3, 3, 3, 3):
        run(database, "DELETE FROM outbox_mailboxes")
        run(database, "DELETE FROM outbox")
        add(ANN)
        run(database, f"UPDATE outbox SET tries = {tries}")
        give_back(database, must_take(database), away=False)
        waits.append(waits_s(database))
    assert waits[0] < 1.3
    assert all(10 < wait < 19 for wait in waits[1:])
    assert len({round(wait, 1) for wait in waits[1:]}) > 1


def test_an_hour_more_on_the_workers_clock_takes_no_lease_away(
    database: Database, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    add(ANN)
    must_take(database)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 3600)
    assert take(database) is None


def test_two_workers_never_have_the_same_row(database: Database, add: Add) -> None:
    for name in range(8):
        add(mailboxes.of_person(str(name)), times=3)
    with all_firms("a test takes what is due"), ThreadPoolExecutor(6) as pool:
        jobs = list(pool.map(lambda _: _take_all(database), range(6)))
    ids = [job.id for one in jobs for job in one]
    assert len(ids) == len(set(ids)) == 24


def _take_all(database: Database) -> list[Job]:
    with all_firms("a test takes what is due"):
        taken: list[Job] = []
        empty = 0
        while empty < 3:  # somebody else may hold the very mailbox just now
            job = take(database)
            if job is None:
                empty += 1
            else:
                taken.append(job)
        return taken


def test_whoever_lost_his_lease_can_neither_finish_nor_go_on(database: Database, add: Add) -> None:
    add(ANN)
    first = must_take(database)
    run(database, "UPDATE outbox SET leased_until = 1")
    second = must_take(database)
    assert (first.id, first.tries, second.tries) == (second.id, 1, 2)
    with pytest.raises(outbox.LeaseLost), database.write() as connection:
        outbox.hold(connection, first)
    finish(database, first)
    assert give_back(database, first) is True
    with database.write() as connection:
        outbox.hold(connection, second)
    finish(database, second)
    assert value(database, "SELECT count(*) FROM outbox") == 0


def test_a_lease_is_longer_than_the_longest_call() -> None:
    from server.graph import client, entra
    from server.messages.sending import tasks

    token = 2 * 2 * entra.TIMEOUT_S  # connect and read, of discovery and of the token
    longest = token + client.LONGEST_S + 5 + sum(tasks._WAITS_S)
    assert longest < outbox.LEASE_MS / 1000


def test_a_job_that_was_not_begun_is_given_back_without_counting(
    database: Database, add: Add
) -> None:
    add(ANN)
    job = must_take(database)
    with database.write() as connection:
        outbox.release(connection, job)
    assert must_take(database).tries == 1


def test_a_row_for_later_is_not_due(database: Database, add: Add) -> None:
    add(ANN, after_ms=60_000)
    assert take(database) is None
    run(database, "UPDATE outbox SET run_at = run_at - 60000")
    assert take(database) is not None


def test_a_named_row_waits_once_with_its_newest_payload(database: Database, add: Add) -> None:
    first = add(ANN, once="bounces ann", after_ms=60_000, payload={"n": "1"})
    again = add(ANN, once="bounces ann", payload={"n": "2"})
    assert first == again
    job = must_take(database)
    assert job.payload == {"n": "2"}
    assert add(ANN, once="bounces ann", payload={"n": "3"}) != first
    finish(database, job)
    assert must_take(database).payload == {"n": "3"}


def test_a_job_that_fails_twelve_times_is_kept_with_its_reason_and_can_be_revived(
    database: Database, add: Add
) -> None:
    row = add(ANN)
    run(database, "UPDATE outbox SET tries = 11")
    assert not give_back(database, must_take(database), away=False, reason="KeyError")
    assert take(database) is None
    with database.write() as connection:
        (kept,) = outbox.kept(connection, state="dead")
        assert (kept.id, kept.tries, kept.reason) == (row, 12, "KeyError")
        assert outbox.dead_job(connection, row, firm_id="other") is None
        job = outbox.dead_job(connection, row, firm_id="f")
        assert job is not None
        outbox.revive(connection, job)
    assert must_take(database).tries == 1


def test_fifty_thousand_notices_of_one_mailbox_do_not_slow_a_code(
    database: Database, add: Add
) -> None:
    """Not by a clock: the plan may not walk through them."""
    row = add(FIRM)
    run(
        database,
        "INSERT INTO outbox (id, firm_id, lane, kind, payload, created, run_at, leased_until,"
        " tries, state, mailbox) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
        " WHERE i < 5000) SELECT 'x' || i, firm_id, lane, kind, payload, created, run_at, 0, 0,"
        f" 'ready', mailbox FROM outbox, n WHERE id = '{row}'",
    )
    add(FIRM, CODES)
    with database.read() as connection:
        if not database.is_sqlite:
            connection.execute(text("ANALYZE outbox"))
        ready = outbox._ready(CODES, now_ms(connection), metered=True).limit(1)
        compiled = str(
            ready.compile(connection.engine, compile_kwargs={"literal_binds": True})
        ).replace("%%", "%")
        word = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
        plan = "\n".join(str(row) for row in connection.exec_driver_sql(f"{word} {compiled}"))
    assert "ix_outbox_mailbox" in plan or "ix_outbox_due" in plan
    assert "SCAN outbox " not in plan
    assert "Seq Scan on outbox " not in plan
