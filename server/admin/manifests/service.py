"""The two manifests, rendered for one firm.

By edits of the tree that lies in `addin/`, never by text: a name with `&` stays a name. With lxml,
which leaves prefixes and comments as they were written; ElementTree renames and drops them.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal, get_args
from uuid import UUID, uuid5

from lxml import etree

from server.admin.manifests import store

Kind = Literal["mail", "documents"]
SendMode = Literal["PromptUser", "SoftBlock", "Block"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
SEND_MODES: Final[tuple[SendMode, ...]] = get_args(SendMode)
SOFT_BLOCK: Final = "SoftBlock"
FILES: Final[dict[Kind, str]] = {"mail": "manifest.xml", "documents": "manifest-documents.xml"}
NAME: Final = "Letterlock"
VERSION: Final = "1.0.0.0"  # of the files in addin/; a change of theirs that must spread raises it
_NAMESPACE: Final = UUID("0a8101f1-2414-4686-9905-43b4b507a57f")  # never changes
_PLACEHOLDER: Final = "https://addin.letterlock.example"
_OFFICE: Final = "{http://schemas.microsoft.com/office/appforoffice/1.1}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a firm's manifests are made of.

    `origin` is that of its add-in; `name` what Office shows; `send_mode` what Outlook does with
    ordinary mail when the send guard does not answer.
    """

    tenant_id: str
    origin: str
    name: str = NAME
    send_mode: SendMode = SOFT_BLOCK
    version: str = VERSION


def id_of(tenant_id: str, kind: Kind) -> str:
    """The add-in's id: the same for a tenant for ever, so that a second upload is an update."""
    return str(uuid5(_NAMESPACE, f"{tenant_id.lower()}:{kind}"))


def render(order: Order, kind: Kind) -> bytes:
    """One manifest as UTF-8, ready to be uploaded. The caller has it checked."""
    root = parse(store.manifest(FILES[kind]))
    _note(root, order)
    _set(root, "Id", id_of(order.tenant_id, kind))
    _set(root, "Version", order.version)
    names = {"mail": order.name, "documents": f"{order.name} for documents"}
    root.find(f"{_OFFICE}DisplayName").set("DefaultValue", names[kind])
    for element in root.iter(etree.Element):
        value = element.get("DefaultValue")
        if value and _is_ours(value):
            element.set("DefaultValue", order.origin + value.removeprefix(_PLACEHOLDER))
        if element.tag == f"{_OFFICE}AppDomain":
            element.text = order.origin
        if element.get("SendMode"):
            element.set("SendMode", order.send_mode)
    made: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)  # without its head
    return made + b"\n"


def parse(source: bytes) -> Any:
    """The root of a manifest. Nothing outside the file is read.

    Raises:
        etree.XMLSyntaxError: It is no XML.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(source, parser)


def _note(root: Any, order: Order) -> None:
    """The file says whose it is, in place of what its head says to its writers."""
    tenant = order.tenant_id.replace("--", "")  # not allowed in a comment
    words = f" {NAME} {order.version} for {order.origin}, tenant {tenant}. Upload it as it is. "
    note = etree.Comment(words)
    note.tail = root.text
    root.insert(0, note)


def _set(root: Any, name: str, text: str) -> None:
    root.find(f"{_OFFICE}{name}").text = text


def _is_ours(value: str) -> bool:
    return value == _PLACEHOLDER or value.startswith(f"{_PLACEHOLDER}/")
