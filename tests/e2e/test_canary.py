"""The canary: what a letter, its files, answers, drafts and exports hold is nowhere outside windows.

Each kind has a word of its own. Where a place may hold it for a while, a test says so: the file
that somebody saves lies in the browser's private files until the letter is closed. A control puts
other words in clear into each place, in each form, and must be caught there by name.
"""

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.contract.recorder import Recorder, recording
from tests.e2e import places
from tests.e2e.canary import FORMS, IN_TEXT, find, new_word
from tests.e2e.pair import Pair, started
from tests.e2e.people import (
    ANN,
    MAYA,
    PATIENCE_MS,
    TOM,
    Profile,
    ask_code,
    enter_code,
    expect_open,
    expect_said,
    expect_sent,
    letter_id,
    mail,
    open_pane,
    pane_of,
    press_send,
    write,
)
from tests.e2e.places import BLOBS, DATABASE, EXPORT, GRAPH, LOG, PLANTED, PORTAL, PRIVATE, SANDBOX
from tests.e2e.wire import begin, staff
from tests.sandbox.referee import judge
from tests.sandbox.running import eventually, free_port

pytestmark = pytest.mark.timeout(300)
KINDS = (
    "text", "quoted text", "sealed subject", "file name", "file", "large file name", "large file",
    "kept and rewritten text", "draft subject", "draft text", "draft file name", "draft file",
    "reply text", "reply file name", "reply file",
)  # fmt: skip
SAVED = {"file", "large file"}
LARGE = 300_000  # bytes; what is larger than 256 KiB when sealed lies in a blob
HIDDEN = (TOM, "Tom Birchall", "t···@client.example")


@dataclass
class Seen:
    """The words, what lay where, and what was found of them."""

    folder: Path
    words: dict[str, str]
    public: str
    code: str
    reading: places.Places
    running: places.Places
    stopped: places.Places
    recorder: Recorder
    mails_of_maya: list[dict[str, object]]
    mailed: dict[str, str]
    with_mail: places.Places

    def __post_init__(self) -> None:
        known = (*self.words.values(), self.public, self.code, self.code.replace("-", ""), TOM)
        self.found_reading = places.search_all(self.reading, known)
        self.found_running = places.search_all(self.running, known)
        self.found_stopped = places.search_all(self.stopped, known)


