"""The manifests of addin/: what they name is served, and what needs consent again is final.

Whether they are valid: tests/admin/test_manifests.py.
"""

import struct
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from lxml import etree

from server.firms import routes
from server.firms.guarding import routes as guard_routes

ADDIN = Path(__file__).parents[2] / "addin"
OFFICE = "http://schemas.microsoft.com/office/appforoffice/1.1"
NAMES = {
    "o": OFFICE,
    "bt": "http://schemas.microsoft.com/office/officeappbasictypes/1.0",
    "v11": "http://schemas.microsoft.com/office/mailappversionoverrides/1.1",
}
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
MAIL, DOCUMENTS = "manifest.xml", "manifest-documents.xml"

# What the app serves on the add-in host; changing one means a new upload in every tenant.
SERVED = {
    MAIL: {
        "/pane/compose", "/pane/read", "/guard/launchevent.html", "/guard/launchevent.js", "/help",
    },
    DOCUMENTS: {"/pane/document", "/help"},
}  # fmt: skip
BOTH = pytest.mark.parametrize("name", SERVED)


def tree(name: str) -> etree._ElementTree:
    return etree.parse(ADDIN / name)


def urls(name: str) -> list[str]:
    """Every address in the file: they all stand in DefaultValue or AppDomain."""
    values = [value for value in tree(name).xpath("//@DefaultValue") if "://" in value]
    return values + tree(name).xpath("//o:AppDomain/text()", namespaces=NAMES)


def blocks(name: str) -> list[etree._Element]:
    """The blocks of VersionOverrides, outer one first."""
    return tree(name).xpath("//*[local-name()='VersionOverrides']")


def own(block: etree._Element, path: str) -> list[etree._Element]:
    """What stands in this block and not in one nested in it."""
    found = block.xpath(path, namespaces=NAMES)
    return [one for one in found if next(one.iterancestors("{*}VersionOverrides"), None) is block]


@BOTH
def test_each_address_is_one_the_add_in_host_serves(name: str) -> None:
    asked = {urlsplit(url).path for url in urls(name)} - {""}
    icons = {path for path in asked if path.startswith("/icons/")}
    assert asked - icons == SERVED[name]
    assert all((ADDIN / path.removeprefix("/")).is_file() for path in icons)


@BOTH
def test_the_app_has_a_route_for_each_address(name: str) -> None:
    app = Flask("routes of the add-in host")
    app.register_blueprint(routes.bp)
    app.register_blueprint(guard_routes.pages)
    host = app.url_map.bind("addin.letterlock.example")
    for path in {urlsplit(url).path for url in urls(name)} - {""}:
        assert host.test(path, method="GET"), path
        size = path.removeprefix("/icons/icon-").removesuffix(".png")
        assert not path.startswith("/icons/") or size in routes.ICON_SIZES


def test_both_surfaces_open_their_own_pane_in_old_and_new_clients() -> None:
    for block, phone in zip(blocks(MAIL), (False, True), strict=True):
        address = {
            one.get("id"): urlsplit(one.get("DefaultValue")).path for one in own(block, ".//bt:Url")
        }
        opens = {}
        for point in own(block, ".//*[local-name()='ExtensionPoint']"):
            source = point.xpath(".//*[local-name()='Action']/*[local-name()='SourceLocation']")
            opens |= {point.get(XSI_TYPE): address[s.get("resid")] for s in source}
        expected = {
            "MessageComposeCommandSurface": "/pane/compose",
            "MessageReadCommandSurface": "/pane/read",
        }
        phones = {"MobileMessageReadCommandSurface": "/pane/read"}
        assert opens == (expected | phones if phone else expected)


def test_what_needs_consent_again_is_final_from_the_start() -> None:
    root = tree(MAIL).getroot()
    newest = blocks(MAIL)[-1]
    [event] = own(newest, ".//v11:LaunchEvent")
    assert root.findtext(f"{{{OFFICE}}}Id") == "0a8101f1-2414-4686-9905-43b4b507a57f"
    assert root.findtext(f"{{{OFFICE}}}Permissions") == "ReadWriteMailbox"
    assert dict(event.attrib) == {
        "Type": "OnMessageSend",
        "FunctionName": "onMessageSendHandler",
        "SendMode": "SoftBlock",
    }
    assert [one.text for one in own(newest, ".//v11:SupportsSharedFolders")] == ["true"]
    assert [one.text for one in own(newest, ".//v11:SupportsPinning")] == ["true", "true"]


def test_word_and_excel_may_read_the_whole_document_and_write_nothing() -> None:
    root = tree(DOCUMENTS).getroot()
    hosts = root.xpath("o:Hosts/o:Host/@Name", namespaces=NAMES)
    assert hosts == ["Document", "Workbook"]
    assert root.findtext(f"{{{OFFICE}}}Permissions") == "ReadAllDocument"


@pytest.mark.parametrize("size", routes.ICON_SIZES)
def test_icons_are_square_and_of_the_stated_size(size: str) -> None:
    png = (ADDIN / "icons" / f"icon-{size}.png").read_bytes()
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", png[16:24]) == (int(size), int(size))
