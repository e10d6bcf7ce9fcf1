"""Our own house: database, worker, outbox, master key, disk, and how many share one mailbox."""

import shutil
from collections.abc import Iterable
from functools import partial
from typing import Final

from server.base import facts, heartbeat, scrapes
from server.base.outbox import LANES
from server.base.tenancy import all_firms
from server.base.vault import name_of, read_keys
from server.commands.doctor.findings import Finding, Patient, bad, by_firm, good, unsure
from server.firms.service import Firm
from server.keys.log import service as log
from server.people import service as people

STUCK_MS: Final = 15 * 60_000
LEAST_FREE: Final = 1_000_000_000
MANY_CLIENTS: Final = 500


def database(patient: Patient) -> Iterable[Finding]:
    """The tables are those of this version."""
    if patient.database is not None:
        yield good("The tables are those of this version.")
    else:
        yield bad(
            "The tables are missing, or not those of this version.",
            "Stop web and worker, run letterlock db upgrade, start them again.",
        )


def key_log(patient: Patient) -> Iterable[Finding]:
    """Every key that is used stands in its firm's log."""
    if patient.database is None:
        return
    with all_firms("doctor looks at the key logs"), patient.database.read() as connection:
        missing = sum(log.count_missing(connection, firm.id) for firm in patient.firms)
    if missing:
        yield bad(
            f"{missing} keys are not in the key log: letters to and from their owners do not open.",
            "Stop web and worker, run letterlock db upgrade, start them again.",
        )
    else:
        yield good("Every key is in the key log.")


def worker(patient: Patient) -> Iterable[Finding]:
    """A worker serves every lane."""
    if patient.database is None:
        return
    with patient.database.read() as connection:
        dead = heartbeat.dead_lanes(connection, LANES)
    if not dead:
        yield good("The worker is alive.")
    else:
        yield bad(
            f"No worker serves {', '.join(dead)}: no mail goes out.",
            "Restart it, it may be stuck: systemctl restart letterlock-worker (or letterlock worker), and read its log.",
        )


def outbox(patient: Patient) -> Iterable[Finding]:
    """Nothing waits for long, and nothing was given up."""
    if patient.database is None:
        return
    with all_firms("doctor looks at the outbox"), patient.database.read() as connection:
        dead = scrapes.dead_kinds(connection)
        waiting = scrapes.late_kinds(connection, after_ms=STUCK_MS)
    if not dead and not waiting:
        yield good("The outbox flows.")
    if waiting:
        yield bad(
            f"{sum(waiting.values())} in the outbox wait for over 15 minutes ({', '.join(waiting)}).",
            'See that the worker runs and Graph answers; then the runbook "The outbox is stuck".',
        )
    if dead:
        yield bad(
            f"{sum(dead.values())} in the outbox were set aside ({', '.join(dead)}).",
            'Find out why, then have them tried again: the runbook "The outbox is stuck".',
        )


def master_key(patient: Patient) -> Iterable[Finding]:
    """Somebody has said that a copy of this very master key is kept elsewhere."""
    path = patient.settings.master_key
    if not path.is_file():
        yield bad(
            "There is no master key file.",
            "Restore it from its backup. Without it no letter that the server keeps can be opened.",
        )
        return
    if patient.database is None:
        return
    with patient.database.read() as connection:
        told = facts.recall(connection, facts.MASTER_KEY_BACKED_UP)
    if told is not None and told.value == name_of(read_keys(path)[0]):
        yield good("A copy of the master key is kept elsewhere.")
    else:
        yield bad(
            "Nobody has said that a copy of this master key is kept elsewhere.",
            "Copy it to a safe place away from this machine, then letterlock keys backup --confirm.",
        )


def disk(patient: Patient) -> Iterable[Finding]:
    """There is room for what comes."""
    free = shutil.disk_usage(patient.settings.data).free
    if free >= LEAST_FREE:
        yield good(f"{free / 1e9:.1f} GB are free.")
    else:
        yield bad(
            f"Only {free / 1e9:.1f} GB are free where the data are.",
            "Make room or a larger disk, before letters are refused; look at old backups and logs first.",
        )


def lanes(patient: Patient) -> Iterable[Finding]:
    """A firm with many clients has a transport of its own for codes."""
    if patient.settings.mail["codes"] != patient.settings.mail["notices"]:
        yield good("Codes have a transport of their own.")
        return
    yield from by_firm(patient, partial(_lanes, patient))


def _lanes(patient: Patient, firm: Firm) -> Iterable[Finding]:
    if patient.database is None:
        yield unsure("Not looked at.", "Mend the database first.")
        return
    with patient.database.read() as connection:
        clients = people.count_clients(connection, firm.id)
    if clients <= MANY_CLIENTS:
        yield good(f"One mailbox is enough for {clients} clients.")
    else:
        yield bad(
            f"One mailbox serves {clients} clients, and it sends 30 mails a minute at most.",
            "Give codes a transport of their own: "
            "LETTERLOCK_MAIL_URL=codes=smtp://user:password@host:587, notices=graph:",
        )
