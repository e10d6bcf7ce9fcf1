"""The Outlook window: mail as people see it, and the add-in in a frame of another site."""

import re
from urllib.parse import urlencode

import jwt
import pytest
import requests
from playwright.sync_api import BrowserContext, Frame, Page, expect

from tests.sandbox.addin_host import AddIn
from tests.sandbox.running import API, CLIENT, ROOT, Sandbox, eventually

ANN, MAYA, TOM = "ann@hart.example", "maya@client.example", "tom@client.example"
AXE = ROOT / "node_modules/axe-core/axe.min.js"


def outlook(page: Page, sandbox: Sandbox, address: str, more: str = "") -> None:
    page.goto(f"{sandbox.url}/outlook?as={address}{more}")
    expect(page.get_by_role("button", name=re.compile("^Inbox"))).to_be_visible()


def compose(page: Page) -> None:
    page.get_by_role("button", name="New message").click()
    expect(page.get_by_role("textbox", name="To", exact=True)).to_be_focused()


def open_addin(page: Page) -> Frame:
    """The pane's own frame, once the add-in is ready."""
    page.get_by_role("button", name="Letterlock").click()
    element = page.locator('iframe[title="Letterlock"]').element_handle()
    frame = element.content_frame()
    assert frame is not None
    frame.wait_for_url("**/pane/compose")
    frame.wait_for_load_state()
    frame.evaluate("ready()")
    return frame


def mail(sandbox: Sandbox, subject: str, html: str) -> None:
    """A letter from the firm's mailbox to Maya."""
    body = {"contentType": "html", "content": html}
    to = [{"emailAddress": {"address": MAYA}}]
    message = {"subject": subject, "body": body, "toRecipients": to}
    answer = sandbox.graph(
        "POST", "/users/portal@hart.example/sendMail", sandbox.app_token(),
        json={"message": message, "saveToSentItems": False},
    )  # fmt: skip
    assert answer.status_code == 202


def axe(page: Page) -> list[str]:
    """Names of the accessibility rules the page breaks."""
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        "axe.run(document, {iframes: false}).then(r => r.violations.map(v => v.id))"
    )
    return list(found)


def test_the_start_page_has_a_card_for_each_mailbox(page: Page, sandbox: Sandbox) -> None:
    page.goto(sandbox.url)
    expect(page.get_by_text("nothing leaves this machine")).to_be_visible()
    page.get_by_role("link", name="Maya Okafor").click()
    expect(page).to_have_url(f"{sandbox.url}/outlook?as={MAYA}")


def test_new_mail_appears_by_itself_and_its_link_opens_a_new_tab(
    page: Page, context: BrowserContext, sandbox: Sandbox
) -> None:
    outlook(page, sandbox, MAYA)
    target = f"{sandbox.url}/healthz"
    mail(sandbox, "live", f'<p>Dear Maya</p><p><a href="{target}">Read it</a></p>')
    page.get_by_role("button", name="live").click()
    link = page.frame_locator('iframe[title="Message body"]').get_by_role("link", name="Read it")
    expect(link).to_have_attribute("href", target)
    assert "noopener" in (link.get_attribute("rel") or "")
    with context.expect_page() as opened:
        link.click()
    opened.value.wait_for_load_state()
    assert opened.value.url == target
    assert opened.value.evaluate("window.opener") is None


def test_scripts_in_a_mail_do_not_run(rough: Page, sandbox: Sandbox) -> None:
    outlook(rough, sandbox, MAYA)
    hostile = "<p>Hello</p><script>parent.document.title='owned'</script>"
    mail(sandbox, "hostile", f'{hostile}<img src="x" onerror="parent.document.title=1">')
    rough.get_by_role("button", name="hostile").click()
    body = rough.frame_locator('iframe[title="Message body"]')
    expect(body.get_by_text("Hello")).to_be_visible()
    expect(rough).to_have_title("Mail of Maya Okafor")


def test_a_mail_written_here_is_sent_and_answered(page: Page, sandbox: Sandbox) -> None:
    outlook(page, sandbox, MAYA)
    compose(page)
    page.keyboard.type("Tom Birchall <tom@client.example>")
    page.get_by_role("textbox", name="Subject").fill("Lunch")
    page.get_by_role("textbox", name="Message body").fill("At one?\nhttps://example.com/menu.")
    expect(page.get_by_text("Draft saved")).to_be_visible()
    assert sandbox.message(MAYA, "drafts", "Lunch")
    page.get_by_role("button", name="Send").click()
    arrived = eventually(lambda: sandbox.inbox(TOM, "Lunch"))
    assert (arrived["text"], arrived["from"]["address"]) == (
        "At one?\nhttps://example.com/menu.",
        MAYA,
    )
    assert eventually(lambda: sandbox.message(MAYA, "sentitems", "Lunch"))
    assert sandbox.message(MAYA, "drafts", "Lunch") is None
    outlook(page, sandbox, TOM)
    page.get_by_role("button", name="Lunch").click()
    page.get_by_role("button", name="Reply").click()
    expect(page.get_by_role("textbox", name="To", exact=True)).to_have_value(MAYA)
    expect(page.get_by_role("textbox", name="Subject")).to_have_value("RE: Lunch")


