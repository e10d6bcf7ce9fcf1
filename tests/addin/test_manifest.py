"""addin/manifest.xml: valid by Microsoft's schemas, and by the rules that the schemas cannot say."""

import struct
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from lxml import etree

from server.firms import routes

ROOT = Path(__file__).parents[2]
ADDIN = ROOT / "addin"
SCHEMAS = ROOT / "tests" / "data" / "office-xsd"

OFFICE = "http://schemas.microsoft.com/office/appforoffice/1.1"
OVERRIDES_1_1 = "http://schemas.microsoft.com/office/mailappversionoverrides/1.1"
NAMES = {
    "o": OFFICE,
    "bt": "http://schemas.microsoft.com/office/officeappbasictypes/1.0",
    "v11": OVERRIDES_1_1,
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
XSI_TYPE = f"{{{NAMES['xsi']}}}type"

# What the app serves on the add-in host; changing one means a new upload in every tenant.
SERVED = {
    "/pane/compose",
    "/pane/read",
    "/guard/launchevent.html",
    "/guard/launchevent.js",
    "/help",
}

# Each broken file, and the words of the one complaint it must get.
REFUSED = {
    "http.xml": "not https: http://addin.example/pane/compose",
    "id.xml": "The value '1111111-1111-4111-8111-111111111111' is not accepted",
    "longlabel.xml": "[facet 'maxLength']",
    "mailhost-in-taskpane.xml": "MailHost' of the xsi:type attribute does not resolve",
    "mailperm.xml": "The value 'ReadWriteMailbox' is not an element of the set",
    "order.xml": "Runtime': This element is not expected",
    "resid.xml": "no resource has the id Nope.Url",
    "residlen.xml": "has a length of '40'; this exceeds the allowed maximum length of '32'",
    "sendmode.xml": "The value 'Softblock' is not an element of the set",
    "version.xml": "The value 'v1' is not accepted",
}


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMAS / "OfficeAppManifestV1_1.xsd"))


@pytest.fixture(scope="module")
def manifest() -> etree._ElementTree:
    return etree.parse(ADDIN / "manifest.xml")


def urls(tree: etree._ElementTree) -> list[str]:
    """Every address in the file: they all stand in DefaultValue or AppDomain."""
    values = [value for value in tree.xpath("//@DefaultValue") if "://" in value]
    return values + tree.xpath("//o:AppDomain/text()", namespaces=NAMES)


def overrides(tree: etree._ElementTree) -> list[etree._Element]:
    """The blocks of VersionOverrides, outer one first."""
    return tree.xpath("//*[local-name()='VersionOverrides']")


def own(block: etree._Element, path: str) -> list[etree._Element]:
    """What stands in this block and not in one nested in it."""
    found = block.xpath(path, namespaces=NAMES)
    return [
        element
        for element in found
        if next(element.iterancestors("{*}VersionOverrides"), None) is block
    ]


def url_complaints(tree: etree._ElementTree) -> list[str]:
    domains = set(tree.xpath("//o:AppDomain/text()", namespaces=NAMES))
    complaints = []
    for url in urls(tree):
        parts = urlsplit(url)
        if parts.scheme != "https":
            complaints.append(f"not https: {url}")
        elif f"https://{parts.netloc}" not in domains:
            complaints.append(f"host is not among AppDomains: {url}")
    return complaints


def resource_complaints(block: etree._Element) -> list[str]:
    """Each block brings its own resources; the outer block's are not seen by the inner one."""
    ids = [element.get("id") for element in own(block, ".//*[@id and @DefaultValue]")]
    asked = {element.get("resid") for element in own(block, ".//*[@resid]")}
    return [f"no resource has the id {resid}" for resid in sorted(asked - set(ids))] + [
        f"two resources have the id {resid}" for resid in sorted(ids) if ids.count(resid) > 1
    ]


def control_complaints(block: etree._Element) -> list[str]:
    ids = [element.get("id") for element in own(block, ".//*[@id and not(@DefaultValue)]")]
    shared = {"TabDefault"}  # Outlook's own tab, named by both surfaces
    return [f"two controls have the id {i}" for i in ids if ids.count(i) > 1 and i not in shared]


def guard_complaints(tree: etree._ElementTree) -> list[str]:
    runtime = tree.xpath("//v11:Runtime/@resid", namespaces=NAMES)
    event = tree.xpath("//v11:LaunchEvents/../v11:SourceLocation/@resid", namespaces=NAMES)
    return [] if runtime == event else [f"runtime {runtime} is not the guard's page {event}"]


def complaints(schema: etree.XMLSchema, tree: etree._ElementTree) -> list[str]:
    """Everything wrong with a manifest: by the schemas, then by our own rules."""
    schema.validate(tree)
    by_schema = [entry.message for entry in schema.error_log]
    in_blocks = [
        complaint
        for block in overrides(tree)
        for complaint in resource_complaints(block) + control_complaints(block)
    ]
    return by_schema + url_complaints(tree) + in_blocks + guard_complaints(tree)


