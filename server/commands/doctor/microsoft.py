"""Entra and Graph: registration, consent, the application's reach, the system's mailbox, the clock."""

import base64
import json
import time
from collections.abc import Iterable
from contextlib import closing
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

import requests

from server.base.settings import MAIL_LANES
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
from server.graph.entra import MAIL_READ_BASIC, MAIL_SEND, Entra
from server.mail.smtp import Smtp, why
from server.messages.ports import ConsentMissing, MailboxAway, MailboxRefused, SignInAgain
from server.people.sign_ins import service as sign_ins
from server.people.sign_ins.staff import service as staff

GRAPH: Final = "graph:"
CLOCK_S: Final = 60  # Entra's tokens are refused beyond
_CHALLENGE: Final = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # of RFC 7636, appendix B
_SILENT: Final = ("Microsoft's sign-in does not answer.", "Let this machine reach it on port 443.")
_WORDS: Final = {
    "certificate": "shows a certificate that is not trusted here",
    "sign-in": "refuses the user name or the password in LETTERLOCK_MAIL_URL",
    "no-tls": "offers no TLS, and nothing is sent without",
    "later": "asks to come back later",
    "connection": "does not answer",
}


def redirect_uri(patient: Patient) -> Iterable[Finding]:
    """The add-in's brokered redirect URI is registered, so that the pane can sign people in."""
    yield from by_firm(patient, partial(_redirect_uri, patient))


def _redirect_uri(patient: Patient, firm: Firm) -> Iterable[Finding]:
    pane = f"brk-multihub://{urlsplit(firm.addin_origin).netloc}"
    yield from _registered(patient, firm, pane, "Single-page application")


def staff_redirect_uri(patient: Patient) -> Iterable[Finding]:
    """The redirect URI is registered by which staff sign in at the portal."""
    yield from by_firm(patient, partial(_staff_redirect_uri, patient))


def _staff_redirect_uri(patient: Patient, firm: Firm) -> Iterable[Finding]:
    yield from _registered(patient, firm, f"{firm.origin}{staff.BACK}", "Web")


def _registered(patient: Patient, firm: Firm, wanted: str, platform: str) -> Iterable[Finding]:
    query = {
        "client_id": patient.settings.client_id, "response_type": "code", "prompt": "none",
        "redirect_uri": wanted, "scope": "openid profile", "state": "doctor",
        "code_challenge": _CHALLENGE, "code_challenge_method": "S256",
    }  # fmt: skip
    url = f"{patient.settings.authority}/{firm.tenant_id}/oauth2/v2.0/authorize"
    try:
        answer = patient.http.get(url, params=query, timeout=TIMEOUT_S, allow_redirects=False)
    except requests.RequestException:
        yield bad(*_SILENT)
        return
    if answer.headers.get("Location", "").startswith(wanted):
        yield good(f"The redirect URI {wanted} is registered.")
    elif "AADSTS50011" in answer.text:
        yield bad(
            f"The redirect URI {wanted} is not registered.",
            f"Add it to the app registration: Authentication, platform {platform}.",
        )
    elif "AADSTS700016" in answer.text:
        yield bad(
            "The tenant knows no application with this client id.",
            "Look at LETTERLOCK_CLIENT_ID, and grant the application's consent in this tenant.",
        )
    else:
        yield unsure(
            f"Whether the redirect URI {wanted} is registered was not to be found out.",
            f"Look in the app registration: Authentication, platform {platform}.",
        )


def consent(patient: Patient) -> Iterable[Finding]:
    """Each permission that we use has consent: the sender's, and the application's own."""
    yield from by_firm(patient, partial(_consent, patient))


def _consent(patient: Patient, firm: Firm) -> Iterable[Finding]:
    if patient.database is None or patient.vault is None:
        yield unsure("Not looked at.", "Mend database and master key first.")
        return
    with patient.database.read() as connection:
        person_id = sign_ins.who_may_send(connection, firm.id)
    if person_id is None:
        yield unsure(
            "Nobody has sent a letter yet, so consent cannot be tried.",
            "Send one, then ask again.",
        )
        return
    scopes = [MAIL_SEND, *([MAIL_READ_BASIC] if firm.look_up else [])]
    with closing(_entra(patient)) as entra:
        for scope in scopes:
            yield _tried(entra, firm, person_id, scope)


def _tried(entra: Entra, firm: Firm, person_id: str, scope: str) -> Finding:
    # A refusal of the kept token, so that Entra is asked anew and not the cache.
    anew = SignInAgain(None)
    try:
        entra.for_person(
            tenant_id=firm.tenant_id, person_id=person_id, permission=scope, refused=anew
        )
    except ConsentMissing:
        return bad(
            f"Consent to {scope} is missing.",
            f"Grant it in Entra: API permissions, Microsoft Graph, delegated {scope}, Grant admin consent.",
        )
    except SignInAgain:
        return unsure(
            f"Consent to {scope}: Microsoft wants to see the sender first.",
            "Open Letterlock's pane in Outlook once, then ask again.",
        )
    except MailboxAway:
        return bad(*_SILENT)
    return good(f"{scope} has consent.")


def tenant_wide(patient: Patient) -> Iterable[Finding]:
    """The application may send from its own mailbox only, not from everybody's."""
    if GRAPH not in patient.settings.mail.values():
        yield good("The system's mail does not go through Graph.")
        return
    yield from by_firm(patient, partial(_tenant_wide, patient))


