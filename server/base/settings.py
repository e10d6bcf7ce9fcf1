"""Settings: one frozen value, read once at the roof from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

from server.base.clouds import CLOUDS, GLOBAL, Cloud

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

MAIL_LANES: Final = ("codes", "notices")
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS: Final = frozenset(str(port) for port in range(1024, 65535))


class BadSetting(Exception):
    """A setting is missing or wrong. The text names the setting, never its value."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Settings:
    """Everything a process is told from outside. No repr: it holds a secret.

    `data` is a folder; `database_url` an SQLAlchemy URL; `blob_url` a URL that obstore knows;
    `origin` and `addin_origin` are origins without a path, with different host names; `proxies`
    how many proxies of ours stand before us and set X-Forwarded-For, -Proto and -Host;
    `cloud` is Microsoft's; `authority` and `graph_url` are its own unless they are on this machine;
    `metrics` the host and port at which the web server answers scrapes (the worker: the next one).
    `mail` is the transport of the system's mail for each lane of `MAIL_LANES`: `graph:` or an SMTP
    URL; `resolver` the name server that doctor asks, `host:port`, or "" for the machine's own.
    """

    data: Path
    database_url: str
    blob_url: str
    master_key: Path
    origin: str
    addin_origin: str
    authority: str = CLOUDS[GLOBAL].authority
    graph_url: str = f"{CLOUDS[GLOBAL].graph}/v1.0"
    office_js: str = CLOUDS[GLOBAL].office_js
    cloud: Cloud = CLOUDS[GLOBAL]
    client_id: str
    client_secret: str
    demo: bool = False
    proxies: int = 0
    resolver: str = ""
    mail: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(MAIL_LANES, "graph:"))
    metrics: tuple[str, int] | None = None

    @property
    def secure(self) -> bool:
        """Whether the portal is served over https."""
        return self.origin.startswith("https://")


def load_settings(env: Mapping[str, str]) -> Settings:
    """Read `LETTERLOCK_*`.

    Raises:
        BadSetting: Something is missing or wrong; the text says which and what to do.
    """
    data = Path(_need(env, "DATA", "the folder for everything that is kept"))
    demo = env.get("LETTERLOCK_DEMO") == "1"
    cloud = _cloud(env)
    settings = Settings(
        data=data,
        database_url=_database(env.get("LETTERLOCK_DATABASE_URL") or "", data),
        blob_url=env.get("LETTERLOCK_BLOB_URL") or (data / "blobs").absolute().as_uri(),
        master_key=Path(env.get("LETTERLOCK_MASTER_KEY") or data / "master.key"),
        origin=_origin(env, "ORIGIN"),
        addin_origin=_origin(env, "ADDIN_ORIGIN"),
        authority=_secure(env, "AUTHORITY", cloud.authority),
        graph_url=_secure(env, "GRAPH_URL", f"{cloud.graph}/v1.0"),
        office_js=env.get("LETTERLOCK_OFFICE_JS") or cloud.office_js,
        cloud=cloud,
        client_id=_need(env, "CLIENT_ID", "the app registration's client id"),
        client_secret=_need(env, "CLIENT_SECRET", "the app registration's secret"),
        demo=demo,
        proxies=_count(env, "PROXIES"),
        resolver=_resolver(env.get("LETTERLOCK_RESOLVER") or ""),
        mail=_mail(env.get("LETTERLOCK_MAIL_URL") or "graph:"),
        metrics=_address(env, "METRICS"),
    )
    if urlsplit(settings.origin).hostname == urlsplit(settings.addin_origin).hostname:
        raise BadSetting(
            "LETTERLOCK_ORIGIN and LETTERLOCK_ADDIN_ORIGIN need different host names: "
            "ports do not keep cookies apart"
        )
    if "LETTERLOCK_OFFICE_JS" in env and not demo:
        raise BadSetting("LETTERLOCK_OFFICE_JS is for --demo only: unset it")
    return settings


def from_environment() -> Settings:
    """The settings of this process. Called at the roof only."""
    return load_settings(os.environ)


def _cloud(env: Mapping[str, str]) -> Cloud:
    cloud = CLOUDS.get(env.get("LETTERLOCK_CLOUD") or GLOBAL)
    if cloud is None:
        raise BadSetting(f"LETTERLOCK_CLOUD must be one of {', '.join(CLOUDS)}")
    return cloud


def _need(env: Mapping[str, str], name: str, meaning: str) -> str:
    value = env.get(f"LETTERLOCK_{name}")
    if not value:
        raise BadSetting(f"set LETTERLOCK_{name}: {meaning}")
    return value


def _origin(env: Mapping[str, str], name: str) -> str:
    value = _need(env, name, "an origin such as https://portal.hart.example")
    return parse_origin(f"LETTERLOCK_{name}", value)


