"""The operator's guide, word by word: from an empty machine to a firm's first letter, no demo."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page, Route, expect

from server.admin.deployment.service import FILES
from server.admin.manifests import service as manifests
from server.admin.manifests.checking.service import HTTPS, check
from server.commands.doctor.visit import CHECKS
from tests.doctor.name_server import RECORDS, name_server
from tests.e2e.accessibility import Inspector
from tests.e2e.machine import GUIDE, Guide, Machine
from tests.e2e.pair import Pair
from tests.e2e.people import (
    ANN,
    MAYA,
    PATIENCE_MS,
    Profile,
    expect_open,
    letter_text,
    new_subject,
    send,
    sign_in,
)
from tests.sandbox.running import TENANT, Sandbox, eventually, free_port

pytestmark = pytest.mark.timeout(300)
OFFICE_JS = "https://appsforoffice.microsoft.com/lib/1/hosted/office.js"
OWN_ORIGIN = "new URL(script.src).origin"  # where the stand-in takes its window to be
ONE_MACHINE = {"https", "domains"}  # what a trial on one machine cannot have, as section 11 says


class Place:
    """The machine, the firm's pair on it, and the guide."""

    def __init__(self, folder: Path) -> None:
        port, sandbox_port = free_port(), free_port()
        self.guide = Guide.read()
        self.machine = Machine.bare(folder, port=port, sandbox_port=sandbox_port)
        sandbox = Sandbox(sandbox_port, folder / "var/lib/letterlock-sandbox")
        self.pair = Pair(f"http://localhost:{port}", sandbox, folder / "var", folder / "out")

    def doctor(self, resolver: str) -> dict[str, str]:
        """What section 7 says: the state of each check that is not good."""
        (block,) = self.guide.blocks(7)
        said = self.machine.run(block, fails=True, LETTERLOCK_RESOLVER=resolver)
        found = re.findall(r"^(good|bad|unsure) +([a-z-]+) ", said, re.MULTILINE)
        assert {name for _, name in found} == set(CHECKS)
        return {name: state for state, name in found if state != "good"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("machine"))
    yield made
    made.machine.switch_off()


@pytest.fixture(scope="module")
def resolver() -> Iterator[str]:
    with name_server(RECORDS) as address:
        yield address


def test_the_guide_leads_from_an_empty_machine_to_a_letter(
    place: Place, browser: Browser, resolver: str
) -> None:
    guide, machine = place.guide, place.machine
    for block in (*guide.blocks(4), *guide.blocks(11)):
        machine.run(block)
    said = "".join(machine.run(block) for block in guide.blocks(5))
    eventually(lambda: _is_up(place.pair), within=90)
    (link,) = re.findall(rf"^{re.escape(place.pair.url)}/set-up/[\w-]{{43}}$", said, re.MULTILINE)

    ann = Profile.open(browser, place.pair)
    assert first_run(ann, link) == set(guide.bold(6))
    hand_out(ann)
    before = place.doctor(resolver)
    assert before.keys() == ONE_MACHINE | {"master-key", "consent"}
    assert before["consent"] == "unsure"

    for section in (8, 9):
        for block in guide.blocks(section):
            machine.run(block)
    (backup,) = (machine.folder / "var/backups/letterlock").iterdir()
    assert backup.read_bytes().startswith(b"age-encryption.org/v1\n")
    for kind in manifests.KINDS:
        source = (machine.folder / "tmp/letterlock-addin" / FILES[kind]).read_bytes()
        assert manifests.id_of(TENANT, kind).encode() in source
        assert {fault.rule for fault in check(source)} == {HTTPS}  # of one machine

    subject = new_subject()
    ann.context.route(OFFICE_JS, lambda route: _stand_in(route, place.pair))
    ann.context.route("**/pane/*", _framed_by_the_sandbox)
    letter = send(ann, (MAYA,), "Dear Maya, the first one", subject)
    maya = Profile.open(browser, place.pair)
    page = sign_in(maya, MAYA, letter)
    expect_open(page, "Dear Maya, the first one")
    expect(letter_text(page)).to_contain_text("the first one")
    assert place.doctor(resolver).keys() == ONE_MACHINE
    assert [*ann.complaints, *maya.complaints] == []
    ann.close()
    maya.close()


