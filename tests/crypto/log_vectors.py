"""Makes tests/vectors/log.json, the same bytes each time: `python -m tests.crypto.log_vectors`."""

import hashlib
import json
from dataclasses import asdict, replace
from typing import Any

from server.crypto.encoding import Json, b64u, canonical, unb64u
from server.crypto.log import note, tiles
from server.crypto.log.answer import DOMAIN, Answer
from server.crypto.log.checkpoint import Checkpoint
from server.crypto.log.event import KeyEvent, Keys, commit
from server.crypto.log.tree import (
    Tree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
)
from server.crypto.signing import public_key, sign
from tests.crypto.log_bad_notes import cosigned, published, refused_checkpoints, refused_notes
from tests.crypto.vectors import FOLDER

# The entries of the published test tree of Certificate Transparency, and its roots.
CT_ENTRIES = (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)  # fmt: skip
CT_ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
SIZES = (0, 1, 2, 3, 8, 255, 256, 257, 65_537)
LARGEST = 2**53 - 1
NOW = 1_795_348_800
ORIGIN = "portal.hart.example/keys"
SALT, TOMS_SALT = bytes(range(32)), bytes(range(1, 33))
MAYA, TOM = "maya@client.example", "tom@client.example"


def seed(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def digest(name: str) -> str:
    return b64u(seed(name))


def numbered(size: int) -> Tree:
    """Of entries that are their own indexes in decimal."""
    tree = Tree()
    for n in range(size):
        tree.append(leaf_hash(str(n).encode()))
    return tree


def texts(proof: list[bytes]) -> list[str]:
    return [b64u(each) for each in proof]


class Same:
    """A tree of any size, all of whose entries are alike."""

    def node(self, level: int, _: int) -> bytes:
        found = leaf_hash(b"0")
        for _ in range(level):
            found = node_hash(found, found)
        return found


def inclusion(tree: Tree | Same, index: int, size: int) -> dict[str, Any]:
    return {
        "name": f"{index} of {size}", "index": index, "size": size,
        "leaf": b64u(tree.node(0, index)), "root": b64u(root(tree.node, size)),
        "proof": texts(inclusion_proof(tree.node, index, size)),
    }  # fmt: skip


def consistency(tree: Tree | Same, old: int, new: int) -> dict[str, Any]:
    return {
        "name": f"{old} to {new}", "old": old, "new": new,
        "old_root": b64u(root(tree.node, old)), "new_root": b64u(root(tree.node, new)),
        "proof": texts(consistency_proof(tree.node, old, new)),
    }  # fmt: skip


def spoiled(case: dict[str, Any]) -> list[dict[str, Any]]:
    """One good proof in all the ways in which it may be bad."""
    proof = case["proof"]
    changes: dict[str, dict[str, Any]] = {
        "one hash too many": {"proof": [*proof, digest("x")]},
        "one hash too few": {"proof": proof[:-1]},
        "the first hash missing": {"proof": proof[1:]},
        "no hashes": {"proof": []},
        "a short hash": {"proof": [*proof[:-1], b64u(unb64u(proof[-1])[:31])]},
    } | {
        f"hash {n} changed": {"proof": [*proof[:n], digest("x"), *proof[n + 1 :]]}
        for n in range(len(proof))
    }
    if len(proof) > 1:
        changes["another order"] = {"proof": proof[::-1]}
    if "leaf" in case:
        changes |= {
            "another index": {"index": case["index"] ^ 1},
            "an index beyond the end": {"index": case["size"]},
            "size 0": {"size": 0},
            "twice the size": {"size": case["size"] * 2},
            "another leaf": {"leaf": digest("x")},
            "another root": {"root": digest("x")},
        }
    else:
        changes |= {
            "another old root": {"old_root": digest("x")},
            "another new root": {"new_root": digest("x")},
            "backwards": {"old": case["new"], "new": case["old"]},
            "from nothing": {"old": 0},
            "from the same size": {"old": case["new"]},
            "twice the size": {"new": case["new"] * 2},
        }
    return [case | change | {"name": f"{case['name']}, {name}"} for name, change in changes.items()]


def smaller(tree: Tree) -> tuple[dict[str, Any], ...]:
    """Proofs that are right but for sizes: what they show is another place, or other growth."""
    return (
        inclusion(tree, 1, 2) | {"name": "1 of 2, as if 0 of 1", "index": 0, "size": 1},
        consistency(tree, 7, 8) | {"name": "7 to 8, as if 3 to 4", "old": 3, "new": 4},
        consistency(tree, 0, 8) | {"name": "from nothing, with a root", "old_root": digest("x")},
        consistency(tree, 5, 5) | {"name": "5 to 5, with a hash", "proof": [digest("x")]},
    )


def proofs() -> dict[str, Any]:
    tree = numbered(SIZES[-1])
    places = [(0, 1), (0, 2), (1, 2), (2, 3), (254, 255), (0, 256), (255, 256), (256, 257)]
    places += [(0, 65_537), (65_535, 65_537), (65_536, 65_537)]
    pairs = [(0, 0), (0, 257), (1, 1), (1, 2), (2, 255), (255, 256), (256, 257), (257, 65_537)]
    shrunk, *grown = smaller(tree)
    pairs += [(65_536, 65_537), (65_537, 65_537)]
    return {
        "published": {"entries": CT_ENTRIES, "roots": CT_ROOTS},
        "roots": [{"size": size, "root": b64u(root(tree.node, size))} for size in SIZES],
        "inclusion": [inclusion(tree, *place) for place in places]
        + [inclusion(Same(), index, LARGEST) for index in (0, 2**52 - 1, LARGEST - 1)],
        "inclusion_refused": [
            bad for place in ((5, 7), (256, 257)) for bad in spoiled(inclusion(tree, *place))
        ]
        + [shrunk],
        "consistency": [consistency(tree, *pair) for pair in pairs]
        + [consistency(Same(), old, LARGEST) for old in (1, 2**32 + 1, 2**52, LARGEST - 1)],
        "consistency_refused": [
            bad
            for pair in ((3, 7), (6, 8), (256, 300))
            for bad in spoiled(consistency(tree, *pair))
        ]
        + grown,
    }


def keys_of(name: str, *, held: bool = False) -> Keys:
    level = "self-held" if held else "managed"
    return Keys(digest(f"{name} recipient"), digest(f"{name} signing"), level, level)


def mayas_events() -> list[KeyEvent]:
    person = commit(MAYA, SALT)
    first = KeyEvent(person, 1, None, replace(keys_of("maya"), signing_key=None), "first", NOW)
    second = KeyEvent(
        person, 2, b64u(first.hash), keys_of("maya 2", held=True), "self-held", NOW + 9
    )
    return [first, second, KeyEvent(person, 3, b64u(second.hash), None, "revoked", NOW + 9)]


def events() -> dict[str, Any]:
    first, second, third = mayas_events()
    good: dict[str, Json] = json.loads(second.text)
    changes: dict[str, dict[str, Json]] = {
        "version 0": {"version": 0}, "version 1 with an event before": {"version": 1},
        "no event before": {"previous": None}, "first, and not the first": {"reason": "first"},
        "an unknown reason": {"reason": "lost"}, "revoked, with keys": {"reason": "revoked"},
        "no key": {"key": None}, "no level": {"level": None}, "an unknown level": {"level": "top"},
        "an unknown custody": {"custody": "ours"}, "a short person": {"person": "AAAA"},
        "bits left over": {"previous": "A" * 42 + "B"}, "a key that is none": {"key": "!" * 43},
        "version 2 of the format": {"v": 2}, "v that is true": {"v": True}, "one more": {"more": 1},
        "the year 10000": {"time": 253_402_300_800}, "a time before 1970": {"time": -1},
    }  # fmt: skip
    refused = [{"name": name, "text": canonical(good | each)} for name, each in changes.items()]
    refused += [
        {"name": "white space", "text": second.text.replace(",", ", ")},
        {"name": "a member twice", "text": second.text.replace('"v":1,', '"v":1,"v":1,')},
        {"name": "a member missing", "text": second.text.replace('"v":1,', "")},
        {"name": "its end missing", "text": second.text[:-1]},
        {"name": "not an object", "text": "[]"},
    ]
    late, alone = replace(third, time=NOW), replace(third, person=commit(TOM, TOMS_SALT))
    chains = [("skips one", [first, third]), ("comes again", [first, first])]
    chains += [("begins late", [second]), ("is earlier", [first, second, late])]
    chains += [("is of somebody else", [first, second, alone])]
    chains += [("names another", [first, replace(second, previous=digest("x"))])]
    return {
        "commitments": [
            {"address": MAYA, "salt": b64u(SALT), "person": commit(MAYA, SALT)},
            {"address": TOM, "salt": b64u(TOMS_SALT), "person": commit(TOM, TOMS_SALT)},
        ],
        "events": [{"text": each.text, "hash": b64u(each.hash)} for each in mayas_events()],
        "events_refused": refused,
        "chains_refused": [{"name": n, "events": [e.text for e in chain]} for n, chain in chains],
    }  # fmt: skip


def signed(tree: Tree, size: int, *, by: str = "log", origin: str = ORIGIN) -> str:
    text = Checkpoint(origin, size, root(tree.node, size)).text
    lines = [note.sign_note(text, origin, seed(by))]
    lines += [note.cosign_note(text, "witness.example/w1", seed("w1"), time=NOW)]
    return note.write_note(text, lines)


def signed_answer(answer: Answer, by: str = "directory") -> dict[str, Any]:
    return {"text": answer.text, "signature": sign(seed(by), DOMAIN, answer.text).to_json()}


def answers() -> dict[str, Any]:
    tree, other = numbered(5), numbered(4)
    one, two, gone = mayas_events()
    for event in (
        one,
        KeyEvent(commit(TOM, TOMS_SALT), 1, None, keys_of("tom"), "first", NOW),
        two,
    ):
        tree.append(event.hash)
    for name in ("x", *range(4)):
        other.append(leaf_hash(str(name).encode()))
    other.append(two.hash)
    base = Answer(
        MAYA, NOW, signed(tree, 8), 6, tuple(consistency_proof(tree.node, 6, 8)), two.text, 7,
        tuple(inclusion_proof(tree.node, 7, 8)), SALT,
    )  # fmt: skip
    keys = asdict(keys_of("maya 2", held=True))
    kept = {"origin": ORIGIN, "size": 6, "root": b64u(root(tree.node, 6))}
    now_kept = {"origin": ORIGIN, "size": 8, "root": b64u(root(tree.node, 8))}
    old = replace(base, event=one.text, index=5, proof=tuple(inclusion_proof(tree.node, 5, 8)))
    short = replace(base, checkpoint=signed(tree, 6), since=8, consistency=())
    fork = replace(base, checkpoint=signed(other, 8), since=8, consistency=())
    tree.append(gone.hash)
    dead = replace(
        base, checkpoint=signed(tree, 9), consistency=tuple(consistency_proof(tree.node, 6, 9)),
        event=gone.text, index=8, proof=tuple(inclusion_proof(tree.node, 8, 9)),
    )  # fmt: skip
    same, before = {"index": 7, "event": two.text}, {"index": 5, "event": one.text}
    first_visit = replace(base, since=0, consistency=())
    bad = json.loads(base.text) | {"index": -1}
    malformed = canonical(bad)
    cases: list[tuple[str, str, dict[str, Any]]] = [
        ("answer-signature", "by another key", {"answer": signed_answer(base, "log")}),
        ("answer-signature", "of another text", {"answer": signed_answer(base) | {"text": old.text}}),
        ("answer-malformed", "an index below 0", {"answer": {
            "text": malformed, "signature": sign(seed("directory"), DOMAIN, malformed).to_json()}}),
        ("answer-malformed", "a short salt", {"answer": signed_answer(replace(base, salt=SALT[1:]))}),
        ("answer-address", "about somebody else", {"address": TOM}),
        ("note-malformed", "no note", {"answer": signed_answer(replace(base, checkpoint="x"))}),
        ("note-signature", "a checkpoint by another key", {"answer": signed_answer(
            replace(base, checkpoint=signed(tree, 8, by="w1")))}),
        ("witness-missing", "a witness too few", {"quorum": 2}),
        ("consistency-wrong", "from another size", {"answer": signed_answer(first_visit)}),
        ("consistency-wrong", "since another size", {"answer": signed_answer(replace(base, since=5))}),
        ("consistency-wrong", "without its proof", {"answer": signed_answer(replace(base, consistency=()))}),
        ("checkpoint-origin", "another log was kept", {"kept": kept | {"origin": "other.example/keys"}}),
        ("log-rolled-back", "the log is shorter", {"answer": signed_answer(short), "kept": now_kept}),
        ("log-split", "the log is another", {"answer": signed_answer(fork), "kept": now_kept}),
        ("event-malformed", "no event", {"answer": signed_answer(replace(base, event="{}"))}),
        ("inclusion-wrong", "at another index", {"answer": signed_answer(replace(base, index=6))}),
        ("inclusion-wrong", "an event that is not there", {"answer": signed_answer(
            replace(base, event=replace(two, time=NOW + 10).text))}),
        ("commitment-wrong", "another salt", {"answer": signed_answer(replace(base, salt=TOMS_SALT))}),
        ("event-rolled-back", "an older event", {"answer": signed_answer(old), "known": same}),
        ("event-rolled-back", "another event at its place", {"known": same | {"event": gone.text}}),
        ("event-chain", "not after the one that was seen", {"known": before | {
            "event": replace(one, time=NOW + 1).text}}),
        ("event-chain", "under another commitment", {"known": before | {
            "event": replace(one, person=commit(MAYA, TOMS_SALT)).text}}),
        ("key-not-logged", "another key", {"keys": asdict(keys_of("mallory", held=True))}),
        ("key-not-logged", "a lower level", {"keys": keys | {"level": "managed"}}),
        ("key-not-logged", "revoked", {"answer": signed_answer(dead)}),
    ]  # fmt: skip
    return {
        "base": {
            "answer": signed_answer(base), "address": MAYA, "keys": keys,
            "directory_key": b64u(public_key(seed("directory"))),
            "log": note.NoteKey(ORIGIN, note.ED25519, public_key(seed("log"))).text,
            "witnesses": [note.NoteKey("witness.example/w1", note.COSIGNATURE, public_key(seed("w1"))).text],
            "quorum": 1, "kept": kept, "known": None,
        },
        "believed": {"checkpoint": now_kept, "index": 7, "version": 2},
        "accept": [
            {"name": "as it is", "with": {}},
            {"name": "first visit", "with": {"answer": signed_answer(first_visit), "kept": None}},
            {"name": "seen before", "with": {"known": same}},
            {"name": "the one before was seen", "with": {"known": before}},
            {"name": "no witness wanted", "with": {"witnesses": [], "quorum": 0}},
        ],
        "refuse": [{"name": name, "code": code, "with": change} for code, name, change in cases],
    }  # fmt: skip


def paths() -> list[dict[str, Any]]:
    given = [
        (0, 0, 256),
        (0, 273, 112),
        (1, 1, 17),
        (2, 0, 1),
        (0, 1_234_067, 256),
        (63, 1000, 255),
    ]
    return [
        {"level": level, "number": number, "width": width, "tile": tiles.Tile(level, number, width).path,
         "entries": tiles.bundle_path(number, width)}
        for level, number, width in given
    ]  # fmt: skip


def build() -> dict[str, Any]:
    tree = numbered(8)
    return {
        "about": "docs/spec/log.md. Trees without entries of their own have as entry n the number n in decimal. Hashes are base64url, published ones hex. Each case of `answers` is `base` with some members replaced.",
        "tree": proofs(), "tiles": paths(),
        "notes": {"accept": published(), "refuse": refused_notes()},
        "checkpoints": {
            "log": note.NoteKey(ORIGIN, note.ED25519, public_key(seed("log"))).text,
            "accept": [
                {"name": f"of size {size}", "note": signed(numbered(size), size), "size": size}
                for size in (0, 1, 257)
            ],
            "refuse": refused_checkpoints(Checkpoint(ORIGIN, 8, root(tree.node, 8)), seed("log")),
            "cosigned": cosigned(Checkpoint(ORIGIN, 8, root(tree.node, 8)), seed),
        },
        "people": events(), "answers": answers(),
    }  # fmt: skip


def written() -> str:
    return json.dumps(build(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    (FOLDER / "log.json").write_text(written())
