"""Two who change the same notice at once: one waits, and nobody waits for each other."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text

from server.base.database import Collided, Database, serialise
from server.base.errors import Away
from server.base.tenancy import all_firms
from server.events.service import SENT, UNCONFIRMED
from server.messages import store
from server.messages.notices import service as notices
from tests.drafts import Draft
from tests.house import House
from tests.messages.notices import begun, notice, value
from tests.messages.test_doubts import lose
from tests.sandbox.running import eventually

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


class Other(threading.Thread):
    """Somebody else's transaction."""

    def __init__(self, database: Database, work: Callable[[Connection], object]) -> None:
        super().__init__()
        self.error: Exception | None = None
        self._database, self._work = database, work
        self.start()

    def run(self) -> None:
        try:
            with all_firms("a test"), self._database.write() as connection:
                self._work(connection)
        except Exception as error:  # noqa: BLE001 the test looks at it
            self.error = error


def waits(house: House) -> None:
    """Until somebody waits for a lock."""
    eventually(lambda: value(house, _WAITING))


def test_the_senders_answer_and_the_workers_mark_wait_for_one_another_in_one_order(
    house: House,
) -> None:
    draft: Draft = begun(house)
    lose(house, draft, accepted=True)
    database = house.parts.database
    with database.read() as connection:
        firm_id = connection.execute(text("SELECT id FROM firms")).scalar_one()
        entry = store.entry(connection, firm_id, draft.id)
    assert entry is not None

    def settle(connection: Connection) -> None:
        notices.move(connection, entry, only={UNCONFIRMED}, to=SENT)

    with database.write() as connection:
        store.entry(connection, firm_id, draft.id, lock=True)
        worker = Other(database, settle)
        waits(house)
        settle(connection)
    worker.join()
    assert worker.error is None
    assert notice(draft)[0] == "sent"
    assert value(house, "SELECT count(*) FROM events WHERE kind = 'notice.sent'") == 1


def test_a_transaction_that_the_database_ended_for_anothers_sake_can_be_tried_again(
    house: House,
) -> None:
    both_have_one = threading.Barrier(2)

    def cross(first: str, second: str) -> Callable[[Connection], None]:
        def work(connection: Connection) -> None:
            serialise(connection, first)
            both_have_one.wait(5)
            serialise(connection, second)

        return work

    database = house.parts.database
    two = [Other(database, cross(*names)) for names in (("a", "b"), ("b", "a"))]
    for one in two:
        one.join()
    (ended,) = [one.error for one in two if one.error]
    assert isinstance(ended, Collided)
    assert isinstance(ended, Away)  # so who noted something tries again, and a caller is told to
