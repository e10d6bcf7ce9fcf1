"""What a check says, and what it looks at."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import requests
from dns.resolver import Resolver

from server.base.database import Database
from server.base.settings import Settings
from server.base.tenancy import for_firm
from server.base.vault import Vault
from server.firms.service import Firm

State: TypeAlias = Literal["good", "bad", "unsure"]
TIMEOUT_S = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was found, and for what is not good what to do. `firm` is its first domain."""

    state: State
    words: str
    remedy: str = ""
    firm: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """One installation. `database` is None while its tables are not those of this version.

    `vault` is None while there is no master key. `selectors` are the DKIM selectors to look for.
    """

    settings: Settings
    http: requests.Session
    resolver: Resolver
    selectors: tuple[str, ...]
    database: Database | None = None
    vault: Vault | None = None
    firms: tuple[Firm, ...] = ()


Check: TypeAlias = Callable[[Patient], Iterable[Finding]]


def good(words: str, firm: str = "") -> Finding:
    """All is well."""
    return Finding("good", words, firm=firm)


def bad(words: str, remedy: str, firm: str = "") -> Finding:
    """Something is wrong, and this is what to do."""
    return Finding("bad", words, remedy, firm)


def unsure(words: str, remedy: str, firm: str = "") -> Finding:
    """It could not be found out, and this is what to do to find out."""
    return Finding("unsure", words, remedy, firm)


def by_firm(patient: Patient, look: Callable[[Firm], Iterable[Finding]]) -> Iterable[Finding]:
    """What one firm after the other shows, each in transactions of its own."""
    for firm in patient.firms:
        with for_firm(firm.id):
            seen = list(look(firm))
        for found in seen:
            yield Finding(found.state, found.words, found.remedy, firm.domains[0])
    if not patient.firms:
        yield unsure("There is no firm yet.", "Add it: letterlock firm add.")
