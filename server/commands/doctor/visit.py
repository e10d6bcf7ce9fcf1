"""All checks, in the order in which their troubles are best mended."""

from collections.abc import Sequence
from typing import Final

import requests
from dns.resolver import Resolver

from server import migrations
from server.base.database import Database
from server.base.settings import BadSetting, Settings
from server.base.tenancy import all_firms
from server.base.vault import Vault
from server.commands.doctor import hosts, house, microsoft, names
from server.commands.doctor.findings import Check, Finding, Patient, unsure
from server.firms import service as firms

DNS_S: Final = 5
CHECKS: Final[dict[str, Check]] = {
    "database": house.database,
    "master-key": house.master_key,
    "disk": house.disk,
    "certificates": hosts.certificates,
    "clock": microsoft.clock,
    "hosts": hosts.settled,
    "https": hosts.https,
    "framing": hosts.framing,
    "manifests": hosts.manifests,
    "redirect-uri": microsoft.redirect_uri,
    "staff-redirect-uri": microsoft.staff_redirect_uri,
    "consent": microsoft.consent,
    "tenant-wide": microsoft.tenant_wide,
    "system-mailbox": microsoft.system_mailbox,
    "worker": house.worker,
    "outbox": house.outbox,
    "key-log": house.key_log,
    "domains": names.domains,
    "spf": names.spf,
    "dkim": names.dkim,
    "dmarc": names.dmarc,
    "lanes": house.lanes,
}


def examine(
    settings: Settings, *, only: Sequence[str], selectors: Sequence[str]
) -> dict[str, list[Finding]]:
    """What each check finds, by its name.

    Args:
        settings: Of the installation.
        only: Names of checks; all if empty.
        selectors: Where DKIM keys may be.

    Raises:
        BadSetting: `only` names a check that there is not.
    """
    if strange := set(only) - CHECKS.keys():
        raise BadSetting(f"there is no check {min(strange)}; there are: {', '.join(CHECKS)}")
    wanted = {name: check for name, check in CHECKS.items() if not only or name in only}
    database = None
    if migrations.is_current(settings.database_url):
        database = Database(settings.database_url)
    try:
        with requests.Session() as http:
            patient = Patient(
                settings=settings,
                http=http,
                resolver=_resolver(settings.resolver),
                selectors=tuple(selectors),
                database=database,
                vault=_vault(settings),
                firms=_firms(database),
            )
            return {name: _asked(check, patient) for name, check in wanted.items()}
    finally:
        if database is not None:
            database.close()


def _asked(check: Check, patient: Patient) -> list[Finding]:
    if patient.database is None and check in {house.worker, house.outbox, house.key_log}:
        return [unsure("Not looked at.", "Mend the database first.")]
    return list(check(patient))


def _firms(database: Database | None) -> tuple[firms.Firm, ...]:
    if database is None:
        return ()
    with all_firms("doctor looks at every firm"), database.read() as connection:
        return tuple(firms.every(connection))


def _vault(settings: Settings) -> Vault | None:
    try:
        return Vault.load(settings.master_key)
    except BadSetting:  # the check of the master key says so
        return None


def _resolver(address: str) -> Resolver:
    resolver = Resolver(configure=not address)
    resolver.lifetime = DNS_S
    if address:
        host, _, port = address.rpartition(":")
        resolver.nameservers = [host.strip("[]")]
        resolver.port = int(port)
    return resolver
