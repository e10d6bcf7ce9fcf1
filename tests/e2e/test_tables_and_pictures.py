"""Tables and pictures from the pane to the reader: drawn anew, inside the seal, kept in drafts and quotes, never fetched."""

import base64
import html
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, Page, Request, Response, expect

from tests.e2e.pair import Pair
from tests.e2e.panes import expect_kept, kept
from tests.e2e.people import (
    ANN,
    MAYA,
    Profile,
    expect_said,
    expect_sent,
    letter_id,
    new_subject,
    open_known,
    open_pane,
    press_send,
    sign_in,
    write,
)
from tests.e2e.pictures import HOSTILE, PLACE, address, png, with_place
from tests.e2e.wire import post, read, staff
from tests.sandbox.running import eventually

pytestmark = pytest.mark.timeout(60)
Profiles = Callable[..., Profile]
PICTURE_BYTES = 8000  # of a draft's request; without a picture it has 3,000
PHOTO = """
() => {
    const canvas = Object.assign(document.createElement('canvas'), {width: 2400, height: 1200})
    const pen = canvas.getContext('2d')
    for (const [at, colour] of ['#274469', '#c9a96a', '#1c5b44'].entries()) {
        pen.fillStyle = colour
        pen.fillRect(at * 800, 0, 800, 1200)
    }
    return canvas.toDataURL('image/jpeg').split(',')[1]
}
"""
GIVE = """
(place, [how, name, type, content]) => {
    const data = new DataTransfer()
    data.items.add(new File([Uint8Array.from(atob(content), (one) => one.charCodeAt(0))], name, {type}))
    const {left, top} = place.getBoundingClientRect()
    const all = {bubbles: true, cancelable: true, composed: true, clientX: left + 20, clientY: top + 12}
    if (how === 'paste') place.dispatchEvent(new ClipboardEvent('paste', {...all, clipboardData: data}))
    else for (const kind of ['dragenter', 'dragover', 'drop']) {
        place.dispatchEvent(new DragEvent(kind, {...all, dataTransfer: data}))
    }
}
"""
PASTE = """
(field, html) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/html', html)
    field.focus()
    field.dispatchEvent(new ClipboardEvent('paste', {clipboardData, bubbles: true, cancelable: true}))
}
"""
FROM_EXCEL = """
<html xmlns:x="urn:schemas-microsoft-com:office:excel"><style>.xl65 {mso-number-format: General}</style>
<table border=0 width=192 style='border-collapse:collapse;width:144pt'><col width=64 span=3 style='width:48pt'>
<tr height=20><td colspan=2 class=xl65 style='height:15.0pt;mso-style-parent:x'>Rent</td><td><b>Sum</b></td></tr>
<tr><td rowspan=99>June</td><td>Hall<table><tr><td>a</td><td>b</td></tr></table></td><td>950</td></tr>
<tr><th>Barn</th><td></td></tr></table></html>
"""
CLEAN = (
    '<tr><td colspan="2"><p>Rent</p></td><td><p><strong>Sum</strong></p></td></tr>'
    '<tr><td rowspan="2"><p>June</p></td><td><p>Hall</p><p>a | b</p></td><td><p>950</p></td></tr>'
    "<tr><td><p>Barn</p></td><td><p></p></td></tr>"
)
LARGE = "<tr>" + "<td>x</td>" * 501 + "</tr>"
RAGGED = "<tr>" + "<td>x</td>" * 249 + "</tr>" + "<tr><td>y</td></tr>" * 250
CAPTIONS = (
    "<table><caption>alone</caption><tr><td>1</td></tr></table>"
    "<table><caption>outer</caption><tr><td>"
    "<table><caption>inner</caption><caption>again</caption><tr><td>1</td><td>2</td></tr></table>"
    "</td><td>3</td></tr></table>"
    f"<table><caption>huge</caption>{LARGE}</table>"
    "<table><caption>nothing</caption></table>"
)
COPY = """
(field) => {
    const clipboardData = new DataTransfer()
    field.dispatchEvent(new ClipboardEvent('copy', {clipboardData, bubbles: true, cancelable: true}))
    return clipboardData.getData('text/html')
}
"""
ROWS = "<tr>" + "<td>A long word or two</td>" * 7 + "</tr>"
WIDE = f"<p>See:</p><table>{ROWS * 2}</table><table><tr><td>1</td><td>2</td></tr></table>"
LOADED = """
(texts) => Promise.all(texts.map(async (src) => {
    const one = new Image()
    one.src = src
    return one.decode().then(() => true, () => false)
}))
"""


