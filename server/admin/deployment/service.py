"""What an administrator of Microsoft 365 needs, made for her firm: files, links of consent, scripts.

Scripts are never put together from pieces: the values of the firm stand in their first lines,
quoted, and the rest is the same for everybody. Sources: learn.microsoft.com, "Grant tenant-wide
admin consent", reference of the PowerShell modules; docs/field-test.md says that none was run yet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args
from urllib.parse import quote, urlencode, urlsplit

from server.admin.deployment import store
from server.admin.manifests import service as manifests
from server.admin.manifests.checking.service import Fault, check
from server.admin.manifests.service import Kind, Order
from server.people.sign_ins.staff.service import BACK

Script = Literal["registration", "mailbox", "deployment", "mail-flow"]
SCRIPTS: Final[tuple[Script, ...]] = get_args(Script)
FILES: Final[dict[Kind, str]] = {
    "mail": "letterlock-outlook.xml",
    "documents": "letterlock-documents.xml",
}
CONSENTED: Final = "/pane/consent"  # where Entra leads after consent
_PANES: Final = ("/pane/compose", "/pane/document")
_HEADER: Final = "x-letterlock-delivery"
_BASE: Final = ("openid", "profile", "offline_access")
# What PowerShell takes for a single quote: doubled, it is one (about_Quoting_Rules).
_QUOTES: Final = "'\u2018\u2019\u201a\u201b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A firm and its application. Origins have no path; `graph` is the root of Microsoft Graph.

    `client_id` is "" before the application is registered, `mailbox` before one was chosen,
    `portal` where nobody named it.
    """

    tenant_id: str
    addin_origin: str
    admin: str
    mailbox: str = ""
    client_id: str = ""
    authority: str = ""
    graph: str = ""
    portal: str = ""


@dataclass(frozen=True, slots=True)
class Consent:
    """A permission to be granted, what for (`use`), and the link at which an administrator does."""

    use: Literal["send", "look-up", "purge", "contacts"]
    permissions: tuple[str, ...]
    link: str


@dataclass(frozen=True, slots=True)
class File:
    """One manifest, and what is wrong with it."""

    kind: Kind
    name: str
    id: str
    source: bytes
    faults: tuple[Fault, ...]


PERMISSIONS: Final[dict[Literal["send", "look-up", "purge", "contacts"], tuple[str, ...]]] = {
    "send": ("User.Read", "Mail.Send"),
    "look-up": ("Mail.ReadBasic",),
    "purge": ("Mail.ReadWrite",),
    "contacts": ("People.Read",),
}


def files(order: Order) -> tuple[File, ...]:
    """Both manifests."""
    return tuple(file(order, kind) for kind in manifests.KINDS)


def file(order: Order, kind: Kind) -> File:
    """One manifest."""
    source = manifests.render(order, kind)
    id_ = manifests.id_of(order.tenant_id, kind)
    return File(kind, FILES[kind], id_, source, check(source))


def redirects(addin_origin: str) -> tuple[str, ...]:
    """The application's redirect URIs, all of the kind "single-page application"."""
    pages = (f"{addin_origin}{path}" for path in (*_PANES, CONSENTED))
    return (f"brk-multihub://{urlsplit(addin_origin).netloc}", *pages)


def web_redirects(portal: str) -> tuple[str, ...]:
    """The application's redirect URIs of the kind "Web": staff sign in at the portal by it."""
    return (f"{portal}{BACK}",) if portal else ()


def consents(place: Place) -> tuple[Consent, ...]:
    """What may be granted: the first is needed, the others may be left out."""
    return tuple(Consent(use, names, _link(place, names)) for use, names in PERMISSIONS.items())


def script(place: Place, name: Script) -> str:
    """A PowerShell script for this firm; its first lines hold the firm's values."""
    values: dict[Script, Mapping[str, str | Sequence[str]]] = {
        "registration": {
            "Tenant": place.tenant_id,
            "Name": manifests.NAME,
            "Redirects": redirects(place.addin_origin),
            "WebRedirects": web_redirects(place.portal),
            "Permissions": PERMISSIONS["send"],
        },
        "mailbox": {
            "Tenant": place.tenant_id,
            "ClientId": place.client_id,
            "Mailbox": place.mailbox,
        },
        "deployment": {
            "OutlookFile": FILES["mail"],
            "OutlookId": manifests.id_of(place.tenant_id, "mail"),
            "DocumentsFile": FILES["documents"],
            "DocumentsId": manifests.id_of(place.tenant_id, "documents"),
            "First": place.admin,
        },
        "mail-flow": {"Header": _HEADER},
    }
    lines = [f"${variable} = {_quoted(value)}" for variable, value in values[name].items()]
    return "\n".join(lines) + "\n" + store.script(name)


def _link(place: Place, permissions: Sequence[str]) -> str:
    scopes = [*_BASE, *(f"{place.graph}/{name}" for name in permissions)]
    query = {
        "client_id": place.client_id,
        "scope": " ".join(scopes),
        "redirect_uri": f"{place.addin_origin}{CONSENTED}",
    }
    return (
        f"{place.authority}/{place.tenant_id}/v2.0/adminconsent?{urlencode(query, quote_via=quote)}"
    )


def _quoted(value: str | Sequence[str]) -> str:
    if not isinstance(value, str):
        return f"@({', '.join(_quoted(one) for one in value)})"
    return "'" + "".join(letter * 2 if letter in _QUOTES else letter for letter in value) + "'"
