"""The system's mail by SMTP: taken, refused, later, or nobody knows; never without TLS."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

from server.base.mail import Brand
from server.firms.first_run.ports import TrialFailed
from server.mail.mime import MimeRenderer
from server.mail.smtp import Smtp, SmtpSystemMailbox, why
from server.messages.ports import MailboxAway, MailboxRefused, Notice, OutcomeUnknown
from server.people.sign_ins.ports import MailAway, MailRefused
from tests.mail.post_office import Certificate, PostOffice, certificate, post_office
from tests.mail.samples import CODE, HART
from tests.sandbox.running import free_port

pytestmark = pytest.mark.filterwarnings(
    "ignore:Requiring AUTH while not:UserWarning"
)  # on loopback
BRAND = Brand(**HART)
MAYA = "maya@client.example"
MIME = b"Subject: x\r\n\r\n.a dot at the start\r\n"


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office(asks=True) as opened:
        yield opened


def mailbox(smtp: Smtp) -> SmtpSystemMailbox:
    render = MimeRenderer()
    return SmtpSystemMailbox(
        smtp,
        render.code,
        render.reply,
        render.trial,
        render.sign_in,
        render_news=render.news,
        render_waiting=render.waiting,
    )


def send(smtp: Smtp, *readers: str) -> None:
    smtp.carry(sender=BRAND.mailbox, readers=readers or (MAYA,), mime=MIME)


def notice(**changes: object) -> Notice:
    usual = {
        "brand": BRAND, "sender_address": MAYA, "sender_name": "Maya Okafor",
        "to": [("ann@hart.example", "Ann Lee")], "cc": [("ben@hart.example", "Ben Carey")],
        "subject": "Re: Your year-end", "sent_at": datetime(2026, 11, 19, tzinfo=UTC),
        "url": "https://portal.hart.example/m/q8Zr3kVtY1mXw0bHc7LdPA", "delivery_id": "d1",
        "message_id": "d1@portal.hart.example", "reply_to": ("ann@hart.example", "Ann Lee"),
    }  # fmt: skip
    return Notice(**{**usual, **changes})


def came(office: PostOffice) -> Message:
    (envelope,) = office.mails
    return message_from_bytes(envelope.original_content)


def test_a_code_goes_out_from_the_systems_mailbox_after_signing_in(office: PostOffice) -> None:
    mailbox(Smtp(office.plain)).send_code(tenant_id="t", brand=BRAND, to=MAYA, **CODE)
    assert (office.mails[0].mail_from, office.mails[0].rcpt_tos) == (BRAND.mailbox, [MAYA])
    mail = came(office)
    assert mail["Subject"] == "Code 7KQ2-M8XF opens Hart & Co's letter"
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == (
        "auto-generated",
        "OOF, AutoReply",
    )


def test_a_hidden_reader_stands_in_the_envelope_and_in_no_header(office: PostOffice) -> None:
    hidden = [("tom@client.example", "Tom Birchall")]
    mailbox(Smtp(office.plain)).send_reply_notice(tenant_id="t", notice=notice(hidden=hidden))
    assert office.mails[0].rcpt_tos == [
        "ann@hart.example",
        "ben@hart.example",
        "tom@client.example",
    ]
    assert b"tom@client.example" not in office.mails[0].original_content


def test_a_line_that_begins_with_a_dot_arrives_with_one_dot(office: PostOffice) -> None:
    send(Smtp(office.plain))
    assert office.mails[0].original_content == MIME


def test_the_trial_mail_says_which_mailbox_it_tries(office: PostOffice) -> None:
    smtp = mailbox(Smtp(office.plain))
    smtp.send_trial(tenant_id="t", brand=BRAND, to="ann@hart.example", asked_at=datetime.now(UTC))
    assert came(office)["Subject"] == "Hart & Co's mailbox works"


@pytest.mark.parametrize("at", ["MAIL", "RCPT", "DATA"])
def test_a_later_means_that_nothing_was_sent(office: PostOffice, at: str) -> None:
    office.answers[at] = "451 4.7.1 Greylisted, come back"
    with pytest.raises(MailboxAway) as away:
        send(Smtp(office.plain))
    assert why(away.value) == "later"


@pytest.mark.parametrize("at", ["MAIL", "RCPT", "DATA"])
def test_a_refusal_is_for_good_and_keeps_codes_but_no_words(office: PostOffice, at: str) -> None:
    office.answers[at] = "550 5.1.1 maya@client.example is unknown"
    with pytest.raises(MailboxRefused) as refused:
        send(Smtp(office.plain))
    assert refused.value.reason == "SMTP 550 5.1.1"


def test_a_reader_who_is_refused_does_not_keep_the_mail_from_the_others(office: PostOffice) -> None:
    office.answers["RCPT ben@hart.example"] = "550 5.1.1 no such person"
    refused = mailbox(Smtp(office.plain)).send_reply_notice(tenant_id="t", notice=notice())
    assert refused == {"ben@hart.example": "SMTP 550 5.1.1"}
    assert office.mails[0].rcpt_tos == ["ann@hart.example"]


def test_a_mail_whose_readers_are_all_refused_is_refused(office: PostOffice) -> None:
    office.answers["RCPT"] = "550 no"
    with pytest.raises(MailboxRefused):
        send(Smtp(office.plain), MAYA, "tom@client.example")
    assert office.mails == []


def test_a_reader_who_may_come_later_keeps_the_mail_for_all(office: PostOffice) -> None:
    """Sent to some now and tried again, it would come to them twice."""
    office.answers |= {f"RCPT {MAYA}": "550 no", "RCPT tom@client.example": "451 later"}
    with pytest.raises(MailboxAway):
        send(Smtp(office.plain), MAYA, "tom@client.example", "ann@hart.example")
    assert office.mails == []


@pytest.mark.parametrize("words", ["OK, queued", "354 go on"])
def test_an_answer_after_the_last_dot_that_says_nothing_leaves_it_unknown(
    office: PostOffice, words: str
) -> None:
    office.answers["DATA"] = words
    with pytest.raises(OutcomeUnknown):
        send(Smtp(office.plain))
    assert len(office.mails) == 1


def test_a_code_for_an_address_that_is_refused_ends_there(office: PostOffice) -> None:
    office.answers["RCPT"] = "550 5.1.1 no such person"
    with pytest.raises(MailRefused) as refused:
        mailbox(Smtp(office.plain)).send_code(tenant_id="t", brand=BRAND, to=MAYA, **CODE)
    assert refused.value.reason == "SMTP 550 5.1.1"


@pytest.mark.parametrize("at", ["MAIL", "RCPT"])
def test_a_line_cut_before_the_content_means_that_nothing_was_sent(
    office: PostOffice, at: str
) -> None:
    office.answers[at] = "cut"
    with pytest.raises(MailboxAway):
        send(Smtp(office.plain))
    assert office.mails == []


def test_a_line_cut_after_the_last_dot_leaves_it_unknown(office: PostOffice) -> None:
    office.answers["DATA"] = "cut"
    with pytest.raises(OutcomeUnknown):
        send(Smtp(office.plain))
    assert len(office.mails) == 1  # it had been taken: sent again it would come twice


def test_a_code_is_tried_again_whatever_went_wrong(office: PostOffice) -> None:
    for answer in ("451 later", "550 no", "cut"):
        office.answers["DATA"] = answer
        with pytest.raises(MailAway):
            mailbox(Smtp(office.plain)).send_code(tenant_id="t", brand=BRAND, to=MAYA, **CODE)


def test_a_trial_names_what_went_wrong(office: PostOffice) -> None:
    found = []
    for answer in ("451 later", "550 5.7.60 not yours", "cut"):
        office.answers["DATA"] = answer
        with pytest.raises(TrialFailed) as failed:
            mailbox(Smtp(office.plain)).send_trial(
                tenant_id="t", brand=BRAND, to=MAYA, asked_at=datetime.now(UTC)
            )
        found.append(failed.value.reason)
    assert found == ["later", "SMTP 550 5.7.60", "unknown"]


def test_a_wrong_password_and_a_closed_door_are_told_apart(office: PostOffice) -> None:
    closed = f"smtp://localhost:{free_port()}"
    for url, reason in (
        (office.plain.replace("p%40ss", "other"), "sign-in"),
        (closed, "connection"),
    ):
        with pytest.raises(MailboxAway) as away:
            Smtp(url).greet(sender=BRAND.mailbox)
        assert why(away.value) == reason


def test_greeting_sends_nothing_and_finds_a_sender_that_is_not_allowed(office: PostOffice) -> None:
    Smtp(office.plain).greet(sender=BRAND.mailbox)
    office.answers["MAIL"] = "550 5.7.60 not yours"
    with pytest.raises(MailboxRefused):
        Smtp(office.plain).greet(sender=BRAND.mailbox)
    assert office.mails == []


def test_tls_from_the_start_carries_mail_to_a_server_that_is_trusted(papers: Certificate) -> None:
    with post_office(papers.server(), implicit=True, asks=True) as office:
        send(Smtp(office.tls, context=papers.trusted()))
        assert len(office.mails) == 1


def test_a_certificate_that_nobody_knows_gets_no_mail_and_no_password(papers: Certificate) -> None:
    with post_office(papers.server(), implicit=True, asks=True) as office:
        with pytest.raises(MailboxAway) as away:
            send(Smtp(office.tls))
        assert (why(away.value), office.mails) == ("certificate", [])


def test_a_certificate_for_another_name_gets_no_mail(tmp_path: Path) -> None:
    papers = certificate(tmp_path, "other.example")
    with post_office(papers.server(), implicit=True) as office:
        with pytest.raises(MailboxAway) as away:
            send(Smtp(office.tls, context=papers.trusted()))
        assert why(away.value) == "certificate"


def elsewhere(url: str, papers: Certificate) -> Smtp:
    """As if the server were on another machine."""
    smtp = Smtp(url, context=papers.trusted())
    smtp._needs_tls = True
    return smtp


def test_another_machine_gets_mail_after_starttls(papers: Certificate) -> None:
    with post_office(papers.server(), asks=True) as office:
        send(elsewhere(office.plain, papers))
        assert len(office.mails) == 1


def test_another_machine_without_tls_gets_no_mail_and_no_password(
    office: PostOffice, papers: Certificate
) -> None:
    with pytest.raises(MailboxAway) as away:
        send(elsewhere(office.plain, papers))
    assert (why(away.value), office.mails) == ("no-tls", [])


@pytest.mark.parametrize(
    ("host", "needs"), [("localhost", False), ("127.0.0.1", False), ("mail.hart.example", True)]
)
def test_only_this_machine_may_do_without_tls(host: str, *, needs: bool) -> None:
    assert Smtp(f"smtp://{host}")._needs_tls is needs
