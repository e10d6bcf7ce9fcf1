"""The notice: who has written, where to read it, and never a word of the letter."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from server.base.mail import Mail
from tests.mail.pages import Page
from tests.mail.samples import Writer

URL = "https://portal.hart.example/m/q8Zr3kVtY1mXw0bHc7LdPA"


def both(mail: Mail) -> list[str]:
    """The html part and the text part as a person reads them."""
    return [Page(mail.html).words, " ".join(mail.text.split())]


def test_says_who_wrote_when_and_to_whom_in_both_parts(write: Writer) -> None:
    for words in both(write.notice()):
        assert "Ann Lee has written to you" in words
        assert "Dear Maya Okafor, dear Tom Birchall," in words
        assert "I have written you a confidential letter: Your year-end. It waits" in words
        assert "Sent Thursday 19 November 2026, 14:02, to Maya Okafor and Tom Birchall." in words
        assert "it reaches ann@hart.example as ordinary mail" in words


def test_the_promise_and_the_telephone_stand_in_both_parts(write: Writer) -> None:
    for words in both(write.notice()):
        assert "We never ask for your password, bank details or a code by email." in words
        assert "ring us on the number on our letterhead, 0117 496 0142." in words


def test_the_public_subject_is_the_mails_subject(write: Writer) -> None:
    assert write.notice(subject="Your year-end").subject == "Your year-end"


@pytest.mark.parametrize("blank", ["", "   ", "\t", "\u202e"])
def test_without_a_subject_it_names_the_sender(write: Writer, blank: str) -> None:
    mail = write.notice(subject=blank)
    assert mail.subject == "Ann Lee has written to you (confidential)"
    for words in both(mail):
        assert "I have written you a confidential letter. It waits" in words


def test_a_subject_that_ends_a_sentence_gets_no_second_full_stop(write: Writer) -> None:
    for words in both(write.notice(subject="Shall we say Friday?")):
        assert "letter: Shall we say Friday? It waits" in words


def test_one_button_leads_to_the_letter_and_names_its_host(write: Writer) -> None:
    links = Page(write.notice().html).links
    assert [words for href, words in links if href == URL] == ["Read it at portal.hart.example"]


def test_the_button_never_names_another_host_than_its_own(write: Writer) -> None:
    mail = write.notice(url="http://localhost:8123/m/abc")
    assert ("http://localhost:8123/m/abc", "Read it at localhost:8123") in Page(mail.html).links


def test_the_address_can_be_typed_from_the_html_and_stands_bare_in_the_text(write: Writer) -> None:
    mail = write.notice()
    assert (
        "this address yourself: portal.hart.example/m/q8Zr3kVtY1mXw0bHc7LdPA"
        in Page(mail.html).words
    )
    assert URL in mail.text.splitlines()


def test_every_reader_or_nobody_is_greeted_by_name(write: Writer) -> None:
    greetings = {
        ("Maya Okafor",): "Dear Maya Okafor, I have",
        ("Maya Okafor", ""): "Dear all, I have",
        ("Maya Okafor", "tom@client.example"): "Dear all, I have",
        ("A", "B", "C", "D"): "Dear all, I have",
        ("",): "Good day, I have",
        (): "Good day, I have",
    }
    for names, greeting in greetings.items():
        for words in both(write.notice(reader_names=list(names))):
            assert greeting in words


def test_readers_without_a_name_are_counted_as_others(write: Writer) -> None:
    sent_to = {
        ("Maya Okafor", "", ""): "14:02, to Maya Okafor and 2 others.",
        ("A", "B", "C", "D", "E", "F"): "14:02, to A, B, C, D, E and 1 other.",
        ("", ""): "14:02. We never",
    }
    for names, line in sent_to.items():
        for words in both(write.notice(reader_names=list(names))):
            assert line in words


def test_the_time_is_the_firms_whatever_the_clock_says(write: Writer) -> None:
    summer = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    tokyo = summer.astimezone(timezone(timedelta(hours=9)))
    for moment in (summer, tokyo):
        for words in both(write.notice(sent_at=moment)):
            assert "Sent Thursday 2 July 2026, 00:30, to" in words


def test_a_time_that_names_no_zone_is_refused(write: Writer) -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        write.notice(sent_at=datetime(2026, 11, 19, 14, 2))  # noqa: DTZ001 - the point of the test


def test_the_delivery_can_be_found_again_by_its_header(write: Writer) -> None:
    assert write.notice().headers == {"x-letterlock-delivery": "01JD3F-a_7"}


@pytest.mark.parametrize("broken", ["", "a\r\nBcc: x@y.example", "a b", "é", "x" * 65])
def test_a_delivery_id_that_could_write_headers_is_refused(write: Writer, broken: str) -> None:
    with pytest.raises(ValueError, match="a delivery id has"):
        write.notice(delivery_id=broken)


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "//portal.hart.example/m/a", "ftp://a.example/m/a",
     "https://a.example/m/a?reader=maya", "https://a.example/m/a#key", ""],
)  # fmt: skip
def test_only_a_plain_web_address_becomes_the_button(write: Writer, address: str) -> None:
    with pytest.raises(ValueError, match="a letter's page is"):
        write.notice(url=address)


def test_of_a_mail_in_the_record_it_says_that_it_was_sealed_and_not_that_somebody_wrote(
    write: Writer,
) -> None:
    mail = write.notice(is_mail=True, subject="")
    assert mail.subject == "Ann Lee has sealed a mail into the record"
    for part in both(mail):
        assert "sealed a mail into the record" in part
        assert "written" not in part
