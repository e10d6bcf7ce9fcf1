"""letterlock doctor: each thing that can be wrong is planted, and named with its remedy."""

import json
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from server.base import facts, scrapes
from server.base.outbox import enqueue
from server.base.tenancy import all_firms, for_firm
from server.cli import main
from server.commands.doctor.findings import Finding
from tests.doctor.conftest import MAILBOX, Clinic, stub
from tests.house import mailbox
from tests.mail.post_office import certificate, post_office
from tests.sandbox.running import free_port

LOCAL = {"https", "domains"}  # never good on one machine; they have controls of their own


def bad(found: dict[str, list[Finding]]) -> set[str]:
    return {name for name, ones in found.items() for one in ones if one.state != "good"}


def says(finding: Finding, *words: str) -> None:
    """It is bad, names the thing, and says what to do."""
    assert finding.state == "bad", finding
    assert all(word in finding.words for word in words), finding.words
    assert finding.remedy


def test_a_healthy_house_has_nothing_to_mend(clinic: Clinic) -> None:
    assert bad(clinic.examine()) == LOCAL


def test_an_origin_without_https(clinic: Clinic) -> None:
    portal, addin = clinic.examine("https")["https"]
    says(portal, clinic.settings.origin)
    says(addin, clinic.settings.addin_origin)
    clinic.run("UPDATE firms SET origin = 'https://p.example', addin_origin = 'https://a.example'")
    assert clinic.finds("https").state == "good"


def test_settings_that_name_the_hosts_of_no_firm(clinic: Clinic) -> None:
    says(clinic.finds("hosts", origin="http://localhost:1"), "not those of a firm")


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Security-Policy": None},
        {"Content-Security-Policy": "frame-ancestors 'none'"},
        {"X-Frame-Options": "DENY"},
    ],
)
def test_an_add_in_that_office_may_not_frame(
    clinic: Clinic, headers: dict[str, str | None]
) -> None:
    clinic.headers.update(headers)
    says(clinic.finds("framing"), "may not frame", clinic.settings.addin_origin)


def test_an_add_in_that_does_not_answer(clinic: Clinic) -> None:
    clinic.run(f"UPDATE firms SET addin_origin = 'http://127.0.0.1:{free_port()}'")
    says(clinic.finds("framing"), "does not answer")
    says(clinic.finds("manifests"), "/icons/icon-64.png", "is not answered")


