"""What we say to Entra is what was recorded, and its recorded answers mean to us what they meant.

A change of what we send, or of what MSAL does, shows here: record anew (tests/contract/record.py)
and look at the difference.
"""

import copy
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from server.graph import entra
from tests.contract.entra_flows import FLOWS, TAPES, live, on_tape, replayed
from tests.sandbox.running import Sandbox


@pytest.mark.parametrize("name", FLOWS)
def test_from_the_tape_all_is_as_it_was_live(name: str) -> None:
    assert replayed(name) == on_tape(name)


@pytest.mark.parametrize("name", FLOWS)
def test_live_all_is_as_on_the_tape(name: str, microsoft: Sandbox) -> None:
    assert live(name, microsoft) == (TAPES / f"{name}.yaml").read_text()


def test_every_tape_is_played() -> None:
    assert {path.stem for path in TAPES.glob("*.yaml")} == set(FLOWS)


def test_the_recorded_ends_are_those_that_the_server_must_tell_apart() -> None:
    last = {name: on_tape(name)[1][-1] for name in FLOWS}
    assert last["second-factor"] == {"token": None}
    assert on_tape("second-factor")[1][0]["sign_in_again"] is not None
    assert last["blocked-by-policy"] == last["dead-refresh-token"] == {"sign_in_again": None}
    assert (
        last["consent-missing"] == last["permission-without-consent"] == {"consent_missing": True}
    )
    assert last["busy"] == {"away": 7000}
    assert len({*on_tape("silent-refresh")[1][1].values()}) == 1


def test_another_request_than_the_recorded_one_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entra, "MAIL_SEND", "Mail.ReadWrite")
    assert replayed("on-behalf-of")[0] != on_tape("on-behalf-of")[0]


def test_another_answer_than_the_recorded_one_is_seen(tmp_path: Path) -> None:
    tape = yaml.safe_load((TAPES / "consent-missing.yaml").read_text())
    other = copy.deepcopy(tape)
    body = other["responses"][-1]["response"]["body"]
    other["responses"][-1]["response"]["body"] = body.replace("65001", "50076").replace(
        "consent_required", "basic_action"
    )
    (tmp_path / "consent-missing.yaml").write_text(yaml.safe_dump(other))
    assert replayed("consent-missing", tmp_path)[1] != tape["outcomes"]
