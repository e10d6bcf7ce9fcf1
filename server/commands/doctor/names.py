"""Names in the DNS: that mail and link agree, and that others can tell our mail from forged mail."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import dns.exception
import dns.resolver

from server.commands.doctor.findings import Finding, Patient, bad, by_firm, good, unsure
from server.firms.service import Firm

_MOST_STEPS: Final = 8  # of the tree walk, RFC 9989 section 4.10
_FAIL: Final = {"-all", "~all"}


class _NoAnswer(Exception):
    """The name server does not answer."""


def domains(patient: Patient) -> Iterable[Finding]:
    """The link in a notice leads to a host under the domain that the notice comes from."""
    yield from by_firm(patient, _domains)


def _domains(firm: Firm) -> Iterable[Finding]:
    host = urlsplit(firm.origin).hostname or ""
    for domain in _mail_domains(firm):
        if host == domain or host.endswith(f".{domain}"):
            yield good(f"Mail comes from {domain}, and links lead to {host}.")
        else:
            yield bad(
                f"Mail comes from {domain}, but links lead to {host}: it looks like phishing.",
                f"Give the portal a host under the mail domain, such as portal.{domain}; a firm "
                "that writes from several domains had better write from the portal's.",
            )


def spf(patient: Patient) -> Iterable[Finding]:
    """One SPF record, and it ends in a refusal (RFC 7208)."""
    yield from _by_domain(patient, _spf)


def _spf(patient: Patient, domain: str) -> Iterable[Finding]:
    remedy = (
        f'Give {domain} one TXT record such as "v=spf1 include:spf.protection.outlook.com -all".'
    )
    try:
        found = [text for text in _texts(patient, domain) if text.lower().split()[:1] == ["v=spf1"]]
    except _NoAnswer:
        yield _silent()
        return
    if not found:
        yield bad(f"{domain} has no SPF record.", remedy)
    elif len(found) > 1:
        yield bad(f"{domain} has {len(found)} SPF records, which counts as none.", remedy)
    elif not any(
        word in _FAIL or word.startswith("redirect=") for word in found[0].lower().split()
    ):
        yield bad(f"{domain}'s SPF record refuses nobody.", remedy)
    else:
        yield good(f"{domain} has an SPF record.")


def dkim(patient: Patient) -> Iterable[Finding]:
    """One of the DKIM selectors has a key (RFC 6376)."""
    yield from _by_domain(patient, _dkim)


def _dkim(patient: Patient, domain: str) -> Iterable[Finding]:
    names = [f"{selector}._domainkey.{domain}" for selector in patient.selectors]
    try:
        keys = [name for name in names if any(map(_has_key, _texts(patient, name)))]
    except _NoAnswer:
        yield _silent()
        return
    if keys:
        yield good(f"{keys[0]} holds a DKIM key.")
    else:
        yield bad(
            f"{domain} has no DKIM key under {' or '.join(patient.selectors)}.",
            "Turn DKIM on for the domain in Microsoft Defender; if another server signs, give its "
            "selector: letterlock doctor --dkim-selector NAME.",
        )


def dmarc(patient: Patient) -> Iterable[Finding]:
    """A DMARC policy that is enforced, at the domain or above it (RFC 9989)."""
    yield from _by_domain(patient, _dmarc)


def _dmarc(patient: Patient, domain: str) -> Iterable[Finding]:
    remedy = f'Give _dmarc.{domain} a TXT record such as "v=DMARC1; p=quarantine; rua=mailto:dmarc@{domain}".'
    try:
        found = _policy(patient, domain)
    except _NoAnswer:
        yield _silent()
        return
    if found is None:
        yield bad(f"{domain} has no DMARC record.", remedy)
    elif found.asks not in {"quarantine", "reject"} or found.is_trial:
        yield bad(
            f"{domain}'s DMARC record (_dmarc.{found.name}) only watches: forged mail arrives.",
            "When its reports are clean, set p=quarantine or p=reject (and sp, which holds for "
            "what is below), without t=y.",
        )
    else:
        yield good(f"{domain} has a DMARC policy that is enforced.")


@dataclass(frozen=True, slots=True)
class _Policy:
    """What the record at a name asks for the domain's mail; `is_trial`: it need not be done."""

    name: str
    asks: str
    is_trial: bool


def _policy(patient: Patient, domain: str) -> _Policy | None:
    """The policy that holds for a domain: its own, or the `sp` of one above it, else its `p`."""
    for name in _walk(domain):
        tags = _record(patient, name)
        if tags is not None:
            policy = tags.get("p", "none")
            asks = policy if name == domain else tags.get("sp", policy)
            return _Policy(name, asks.lower(), tags.get("t") == "y")
    return None


def _record(patient: Patient, name: str) -> dict[str, str] | None:
    """The tags of the DMARC record at a name; of two records none counts."""
    found = [text for text in _texts(patient, f"_dmarc.{name}") if _tags(text).get("v") == "DMARC1"]
    return _tags(found[0]) if len(found) == 1 else None


def _walk(domain: str) -> list[str]:
    """The names of the tree walk: the domain, then its parents, at most eight."""
    labels = domain.split(".")
    names = [".".join(labels[start:]) for start in range(len(labels))]
    return names if len(names) <= _MOST_STEPS else [names[0], *names[1 - _MOST_STEPS :]]


def _has_key(text: str) -> bool:
    tags = _tags(text)
    return tags.get("v", "DKIM1") == "DKIM1" and bool(tags.get("p"))


def _tags(text: str) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in text.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs if name.strip()}


def _texts(patient: Patient, name: str) -> Sequence[str]:
    """The TXT records of a name; none where it does not exist.

    Raises:
        _NoAnswer: Nobody says.
    """
    try:
        answer = patient.resolver.resolve(name, "TXT", search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return ()
    except dns.exception.DNSException as error:
        raise _NoAnswer from error
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def _by_domain(
    patient: Patient, look: Callable[[Patient, str], Iterable[Finding]]
) -> Iterable[Finding]:
    """What each domain of each firm shows."""

    def each(firm: Firm) -> Iterable[Finding]:
        for domain in _mail_domains(firm):
            yield from look(patient, domain)

    yield from by_firm(patient, each)


def _mail_domains(firm: Firm) -> Sequence[str]:
    """The domains that the firm's mail comes from: the system mailbox's, then its people's."""
    own = firm.brand.mailbox.rpartition("@")[2]
    return list(dict.fromkeys(name.lower() for name in (own, *firm.domains) if name))


def _silent() -> Finding:
    return unsure("The name server does not answer.", "Set LETTERLOCK_RESOLVER, and ask again.")