def test_a_manifest_that_microsoft_would_refuse(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert clinic.finds("manifests").state == "good"
    monkeypatch.setattr("server.admin.manifests.checking.service.LIMIT", 9)
    says(clinic.finds("manifests"), "are not right")


def test_a_redirect_uri_that_is_not_registered(clinic: Clinic) -> None:
    clinic.run("UPDATE firms SET addin_origin = 'https://addin.hart.example'")
    says(clinic.finds("redirect-uri"), "brk-multihub://addin.hart.example", "not registered")


def test_a_redirect_uri_of_the_portal_that_is_not_registered(clinic: Clinic) -> None:
    assert clinic.finds("staff-redirect-uri").state == "good"
    clinic.run("UPDATE firms SET origin = 'https://portal.hart.example'")
    found = clinic.finds("staff-redirect-uri")
    says(found, "https://portal.hart.example/staff/signed-in", "not registered")
    assert "platform Web" in str(found.remedy)


def test_a_client_id_that_the_tenant_does_not_know(clinic: Clinic) -> None:
    says(clinic.finds("redirect-uri", client_id="other"), "client id")


@pytest.mark.parametrize(
    ("scope", "left"), [("Mail.Send", ["Mail.ReadBasic"]), ("Mail.ReadBasic", ["Mail.Send"])]
)
def test_a_scope_without_consent(clinic: Clinic, scope: str, left: list[str]) -> None:
    clinic.tenant(consented=left)
    found = clinic.examine("consent")["consent"]
    says(next(one for one in found if one.state == "bad"), f"Consent to {scope} is missing")
    assert [one.words for one in found if one.state == "good"] == [f"{left[0]} has consent."]


def test_a_scope_that_is_not_used_needs_no_consent(clinic: Clinic) -> None:
    clinic.tenant(consented=["Mail.Send"])
    clinic.run("UPDATE firms SET policies = '{}'")
    assert clinic.finds("consent").state == "good"


def test_mail_send_for_the_whole_tenant(clinic: Clinic) -> None:
    clinic.tenant(mailboxes=None)
    says(clinic.finds("tenant-wide"), "everybody in the tenant")


def test_a_secret_that_ran_out(clinic: Clinic) -> None:
    says(clinic.finds("tenant-wide", client_secret="old"), "refuses")


def test_a_system_mailbox_that_the_application_may_not_use(clinic: Clinic) -> None:
    clinic.tenant(mailboxes=["other@hart.example"])
    says(clinic.finds("system-mailbox"), "may not send from", MAILBOX)


def test_looking_at_the_mailbox_sends_nothing(clinic: Clinic) -> None:
    assert clinic.finds("system-mailbox").state == "good"
    assert [mailbox(clinic.sandbox, MAILBOX, folder) for folder in ("inbox", "sentitems")] == [
        [],
        [],
    ]


def test_a_mail_server_that_does_not_take_the_mailbox(clinic: Clinic) -> None:
    with post_office() as office:
        mail = dict.fromkeys(("codes", "notices"), f"smtp://localhost:{office.port}")
        assert clinic.finds("system-mailbox", mail=mail).state == "good"
        office.answers["MAIL"] = "550 5.7.60 not yours"
        says(clinic.finds("system-mailbox", mail=mail), MAILBOX, "SMTP 550 5.7.60")
    says(clinic.finds("system-mailbox", mail=mail), "does not answer")


@pytest.mark.parametrize(("minutes", "word"), [(-5, "fast"), (5, "slow")])
def test_a_clock_that_is_off(clinic: Clinic, minutes: int, word: str) -> None:
    theirs = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
    with stub(date=theirs) as authority:
        says(clinic.finds("clock", authority=authority), "The clock is", word)


def test_a_ca_that_is_not_known_here(clinic: Clinic, tmp_path: Path) -> None:
    with stub(tls=certificate(tmp_path).server()) as graph:
        says(clinic.finds("certificates", graph_url=f"{graph}/v1.0"), "not trusted", "localhost")


def test_a_database_that_was_not_migrated(clinic: Clinic, tmp_path: Path) -> None:
    found = clinic.examine(database_url=f"sqlite:///{tmp_path / 'new.db'}")
    says(found["database"][0], "not those of this version")
    assert {one.state for one in (*found["worker"], *found["outbox"])} == {"unsure"}


def test_a_worker_that_is_not_running(clinic: Clinic) -> None:
    clinic.run("UPDATE facts SET noted = noted - 600000 WHERE name = 'worker.codes'")
    says(clinic.finds("worker"), "codes")
    clinic.run("DELETE FROM facts WHERE name LIKE 'worker.%'")
    says(clinic.finds("worker"), "codes", "notices")


def test_an_outbox_in_which_something_is_stuck_or_was_given_up(clinic: Clinic) -> None:
    firm_id = _firm(clinic)
    with for_firm(firm_id), clinic.parts.database.write() as connection:
        enqueue(connection, firm_id=firm_id, lane="notices", kind="notice", payload={})
    assert clinic.finds("outbox").state == "good"
    clinic.run("UPDATE outbox SET run_at = run_at - 1000000")
    says(clinic.finds("outbox"), "1 in the outbox wait for over 15 minutes", "notice")
    clinic.run("UPDATE outbox SET state = 'dead'")
    says(clinic.finds("outbox"), "1 in the outbox were set aside")


def test_a_mail_that_is_tried_again_and_again_is_found_behind_any_number_of_chores(
    clinic: Clinic,
) -> None:
    firm_id = _firm(clinic)
    with for_firm(firm_id), clinic.parts.database.write() as connection:
        for _ in range(201):
            enqueue(
                connection, firm_id=firm_id, lane="chores", kind="sweep", payload={}, after_ms=1000
            )
    clinic.run("UPDATE outbox SET created = created - 86400000, run_at = run_at + 86400000")
    assert clinic.finds("outbox").state == "good"
    with for_firm(firm_id), clinic.parts.database.write() as connection:
        enqueue(
            connection, firm_id=firm_id, lane="notices", kind="notice", payload={}, after_ms=1000
        )
    late = "UPDATE outbox SET created = created - 1000000, tries = :tries WHERE kind = 'notice'"
    clinic.run(late, tries=0)
    assert clinic.finds("outbox").state == "good"
    clinic.run(late, tries=500)
    says(clinic.finds("outbox"), "1 in the outbox wait for over 15 minutes (notice)")
    (depth,) = (
        one
        for one in scrapes.depths(clinic.parts.database)
        if (one.lane, one.state) == ("notices", "ready")
    )
    assert depth.oldest_s > 1000


def test_a_master_key_that_nobody_has_backed_up(clinic: Clinic) -> None:
    with clinic.parts.database.write() as connection:
        facts.note(connection, facts.MASTER_KEY_BACKED_UP, "of another key")
    says(clinic.finds("master-key"), "a copy of this master key")
    says(clinic.finds("master-key", master_key=clinic.settings.data / "none"), "no master key")


def test_a_disk_that_is_nearly_full(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=999_999_999))
    says(clinic.finds("disk"), "1.0 GB are free")


def test_a_portal_under_another_domain_than_the_mail(clinic: Clinic) -> None:
    for host, state in (
        ("portal.hart.example", "good"), ("hart.example", "good"),
        ("hart.example.evil.example", "bad"), ("evilhart.example", "bad"),
    ):  # fmt: skip
        clinic.run("UPDATE firms SET origin = :origin", origin=f"https://{host}")
        found = clinic.finds("domains")
        assert found.state == state, host
        if state == "bad":
            says(found, host)


