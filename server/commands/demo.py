"""The demo: a small firm, Hart & Co, and the settings that join it to the sandbox."""

import argparse
import os
import sys
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from server.base.settings import Settings

if TYPE_CHECKING:
    from server.base.mail import Brand

DEMO_TENANT: Final = "6f0d2a7e-5b1c-4c5e-9a53-2f1f0c9d1a11"
DEMO_CLIENT: Final = "3d9b6c1e-8a54-4e0e-b6a5-0e6f8f1c2b22"
DEMO_SECRET: Final = "demo-secret-not-for-use"  # noqa: S105 the demo's, known to everybody
DEMO_MARK: Final = (
    "M20 37V27c0-3-2-4.4-4.6-5.7C11.6 19.4 8.6 16.6 8 12.4M20 27c0-3 2-4.4 4.6-5.7 "
    "3.8-1.9 6.8-4.7 7.4-8.9M15.4 21.3c-.3-4.4-1.6-8.3-4-11.7M24.6 21.3c.3-4.4 1.6-8.3 4-11.7"
    "M10.3 17.3C7.6 17 5.5 15.7 4.2 13.4M29.7 17.3c2.7-.3 4.8-1.6 6.1-3.9"
    "M14.6 15.6c1.6-1.4 2.3-3.4 2.1-6M25.4 15.6c-1.6-1.4-2.3-3.4-2.1-6"
)


def demo_environment(options: argparse.Namespace) -> dict[str, str]:
    """Settings of the demo, `LETTERLOCK_*`; a LETTERLOCK_GRAPH_URL in the environment stays as it is."""
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


def sandbox_command(options: argparse.Namespace) -> list[str]:
    """What starts the sandbox."""
    return [
        sys.executable, "-m", "sandbox",
        "--port", str(options.sandbox_port),
        "--data", str(options.data.absolute() / "sandbox"),
        "--addin-url", f"http://127.0.0.1:{options.port}/pane/compose",
        "--client-secret", DEMO_SECRET,
    ]  # fmt: skip


def add_demo_firm(settings: Settings) -> None:
    """Add Hart & Co, unless it is there."""
    from server.base import canary  # noqa: PLC0415 a command loads what it runs
    from server.base.database import Database  # noqa: PLC0415 a command loads what it runs
    from server.base.tenancy import all_firms  # noqa: PLC0415 a command loads what it runs
    from server.base.vault import Vault  # noqa: PLC0415 a command loads what it runs
    from server.firms import service as firms  # noqa: PLC0415 a command loads what it runs
    from server.keys import service as keys  # noqa: PLC0415 a command loads what it runs

    database, vault = Database(settings.database_url), Vault.load(settings.master_key)
    with all_firms("a firm is added"), database.write() as connection:
        firm = firms.add(
            connection,
            tenant_id=DEMO_TENANT,
            origin=settings.origin,
            addin_origin=settings.addin_origin,
            domains=("hart.example",),
            brand=_demo_brand(settings),
            admin="ann@hart.example",
        )
        keys.ensure_directory_key(connection, vault, firm.id)
        canary.ensure(connection, vault, firm.id)
    database.close()


def _demo_brand(settings: Settings) -> "Brand":
    from server.base.mail import Brand  # noqa: PLC0415 a command loads what it runs

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