def test_a_mail_without_an_address_is_not_sent_and_stays(rough: Page, sandbox: Sandbox) -> None:
    outlook(rough, sandbox, TOM)
    compose(rough)
    rough.get_by_role("textbox", name="Subject").fill("To nobody")
    with rough.expect_response(re.compile("/send")) as refused:
        rough.get_by_role("button", name="Send").click()
    assert refused.value.status == 422
    expect(rough.get_by_role("alert")).to_contain_text("Not sent")
    expect(rough.get_by_role("textbox", name="Subject")).to_have_value("To nobody")
    rough.get_by_role("button", name="Discard").click()
    expect(rough.get_by_text("Choose a message.")).to_be_visible()
    assert sandbox.message(TOM, "drafts", "To nobody") is None


def test_deleted_mail_moves_to_deleted_items(page: Page, sandbox: Sandbox) -> None:
    outlook(page, sandbox, MAYA)
    mail(sandbox, "to delete", "<p>x</p>")
    page.get_by_role("button", name="to delete").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Deleted Items").click()
    expect(page.get_by_role("button", name="to delete")).to_be_visible()


@pytest.mark.parametrize("address", [MAYA, "portal@hart.example"])
def test_people_without_a_sign_in_have_no_addin(page: Page, sandbox: Sandbox, address: str) -> None:
    outlook(page, sandbox, address)
    compose(page)
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    expect(page.get_by_role("button", name="Letterlock")).to_have_count(0)
    url = f"{sandbox.url}/outlook/api/token?as={address}"
    origin = requests.get(f"{sandbox.url}/outlook?as={ANN}", timeout=5).text
    addin = re.search(r'data-addin="(http://[^/"]+)', origin)
    assert addin is not None
    asked = {"origin": addin[1], "client": CLIENT, "scope": "User.Read"}
    assert requests.post(url, json=asked, timeout=5).json()["error_codes"] == [50034]


def test_the_unmodified_msal_browser_gets_a_token_for_the_windows_person(
    page: Page, sandbox: Sandbox
) -> None:
    outlook(page, sandbox, ANN)
    compose(page)
    result = open_addin(page).evaluate("silent()")
    claims = jwt.decode(result["token"], options={"verify_signature": False})
    assert (claims["preferred_username"], claims["scp"]) == (ANN, "access_as_user")
    assert (claims["aud"], claims["iss"]) == (CLIENT, f"{sandbox.authority}/v2.0")
    assert (result["username"], result["cached"]) == (ANN, True)


def test_a_challenge_asks_the_person_and_then_satisfies_on_behalf_of(
    rough: Page, faulty: Sandbox
) -> None:
    faulty.faults(obo="mfa")
    outlook(rough, faulty, ANN)
    compose(rough)
    frame = open_addin(rough)
    weak = frame.evaluate("silent()")["token"]
    scopes = ["https://graph.microsoft.com/Mail.Send"]
    refusal = faulty.app().acquire_token_on_behalf_of(weak, scopes)
    frame.evaluate("claims => { window.strong = silent(claims) }", refusal["claims"])
    rough.get_by_role("dialog").get_by_role("button", name="Approve").click()
    strong = frame.evaluate("window.strong")["token"]
    assert "access_token" in faulty.app().acquire_token_on_behalf_of(strong, scopes)


def test_cancelling_the_challenge_tells_msal_so(rough: Page, sandbox: Sandbox) -> None:
    outlook(rough, sandbox, ANN)
    compose(rough)
    frame = open_addin(rough)
    claims = '{"access_token":{"capolids":{"essential":true,"values":["x"]}}}'
    frame.evaluate("c => { window.end = silent(c).catch(e => e.errorCode) }", claims)
    rough.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert frame.evaluate("window.end") == "user_canceled"


def test_tokens_are_refused_to_another_origin(sandbox: Sandbox) -> None:
    asked = {"origin": "http://127.0.0.1:1", "client": CLIENT, "scope": "User.Read"}
    answer = requests.post(f"{sandbox.url}/outlook/api/token?as={ANN}", json=asked, timeout=5)
    assert answer.json()["error_codes"] == [50011]


def test_other_sites_cannot_ask_for_tokens(sandbox: Sandbox) -> None:
    for site in ("cross-site", "same-site"):
        answer = requests.post(
            f"{sandbox.url}/outlook/api/token?as={ANN}", json={}, timeout=5,
            headers={"Sec-Fetch-Site": site},
        )  # fmt: skip
        assert answer.status_code == 403


