"""The worker: drains the outbox, a thread for each lane. One of three roofs."""

import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import structlog

from server.base import logs
from server.base.database import Database
from server.base.heartbeat import Heartbeat
from server.base.outbox import LANES, Job, finish, give_back, is_due, lease
from server.base.settings import Settings, from_environment
from server.base.tenancy import all_firms, for_firm
from server.base.vault import Vault
from server.firms.first_run import tasks as first_run_tasks
from server.firms.first_run.ports import TrialMail
from server.graph.client import GraphMail
from server.graph.entra import Entra
from server.graph.mailbox import GraphSenderMailbox, GraphSystemMailbox
from server.graph.trial import GraphTrialMail
from server.mail.mime import MimeRenderer
from server.mail.smtp import Smtp, SmtpSystemMailbox
from server.messages.ports import MailboxAway
from server.messages.sending import tasks as message_tasks
from server.people.sign_ins import service as sign_ins
from server.people.sign_ins import tasks as sign_in_tasks
from server.people.sign_ins.ports import MailAway

IDLE_S: Final = 0.2
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Handlers:
    """What is done for each kind of job, what when it is given up, and how to close all of it."""

    by_kind: Mapping[str, Callable[[Job], None]]
    given_up: Mapping[str, Callable[[Job], None]]
    close: Callable[[], None]


def build_handlers(settings: Settings, database: Database, vault: Vault) -> Handlers:
    """The handlers with the real adapters."""
    entra = Entra(
        authority=settings.authority,
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        caches=sign_ins.SealedTokenCaches(database, vault),
    )
    graph, render = GraphMail(settings.graph_url), MimeRenderer()
    sender = GraphSenderMailbox(entra, graph, render.notice)
    system, trial = _system_mail(settings, entra, graph, render)
    mailboxes = message_tasks.Mailboxes(sender=sender, system=system["notices"])
    by_kind: dict[str, Callable[[Job], None]] = {
        "notice": lambda job: message_tasks.send_notice(database, vault, job, mailboxes),
        "code": lambda job: sign_in_tasks.send_code(database, vault, job, system["codes"]),
        "trial": lambda job: first_run_tasks.send_trial(database, job, trial[job.payload["lane"]]),
    }
    given_up: dict[str, Callable[[Job], None]] = {
        "notice": lambda job: message_tasks.give_up_notice(database, job),
    }
    return Handlers(by_kind=by_kind, given_up=given_up, close=sender.close)


SystemMail: TypeAlias = GraphSystemMailbox | SmtpSystemMailbox


def _system_mail(
    settings: Settings, entra: Entra, graph: GraphMail, render: MimeRenderer
) -> tuple[dict[str, SystemMail], dict[str, TrialMail]]:
    """How the system's mail leaves, by lane, and how the first run tries each."""
    system: dict[str, SystemMail] = {}
    trial: dict[str, TrialMail] = {}
    for lane, url in settings.mail.items():
        if url == "graph:":
            system[lane] = GraphSystemMailbox(entra, graph, render.code, render.reply)
            trial[lane] = GraphTrialMail(entra, graph, render.trial)
        else:
            by_smtp = SmtpSystemMailbox(Smtp(url), render.code, render.reply, render.trial)
            system[lane] = trial[lane] = by_smtp
    return system, trial


def work_once(database: Database, handlers: Handlers, lane: str) -> bool:
    """Do the one job of a lane that is longest due. Returns whether there was one."""
    job = _take(database, lane)
    if job is None:
        return False
    with for_firm(job.firm_id):
        _do(database, handlers, job)
    return True


def _take(database: Database, lane: str) -> Job | None:
    with all_firms("the worker takes what is due"):
        with database.read() as connection:
            if not is_due(connection, lane):
                return None
        with database.write() as connection:
            return lease(connection, lane)


def _do(database: Database, handlers: Handlers, job: Job) -> None:
    try:
        handlers.by_kind[job.kind](job)
    except (MailboxAway, MailAway) as away:
        _again(database, handlers, job, away=True, after_ms=away.after_ms)
    except Exception as error:  # noqa: BLE001 one bad job must not stop the others; it is kept and logged
        _again(database, handlers, job, away=False)
        _log.exception(
            "failed",
            exc_info=False,
            kind=job.kind,
            job_id=job.id,
            tries=job.tries,
            error_type=type(error).__name__,
            where=logs.where(error),
        )
    else:
        with database.write() as connection:
            finish(connection, job)
        _log.info("done", kind=job.kind, job_id=job.id, tries=job.tries)


def _again(
    database: Database, handlers: Handlers, job: Job, *, away: bool, after_ms: int | None = None
) -> None:
    with database.write() as connection:
        again = give_back(connection, job, away=away, after_ms=after_ms)
    if not again and job.kind in handlers.given_up:
        handlers.given_up[job.kind](job)
    _log.warning("again" if again else "dead", kind=job.kind, job_id=job.id, tries=job.tries)


def run(settings: Settings | None = None) -> None:
    """Work until SIGTERM or SIGINT; the job in hand is finished first."""
    logs.configure()
    settings = settings or from_environment()
    database, vault = Database(settings.database_url), Vault.load(settings.master_key)
    handlers = build_handlers(settings, database, vault)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threads = [
        threading.Thread(target=_drain, args=(database, handlers, lane, stop), name=lane)
        for lane in LANES
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    handlers.close()
    database.close()


def _drain(database: Database, handlers: Handlers, lane: str, stop: threading.Event) -> None:
    heart = Heartbeat(database, lane)
    while not stop.is_set():
        try:
            heart.beat()
            busy = work_once(database, handlers, lane)
        except Exception as error:  # noqa: BLE001 a database that is away comes back; the loop goes on
            _log.exception(
                "worker",
                exc_info=False,
                lane=lane,
                error_type=type(error).__name__,
                where=logs.where(error),
            )
            busy = False
        if not busy:
            stop.wait(IDLE_S)
