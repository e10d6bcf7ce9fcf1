"""What the operator sees of the outbox, and a row that is tried again."""

import pytest

from server.cli import main
from tests.house import House
from tests.messages.notices import begun, due, notice, run, sent, value
from tests.sandbox.running import eventually


@pytest.fixture
def command(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    settings = house.parts.settings
    values = {
        "DATA": str(settings.data), "DATABASE_URL": settings.database_url,
        "ORIGIN": settings.origin, "ADDIN_ORIGIN": settings.addin_origin,
        "CLIENT_ID": settings.client_id, "CLIENT_SECRET": settings.client_secret,
    }  # fmt: skip
    for name, setting in values.items():
        monkeypatch.setenv(f"LETTERLOCK_{name}", setting)
    return house


def test_a_notice_that_was_given_up_is_listed_and_goes_out_after_again(
    command: House, capsys: pytest.CaptureFixture[str]
) -> None:
    house, draft = command, begun(command)
    draft.send()
    assert main(["outbox", "list"]) == 0
    assert capsys.readouterr().out == "Nothing was set aside.\n"
    house.sandbox.faults(graph={"status": 503, "times": 1})
    run(house, "UPDATE outbox SET created = created - 260000000")
    house.work()
    assert notice(draft) == ("failed", "gave-up")
    main(["outbox", "list"])
    _, row = capsys.readouterr().out.splitlines()
    assert "notice" in row
    assert row.endswith("away")
    assert "maya" not in row
    assert draft.subject not in row
    assert main(["outbox", "again", "nothing"]) == 1
    assert main(["outbox", "again", row.split("\t")[0]]) == 0
    assert notice(draft) == ("queued", None)
    due(house)
    house.work()
    assert notice(draft)[0] == "sent"
    eventually(lambda: sent(house, draft.subject) == 1)
    main(["outbox", "list", "--waiting"])
    assert capsys.readouterr().out.endswith("Nothing waits.\n")


def test_a_notice_in_doubt_is_tried_again_only_by_who_has_looked(
    command: House, capsys: pytest.CaptureFixture[str]
) -> None:
    house, draft = command, begun(command)
    draft.send()
    run(house, "UPDATE outbox SET state = 'dead', reason = 'unconfirmed' WHERE kind = 'notice'")
    run(house, "UPDATE deliveries SET state = 'unconfirmed'")
    row = str(value(house, "SELECT id FROM outbox WHERE kind = 'notice'"))
    assert main(["outbox", "again", row]) == 2
    assert "Sent Items" in capsys.readouterr().err
    house.work()
    assert sent(house, draft.subject) == 0
    assert main(["outbox", "again", row, "--not-in-sent-items"]) == 0
    assert notice(draft) == ("queued", None)
