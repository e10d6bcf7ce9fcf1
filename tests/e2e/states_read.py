"""The states of the pane beside a mail that was read, in the order in which they are walked."""

import re
from functools import partial
from typing import Any

from playwright.sync_api import FrameLocator, Locator, Page, Route, expect

from tests.e2e.panes import NOTES, add_files, expect_kept, expect_text, read_in_pane, rows, sheets
from tests.e2e.people import ANN, BEN, MAYA, TOM, Profile, new_subject, press_send
from tests.e2e.stage import Stage, Table, problem
from tests.e2e.states_compose import DEAD, LONG, LONG_ADDRESS, NOTICES, SAID
from tests.e2e.wire import Enclosed, post
from tests.sandbox.running import ROOT, eventually

READ = Table()
WHEN = 1795168800
FILES = {
    f"{LONG} as scanned, 2026-11-22 final (2).txt": Enclosed(
        b"The loan was 2,000.\n" * 9, "text/plain"
    ),
    "Figures.csv": Enclosed(b"a,b\n1,2\n", "text/plain"),
}
FEW = new_subject("Looks, to a few")
HEAD, ALL, OWN = (
    new_subject("Looks, the first"),
    new_subject("Looks, to all"),
    new_subject("Looks, of Ann"),
)
HIDDEN, FORGED, STRANGE = (
    new_subject("Looks, hidden"),
    new_subject("Looks, forged"),
    new_subject("Looks, not hers"),
)


def helpdesk_states() -> list[str]:
    """Every state of a reader that the pane knows, by its own source."""
    source = (ROOT / "addin/taskpane/helpdesk.ts").read_text()
    return re.findall(r'"([a-z-]+)"', source.split("const STATES = [")[1].split("]")[0])


def reader(state: str) -> dict[str, Any]:
    """A line of `GET /messages/{id}/helpdesk`."""
    return {
        "address": f"{state}.{LONG_ADDRESS}", "name": LONG if state == "opened" else "", "role": "to", "state": state,
        "since": WHEN, "opened": WHEN if state == "opened" else None, "detail": "5.1.1" if "refused" in state else None,
        "codes": {"asked": 2, "wrong": 1, "next": WHEN},
    }  # fmt: skip


def standing(recalled: object = None) -> dict[str, Any]:
    """An answer of the helpdesk, with each state that there is."""
    return {
        "readers": [reader(state) for state in helpdesk_states()],
        "may": {"answer": True, "renew": True, "add": recalled is None, "recall": recalled is None},
        "recalled": recalled, "strangers": 3, "lacks": ["scripts", "cookies", "cryptography", "workers"],
        "link": "https://portal.hart.example/m/AAAAAAAAAAAAAAAAAAAAAA",
    }  # fmt: skip


def start(profile: Profile) -> Page:
    """Letters of every kind in Ann's folders."""
    pair = profile.pair
    write = partial(post, pair, BEN)
    last = write((ANN, MAYA), "The first.", subject=HEAD)
    for n in range(4):
        last = write((ANN, MAYA, TOM), f"Letter {n}.", subject=f"Re: {HEAD}", reply_to=last)
    many = [MAYA, TOM, *(f"reader.{n}@client.example" for n in range(17)), LONG_ADDRESS]
    write(
        (ANN, *many),
        "When is the deposit due? See what is enclosed.",
        subject=ALL,
        files=FILES,
        reply_to=last,
    )
    write((ANN, MAYA), "When is the deposit due?", subject=FEW)
    write((MAYA,), "You alone.", subject=HIDDEN, hidden=(ANN,))
    write((ANN,), "Forged.", subject=FORGED)
    other = write((MAYA,), "Not for Ann.")
    html = f'<p>See <a href="{pair.url}/m/{other}">this</a></p>'
    mail(profile, STRANGE, html)
    post(pair, ANN, (MAYA, BEN), "Of Ann.", subject=OWN, files=FILES)
    for subject in (ALL, FEW, HIDDEN, FORGED):
        eventually(lambda subject=subject: pair.sandbox.inbox(ANN, subject))  # type: ignore[misc]
    return profile.outlook(ANN)


def mail(profile: Profile, subject: str, html: str) -> None:
    """An ordinary mail to Ann."""
    sandbox = profile.pair.sandbox
    message = {
        "subject": subject,
        "body": {"contentType": "html", "content": html},
        "toRecipients": [{"emailAddress": {"address": ANN}}],
    }
    answer = sandbox.graph(
        "POST", "/users/portal@hart.example/sendMail", sandbox.app_token(),
        json={"message": message, "saveToSentItems": False},
    )  # fmt: skip
    assert answer.status_code == 202
    eventually(lambda: sandbox.inbox(ANN, subject))


