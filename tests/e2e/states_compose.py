"""The states of the pane in which a letter is written, in the order in which they are walked."""

import re
from typing import Any

from playwright.sync_api import Route, expect

from tests.e2e.panes import (
    COLON,
    EMPTY,
    NOTES,
    PROGRAM,
    add_files,
    expect_kept,
    hide_from_others,
    kept,
    put,
    rows,
)
from tests.e2e.people import BEN, MAYA, TOM, new_subject, open_pane, press_send
from tests.e2e.stage import Stage, Table, problem

COMPOSE = Table()
SAID = "A sentence that our server wrote, as long as such sentences are. "
LONG = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh of the Estate of Cholmondeley"
LONG_ADDRESS = f"{'wolfeschlegelsteinhausenbergerdorff' * 1}.featherstonehaugh@client.example"
TWENTY = ", ".join(f"reader.{n}@client.example" for n in range(20))
RULES: dict[str, Any] = {
    "domains": ["hart.example"], "glossary": [], "blame": [], "urgency": [], "greetings": [],
    "hours": {"from": 0, "to": 24, "days": [0, 1, 2, 3, 4, 5, 6]}, "off": [], "stop": ["greeting"],
}  # fmt: skip
TOO_BIG = """
(input) => {
    const chosen = new DataTransfer()
    chosen.items.add(new File([new Uint8Array(25 * 1024 * 1024 + 1)], 'Plans.bin'))
    input.files = chosen.files
    input.dispatchEvent(new Event('change', {bubbles: true}))
}
"""


def notice(state: str, **more: Any) -> dict[str, Any]:
    """A line of `GET /notices`."""
    return {"id": f"{state:A<22}", "subject": LONG, "sent_at": 1795168800, "state": state} | more


NOTICES = [
    notice("held"), notice("unconfirmed"), notice("unconfirmed", detail="looking"), notice("failed"), notice("reported"),
    notice("bounced", bounced=[{"address": LONG_ADDRESS, "detail": "5.1.1"}]),
]  # fmt: skip
DEAD = [
    {"id": f"{n}" * 22, "kind": kind, "created": 1795168800, "reason": reason}
    for n, (kind, reason) in enumerate(
        [("notice", "unconfirmed"), ("code", "5.7.1"), ("sign-in", ""), ("digest", "5.2.2")]
    )
]


@COMPOSE.state("signing in")
def signing_in(stage: Stage) -> None:
    stage.facts["me"] = stage.hold("**/api/v1/me")
    stage.outlook.route(
        "**/api/v1/advice-rules", lambda route: route.fulfill(**problem(403, "no", ""))
    )
    stage.facts["notices"] = stage.answer("**/api/v1/notices", json={"notices": NOTICES})
    stage.facts["dead"] = stage.answer("**/api/v1/outbox/dead", json={"dead": DEAD})
    open_pane(stage.outlook)
    stage.says("Signing you in.")


@COMPOSE.state("sign-in refused")
def sign_in_refused(stage: Stage) -> None:
    stage.facts["me"](**problem(403, "not-allowed", SAID * 2))
    expect(stage.pane.get_by_role("button", name="Sign in")).to_be_visible()
    stage.says("Press Sign in to try again")


@COMPOSE.state("notices that need their sender, and mail that did not go")
def earlier(stage: Stage) -> None:
    stage.press("Sign in")
    expect(stage.one("#earlier-list > li")).to_have_count(len(NOTICES))
    stage.one("#dead > summary").click()
    expect(stage.one("#dead-list > li")).to_have_count(len(DEAD))


@COMPOSE.state("empty")
def empty(stage: Stage) -> None:
    stage.facts["notices"]()
    stage.facts["dead"]()
    stage.outlook.reload()
    open_pane(stage.outlook)
    expect(stage.pane.get_by_role("button", name="Send securely")).to_be_enabled()
    expect(stage.one("#administrator")).to_be_visible()


@COMPOSE.state("nobody named")
def nobody(stage: Stage) -> None:
    press_send(stage.pane)
    stage.says("Say who may read it")


@COMPOSE.state("one reader")
def one_reader(stage: Stage) -> None:
    to(stage, MAYA)
    stage.says("Protected", "#to-people")


