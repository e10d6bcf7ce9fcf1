"""The worker: joins the outbox's lanes with what is done for each kind. One of three roofs."""

import signal
import threading
from collections.abc import Callable
from typing import Final, TypeAlias

import structlog
from sqlalchemy import Connection

from server.base import housekeeping, idempotency, logs, metrics, scrapes
from server.base.database import Database
from server.base.erasure import StillRead
from server.base.errors import AppError
from server.base.lanes import Handlers, Lane, work_once
from server.base.mailboxes import CODES, NOTICES
from server.base.outbox import LANES, Job
from server.base.settings import Settings, from_environment
from server.base.tenancy import all_firms
from server.base.vault import Vault
from server.base.wake import Listener, Wake
from server.firms import service as firms
from server.firms.first_run import tasks as first_run_tasks
from server.firms.first_run.ports import TrialMail
from server.graph.client import GraphMail
from server.graph.entra import Entra
from server.graph.mailbox import GraphSenderMailbox, GraphSystemMailbox
from server.graph.reading import GraphMailboxReader
from server.graph.trial import GraphTrialMail
from server.keys.self_held.enrolling import tasks as enrolling_tasks
from server.keys.self_held.pairing import tasks as pairing_tasks
from server.mail.mime import MimeRenderer
from server.mail.smtp import Smtp, SmtpSystemMailbox
from server.messages.bounces import tasks as bounce_tasks
from server.messages.notices import tasks as notice_tasks
from server.messages.ports import BlobsAway, MailboxAway
from server.messages.sending import tasks as message_tasks
from server.messages.telling import tasks as telling_tasks
from server.messages.uploading import tasks as uploading_tasks
from server.messages.waiting import tasks as waiting_tasks
from server.people.news import tasks as news_tasks
from server.people.passkeys import tasks as passkey_tasks
from server.people.sign_ins import service as sign_ins
from server.people.sign_ins import tasks as sign_in_tasks
from server.people.sign_ins.ports import MailAway
from server.storage.blobs import ObstoreBlobs

__all__ = ["Handlers", "build_handlers", "run", "work_once"]
GRAPH: Final = "graph:"
CHORES_EVERY_MS: Final = {
    "sweep-keys": housekeeping.HOUR_MS,
    "sweep-sign-ins": housekeeping.HOUR_MS,
    "sweep-passkeys": housekeeping.HOUR_MS,
    "sweep-enrolments": housekeeping.HOUR_MS,
    "sweep-pairings": housekeeping.HOUR_MS,
    "sweep-waiting": housekeeping.HOUR_MS,
    "sweep-uploads": housekeeping.HOUR_MS,
    "sweep-blobs": housekeeping.DAY_MS,
}
_PLANT_S: Final = 3600.0
PATIENCE_S: Final = 30.0  # a sweep of a large table may take longer than a caller would wait
_log = structlog.get_logger()
_STOPS: Final = {signal.SIGTERM, signal.SIGINT}


def build_handlers(settings: Settings, database: Database, vault: Vault) -> Handlers:
    """The handlers with the real adapters."""
    entra = Entra(
        authority=settings.authority,
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        caches=sign_ins.SealedTokenCaches(database, vault),
        resource=settings.cloud.graph,
    )
    graph, render = GraphMail(settings.graph_url), MimeRenderer()
    sender = GraphSenderMailbox(entra, graph, render.notice)
    reader = GraphMailboxReader(entra, settings.graph_url)
    system, trial = _system_mail(settings, entra, graph, render)
    mailboxes = message_tasks.Mailboxes(sender=sender, system=system[NOTICES])
    by_kind: dict[str, Callable[[Job], None]] = {
        "notice": lambda job: message_tasks.send_notice(database, vault, job, mailboxes),
        "code": lambda job: sign_in_tasks.send_code(database, vault, job, system[CODES]),
        "trial": lambda job: first_run_tasks.send_trial(database, job, trial[job.payload["lane"]]),
        "look": lambda job: notice_tasks.look(database, vault, job, reader),
        "news": lambda job: news_tasks.send(database, vault, job, system[NOTICES]),
        "erase-keys": lambda job: enrolling_tasks.erase_keys(database, job),
        "forget-answers": lambda job: pairing_tasks.sweep_up(database, job),
        "sign-in": lambda job: notice_tasks.ask_to_sign_in(database, vault, job, system[NOTICES]),
        "key-made": lambda job: waiting_tasks.key_made(database, job),
        "waiting-mail": lambda job: waiting_tasks.send(database, vault, job, system[NOTICES]),
        "bounces": lambda job: bounce_tasks.collect(database, vault, job, reader),
    }
    by_kind |= dict.fromkeys(
        telling_tasks.KINDS, lambda job: telling_tasks.send(database, vault, job, sender)
    )
    by_kind |= _chores(settings, database)
    given_up: dict[str, Callable[[Connection, Job], None]] = {
        "notice": lambda connection, job: notice_tasks.give_up(connection, job, system[NOTICES]),
        "look": notice_tasks.give_up_looking,
        **dict.fromkeys(telling_tasks.KINDS, telling_tasks.give_up),
    }

    def close() -> None:
        sender.close()
        reader.close()

    unmetered = frozenset({CODES} if settings.mail[CODES] != GRAPH else ())
    away = (MailboxAway, MailAway, BlobsAway, StillRead)
    return Handlers(by_kind=by_kind, given_up=given_up, away=away, close=close, unmetered=unmetered)


