"""The mail about one's own key: what happened, when, where, and what to do if it was not her."""

from datetime import UTC, datetime

import pytest

from server.people.news.ports import (
    ADDED,
    PAIRED,
    PANE_REMOVED,
    REMOVED,
    REPLACED,
    ROTATED,
    SELF_HELD,
    News,
)
from tests.mail.pages import Page
from tests.mail.samples import Writer

AT = datetime(2026, 11, 19, 14, 2, tzinfo=UTC)
WORDS = {
    SELF_HELD: ("Your key is yours alone now", "Our server no longer holds your key."),
    REPLACED: ("You have a new key", "stay closed until their writers seal them for you again"),
    ROTATED: ("Your key was replaced by a new one", "opens with the new key alone"),
    ADDED: ("A passkey now opens your letters too", "What you had before still works."),
    REMOVED: ("A passkey no longer opens your letters", "The others still work."),
}
OF_PANES = {
    PAIRED: ("Word on Windows has your key now", "until you remove it on the page of your key."),
    PANE_REMOVED: ("Word on Windows no longer has your key", "It forgets the key"),
}


def news(what: str, **more: object) -> News:
    usual = {"what": what, "thing": "a passkey", "at": AT, "browser": "Chrome on Windows"}
    return News(**usual | more)  # type: ignore[arg-type]


@pytest.mark.parametrize("what", WORDS)
def test_says_what_was_done_when_where_and_what_to_do(write: Writer, what: str) -> None:
    mail = write.news(news(what))
    subject, sentence = WORDS[what]
    assert mail.subject == subject
    for words in (Page(mail.html).words, " ".join(mail.text.split())):
        assert subject in words
        assert sentence in words
        assert "Done on Thursday 19 November 2026, 14:02, in Chrome on Windows." in words
        assert "Was that not you? Then ring us at once" in words


@pytest.mark.parametrize("what", OF_PANES)
def test_says_which_program_has_the_key_of_somebody_of_the_firm_and_whom_to_tell(
    write: Writer, what: str
) -> None:
    mail = write.news(news(what, thing="Word on Windows"))
    subject, sentence = OF_PANES[what]
    assert mail.subject == subject
    for words in (Page(mail.html).words, " ".join(mail.text.split())):
        assert sentence in words
        assert "Done on Thursday 19 November 2026, 14:02, in Chrome on Windows." in words
        assert "Was that not you? Then tell your administrator at once" in words


def test_says_until_when_a_backup_may_hold_the_old_key(write: Writer) -> None:
    until = datetime(2026, 11, 26, 14, 2, tzinfo=UTC)
    text = write.news(news(SELF_HELD, until=until)).text
    assert "from the last of our backups by Thursday 26 November 2026." in text


def test_leads_nowhere_by_itself(write: Writer) -> None:
    links = Page(write.news(news(SELF_HELD)).html).links
    assert [href for href, _ in links] == ["tel:+441174960142"]
