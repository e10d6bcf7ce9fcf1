"""Manifests: rendered for a firm, taken when they are right, refused with a sentence when not."""

import re
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest

from server.admin.manifests import service as manifests
from server.admin.manifests import store
from server.admin.manifests.checking.service import LIMIT, Fault, check

ROOT = Path(__file__).parents[2]
FILES = ROOT / "tests" / "data" / "office-xsd"
SAMPLES = sorted((FILES / "samples").iterdir())
ORIGIN = "https://addin.hart.example"
TENANT = "6f0d2a7e-5b1c-4c5e-9a53-2f1f0c9d1a11"
ORDER = manifests.Order(tenant_id=TENANT, origin=ORIGIN)
# Microsoft's samples do without what displayDialogAsync wants; everything else of them is right.
LACK_A_DOMAIN = {
    "office-sso-naa.xml", "outlook-encrypt-attachments.xml", "outlook-encrypt-decrypt-messages.xml",
    "outlook-verify-sensitivity-label.xml",
}  # fmt: skip

# Each broken file: the rule that must catch it, and words of its sentence.
REFUSED = {
    "http.xml": ("https", "http://addin.example is not https"),
    "id.xml": ("schema", "The value '1111111-1111-4111-8111-111111111111' is not accepted"),
    "longlabel.xml": ("length", "has 200 characters. Shorten it to 125."),
    "mailhost-in-taskpane.xml": ("schema", "MailHost' of the xsi:type attribute does not resolve"),
    "mailperm.xml": ("schema", "The value 'ReadWriteMailbox' is not an element of the set"),
    "order.xml": ("schema", "Runtime': This element is not expected"),
    "resid.xml": ("resid", "No resource of this block has the id Nope.Url. Add it"),
    "residlen.xml": ("length", "is longer than 32. Shorten it."),
    "sendmode.xml": ("schema", "The value 'Softblock' is not an element of the set"),
    "version.xml": ("schema", "The value 'v1' is not accepted"),
}

# Our own rules on our own file: a planted fault, the rule, words of its sentence.
PLANTED = {
    "http": ('DefaultValue="https://a', 'DefaultValue="http://a', "https", "is not https"),
    "no such resource": ('<bt:Url id="Guard.Js"', '<bt:Url id="Guard.No"', "resid", "Guard.Js. Add"),
    "no domain": ("<AppDomain>https://addin", "<AppDomain>https://x", "app-domain", "not among"),
    "a path": ("example</AppDomain>", "example/</AppDomain>", "app-domain", "more than an origin"),
    "two controls": ('id="Letterlock.Read"', 'id="Letterlock.Compose"', "double-id", "controls"),
    "two resources": ('<bt:Url id="Guard.Js"', '<bt:Url id="Read.Url"', "double-id", "resources"),
    "a strange runtime": ('<Runtime resid="Guard.Html">', '<Runtime resid="Read.Url">', "runtime", "never"),
    "two handlers": ("</LaunchEvents>", '<LaunchEvent Type="OnMessageSend" FunctionName="f" SendMode="Block"/></LaunchEvents>', "event", "takes one"),
    "a long label": ('DefaultValue="Open a conf', f'DefaultValue="{"long " * 30}', "length", "Shorten"),
    "a low version": ("<Version>1.0", "<Version>0.9", "version", "begin with 1.0.0.0"),
    "no picture": ("icon-80.png", "icon-81.png", "icon", "Draw it, 80 px square"),
    "another size": ("icon-80.png", "icon-64.png", "icon", "has 64 x 64 px where 80 x 80"),
    "no XML": ("</OfficeApp>", "", "xml", "this is no XML"),
    "a large file": ("</OfficeApp>", f"</OfficeApp><!--{'x' * LIMIT}-->", "size", "more than 256 KB"),
}  # fmt: skip


def rendered(kind: manifests.Kind = "mail", **changed: str) -> str:
    order = manifests.Order(**{"tenant_id": TENANT, "origin": ORIGIN} | changed)  # type: ignore[arg-type]
    return manifests.render(order, kind).decode()


def named(found: tuple[Fault, ...], rule: str, words: str) -> list[Fault]:
    return [fault for fault in found if fault.rule == rule and words in fault.words]


@pytest.mark.parametrize("kind", manifests.KINDS)
def test_a_manifest_is_right_as_it_lies_and_as_it_is_rendered(kind: manifests.Kind) -> None:
    assert check(store.manifest(manifests.FILES[kind])) == ()
    assert check(manifests.render(ORDER, kind)) == ()


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_real_manifests_are_taken(sample: Path) -> None:
    found = {fault.rule for fault in check(sample.read_bytes(), icons=None)}
    assert found == ({"app-domain"} if sample.name in LACK_A_DOMAIN else set())