def _chores(settings: Settings, database: Database) -> dict[str, housekeeping.Chore]:
    blobs = ObstoreBlobs(settings.blob_url)
    work: dict[str, housekeeping.Chore] = {
        "sweep-keys": lambda job: idempotency.sweep_up(database, job),
        "sweep-sign-ins": lambda job: sign_in_tasks.sweep_up(database, job),
        "sweep-passkeys": lambda job: passkey_tasks.sweep_up(database, job),
        "sweep-enrolments": lambda job: enrolling_tasks.sweep_up(database, job),
        "sweep-pairings": lambda job: pairing_tasks.sweep_up(database, job),
        "sweep-waiting": lambda job: waiting_tasks.run_out(database, job),
        "sweep-uploads": lambda job: uploading_tasks.sweep_uploads(database, blobs, job),
        "sweep-blobs": lambda job: uploading_tasks.sweep_blobs(database, blobs, job),
    }
    return housekeeping.chores(database, CHORES_EVERY_MS, work)


SystemMail: TypeAlias = GraphSystemMailbox | SmtpSystemMailbox


def _system_mail(
    settings: Settings, entra: Entra, graph: GraphMail, render: MimeRenderer
) -> tuple[dict[str, SystemMail], dict[str, TrialMail]]:
    """How the system's mail leaves, by lane, and how the first run tries each."""
    system: dict[str, SystemMail] = {}
    trial: dict[str, TrialMail] = {}
    for lane, url in settings.mail.items():
        if url == GRAPH:
            system[lane] = GraphSystemMailbox(
                entra,
                graph,
                render.code,
                render.reply,
                render.sign_in,
                render_news=render.news,
                render_waiting=render.waiting,
            )
            trial[lane] = GraphTrialMail(entra, graph, render.trial)
        else:
            by_smtp = SmtpSystemMailbox(
                Smtp(url),
                render.code,
                render.reply,
                render.trial,
                render.sign_in,
                render_news=render.news,
                render_waiting=render.waiting,
            )
            system[lane] = trial[lane] = by_smtp
    return system, trial


def run(settings: Settings | None = None) -> None:
    """Work until SIGTERM or SIGINT; the jobs in hand are finished first."""
    logs.configure()
    settings = settings or from_environment()
    database = Database(settings.database_url, patience_s=PATIENCE_S)
    vault = Vault.load(settings.master_key)
    handlers = build_handlers(settings, database, vault)
    # Waited for, not handled: a handler may run while this very thread holds an event's lock.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
    wake = Wake(LANES)
    listener = None if database.is_sqlite else Listener(settings.database_url, wake)
    lanes = [Lane(database, handlers, lane, wake) for lane in LANES]
    if listener:
        listener.start()
    for lane in lanes:
        lane.start()
    unmeter = _scraped(settings, database)
    stopping = threading.Event()
    planter = threading.Thread(target=_plant, args=(database, stopping), name="planter")
    planter.start()
    signal.sigwait(_STOPS)
    stopping.set()
    for lane in lanes:
        lane.stop()
    for lane in lanes:
        lane.join()
    planter.join()
    unmeter()
    if listener:
        listener.stop()
    handlers.close()
    database.close()


def _plant(database: Database, stopping: threading.Event) -> None:
    """Plant the chores of every firm now and each hour: of new firms, and where one was given up."""
    while True:
        try:
            with all_firms("chores are planted for each firm"), database.read() as connection:
                firm_ids = [firm.id for firm in firms.every(connection)]
            housekeeping.plant(database, firm_ids, CHORES_EVERY_MS)
        except AppError as error:
            _log.warning("chores not planted", error_type=type(error).__name__)
        if stopping.wait(_PLANT_S):
            return


def _scraped(settings: Settings, database: Database) -> Callable[[], None]:
    """Answer scrapes at the port after the web server's. Returns what ends it."""
    if settings.metrics is None:
        return lambda: None
    host, port = settings.metrics
    return metrics.start(host, port + 1, lambda: scrapes.depths(database))
