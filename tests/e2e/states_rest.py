"""The states of the pane beside a document, and of the administrator's pages, in the order of the walk."""

import re

from playwright.sync_api import Page, Route, expect

from tests.e2e.people import ANN, MAYA, Profile, expect_sent, new_subject, press_send, write
from tests.e2e.stage import Stage, Table, problem
from tests.e2e.states_compose import SAID
from tests.sandbox.running import TENANT

DOCUMENT = Table()
ADMIN = Table()
SELECT = "node => getSelection().selectAllChildren(node)"
LARGE = """
() => {
    const document = Office.context.document
    const given = document.getFileAsync.bind(document)
    document.getFileAsync = (type, options, done) => given(type, options, (answer) => {
        document.getFileAsync = given
        done(answer.value === undefined ? answer : {...answer, value: {...answer.value, size: 26214401}})
    })
}
"""
SLOW = """
() => {
    const document = Office.context.document
    const given = document.getFileAsync.bind(document)
    document.getFileAsync = (type, options, done) => given(type, options, (answer) => {
        document.getFileAsync = given
        const slice = answer.value.getSliceAsync.bind(answer.value)
        answer.value.sliceCount = 2
        answer.value.getSliceAsync = (index, back) => index === 0 ? slice(0, back) : undefined
        done(answer)
    })
}
"""


def start(profile: Profile) -> Page:
    """Ann's open document in Word."""
    return _open(profile, "word", "")


def _open(profile: Profile, app: str, more: str) -> Page:
    window = profile.context.new_page()
    window.goto(f"{profile.pair.sandbox.url}/{app}?as={ANN}{more}")
    return window


@DOCUMENT.state("signing in beside a document")
def document_signing_in(stage: Stage) -> None:
    stage.facts["me"] = stage.hold("**/api/v1/me")
    stage.press_window("Letterlock")
    stage.says("Signing you in.")


@DOCUMENT.state("a document not chosen yet")
def document_empty(stage: Stage) -> None:
    stage.facts["me"]()
    expect(stage.pane.get_by_role("button", name="Add files")).to_be_enabled()
    expect(stage.pane.get_by_role("button", name="This document")).to_be_enabled()


@DOCUMENT.state("nothing selected, and a document that is too big")
def document_large(stage: Stage) -> None:
    stage.frame.evaluate(LARGE)
    stage.press("This document")
    stage.says("the most that a letter takes of one file")


@DOCUMENT.state("a document and what was selected in the letter")
def document_added(stage: Stage) -> None:
    stage.press("This document")
    stage.says("The document is in the letter")
    stage.outlook.get_by_role("textbox", name="Document").evaluate(SELECT)
    stage.press("The selection")
    stage.says("What you selected stands in the letter.")


@DOCUMENT.state("a document that is being read")
def document_reading(stage: Stage) -> None:
    stage.frame.evaluate(SLOW)
    stage.press("A PDF of it")
    expect(stage.one("#document-progress")).to_be_visible()


@DOCUMENT.state("a document sent")
def document_sent(stage: Stage) -> None:
    write(
        stage.pane,
        to=(MAYA,),
        subject=new_subject("Looks, a document"),
        text="See what is enclosed.",
    )
    press_send(stage.pane)
    expect_sent(stage.pane)
    stage.says("You can close this pane.")


@DOCUMENT.state("a workbook of which nothing is selected")
def workbook(stage: Stage) -> None:
    stage.outlook.close()
    stage.outlook = _open(stage.profile, "excel", "")
    stage.press_window("Letterlock")
    expect(stage.pane.get_by_role("button", name="Add files")).to_be_enabled()
    stage.press("The selection")
    stage.says("Nothing is selected")


@ADMIN.state("the administrator is signed in")
def admin_signing_in(stage: Stage) -> None:
    stage.press_window("New message")
    stage.press_window("Letterlock")
    expect(stage.one("#administrator")).to_be_visible()
    stage.facts["me"] = stage.hold("**/api/v1/me")
    stage.pane.get_by_role("link", name="For you as administrator").click()
    stage.says("Signing you in.")


@ADMIN.state("for the administrator only")
def admin_only(stage: Stage) -> None:
    stage.facts["me"](**problem(403, "administrators-only", SAID))
    stage.says("This page is for your firm's administrator.")


