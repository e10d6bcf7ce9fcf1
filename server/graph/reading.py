"""Looks into mailboxes by plain HTTP and JSON: each entity that the SDK parses costs 14 ms.

Implements messages.ports.MailboxReader. With Mail.ReadBasic headers are seen and never a body;
where the firm has granted Mail.Read, a report of undelivered mail is read whole.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import requests

from server.base import metrics
from server.graph.answers import claims_in, retry_after_ms
from server.graph.entra import MAIL_READ_BASIC, Entra
from server.graph.reports import may_be_report, report_of_headers, report_of_mime
from server.messages.ports import (
    Found,
    MailboxAway,
    MailboxRefused,
    Owner,
    Report,
    SignInAgain,
    Sought,
)

TIMEOUT_S: Final = 10
PAGE: Final = 50
MOST_PAGES: Final = 10
DELIVERY_HEADER: Final = "x-letterlock-delivery"
_MARKS: Final = "id,isDraft,subject,from,toRecipients,ccRecipients,internetMessageId,internetMessageHeaders"  # fmt: skip
_FACES: Final = "id,subject,from,receivedDateTime"

_GONE: Final = str(int(HTTPStatus.NOT_FOUND))

Get = Callable[[str], requests.Response]


class GraphMailboxReader:
    """Reads at `graph_url` (with `/v1.0`): a person's mailbox with her own right, else the firm's."""

    def __init__(self, entra: Entra, graph_url: str) -> None:
        self._entra = entra
        self._graph_url = graph_url
        self._origin = urlsplit(graph_url)[:2]
        self._session = requests.Session()

    def close(self) -> None:
        """Give back the connections."""
        self._session.close()

    def look(self, owner: Owner, sought: Sought, *, since: datetime) -> Found:
        """Look for a notice among what was made in this mailbox since then."""
        query = _query("createdDateTime", since, _MARKS)
        seen = Found.ABSENT
        for number, page in enumerate(self._pages(owner, f"messages?{query}")):
            for message in page:
                found = _compared(message, owner, sought)
                if found is Found.THERE:
                    return found
                seen = found if found is Found.DOUBTFUL else seen
            if number + 1 == MOST_PAGES:
                return Found.DOUBTFUL  # more than can be looked through
        return seen

    def reports(self, owner: Owner, *, since: datetime) -> list[Report]:
        """Reports of undelivered mail that arrived since then, oldest first."""
        query = _query("receivedDateTime", since, _FACES)
        faces = [
            message
            for number, page in enumerate(self._pages(owner, f"messages?{query}"))
            if number < MOST_PAGES
            for message in page
            if may_be_report(_address(message.get("from")))
        ]
        found = [self._report(owner, message) for message in reversed(faces)]
        return [report for report in found if report is not None]

    def _report(self, owner: Owner, message: Mapping[str, Any]) -> Report | None:
        path = f"messages/{quote(str(message['id']), safe='')}"
        seen = _milliseconds(str(message["receivedDateTime"]))
        get = self._getter(owner)
        try:
            mime = get(f"{path}/$value").content
        except MailboxRefused as refused:
            if refused.reason == _GONE:  # deleted or moved meanwhile
                return None
            marks = get(f"{path}?$select=internetMessageHeaders").json()  # no more than ReadBasic
            return report_of_headers(str(message["id"]), _headers(marks), seen=seen)
        return report_of_mime(str(message["id"]), mime, seen=seen)

    def _pages(self, owner: Owner, path: str) -> Iterator[list[dict[str, Any]]]:
        get, following = self._getter(owner), path
        while following:
            body = get(following).json()
            yield list(body.get("value", []))
            following = str(body.get("@odata.nextLink") or "")
            if following and urlsplit(following)[:2] != self._origin:
                raise MailboxRefused("next-page-elsewhere")

    def _getter(self, owner: Owner) -> Get:
        """GET below the mailbox, or a next page's whole address; a refused token is renewed once."""
        who = "me" if owner.person_id else f"users/{quote(owner.address, safe='')}"
        base = f"{self._graph_url}/{who}/"
        kept: list[str] = []

        def get(path: str) -> requests.Response:
            url = path if path.startswith(self._graph_url) else f"{base}{path}"
            kept[:] = kept or [self._token(owner, None)]
            try:
                return self._get(url, kept[0])
            except SignInAgain as refused:
                kept[:] = [self._token(owner, refused)]
                return self._get(url, kept[0])

        return get

    def _token(self, owner: Owner, refused: SignInAgain | None) -> str:
        if owner.person_id is None:
            return self._entra.for_system(tenant_id=owner.tenant_id, refused=refused)
        return self._entra.for_person(
            tenant_id=owner.tenant_id,
            person_id=owner.person_id,
            permission=MAIL_READ_BASIC,
            refused=refused,
        )

    def _get(self, url: str, token: str) -> requests.Response:
        headers = {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json, */*",
            "Prefer": 'IdType="ImmutableId"',
        }
        try:
            answer = self._session.get(
                url, headers=headers, timeout=TIMEOUT_S, allow_redirects=False
            )
        except requests.RequestException as error:
            metrics.provider("graph", "none")
            raise MailboxAway from error
        metrics.provider("graph", answer.status_code)
        if answer.status_code == HTTPStatus.OK:
            return answer
        raise _refused(answer)


def _refused(answer: requests.Response) -> Exception:
    """Reading changes nothing, so whatever may pass is tried again."""
    status = answer.status_code
    if status == HTTPStatus.UNAUTHORIZED:
        return SignInAgain(claims_in(answer.headers.get("WWW-Authenticate")))
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return MailboxAway(retry_after_ms(answer.headers.get("Retry-After")))
    return MailboxRefused(str(status))


def _query(name: str, since: datetime, select: str) -> str:
    moment = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    options = {
        "$filter": f"{name} ge {moment}",
        "$orderby": f"{name} desc",
        "$select": select,
        "$top": str(PAGE),
    }
    return urlencode(options, quote_via=quote)


def _compared(message: Mapping[str, Any], owner: Owner, sought: Sought) -> Found:
    """Whether a message is the notice, or could be it if Exchange had not kept its mark.

    A draft with the mark was taken and has not left yet: nobody can say more.
    """
    marked = dict(_headers(message)).get(DELIVERY_HEADER) == sought.delivery_id
    own_id = str(message.get("internetMessageId") or "").strip("<> ") == sought.message_id
    if marked or own_id:
        return Found.DOUBTFUL if message.get("isDraft") else Found.THERE
    people = [*message.get("toRecipients", []), *message.get("ccRecipients", [])]
    alike = (
        _address(message.get("from")) == owner.address
        and sought.subject.strip() in {"", str(message.get("subject") or "").strip()}
        and frozenset(map(_address, people)) == sought.addresses
    )
    return (
        Found.DOUBTFUL if alike and DELIVERY_HEADER not in dict(_headers(message)) else Found.ABSENT
    )


def _headers(message: Mapping[str, Any]) -> list[tuple[str, str]]:
    raw = message.get("internetMessageHeaders") or []
    return [(str(one["name"]).lower(), str(one["value"])) for one in raw]


def _address(person: Any) -> str:
    return str(((person or {}).get("emailAddress") or {}).get("address") or "").lower()


def _milliseconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp() * 1000)
