"""The two hosts, and whom TLS trusts."""

from collections.abc import Iterable
from functools import partial
from typing import Final
from urllib.parse import urlsplit

import requests

from server.admin.deployment import service as deployment
from server.admin.manifests.checking.service import HTTPS, addresses
from server.admin.manifests.service import Order
from server.commands.doctor.findings import (
    TIMEOUT_S,
    Finding,
    Patient,
    bad,
    by_firm,
    good,
    unsure,
)
from server.firms.service import Firm

_POLICY: Final = "Content-Security-Policy"


def https(patient: Patient) -> Iterable[Finding]:
    """Every origin is https: without it cookies, codes and keys travel in the open."""
    open_ones = [origin for origin in _origins(patient) if not origin.startswith("https://")]
    if not open_ones:
        yield good("Portal and add-in are https.")
    for origin in open_ones:
        yield bad(
            f"{origin} is not https.",
            "Put a proxy with a certificate before it, and set LETTERLOCK_ORIGIN and "
            "LETTERLOCK_ADDIN_ORIGIN to https addresses. Only a trial on one machine may do without.",
        )


def settled(patient: Patient) -> Iterable[Finding]:
    """The two origins of the settings are those of a firm: any other host is answered 421."""
    settings = patient.settings
    lives = {(firm.origin, firm.addin_origin) for firm in patient.firms}
    if not lives:
        yield unsure("There is no firm yet.", "Add it: letterlock firm add.")
    elif (settings.origin, settings.addin_origin) in lives:
        yield good("The settings name a firm's portal and add-in.")
    else:
        yield bad(
            "LETTERLOCK_ORIGIN and LETTERLOCK_ADDIN_ORIGIN are not those of a firm here.",
            "Put the settings right, or bring the firm there: letterlock firm hosts --tenant ID.",
        )


def framing(patient: Patient) -> Iterable[Finding]:
    """The add-in's root says that Office may frame it: Outlook on the web looks there too."""
    for origin in dict.fromkeys(_addins(patient)):
        try:
            answer = patient.http.get(f"{origin}/", timeout=TIMEOUT_S, allow_redirects=False)
        except requests.RequestException:
            yield bad(
                f"{origin} does not answer.",
                "Start the web server, and see that name, proxy and firewall lead to it.",
            )
            continue
        lets_office = patient.settings.cloud.office_hosts[0] in _ancestors(
            answer.headers.get(_POLICY, "")
        )
        if answer.ok and lets_office and "X-Frame-Options" not in answer.headers:
            yield good(f"Office may frame {origin}.")
        else:
            yield bad(
                f"Office may not frame {origin}: its page / lacks our frame-ancestors header.",
                f"Let the proxy hand on {_POLICY} as it comes, at / too, and add no X-Frame-Options.",
            )


def manifests(patient: Patient) -> Iterable[Finding]:
    """Microsoft 365 takes the add-in's manifests, and every address in them is answered."""
    yield from by_firm(patient, partial(_manifests, patient))


def _manifests(patient: Patient, firm: Firm) -> Iterable[Finding]:
    order = Order(tenant_id=firm.tenant_id, origin=firm.addin_origin)
    made = deployment.files(order)
    # That an origin is not https is said by a check of its own.
    faults = [fault.words for one in made for fault in one.faults if fault.rule != HTTPS]
    for words in dict.fromkeys(faults):
        yield bad(f"The manifests are not right. {words}", "Mend the files under addin/.")
    asked = dict.fromkeys(address for one in made for address in addresses(one.source))
    silent = [address for address in asked if not _is_answered(patient, address)]
    if silent:
        yield bad(
            f"{silent[0]}, which the manifests name, is not answered ({len(silent)} of {len(asked)}).",
            "Let the proxy hand every path of the add-in's host to the web server.",
        )
    if not faults and not silent:
        yield good(f"The manifests are right, and all {len(asked)} addresses in them are answered.")


def _is_answered(patient: Patient, address: str) -> bool:
    try:
        return patient.http.get(address, timeout=TIMEOUT_S, allow_redirects=False).ok
    except requests.RequestException:
        return False


def certificates(patient: Patient) -> Iterable[Finding]:
    """Whoever signed the certificates that we meet is trusted on this machine."""
    settings = patient.settings
    places = [settings.authority, settings.graph_url, *_origins(patient)]
    strange = [place for place in dict.fromkeys(map(_root, places)) if _is_strange(patient, place)]
    if not strange:
        yield good("Every certificate is signed by somebody trusted here.")
    for place in strange:
        yield bad(
            f"The certificate of {urlsplit(place).netloc} is not trusted here.",
            "If a proxy of yours opens TLS, put its CA with the others into one file and name that "
            "in SSL_CERT_FILE and REQUESTS_CA_BUNDLE, for web and worker. Else renew the certificate.",
        )


def _is_strange(patient: Patient, place: str) -> bool:
    if not place.startswith("https://"):
        return False
    try:
        patient.http.get(place, timeout=TIMEOUT_S, allow_redirects=False)
    except requests.exceptions.SSLError:
        return True
    except requests.RequestException:  # other checks say that it does not answer
        return False
    return False


def _origins(patient: Patient) -> list[str]:
    own = [firm.origin for firm in patient.firms] or [patient.settings.origin]
    return list(dict.fromkeys([*own, *_addins(patient)]))


def _addins(patient: Patient) -> list[str]:
    return [firm.addin_origin for firm in patient.firms] or [patient.settings.addin_origin]


def _root(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def _ancestors(policy: str) -> list[str]:
    directives = (directive.split() for directive in policy.split(";"))
    return next((words[1:] for words in directives if words[:1] == ["frame-ancestors"]), [])
