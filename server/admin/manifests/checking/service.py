"""Checks a manifest before Microsoft does: a refused upload says little, and a bad one takes days.

Microsoft's schemas first, then what they cannot say. Sources: learn.microsoft.com, reference of the
add-in only manifest; [MS-OWEMXML] v28; docs/field-test.md, sections A and P, says what nobody has tried yet.
"""

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from lxml import etree

from server.admin.manifests import service as manifests
from server.admin.manifests import store

LIMIT: Final = 256 * 1024
HTTPS: Final = "https"  # the one rule that a trial on this machine breaks
_OFFICE: Final = "{http://schemas.microsoft.com/office/appforoffice/1.1}"
_TYPE: Final = "{http://www.w3.org/2001/XMLSchema-instance}type"
_BLOCK: Final = "{*}VersionOverrides"
_FACTORS: Final = ("DesktopFormFactor", "MobileFormFactor", "TabletFormFactor")
_PAGES: Final = ("SourceLocation", "FunctionFile", "Runtime", "Override")
_LONGEST: Final = {"ShortStrings": 125, "LongStrings": 250}
_LONGEST_ID: Final = 32
_HEAD_ICONS: Final = {"MailApp": (64, 128), "TaskPaneApp": (32, 64)}
_NAMESPACE: Final = re.compile(r"\{http[^}]*\}")
_PNG: Final = b"\x89PNG\r\n\x1a\n"

