"""Mails about letters that wait for a key: to the reader, and to who wrote them."""

import pytest

from server.base.mail import UnsafeLine
from server.messages.waiting.ports import EXPIRED
from tests.mail.pages import Page
from tests.mail.samples import NOTICE, Writer

ONE = {"reader_names": ["Maya Okafor"]}


def words(mail: object) -> list[str]:
    return [Page(mail.html).words, " ".join(mail.text.split())]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("waits", "more", "said"),
    [
        ("all", ONE, "waits at our portal for a key that only you hold"),
        ("all", {}, "waits at our portal for keys that only you hold"),
        ("some", {}, "If you hold no key of your own yet, the letter waits for it"),
        ("given", ONE, "You have a key of your own now, and the letter is sealed for it."),
    ],
)
def test_the_notice_says_whose_key_is_missing_and_leads_to_the_letters_page(
    write: Writer, waits: str, more: dict[str, object], said: str
) -> None:
    mail = write.notice(waits=waits, **more)
    for text in words(mail):
        assert said in text
        assert "about a minute" in text or waits == "given"
        assert "end-to-end" not in text.lower()
    assert mail.subject == NOTICE["subject"]
    button = Page(mail.html).links[0]
    assert button[0] == NOTICE["url"]
    assert button[1].startswith("Make your key" if waits == "all" else "Read it")


def test_a_notice_waits_for_nobody_else(write: Writer) -> None:
    assert all("key" not in text for text in words(write.notice()))
    with pytest.raises(ValueError, match="waits"):
        write.notice(waits="tom")


def test_the_sender_hears_who_has_a_key_and_where_one_click_gives_the_letter(
    write: Writer,
) -> None:
    mail = write.waiting()
    assert mail.subject == "Maya Okafor has a key now: your letter can be given"
    assert "One click gives them your letter" in words(mail)[1]
    assert "https://portal.hart.example/staff/waiting" in mail.text
    assert "your 3 letters" in words(write.waiting(letters=3))[0]


def test_the_sender_hears_that_the_waiting_is_over_and_what_can_be_done(write: Writer) -> None:
    mail = write.waiting(EXPIRED, readers=["Maya Okafor", "tom@client.example"])
    assert mail.subject == "Your letter has stopped waiting for Maya Okafor and tom@client.example"
    for text in words(mail):
        assert "has waited thirty days" in text
        assert "protected instead of end-to-end" in text
    assert "/staff/waiting" not in mail.html + mail.text


def test_names_end_as_words(write: Writer) -> None:
    hostile = "<b>{{7*7}}</b>"
    mail = write.waiting(name=hostile, readers=[hostile])
    assert hostile in Page(mail.html).words
    assert set(Page(mail.html).tags) == set(Page(write.waiting().html).tags)
    with pytest.raises(UnsafeLine):
        write.waiting(readers=["Maya\r\nBcc: eve@evil.example"])
