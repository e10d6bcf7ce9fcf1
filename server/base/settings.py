"""Settings: one frozen value, read once at the roof from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

MICROSOFT_AUTHORITY: Final = "https://login.microsoftonline.com"
MICROSOFT_GRAPH: Final = "https://graph.microsoft.com/v1.0"
MICROSOFT_OFFICE_JS: Final = "https://appsforoffice.microsoft.com/lib/1/hosted/office.js"


class BadSetting(Exception):
    """A setting is missing or wrong. The text names the setting, never its value."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Settings:
    """Everything a process is told from outside. No repr: it holds a secret.

    `data` is a folder; `database_url` an SQLAlchemy URL; `blob_url` a URL that obstore knows;
    `origin` and `addin_origin` are origins without a path, with different host names; `proxies`
    how many proxies of ours stand before us and set X-Forwarded-For, -Proto and -Host.
    """

    data: Path
    database_url: str
    blob_url: str
    master_key: Path
    origin: str
    addin_origin: str
    authority: str = MICROSOFT_AUTHORITY
    graph_url: str = MICROSOFT_GRAPH
    office_js: str = MICROSOFT_OFFICE_JS
    client_id: str
    client_secret: str
    demo: bool = False
    proxies: int = 0

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
    settings = Settings(
        data=data,
        database_url=env.get("LETTERLOCK_DATABASE_URL") or f"sqlite:///{data / 'letterlock.db'}",
        blob_url=env.get("LETTERLOCK_BLOB_URL") or (data / "blobs").absolute().as_uri(),
        master_key=Path(env.get("LETTERLOCK_MASTER_KEY") or data / "master.key"),
        origin=_origin(env, "ORIGIN"),
        addin_origin=_origin(env, "ADDIN_ORIGIN"),
        authority=_secure(env, "AUTHORITY", MICROSOFT_AUTHORITY),
        graph_url=_secure(env, "GRAPH_URL", MICROSOFT_GRAPH),
        office_js=env.get("LETTERLOCK_OFFICE_JS") or MICROSOFT_OFFICE_JS,
        client_id=_need(env, "CLIENT_ID", "the app registration's client id"),
        client_secret=_need(env, "CLIENT_SECRET", "the app registration's secret"),
        demo=demo,
        proxies=_count(env, "PROXIES"),
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


def _need(env: Mapping[str, str], name: str, meaning: str) -> str:
    value = env.get(f"LETTERLOCK_{name}")
    if not value:
        raise BadSetting(f"set LETTERLOCK_{name}: {meaning}")
    return value


def _origin(env: Mapping[str, str], name: str) -> str:
    value = _need(env, name, "an origin such as https://portal.hart.example")
    parts = urlsplit(value)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.path or parts.query:
        raise BadSetting(f"LETTERLOCK_{name} must be an origin without a path")
    if parts.scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1"}:
        raise BadSetting(f"LETTERLOCK_{name} must be https, unless it is on this machine")
    if value != f"{parts.scheme}://{parts.hostname}{_port(parts.port, parts.scheme)}":
        raise BadSetting(f"LETTERLOCK_{name} must be in small letters, without a name or port 443")
    return value


def _port(port: int | None, scheme: str) -> str:
    return "" if port in {None, {"https": 443, "http": 80}[scheme]} else f":{port}"


def _secure(env: Mapping[str, str], name: str, default: str) -> str:
    """A URL to which tokens go: https, or this machine."""
    value = env.get(f"LETTERLOCK_{name}") or default
    parts = urlsplit(value)
    local = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1"}
    if parts.scheme != "https" and not local:
        raise BadSetting(f"LETTERLOCK_{name} must be https, unless it is on this machine")
    return value


def _count(env: Mapping[str, str], name: str) -> int:
    value = env.get(f"LETTERLOCK_{name}") or "0"
    if not value.isdigit():
        raise BadSetting(f"LETTERLOCK_{name} must be a number: how many proxies stand before us")
    return int(value)
