"""The operator's commands on a house whose people hold their own keys: staff and clients."""

import pytest

from server.base.settings import Settings
from server.commands import audit, canary
from server.commands.rotation import rotate
from tests.commands.conftest import Keeper, Opened
from tests.house import House, Pane
from tests.keys.conftest import signed_in as by_code
from tests.keys.holding import Holder
from tests.keys.pairing import Pairing, of_firm, paired, panes, written_with
from tests.keys.test_enrolling import problem
from tests.messages.notices import ANN, MAYA
from tests.people.staff_desk import signed_in


def settled(house: House) -> tuple[Pane, Holder, dict[str, str], str]:
    """Ann and Maya with keys of their own, Ann's pane, what it was paired as, and a letter."""
    by_code(house, MAYA).enrol()
    pane, ann = of_firm(house)
    made = paired(pane, ann)
    waiting = Pairing(pane, ann)
    waiting.begin()
    waiting.answer()
    return pane, ann, made, written_with(pane, ann).send([MAYA])


def test_under_a_new_master_key_a_pane_gets_the_share_of_before(house: House) -> None:
    pane, ann, made, _ = settled(house)
    rotate(house.parts.settings, settle_s=0)
    assert pane.post(f"/panes/{made['pane']}/share", {}).json == {"share": made["share"]}
    again = Holder(signed_in(house, ANN), ann.person)
    assert panes(again)[0]["browser"] == "Edge on Windows"


def test_the_master_key_and_the_log_are_found_well(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    settled(house)
    assert canary.say(house.parts.settings) == 0
    assert audit.say(house.parts.settings) == 0
    assert "2 persons" in capsys.readouterr().out


def test_what_is_restored_reads_as_before_and_each_pane_is_paired_anew(
    house: House, elsewhere: Settings, keeper: Keeper, opened: Opened
) -> None:
    pane, ann, made, letter = settled(house)
    keeper.restore(elsewhere, keeper.backup(house).path)
    assert canary.say(elsewhere) == 0
    copy = opened(elsewhere)
    again = copy.pane(ANN)
    assert problem(again.post(f"/panes/{made['pane']}/share", {})) == (404, "pane-forgotten")
    answer = again.post(f"/messages/{letter}/open", {}).json
    assert answer["envelope_key"] == ann.key
    assert pane.own.open(answer)["message_key"].startswith("AGE-SECRET-KEY-PQ-1")
