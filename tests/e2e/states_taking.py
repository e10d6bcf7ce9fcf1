"""The states of the pane beside a message that was begun in Outlook, and in an Outlook that lacks something."""

import re

import requests
from playwright.sync_api import Page, Route, expect

from tests.e2e.canary import new_word
from tests.e2e.pair import Pair
from tests.e2e.panes import PDF, put
from tests.e2e.people import ANN, MAYA, PATIENCE_MS, Profile, new_subject, press_send
from tests.e2e.stage import Stage, Table
from tests.e2e.states_compose import LONG, notice
from tests.firms.test_guarding import RULES
from tests.sandbox.running import API

TAKING = Table()
FILE = {"name": f"{LONG}.pdf", "mimeType": "application/pdf", "buffer": PDF}


def guard(pair: Pair, outside: str) -> None:
    """Let the firm's guard hold all mail to the outside, or nothing."""
    headers = {
        "Authorization": f"Bearer {pair.sandbox.sign_in(ANN, [API])['access_token']}",
        "Idempotency-Key": f"{outside:g<22}",
    }
    url = f"{pair.url.replace('localhost', '127.0.0.1')}/api/v1"
    requests.put(f"{url}/me", json={}, headers=headers, timeout=20)
    rules = RULES | {
        "outside": outside, "files": "off", "found": {"kinds": [], "action": "ask"},
        "domains": {"names": [], "action": "ask"}, "words": {"phrases": [], "action": "ask"},
    }  # fmt: skip
    answer = requests.put(f"{url}/guard-rules", json=rules, headers=headers, timeout=20)
    assert answer.status_code == 200, answer.text


def start(profile: Profile) -> Page:
    """A message with text and a file, begun in an Outlook that does not let go of files or subject."""
    page = profile.context.new_page()
    faults = "attachments.remove:9020,subject.set:9020"
    page.goto(f"{profile.pair.sandbox.url}/outlook?as={ANN}&fail={faults}")
    page.get_by_role("button", name="New message").click()
    put(page, "To", MAYA)
    put(page, "Subject", new_subject(LONG))
    page.get_by_role("textbox", name="Message body").fill(f"Dear Maya, {new_word()}")
    page.locator('input[type="file"]').set_input_files([FILE])
    return page


@TAKING.state("held back by the guard, take-over offered")
def offered(stage: Stage) -> None:
    def held(route: Route) -> None:
        answer = route.fetch()
        said = answer.json()
        person = said["person"] | {"mailbox_held": True}
        route.fulfill(response=answer, json=said | {"person": person})

    guard(stage.profile.pair, "stop")
    stage.outlook.route("**/api/v1/me", held)
    stage.answer("**/api/v1/notices", json={"notices": [notice("held")]})
    stage.outlook.get_by_role("button", name="Send", exact=True).click()
    stage.outlook.get_by_role("button", name="Open Letterlock").click()
    expect(stage.one("#guarded")).to_be_visible()
    expect(stage.pane.get_by_role("button", name="Take over this message")).to_be_visible()
    stage.outlook.unroute("**/api/v1/me")


@TAKING.state("take-over refused under a hold")
def refused(stage: Stage) -> None:
    stage.press("Take over this message")
    stage.says("Your firm keeps your mailbox under a legal hold")


@TAKING.state("taking over")
def taking(stage: Stage) -> None:
    with stage.outlook.expect_response("**/api/v1/me"):
        stage.one("#earlier").get_by_role("button", name="Sign in").click()
    expect(stage.one("#said")).to_contain_text("The notice goes out again")
    stage.facts["graph"] = stage.hold(re.compile("/v1.0/me"))
    stage.press("Take over this message")
    stage.says("Reading it from Outlook.")


@TAKING.state("taken over")
def taken(stage: Stage) -> None:
    stage.facts["graph"]()
    stage.says("It stands in this letter now.")


@TAKING.state("Outlook's message changed after it was taken over")
def changed(stage: Stage) -> None:
    stage.outlook.get_by_role("textbox", name="Message body").press_sequentially("And more.")
    press_send(stage.pane)
    stage.says("has changed since you took it over")


@TAKING.state("sent, what remains in Outlook, and Outlook's own fields not emptied")
def remains(stage: Stage) -> None:
    stage.press("Take over this message")
    stage.says("It stands in this letter now.")
    press_send(stage.pane)
    expect(stage.one("#take-left li").first).to_be_visible()
    expect(stage.one("#kept-open")).to_be_visible()
    expect(stage.one("#status")).to_contain_text("Sent", timeout=PATIENCE_MS)


@TAKING.state("an Outlook that is too old")
def too_old(stage: Stage) -> None:
    _another(stage, "&host=ltsc2021")
    stage.says("too old to sign you in")


@TAKING.state("outside Outlook")
def outside(stage: Stage) -> None:
    _another(stage, "&fail=hello")
    stage.says("This page works inside Outlook")


def _another(stage: Stage, more: str) -> None:
    """A message in another Outlook."""
    stage.outlook.close()
    stage.outlook = stage.profile.context.new_page()
    stage.outlook.goto(f"{stage.profile.pair.sandbox.url}/outlook?as={ANN}{more}")
    stage.outlook.get_by_role("button", name="New message").click()
    stage.outlook.get_by_role("button", name="Letterlock").click()
