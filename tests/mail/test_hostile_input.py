"""What people and programs type ends as words: never as markup, template, header or other order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.base.mail import BadBrand, Brand, UnsafeLine, one_line
from tests.mail.pages import Page
from tests.mail.samples import HART, Writer

WRITER = Writer()  # hypothesis takes no fixture of a function's life
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=https://evil.example/x.png onerror=alert(1)>',
    "</p></mj-text><mj-include path='/etc/passwd' />",
    "{{7*7}} {% raw %} {# gone #}",
    "&lt;b&gt; &amp; &#60;i&#62;",
    "]]> --> <![endif]-->",
    "'; color: red; } body { display: none",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("place", ["subject", "sender_name", "reader_names"])
def test_text_in_a_notice_is_shown_as_typed(write: Writer, place: str, text: str) -> None:
    plain, mail = write.notice(), write.notice(**{place: [text] if place[0] == "r" else text})
    page = Page(mail.html)
    assert text in page.words
    assert text in mail.text
    assert set(page.tags) == set(Page(plain.html).tags)
    assert [href for href, _ in page.links] == [href for href, _ in Page(plain.html).links]


@pytest.mark.parametrize("text", HOSTILE)
def test_the_words_for_a_browser_are_shown_as_sent(write: Writer, text: str) -> None:
    mail = write.code(browser=text)
    assert one_line(text, limit=60) in Page(mail.html).words
    assert set(Page(mail.html).tags) == set(Page(write.code().html).tags)


@given(text=st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=80))
def test_any_subject_arrives_letter_for_letter(text: str) -> None:
    mail = WRITER.notice(subject=text)
    assert mail.subject == text
    assert text in Page(mail.html).words
    assert text in mail.text


@pytest.mark.parametrize(
    "control", ["\r\n", "\n", "\r", "\0", "\x0b", "\x1b", "\x85", "\u2028", "\ud800"]
)
@pytest.mark.parametrize("place", ["subject", "sender_name", "sender_address", "reader_names"])
def test_a_line_break_or_control_is_refused(write: Writer, place: str, control: str) -> None:
    text = f"Year-end{control}Bcc: eve@evil.example"
    with pytest.raises(UnsafeLine, match="one line"):
        write.notice(**{place: [text] if place == "reader_names" else text})


def test_marks_that_turn_text_around_are_taken_out(write: Writer) -> None:
    mail = write.notice(subject="fdp.\u202egniteem\u202c \u2066x\u2069", sender_name="\u202bAnn")
    assert mail.subject == "fdp.gniteem x"
    for part in (mail.html, mail.text):
        assert not set(part) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def test_a_name_written_from_the_right_keeps_its_marks_and_its_place(write: Writer) -> None:
    name = "\u200fמאיה\u200f"
    html = write.notice(sender_name=name).html
    assert f"<bdi>{name}</bdi> has written to you" in html


def test_what_is_too_long_ends_in_an_ellipsis(write: Writer) -> None:
    mail = write.notice(subject="s" * 201, sender_name="n" * 81, reader_names=["r" * 81])
    assert mail.subject == "s" * 199 + "…"
    for long in ("s" * 200, "n" * 80, "r" * 80):
        assert long not in mail.html + mail.text
    assert write.notice(subject="s" * 200).subject == "s" * 200


@pytest.mark.parametrize("text", HOSTILE[:3])
def test_a_firms_own_words_are_shown_as_typed(write: Writer, text: str) -> None:
    brand = Brand(**{**HART, "name": text, "address": text, "line": text, "telephone": text})
    for mail in (write.notice(brand=brand), write.code(brand=brand)):
        assert Page(mail.html).words.count(text) == 5
        assert "img" not in Page(mail.html).tags
        assert "script" not in Page(mail.html).tags


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("fill", "red;} body{display:none"),
        ("on", "#fff"),
        ("text_dark", "#ffffff;"),
        ("fill_hover", "red;} body{display:none"),
        ("edge", "url(https://evil.example)"),
        ("mark_svg", 'M0 0"/><script>'),
        ("firm_2", 'url("https://evil.example")'),
        ("telephone_href", "javascript:alert(1)"),
        ("telephone_href", "https://evil.example"),
        ("name", "Hart\r\nBcc: eve@evil.example"),
        ("zone", "Europe/Atlantis"),
        ("zone", "../../etc/passwd"),
    ],
)
def test_a_brand_that_could_leave_its_place_is_refused_by_name(field: str, value: str) -> None:
    with pytest.raises(BadBrand) as refusal:
        Brand(**{**HART, field: value})
    assert refusal.value.field == field
    assert value not in str(refusal.value)
