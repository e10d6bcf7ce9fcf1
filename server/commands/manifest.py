"""`letterlock manifest`: the files that Microsoft 365 is given, and the script that registers us."""

import argparse
import re
import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from server.base.settings import BadSetting, from_environment, parse_origin

if TYPE_CHECKING:
    from server.admin.deployment.service import File

_VERSION = re.compile(r"[1-9]\d{0,4}(?:\.\d{1,5}){3}")


def add(commands: Any) -> None:
    """Add the command to the parser."""
    manifest = commands.add_parser("manifest", help="write the add-in's manifests for a firm")
    manifest.add_argument("--origin", required=True, help="of its add-in")
    manifest.add_argument("--portal", help="its portal, where staff sign in for their own keys")
    manifest.add_argument("--out", required=True, type=Path, help="the folder to write them to")
    manifest.add_argument(
        "--tenant", help="the Directory (tenant) ID; else that of the firm whose add-in this is"
    )
    manifest.add_argument("--name", default="Letterlock", help="what Office shows")
    manifest.add_argument(
        "--send-mode",
        default="SoftBlock",
        choices=("PromptUser", "SoftBlock", "Block"),
        help="what Outlook does when the send guard does not answer",
    )
    manifest.add_argument("--version", default="1.0.0.0", help="raise it for another upload")
    manifest.set_defaults(run=_manifest)


def _manifest(options: argparse.Namespace) -> int:
    from server.admin.deployment import service as deployment  # noqa: PLC0415 a command loads what it runs
    from server.admin.manifests.service import Order  # noqa: PLC0415 a command loads what it runs

    if not _VERSION.fullmatch(options.version):
        raise BadSetting("--version must be four numbers such as 1.2.0.0, the first not 0")
    origin = parse_origin("--origin", options.origin)
    tenant, admin = _firm(origin, options.tenant)
    order = Order(
        tenant_id=tenant,
        origin=origin,
        name=options.name,
        send_mode=options.send_mode,
        version=options.version,
    )
    made = deployment.files(order)
    portal = parse_origin("--portal", options.portal) if options.portal else ""
    place = deployment.Place(tenant_id=tenant, addin_origin=origin, admin=admin, portal=portal)
    script = deployment.script(place, "registration")
    options.out.mkdir(parents=True, exist_ok=True)
    for one in made:
        (options.out / one.name).write_bytes(one.source)
    (options.out / "register-application.ps1").write_text(script, encoding="utf-8")
    for one in made:
        sys.stdout.write(_report(options.out / one.name, one))
    sys.stdout.write(f"{options.out / 'register-application.ps1'}\n")
    return 0 if all(_is_usable(one, origin) for one in made) else 1


def _report(path: Path, made: "File") -> str:
    lines = [f"{path}  id {made.id}", *(f"  {fault.words}" for fault in made.faults)]
    return "\n".join(lines) + "\n"


def _is_usable(made: "File", origin: str) -> bool:
    """Only an origin of this machine is not https, and that is said: Office takes no such file."""
    from server.admin.manifests.checking.service import HTTPS  # noqa: PLC0415 a command loads what it runs

    is_trial = origin.startswith("http://")
    return not [fault for fault in made.faults if not (is_trial and fault.rule == HTTPS)]


def _firm(origin: str, tenant: str | None) -> tuple[str, str]:
    """Tenant and administrator: as told, or of the firm whose add-in answers at this origin."""
    from server import migrations  # noqa: PLC0415 a command loads what it runs
    from server.base.database import Database  # noqa: PLC0415 a command loads what it runs
    from server.base.errors import NotFound  # noqa: PLC0415 a command loads what it runs
    from server.base.tenancy import all_firms  # noqa: PLC0415 a command loads what it runs
    from server.firms import service as firms  # noqa: PLC0415 a command loads what it runs

    if tenant:
        try:
            return str(uuid.UUID(tenant)), ""
        except ValueError as error:
            raise BadSetting("--tenant must be the Directory (tenant) ID") from error
    try:
        settings = from_environment()
    except BadSetting as error:
        raise BadSetting(f"give --tenant; or to look the firm up, {error}") from error
    if not migrations.is_current(settings.database_url):
        raise BadSetting("the tables are not those of this version: run letterlock db upgrade")
    database = Database(settings.database_url)
    try:
        with all_firms("a manifest is made"), database.read() as connection:
            firm = firms.of_origin(connection, origin)
    except NotFound as error:
        raise BadSetting(
            "no firm has its add-in there: give --tenant, or another --origin"
        ) from error
    finally:
        database.close()
    return firm.tenant_id, firm.admin