@COMPOSE.state("an address that is not whole")
def not_whole(stage: Stage) -> None:
    to(stage, "maya@" + "client" * 12)
    stage.says("is not a whole address")


@COMPOSE.state("a reader who is not looked up yet")
def unknown(stage: Stage) -> None:
    stage.pane.get_by_role("combobox", name="To").fill("")
    away = stage.answer("**/api/v1/lookups", **problem(403, "not-allowed", SAID))
    to(stage, TOM)
    stage.says("Not looked up yet", "#to-people")
    away()


@COMPOSE.state("names and addresses that are very long")
def long_names(stage: Stage) -> None:
    to(stage, f"{LONG} <{LONG_ADDRESS}>")
    put(stage.outlook, "Cc", f"{LONG} <cc.{LONG_ADDRESS}>")
    stage.says(f"cc.{LONG_ADDRESS}", "#cc-people")
    stage.pane.get_by_role("textbox", name="Subject").fill(new_subject(LONG))


@COMPOSE.state("twenty readers, a group and a hidden copy")
def twenty(stage: Stage) -> None:
    to(stage, TWENTY)
    expect(stage.one("#to-people > li")).to_have_count(23)
    hide_from_others(stage.pane, BEN)
    frame = stage.outlook.frame(url="**/pane/compose")
    assert frame is not None
    frame.evaluate("Office.MailboxEnums.RecipientType.DistributionList = 'externalUser'")
    put(
        stage.outlook,
        "Cc",
        f"{LONG} <cc.{LONG_ADDRESS}>; Tax team of all our houses <tax@client.example>",
    )
    stage.says("is a group.")
    bcc = stage.one("#bcc")
    bcc.fill("mäya@client.example")
    bcc.press("Enter")
    stage.says("cannot take mail here", "#bcc-fault")


@COMPOSE.state("who can read it")
def who_can_read(stage: Stage) -> None:
    stage.one("#bcc").fill("")
    put(stage.outlook, "Cc", "")
    expect(stage.one("#blockers > *")).to_have_count(0)
    stage.one("details.can:not(.advice) > summary").click()
    expect(stage.one("#readers > li")).to_have_count(25)


@COMPOSE.state("a letter with everything the toolbar has, and the address of a link")
def written(stage: Stage) -> None:
    stage.one("details.can:not(.advice) > summary").click()
    for n in range(20):
        stage.pane.get_by_role("button", name=f"Remove reader.{n}@").click()
    letter = stage.pane.get_by_role("textbox", name="Message")
    html = '<p>Dear Mara,</p><p><b>Two</b> <i>things</i>:</p><ul><li>One</li></ul><blockquote>Said</blockquote><img src="https://x.example/x.png"><p>Pay to GB82 WEST 1234 5698 7654 32.</p>'
    stage.paste(letter, html, "text/html")
    letter.press("Control+a")
    stage.press("Link")
    expect(stage.pane.get_by_role("textbox", name="Address of the link")).to_be_visible()
    expect(stage.one("#pasted")).to_contain_text("left out")


@COMPOSE.state("advice that did not load")
def no_advice(stage: Stage) -> None:
    stage.pane.get_by_role("textbox", name="Address of the link").press("Escape")
    expect(stage.one("#linking")).to_be_hidden()
    expect(stage.one("#advice-away")).to_be_visible()


@COMPOSE.state("advice, and what the firm wants decided")
def advice(stage: Stage) -> None:
    stage.outlook.unroute("**/api/v1/advice-rules")
    stage.answer("**/api/v1/advice-rules", json=RULES)
    press_send(stage.pane)
    expect(
        stage.pane.get_by_role("alert").filter(has_text="Your firm asks you to look")
    ).to_be_visible()
    expect(stage.one("#advice-list > li")).to_have_count(2)
    expect(stage.one("#channel")).to_be_visible()


@COMPOSE.state("a file on its way")
def moving(stage: Stage) -> None:
    stage.press("Leave it: You greet")
    stage.one("#advice > summary").click()
    stage.facts["file"] = stage.hold("**/objects/*")
    add_files(stage.pane, NOTES | {"name": f"{LONG} 2026.txt"})
    expect(rows(stage.pane).first.get_by_role("progressbar")).to_be_visible()