@READ.state("signing in beside a notice")
def signing_in(stage: Stage) -> None:
    stage.facts["me"] = stage.hold("**/api/v1/me")
    stage.facts["notices"] = stage.answer("**/api/v1/notices", json={"notices": NOTICES})
    stage.facts["dead"] = stage.answer("**/api/v1/outbox/dead", json={"dead": DEAD})
    read_in_pane(stage.outlook, "Inbox", ALL)
    stage.says("Signing you in.", "#welcome")
    expect(stage.one("#way")).to_be_visible()


@READ.state("sign-in refused beside a notice")
def sign_in_refused(stage: Stage) -> None:
    stage.facts["me"](**problem(403, "not-allowed", SAID * 2))
    expect(stage.pane.get_by_role("button", name="Sign in")).to_be_visible()


@READ.state("a letter is opened, in a long thread, with notices that need Ann")
def opening(stage: Stage) -> None:
    stage.facts["open"] = stage.hold("**/open")
    stage.press("Sign in")
    stage.says("Opening the letter from")
    expect(stage.one("#earlier-list > li")).to_have_count(len(NOTICES))
    stage.one("#dead > summary").click()


@READ.state("a letter to many with files")
def reading(stage: Stage) -> None:
    stage.facts["notices"]()
    stage.facts["dead"]()
    stage.facts["open"]()
    expect_text(letter(stage), "See what is enclosed")
    expect(sheets(stage.pane)).to_have_count(6)
    sheets(stage.pane).nth(4).get_by_role("button").first.click()
    expect_text(sheets(stage.pane).nth(4), "Letter 3.")


@READ.state("checked, with fingerprints, and its level explained")
def verified(stage: Stage) -> None:
    sheets(stage.pane).nth(4).get_by_role("button", name="Fold this letter").click()
    letter(stage).get_by_role("button", name="Verify").click()
    letter(stage).get_by_text("Fingerprints of the keys").click()
    letter(stage).get_by_text("what does this mean").click()
    expect(letter(stage).locator("[data-part=fingerprints] > dd").first).to_be_visible()


@READ.state("a file that comes, and a copy that is made")
def fetching(stage: Stage) -> None:
    stage.facts["objects"] = stage.hold("**/objects/*")
    letter(stage).get_by_role("button", name=re.compile("^Save Wolfe")).click()
    expect(letter(stage).get_by_role("progressbar")).to_be_visible()
    stage.press("Keep a copy")
    expect(stage.pane.get_by_role("button", name="Stop")).to_be_visible()


@READ.state("a file that did not come, and no copy")
def not_fetched(stage: Stage) -> None:
    stage.facts["objects"](**problem(404, "not-found", ""))
    stage.says("We did not open this file")
    expect(stage.pane.get_by_role("button", name="Keep a copy")).to_be_visible()
    expect(stage.one("#copy-said")).not_to_be_empty()


@READ.state("an answer to all, with a file, and advice on it")
def answering(stage: Stage) -> None:
    read_in_pane(stage.outlook, "Inbox", FEW)
    expect_text(sheets(stage.pane).first, "When is the deposit due?")
    stage.press("Reply all")
    stage.pane.get_by_role("textbox", name="Message").fill("Dear Mara, I AGREE WITH ALL OF THIS!!")
    add_files(stage.pane, NOTES)
    expect(rows(stage.pane)).to_have_count(1)
    expect_kept(stage.pane)
    stage.pane.get_by_text("Who can read this:").click()
    stage.one("#advice > summary").click()
    expect(stage.one("#advice-list > li").first).to_be_visible()


@READ.state("an answer that did not go")
def failed(stage: Stage) -> None:
    stage.facts["signature"] = stage.hold("**/signature")
    press_send(stage.pane)
    stage.says("Having it signed")
    stage.facts["signature"](**problem(422, "statement-refused", SAID))
    stage.says("Your text is still here")


@READ.state("an answer that was sent")
def sent(stage: Stage) -> None:
    press_send(stage.pane)
    stage.says("is on its way")
    expect(sheets(stage.pane)).to_have_count(2)


@READ.state("a hidden copy")
def hidden(stage: Stage) -> None:
    read_in_pane(stage.outlook, "Inbox", HIDDEN)
    stage.says("You are a hidden reader")
    expect_text(sheets(stage.pane).first, "You alone.")


@READ.state("a letter that is not as it was signed")
def forged(stage: Stage) -> None:
    def change(route: Route) -> None:
        answer = route.fetch()
        said = answer.json()
        value = said["signature"]["value"]
        said["signature"]["value"] = ("B" if value[0] == "A" else "A") + value[1:]
        route.fulfill(response=answer, json=said)

    stage.outlook.route("**/open", change)
    read_in_pane(stage.outlook, "Inbox", FORGED)
    stage.says("We did not open this letter.")
    stage.outlook.unroute("**/open")


@READ.state("a letter that does not come")
def away(stage: Stage) -> None:
    stop = stage.answer("**/open", **problem(500, "fault", ""))
    read_in_pane(stage.outlook, "Inbox", HIDDEN)
    expect(stage.one("[data-part=refused]").first).to_be_visible()
    stop()