def _tenant_wide(patient: Patient, firm: Firm) -> Iterable[Finding]:
    token = _system_token(patient, firm)
    if isinstance(token, Finding):
        yield token
    elif "Mail.Send" in _roles(token):
        yield bad(
            "The application may send as everybody in the tenant: it holds Mail.Send in Entra.",
            "Give it the role Application Mail.Send in Exchange for its mailbox only (RBAC for "
            "Applications), then take the application permission Mail.Send away in Entra.",
        )
    else:
        yield good("The application holds no Mail.Send for the whole tenant.")


def system_mailbox(patient: Patient) -> Iterable[Finding]:
    """Whoever carries the system's mail takes it from the system's mailbox. Nothing is sent."""
    yield from by_firm(patient, partial(_system_mailbox, patient))


def _system_mailbox(patient: Patient, firm: Firm) -> Iterable[Finding]:
    if not firm.brand.mailbox:
        yield bad("No mailbox is chosen yet.", "Finish the first run: letterlock firm link.")
        return
    for url in dict.fromkeys(patient.settings.mail[lane] for lane in MAIL_LANES):
        yield _by_graph(patient, firm) if url == GRAPH else _by_smtp(url, firm)


def _by_graph(patient: Patient, firm: Firm) -> Finding:
    token = _system_token(patient, firm)
    if isinstance(token, Finding):
        return token
    mailbox = firm.brand.mailbox
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/plain"}
    url = f"{patient.settings.graph_url}/users/{mailbox}/sendMail"
    try:  # no MIME at all: where the right is there it is refused as malformed
        answer = patient.http.post(url, data=b"!", headers=headers, timeout=TIMEOUT_S)
    except requests.RequestException:
        return bad("Graph does not answer.", "Let this machine reach it on port 443.")
    match answer.status_code:
        case 400:
            return good(f"Graph takes the system's mail from {mailbox}.")
        case 401 | 403:
            return bad(
                f"The application may not send from {mailbox}.",
                "Put the mailbox into the management scope of its role Application Mail.Send in "
                "Exchange; Test-ServicePrincipalAuthorization says when it holds, up to two hours later.",
            )
        case 404:
            return bad(
                f"The tenant has no mailbox {mailbox}.",
                "Make it in the Exchange admin centre, or name another: letterlock firm link.",
            )
        case status:
            return unsure(f"Graph answered {status}.", "Wait a minute and ask again.")


def _by_smtp(url: str, firm: Firm) -> Finding:
    host, mailbox = urlsplit(url).hostname, firm.brand.mailbox
    try:
        Smtp(url).greet(sender=mailbox)
    except MailboxRefused as refused:
        return bad(
            f"{host} does not take mail from {mailbox} ({refused.reason}).",
            "Let the user of LETTERLOCK_MAIL_URL send from that mailbox, at the mail server.",
        )
    except MailboxAway as away:
        return bad(f"{host} {_WORDS[why(away)]}.", "Look at LETTERLOCK_MAIL_URL and at the server.")
    return good(f"{host} takes the system's mail from {mailbox}.")


def clock(patient: Patient) -> Iterable[Finding]:
    """Our clock agrees with Microsoft's."""
    url = f"{patient.settings.authority}/common/discovery/v2.0/keys"
    try:
        answer = patient.http.get(url, timeout=TIMEOUT_S, allow_redirects=False)
        theirs = parsedate_to_datetime(answer.headers.get("Date", ""))
    except requests.RequestException:
        yield bad(*_SILENT)
        return
    except ValueError:
        yield unsure("Microsoft's sign-in gave no date.", "Look at this machine's clock yourself.")
        return
    off = round(time.time() - theirs.timestamp())
    if abs(off) <= CLOCK_S:
        yield good("The clock is right.")
    else:
        yield bad(
            f"The clock is {abs(off)} seconds {'fast' if off > 0 else 'slow'}.",
            "Let it be set by the network: timedatectl set-ntp true.",
        )


def _system_token(patient: Patient, firm: Firm) -> str | Finding:
    with closing(_entra(patient)) as entra:
        try:
            return entra.for_system(tenant_id=firm.tenant_id)
        except (SignInAgain, ConsentMissing):
            return bad(
                "Entra refuses the application's own sign-in.",
                "Look at LETTERLOCK_CLIENT_SECRET (it may have run out) and at the application's consent.",
            )
        except MailboxAway:
            return bad(
                "Entra does not answer, or refuses the application's own sign-in.",
                "Look at LETTERLOCK_CLIENT_SECRET (it may have run out) and at port 443.",
            )


def _entra(patient: Patient) -> Entra:
    settings, database, vault = patient.settings, patient.database, patient.vault
    caches = sign_ins.SealedTokenCaches(database, vault)  # type: ignore[arg-type]  # not asked where None
    return Entra(
        authority=settings.authority,
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        caches=caches,
        resource=settings.cloud.graph,
    )


def _roles(token: str) -> list[str]:
    """The roles in an access token for Graph. Only looked at: Graph alone may judge it."""
    parts = token.split(".")
    try:
        claims: Any = json.loads(base64.urlsafe_b64decode(f"{parts[1]}==="))
    except (IndexError, ValueError):
        return []
    roles = claims.get("roles", []) if isinstance(claims, dict) else []
    return [str(role) for role in roles]
