"""letterlock firm: what is refused, in words, before anything is added."""

from pathlib import Path

import pytest

from server.cli import main

TENANT = "0b7f7a0e-54f5-4a6f-8a35-0a1f6b7a9c01"
ADD = ["firm", "add", "--tenant", TENANT, "--domain", "hart.example", "--admin", "ann@hart.example"]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in {
        "DATA": str(tmp_path / "data"), "ORIGIN": "https://portal.hart.example",
        "ADDIN_ORIGIN": "https://addin.hart.example", "CLIENT_ID": "c", "CLIENT_SECRET": "s",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"LETTERLOCK_{name}", value)
    return tmp_path / "data"


def test_without_tables_nothing_is_made_and_the_way_is_named(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(ADD) == 2
    assert "letterlock db upgrade" in capsys.readouterr().err
    assert not settings.exists()


def test_a_firm_is_added_once_and_gets_a_new_link_as_often_as_one_likes(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["db", "upgrade"]) == 0
    assert settings.stat().st_mode & 0o077 == 0
    links = []
    for command in (ADD, ["firm", "link", "--tenant", TENANT]):
        assert main(command) == 0
        links.append(capsys.readouterr().out.split()[-1])
    assert all(link.startswith("https://portal.hart.example/set-up/") for link in links)
    assert links[0] != links[1]
    moved = ["firm", "hosts", "--tenant", TENANT, "--addin-origin", "https://outlook.hart.example"]
    assert main(moved) == 0
    assert "the add-in https://outlook.hart.example" in capsys.readouterr().out
    for wrong, words in (
        (ADD, "a firm has this tenant already"),
        ([*ADD, "--tenant", TENANT[:-1] + "2"], "this portal already: give --origin"),
        ([*moved, "--tenant", TENANT[:-1] + "2"], "no firm has this tenant"),
        ([*ADD, "--tenant", "hart"], "--tenant must be"),
        ([*ADD, "--domain", "hart"], "--domain must be"),
        ([*ADD, "--admin", "ann@other.example"], "in one of the firm's domains"),
        ([*ADD, "--admin", "ann"], "--admin must be"),
        ([*ADD, "--origin", "http://portal.hart.example"], "--origin must be https"),
        ([*moved, "--addin-origin", "https://portal.hart.example"], "different host names"),
        (["firm", "link", "--tenant", TENANT[:-1] + "2"], "no firm has this tenant"),
    ):
        assert main(wrong) == 2
        assert words in capsys.readouterr().err


def test_a_mailbox_is_named_as_held_and_no_longer(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["db", "upgrade"]) == 0
    assert settings.exists()
    assert main(ADD) == 0
    hold = ["firm", "hold", "--tenant", TENANT, "--address", "Ann@hart.example"]
    for command, words in ((hold, "is under a"), ([*hold, "--end"], "is no longer under a")):
        capsys.readouterr()
        assert main(command) == 0
        assert f"ann@hart.example {words} legal hold" in capsys.readouterr().out
    for wrong, words in (
        ([*hold, "--address", "ann@other.example"], "in none of the firm's domains"),
        ([*hold, "--tenant", TENANT[:-1] + "2"], "no firm has this tenant"),
    ):
        assert main(wrong) == 2
        assert words in capsys.readouterr().err
