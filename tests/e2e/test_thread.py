"""A conversation on the reader's page: its letters, their files, what was checked, what is refused."""

import os
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Download, Locator, Page, expect

from tests.e2e.accessibility import Inspector
from tests.e2e.pair import Pair
from tests.e2e.people import (
    ANN,
    BEN,
    MAYA,
    TOM,
    Profile,
    expect_said,
    open_known,
    sheet_text,
    sheets,
    sign_in,
    unfold,
)
from tests.e2e.wire import Enclosed, Letter, begin, post, staff
from tests.house import sent

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
LARGE = 26_214_400
PDF = b"%PDF-1.7\n" + b"1 0 obj\n<<>>\nendobj\n" * 20_000
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="top.hostile = 1"/>'
HTML = b"<!doctype html><title>x</title><script>top.hostile = 1</script>"
# What a file is given to the browser as.
TYPES = """
const make = URL.createObjectURL
window.types = []
URL.createObjectURL = (blob) => { window.types.push(blob.type); return make.call(URL, blob) }
"""
KEPT = """
async () => {
    const names = []
    const walk = async (folder) => {
        for await (const [name, one] of folder.entries()) one.kind === 'file' ? names.push(name) : await walk(one)
    }
    await walk(await navigator.storage.getDirectory())
    return names
}
"""


@pytest.fixture(scope="module")
def maya(browser: Browser, pair: Pair) -> Iterator[Profile]:
    """Maya's browser, signed in once; none of its pages may have complained."""
    profile = Profile.open(browser, pair, accept_downloads=True)
    profile.context.add_init_script(TYPES)
    sign_in(profile, MAYA, post(pair, ANN, (MAYA,), "The first of all.")).close()
    yield profile
    complaints = list(profile.complaints)
    profile.close()
    assert complaints == []


def test_one_letter_stands_alone(pair: Pair, maya: Profile) -> None:
    page = open_known(maya, post(pair, ANN, (MAYA,), "Only this.", subject="Alone"))
    expect(page.get_by_role("heading", level=1, name="Alone")).to_be_focused()
    expect(sheets(page)).to_have_count(1)
    for control in ("Fold this letter", "Reply all"):
        expect(page.get_by_role("button", name=control)).to_be_hidden()
    expect(page.get_by_text("letters, oldest first")).to_be_hidden()


def test_a_thread_shows_the_letter_asked_for_and_folds_the_others(
    pair: Pair, maya: Profile
) -> None:
    first = post(pair, ANN, (MAYA, TOM), "The first.", subject="Kilns")
    second = post(pair, ANN, (MAYA, BEN), "The second.", subject="Re: Kilns", reply_to=first)
    post(pair, ANN, (TOM,), "Not for Maya.", subject="Re: Kilns", reply_to=first)
    third = post(pair, BEN, (MAYA,), "The third.", subject="Re: Kilns", reply_to=second)
    page = open_known(maya, second)
    expect_said(page, "3 letters, oldest first.")
    old, asked, new = (sheets(page).nth(index) for index in range(3))
    expect(sheet_text(asked)).to_contain_text("The second.")
    expect(asked.get_by_role("heading", level=1)).to_be_focused()
    for folded in (old, new):
        expect(folded.get_by_role("heading")).to_contain_text("Not opened yet")
        expect(folded.locator("iframe")).to_be_hidden()
    expect(new.get_by_role("heading")).to_contain_text("Ben Carey")
    unfold(new)
    expect(sheet_text(new)).to_contain_text("The third.")
    expect(new.get_by_role("list", name="Who can read this")).to_contain_text(BEN)
    expect(sheet_text(asked)).to_contain_text("The second.")
    new.get_by_role("button", name="Fold this letter").click()
    expect(new.get_by_role("heading").get_by_role("button")).to_be_focused()
    expect(sheet_text(new)).not_to_contain_text("The third.")
    assert sheets(open_known(maya, third)).count() == 3


def test_a_file_of_25_mb_is_saved_byte_for_byte(pair: Pair, maya: Profile) -> None:
    content, name = os.urandom(LARGE), "Übersicht Jänner 📊 2026.bin"
    page = open_known(maya, _with(pair, {name: Enclosed(content)}))
    saved = _save(page, name)
    assert saved.suggested_filename == name
    assert saved.path().read_bytes() == content
    expect_said(page, "Saved. Your browser keeps it with your other downloads.")


