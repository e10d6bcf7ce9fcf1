"""`letterlock manifest`, and what stands in the scripts that it and the pages give out."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from server.admin.deployment import service as deployment
from server.admin.manifests import service as manifests
from server.admin.manifests.checking.service import check
from server.cli import main

ORIGIN = "https://addin.hart.example"
TENANT = "6f0d2a7e-5b1c-4c5e-9a53-2f1f0c9d1a11"
PLACE = deployment.Place(
    tenant_id=TENANT,
    addin_origin=ORIGIN,
    admin="ann@hart.example",
    mailbox="portal@hart.example",
    client_id="3d9b6c1e-8a54-4e0e-b6a5-0e6f8f1c2b22",
    authority="https://login.microsoftonline.com",
    graph="https://graph.microsoft.com",
)


def test_both_files_and_the_script_are_written_before_there_are_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LETTERLOCK_DATA", raising=False)
    out = tmp_path / "new" / "folder"
    command = ["manifest", "--origin", ORIGIN, "--tenant", TENANT, "--out", str(out)]
    assert main([*command, "--send-mode", "PromptUser", "--version", "1.2.0.0"]) == 0
    made = {path.name: path.read_bytes() for path in out.iterdir()}
    script = made.pop("register-application.ps1").decode()
    assert made.keys() == set(deployment.FILES.values())
    assert all(check(source) == () for source in made.values())
    assert all(b"<Version>1.2.0.0</Version>" in source for source in made.values())
    assert b'SendMode="PromptUser"' in made["letterlock-outlook.xml"]
    assert f"'{ORIGIN}/pane/consent'" in script
    assert manifests.id_of(TENANT, "mail") in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--origin", "http://addin.hart.example", "--tenant", TENANT], "must be https"),
        (["--origin", ORIGIN, "--tenant", "hart"], "--tenant must be"),
        (["--origin", ORIGIN, "--tenant", TENANT, "--version", "0.9.0.0"], "--version must be"),
        (["--origin", ORIGIN], "give --tenant"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.delenv("LETTERLOCK_DATA", raising=False)
    assert main(["manifest", *more, "--out", str(tmp_path / "out")]) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_name_that_is_too_long_is_written_and_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["manifest", "--origin", ORIGIN, "--tenant", TENANT, "--out", str(tmp_path)]
    assert main([*command, "--name", "x" * 126]) == 1
    assert "maxLength" in capsys.readouterr().out


def test_the_firm_of_an_add_in_is_found_by_its_origin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "DATA": str(tmp_path / "data"), "ORIGIN": "https://portal.hart.example",
        "ADDIN_ORIGIN": ORIGIN, "CLIENT_ID": "c", "CLIENT_SECRET": "s",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"LETTERLOCK_{name}", value)
    command = ["manifest", "--origin", ORIGIN, "--out", str(tmp_path / "out")]
    assert main(command) == 2
    assert "letterlock db upgrade" in capsys.readouterr().err
    assert main(["db", "upgrade"]) == 0
    assert main(command) == 2
    assert "no firm has its add-in there" in capsys.readouterr().err
    add = ["firm", "add", "--tenant", TENANT, "--domain", "hart.example", "--admin", PLACE.admin]
    assert main(add) == 0
    assert main(command) == 0
    assert manifests.id_of(TENANT, "documents") in capsys.readouterr().out


def test_a_trial_on_one_machine_is_written_and_told_that_office_takes_no_such_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["manifest", "--tenant", TENANT, "--out", str(tmp_path)]
    assert main([*command, "--origin", "http://127.0.0.1:8300"]) == 0
    assert "http://127.0.0.1:8300 is not https" in capsys.readouterr().out


def test_no_value_of_a_firm_leaves_its_quotes() -> None:
    odd = "o'brien\u2019s$(whoami)`;@hart.example"
    for name in deployment.SCRIPTS:
        place = deployment.Place(
            tenant_id=TENANT, addin_origin=ORIGIN, admin=odd, mailbox=odd, client_id=odd, portal=odd
        )
        head = deployment.script(place, name).partition("\n\n")[0].splitlines()
        assert head
        for line in head:
            assert re.fullmatch(
                r"\$\w+ = (@\()?('([^'\u2018-\u201b]|''|\u2019\u2019)*'(, )?)+\)?", line
            ), line


def test_scripts_are_the_same_for_everybody_below_their_values() -> None:
    other = deployment.Place(tenant_id="t", addin_origin="https://a.example", admin="a@b.example")
    for name in deployment.SCRIPTS:
        here, there = (deployment.script(one, name).partition("\n\n")[2] for one in (PLACE, other))
        assert here == there
        assert "$ErrorActionPreference = 'Stop'" in here
        values = set(
            re.findall(
                r"^\$(\w+) = ", deployment.script(PLACE, name).partition("\n\n")[0], re.MULTILINE
            )
        )
        assert all(f"${value}" in here for value in values)


def test_consent_is_asked_for_least_first_and_leads_back_to_us() -> None:
    send, *others = deployment.consents(PLACE)
    assert [one.permissions for one in (send, *others)] == [
        ("User.Read", "Mail.Send"), ("Mail.ReadBasic",), ("Mail.ReadWrite",), ("People.Read",),
    ]  # fmt: skip
    assert "Mail.Read" not in send.link
    assert "People" not in send.link
    for one in (send, *others):
        assert one.link.startswith(f"https://login.microsoftonline.com/{TENANT}/v2.0/adminconsent?")
        assert one.link.endswith("&redirect_uri=https%3A%2F%2Faddin.hart.example%2Fpane%2Fconsent")
    assert deployment.redirects(ORIGIN)[0] == "brk-multihub://addin.hart.example"


def test_staff_come_back_to_the_portal_if_somebody_named_it() -> None:
    portal = "https://portal.hart.example"
    assert deployment.web_redirects(portal) == (f"{portal}/staff/signed-in",)
    script = deployment.script(replace(PLACE, portal=portal), "registration")
    assert f"$WebRedirects = @('{portal}/staff/signed-in')" in script
    assert "$WebRedirects = @()" in deployment.script(PLACE, "registration")
