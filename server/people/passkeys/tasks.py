"""Work of the outbox for passkeys: sweeping up."""

from server.base.database import Database
from server.base.housekeeping import DAY_MS, sweep
from server.base.outbox import Job
from server.people.passkeys import store
from server.people.passkeys.models import passkey_challenges


def sweep_up(database: Database, job: Job) -> None:
    """Take away challenges that were over more than a day ago."""
    sweep(
        database,
        job,
        passkey_challenges,
        passkey_challenges.c.id,
        lambda now: store.expired_before(now - DAY_MS),
    )
