"""The states of a pane whose person holds her own key: Ben, who is made so beside the server, in the order of the walk."""

import base64
import os
import re
from typing import Any

from playwright.sync_api import Page, Route, expect

from server.crypto import pairing
from server.crypto.encoding import b64u
from tests.e2e.own_pane import hold
from tests.e2e.panes import hide_from_others, read_in_pane
from tests.e2e.people import ANN, BEN, MAYA, TOM, Profile, new_subject, open_pane, press_send, write
from tests.e2e.stage import Stage, Table, problem
from tests.e2e.wire import post, staff
from tests.self_held import OwnKey

OWN = Table()
KEY: dict[str, OwnKey] = {}
LETTER = new_subject("Looks, her own key")
NO_COPYING = "() => { navigator.clipboard.writeText = () => Promise.reject(new Error()) }"


def start(profile: Profile) -> Page:
    """Ben's mail, with a letter to him; his key is his alone, and in no pane."""
    KEY[BEN] = hold(profile.pair, BEN)
    post(profile.pair, ANN, (BEN,), "For Ben alone.", subject=LETTER)
    return profile.outlook(BEN)


@OWN.state("a letter that a key of one's own would open")
def closed(stage: Stage) -> None:
    read_in_pane(stage.outlook, "Inbox", re.compile(re.escape(LETTER)))
    stage.says("Your key is not in this pane yet", "#own")
    stage.says("sealed to a key of your own, which is not open", "#thread")


@OWN.state("one's own key is not in the pane; what was written is not saved")
def missing(stage: Stage) -> None:
    stage.outlook.close()
    stage.outlook = stage.profile.outlook(BEN)
    write(open_pane(stage.outlook), to=(TOM,), subject=new_subject("Looks"), text="Not yet.")
    stage.says("Your key is not in this pane yet", "#own")
    stage.says("Not saved yet: your key is not here.")
    press_send(stage.pane)
    expect(stage.one("#own-h")).to_be_focused()


@OWN.state("a pairing waits for the browser, and its link could not be copied")
def waiting(stage: Stage) -> None:
    stage.press("Pair this pane")
    stage.says("Good for another 10 minutes.")
    stage.frame.evaluate(NO_COPYING)
    stage.press("Copy the link")
    stage.says("did not let us copy")


@OWN.state("a pairing was refused in the browser")
def refused(stage: Stage) -> None:
    over = stage.answer("**/api/v1/pairings/*", **problem(404, "pairing-gone", ""))
    stage.says("This pairing has ended")
    over()


@OWN.state("the server cannot be reached for a pairing")
def away(stage: Stage) -> None:
    stage.outlook.route("**/api/v1/pairings", lambda route: route.abort())
    stage.press("New characters")
    stage.says("We cannot reach Letterlock. Nothing was handed over")
    stage.outlook.unroute("**/api/v1/pairings")


@OWN.state("one's own key is in the pane")
def here(stage: Stage) -> None:
    stage.outlook.route("**/api/v1/pairings", lambda route: hear(route, stage.facts))
    stage.press("New characters")
    expect(stage.one("#own-code")).to_have_text(re.compile("^.{4}-.{4}$"))
    answered(stage)
    stage.says("Your key is in this pane")
    stage.one("#own-here > summary").click()
    stage.says("Forget my key here")


@OWN.state("a letter may wait for who has no key of her own, and a hidden copy cannot")
def may_wait(stage: Stage) -> None:
    stage.one("#own-here > summary").click()
    stage.says("Switch this on to let the letter wait", "#choose-means")
    stage.one("#choose-on").check()
    stage.says("When it appears, your pane adds them", "#choose-means")
    hide_from_others(stage.pane, MAYA)
    stage.says("A hidden copy cannot wait", "#choose-hidden")


@OWN.state("it was sent, and waits: the list of what does")
def waits(stage: Stage) -> None:
    stage.pane.get_by_role("button", name=re.compile(f"Remove {MAYA}")).click()
    expect(stage.one("#choose-hidden")).to_be_hidden()
    press_send(stage.pane)
    stage.says("has no key yet, so the letter waits", "#waits-for")
    expect(stage.one("#waiting-list > li")).to_have_count(1)


@OWN.state("before a letter that waits is sent protected instead")
def sooner(stage: Stage) -> None:
    instead = re.compile("Send it protected instead")
    stage.one("#waiting-list").get_by_role("button", name=instead).click()
    stage.says("From then on the letter is Protected and no longer End-to-end", "#waiting-list")


@OWN.state("it waits no longer")
def stopped(stage: Stage) -> None:
    stage.press("Leave it as it is")
    stage.one("#waiting-list").get_by_role("button", name=re.compile("Stop waiting")).click()
    stage.says("We have stopped waiting", "#waiting-said")


@OWN.state("one's own key was forgotten here")
def forgotten(stage: Stage) -> None:
    stage.press("Write another")
    stage.one("#own-here > summary").click()
    stage.press("Forget my key here")
    stage.says("This pane has forgotten your key")


def answered(stage: Stage) -> None:
    """The portal's page answers: by hand, since no keyslot of Ben's is anywhere."""
    k = str(stage.one("#own-link").get_attribute("href")).partition("#")[2]
    own = KEY[BEN]
    identity = next(iter(own.identities.values()))  # the present one
    brought = pairing.Brought(identity.seed, own.seed, ())
    person = staff(stage.profile.pair, BEN).me["person"]["id"]
    code = pairing.read_code(stage.one("#own-code").inner_text())
    page_key = pairing.tag_keys(pairing.read_k(k), code, person).page
    recipient = stage.facts["recipient"]
    file = base64.b64encode(pairing.seal_answer(page_key, recipient, brought)).decode()
    done = {"pane": b64u(os.urandom(16)), "share": b64u(os.urandom(32))}
    stage.answer("**/api/v1/pairings/*/completion", status=201, json=done)
    stage.answer("**/api/v1/pairings/*", json={"state": "answered", "answer": file})


def hear(route: Route, facts: dict[str, Any]) -> None:
    """Note the one-time recipient of a pairing that begins."""
    body: Any = route.request.post_data_json
    facts["recipient"] = body["recipient"]
    route.continue_()
