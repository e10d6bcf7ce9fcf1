"""Draws the icons of the manifests: `python addin/icons/draw.py`. What it made is committed.

Ribbons ask for 16, 32 and 80 px, the manifest's head for 64 and 128, telephones for 25, 32 and 48
at scales 1 to 3. Each size is a whole multiple of the grid of its drawing, so that edges are sharp.
"""

from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

from tests.browser import SWITCHES, find_outside

HERE: Final = Path(__file__).resolve().parent
DRAWINGS: Final = {
    "icon.svg": (16, 32, 48, 64, 80, 96, 128, 144),
    "icon-25.svg": (25, 50, 75),
}


def draw() -> None:
    """Write every size beside its drawing."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_outside(), args=SWITCHES)
        page = browser.new_page()
        for name, sizes in DRAWINGS.items():
            drawing = (HERE / name).read_text(encoding="utf-8")
            for size in sizes:
                page.set_viewport_size({"width": size, "height": size})
                page.set_content(
                    f"<style>*{{margin:0}}svg{{display:block;width:{size}px}}</style>{drawing}"
                )
                page.screenshot(path=HERE / f"icon-{size}.png", omit_background=True)
        browser.close()


if __name__ == "__main__":
    draw()