def test_the_manifest_is_valid_by_schema_and_rules(
    schema: etree.XMLSchema, manifest: etree._ElementTree
) -> None:
    assert complaints(schema, manifest) == []


@pytest.mark.parametrize(("name", "words"), sorted(REFUSED.items()))
def test_each_broken_manifest_is_refused_for_its_own_fault(
    schema: etree.XMLSchema, name: str, words: str
) -> None:
    found = complaints(schema, etree.parse(SCHEMAS / "refused" / name))
    assert [complaint for complaint in found if words in complaint]


def test_every_broken_manifest_has_its_test() -> None:
    assert {path.name for path in (SCHEMAS / "refused").iterdir()} == set(REFUSED)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('id="Letterlock.Read"', 'id="Letterlock.Compose"', "two controls have the id"),
        ("<AppDomain>https://addin", "<AppDomain>https://other", "not among AppDomains"),
        ('<bt:Url id="Guard.Js"', '<bt:Url id="Guard.Script"', "no resource has the id Guard.Js"),
        ('<bt:Url id="Guard.Js"', '<bt:Url id="Read.Url"', "two resources have the id Read.Url"),
        ('<Runtime resid="Guard.Html">', '<Runtime resid="Read.Url">', "is not the guard's page"),
    ],
)
def test_our_own_rules_see_a_planted_fault(
    schema: etree.XMLSchema, old: str, new: str, words: str
) -> None:
    text = (ADDIN / "manifest.xml").read_text(encoding="utf-8")
    assert old in text
    broken = etree.ElementTree(etree.fromstring(text.replace(old, new).encode()))
    assert [complaint for complaint in complaints(schema, broken) if words in complaint]


def test_each_address_is_one_the_add_in_host_serves(manifest: etree._ElementTree) -> None:
    asked = {urlsplit(url).path for url in urls(manifest)} - {""}
    icons = {path for path in asked if path.startswith("/icons/")}
    assert asked - icons == SERVED
    for path in icons:
        assert (ADDIN / path.removeprefix("/")).is_file()
    for name in ("launchevent.html", "launchevent.js"):
        assert (ADDIN / "guard" / name).is_file()


def test_the_app_has_a_route_for_each_address(manifest: etree._ElementTree) -> None:
    app = Flask("routes of the add-in host")
    app.register_blueprint(routes.bp)
    host = app.url_map.bind("addin.letterlock.example")
    for path in {urlsplit(url).path for url in urls(manifest)} - {""}:
        assert host.test(path, method="GET"), path


def test_both_surfaces_open_their_own_pane_in_old_and_new_clients(
    manifest: etree._ElementTree,
) -> None:
    for block in overrides(manifest):
        address = {
            element.get("id"): urlsplit(element.get("DefaultValue")).path
            for element in own(block, ".//bt:Url")
        }
        opens = {}
        for point in own(block, ".//*[local-name()='ExtensionPoint']"):
            source = point.xpath(".//*[local-name()='Action']/*[local-name()='SourceLocation']")
            opens |= {point.get(XSI_TYPE): address[s.get("resid")] for s in source}
        assert opens == {
            "MessageComposeCommandSurface": "/pane/compose",
            "MessageReadCommandSurface": "/pane/read",
        }


def test_what_needs_consent_again_is_final_from_the_start(manifest: etree._ElementTree) -> None:
    root = manifest.getroot()
    newest = overrides(manifest)[-1]
    [event] = own(newest, ".//v11:LaunchEvent")
    assert root.findtext(f"{{{OFFICE}}}Id") == "0a8101f1-2414-4686-9905-43b4b507a57f"
    assert root.findtext(f"{{{OFFICE}}}Permissions") == "ReadWriteMailbox"
    assert dict(event.attrib) == {
        "Type": "OnMessageSend",
        "FunctionName": "onMessageSendHandler",
        "SendMode": "SoftBlock",
    }
    assert [e.text for e in own(newest, ".//v11:SupportsSharedFolders")] == ["true"]
    assert [e.text for e in own(newest, ".//v11:SupportsPinning")] == ["true", "true"]


@pytest.mark.parametrize("size", [16, 32, 64, 80, 128])
def test_icons_are_square_and_of_the_stated_size(size: int) -> None:
    png = (ADDIN / "icons" / f"icon-{size}.png").read_bytes()
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", png[16:24]) == (size, size)


def test_each_icon_stands_where_its_size_is_asked_for(manifest: etree._ElementTree) -> None:
    for block in overrides(manifest):
        file_of = {
            element.get("id"): urlsplit(element.get("DefaultValue")).path
            for element in own(block, ".//bt:Images/bt:Image")
        }
        for image in own(block, ".//bt:Image[@resid]"):
            assert file_of[image.get("resid")] == f"/icons/icon-{image.get('size')}.png"
    root = manifest.getroot()
    small, large = (root.find(f"{{{OFFICE}}}{n}") for n in ("IconUrl", "HighResolutionIconUrl"))
    assert urlsplit(small.get("DefaultValue")).path == "/icons/icon-64.png"
    assert urlsplit(large.get("DefaultValue")).path == "/icons/icon-128.png"
