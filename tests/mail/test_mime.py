"""A mail on the wire: both parts whole, and no way to write a header from outside."""

from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.base.mail import Brand, Mail, UnsafeLine
from server.mail.mime import MimeRenderer, Readers, Thread, build
from server.messages.ports import Notice
from tests.mail.samples import CODE, HART, NOTICE, Writer

Party = tuple[str, str]
ANN = ("ann@hart.example", "Ann Lee")
MAYA = ("maya@client.example", "Maya Okafor")

# Words that a folder of headers trips over: letters of other scripts, signs of the grammar, and
# what already looks encoded, with a header inside.
WORDS = ["Maya", "Größe", "Müller-Lüdenscheidt", "李小龙", "מאיה", "–", "“Tom”", "O'Neil", "a,b"]
SIGNS = [
    '"q"',
    "<eve@evil.example>",
    "(HR)",
    ";",
    ":",
    "\\",
    "=?utf-8?q?x=0D=0ABcc=3A_e@x.example?=",
]
words = st.lists(st.sampled_from(WORDS + SIGNS), min_size=1, max_size=9).map(" ".join)
names = words.map(lambda text: text[:80].strip())


def read(raw: bytes) -> Message:
    """As RFC 2047 has it. Python's newer parser adds spaces inside encoded names (issue 128110)."""
    return message_from_bytes(raw)


def line(message: Message, header: str) -> str:
    return decoded(message[header].replace("\r\n", ""))


def decoded(text: str) -> str:
    return str(make_header(decode_header(text)))


def parties(message: Message, header: str) -> list[Party]:
    found = getaddresses([message[header].replace("\r\n", "")])
    return [(address, decoded(name)) for name, address in found]


def sent(mail: Mail, *, to: list[Party]) -> bytes:
    return build(mail, sender=ANN, readers=Readers(to=to), thread=Thread(NOTICE["sent_at"]))


def test_both_parts_arrive_letter_for_letter_and_text_comes_first(write: Writer) -> None:
    mail = write.notice(subject="Jahresabschluß")
    text, html = read(sent(mail, to=[MAYA])).get_payload()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    for part, content in ((text, mail.text), (html, mail.html)):
        shown = part.get_payload(decode=True).decode().replace("\r\n", "\n")
        assert shown.rstrip("\n") == content.rstrip("\n")


def test_the_bare_address_is_whole_after_folding(write: Writer) -> None:
    text, _ = read(sent(write.notice(), to=[MAYA])).get_payload()
    assert NOTICE["url"].encode() in text.get_payload(decode=True).split()


def test_the_delivery_header_travels(write: Writer) -> None:
    message = read(sent(write.notice(), to=[MAYA]))
    assert message["x-letterlock-delivery"] == NOTICE["delivery_id"]


@given(subject=words, readers=st.lists(names, min_size=1, max_size=20))
def test_subject_and_readers_arrive_whole_and_write_no_header(
    subject: str, readers: list[str]
) -> None:
    to = [(f"reader{number}@client.example", name) for number, name in enumerate(readers)]
    raw = sent(Mail(subject=subject, html="x", text="x", headers={}), to=to)
    message = read(raw)
    assert line(message, "Subject") == subject
    assert parties(message, "To") == to
    assert set(message) == {
        "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"
    }  # fmt: skip
    assert max(map(len, raw.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 998  # RFC 5322


@pytest.mark.parametrize("place", ["address", "name"])
def test_a_line_break_in_an_address_or_name_sends_nothing(write: Writer, place: str) -> None:
    evil = "\r\nBcc: eve@evil.example"
    address, name = MAYA
    to = (address + evil, name) if place == "address" else (address, name + evil)
    with pytest.raises(ValueError, match=r"one line|CR or LF|[Ii]nvalid"):
        sent(write.notice(), to=[to])


def test_a_code_goes_out_as_the_systems_mailbox_and_asks_for_no_robots_answer() -> None:
    raw = MimeRenderer().code(brand=Brand(**HART), to="maya@client.example", **CODE)
    message = read(raw)
    assert parties(message, "From") == [("portal@hart.example", "Hart & Co")]
    assert line(message, "Subject").startswith("Code 7KQ2-M8XF")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"


def answered(**changes: object) -> Message:
    values: dict[str, object] = {
        "brand": Brand(**HART), "sender_address": MAYA[0], "sender_name": MAYA[1], "to": [ANN],
        "cc": [], "hidden": [("tom@client.example", "")], "subject": "Re: Your year-end",
        "sent_at": NOTICE["sent_at"], "url": NOTICE["url"], "delivery_id": "d",
        "message_id": "own@portal", "references": ["thread@portal", "first@portal"],
        "is_answer": True, "reply_to": ANN,
    }  # fmt: skip
    return read(MimeRenderer().reply(Notice(**values | changes)))  # type: ignore[arg-type]


def test_a_clients_answer_is_told_by_the_firm_and_names_what_it_answers() -> None:
    message = answered()
    assert parties(message, "From") == [("portal@hart.example", "Maya Okafor via Hart & Co")]
    assert parties(message, "Reply-To") == [ANN]
    assert parties(message, "Bcc") == [("tom@client.example", "")]
    assert message["Message-ID"] == "<own@portal>"
    assert message["In-Reply-To"] == "<first@portal>"
    assert message["References"] == "<thread@portal> <first@portal>"
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_payload()[0].get_payload(decode=True).decode()
    assert "Maya Okafor has answered confidentially: Your year-end." in " ".join(text.split())


def test_a_name_of_an_answers_writer_writes_no_header() -> None:
    with pytest.raises(UnsafeLine):
        answered(sender_name="Maya\r\nBcc: eve@evil.example")
