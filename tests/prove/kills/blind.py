"""The control's worker, with a fault planted: what is in doubt is sent again without a look."""

from inspect import signature
from typing import Any

from server import worker
from server.base.database import Database
from server.base.outbox import Job
from server.events.service import QUEUED, SENDING
from server.messages.notices import service as notices
from server.messages.ports import SystemMailbox
from server.messages.sending import tasks


class Elsewhere(Exception):
    """What the fault is planted in has moved: this control would prove nothing."""


def send_again(
    database: Database, job: Job, entry: Any, system: SystemMailbox, *, since: int
) -> None:
    """What architecture 4.6 forbids."""
    del job, system, since
    with database.write() as connection:
        if notices.move(connection, entry, only={SENDING}, to=QUEUED):
            notices.queue(connection, entry, by_client=False)


if __name__ == "__main__":
    if list(signature(tasks._doubt).parameters) != list(signature(send_again).parameters):
        raise Elsewhere
    tasks._doubt = send_again
    worker.run()