def test_the_addin_reads_and_writes_the_open_item(page: Page, sandbox: Sandbox) -> None:
    outlook(page, sandbox, ANN)
    compose(page)
    to = page.get_by_role("textbox", name="To", exact=True)
    to.fill('"Okafor, Maya" <maya@client.example>; ben@hart.example')
    frame = open_addin(page)
    seen = frame.evaluate("office('to.getAsync')")["value"]
    assert [(one["displayName"], one["recipientType"]) for one in seen] == [
        ("Okafor, Maya", "externalUser"), ("ben@hart.example", "user")]  # fmt: skip
    assert frame.evaluate("office('subject.setAsync', 'From the pane')")["status"] == "succeeded"
    expect(page.get_by_role("textbox", name="Subject")).to_have_value("From the pane")
    frame.evaluate("office('internetHeaders.setAsync', {'x-test': '1'})")
    ews = frame.evaluate("office('saveAsync')")["value"]
    rest = frame.evaluate("id => Office.context.mailbox.convertToRestId(id)", ews)
    kept = eventually(lambda: sandbox.message(ANN, "drafts", "From the pane"))
    assert (kept["id"], kept["headers"]) == (rest, [["x-test", "1"]])
    frame.evaluate("office('to.setAsync', [])")
    expect(to).to_have_value("")
    frame.evaluate("office('closeAsync', {discardItem: true})")
    expect(page.locator('iframe[title="Letterlock"]')).to_have_count(0)
    assert sandbox.message(ANN, "drafts", "From the pane") is None


def test_the_addin_hears_when_recipients_change(page: Page, sandbox: Sandbox) -> None:
    outlook(page, sandbox, ANN)
    compose(page)
    frame = open_addin(page)
    frame.evaluate("listen()")
    page.get_by_role("textbox", name="Cc", exact=True).fill(TOM)
    page.get_by_role("textbox", name="Subject").focus()
    eventually(lambda: frame.evaluate("heard.length === 1"))
    assert frame.evaluate("heard[0].changedRecipientFields") == {
        "to": False, "cc": True, "bcc": False}  # fmt: skip


def test_a_person_is_chosen_on_the_sign_in_page(page: Page, sandbox: Sandbox, addin: AddIn) -> None:
    query = {"client_id": CLIENT, "response_type": "code", "redirect_uri": addin.url,
             "scope": API, "state": "s", "response_mode": "fragment"}  # fmt: skip
    page.goto(f"{sandbox.url}/organizations/oauth2/v2.0/authorize?{urlencode(query)}")
    assert axe(page) == []
    page.get_by_role("button", name="Ben Carey").click()
    page.wait_for_url(re.compile(f"^{re.escape(addin.url)}#code=.*&state=s$"))


def test_the_stand_in_says_what_it_supports(page: Page, sandbox: Sandbox) -> None:
    outlook(page, sandbox, ANN)
    compose(page)
    frame = open_addin(page)
    assert frame.evaluate("supported('NestedAppAuth', '1.1')")
    assert frame.evaluate("supported('Mailbox', '1.16')")
    assert not frame.evaluate("supported('Mailbox', '1.17')")
    assert frame.evaluate("Office.context.host") == "Outlook"


def test_calls_fail_when_told_to(page: Page, sandbox: Sandbox) -> None:
    outlook(page, sandbox, ANN, "&fail=to.get:9020,nestedAuth:NO_NETWORK")
    compose(page)
    frame = open_addin(page)
    assert frame.evaluate("office('to.getAsync')") == {
        "status": "failed", "code": 9020, "value": None}  # fmt: skip
    assert frame.evaluate("failing()") == "no_network_connectivity"


def test_outside_outlook_the_stand_in_has_no_host(
    page: Page, sandbox: Sandbox, addin: AddIn
) -> None:
    page.goto(addin.url)
    assert page.evaluate("ready()") == {"host": None, "platform": None, "addin": None}
    assert page.evaluate("'nestedAppAuthBridge' in window") is False
    assert sandbox.port


@pytest.mark.parametrize("width", [320, 720, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_and_never_wider_than_the_screen(
    context: BrowserContext, sandbox: Sandbox, width: int, scheme: str
) -> None:
    mail(sandbox, f"wide {width} {scheme}", "<p>x</p>")
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 700})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(sandbox.url)
    assert axe(page) == []
    outlook(page, sandbox, MAYA)
    page.get_by_role("button", name=f"wide {width} {scheme}").wait_for()
    assert axe(page) == []
    page.get_by_role("button", name=f"wide {width} {scheme}").click()
    page.get_by_role("heading", name=f"wide {width} {scheme}").wait_for()
    assert axe(page) == []
    outlook(page, sandbox, ANN)
    compose(page)
    open_addin(page)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
