"""The states of templates, signature and the firm's line, in the order in which they are walked."""

from playwright.sync_api import Page, expect

from tests.e2e.pair import Pair
from tests.e2e.people import ANN, MAYA, TOM, Profile, new_subject, open_pane, press_send
from tests.e2e.stage import Stage, Table, problem
from tests.e2e.states_compose import LONG, SAID, to
from tests.e2e.wire import staff

PAPER = Table()
SIGNATURE = "<p>Ann Lee</p><ul><li>Partner at Hart &amp; Co</li></ul>"
NOTHING = {"letters": True, "replies": False}
MANY = [f"{LONG[:60]} {n}" for n in range(12)]


def start(profile: Profile) -> Page:
    """Ann's mail; nothing was made yet."""
    clear(profile.pair)
    return profile.outlook(ANN)


def clear(pair: Pair) -> None:
    """Nothing of the firm's paper is left."""
    ann = staff(pair, ANN)
    for one in ann.call("GET", "/templates").json["templates"]:
        ann.call("DELETE", f"/templates/{one['id']}")
    ann.put("/ending/signature", NOTHING | {"body": ""})
    ann.put("/ending/tagline", NOTHING | {"text": ""})


@PAPER.state("no templates")
def nothing(stage: Stage) -> None:
    open_pane(stage.outlook)
    expect(stage.one("#templates")).to_be_enabled()
    to(stage, f"Maya Okafor <{MAYA}>")
    stage.pane.get_by_role("textbox", name="Subject").fill(new_subject("Paper"))
    stage.one("#templates").click()
    stage.says("No templates yet.")


@PAPER.state("templates that do not come")
def away(stage: Stage) -> None:
    stop = stage.answer("**/api/v1/templates", **problem(403, "not-allowed", SAID))
    stage.one("#pick-close").click()
    stage.one("#templates").click()
    stage.says("The templates could not be fetched.")
    stop()


@PAPER.state("the book, empty")
def book(stage: Stage) -> None:
    stage.press("Templates and signature")
    stage.says("Your firm has no line of its own.")


@PAPER.state("a new template")
def fresh(stage: Stage) -> None:
    stage.press("New template of your own")
    stage.pane.get_by_role("textbox", name="Name").fill(LONG[:80])
    stage.pane.get_by_role("textbox", name="Text of the template").fill("Dear {{First}}")


@PAPER.state("a field that is none, and a link")
def odd(stage: Stage) -> None:
    stage.one("#book-keep").click()
    stage.says("{{First}} is not a field")
    stage.one("#book-text [data-do=link]").click()
    expect(stage.one("#book-text input")).to_be_focused()


@PAPER.state("a template was kept")
def kept(stage: Stage) -> None:
    stage.pane.get_by_role("textbox", name="Text of the template").fill("Dear {{first_name}}")
    stage.one("#book-keep").click()
    stage.says("Kept: ")


@PAPER.state("a name that is taken")
def taken(stage: Stage) -> None:
    stage.press("New template of your own")
    stage.pane.get_by_role("textbox", name="Name").fill(LONG[:80])
    stage.pane.get_by_role("textbox", name="Text of the template").fill("Hello")
    stage.one("#book-keep").click()
    stage.says("Another template of this list has that name")


@PAPER.state("the firm's line")
def line(stage: Stage) -> None:
    stage.press("Leave it")
    stage.press("Change the firm's line")
    stage.pane.get_by_role("textbox", name="The firm's line").fill("Hart & Co, with care")
    stage.one("#book-replies").check()


@PAPER.state("a signature")
def signature(stage: Stage) -> None:
    stage.one("#book-keep").click()
    stage.says("It stands under everybody's next letters.")
    stage.press("Change your signature")
    stage.pane.get_by_role("textbox", name="Your signature").fill("Ann Lee")


@PAPER.state("a full book")
def full(stage: Stage) -> None:
    stage.one("#book-keep").click()
    stage.says("It stands under the next letter")
    ann = staff(stage.profile.pair, ANN)
    for name in MANY:
        body = "<p>Dear {{first_name}},</p><p>{{matter}} by {{court_date}}</p>"
        ann.post("/templates", {"name": name, "language": "de-AT", "body": body, "firm": True})
    stage.press("Back to the letter")
    expect(stage.pane.get_by_role("option")).to_have_count(len(MANY) + 1)
    stage.press("Templates and signature")
    expect(stage.one("#book-firm > li")).to_have_count(len(MANY))


@PAPER.state("a template is to be deleted")
def delete(stage: Stage) -> None:
    stage.one("#book-firm").get_by_role("button", name="Delete").first.click()
    stage.says("for everybody?")


@PAPER.state("a search that finds many")
def search(stage: Stage) -> None:
    stage.press("Back to the letter")
    expect(stage.pane.get_by_role("option")).to_have_count(len(MANY) + 1)


@PAPER.state("a search that finds nothing")
def none(stage: Stage) -> None:
    stage.one("#pick").fill(LONG[::-1])
    stage.says("No template is called")


@PAPER.state("fields are asked for")
def fields(stage: Stage) -> None:
    to(stage, TOM)
    stage.one("#pick").fill(MANY[3])
    stage.one("#pick").press("Enter")
    stage.says("This letter goes to 2 people")


@PAPER.state("a field is still open")
def still_open(stage: Stage) -> None:
    stage.press("Insert")
    press_send(stage.pane)
    stage.says("Still to fill in: {{first_name}}, {{matter}} and {{court_date}}.")


@PAPER.state("braces that may be meant")
def meant(stage: Stage) -> None:
    stage.pane.get_by_role("textbox", name="Message").fill("In Jinja {{ name }}")
    press_send(stage.pane)
    stage.says("It is meant so: send")