Icons = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and what to do, in a sentence or two. `rule` names the rule."""

    rule: str
    words: str


def check(source: bytes, *, icons: Icons | None = store.icon) -> tuple[Fault, ...]:
    """Everything that is wrong with a manifest; nothing if Microsoft 365 should take it.

    Args:
        source: The file.
        icons: The picture at a path of the add-in's host, None if there is none. With None in its
            place pictures are not looked at.
    """
    if len(source) > LIMIT:
        return (Fault("size", f"The file has more than {LIMIT // 1024} KB. Shorten its texts."),)
    try:
        root = manifests.parse(source)
    except etree.XMLSyntaxError as error:
        return (
            Fault("xml", f"Line {error.lineno}: this is no XML. Take the file as it was made."),
        )
    if root.getroottree().docinfo.doctype:
        return (Fault("xml", "The file has a document type. Drop it: a manifest has none."),)
    pages = _pages(root)
    rules = [_schema(root), _version(root), _https(root), _domains(root, pages), _events(root)]
    for block in root.iter(_BLOCK):
        rules += [_resources(block), _controls(block), _lengths(block), _runtimes(block)]
    if icons is not None:
        rules.append(_icons(root, icons))
    return tuple(fault for rule in rules for fault in rule)


def addresses(source: bytes) -> tuple[str, ...]:
    """Every address that a right manifest names, AppDomains aside; each once."""
    root = manifests.parse(source)
    domains = {one.text for one in root.iter(f"{_OFFICE}AppDomain")}
    return tuple(dict.fromkeys(one for one in _addresses(root) if one not in domains))


def _schema(root: Any) -> Iterator[Fault]:
    schema = store.schema()
    schema.validate(root)
    for entry in schema.error_log:
        words = _NAMESPACE.sub("", entry.message)
        yield Fault(
            "schema",
            f"Line {entry.line}: Microsoft's schema refuses this: {words} Mend that line as it says.",
        )


def _version(root: Any) -> Iterator[Fault]:
    version = root.findtext(f"{_OFFICE}Version") or ""
    if version.partition(".")[0] == "0":
        yield Fault("version", f"Version {version} is too low: begin with 1.0.0.0.")


def _https(root: Any) -> Iterator[Fault]:
    """One fault for an origin: mended in one place, it is mended in all."""
    origins = (_origin(one) for one in _addresses(root) if urlsplit(one).scheme != "https")
    for origin in dict.fromkeys(origins):
        yield Fault(HTTPS, f"{origin} is not https, and Office loads nothing else. Use https.")


def _domains(root: Any, pages: list[str]) -> Iterator[Fault]:
    domains = [(one.text or "").strip() for one in root.iter(f"{_OFFICE}AppDomain")]
    for domain in domains:
        parts = urlsplit(domain)
        if f"{parts.scheme}://{parts.netloc}" != domain:
            yield Fault(
                "app-domain", f"AppDomain {domain} is more than an origin: cut what follows."
            )
    for origin in dict.fromkeys(_origin(page) for page in pages):
        if origin not in domains:
            yield Fault(
                "app-domain",
                f"{origin} is not among the AppDomains. Add it: windows that the add-in opens fail "
                "without, its own origin included.",
            )


def _events(root: Any) -> Iterator[Fault]:
    kinds = [one.get("Type") for one in root.iter("{*}LaunchEvent")]
    for kind in dict.fromkeys(kinds):
        if kinds.count(kind) > 1:
            yield Fault("event", f"There are two handlers for {kind}. Outlook takes one: drop one.")


def _resources(block: Any) -> Iterator[Fault]:
    """Each block brings its own resources; those of the outer one are not seen by the inner one."""
    ids = [one.get("id") for one in _own(block) if _is_resource(one)]
    asked = {one.get("resid") for one in _own(block) if one.get("resid")}
    for resid in sorted(asked - set(ids)):
        yield Fault("resid", f"No resource of this block has the id {resid}. Add it to Resources.")
    for name in sorted({one for one in ids if ids.count(one) > 1}):
        yield Fault("double-id", f"Two resources have the id {name}. Give one another name.")


def _controls(block: Any) -> Iterator[Fault]:
    for factor in (one for one in _own(block) if etree.QName(one).localname in _FACTORS):
        ids = [
            one.get("id")
            for one in factor.iter(etree.Element)
            if one.get("id") and etree.QName(one).localname != "OfficeTab"  # Outlook's own
        ]
        for name in sorted({one for one in ids if ids.count(one) > 1}):
            yield Fault(
                "double-id",
                f"Two groups or controls have the id {name}. Give one another name: Outlook opens a "
                "pane by it.",
            )


def _lengths(block: Any) -> Iterator[Fault]:
    for one in (one for one in _own(block) if _is_resource(one)):
        longest = _LONGEST.get(etree.QName(one.getparent()).localname)
        name, length = one.get("id"), len(one.get("DefaultValue"))
        if len(name) > _LONGEST_ID:
            yield Fault("length", f"The id {name} is longer than {_LONGEST_ID}. Shorten it.")
        if longest is not None and length > longest:
            yield Fault(
                "length", f"The text {name} has {length} characters. Shorten it to {longest}."
            )


def _runtimes(block: Any) -> Iterator[Fault]:
    runtimes = {one.get("resid") for one in _own(block) if _is(one, "Runtime")}
    for events in (one for one in _own(block) if _is(one, "LaunchEvents")):
        source = events.getparent().find("{*}SourceLocation")
        resid = None if source is None else source.get("resid")
        if resid not in runtimes:
            yield Fault(
                "runtime",
                f"The events load {resid}, which is no Runtime of this block, so they would never "
                "start. Let Runtime and the SourceLocation of LaunchEvent name the same resid.",
            )


def _icons(root: Any, icons: Icons) -> Iterator[Fault]:
    for address, size in dict.fromkeys(_asked_icons(root)):
        picture = icons(urlsplit(address).path)
        if picture is None:
            yield Fault("icon", f"There is no picture at {address}. Draw it, {size} px square.")
        elif picture[:8] != _PNG:
            yield Fault("icon", f"{address} is no PNG. Save it as one, {size} px square.")
        elif (found := struct.unpack(">II", picture[16:24])) != (size, size):
            width, height = found
            yield Fault(
                "icon",
                f"{address} has {width} x {height} px where {size} x {size} are asked for. Draw it in "
                "that size.",
            )


def _asked_icons(root: Any) -> Iterator[tuple[str, int]]:
    """Address and size in pixels of every picture that the manifest asks for."""
    sizes = _HEAD_ICONS.get(root.get(_TYPE, ""), ())
    for name, size in zip(("IconUrl", "HighResolutionIconUrl"), sizes, strict=False):
        if (element := root.find(f"{_OFFICE}{name}")) is not None:
            yield element.get("DefaultValue"), size
    for block in root.iter(_BLOCK):
        addresses = {one.get("id"): one.get("DefaultValue") for one in _own(block)}
        for image in (one for one in _own(block) if _is(one, "Image") and one.get("size")):
            if address := addresses.get(image.get("resid")):
                yield address, int(image.get("size")) * int(image.get("scale", "1"))


def _pages(root: Any) -> list[str]:
    """The addresses of pages and scripts that Office loads as the add-in."""
    found = [one.get("DefaultValue") for one in root.iter(f"{_OFFICE}SourceLocation")]
    for block in root.iter(_BLOCK):
        addresses = {one.get("id"): one.get("DefaultValue") for one in _own(block)}
        asked = [one.get("resid") for one in _own(block) if _is(one, *_PAGES)]
        found += [addresses[resid] for resid in asked if addresses.get(resid)]
    return [one for one in found if one]


def _addresses(root: Any) -> list[str]:
    values = [one.get("DefaultValue") or "" for one in root.iter(etree.Element)]
    values += [one.text or "" for one in root.iter(f"{_OFFICE}AppDomain")]
    return [value for value in values if "://" in value.partition(" ")[0]]


def _own(block: Any) -> Iterator[Any]:
    """What stands in this block, and not in one nested in it."""
    for one in block.iter(etree.Element):
        if one is not block and next(one.iterancestors(_BLOCK), None) is block:
            yield one


def _is(element: Any, *names: str) -> bool:
    return etree.QName(element).localname in names


def _is_resource(element: Any) -> bool:
    return bool(element.get("id")) and element.get("DefaultValue") is not None


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
