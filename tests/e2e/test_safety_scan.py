"""A safety number is scanned from the other's screen: a camera that films a code, and one that films nothing."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import chromium
from tests.e2e.pair import Pair
from tests.e2e.people import ANN, TOM, Profile, sign_in
from tests.e2e.test_safety_number import VERIFIED, answer, compare, expect_says, panel
from tests.e2e.wire import post

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
WIDTH, HEIGHT, MODULE = 640, 480, 12  # pixels
LIGHT, DARK = b"\xeb", b"\x10"
SQUARES = """
async (digits) => (await import(document.querySelector('#main').dataset.qrCode)).squaresOf(digits)
"""


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the camera sees, as YUV4MPEG2; read anew each time it is switched on."""
    path = tmp_path_factory.mktemp("camera") / "film.y4m"
    write_film(path, [])
    return path


@pytest.fixture(scope="module")
def browser(film: Path) -> Iterator[Browser]:
    switches = (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    with chromium(*switches) as running:
        yield running


def write_film(path: Path, squares: Sequence[Sequence[bool]]) -> None:
    """One picture, again and again: these modules in the middle of a light wall."""
    left, top = ((side - len(squares) * MODULE) // 2 for side in (WIDTH, HEIGHT))
    lines = [LIGHT * WIDTH for _ in range(HEIGHT)]
    for at, row in enumerate(squares):
        drawn = b"".join((DARK if dark else LIGHT) * MODULE for dark in row)
        line = LIGHT * left + drawn + LIGHT * (WIDTH - left - len(drawn))
        lines[top + at * MODULE : top + (at + 1) * MODULE] = [line] * MODULE
    picture = b"".join(lines) + b"\x80" * (WIDTH * HEIGHT // 2)
    head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(head + (b"FRAME\n" + picture) * 2)


def scan(page: Page, film: Path, digits: str) -> None:
    write_film(film, page.evaluate(SQUARES, digits))
    panel(page, "Ann Lee").get_by_role("button", name="Scan Ann Lee's code").click()


def test_the_code_of_the_same_number_marks_and_that_of_another_says_so(
    pair: Pair, profile: Profiles, film: Path
) -> None:
    page = sign_in(profile(), TOM, post(pair, ANN, (TOM,), "The letter."))
    number = compare(page, "Ann Lee")
    scan(page, film, number)
    expect_says(panel(page, "Ann Lee"), re.compile("^It is the same number. Marked as verified."))
    expect_says(page, VERIFIED)

    scan(page, film, number[::-1])
    expect_says(panel(page, "Ann Lee"), re.compile("^It is not the same number. Load this page"))
    expect(page.get_by_text(VERIFIED)).to_have_count(0)

    scan(page, film, "12345678")
    expect_says(panel(page, "Ann Lee"), "That code is not a safety number.")
    answer(page, "Ann Lee", "Stop scanning")
    expect(page.locator("video")).to_be_hidden()


def test_a_camera_that_is_not_there_is_no_hindrance(pair: Pair, profile: Profiles) -> None:
    tom = profile()
    tom.context.add_init_script(
        "if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = "
        "() => Promise.reject(new DOMException('', 'NotFoundError'))"
    )
    page = sign_in(tom, TOM, post(pair, ANN, (TOM,), "The letter."))
    compare(page, "Ann Lee")
    panel(page, "Ann Lee").get_by_role("button", name="Scan Ann Lee's code").click()
    expect_says(page, "The camera could not be used. Compare the digits instead.")
    answer(page, "Ann Lee", "It is the same")
    expect_says(page, VERIFIED)
