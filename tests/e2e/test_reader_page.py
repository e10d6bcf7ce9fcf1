"""The reader's page beyond the story: reloads, keys, Back, idle hours, and letters that mean harm."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, expect

from tests.e2e.pair import Pair
from tests.e2e.people import (
    ANN,
    BEN,
    MAYA,
    TOM,
    Profile,
    ask_code,
    enter_code,
    expect_closed,
    expect_open,
    expect_said,
    expect_sent,
    letter_id,
    letter_text,
    new_subject,
    open_pane,
    press_send,
    send,
    write,
)
from tests.e2e.wire import post

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
TEXT = "The well is deeper than the map says."
NO_STORAGE = """
Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('no') } })
"""
PASTE = """
(field, html) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/html', html)
    field.focus()
    field.dispatchEvent(new ClipboardEvent('paste', {clipboardData, bubbles: true, cancelable: true}))
}
"""
FROM_WORD = """
<p>Rent is <s>900</s> 950 for 12 m<sup>2</sup> of H<sub>2</sub>O.</p>
<table><tr><td><p>Rent</p></td><td><p><b>10</b></p></td><td><p>000</p></td></tr></table>
<p><img src="data:," alt=""></p>
"""
# Each part would ask for /static/hostile..., or call hostile() in the page, if it were let.
HOSTILE = """Harmless.</p>
<script src="/static/hostile.js"></script><script>top.hostile = 1</script>
<img src="/static/hostile.png" onerror="top.hostile = 1">
<svg onload="top.hostile = 1"><image href="/static/hostile.svg"/></svg>
<style>@import '/static/hostile.css'; body {background: url(/static/hostile-b.png)}</style>
<link rel="stylesheet" href="/static/hostile-l.css"><base href="https://hostile.example/">
<iframe src="/static/hostile.html" srcdoc="<script>top.hostile = 1</script>"></iframe>
<object data="/static/hostile.swf"></object><video src="/static/hostile.mp4" autoplay></video>
<form action="/static/hostile"><input name="code" autofocus onfocus="top.hostile = 1"></form>
<meta http-equiv="refresh" content="0; url=/static/hostile-refresh">
<p style="background: url(/static/hostile-s.png)" background="/static/hostile-p.png">
<a href="javascript:top.hostile = 1">run</a> <a href="/static/hostile-a" ping="/static/hostile-ping">ours</a>
<a href="https://elsewhere.example/" rel="opener" target="_top">theirs</a>"""
PARSING = re.compile("inline|base[- ]uri", re.IGNORECASE)
HARMFUL = (
    "script, img, svg, style, link, base, iframe, object, video, form, input, meta, [style], [ping]"
)


def test_a_page_that_is_loaded_anew_comes_back_to_the_code(pair: Pair, profile: Profiles) -> None:
    page = profile().link(send(profile(), (MAYA,), TEXT))
    code = ask_code(page, pair, MAYA)
    expect_said(page, "If m···@client.example reads this letter")
    page.reload()
    expect_said(page, "If m···@client.example reads this letter")
    expect(page.get_by_role("textbox", name="Code")).to_be_focused()
    kept = page.evaluate("JSON.stringify(sessionStorage)")
    assert code not in kept
    assert MAYA not in kept
    enter_code(page, code)
    expect_open(page, TEXT)
    assert page.evaluate("sessionStorage.length") == 0


def test_a_browser_that_keeps_nothing_asks_and_opens_all_the_same(
    pair: Pair, profile: Profiles
) -> None:
    reader = profile()
    reader.context.add_init_script(NO_STORAGE)
    page = reader.link(send(profile(), (TOM,), TEXT))
    enter_code(page, ask_code(page, pair, TOM))
    expect_open(page, TEXT)


def test_arrow_keys_stay_in_the_group(pair: Pair, profile: Profiles) -> None:
    page = profile().link(send(profile(), (MAYA,), TEXT))
    expect(page.get_by_role("button", name="Email me a code")).to_be_enabled()
    own = page.get_by_role("radio", name="m···@client.example")
    other = page.get_by_role("radio", name="Another address")
    own.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("textbox", name="Your address")).to_be_visible()
    expect(other).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(own).to_be_focused()
    page.get_by_text("Another address", exact=True).click()
    expect(page.get_by_role("textbox", name="Your address")).to_be_focused()


def test_opening_and_closing_leaves_no_step_for_back(pair: Pair, profile: Profiles) -> None:
    page = profile().link(send(profile(), (BEN,), TEXT))
    steps = page.evaluate("history.length")
    for _ in range(2):
        page.get_by_role("radio", name="b···@hart.example").check()
        enter_code(page, ask_code(page, pair, BEN))
        expect_open(page, TEXT)
        assert page.evaluate("history.length") == steps
        page.get_by_role("button", name="Close the letter").click()
        expect_said(page, "You have closed the letter.")
    assert page.evaluate("history.length") == steps


def test_a_letter_left_alone_is_closed_after_30_minutes(pair: Pair, profile: Profiles) -> None:
    reader = profile()
    page = reader.link(send(profile(), (TOM,), TEXT))
    code = ask_code(page, pair, TOM)
    page.clock.install()
    enter_code(page, code)
    page.clock.run_for(2000)
    expect_open(page, TEXT)
    page.clock.run_for(29 * 60_000)
    expect_open(page, TEXT)
    with page.expect_response(re.compile("/sessions/current$")) as ended:
        page.clock.run_for(2 * 60_000)
    assert ended.value.ok
    expect_said(page, "You were away for a while, so we closed the letter.")
    expect_closed(page, TEXT)
    # The clock is a script, and the frame of a letter runs none.
    reader.complaints[:] = [one for one in reader.complaints if "Blocked script" not in one]


def test_a_second_press_asks_for_nothing(pair: Pair, profile: Profiles) -> None:
    page = profile().link(send(profile(), (MAYA,), TEXT))
    asked = _asked(page, "POST")
    button = page.get_by_role("button", name="Email me a code")
    expect(button).to_be_enabled()
    button.evaluate("one => { one.click(); one.click() }")
    expect(page.get_by_role("textbox", name="Code")).to_be_visible()
    assert len(asked) == 1


def test_hostile_html_asks_for_nothing_and_runs_nothing(pair: Pair, profile: Profiles) -> None:
    reader = profile()
    page = reader.link(post(pair, ANN, (BEN,), "Harmless.", html=f"<p>{HOSTILE}"))
    code = ask_code(page, pair, BEN)
    asked = _asked(page, "GET")
    enter_code(page, code)
    expect_open(page, "Harmless.")
    frame = page.frame_locator('iframe[title="Message"]')
    expect(frame.get_by_text("run")).to_be_visible()
    page.evaluate("() => fetch('/mails').then(() => null)")  # what was asked before it is noted
    assert any(url.endswith("/mails") for url in asked)
    assert [url for url in asked if "hostile" in url] == []
    assert page.evaluate("window.hostile === undefined")
    expect(frame.locator(".letter").locator(HARMFUL)).to_have_count(0)
    links = frame.locator(".letter a[href]")
    expect(links).to_have_count(1)
    expect(links).to_have_attribute("href", "https://elsewhere.example/")
    expect(links).to_have_attribute("target", "_blank")
    expect(links).to_have_attribute("rel", "noopener noreferrer")
    # The policy refuses handlers, styles and bases already while the sanitiser parses them.
    reader.complaints[:] = [one for one in reader.complaints if not PARSING.search(one)]


def test_the_frame_of_a_letter_may_run_no_script(pair: Pair, profile: Profiles) -> None:
    page = profile().link(send(profile(), (TOM,), TEXT))
    enter_code(page, ask_code(page, pair, TOM))
    expect_open(page, TEXT)
    tokens = "allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-modals"
    frame = page.locator('iframe[title="Message"]')
    expect(frame).to_have_attribute("sandbox", tokens)


def test_spaces_lines_and_marks_arrive_as_they_were_written(pair: Pair, profile: Profiles) -> None:
    subject = new_subject("As written")
    pane = open_pane(profile().outlook(ANN))
    write(pane, to=(TOM,), subject=subject, text="One  two")
    message = pane.get_by_role("textbox", name="Message")
    message.press("End")
    message.press("Enter")
    message.press("Enter")
    message.evaluate(PASTE, FROM_WORD)
    expect(pane.get_by_text("A picture beside the words was left out.")).to_be_visible()
    press_send(pane)
    expect_sent(pane)
    page = profile().link(letter_id(pair, TOM, subject))
    enter_code(page, ask_code(page, pair, TOM))
    expect_open(page, "Rent is")
    written = letter_text(page).locator(".letter")
    assert written.locator("p").first.inner_text() == "One  two"
    lines = [line.bounding_box() for line in written.locator("p").all()]
    assert all(box is not None and box["height"] > 20 for box in lines)
    expect(written.locator("s")).to_have_text("900")
    expect(written.locator("sup")).to_have_text("2")
    expect(written.locator("sub")).to_have_text("2")
    expect(written.get_by_role("cell")).to_have_text(["Rent", "10", "000"])


def _asked(page: Page, method: str) -> list[str]:
    """What the page asks for from now on."""
    urls: list[str] = []

    def note(one: Request) -> None:
        if one.method == method:
            urls.append(one.url)

    page.on("request", note)
    return urls
