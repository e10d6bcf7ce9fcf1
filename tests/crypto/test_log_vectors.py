"""The key log in Python against the vectors that the browser's package reads too. docs/spec/log.md."""

import base64
from dataclasses import asdict
from typing import Any

import pytest

from server.crypto.encoding import b64u, unb64u
from server.crypto.log import tiles, tree
from server.crypto.log.answer import Asking, Believed, Seen, check_answer
from server.crypto.log.checkpoint import Checkpoint, Trust, check_growth, open_checkpoint
from server.crypto.log.event import KeyEvent, Keys, check_successor, commit, parse_event
from server.crypto.log.note import MAX_NOTE, NoteKey, parse_note, verify_note, write_note
from server.crypto.log.refusals import SENTENCES, LogRefused
from server.crypto.signing import Signature
from tests.crypto import log_vectors
from tests.crypto.vectors import FOLDER, load, named

LOG = load("log")
TREE, PEOPLE, ANSWERS = LOG["tree"], LOG["people"], LOG["answers"]


def hashes(proof: list[str]) -> list[bytes]:
    return [unb64u(each) for each in proof]


def included(case: dict[str, Any]) -> None:
    at = (case["index"], case["size"])
    tree.check_inclusion(unb64u(case["leaf"]), *at, unb64u(case["root"]), hashes(case["proof"]))


def consistent(case: dict[str, Any]) -> None:
    roots = unb64u(case["old_root"]), unb64u(case["new_root"])
    tree.check_consistency(case["old"], case["new"], *roots, hashes(case["proof"]))


def believed(case: dict[str, Any]) -> Believed:
    facts = ANSWERS["base"] | case["with"]
    kept, known = facts["kept"], facts["known"]
    asking = Asking(
        address=facts["address"],
        keys=Keys(**facts["keys"]),
        directory_key=unb64u(facts["directory_key"]),
        trust=Trust(
            NoteKey.parse(facts["log"]),
            tuple(NoteKey.parse(each) for each in facts["witnesses"]),
            facts["quorum"],
        ),
        kept=kept and Checkpoint(kept["origin"], kept["size"], unb64u(kept["root"])),
        known=known and Seen(known["index"], parse_event(known["event"])),
    )
    answer = facts["answer"]
    return check_answer(answer["text"], Signature(**answer["signature"]), asking)


def test_the_vectors_are_those_that_this_code_writes() -> None:
    assert (FOLDER / "log.json").read_text() == log_vectors.written()


def test_every_refusal_is_among_the_vectors_and_in_the_specification() -> None:
    spec = (FOLDER.parents[1] / "docs/spec/log.md").read_text()
    table = spec.partition("\n## 9. Refusals\n")[2].partition("\n## 10.")[0]
    rows = [line.split(" | ") for line in table.splitlines() if line.startswith("| `")]
    assert {row[0].strip("| `"): row[-1].strip("| ") for row in rows} == SENTENCES
    groups = (LOG["notes"]["refuse"], LOG["checkpoints"]["refuse"], ANSWERS["refuse"])
    codes = {case["code"] for group in groups for case in group}
    assert codes | {"tile-malformed", "bundle-malformed"} == SENTENCES.keys()


def test_has_the_published_roots_of_certificate_transparency() -> None:
    grown = tree.Tree()
    for entry, root in zip(TREE["published"]["entries"], TREE["published"]["roots"], strict=True):
        grown.append(tree.leaf_hash(bytes.fromhex(entry)))
        assert tree.root(grown.node, grown.size).hex() == root


@pytest.mark.parametrize("case", **named(TREE["inclusion"]))
def test_believes_that_an_entry_is_in_the_log(case: dict[str, Any]) -> None:
    included(case)


@pytest.mark.parametrize("case", **named(TREE["inclusion_refused"]))
def test_does_not_believe_a_wrong_inclusion(case: dict[str, Any]) -> None:
    with pytest.raises(LogRefused) as caught:
        included(case)
    assert caught.value.code == "inclusion-wrong"


@pytest.mark.parametrize("case", **named(TREE["consistency"]))
def test_believes_that_a_log_only_grew(case: dict[str, Any]) -> None:
    consistent(case)


@pytest.mark.parametrize("case", **named(TREE["consistency_refused"]))
def test_does_not_believe_a_wrong_consistency(case: dict[str, Any]) -> None:
    with pytest.raises(LogRefused) as caught:
        consistent(case)
    assert caught.value.code == "consistency-wrong"


@pytest.mark.parametrize("case", LOG["tiles"], ids=lambda case: case["tile"])
def test_tiles_have_the_paths_of_the_standard(case: dict[str, Any]) -> None:
    place = (case["number"], case["width"])
    assert tiles.Tile(case["level"], *place).path == case["tile"]
    assert tiles.bundle_path(*place) == case["entries"]


@pytest.mark.parametrize("case", **named(LOG["notes"]["accept"]))
def test_believes_notes_that_others_signed(case: dict[str, Any]) -> None:
    key = NoteKey.parse(case["key"])
    assert key.text == case["key"]
    note = parse_note(case["note"])
    assert {signed.key for signed in verify_note(note, [key])} == {key}
    assert write_note(note.text, note.signatures) == case["note"]


