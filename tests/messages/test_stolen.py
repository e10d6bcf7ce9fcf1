"""What a copy of everything that the firm's server has opens: nothing between keys of their own."""

from tests.house import House, Pane, Visitor, sent
from tests.keys.conftest import signed_in as by_code
from tests.keys.pairing import Pairing, of_firm, paired, written_with
from tests.messages.thief import Thief

MAYA = "maya@client.example"
WORDS = "Dear Maya, the price is eleven"


def maya_of(house: House) -> Visitor:
    """Maya, whose key is hers, and who has signed in by a code."""
    holder = by_code(house, MAYA)
    holder.enrol()
    holder.visitor.own = None
    return holder.visitor


def own_ann(house: House) -> Pane:
    """Ann, whose key is hers, with a pane that was paired and one that is being paired."""
    pane, ann = of_firm(house)
    paired(pane, ann)
    under_way = Pairing(pane, ann)
    under_way.begin()
    under_way.answer()
    return written_with(pane, ann)


def write(pane: Pane) -> None:
    """A letter with a large file, and a draft beside it."""
    sent(pane.draft([MAYA], WORDS, files={"offer.txt": b"eleven thousand " * 20_000}))
    assert pane.draft([MAYA]).keep("Not yet: eleven").status_code == 200


def test_between_keys_of_their_own_a_copy_of_everything_opens_no_letter_and_no_draft(
    house: House,
) -> None:
    maya_of(house)
    write(own_ann(house))
    house.work()
    thief = Thief(house).rob()
    assert len(thief.secrets) > 20
    columns = {place.split(" ")[0] for place in thief.files}
    assert columns >= {
        "envelopes.file", "entries.draft_envelope", "keys.wrapped", "pairings.answer", "objects.file",
    }  # fmt: skip
    assert len(thief.slots) == 4
    assert thief.opened == {}


def test_the_same_thief_reads_the_letter_of_a_sender_whose_key_the_server_keeps(
    house: House,
) -> None:
    maya_of(house)
    write(house.pane())
    thief = Thief(house).rob()
    assert thief.read(WORDS)
    assert thief.read("eleven thousand eleven")
    assert thief.read("Not yet: eleven")
    opened = {place for place in thief.opened if place.startswith("envelopes.file")}
    assert len(opened) == 1  # Ann's copy of two: Maya's stays closed


def test_the_same_thief_with_her_recovery_code_reads_it(sqlite_house: House) -> None:
    holder = by_code(sqlite_house, MAYA)
    holder.enrol()
    write(own_ann(sqlite_house))
    thief = Thief(sqlite_house)
    thief.secrets.add(holder.code + bytes(16))
    assert thief.rob().read(WORDS)


def test_one_reader_whose_key_the_server_keeps_is_enough_for_him(sqlite_house: House) -> None:
    maya_of(sqlite_house)
    pane = own_ann(sqlite_house)
    sent(pane.draft([MAYA, "tom@client.example"], WORDS))
    assert Thief(sqlite_house).rob().read(WORDS)
