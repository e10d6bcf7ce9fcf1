"""The command line: `letterlock up|web|worker|db`. One of three roofs.

Each command imports what it runs and no more: `up` starts three processes, and what each of them
loads is what a person waits for.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from server.base.settings import BadSetting, Settings, from_environment, load_settings

if TYPE_CHECKING:
    from server.base.mail import Brand

DEMO_TENANT: Final = "6f0d2a7e-5b1c-4c5e-9a53-2f1f0c9d1a11"
DEMO_CLIENT: Final = "3d9b6c1e-8a54-4e0e-b6a5-0e6f8f1c2b22"
DEMO_SECRET: Final = "demo-secret-not-for-use"  # noqa: S105 the demo's, known to everybody
STARTUP_S: Final = 60
DEMO_MARK: Final = (
    "M20 37V27c0-3-2-4.4-4.6-5.7C11.6 19.4 8.6 16.6 8 12.4M20 27c0-3 2-4.4 4.6-5.7 "
    "3.8-1.9 6.8-4.7 7.4-8.9M15.4 21.3c-.3-4.4-1.6-8.3-4-11.7M24.6 21.3c.3-4.4 1.6-8.3 4-11.7"
    "M10.3 17.3C7.6 17 5.5 15.7 4.2 13.4M29.7 17.3c2.7-.3 4.8-1.6 6.1-3.9"
    "M14.6 15.6c1.6-1.4 2.3-3.4 2.1-6M25.4 15.6c-1.6-1.4-2.3-3.4-2.1-6"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status."""
    options = _parser().parse_args(arguments)
    try:
        run: Any = options.run
        return int(run(options) or 0)
    except BadSetting as error:
        sys.stderr.write(f"letterlock: {error}\n")
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="letterlock", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    up = commands.add_parser("up", help="web and worker together; with --demo a whole small firm")
    up.add_argument("--demo", action="store_true", help="with a Microsoft 365 of its own")
    up.add_argument("--port", type=int, default=8300, help="of the portal and the add-in")
    up.add_argument("--sandbox-port", type=int, default=8301, help="of the demo's Microsoft 365")
    up.add_argument("--data", type=Path, default=Path(".data"), help="folder of all that is kept")
    up.set_defaults(run=_up)
    web = commands.add_parser("web", help="the web server, from LETTERLOCK_* settings")
    web.add_argument("--port", type=int, default=8300)
    web.add_argument("--workers", type=int, default=2 * (os.cpu_count() or 1))
    web.set_defaults(run=_web)
    commands.add_parser("worker", help="the worker").set_defaults(run=_worker)
    database = commands.add_parser("db", help="the database")
    database.add_argument("action", choices=["upgrade"])
    database.set_defaults(run=_upgrade)
    return parser


def _worker(_: argparse.Namespace) -> None:
    from server import worker  # noqa: PLC0415 see above

    worker.run()


def _upgrade(_: argparse.Namespace) -> None:
    from server import migrations  # noqa: PLC0415 see above

    migrations.upgrade(from_environment().database_url)


def _web(options: argparse.Namespace) -> None:
    from server.app import serve  # noqa: PLC0415 see above

    from_environment()
    bind = [f"127.0.0.1:{options.port}"]
    if _answers_ipv6():
        bind.append(f"[::1]:{options.port}")  # some browsers try it first for localhost
    serve(bind=bind, workers=options.workers)


def _answers_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def _up(options: argparse.Namespace) -> int:
    environment = dict(os.environ)
    if options.demo:
        environment |= _demo_environment(options)
    settings = load_settings(environment)
    settings.data.mkdir(parents=True, exist_ok=True)
    for port in (options.port, *([options.sandbox_port] if options.demo else [])):
        _must_be_free(port)
    family = _Family(environment)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: family.stop.set())
    try:
        if options.demo:
            family.start("sandbox", *_sandbox_command(options))
        _prepare(settings)
        family.start("web", *_own("web", "--port", str(options.port), "--workers", "2"))
        family.start("worker", *_own("worker"))
        family.wait_for(f"http://localhost:{options.port}/healthz")
        if options.demo:
            family.wait_for(f"http://localhost:{options.sandbox_port}/healthz")
        _say_where(options, settings)
        return family.watch()
    except _ChildEnded as error:
        sys.stderr.write(f"letterlock: {error}\n")
        return 1
    except BadSetting as error:
        sys.stderr.write(f"letterlock: {error}\n")
        return 2
    finally:
        family.end()


def _must_be_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise BadSetting(
                f"port {port} is in use: stop what uses it, or choose another"
            ) from error


def _demo_environment(options: argparse.Namespace) -> dict[str, str]:
    """Settings of the demo; a LETTERLOCK_GRAPH_URL in the environment stays as it is."""
    sandbox = f"http://localhost:{options.sandbox_port}"
    return {
        "LETTERLOCK_DEMO": "1",
        "LETTERLOCK_DATA": str(options.data.absolute()),
        "LETTERLOCK_ORIGIN": f"http://localhost:{options.port}",
        "LETTERLOCK_ADDIN_ORIGIN": f"http://127.0.0.1:{options.port}",
        "LETTERLOCK_AUTHORITY": sandbox,
        "LETTERLOCK_GRAPH_URL": os.environ.get("LETTERLOCK_GRAPH_URL") or f"{sandbox}/v1.0",
        "LETTERLOCK_OFFICE_JS": f"{sandbox}/office.js",
        "LETTERLOCK_CLIENT_ID": DEMO_CLIENT,
        "LETTERLOCK_CLIENT_SECRET": DEMO_SECRET,
    }