@pytest.fixture(scope="module")
def maya(browser: Browser, pair: Pair) -> Iterator[Profile]:
    """Maya's browser, signed in once; none of its pages may have complained."""
    profile = Profile.open(browser, pair)
    sign_in(profile, MAYA, post(pair, ANN, (MAYA,), "The first of all.")).close()
    yield profile
    complaints = list(profile.complaints)
    profile.close()
    assert complaints == []


@pytest.fixture(scope="module")
def photo(browser: Browser) -> bytes:
    """A JPEG of 2400 by 1200 pixels that lies on its side and says where it was taken."""
    page = browser.new_page()
    made = with_place(base64.b64decode(page.evaluate(PHOTO)))
    page.close()
    return made


def test_a_table_and_a_photograph_reach_the_reader_and_come_back_in_a_quote(
    pair: Pair, maya: Profile, profile: Profiles, photo: bytes
) -> None:
    subject = new_subject("Tables")
    outlook = profile().outlook(ANN)
    pane = open_pane(outlook)
    write(pane, to=(MAYA,), subject=subject, text="Dear Maya,")
    _table_by_keys(outlook, pane)
    _give(_text(pane), "paste", photo)
    with outlook.expect_response(_has_picture):
        _describe(pane, "The hall from the west")
    expect_kept(pane)
    outlook.reload()
    pane = open_pane(outlook)
    kept(pane).filter(has_text=subject).get_by_role("button").first.click()
    expect(_text(pane).locator("th")).to_have_text(["What", "Sum"])
    expect(_text(pane).get_by_role("img", name="The hall from the west")).to_be_visible()
    press_send(pane)
    expect_sent(pane)

    letter = letter_id(pair, MAYA, subject)
    body = read(staff(pair, ANN), letter).body
    assert '<th scope="col"><p>What</p></th>' in body["html"]
    assert body["text"].splitlines()[2:] == [
        "What | Sum",
        "Rent | 950",
        " | ",
        "",
        "Yours[Picture: The hall from the west]",
    ]
    sent = _pictures(body["html"])
    assert [PLACE in one or b"Exif" in one for one in sent] == [False]
    _read_and_answer(pair, maya, letter, sent)


def _table_by_keys(outlook: Page, pane: FrameLocator) -> None:
    """From the text into the toolbar, through the form, through the cells and out."""
    _text(pane).press("Control+End")
    outlook.keyboard.press("Enter")
    pane.get_by_role("button", name="Table", exact=True).press("Enter")
    expect(pane.get_by_role("combobox", name="Columns")).to_be_focused()
    pane.get_by_role("combobox", name="Columns").select_option("2")
    pane.get_by_role("combobox", name="Rows").select_option("2")
    pane.get_by_role("button", name="Put in a table").press("Enter")
    for words in ("What", "Sum", "Rent", "950"):
        outlook.keyboard.type(words)
        if words != "950":
            outlook.keyboard.press("Tab")
    pane.get_by_role("button", name="Row below").press("Enter")
    expect(pane.get_by_text("The table has 3 rows and 2 columns.")).to_be_visible()
    outlook.keyboard.press("Escape")
    outlook.keyboard.type("Yours")
    expect(_text(pane).locator("tr")).to_have_count(3)
    expect(_text(pane).locator("> p").last).to_have_text("Yours")


