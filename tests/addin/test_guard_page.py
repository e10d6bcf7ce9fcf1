"""The guard's page in a real browser: a page that loads and does not register blocks every mail."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from playwright.sync_api import Browser, Route

from tests.browser import chromium

ROOT = Path(__file__).parents[2]
GUARD = ROOT / "addin" / "guard"
DIST = ROOT / "web" / "dist"
RULES = {
    "at": 1, "outside": "off", "files": "off", "found": {"kinds": [], "action": "ask"},
    "lists": False, "unsure": "ask",
}  # fmt: skip
FACTS = {"origin": "https://addin.letterlock.example", "domains": ["hart.example"], "rules": RULES}
ORIGIN = "https://addin.letterlock.example"
OFFICE_JS = "https://appsforoffice.microsoft.com/lib/1/hosted/office.js"
STAND_IN = """
window.heard = []
window.Office = {
  onReady: () => { heard.push('onReady'); return new Promise(() => {}) },
  actions: { associate: (name, handler) => { heard.push(name); window.handler = handler } },
}
"""
# As the add-in host answers, so that an inline script would not run here either.
POLICY = "default-src 'none'; script-src 'self' https://appsforoffice.microsoft.com"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def answer(route: Route) -> None:
    path = route.request.url.removeprefix(ORIGIN)
    templates = Environment(
        loader=FileSystemLoader(GUARD), autoescape=True, undefined=StrictUndefined
    )
    if route.request.url == OFFICE_JS:
        route.fulfill(body=STAND_IN, content_type="text/javascript")
    elif path == "/guard/launchevent.html":
        page = templates.get_template("launchevent.html").render(office_js=OFFICE_JS)
        route.fulfill(
            body=page, content_type="text/html", headers={"Content-Security-Policy": POLICY}
        )
    elif path == "/guard/launchevent.js":
        built = DIST / json.loads((DIST / "assets.json").read_text())["launchevent.js"]
        script = f"var LETTERLOCK={json.dumps(FACTS)};\n{built.read_text()}"
        route.fulfill(body=script, content_type="text/javascript")
    else:
        route.abort()


def test_the_page_registers_the_handler_and_the_handler_lets_mail_go(browser: Browser) -> None:
    page = browser.new_page()
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.route("**/*", answer)
    page.goto(f"{ORIGIN}/guard/launchevent.html")
    assert page.evaluate("heard") == ["onReady", "onMessageSendHandler"]
    completed = "new Promise((done) => handler({ completed: done }))"
    assert page.evaluate(completed) == {"allowEvent": True}
    assert asked[1:] == [OFFICE_JS, f"{ORIGIN}/guard/launchevent.js"]
    assert faults == []
    page.close()
