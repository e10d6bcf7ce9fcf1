"""What an operator runs, with settings that hold secrets, right and wrong ones."""

import os
import traceback
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from server import cli
from server.base.settings import Settings
from server.commands.doctor.visit import CHECKS
from server.crypto import age
from server.crypto.identity import Identity
from tests.sandbox.running import free_port
from tests.secrets.hoard import Hoard

ASKS_NAME_SERVERS = {"spf", "dkim", "dmarc", "domains"}
COMMANDS = (
    ["doctor", "--json", *(f"--only={name}" for name in CHECKS if name not in ASKS_NAME_SERVERS)],
    ["outbox", "list"],
    ["outbox", "list", "--waiting"],
    ["canary"],
    ["db", "upgrade"],
)
# But for paths and ids, which are no secrets.
WRONG = (
    "DATABASE_URL", "BLOB_URL", "ORIGIN", "ADDIN_ORIGIN", "AUTHORITY", "GRAPH_URL", "CLIENT_SECRET",
    "PROXIES", "RESOLVER", "MAIL_URL", "METRICS", "CLOUD",
)  # fmt: skip


def commands(settings: Settings, hoard: Hoard) -> None:
    """Run them; what they say goes where everything goes."""
    with mock.patch.dict(os.environ, _environment(settings, hoard.secrets["smtp password"])):
        for command in COMMANDS:
            cli.main(command)


def back_up(settings: Settings, folder: Path) -> bytes:
    """A backup by the command, decrypted."""
    identity, out = Identity.new(), folder / "backup.age"
    with mock.patch.dict(os.environ, _environment(settings, "none")):
        assert cli.main(["backup", str(out), "--to", identity.recipient.text]) == 0
    return age.decrypt(identity, out.read_bytes())


def wrong_settings(settings: Settings, hoard: Hoard, folder: Path) -> None:
    """Run some with settings that are none."""
    environment = _environment(settings, hoard.secrets["smtp password"])
    recipient = Identity.new().recipient
    for name, value in _wrong(hoard):
        with mock.patch.dict(os.environ, environment | {f"LETTERLOCK_{name}": value}):
            _say(["doctor", "--only=consent"])
            if name in {"DATABASE_URL", "BLOB_URL"}:
                _say(["backup", str(folder / "other.age"), "--to", recipient.text])


def _say(command: list[str]) -> None:
    """Run a command that may fail in any way; what Python would print of it is printed."""
    try:
        cli.main(command)
    except Exception:  # noqa: BLE001 whatever it is, its words are what counts
        traceback.print_exc()


def _wrong(hoard: Hoard) -> Iterator[tuple[str, str]]:
    """Settings that are no settings, and addresses whose password was not escaped."""
    word = hoard.needles["database password"]
    for name in WRONG:
        yield name, hoard.everything
    for name, scheme in (("DATABASE_URL", "postgresql+psycopg"), ("MAIL_URL", "smtp"),
                         ("BLOB_URL", "s3"), ("GRAPH_URL", "https")):  # fmt: skip
        yield name, f"{scheme}://user:a:{word}@localhost:{word}/name"
        yield name, f"{scheme}://user:{word}/{word}@localhost/name"
        yield name, f"{scheme}://user:{word}@[localhost/name?sig={word}"


def _environment(settings: Settings, password: str) -> dict[str, str]:
    return {
        "LETTERLOCK_DATA": str(settings.data),
        "LETTERLOCK_DATABASE_URL": settings.database_url,
        "LETTERLOCK_BLOB_URL": settings.blob_url,
        "LETTERLOCK_MASTER_KEY": str(settings.master_key),
        "LETTERLOCK_ORIGIN": settings.origin,
        "LETTERLOCK_ADDIN_ORIGIN": settings.addin_origin,
        "LETTERLOCK_AUTHORITY": settings.authority,
        "LETTERLOCK_GRAPH_URL": settings.graph_url,
        "LETTERLOCK_CLIENT_ID": settings.client_id,
        "LETTERLOCK_CLIENT_SECRET": settings.client_secret,
        "LETTERLOCK_MAIL_URL": f"smtp://letterlock:{password}@localhost:{free_port()}",
    }