def _read_and_answer(pair: Pair, maya: Profile, letter: str, sent: list[bytes]) -> None:
    """Maya sees both, nothing is fetched for them, and her quote has them."""
    asked: list[Request] = []

    def note(one: Request) -> None:  # Playwright takes no built-in
        asked.append(one)

    page = maya.context.new_page()
    page.on("request", note)
    page.goto(f"{pair.url}/m/{letter}")
    page.get_by_role("button", name="Open message").click()
    frame = page.frame_locator('iframe[title="Message"]')
    expect(frame.get_by_role("columnheader")).to_have_text(["What", "Sum"])
    picture = frame.get_by_role("img", name="The hall from the west")
    assert picture.evaluate("one => [one.naturalWidth, one.naturalHeight]") == [800, 1600]
    inside = [one.url for one in asked if one.frame != page.main_frame and "data:" not in one.url]
    assert [re.sub(r".*/([a-z]+)\b.*", r"\1", url) for url in inside] == [
        "frame",
        "letter",
        "brand",
    ]
    page.get_by_role("button", name="Reply", exact=True).click()
    page.get_by_role("button", name="Quote the letter").click()
    expect(page.get_by_role("textbox", name="Your reply").locator("blockquote th")).to_have_count(2)
    page.get_by_role("textbox", name="Your reply").press_sequentially("Thank you.")
    page.get_by_role("button", name="Send securely").click()
    expect_said(page, "Sealed and sent. Ann Lee can read it now.")
    ann = staff(pair, ANN)
    path = f"/messages/{letter}/thread"
    answer = eventually(lambda: (ann.api("GET", path).json or {})["messages"][1:])
    quoted = read(ann, answer[0]["id"]).body["html"].partition("<blockquote>")[2]
    assert '<th scope="col"><p>What</p></th>' in quoted
    assert _pictures(quoted) == sent
    page.close()


def test_pictures_that_mean_harm_are_words_and_nothing_else(
    browser: Browser, pair: Pair, maya: Profile
) -> None:
    pictures = "".join(
        f'<p><img src="{html.escape(src)}" alt="{name}"></p>' for name, src in HOSTILE.items()
    )
    good = f'<p><img src="{address(png())}" alt="good" onload="top.hostile = 1" srcset="/x 2x"></p>'
    letter = post(pair, ANN, (MAYA,), "See.", html=pictures + good)
    page = open_known(maya, letter)
    frame = page.frame_locator('iframe[title="Message"]')
    shown = frame.locator("img")
    expect(shown).to_have_count(1)
    assert shown.evaluate("one => one.getAttributeNames()") == ["src", "alt"]
    for name in HOSTILE:
        expect(frame.get_by_text(name, exact=True)).to_be_visible()
    assert page.evaluate("'hostile' in window") is False
    page.close()
    many = f'<p><img src="{address(png(1600, 1600))}" alt="too many"></p>' * 17
    page = open_known(maya, post(pair, ANN, (MAYA,), "See.", html=many))
    frame = page.frame_locator('iframe[title="Message"]')
    expect(frame.get_by_text("too many", exact=True)).to_have_count(2)
    expect(frame.locator("img")).to_have_count(15)  # 40 million pixels
    page.close()
    # What the policy refuses while the html is read, the browser says; nothing ran.
    maya.complaints[:] = [line for line in maya.complaints if "inline" not in line]
    blank = browser.new_page()
    seen = blank.evaluate(LOADED, list(HOSTILE.values()))
    blank.close()
    # The control: a browser shows all of them but those of a kind that it cannot tell.
    assert [name for name, there in zip(HOSTILE, seen, strict=True) if not there] == []


def test_a_wide_table_scrolls_in_a_region_that_keys_reach(pair: Pair, maya: Profile) -> None:
    page = open_known(maya, post(pair, ANN, (MAYA,), "See:", html=WIDE))
    frame = page.frame_locator('iframe[title="Message"]')
    page.set_viewport_size({"width": 320, "height": 800})
    region = frame.get_by_role("region", name="Table 1, which scrolls sideways")
    expect(region).to_be_visible()
    expect(frame.locator("figure")).to_have_count(2)
    expect(frame.locator("[tabindex]")).to_have_count(1)
    region.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "() => document.querySelector('iframe.frame').contentDocument"
        ".querySelector('figure').scrollLeft > 0"
    )
    page.close()


