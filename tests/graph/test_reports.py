"""What a report of undelivered mail says, whole or by its headers alone."""

from server.graph.reports import may_be_report, report_of_headers, report_of_mime

# As Exchange Online writes it, shortened: RFC 6522 and RFC 3464.
REPORT = """From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@hart.example>
To: ann@hart.example
Subject: Undeliverable: Your year-end
In-Reply-To: <abc@portal.hart.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"
X-MS-Exchange-Message-Is-Ndr:

--b
Content-Type: text/plain

Your message to maya@client.example couldn't be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns;LO2P265MB0001.GBRP265.PROD.OUTLOOK.COM
Received-From-MTA: dns;x
Arrival-Date: Sun, 22 Nov 2026 10:00:00 +0000

Original-Recipient: rfc822;Maya@client.example
Final-Recipient: rfc822;maya@client.example
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp;550 5.1.1 User unknown

Final-Recipient: rfc822;tom@client.example
Action: failed
Status: 5.2.2
--b
Content-Type: {kind}

Message-ID: <abc@portal.hart.example>
x-letterlock-delivery: d-1
Subject: Your year-end

--b--
"""


def mime(action: str = "failed", kind: str = "message/rfc822") -> bytes:
    return REPORT.format(action=action, kind=kind).encode()


def test_a_whole_report_names_the_mail_each_reader_and_why() -> None:
    for kind in ("message/rfc822", "text/rfc822-headers"):
        report = report_of_mime("r", mime(kind=kind), seen=1)
        assert report is not None
        assert report.delivery_id == "d-1"
        assert report.named == ["abc@portal.hart.example"]
        assert report.failures == [
            ("maya@client.example", "5.1.1"),
            ("tom@client.example", "5.2.2"),
        ]


def test_a_delay_is_no_failure() -> None:
    report = report_of_mime("r", mime(action="delayed"), seen=1)
    assert report is not None
    assert report.failures == [("tom@client.example", "5.2.2")]
    assert report_of_mime("r", mime("delayed").replace(b"Action: failed", b""), seen=1) is None


def test_an_ordinary_mail_is_no_report() -> None:
    assert (
        report_of_mime("r", b"Subject: Undeliverable: x\n\nFinal-Recipient: a@b.c", seen=1) is None
    )


def test_headers_name_the_mail_and_seldom_the_reader() -> None:
    headers = [("in-reply-to", "<abc@portal.hart.example>"), ("x-ms-exchange-message-is-ndr", "")]
    report = report_of_headers("r", headers, seen=1)
    assert report is not None
    assert (report.named, report.failures) == (["abc@portal.hart.example"], [])
    other = [("x-failed-recipients", "Maya@client.example"), ("references", "<a@b> <c@d>")]
    report = report_of_headers("r", other, seen=1)
    assert report is not None
    assert (report.named, report.failures) == (["a@b", "c@d"], [("maya@client.example", "")])


def test_headers_of_a_receipt_are_no_report() -> None:
    headers = [("content-type", "multipart/report; report-type=delivery-status")]
    assert report_of_headers("r", headers, seen=1) is None


def test_only_mail_systems_write_reports() -> None:
    assert may_be_report("microsoftexchange329e71ec88ae4615bbc36ab6ce41109e@hart.example")
    assert may_be_report("postmaster@client.example")
    assert may_be_report("")
    assert not may_be_report("maya@client.example")