def parse_origin(name: str, value: str) -> str:
    """An origin as we compare it.

    Raises:
        BadSetting: It is none, or http and not on this machine; the text begins with `name`.
    """
    parts = urlsplit(value)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.path or parts.query:
        raise BadSetting(f"{name} must be an origin without a path")
    if parts.scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1"}:
        raise BadSetting(f"{name} must be https, unless it is on this machine")
    if value != f"{parts.scheme}://{parts.hostname}{_port(parts.port, parts.scheme)}":
        raise BadSetting(f"{name} must be in small letters, without a name or port 443")
    return value


def _port(port: int | None, scheme: str) -> str:
    return "" if port in {None, {"https": 443, "http": 80}[scheme]} else f":{port}"


def _database(url: str, data: Path) -> str:
    """A URL that SQLAlchemy reads; its own words for one that it does not may hold the password."""
    from sqlalchemy.engine import make_url  # noqa: PLC0415 slow to load, and needed here alone
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415 the same

    if not url:
        return f"sqlite:///{data / 'letterlock.db'}"
    try:
        read = make_url(url)
        name = read.drivername
    except (ArgumentError, ValueError):
        name = ""
    if name not in {"sqlite", "postgresql+psycopg"}:
        raise BadSetting(
            "LETTERLOCK_DATABASE_URL takes sqlite:////path/to/letterlock.db or "
            "postgresql+psycopg://user:password@host/name; "
            "write @ : / % in a password as %40 %3A %2F %25"
        )
    require_tls("LETTERLOCK_DATABASE_URL", read)
    return url


def require_tls(name: str, database: "URL") -> None:
    """Let a database on another machine be called by TLS alone, its certificate and name checked.

    Raises:
        BadSetting: It may be called otherwise; the text begins with `name`.
    """
    host = str(database.host or database.query.get("host") or "")
    is_here = not host or host.startswith("/") or host in LOOPBACK  # none, or a path: a socket
    if not is_here and database.query.get("sslmode") != "verify-full":
        raise BadSetting(
            f"{name} names another machine: end it with ?sslmode=verify-full, and with "
            "&sslrootcert= and the file of its authority, so that nobody in between reads along"
        )


def _secure(env: Mapping[str, str], name: str, default: str) -> str:
    """A URL to which tokens go: https, or this machine."""
    value = env.get(f"LETTERLOCK_{name}") or default
    parts = urlsplit(value)
    local = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1"}
    if parts.scheme != "https" and not local:
        raise BadSetting(f"LETTERLOCK_{name} must be https, unless it is on this machine")
    return value


def _address(env: Mapping[str, str], name: str) -> tuple[str, int] | None:
    """An address of this machine: numbers of a firm's work are not for the net."""
    value = env.get(f"LETTERLOCK_{name}")
    if not value:
        return None
    host, _, port = value.rpartition(":")
    if host not in {"127.0.0.1", "localhost"} or port not in _PORTS:
        raise BadSetting(f"LETTERLOCK_{name} must be 127.0.0.1 and a port, such as 127.0.0.1:9100")
    return "127.0.0.1", int(port)


def _resolver(value: str) -> str:
    host, _, port = value.rpartition(":")
    if value and not (host and port.isdigit()):
        raise BadSetting("LETTERLOCK_RESOLVER must be an address and a port, such as 127.0.0.1:53")
    return value


def _count(env: Mapping[str, str], name: str) -> int:
    value = env.get(f"LETTERLOCK_{name}") or "0"
    if not value.isdigit():
        raise BadSetting(f"LETTERLOCK_{name} must be a number: how many proxies stand before us")
    return int(value)


def _mail(value: str) -> dict[str, str]:
    """Transports by lane: `URL`, or `codes=URL, notices=URL`."""
    entries = [entry.strip() for entry in value.split(",")]
    if len(entries) == 1 and entries[0].partition("=")[0] not in MAIL_LANES:
        entries = [f"{lane}={entries[0]}" for lane in MAIL_LANES]
    found = {lane: url for lane, _, url in (entry.partition("=") for entry in entries)}
    if found.keys() != set(MAIL_LANES) or len(entries) != len(found):
        raise BadSetting(
            "LETTERLOCK_MAIL_URL must be one URL, or codes=URL, notices=URL with both lanes"
        )
    for url in found.values():
        _must_carry_mail(url)
    return found


def _must_carry_mail(url: str) -> None:
    if url == "graph:":
        return
    try:
        parts = urlsplit(url)
        whole = parts.scheme in {"smtp", "smtps"} and _is_plain(parts)
    except ValueError:  # a port that is none
        whole = False
    if not whole:
        raise BadSetting(
            "LETTERLOCK_MAIL_URL takes graph:, smtp://user:password@host:587 or "
            "smtps://user:password@host:465; write @ : / , % in a password as %40 %3A %2F %2C %25"
        )


def _is_plain(parts: SplitResult) -> bool:
    has_both = bool(parts.username) == bool(parts.password)
    return bool(parts.hostname) and parts.port != 0 and has_both and not any(parts[2:])