def test_pages_and_pictures_that_could_run_are_saved_and_never_opened(
    pair: Pair, maya: Profile
) -> None:
    files = {"logo.svg": Enclosed(SVG, "image/svg+xml"), "page.html": Enclosed(HTML, "text/html")}
    page = open_known(maya, _with(pair, files))
    expect(page.get_by_text("only saved, never opened here")).to_have_count(2)
    address = page.url
    for name, enclosed in files.items():
        assert _save(page, name).path().read_bytes() == enclosed.content
    assert page.evaluate("window.types") == ["application/octet-stream"] * 2
    assert page.url == address
    assert page.evaluate("window.hostile === undefined")


def test_all_files_are_saved_one_after_the_other(pair: Pair, maya: Profile) -> None:
    files = {"a.pdf": Enclosed(PDF, "application/pdf"), "b.pdf": Enclosed(PDF, "application/pdf")}
    page = open_known(maya, _with(pair, files))
    given: list[Download] = []
    page.on("download", lambda one: given.append(one))  # noqa: PLW0108 it wants a function
    page.get_by_role("button", name="Save all").click()
    expect(page.get_by_text("Saved. Your browser keeps it")).to_have_count(2)
    page.wait_for_function("window.types.length === 2")
    assert {one.suggested_filename for one in given} == set(files)
    assert page.evaluate("window.types") == ["application/pdf"] * 2


def test_a_file_that_does_not_come_can_be_cancelled_and_tried_again(
    pair: Pair, maya: Profile
) -> None:
    page = open_known(maya, _with(pair, {"a.pdf": Enclosed(PDF, "application/pdf")}))
    objects = re.compile("/objects/")
    page.route(objects, lambda _route: None)
    page.get_by_role("button", name="Save a.pdf").click()
    page.get_by_role("button", name="Cancel saving a.pdf").click()
    expect_said(page, "Cancelled. Nothing of it was kept.")
    expect(page.get_by_role("button", name="Save a.pdf")).to_be_focused()
    page.unroute(objects)
    page.route(objects, lambda route: route.fulfill(status=500, body="{}"))
    with maya.refusal(500):
        page.get_by_role("button", name="Save a.pdf").click()
        expect_said(page, "It did not come, and the fault is ours.")
    page.unroute(objects)
    with page.expect_download() as given:
        page.get_by_role("button", name="Try again to save a.pdf").click()
    assert given.value.path().read_bytes() == PDF


def test_nothing_of_a_file_stays_behind_when_the_letter_is_closed(
    pair: Pair, browser: Browser
) -> None:
    tom = Profile.open(browser, pair, accept_downloads=True)
    letter = _with(pair, {"a.pdf": Enclosed(PDF, "application/pdf")}, to=(TOM,))
    page = sign_in(tom, TOM, letter)
    assert _save(page, "a.pdf").path().read_bytes() == PDF
    page.get_by_role("button", name="Close the letter").click()
    expect_said(page, "You have closed the letter.")
    page.wait_for_function(f"({KEPT})().then((names) => names.length === 0)")
    assert tom.complaints == []
    tom.close()


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        ("changed", "We did not open this file. It is not the one Ann Lee signed."),
        ("gone", "We did not open this file. It is no longer here."),
    ],
)
def test_a_file_that_is_not_the_signed_one_is_not_given_out(
    pair: Pair, maya: Profile, harm: str, words: str
) -> None:
    letter = _letter(pair, {"a.pdf": Enclosed(PDF, "application/pdf")})
    page = open_known(maya, letter.id)
    path = f"**/objects/{next(iter(letter.uploads))}"
    file = bytearray(next(iter(letter.uploads.values())))
    file[-1] ^= 1
    if harm == "changed":
        page.route(path, lambda route: route.fulfill(status=200, body=bytes(file)))
    else:
        page.route(path, lambda route: route.fulfill(status=404, body="{}"))
    with maya.refusal(404):
        page.get_by_role("button", name="Save a.pdf").click()
        expect_said(page, words)
    assert page.evaluate("window.types") == []


def test_a_file_of_another_kind_than_it_says_is_not_given_out(pair: Pair, maya: Profile) -> None:
    program = Enclosed(b"MZ" + bytes(2000), "application/pdf")
    page = open_known(maya, _with(pair, {"a.pdf": program}))
    page.get_by_role("button", name="Save a.pdf").click()
    expect_said(page, "Its content is of another kind than Ann Lee signed.")
    assert page.evaluate("window.types") == []


