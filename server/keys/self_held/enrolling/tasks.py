"""Work of the outbox after an enrolment: what was deleted leaves the files; and sweeping up."""

from server.base.database import Database
from server.base.erasure import erase
from server.base.housekeeping import sweep
from server.base.outbox import Job
from server.keys.self_held import store
from server.keys.self_held.enrolling.service import KEPT_MS, LIFE_MS
from server.keys.self_held.models import enrolments, key_challenges, keyslots


def erase_keys(database: Database, job: Job) -> None:
    """Take destroyed wrapping keys out of the database's files.

    Raises:
        StillRead: The worker tries again.
    """
    del job
    erase(database, "wrapping_keys")


def sweep_up(database: Database, job: Job) -> None:
    """Take away enrolments that ran out, with their keyslots, and challenges nobody answered."""
    sweep(database, job, keyslots, keyslots.c.id, store.slots_begun_before(LIFE_MS))
    sweep(database, job, enrolments, enrolments.c.id, store.enrolments_over(KEPT_MS))
    sweep(database, job, key_challenges, key_challenges.c.id, store.challenges_over())
