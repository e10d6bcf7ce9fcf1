"""`letterlock up`: web and worker together; with `--demo` a whole small firm."""

import argparse
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from server.base.settings import BadSetting, Settings, load_settings
from server.commands import db, demo
from server.commands.family import ChildEnded, Family


def add(commands: Any) -> None:
    """Add the command to the parser."""
    up = commands.add_parser("up", help="web and worker together; with --demo a whole small firm")
    up.add_argument("--demo", action="store_true", help="with a Microsoft 365 of its own")
    up.add_argument("--port", type=int, default=8300, help="of the portal and the add-in")
    up.add_argument("--sandbox-port", type=int, default=8301, help="of the demo's Microsoft 365")
    up.add_argument("--data", type=Path, default=Path(".data"), help="folder of all that is kept")
    up.set_defaults(run=_up)


def _up(options: argparse.Namespace) -> int:
    environment = dict(os.environ)
    if options.demo:
        environment |= demo.demo_environment(options)
    settings = load_settings(environment)
    settings.data.mkdir(parents=True, exist_ok=True)
    for port in (options.port, *([options.sandbox_port] if options.demo else [])):
        _must_be_free(port)
    family = Family(environment)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: family.stop.set())
    try:
        if options.demo:
            family.start("sandbox", *demo.sandbox_command(options))
        prepare(settings)
        family.start("web", *_own("web", "--port", str(options.port), "--workers", "2"))
        family.start("worker", *_own("worker"))
        family.wait_for(f"http://localhost:{options.port}/healthz")
        if options.demo:
            family.wait_for(f"http://localhost:{options.sandbox_port}/healthz")
        _say_where(options, settings)
        return family.watch()
    except ChildEnded as error:
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


def _own(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "server.cli", *arguments]


def prepare(settings: Settings) -> None:
    """Tables, master key, and in the demo its firm."""
    db.upgrade(settings)
    db.ensure_master_key(settings)
    if settings.demo:
        demo.add_demo_firm(settings)


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
            "   The firm's portal, where the letter is opened in the browser. With the letter open,",
            "   /key is the page on which Maya becomes the only holder of her key.",
            "",
            f"What it keeps is in {settings.data}. Stop with Ctrl-C.",
        ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
