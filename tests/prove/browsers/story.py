"""The reader's story in three browsers: `python -m tests.prove.browsers.story [chromium firefox webkit]`.

Maya asks for a code, opens the letter, saves its file, verifies, and answers with a file of her own,
which Ann's program then reads. Pictures of each step go to `.setup/proof/browsers`.
"""

import os
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.pair import Pair
from tests.e2e.people import ANN, MAYA, codes, letter_id, new_subject
from tests.e2e.wire import Enclosed, post, read, staff
from tests.prove.browsers import behind_tls, chromium, firefox, webkit
from tests.prove.browsers.driver import Browser, Hand
from tests.prove.report import FOLDER, section, table
from tests.sandbox.running import eventually

TEXT = "Dear Maya, the kiln has paid for itself."
ANSWER = "Dear Ann, then let us build a second one."
NAME, ANSWER_NAME = "Accounts 2026.pdf", "plan.png"
SIZE = 3 * 2**20
PDF = b"%PDF-1.7\n"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63"
    "64f8cfc0f01f0004060201a5b54ed30000000049454e44ae426082"
)
BROWSERS: dict[str, Callable[[Path], AbstractContextManager[Browser]]] = {
    "chromium": chromium.started,
    "firefox": firefox.started,
    "webkit": webkit.started,
}
EXPLAINED = (
    "Maya asks for a code, opens the letter, saves a file of 3 MiB (compared byte for byte on the "
    "disk), verifies, answers with a file of her own, which Ann's program opens, keeps a copy of both letters, "
    "closes, and opens the copy's offline reader from a file. "
    "Pointer and keys are real; the portal stands behind TLS, as at a firm."
)
PICTURES = FOLDER / "browsers"


@dataclass
class Steps:
    """What was done, in seconds; a picture of each."""

    browser: Browser
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Within, one step; a picture at its end, however it ends."""
        start = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = time.monotonic() - start
            PICTURES.mkdir(parents=True, exist_ok=True)
            number, who = len(self.seconds), self.browser.name.lower()
            self.browser.screenshot(PICTURES / f"{who}-{number}-{name.replace(' ', '-')}.png")


def tell(browser: Browser, pair: Pair, folder: Path) -> Steps:
    """The whole story; raises at the first thing that is not as it should be."""
    hand, steps, subject = Hand(browser), Steps(browser), new_subject()
    content = PDF + os.urandom(SIZE)
    files = {NAME: Enclosed(content, "application/pdf")}
    letter = post(pair, ANN, (MAYA,), TEXT, subject=subject, files=files)
    with steps.step("ask for a code"):
        browser.open(f"{pair.url}/m/{letter}")
        before = codes(pair, MAYA)
        hand.press("button", "Email me a code")
        hand.sees("Enter your code")
    with steps.step("open"):
        hand.fill("Code", eventually(lambda: next(iter(codes(pair, MAYA) - before), ""), within=60))
        hand.press("button", "Open message")
        hand.sees(TEXT)
        hand.sees(subject)
    with steps.step("save a file"):
        hand.press("button", f"Save {NAME}")
        hand.sees("Saved. Your browser keeps it with your other downloads.")
        assert hand.saved(NAME, len(content)) == content, "the saved file is another one"
    with steps.step("verify"):
        hand.press("button", "Verify")
        hand.sees("Fingerprints of the keys")
    with steps.step("answer"):
        _answer(hand, folder)
        hand.sees("Sealed and sent.")
    _is_read_by_ann(pair, f"Re: {subject}")
    with steps.step("keep a copy"):
        copy = _copy(hand)
    with steps.step("close"):
        hand.press("link", "Back to the letter")
        hand.press("button", "Open message")
        hand.sees(TEXT)
        hand.press("button", "Close")
        hand.sees("You have closed the letter.")
        assert TEXT not in hand.read(), "the letter is still on the page"
    with steps.step("read the copy"):
        _read_copy(hand, copy, folder)
    return steps


def _answer(hand: Hand, folder: Path) -> None:
    own = folder / ANSWER_NAME
    own.write_bytes(PNG)
    hand.press("button", "Reply")
    hand.fill("Your reply", ANSWER)
    hand.browser.choose("#reply-files", own)
    hand.sees(ANSWER_NAME)
    hand.press("button", "Send securely")


def _copy(hand: Hand) -> Path:
    """A zip of the thread, as the browser wrote it to the disk."""
    hand.press("link", "Save to open without us")
    hand.press("button", "Make the copy")
    hand.sees("The copy is made")
    return hand.saved_zip(str(hand.browser.call("() => document.querySelector('#name').innerText")))


def _read_copy(hand: Hand, copy: Path, folder: Path) -> None:
    """The offline reader out of it, opened as a file, shows both letters."""
    with zipfile.ZipFile(copy) as opened:
        assert opened.testzip() is None
        (name,) = (one for one in opened.namelist() if Path(one).name == "reader.html")
        reader = opened.extract(name, folder)
    hand.browser.open(Path(reader).as_uri())
    hand.sees("Read a copy of letters")
    hand.browser.choose("#zip", copy)
    hand.sees("Your copy of letters")
    hand.sees(ANSWER)


def _is_read_by_ann(pair: Pair, subject: str) -> None:
    """Her own program opens the answer: text and file are what Maya gave."""
    got = read(staff(pair, ANN), letter_id(pair, ANN, subject))
    assert got.body["text"].strip() == ANSWER
    assert got.files == {ANSWER_NAME: PNG}


def main(names: list[str]) -> int:
    """Write the section; 1 if the story ended early anywhere."""
    told: dict[str, Steps] = {}
    wrong: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as place, behind_tls.started(Path(place) / "pair") as pair:
        for name in names or BROWSERS:
            folder = Path(place) / name
            with BROWSERS[name](folder) as browser:
                try:
                    told[f"{browser.name} {browser.version}"] = tell(browser, pair, folder)
                except AssertionError as error:
                    wrong[f"{browser.name} {browser.version}"] = str(error)
    section("browsers", "The reader's story in three browsers", _markdown(told, wrong))
    for who, why in wrong.items():
        sys.stderr.write(f"{who}: {why}\n")
    return 1 if wrong else 0


def _markdown(told: dict[str, Steps], wrong: dict[str, str]) -> str:
    names = list(next(iter(told.values())).seconds) if told else []
    rows: list[list[object]] = [
        [name, *(f"{steps.seconds[name]:.1f} s" for steps in told.values())] for name in names
    ]
    ended = [f"- {who}: ended early: {why.partition(';')[0]}" for who, why in wrong.items()]
    parts = [EXPLAINED, table(["step", *told], rows) if told else "", "\n".join(ended)]
    return "\n\n".join(part for part in parts if part)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
