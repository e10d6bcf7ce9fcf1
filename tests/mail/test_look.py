"""How the mails look and what they fetch, judged by a real browser in both colour schemes."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from server.base.mail import Brand
from server.people.news.ports import SELF_HELD, News
from tests.browser import chromium
from tests.mail.pages import Page as Mailed
from tests.mail.samples import CODE, HART, Writer

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
NEWS = News(
    what=SELF_HELD, thing="", at=CODE["asked_at"], browser="Chrome on Windows",
    until=CODE["expires_at"],
)  # fmt: skip
HOUSE = Brand(
    **HART
    | {"firm_1": "#274469", "firm_2": "#c9a96a", "fill": "#274469", "text": "#274469"}
    | {"fill_dark": "#3d6295", "text_dark": "#a9c4ea"}
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def shown(browser: Browser, html: str, *, width: int, scheme: str) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.set_content(html)
    return page


def mails(write: Writer) -> dict[str, str]:
    return {
        "notice": write.notice().html,
        "code": write.code().html,
        "news": write.news(NEWS).html,
        "notice of a letter that waits": write.notice(waits="all").html,
        "ready": write.waiting().html,
        "notice of a firm without colours": write.notice(brand=HOUSE).html,
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_and_structure_pass_the_accessibility_check(
    write: Writer, browser: Browser, scheme: str
) -> None:
    for html in mails(write).values():
        page = shown(browser, html, width=390, scheme=scheme)
        page.add_script_tag(path=AXE)
        result = page.evaluate(
            "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
        )
        assert [(v["id"], v["nodes"][0]["html"]) for v in result["violations"]] == []
        assert "color-contrast" in [rule["id"] for rule in result["passes"]]
        page.close()


def test_the_check_would_see_a_pale_button(write: Writer, browser: Browser) -> None:
    pale = write.notice(brand=Brand(**HART | {"fill": "#e0c0d0"})).html
    page = shown(browser, pale, width=1280, scheme="light")
    page.add_script_tag(path=AXE)
    result = page.evaluate("axe.run({runOnly: ['wcag2aa']})")
    assert [violation["id"] for violation in result["violations"]] == ["color-contrast"]
    page.close()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_scrolls_sideways(write: Writer, browser: Browser, width: int) -> None:
    long = write.notice(subject="Jahresabschluss" * 13, sender_name="Featherstonehaugh" * 4)
    for html in [*mails(write).values(), long.html]:
        page = shown(browser, html, width=width, scheme="light")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.close()


def test_dark_is_dark_and_light_is_light(write: Writer, browser: Browser) -> None:
    colours = {}
    for scheme in ("light", "dark"):
        page = shown(browser, write.notice().html, width=1280, scheme=scheme)
        colours[scheme] = page.evaluate(
            "[document.querySelector('.bg'), document.querySelector('h1').parentElement]"
            ".map((e, i) => getComputedStyle(e)[i ? 'color' : 'backgroundColor'])"
        )
        page.close()
    assert colours == {
        "light": ["rgb(244, 243, 241)", "rgb(29, 36, 48)"],
        "dark": ["rgb(22, 24, 28)", "rgb(236, 234, 229)"],
    }


def test_nothing_is_fetched(write: Writer, browser: Browser) -> None:
    for html in mails(write).values():
        asked: list[str] = []
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))  # noqa: B023 - used in here
        page.set_content(html, wait_until="networkidle")
        page.close()
        assert asked == []


def test_no_part_is_remote_and_every_link_is_the_portals_or_the_telephone(write: Writer) -> None:
    for html in mails(write).values():
        mail = Mailed(html)
        assert not {"img", "script", "link", "iframe", "object", "video"} & set(mail.tags)
        assert not re.search(r"@import|url\(|@font-face", html)
        assert not [name for name, _ in mail.attributes if name in {"src", "srcset", "background"}]
        for href, _ in mail.links:
            assert href.startswith(("https://portal.hart.example/", "tel:+441174960142"))


def test_a_mail_stays_under_what_clients_clip(write: Writer) -> None:
    for html in mails(write).values():
        assert len(html.encode()) < 100_000
