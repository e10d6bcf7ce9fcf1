"""The control's worker, with a fault planted: what is in doubt is sent again without a look."""

from typing import Any

from server import worker
from server.base.database import Database
from server.events.service import QUEUED, SENDING
from server.messages.notices import service as notices
from server.messages.sending import tasks


def send_again(database: Database, entry: Any, *, since: int) -> None:
    """What architecture 4.6 forbids."""
    del since
    with database.write() as connection:
        if notices.move(connection, entry, only={SENDING}, to=QUEUED):
            notices.queue(connection, entry, by_client=False)


if __name__ == "__main__":
    tasks._doubt = send_again
    worker.run()
