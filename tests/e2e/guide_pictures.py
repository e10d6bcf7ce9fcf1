"""The pictures of docs/guides: `PYTHONPATH=. python tests/e2e/guide_pictures.py`, by hand after a change.

It starts a pair of its own, goes where the administrator's guide goes, and writes what stands there.
"""

import os
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser import chromium
from tests.e2e.pair import LETTERLOCK, Pair, started
from tests.e2e.people import ANN, MAYA, Profile, open_pane, pane_of, write
from tests.sandbox.running import CLIENT, ROOT, SECRET, TENANT

FOLDER = ROOT / "docs" / "guides" / "pictures"
LARGEST = 100_000


def set_up_link(pair: Pair) -> str:
    """A link to the demo firm's set-up, made as the operator makes it."""
    settings = {
        "DEMO": "1", "DATA": str(pair.data), "ORIGIN": pair.url,
        "ADDIN_ORIGIN": pair.url.replace("localhost", "127.0.0.1"), "AUTHORITY": pair.sandbox.url,
        "GRAPH_URL": f"{pair.sandbox.url}/v1.0", "OFFICE_JS": f"{pair.sandbox.url}/office.js",
        "CLIENT_ID": CLIENT, "CLIENT_SECRET": SECRET,
    }  # fmt: skip
    own = {f"LETTERLOCK_{name}": value for name, value in settings.items()}
    said = subprocess.run(
        [str(LETTERLOCK), "firm", "link", "--tenant", TENANT],
        env=os.environ | own, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return said.split()[-1]


def keep(what: Locator | Page, name: str) -> None:
    """Write one picture."""
    path = FOLDER / f"{name}.png"
    what.screenshot(path=path)
    assert path.stat().st_size < LARGEST, f"{path} is too large"


def portal(ann: Profile) -> None:
    """The page before anybody can sign in."""
    page = ann.context.new_page()
    page.goto(set_up_link(ann.pair))
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("link", name="files and steps").first).to_be_visible()
    page.goto(f"{ann.pair.url}/deployment")
    page.set_viewport_size({"width": 700, "height": 800})
    expect(page.locator("#files")).to_be_visible()
    # A trial's addresses are not https, which its page says at length; a firm's page does not.
    page.evaluate("document.querySelector('#deployment-faults').hidden = true")
    keep(page.locator("#consent"), "consent")
    keep(page.locator("#files"), "files")
    page.evaluate("document.querySelector('#hand-out').open = false")
    keep(page, "deployment")
    page.close()


def pane(ann: Profile) -> None:
    """What people see."""
    outlook = ann.outlook(ANN)
    write(
        open_pane(outlook),
        to=(MAYA,),
        subject="Your year-end",
        text="Dear Maya, your accounts are enclosed.",
    )
    expect(pane_of(outlook).get_by_text("Not looked up yet")).to_have_count(0)
    keep(outlook, "pane")


def main() -> None:
    """Take every picture."""
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        started(Path(folder)) as pair,
        chromium() as browser,
    ):
        ann = Profile.open(browser, pair, viewport={"width": 1100, "height": 720})
        portal(ann)
        pane(ann)
        ann.close()


if __name__ == "__main__":
    main()
