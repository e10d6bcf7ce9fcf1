"""Work of the outbox for pairings: sweeping up."""

from server.base.database import Database
from server.base.housekeeping import sweep
from server.base.outbox import Job
from server.keys.self_held.pairing import store
from server.keys.self_held.pairing.models import pairings
from server.keys.self_held.pairing.service import ANSWER_MS


def sweep_up(database: Database, job: Job) -> None:
    """Take away pairings that are over, with their answers."""
    sweep(database, job, pairings, pairings.c.id, lambda now: store.over(ANSWER_MS, now))
