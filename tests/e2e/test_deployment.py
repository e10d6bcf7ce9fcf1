"""The administrator hands the add-in out from the pane: files, scripts and links of her own firm."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from server.admin.manifests.checking.service import HTTPS, check
from tests.e2e.accessibility import SCHEMES, overhang, violations
from tests.e2e.pair import Pair
from tests.e2e.people import ANN, BEN, Profile, open_pane
from tests.sandbox.running import CLIENT, TENANT

pytestmark = pytest.mark.timeout(180)
Profiles = Callable[..., Profile]
LINK = "For you as administrator: hand Letterlock out"
OPEN_ALL = "document.querySelectorAll('details').forEach((one) => { one.open = true })"


def administration(outlook: Page) -> FrameLocator:
    pane = open_pane(outlook)
    pane.get_by_role("link", name=LINK).click()
    expect(pane.get_by_role("heading", name="The two files")).to_be_visible()
    return pane


def saved(page: Page, pane: FrameLocator, name: str) -> tuple[str, bytes]:
    """What a press of a button downloads: its name and its bytes."""
    with page.expect_download() as download:
        pane.get_by_role("button", name=name).click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def test_the_administrator_has_files_scripts_and_links_in_the_pane(profile: Profiles) -> None:
    ann = profile(viewport={"width": 1280, "height": 1000})
    outlook = ann.outlook(ANN)
    pane = administration(outlook)
    frame = outlook.frame(url="**/pane/admin")
    assert frame is not None
    frame.evaluate(OPEN_ALL)
    for scheme in SCHEMES:
        outlook.emulate_media(color_scheme=scheme)
        assert (violations(frame), overhang(frame)) == ([], 0), scheme

    pane.get_by_role("radio", name=re.compile("^Outlook holds it")).check()
    name, source = saved(outlook, pane, "Save the file for Outlook")
    assert name == "letterlock-outlook.xml"
    assert re.findall(rb'SendMode="(\w+)"', source) == [b"Block"]
    name, other = saved(outlook, pane, "Save the file for Word and Excel")
    assert name == "letterlock-documents.xml"
    assert {fault.rule for one in (source, other) for fault in check(one)} == {HTTPS}  # a trial

    link = pane.get_by_role("link", name="Grant this at Microsoft").get_attribute("href")
    assert link is not None
    assert f"/{TENANT}/v2.0/adminconsent?client_id={CLIENT}&" in link
    assert "https%3A%2F%2Fgraph.microsoft.com%2FMail.Send" in link
    pane.get_by_role("button", name="Copy: script that hands the add-in out").click()
    expect(pane.locator("#by-script [data-copied]")).to_contain_text("Marked: copy it")
    assert "New-App -OrganizationApp" in str(frame.evaluate("getSelection().toString()"))
    # A frame of Office has no clipboard of its own, and the browser says so.
    ann.complaints[:] = [line for line in ann.complaints if "Clipboard API" not in line]


def test_whoever_is_not_the_administrator_is_offered_nothing(pair: Pair, profile: Profiles) -> None:
    ben = profile()
    outlook = ben.outlook(BEN)
    pane = open_pane(outlook)
    expect(pane.get_by_role("button", name="Send securely")).to_be_enabled()
    expect(pane.get_by_role("link", name=LINK)).to_be_hidden()
    frame = outlook.frame(url="**/pane/compose")
    assert frame is not None
    with ben.refusal(403):
        frame.goto(frame.url.replace("/pane/compose", "/pane/admin"))
        expect(pane.get_by_text("This page is for your firm's administrator.")).to_be_visible()
    expect(pane.get_by_role("heading", name="The two files")).to_be_hidden()


@pytest.mark.wide
@pytest.mark.parametrize(
    ("query", "words"),
    [
        (f"admin_consent=True&tenant={TENANT}", "Granted"),
        ("admin_consent=True&tenant=0b7f7a0e-54f5-4a6f-8a35-0a1f6b7a9c01", "Granted in another organisation"),
        ("error=access_denied&error_description=%3Cb%3Esecret", "Not granted"),
        ("", "Not granted"),
    ],
)  # fmt: skip
def test_what_became_of_a_consent_is_said_and_nothing_of_the_query_repeated(
    pair: Pair, profile: Profiles, query: str, words: str
) -> None:
    page = profile().context.new_page()
    page.goto(f"{pair.url.replace('localhost', '127.0.0.1')}/pane/consent?{query}")
    expect(page.get_by_role("heading", name=words, exact=True)).to_be_visible()
    assert "secret" not in page.content()