@READ.state("a letter that was recalled")
def recalled(stage: Stage) -> None:
    stop = stage.answer(
        "**/thread", **problem(410, "recalled", f"Ben Carey recalled this letter. {SAID}")
    )
    read_in_pane(stage.outlook, "Inbox", FORGED)
    stage.says("Ben Carey recalled this letter.")
    stop()


@READ.state("a letter for somebody else")
def not_hers(stage: Stage) -> None:
    read_in_pane(stage.outlook, "Inbox", STRANGE)
    stage.says("This letter is not for you, or no longer here.")


@READ.state("a mail that is no notice")
def no_notice(stage: Stage) -> None:
    subject = new_subject("Looks, plain")
    mail(stage.profile, subject, "<p>Good morning</p>")
    read_in_pane(stage.outlook, "Inbox", subject)
    stage.says("This mail is not a notice of ours.")


@READ.state("a letter of one's own: how far each reader is")
def own(stage: Stage) -> None:
    stage.facts["helpdesk"] = stage.answer("**/helpdesk", json=standing())
    read_in_pane(stage.outlook, "Sent", OWN)
    states = stage.pane.get_by_role("list", name="How far each reader is")
    expect(states.get_by_role("listitem")).to_have_count(len(helpdesk_states()))
    expect_text(sheets(stage.pane).first, "Of Ann.")


@READ.state("why a client cannot open it")
def helpdesk(stage: Stage) -> None:
    stage.press("Why can't my client open it?")
    came = stage.pane.get_by_role("list", name="How far each reader came")
    expect(came.get_by_role("listitem")).to_have_count(len(helpdesk_states()))
    stage.press("Copy")


@READ.state("one more reader, and an address that is not whole")
def adding(stage: Stage) -> None:
    stage.press("Why can't my client open it?")
    stage.press("Add a reader")
    field = stage.pane.get_by_role("textbox", name="Who else may read it? One address.")
    field.fill("Tom Birchall <tom@client")
    field.press("Enter")
    stage.says("Type one whole address")


@READ.state("before a recall")
def recalling(stage: Stage) -> None:
    stage.pane.get_by_role("button", name="Recall", exact=True).click()
    stage.says("opened it on")


@READ.state("recalled by oneself")
def recalled_own(stage: Stage) -> None:
    stage.facts["helpdesk"]()
    stage.facts["helpdesk"] = stage.answer("**/helpdesk", json=standing({"by": LONG, "at": WHEN}))
    stop = stage.answer("**/recall", json={})
    stage.press("Recall the letter")
    stage.says("recalled this letter on")
    stop()


@READ.state("the readers' states cannot be looked up")
def no_states(stage: Stage) -> None:
    stage.facts["helpdesk"]()
    stop = stage.answer("**/helpdesk", **problem(500, "fault", ""))
    read_in_pane(stage.outlook, "Sent", OWN)
    stage.says("We could not look that up just now.")
    stage.press("Why can't my client open it?")
    expect(stage.pane.get_by_role("button", name="Look again")).to_be_visible()
    stop()


@READ.state("a reader who was added later")
def late(stage: Stage) -> None:
    read_in_pane(stage.outlook, "Inbox", HIDDEN)
    expect_text(sheets(stage.pane).first, "You alone.")
    read_in_pane(stage.outlook, "Sent", OWN)
    stage.press("Add a reader")
    field = stage.pane.get_by_role("textbox", name="Who else may read it? One address.")
    field.fill(f"{LONG} <{LONG_ADDRESS}>")
    field.press("Enter")
    expect(stage.pane.get_by_text("added by Ann Lee").first).to_be_visible()


@READ.state("keys compared, and not the same")
def not_the_same(stage: Stage) -> None:
    stage.press("Compare keys with Ben Carey")
    expect(stage.pane.get_by_role("img", name="QR code of the same number")).to_be_visible()
    stage.press("It is not")
    stage.says("somebody may stand between you")


@READ.state("keys compared, marked, and with somebody who has none to sign with")
def marked(stage: Stage) -> None:
    stage.press("It is the same")
    stage.says("Verified by you")
    stage.press(f"Compare keys with {MAYA}")
    stage.says("There is no number yet")


@READ.state("an Outlook that does not give the mail")
def unread(stage: Stage) -> None:
    _another(stage, "&fail=read.body")
    stage.says("Outlook did not give us this mail")


@READ.state("outside Outlook, reading")
def outside(stage: Stage) -> None:
    _another(stage, "&fail=hello")
    stage.says("This page works inside Outlook")


def letter(stage: Stage) -> Locator:
    """The letter that the mail tells of."""
    return sheets(stage.pane).nth(5)


def _another(stage: Stage, more: str) -> FrameLocator:
    """A notice in another Outlook."""
    stage.outlook.close()
    stage.outlook = stage.profile.context.new_page()
    stage.outlook.goto(f"{stage.profile.pair.sandbox.url}/outlook?as={ANN}{more}")
    return read_in_pane(stage.outlook, "Inbox", HIDDEN)
