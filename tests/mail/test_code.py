"""The code mail: the code, where alone to type it, and who asked."""

from datetime import timedelta

import pytest

from tests.mail.pages import Page
from tests.mail.samples import CODE, Writer


def test_the_subject_begins_with_the_code(write: Writer) -> None:
    assert write.code().subject == "Code 7KQ2-M8XF opens Hart & Co's letter"


def test_says_the_code_where_to_type_it_until_when_and_who_asked(write: Writer) -> None:
    mail = write.code()
    for words in (Page(mail.html).words, " ".join(mail.text.split())):
        assert "7KQ2-M8XF" in words
        assert "Type it only on the page that asked for it, at portal.hart.example, and" in words
        assert "It is good for 10 minutes, until 14:12, in that browser alone." in words
        assert "Asked for on Thursday 19 November 2026, 14:02, in Chrome on Windows." in words
        assert "We never ask for your password, bank details or a code by email." in words


def test_the_code_stands_on_a_line_of_its_own_in_the_text(write: Writer) -> None:
    assert "7KQ2-M8XF" in write.code().text.splitlines()


def test_leads_nowhere_by_itself(write: Writer) -> None:
    assert [href for href, _ in Page(write.code().html).links] == ["tel:+441174960142"]


def test_the_life_of_the_code_is_the_one_given(write: Writer) -> None:
    mail = write.code(expires_at=CODE["asked_at"] + timedelta(minutes=1))
    assert "good for 1 minute, until 14:03" in mail.text


def test_a_browser_that_is_not_known_is_left_out(write: Writer) -> None:
    assert "14:02. Was that not you?" in write.code(browser="").text


@pytest.mark.parametrize("broken", ["7KQ2M8XF", "7kq2-m8xf", "7KQ2-M8XF\n", "7KQ2-M8X<", ""])
def test_a_code_of_another_form_is_refused_and_not_repeated(write: Writer, broken: str) -> None:
    with pytest.raises(ValueError, match="four and four") as refusal:
        write.code(code=broken)
    assert not broken or broken not in str(refusal.value)


def test_a_mail_that_is_printed_does_not_give_its_code_away(write: Writer) -> None:
    assert "7KQ2" not in repr(write.code())


def test_a_code_for_a_proof_says_so_and_what_to_do_if_nobody_asked(write: Writer) -> None:
    mail = write.code(purpose="proof")
    assert mail.subject == "Code 7KQ2-M8XF lets you change how you open Hart & Co's letters"
    for words in (Page(mail.html).words, " ".join(mail.text.split())):
        assert "Your code to change how you open your letters" in words
        assert "type it nowhere, and ring us: whoever asked is signed in as you." in words
        assert "to open a letter" not in words


def test_a_code_for_anything_else_is_refused(write: Writer) -> None:
    with pytest.raises(ValueError, match="for a letter or a proof"):
        write.code(purpose="parcel")