def test_what_is_pasted_and_dropped_is_cleaned_or_refused_in_words(profile: Profiles) -> None:
    ann = profile()
    outlook = ann.outlook(ANN)
    pane = open_pane(outlook)
    expect(pane.get_by_role("button", name="Send securely")).to_be_enabled()
    field = _text(pane)
    field.evaluate(PASTE, FROM_EXCEL)
    expect(pane.get_by_role("toolbar", name="Table")).to_be_visible()
    assert re.sub(r"<br[^>]*>", "", field.locator("tbody").inner_html()) == CLEAN
    expect(pane.locator("#pasted")).to_have_text("")
    field.press("Escape")
    field.evaluate(PASTE, "<table>" + ("<tr>" + "<td>x</td>" * 20 + "</tr>") * 26 + "</table>")
    expect(pane.get_by_text("A table of more than 500 cells stands here as lines.")).to_be_visible()
    expect(field.locator("table")).to_have_count(1)
    _give(field, "drop", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Plan.svg", "image/svg+xml")
    expect(pane.get_by_text("Plan.svg was not put in: the text takes PNG")).to_be_visible()
    _give(field, "drop", png(40, 30, tail=PLACE), "Mark.png", "image/png")
    _describe(pane, "")
    picture = field.get_by_role("presentation").or_(field.locator('img[alt=""]')).first
    expect(picture).to_be_visible()
    assert PLACE not in base64.b64decode(str(picture.get_attribute("src")).partition(",")[2])
    foreign = f'<img src="{address(png(tail=PLACE))}" alt="elsewhere">'
    field.evaluate(PASTE, f'<p data-pm-slice="1 1 []">Also {foreign}</p>')
    expect(field.get_by_text("Also")).to_be_visible()
    expect(pane.get_by_text("A picture beside the words was left out.")).to_be_visible()
    expect(field.locator('img[src^="data:"]')).to_have_count(1)
    picture.click()
    own = field.evaluate(COPY)
    pane.get_by_role("button", name="Remove", exact=True).click()
    expect(field.locator('img[src^="data:"]')).to_have_count(0)
    field.evaluate(PASTE, own)  # it was drawn here
    expect(field.locator('img[src^="data:"]')).to_have_count(1)
    expect(pane.locator("#pasted")).to_have_text("")
    # Styles of the other program are refused while they are read, and the browser says so.
    ann.complaints[:] = [line for line in ann.complaints if "inline" not in line]


def test_no_word_over_a_table_is_lost_whatever_becomes_of_the_table(profile: Profiles) -> None:
    ann = profile()
    pane = open_pane(ann.outlook(ANN))
    expect(pane.get_by_role("button", name="Send securely")).to_be_enabled()
    field = _text(pane)
    field.evaluate(PASTE, CAPTIONS)
    for words in ("alone", "outer", "inner", "again", "huge", "nothing"):
        expect(field.get_by_text(words, exact=True)).to_be_visible()
    expect(field.locator("table")).to_have_count(1)
    field.evaluate(PASTE, f"<table>{RAGGED}</table>")
    expect(pane.get_by_text("A table of more than 500 cells stands here as lines.")).to_be_visible()
    expect(field.locator("table")).to_have_count(1)
    expect(field.get_by_text("y", exact=True)).to_have_count(250)


def _text(pane: FrameLocator) -> Locator:
    return pane.get_by_role("textbox", name="Message")


def _give(
    place: Locator, how: str, content: bytes, name: str = "P.jpg", kind: str = "image/jpeg"
) -> None:
    place.evaluate(GIVE, [how, name, kind, base64.b64encode(content).decode()])


def _describe(pane: FrameLocator, words: str) -> None:
    """Answer what a picture shows; without an answer it does not go in."""
    form = pane.get_by_role("form", name="Picture")
    field = form.get_by_role("textbox", name="What does it show?")
    expect(field).to_be_focused()
    form.get_by_role("button", name="Put it in").click()
    expect(pane.get_by_text("Say in a few words what it shows")).to_be_visible()
    if words:
        field.fill(words)
    else:
        form.get_by_role("checkbox", name="It only decorates").check()
    form.get_by_role("button", name="Put it in").click()
    expect(form).to_have_count(0)


def _has_picture(answer: Response) -> bool:
    """A draft was saved that is as large as one with a picture in it."""
    request = answer.request
    return request.url.endswith("/draft") and len(request.post_data or "") > PICTURE_BYTES


def _pictures(text: str) -> list[bytes]:
    return [
        base64.b64decode(one)
        for one in re.findall(r'<img src="data:image/(?:png|jpeg);base64,([^"]+)"', text)
    ]