def _sandbox_command(options: argparse.Namespace) -> list[str]:
    return [
        sys.executable, "-m", "sandbox",
        "--port", str(options.sandbox_port),
        "--data", str(options.data.absolute() / "sandbox"),
        "--addin-url", f"http://127.0.0.1:{options.port}/pane/compose",
        "--client-secret", DEMO_SECRET,
    ]  # fmt: skip


def _own(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "server.cli", *arguments]


def _prepare(settings: Settings) -> None:
    from server import migrations  # noqa: PLC0415 see above

    migrations.upgrade(settings.database_url)
    ensure_master_key(settings)
    if settings.demo:
        add_demo_firm(settings)


def ensure_master_key(settings: Settings) -> None:
    """Make the master key at the first start.

    Raises:
        BadSetting: It is gone, and the database holds what it sealed.
    """
    from server.base.database import Database  # noqa: PLC0415 see above
    from server.base.vault import Vault  # noqa: PLC0415 see above
    from server.firms import service as firms  # noqa: PLC0415 see above

    database = Database(settings.database_url)
    with database.read() as connection:
        first = firms.count(connection) == 0
    database.close()
    if first:
        Vault.make(settings.master_key)
    Vault.load(settings.master_key)


def add_demo_firm(settings: Settings) -> None:
    """Add Hart & Co, unless it is there."""
    from server.base.database import Database  # noqa: PLC0415 see above
    from server.base.vault import Vault  # noqa: PLC0415 see above
    from server.firms import service as firms  # noqa: PLC0415 see above
    from server.keys import service as keys  # noqa: PLC0415 see above

    database, vault = Database(settings.database_url), Vault.load(settings.master_key)
    with database.write() as connection:
        firm = firms.add(
            connection,
            tenant_id=DEMO_TENANT,
            origin=settings.origin,
            addin_origin=settings.addin_origin,
            domains=("hart.example",),
            brand=_demo_brand(settings),
        )
        keys.ensure_directory_key(connection, vault, firm.id)
    database.close()


def _demo_brand(settings: Settings) -> "Brand":
    from server.base.mail import Brand  # noqa: PLC0415 see above

    return Brand(
        name="Hart & Co",
        line="Chartered accountants",
        telephone="0117 496 0142",
        telephone_href="tel:+441174960142",
        address="14 Orchard Lane, Bristol",
        mailbox="portal@hart.example",
        portal_host=urlsplit(settings.origin).netloc,
        zone="Europe/London",
        mark_svg=DEMO_MARK,
        firm_1="#6d2847", firm_2="#a9c9c2", fill="#6d2847", fill_hover="#561d37", on="#ffffff",
        edge="#6d2847", text="#6d2847", fill_dark="#93486c", on_dark="#ffffff",
        text_dark="#ebb6cd",
    )  # fmt: skip


def _say_where(options: argparse.Namespace, settings: Settings) -> None:
    lines = [f"Letterlock is up: portal {settings.origin}, add-in {settings.addin_origin}"]
    if options.demo:
        outlook = f"http://localhost:{options.sandbox_port}/outlook?as="
        lines = [
            "Letterlock is up, with a small Microsoft 365 of its own. Nothing leaves this machine.",
            "",
            f"1  {outlook}ann@hart.example",
            "   Ann's Outlook. New message, then Letterlock; write to maya@client.example;",
            "   Send securely. Her Sent Items then holds only a notice.",
            f"2  {outlook}maya@client.example",
            "   Maya's mailbox. Follow the notice's link, ask for the code, find it here, type it.",
            f"3  {settings.origin}",
            "   The firm's portal, where the letter is opened in the browser.",
            "",
            f"What it keeps is in {settings.data}. Stop with Ctrl-C.",
        ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


class _ChildEnded(Exception):
    """A process that should be running is not."""


class _Family:
    """Child processes that live and end together."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.stop = threading.Event()
        self._environment = environment
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *command: str) -> None:
        """Start a child; its log goes where ours goes."""
        self._children[name] = subprocess.Popen(command, env=dict(self._environment))  # noqa: S603 our own commands

    def wait_for(self, url: str) -> None:
        """Wait until a child answers at `url`.

        Raises:
            _ChildEnded: It ended, or did not answer in time.
        """
        deadline = time.monotonic() + STARTUP_S
        while time.monotonic() < deadline and not self.stop.is_set():
            self._check()
            try:
                with urllib.request.urlopen(url, timeout=2):  # noqa: S310 our own http address
                    return
            except (urllib.error.URLError, OSError):
                self.stop.wait(0.1)
        if not self.stop.is_set():
            raise _ChildEnded(f"{url} did not answer within {STARTUP_S} seconds")

    def watch(self) -> int:
        """Wait for a signal, or for the first child to end. Returns the exit status."""
        while not self.stop.wait(0.5):
            self._check()
        return 0

    def end(self) -> None:
        """Ask every child to end, newest first, and wait."""
        for child in reversed(self._children.values()):
            child.terminate()
        for child in self._children.values():
            try:
                child.wait(timeout=25)
            except subprocess.TimeoutExpired:
                child.kill()

    def _check(self) -> None:
        for name, child in self._children.items():
            if child.poll() is not None:
                raise _ChildEnded(f"{name} ended with status {child.returncode}; see above why")


if __name__ == "__main__":
    sys.exit(main())