@ADMIN.state("the steps, folded; Microsoft will not take the files, and no mailbox")
def admin_folded(stage: Stage) -> None:
    def bare(route: Route) -> None:
        answer = route.fetch()
        faults = ["Each address must begin with https://, such as https://addin.hart.example."]
        route.fulfill(response=answer, json=answer.json() | {"mailbox": "", "faults": faults})

    stage.outlook.route("**/api/v1/deployment", bare)
    stage.frame.goto(stage.frame.url)
    expect(stage.pane.get_by_role("heading", name="The two files")).to_be_visible()
    expect(stage.one("#deployment-faults")).to_be_visible()
    _open_all(stage)
    stage.outlook.unroute("**/api/v1/deployment")


@ADMIN.state("every step open, a script marked, a file that did not come, a rule that is refused")
def admin_open(stage: Stage) -> None:
    frame = stage.frame
    frame.goto(frame.url)
    expect(stage.one("#guard-rules")).to_be_visible()
    _open_all(stage)
    stage.press("Copy: script that hands the add-in out")
    stop = stage.answer("**/api/v1/deployment/mail*", **problem(500, "fault", ""))
    stage.press("Save the file for Outlook")
    expect(stage.one("#deployment-trouble")).to_be_visible()
    stop()
    for field in ("words", "domains"):
        refused = problem(422, "malformed", "")
        refused["json"]["field"] = field
        stop = stage.answer("**/api/v1/guard-rules", **refused)
        stage.press("Save these rules")
        name = {"domains": "names", "words": "phrases"}[field]
        expect(stage.one(f"#guard-{name}-fault")).not_to_be_empty()
        stop()


@ADMIN.state("words that the guard's rules refuse")
def admin_words(stage: Stage) -> None:
    refused = problem(422, "malformed", "")
    refused["json"]["field"] = "words"
    stop = stage.answer("**/api/v1/guard-rules", **refused)
    stage.press("Save these rules")
    expect(stage.one("#guard-phrases-fault")).not_to_be_empty()
    stop()


@ADMIN.state("the guard's rules saved")
def admin_saved(stage: Stage) -> None:
    stage.press("Save these rules")
    expect(stage.one("#guard-saved")).to_contain_text("Saved.")


@ADMIN.state("a least level that is refused, for what need not")
def level_free(stage: Stage) -> None:
    _refuse_level(stage, "free")


@ADMIN.state("and for what must be end-to-end")
def level_strict(stage: Stage) -> None:
    _refuse_level(stage, "strict")


@ADMIN.state("the least level saved")
def level_saved(stage: Stage) -> None:
    for name in ("free", "strict"):
        stage.one(f"#level-{name}").fill("")
    stage.press("Save the least level")
    expect(stage.one("#level-saved")).to_contain_text("Saved.")


def _refuse_level(stage: Stage, name: str) -> None:
    stop = stage.answer("**/api/v1/level-rules", **problem(422, "invalid", ""))
    stage.one(f"#level-{name}").fill("client")
    stage.press("Save the least level")
    expect(stage.one(f"#level-{name}-fault")).not_to_be_empty()
    stop()


def _consent(stage: Stage, query: str) -> None:
    frame = stage.frame
    frame.goto(re.sub("/pane/.*", f"/pane/consent?{query}", frame.url))
    expect(stage.one("h1")).to_be_visible()


@ADMIN.state("consent granted")
def granted(stage: Stage) -> None:
    _consent(stage, f"admin_consent=True&tenant={TENANT}")


@ADMIN.state("consent granted elsewhere")
def granted_elsewhere(stage: Stage) -> None:
    _consent(stage, "admin_consent=True&tenant=0b7f7a0e-54f5-4a6f-8a35-0a1f6b7a9c01")


@ADMIN.state("consent not granted")
def not_granted(stage: Stage) -> None:
    _consent(stage, "error=access_denied")


@ADMIN.state("the add-in's own address")
def root(stage: Stage) -> None:
    frame = stage.frame
    frame.goto(re.sub("/pane/.*", "/", frame.url))
    expect(stage.one("h1")).to_have_text("Letterlock")


def _open_all(stage: Stage) -> None:
    stage.frame.evaluate(
        "document.querySelectorAll('details').forEach((one) => { one.open = true })"
    )