@pytest.mark.parametrize("case", **named(LOG["notes"]["refuse"]))
def test_refuses_a_note(case: dict[str, Any]) -> None:
    with pytest.raises(LogRefused) as caught:
        verify_note(parse_note(case["note"]), [NoteKey.parse(case["key"])])
    assert caught.value.code == case["code"]


def test_refuses_a_note_that_is_too_large() -> None:
    case = LOG["notes"]["accept"][0]
    parse_note("x" * (MAX_NOTE - len(case["note"].encode())) + case["note"])
    with pytest.raises(LogRefused, match="not well formed"):
        parse_note("x" * (MAX_NOTE + 1 - len(case["note"].encode())) + case["note"])


@pytest.mark.parametrize("case", **named(LOG["checkpoints"]["accept"]))
def test_believes_a_checkpoint(case: dict[str, Any]) -> None:
    point = open_checkpoint(case["note"], Trust(NoteKey.parse(LOG["checkpoints"]["log"])))
    assert point.size == case["size"]
    assert case["note"].startswith(point.text + "\n")


@pytest.mark.parametrize("case", **named(LOG["checkpoints"]["refuse"]))
def test_refuses_a_checkpoint(case: dict[str, Any]) -> None:
    with pytest.raises(LogRefused) as caught:
        open_checkpoint(case["note"], Trust(NoteKey.parse(LOG["checkpoints"]["log"])))
    assert caught.value.code == case["code"]


@pytest.mark.parametrize("case", **named(LOG["checkpoints"]["cosigned"]))
def test_counts_each_known_witness_once(case: dict[str, Any]) -> None:
    keys = [NoteKey.parse(each) for each in (LOG["checkpoints"]["log"], *case["witnesses"])]
    code = None
    try:
        open_checkpoint(case["note"], Trust(keys[0], tuple(keys[1:]), case["quorum"]))
    except LogRefused as refused:
        code = refused.code
    assert code == case["code"]


def test_a_key_that_is_none_is_refused() -> None:
    good = LOG["notes"]["accept"][0]["key"]
    spoiled = good[1:], good[:-1], good.replace("+Ae", "+Be"), good.replace("com/foo", "com/ foo")
    ecdsa = NoteKey("example.com/foo", 2, bytes(32)).text  # a kind that notes have, and we have not
    for bad in ("", "a", "a+b", ecdsa, *spoiled):
        with pytest.raises(ValueError, match=r"verifier key|base64"):
            NoteKey.parse(bad)


def test_reads_a_checkpoint_of_gos_checksum_database() -> None:
    case = LOG["notes"]["accept"][1]
    key = NoteKey.parse(case["key"])
    with pytest.raises(LogRefused) as caught:  # its key has not the name of its origin, as ours has
        open_checkpoint(case["note"], Trust(key))
    assert caught.value.code == "checkpoint-origin"


def test_a_commitment_opens_to_one_address_with_its_salt() -> None:
    made = [commit(c["address"], unb64u(c["salt"])) for c in PEOPLE["commitments"]]
    assert made == [c["person"] for c in PEOPLE["commitments"]]
    maya, tom = PEOPLE["commitments"]
    others = {
        commit(maya["address"], unb64u(tom["salt"])),
        commit("x@y.example", unb64u(maya["salt"])),
    }
    assert not others & set(made)


def test_reads_the_events_of_the_vectors_in_their_chain() -> None:
    before: KeyEvent | None = None
    for case in PEOPLE["events"]:
        event = parse_event(case["text"])
        assert (event.text, b64u(event.hash)) == (case["text"], case["hash"])
        check_successor(before, event)
        before = event
    assert before is not None
    assert before.keys is None


@pytest.mark.parametrize("case", **named(PEOPLE["events_refused"]))
def test_refuses_an_event(case: dict[str, Any]) -> None:
    with pytest.raises(LogRefused) as caught:
        parse_event(case["text"])
    assert caught.value.code == "event-malformed"


@pytest.mark.parametrize("case", **named(PEOPLE["chains_refused"]))
def test_refuses_an_event_that_does_not_follow(case: dict[str, Any]) -> None:
    *good, last = [parse_event(text) for text in case["events"]]
    for before, event in zip([None, *good], good, strict=False):
        check_successor(before, event)
    with pytest.raises(LogRefused) as caught:
        check_successor(good[-1] if good else None, last)
    assert caught.value.code == "event-chain"


@pytest.mark.parametrize("case", **named(ANSWERS["accept"]))
def test_believes_an_answer(case: dict[str, Any]) -> None:
    found, wanted = believed(case), ANSWERS["believed"]
    kept = asdict(found.checkpoint) | {"root": b64u(found.checkpoint.root)}
    assert kept == wanted["checkpoint"]
    assert (found.seen.index, found.seen.event.version) == (wanted["index"], wanted["version"])


@pytest.mark.parametrize("case", **named(ANSWERS["refuse"]))
def test_refuses_an_answer_for_the_reason_that_the_browser_gives(case: dict[str, Any]) -> None:
    with pytest.raises(LogRefused) as caught:
        believed(case)
    assert caught.value.code == case["code"]


def test_a_first_checkpoint_is_believed_and_its_proof_is_empty() -> None:
    point = Checkpoint("o", 5, base64.b64decode("A" * 43 + "="))
    assert check_growth(None, point, []) is point
    with pytest.raises(LogRefused, match="only grown"):
        check_growth(None, point, [point.root])