@COMPOSE.state("files that are refused, renamed, too big, and one that did not go up")
def files(stage: Stage) -> None:
    stage.facts["file"](**problem(403, "not-allowed", SAID))
    stage.says("It did not go up.")
    add_files(stage.pane, COLON, EMPTY, PROGRAM)
    stage.one("input[type=file]").evaluate(TOO_BIG)
    stage.says("is larger than 25 MB")
    expect(rows(stage.pane)).to_have_count(5)


@COMPOSE.state("kept, and kept elsewhere since")
def changed(stage: Stage) -> None:
    expect_kept(stage.pane)
    stage.outlook.route(
        "**/draft", lambda route: route.fulfill(**problem(409, "draft-changed", ""))
    )
    stage.pane.get_by_role("textbox", name="Message").press_sequentially("!")
    stage.says("Another window has saved this letter since")
    stage.outlook.unroute("**/draft")


@COMPOSE.state("not kept")
def not_kept(stage: Stage) -> None:
    stage.outlook.route("**/draft", lambda route: route.fulfill(**problem(403, "no", "")))
    stage.press("Keep it as a letter of its own")
    stage.says("Not saved")
    stage.outlook.unroute("**/draft")


@COMPOSE.state("keys compared on a reader's row")
def compared(stage: Stage) -> None:
    stage.press(f"Compare keys with {MAYA}")
    stage.says("There is no number yet", "#to-people")


@COMPOSE.state("a letter that the firm wants end-to-end, of who has no key of her own")
def demanded(stage: Stage) -> None:
    domains = [{"domain": "client.example", "level": "self-held"}]
    stop = stage.answer("**/api/v1/level-rules", json={"least": "managed", "domains": domains})
    stage.outlook.reload()
    open_pane(stage.outlook)
    to(stage, MAYA)
    stage.says("writes to client.example end-to-end only", "#least")
    stop()


@COMPOSE.state("letters that were kept")
def shelf(stage: Stage) -> None:
    stage.outlook.reload()
    open_pane(stage.outlook)
    expect(kept(stage.pane).first).to_contain_text("Letter to")


@COMPOSE.state("sending")
def sending(stage: Stage) -> None:
    kept(stage.pane).first.get_by_role("button", name=re.compile("^Continue")).click()
    letter = stage.pane.get_by_role("textbox", name="Message")
    expect(letter).to_contain_text("Two things")
    letter.fill("Dear Maya, all is well.")
    stage.outlook.get_by_role("textbox", name="Message body").fill("Typed into Outlook.")
    for name in re.findall("Remove [^\n]*", "\n".join(_names(stage))):
        stage.press(name)
    stage.facts["signature"] = stage.hold("**/signature")
    press_send(stage.pane)
    stage.says("Having it signed")


@COMPOSE.state("a letter that did not go, its draft kept")
def failed(stage: Stage) -> None:
    stage.facts["signature"](**problem(422, "statement-refused", SAID * 3))
    stage.says("Your text is still here")


@COMPOSE.state("sent, the notice failed, and Outlook's own text stays")
def notice_failed(stage: Stage) -> None:
    def fail(route: Route) -> None:
        if route.request.method != "GET":
            route.fallback()
            return
        said = {"notice": {"state": "failed", "detail": "5.7.1 of the mailbox's own server"}}
        route.fulfill(json=said)

    stage.outlook.route(re.compile(r"/api/v1/messages/[\w-]{22}$"), fail)
    press_send(stage.pane)
    stage.says("its notice did not go")
    expect(stage.one("#own-text")).to_be_visible()
    expect(stage.one("#reason")).to_be_visible()


def to(stage: Stage, text: str) -> None:
    """Type into To, and press Enter."""
    field = stage.pane.get_by_role("combobox", name="To")
    field.fill(text)
    field.press("Enter")


def _names(stage: Stage) -> list[str]:
    """The names of the buttons that remove files."""
    buttons = rows(stage.pane).get_by_role("button").all()
    return [one.get_attribute("aria-label") or "" for one in buttons]