@pytest.mark.parametrize(
    ("check", "name", "texts", "words"),
    [
        ("spf", "hart.example", [], "no SPF record"),
        ("spf", "hart.example", ["v=spf1 -all", "v=spf1 ~all"], "2 SPF records"),
        ("spf", "hart.example", ["v=spf1 include:x.example ?all"], "refuses nobody"),
        ("dkim", "selector1._domainkey.hart.example", [], "no DKIM key"),
        ("dkim", "selector1._domainkey.hart.example", ["v=DKIM1; p="], "no DKIM key"),
        ("dmarc", "_dmarc.hart.example", [], "no DMARC record"),
        ("dmarc", "_dmarc.hart.example", ["v=DMARC1; p=none"], "only watches"),
        ("dmarc", "_dmarc.hart.example", ["v=DMARC1; p=reject; t=y"], "only watches"),
        ("dmarc", "_dmarc.hart.example", ["v=DMARC1; p=reject", "v=DMARC1; p=none"], "no DMARC"),
    ],
)
def test_a_name_that_does_not_speak_for_our_mail(
    clinic: Clinic, check: str, name: str, texts: list[str], words: str
) -> None:
    clinic.records[name] = texts
    says(clinic.finds(check), words)


def test_a_policy_above_the_domain_counts(clinic: Clinic) -> None:
    clinic.records["_dmarc.example"] = clinic.records.pop("_dmarc.hart.example")
    assert clinic.finds("dmarc").state == "good"


def test_a_policy_above_the_domain_says_by_sp_what_holds_below(clinic: Clinic) -> None:
    del clinic.records["_dmarc.hart.example"]
    clinic.records["_dmarc.example"] = ["v=DMARC1; p=reject; sp=none"]
    says(clinic.finds("dmarc"), "_dmarc.example", "only watches")
    clinic.records["_dmarc.example"] = ["v=DMARC1; p=none; sp=reject"]
    assert clinic.finds("dmarc").state == "good"


def test_each_domain_of_a_firm_is_looked_at(clinic: Clinic) -> None:
    before = value(clinic, "SELECT domains FROM firms")
    clinic.run("UPDATE firms SET domains = :all", all='["hart.example", "lee.example"]')
    try:
        clinic.run("UPDATE firms SET origin = 'https://portal.hart.example'")
        for check in ("domains", "spf", "dkim", "dmarc"):
            first, second = clinic.examine(check)[check]
            assert first.state == "good", first
            says(second, "lee.example")
    finally:
        clinic.run("UPDATE firms SET domains = :before", before=before)


def value(clinic: Clinic, statement: str) -> str:
    with all_firms("a test"), clinic.parts.database.read() as connection:
        return str(connection.execute(text(statement)).scalar_one())


def test_one_mailbox_for_more_than_500_clients(clinic: Clinic) -> None:
    _clients(clinic, range(500))
    assert clinic.finds("lanes").state == "good"
    _clients(clinic, [500])
    says(clinic.finds("lanes"), "501 clients")
    apart = {"codes": "smtp://localhost", "notices": "graph:"}
    assert clinic.finds("lanes", mail=apart).state == "good"


def test_the_command_says_it_to_people_and_to_programs(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = clinic.settings
    for name, value in {
        "DATA": settings.data, "ORIGIN": settings.origin, "ADDIN_ORIGIN": settings.addin_origin,
        "CLIENT_ID": settings.client_id, "CLIENT_SECRET": settings.client_secret,
        "AUTHORITY": settings.authority, "GRAPH_URL": settings.graph_url,
        "RESOLVER": settings.resolver,
    }.items():  # fmt: skip
        monkeypatch.setenv(f"LETTERLOCK_{name}", str(value))
    assert main(["doctor", "--only", "disk", "--only", "dmarc", "--json"]) == 0
    assert [one["state"] for one in json.loads(capsys.readouterr().out)["findings"]] == [
        "good",
        "good",
    ]
    clinic.tenant(mailboxes=None)
    assert main(["doctor", "--only", "tenant-wide", "--only", "staff-redirect-uri"]) == 1
    said = capsys.readouterr().out
    assert "bad    tenant-wide        hart.example: The application may send as" in said
    assert " staff-redirect-uri " in said
    assert settings.client_secret not in said
    assert main(["doctor", "--only", "nonsense"]) == 2
    assert "there is no check nonsense" in capsys.readouterr().err


def _firm(clinic: Clinic) -> str:
    with all_firms("a test"), clinic.parts.database.read() as connection:
        return str(connection.execute(text("SELECT id FROM firms")).scalar_one())


def _clients(clinic: Clinic, numbers: Iterable[int]) -> None:
    firm_id = _firm(clinic)
    rows = [{"id": f"c{number}", "firm_id": firm_id} for number in numbers]
    insert = (
        "INSERT INTO persons (id, firm_id, created, kind, state, address_index, address_sealed,"
        " name_sealed) VALUES (:id, :firm_id, 0, 'client', 'active', :id, '', '')"
    )
    with all_firms("a test"), clinic.parts.database.write() as connection:
        connection.execute(text(insert), rows)