@pytest.mark.parametrize("name", sorted(path.name for path in (FILES / "refused").iterdir()))
def test_each_broken_manifest_is_refused_for_its_own_fault(name: str) -> None:
    assert named(check((FILES / "refused" / name).read_bytes(), icons=None), *REFUSED[name])


@pytest.mark.parametrize("name", PLANTED)
def test_what_no_schema_says_is_seen(name: str) -> None:
    old, new, rule, words = PLANTED[name]
    text = store.manifest("manifest.xml").decode()
    assert old in text
    assert named(check(text.replace(old, new).encode()), rule, words)
    assert check(text.encode()) == ()


def test_a_picture_that_is_not_square_is_refused() -> None:
    def flat(path: str) -> bytes | None:
        return _png(80, 64) if path.endswith("icon-80.png") else store.icon(path)

    found = check(store.manifest("manifest.xml"), icons=flat)
    assert named(found, "icon", "has 80 x 64 px where 80 x 80 are asked for")


def test_a_picture_that_is_no_png_is_refused() -> None:
    found = check(store.manifest("manifest.xml"), icons=lambda _: b"<svg/>" * 9)
    assert {fault.rule for fault in found} == {"icon"}
    assert "is no PNG. Save it as one" in found[0].words


def test_every_fault_says_what_to_do() -> None:
    broken = [path.read_bytes() for path in (FILES / "refused").iterdir()]
    found = [fault for source in broken for fault in check(source)]
    assert found
    assert all(re.search(r"[.:] [A-Z].*\.$|: begin|: cut|: drop", fault.words) for fault in found)


def test_an_entity_from_outside_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a line of a secret")
    doctype = f'<!DOCTYPE OfficeApp [<!ENTITY e SYSTEM "{(tmp_path / "secret").as_uri()}">]>'
    text = (
        rendered()
        .replace("<OfficeApp", f"{doctype}<OfficeApp", 1)
        .replace(">Letterlock</P", ">&e;</P")
    )
    found = check(text.encode())
    assert named(found, "xml", "Drop it: a manifest has none")
    assert "a line" not in found[0].words


def test_ids_are_the_tenants_own_and_stay() -> None:
    other = "0b7f7a0e-54f5-4a6f-8a35-0a1f6b7a9c01"
    ids = {manifests.id_of(tenant, kind) for tenant in (TENANT, other) for kind in manifests.KINDS}
    assert len(ids) == 4
    assert manifests.id_of(TENANT.upper(), "mail") == "bb22655d-97d8-5d7c-94ba-4fb140d7aef5"
    assert "<Id>bb22655d-97d8-5d7c-94ba-4fb140d7aef5</Id>" in rendered(origin="https://new.example")


@pytest.mark.parametrize("kind", manifests.KINDS)
def test_nothing_of_the_placeholder_is_left(kind: manifests.Kind) -> None:
    text = rendered(kind)
    assert "letterlock.example" not in text
    assert text.count(f"{ORIGIN}/") > 5
    assert f"<AppDomain>{ORIGIN}</AppDomain>" in text
    assert f"for {ORIGIN}, tenant {TENANT}" in text


@pytest.mark.parametrize("mode", manifests.SEND_MODES)
def test_the_firm_chooses_what_happens_when_the_guard_is_silent(mode: str) -> None:
    assert re.findall(r'SendMode="(\w+)"', rendered(send_mode=mode)) == [mode]


def test_a_name_stays_a_name_whatever_is_in_it() -> None:
    name = 'Hart & Co "sealed" <Id>x</Id> -->'
    text = rendered(name=name, version="1.2.0.0")
    root = manifests.parse(text.encode())
    assert root.find("{*}DisplayName").get("DefaultValue") == name
    assert root.findtext("{*}Version") == "1.2.0.0"
    assert check(text.encode()) == ()


def test_a_wheel_carries_what_it_renders(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as parts:
        parts.extractall(tmp_path / "site")
    ask = (
        "from server.admin.manifests import service as m; from server.admin.manifests.checking.service"
        " import check; print(m.__file__, [check(m.render(m.Order(tenant_id='t', origin='https://a.example'), k))"
        " for k in m.KINDS])"
    )
    said = subprocess.run(
        [sys.executable, "-c", ask],
        cwd=tmp_path / "site",
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert str(tmp_path / "site") in said
    assert said.strip().endswith("[(), ()]")


def _png(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