@dataclass
class Story:
    """Ann's and Maya's browsers, and what is written in them."""

    ann: Profile
    maya: Profile
    talks: dict[str, places.Conversation]
    words: dict[str, str]
    public: str

    @classmethod
    def begin(cls, browser: Browser, pair: Pair) -> "Story":
        ann, maya = Profile.open(browser, pair), Profile.open(browser, pair)
        port = urlsplit(pair.url).port
        hosts = {f"localhost:{port}", f"127.0.0.1:{port}"}
        talks = {
            "ann": places.Conversation(ann.context, hosts),
            "maya": places.Conversation(maya.context, hosts),
        }
        return cls(ann, maya, talks, {kind: new_word() for kind in KINDS}, new_word())

    def files(self, *kinds: str) -> dict[str, bytes]:
        """Contents by name; the large one is large."""
        words = self.words
        return {
            f"{words[f'{kind} name']}.txt": (f"The rent is {words[kind]}.\n".encode())
            + b"figures\n" * (LARGE // 8 if kind == "large file" else 1)
            for kind in kinds
        }

    def ann_writes(self) -> str:
        """A letter with files and a hidden copy, kept and rewritten before it goes, and another
        that is kept and not sent. Returns the id of the one that went."""
        outlook = self.ann.outlook(ANN)
        pane = open_pane(outlook)
        _attach(outlook, pane, "Add files", self.files("file", "large file"))
        pane.get_by_role("button", name="Bcc: add a hidden copy").click()
        pane.get_by_role("combobox", name="Bcc").fill(TOM)
        pane.get_by_role("combobox", name="Bcc").press("Enter")
        first, final = self.words["kept and rewritten text"], f"Dear Maya, {self.words['text']}."
        write(pane, to=(MAYA,), subject=self.public, text=first)
        _keep(outlook)
        pane.get_by_role("textbox", name="Message").fill(final)
        press_send(pane)
        expect_sent(pane)
        pane.get_by_role("button", name="Write another").click()
        _attach(outlook, pane, "Add files", self.files("draft file"))
        write(pane, to=(MAYA,), subject=self.words["draft subject"], text=self.words["draft text"])
        _keep(outlook)
        expect(pane.get_by_text(re.compile("^Saved "))).to_be_visible()
        self.talks["ann"].note()
        outlook.close()
        return letter_id(self.ann.pair, MAYA, self.public)

    def ann_adds(self, first: str) -> str:
        """A second letter to the thread, whose sealed subject is not the public one."""
        desk = staff(self.ann.pair, ANN)
        text, subject = self.words["quoted text"], self.words["sealed subject"]
        letter = begin(desk, (MAYA,), text, subject=subject, reply_to=first)
        assert letter.sign().status_code == 200
        assert letter.send(subject=f"{self.public} two").status_code == 202
        return letter_id(self.ann.pair, MAYA, f"{self.public} two")

    def maya_reads(self, letter: str) -> tuple[Page, str]:
        """Both letters, and the files of the first to her disk. The page, and the code."""
        page = self.maya.link(letter)
        code = ask_code(page, self.maya.pair, MAYA)
        enter_code(page, code)
        expect_open(page, self.words["quoted text"])
        expect(page.get_by_role("heading", name=self.words["sealed subject"])).to_be_visible()
        first = page.get_by_role("group", name=re.compile("^Letter from ")).first
        first.get_by_role("heading").get_by_role("button").click()
        text = first.frame_locator("iframe").get_by_text(self.words["text"])
        expect(text).to_be_visible(timeout=PATIENCE_MS)
        _save(page, page, self.files("file", "large file"))
        return page, code

    def maya_answers(self, page: Page) -> None:
        """With a file, and with what she answers quoted."""
        second = page.get_by_role("group", name=re.compile("^Letter from ")).nth(1)
        second.get_by_role("button", name="Reply", exact=True).click()
        _attach(page, page, "Add a file", self.files("reply file"))
        reply = page.get_by_role("textbox", name="Your reply")
        reply.fill(f"Dear Ann, {self.words['reply text']}.")
        page.get_by_role("button", name="Quote the letter").click()
        expect(reply).to_contain_text(self.words["quoted text"])
        _keep(page)
        page.get_by_role("button", name="Send securely").click()
        expect_said(page, "Sealed and sent.")

    def maya_exports(self, letter: str, folder: Path) -> Path:
        """All letters of the thread as one zip."""
        page = self.maya.context.new_page()
        page.goto(f"{self.maya.pair.url}/m/{letter}/export")
        expect(page.get_by_role("checkbox")).to_have_count(3, timeout=PATIENCE_MS)
        with page.expect_download(timeout=PATIENCE_MS) as saved:
            page.get_by_role("button", name="Make the copy").click()
        saved.value.save_as(folder / saved.value.suggested_filename)
        self.talks["maya"].note()
        page.close()
        return folder / saved.value.suggested_filename

    def ann_reads(self) -> Page:
        """Maya's answer in the pane beside its notice, and its file to her disk."""
        subject = f"Re: {self.public} two"
        eventually(lambda: self.ann.pair.sandbox.inbox(ANN, subject))
        outlook = self.ann.outlook(ANN)
        mail(outlook, subject).click()
        outlook.get_by_role("button", name="Letterlock").click()
        pane = pane_of(outlook)
        text = pane.frame_locator('iframe[title="Message"]').locator("body")
        expect(text).to_contain_text(self.words["reply text"], timeout=PATIENCE_MS)
        expect(text).to_contain_text(self.words["quoted text"])
        _save(outlook, pane, self.files("reply file"))
        return outlook

    def ann_goes_on(self) -> Page:
        """What she kept is in the pane again, in another window."""
        outlook = self.ann.outlook(ANN)
        pane = open_pane(outlook)
        pane.get_by_role("button", name=re.compile("^Continue: ")).click()
        expect(pane.get_by_role("textbox", name="Message")).to_have_text(self.words["draft text"])
        subject = pane.get_by_role("textbox", name="Subject")
        expect(subject).to_have_value(self.words["draft subject"])
        expect(pane.get_by_role("list", name="Files")).to_contain_text(
            self.words["draft file name"]
        )
        return outlook


def look(folder: Path, browser: Browser) -> Seen:
    """Tell the story; then the control's mail."""
    port = free_port()
    mailed = {form: new_word() for form in IN_TEXT}
    with (
        recording(f"http://localhost:{port}") as recorder,
        started(folder, port, LETTERLOCK_GRAPH_URL=recorder.url) as pair,
    ):
        story = Story.begin(browser, pair)
        code, reading, export = _tell(story, folder)
        wire = partial(places.on_the_wire, recorder, **story.talks)
        contexts = {"ann": story.ann.context, "maya": story.maya.context}
        running = places.on_disk(pair.data, pair.log) | wire()
        running |= places.in_browsers(**contexts) | places.exported(export)
        assert story.ann.complaints + story.maya.complaints == []
        story.ann.close()
        story.maya.close()
        mails = places.mails_of(pair, MAYA)
        places.mail_in_clear(pair, recorder, mailed)
        with_mail = places.on_disk(pair.data, pair.log) | wire()
    stopped = places.on_disk(folder / "data", folder / "log") | wire()
    return Seen(
        folder, story.words, story.public, code, reading, running, stopped, recorder, mails,
        mailed, with_mail,
    )  # fmt: skip


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Seen:
    return look(tmp_path_factory.mktemp("canary"), browser)


@pytest.fixture(scope="module")
def caught(seen: Seen, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> places.Caught:
    return places.control(seen.folder, browser, tmp_path_factory.mktemp("control"))


@pytest.fixture(scope="module")
def mailed(seen: Seen) -> places.Found:
    """The control's mail, by its words."""
    return places.search_all(seen.with_mail, seen.mailed.values())


def test_each_place_holds_something(seen: Seen) -> None:
    assert set(seen.running) == set(places.ALL)
    for place, pieces in (seen.running | {PRIVATE: seen.reading[PRIVATE]}).items():
        assert any(pieces.values()), place
    assert any(piece.endswith("letterlock.db-wal") for piece in seen.running[DATABASE])
    assert any(len(blob) > LARGE for blob in seen.running[BLOBS].values())
    assert b'"event": "request"' in b"".join(seen.running[LOG].values())
    assert len(seen.running[GRAPH]) == 4  # three notices, one of an answer, and a code
    said = "\n".join(seen.running[PORTAL])
    for call in ("/open", "/thread", "/draft/open", "/signature", "/send", "/objects/"):
        assert call in said, call
    assert any(name.endswith("message.age") for name in seen.running[EXPORT])


@pytest.mark.parametrize("kind", KINDS)
def test_no_word_is_anywhere_while_all_runs(seen: Seen, kind: str) -> None:
    assert seen.found_running[seen.words[kind]] == {}


@pytest.mark.parametrize("kind", KINDS)
def test_no_word_is_anywhere_after_the_end(seen: Seen, kind: str) -> None:
    assert seen.found_stopped[seen.words[kind]] == {}


@pytest.mark.parametrize("kind", KINDS)
def test_while_letters_are_open_the_browser_keeps_the_files_that_were_saved_and_no_more(
    seen: Seen, kind: str
) -> None:
    kept = {PRIVATE: {"UTF-8"}} if kind in SAVED else {}
    assert seen.found_reading[seen.words[kind]] == kept


def test_the_browsers_private_files_are_empty_once_letters_are_closed(seen: Seen) -> None:
    assert seen.running[PRIVATE] == {}


def test_the_public_subject_is_where_mail_goes_and_nowhere_else(seen: Seen) -> None:
    assert seen.found_running[seen.public].keys() == {GRAPH, SANDBOX, PORTAL}
    assert seen.found_stopped[seen.public].keys() == {GRAPH, SANDBOX, PORTAL}


def test_a_code_is_where_mail_goes_and_nowhere_else(seen: Seen) -> None:
    assert seen.found_running[seen.code].keys() == {GRAPH, SANDBOX, PORTAL}
    assert seen.found_running[seen.code.replace("-", "")] == {}


def test_the_hidden_readers_address_is_where_his_mail_goes_and_nowhere_else(seen: Seen) -> None:
    for found in (seen.found_running, seen.found_stopped):
        assert found[TOM].keys() == {GRAPH, SANDBOX, PORTAL}


@pytest.mark.parametrize("name", HIDDEN)
def test_nothing_that_came_to_maya_names_the_hidden_reader(seen: Seen, name: str) -> None:
    talk = {piece: said for piece, said in seen.running[PORTAL].items() if piece.startswith("maya")}
    assert len(talk) > 10
    assert places.search({PORTAL: talk}, name) == {}
    mails = str(seen.mails_of_maya).encode()
    assert len(seen.mails_of_maya) == 3  # two notices and a code
    assert find(mails, seen.public)
    assert find(mails, name) == set()


def test_the_writer_did_name_him(seen: Seen) -> None:
    talk = {piece: said for piece, said in seen.running[PORTAL].items() if piece.startswith("ann")}
    assert places.search({PORTAL: talk}, TOM).keys() == {PORTAL}


def test_what_went_to_graph_is_as_microsoft_describes_it(seen: Seen) -> None:
    for answer in seen.recorder.answers:
        judge(answer, f"{seen.recorder.upstream}/v1.0")


@pytest.mark.parametrize("form", IN_TEXT)
def test_a_mail_in_clear_is_caught_in_traffic_and_mailboxes(
    seen: Seen, mailed: places.Found, form: str
) -> None:
    found = mailed[seen.mailed[form]]
    assert found.keys() == {GRAPH, SANDBOX}
    for place in (GRAPH, SANDBOX):
        assert any(one.endswith(form) for one in found[place]), place


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", PLANTED)
def test_what_lies_in_clear_is_caught_in_each_place(
    caught: places.Caught, place: str, form: str
) -> None:
    assert caught[place][form].keys() == {place}
    assert form in caught[place][form][place]


def _tell(story: Story, folder: Path) -> tuple[str, places.Places, Path]:
    """All of it. The code, what browsers kept while letters were open, and the export."""
    second = story.ann_adds(story.ann_writes())
    page, code = story.maya_reads(second)
    reading = places.in_browsers(maya=story.maya.context)
    story.maya_answers(page)
    export = story.maya_exports(second, folder)
    pane = story.ann_reads()
    in_pane = places.in_browsers(ann=story.ann.context)
    reading = {place: pieces | in_pane[place] for place, pieces in reading.items()}
    story.talks["ann"].note()
    pane.close()
    story.ann_goes_on()
    story.talks["maya"].note()
    page.get_by_role("button", name="Close the letter").click()
    expect_said(page, "You have closed the letter.")
    for talk in story.talks.values():
        talk.note()
    return code, reading, export


def _attach(page: Page, place: Page | FrameLocator, button: str, files: dict[str, bytes]) -> None:
    with page.expect_file_chooser() as asked:
        place.get_by_role("button", name=button).click()
    asked.value.set_files(
        [
            {"name": name, "mimeType": "text/plain", "buffer": content}
            for name, content in files.items()
        ]
    )
    for name in files:
        ready = place.get_by_role("button", name=f"Remove {name}")
        expect(ready).to_be_visible(timeout=PATIENCE_MS)


def _save(page: Page, place: Page | FrameLocator, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        with page.expect_download(timeout=PATIENCE_MS) as saved:
            place.get_by_role("button", name=f"Save {name}").click()
        assert saved.value.suggested_filename == name
        assert Path(saved.value.path()).read_bytes() == content


def _keep(page: Page) -> None:
    """What was just written is kept at once, as when its window is left."""
    panes = [frame for frame in page.frames if "/pane/" in frame.url]
    with page.expect_response(re.compile("/draft$")) as kept:
        (*panes, page.main_frame)[0].evaluate("() => void window.dispatchEvent(new Event('blur'))")
    assert kept.value.ok