def test_a_letter_whose_text_was_changed_stays_closed_and_the_others_open(
    pair: Pair, maya: Profile
) -> None:
    first = post(pair, ANN, (MAYA,), "The first.")
    second = _letter(pair, {}, text="Changed on its way.", reply_to=first)
    page = open_known(maya, first)
    sheet = sheets(page).nth(1)
    page.route(f"**/objects/{second.object_id}", lambda route: route.fulfill(body=b"age-encrypt"))
    unfold(sheet)
    expect(sheet.get_by_text("We did not open this letter.")).to_be_visible()
    expect(sheet.get_by_text("A part of it is not the one Ann Lee signed.")).to_be_visible()
    expect(sheet.get_by_text("object-changed")).to_be_visible()
    expect(sheet_text(sheets(page).first)).to_contain_text("The first.")
    page.unroute(f"**/objects/{second.object_id}")
    unfold(sheet)
    expect(sheet_text(sheet)).to_contain_text("Changed on its way.")
    expect(sheet.get_by_text("We did not open this letter.")).to_be_hidden()


@pytest.mark.parametrize("name", ["CON.txt", "../up.txt", "gnp.\u202efdp"])
def test_a_letter_with_a_name_that_does_harm_stays_closed(
    pair: Pair, maya: Profile, name: str
) -> None:
    page = maya.link(_with(pair, {name: Enclosed(b"x" * 99)}))
    page.get_by_role("button", name="Open message").click()
    expect(page.get_by_role("heading", name="We did not open this letter")).to_be_visible()
    expect_said(page, "A file in it has a name that could do harm or mislead you.")
    assert "x" * 9 not in page.content()


def test_verify_says_who_to_whom_with_which_keys_and_since_when(pair: Pair, maya: Profile) -> None:
    page = open_known(maya, post(pair, ANN, (MAYA, TOM), "Signed."))
    button = page.get_by_role("button", name="Verify")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    about = page.get_by_role("group", name=re.compile("^About the letter of"))
    sentences = about.get_by_role("list").nth(1).get_by_role("listitem")
    expect(sentences).to_have_count(4)
    words = ("wrote this letter, and the firm's server signed it", "you and", "directory", "since")
    for sentence, word in zip(sentences.all(), words, strict=True):
        expect(sentence).to_contain_text(word)
    page.get_by_text("Fingerprints of the keys").click()
    expect(about.get_by_text(re.compile("^[\\w-]{43}$"))).to_have_count(6)


def test_a_hidden_reader_sees_that_he_is_and_the_others_do_not_see_him(
    pair: Pair, maya: Profile, profile: Profiles
) -> None:
    letter = sent(begin(staff(pair, ANN), (MAYA, TOM), "For three.", hidden=(BEN,)))
    page = sign_in(profile(), BEN, letter)
    expect_said(page, "You are a hidden reader: the others do not see you here.")
    expect(page.get_by_role("list", name="Who can read this")).to_contain_text("hidden")
    expect(page.get_by_role("button", name="Reply", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Reply all")).to_be_hidden()
    seen = open_known(maya, letter)
    expect(seen.get_by_role("button", name="Reply all")).to_be_visible()
    assert BEN not in seen.content()
    assert "Ben" not in seen.get_by_role("main").inner_text()


def test_a_thread_is_accessible_at_320_and_1280_px(pair: Pair, maya: Profile) -> None:
    inspector = Inspector((320, 1280))
    files = {
        "A rather long name of a file that will not fit on a telephone 2026.pdf": Enclosed(
            PDF, "application/pdf"
        ),
        "page.html": Enclosed(HTML, "text/html"),
    }
    first = _with(pair, files, to=(MAYA, TOM))
    post(pair, ANN, (MAYA,), "And another.", reply_to=first)
    page = open_known(maya, first)
    inspector.look("thread", page)
    unfold(sheets(page).nth(1))
    expect(sheet_text(sheets(page).nth(1))).to_contain_text("And another.")
    page.get_by_role("button", name="Verify").first.click()
    page.get_by_text("Fingerprints of the keys").first.click()
    page.route(re.compile("/objects/"), lambda route: route.fulfill(body=b"age-encryption.org"))
    page.get_by_role("button", name="Save page.html").click()
    expect_said(page, "It is not the one Ann Lee signed.")
    inspector.look("all unfolded", page)
    assert inspector.found == []


def _letter(
    pair: Pair,
    files: dict[str, Enclosed],
    *,
    to: tuple[str, ...] = (MAYA,),
    text: str = "With files.",
    reply_to: str | None = None,
) -> Letter:
    draft = begin(staff(pair, ANN), to, text, files=files, reply_to=reply_to)
    sent(draft)
    return draft


def _with(pair: Pair, files: dict[str, Enclosed], *, to: tuple[str, ...] = (MAYA,)) -> str:
    """Ann sends files."""
    return _letter(pair, files, to=to).id


def _save(page: Page | Locator, name: str) -> Download:
    assert isinstance(page, Page)
    with page.expect_download() as given:
        page.get_by_role("button", name=f"Save {name}").click()
    return given.value
