"""The mail that tells of a recall: who, when, and nothing to press."""

import pytest

from tests.mail.pages import Page
from tests.mail.samples import Writer


def test_says_who_recalled_which_letter_when_and_that_nothing_is_to_be_done(write: Writer) -> None:
    mail = write.recalled()
    assert mail.subject == "Recalled: Your year-end"
    for words in (Page(mail.html).words, " ".join(mail.text.split())):
        assert "Ann Lee has recalled the confidential letter: Your year-end." in words
        assert "sent Thursday 19 November 2026, 14:02" in words
        assert "recalled Friday 20 November 2026, 09:12" in words
        assert "You need do nothing." in words


def test_it_leads_to_no_letter(write: Writer) -> None:
    mail = write.recalled()
    assert "/m/" not in mail.html + mail.text


@pytest.mark.parametrize("blank", ["", "   "])
def test_without_a_subject_it_still_has_one(write: Writer, blank: str) -> None:
    assert write.recalled(subject=blank).subject == "Recalled: a confidential letter"