def first_run(ann: Profile, link: str) -> set[str]:
    """Ann's part, as section 6 tells it; returns what she pressed and chose, by its words."""
    inspector, pressed = Inspector((320,)), set()
    page = ann.context.new_page()
    page.goto(link)

    def press(name: str, role: str = "button") -> None:
        page.get_by_role(role, name=re.compile(f"^{re.escape(name)}")).and_(
            page.locator(":visible")
        ).click()
        pressed.add(name)

    press("Begin")
    expect(page.get_by_role("radio", name="Nobody")).to_be_visible()
    inspector.look("the record", page)
    press("Nobody", "radio")
    press("The firm keeps an archive reader", "radio")
    press("Keep this choice")
    _fill_in_brand(ann, page)
    inspector.look("the brand", page)
    press("Keep this")
    press("Both open without a warning")
    page.get_by_label("Its address").fill("portal@hart.example")
    press("Send a trial mail to")
    expect(page.get_by_label("What became of the trial mail")).to_contain_text(
        "taken at", timeout=PATIENCE_MS
    )
    assert eventually(lambda: ann.pair.sandbox.inbox(ANN, "Hart & Co's mailbox works"))
    inspector.look("the mailbox", page)
    press("It is in my inbox")
    press("Let the server look", "radio")
    press("Ask the sender", "radio")
    press("Keep this choice")
    page.reload()  # she comes back later: nothing is asked twice
    expect(page.get_by_text("Everything is answered.")).to_be_visible()
    inspector.look("the summary", page)
    press("Open for letters")
    expect(page.get_by_role("heading", name="Open for letters")).to_be_visible()
    inspector.look("open", page)
    assert inspector.found == []
    page.close()
    return pressed


def hand_out(ann: Profile) -> None:
    """The page for whoever administers Microsoft 365, before anybody can sign in by the pane."""
    page = ann.context.new_page()
    page.goto(f"{ann.pair.url}/set-up")
    page.get_by_role("link", name="files and steps").and_(page.locator(":visible")).click()
    expect(page.get_by_role("heading", name="The two files")).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    inspector = Inspector((320, 1280))
    inspector.look("handing out", page)
    assert inspector.found == []
    expect(page.get_by_label("script for the mailbox", exact=True)).to_contain_text(
        "$Mailbox = 'portal@hart.example'"
    )
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the file for Outlook").click()
    source = download.value.path().read_bytes()
    assert {fault.rule for fault in check(source)} == {HTTPS}
    page.close()


def _fill_in_brand(ann: Profile, page: Page) -> None:
    for label, value in (
        ("Name of the firm", "Hart & Co"), ("Line under the name", "Chartered accountants"),
        ("Telephone", "ring us"), ("Address, in one line", "14 Orchard Lane, Bristol"),
    ):  # fmt: skip
        page.get_by_label(label).fill(value)
    page.get_by_label("Time zone").select_option("Europe/London")
    page.get_by_role("textbox", name="First colour", exact=True).fill("#ffd400")
    expect(page.get_by_text("the nearest shades of your first colour")).to_be_visible()
    with ann.refusal(422):
        page.get_by_role("button", name="Keep this", exact=True).and_(
            page.locator(":visible")
        ).click()
        expect(page.get_by_label("Telephone")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Telephone").fill("0117 496 0142")


def test_what_another_browser_finds_at_the_page_is_a_closed_door(
    place: Place, browser: Browser
) -> None:
    eve = Profile.open(browser, place.pair)
    page = eve.context.new_page()
    with eve.refusal(401):
        page.goto(f"{place.pair.url}/set-up")
        expect(page.get_by_text("letterlock firm link")).to_be_visible()
    inspector = Inspector((320,))
    inspector.look("closed", page)
    assert (inspector.found, eve.complaints) == ([], [])
    eve.close()


def test_every_name_that_the_machine_replaces_stands_in_the_guide(place: Place) -> None:
    guide = GUIDE.read_text()
    units = "/opt/letterlock/.venv/bin"  # of the unit files
    assert [name for name in place.machine.names if name not in guide and name != units] == []


def _is_up(pair: Pair) -> bool:
    try:
        return bool(requests.get(f"{pair.url}/healthz", timeout=2).ok)
    except requests.RequestException:
        return False


def _stand_in(route: Route, pair: Pair) -> None:
    """Microsoft's office.js needs Outlook around it; the sandbox's stands in, and talks to it."""
    script = requests.get(f"{pair.sandbox.url}/office.js", timeout=5).text
    assert script.count(OWN_ORIGIN) == 1
    body = script.replace(OWN_ORIGIN, f'"{pair.sandbox.url}"')
    route.fulfill(body=body, content_type="text/javascript")


def _framed_by_the_sandbox(route: Route) -> None:
    """The window of the sandbox is no host of Office: let it frame the pane all the same."""
    answer = route.fetch()
    policy = answer.headers["content-security-policy"]
    headers = {
        **answer.headers,
        "content-security-policy": policy.replace("frame-ancestors", "frame-ancestors *"),
    }
    route.fulfill(response=answer, headers=headers)
