"""Notes for tests/vectors/log.json: published ones, and what is to be refused."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from server.crypto.log.checkpoint import Checkpoint
from server.crypto.log.note import (
    COSIGNATURE,
    NoteKey,
    NoteSignature,
    cosign_note,
    sign_note,
    write_note,
)
from server.crypto.signing import public_key

# https://c2sp.org/signed-note, its example.
C2SP_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
C2SP_NOTE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
# A checkpoint of Go's checksum database, whose key is part of the Go tools.
GO_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
GO_NOTE = (
    "go.sum database tree\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— sum.golang.org "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)
UNKNOWN = "— example.org/other AAAAAAEC\n"


def published() -> list[dict[str, Any]]:
    return [
        {"name": "the example of C2SP", "note": C2SP_NOTE, "key": C2SP_KEY},
        {"name": "Go's checksum database", "note": GO_NOTE, "key": GO_KEY},
        {"name": "with an unknown signature", "note": C2SP_NOTE + UNKNOWN, "key": C2SP_KEY},
        {"name": "with its signature twice", "note": C2SP_NOTE + _line(C2SP_NOTE), "key": C2SP_KEY},
        {"name": "with the name of a known key and another id", "key": C2SP_KEY,
         "note": C2SP_NOTE + UNKNOWN.replace("example.org/other", "example.com/foo")},
    ]  # fmt: skip


def refused_notes() -> list[dict[str, Any]]:
    line, text = _line(C2SP_NOTE), C2SP_NOTE.partition("\n")[0]
    malformed = {
        "nothing": "", "no signature": f"{text}\n\n", "no empty line": f"{text}\n{line}",
        "no last newline": C2SP_NOTE[:-1], "an empty line at the end": C2SP_NOTE + "\n",
        "a carriage return": C2SP_NOTE.replace("\n", "\r\n"), "a tab": "\t" + C2SP_NOTE,
        "a hyphen for the dash": C2SP_NOTE.replace("—", "-"),
        "a name with a plus": C2SP_NOTE.replace("com/foo", "com+foo"),
        "a name with a no-break space": C2SP_NOTE.replace("com/foo", "com\u00a0foo"),
        "a name with an ideographic space": C2SP_NOTE.replace("com/foo", "com\u3000foo"),
        "no name": C2SP_NOTE.replace("example.com/foo", ""), "no padding": C2SP_NOTE.replace("=", ""),
        "base64url": C2SP_NOTE + "— a _____w==\n", "bits left over": C2SP_NOTE + "— a AAAAAAF=\n",
        "an id only": C2SP_NOTE + "— a AAAAAA==\n", "more on a line": C2SP_NOTE[:-1] + " x\n",
    }  # fmt: skip
    unsigned = {
        "another text": "X" + C2SP_NOTE[1:], "a newline more": "\n" + C2SP_NOTE,
        "unknown keys only": f"{text}\n\n{UNKNOWN}",
        "a changed signature": C2SP_NOTE.replace("aQM=", "aQI="),
        "a short signature": f"{text}\n\n{line[:-5]}\n",
        "one good and one bad": C2SP_NOTE + line.replace("aQM=", "aQI="),
    }  # fmt: skip
    return [
        {"name": name, "note": each, "key": C2SP_KEY, "code": code}
        for code, group in (("note-malformed", malformed), ("note-signature", unsigned))
        for name, each in group.items()
    ]


def refused_checkpoints(good: Checkpoint, seed: bytes) -> list[dict[str, Any]]:
    origin, text = good.origin, good.text
    _, size, root, _ = text.split("\n")
    malformed = {
        "an extension line": text + "more\n", "a leading zero": text.replace(f"\n{size}\n", f"\n0{size}\n"),
        "a sign": text.replace(f"\n{size}\n", f"\n+{size}\n"), "no root": f"{origin}\n{size}\n",
        "a short root": text.replace(root, root[4:]), "a root without padding": text.replace("=", ""),
        "a root with bits left over": text.replace(root, root[:42] + "/="),
        "no origin": f"\n{size}\n{root}\n", "no size": f"{origin}\n\n{root}\n",
        "digits of another script": text.replace(f"\n{size}\n", "\n٨\n"),
        "beyond 2^53 - 1": text.replace(f"\n{size}\n", "\n9007199254740992\n"),
        "no entries and a root": text.replace(f"\n{size}\n", "\n0\n"),
    }  # fmt: skip
    cases = [(name, each, "checkpoint-malformed") for name, each in malformed.items()]
    cases.append(("another origin", f"other.example/keys\n{size}\n{root}\n", "checkpoint-origin"))
    notes = [(name, write_note(t, [sign_note(t, origin, seed)]), code) for name, t, code in cases]
    cosigned = write_note(text, [cosign_note(text, origin, seed, time=1)])
    notes.append(("a cosignature for the log's own", cosigned, "note-signature"))
    return [{"name": name, "note": each, "code": code} for name, each, code in notes]


def cosigned(point: Checkpoint, seed: Callable[[str], bytes]) -> list[dict[str, Any]]:
    """Cosignatures that count (no code), do not count, or spoil the note."""
    text, w1, w2 = point.text, "witness.example/w1", "witness.example/w2"
    log = sign_note(text, point.origin, seed("log"))
    one, again = (cosign_note(text, w1, seed("w1"), time=time) for time in (1_795_348_800, 7))
    two, twin = (cosign_note(text, w2, seed(by), time=7) for by in ("w2", "w1"))
    late = cosign_note(text, w1, seed("w1"), time=253_402_300_800)
    moved = replace(one, value=again.value[:8] + one.value[8:])
    short, empty = replace(one, value=one.value[:-1]), replace(one, value=b"\0")
    plain = replace(one, value=seed_signature(text, seed("w1")))
    later = replace(one, id=b"\0\1\2\3", value=b"\0" * 2428)
    keys = {
        name: NoteKey(w, COSIGNATURE, public_key(seed(name))).text
        for name, w in (("w1", w1), ("w2", w2))
    }
    both = list(keys.values())
    twins = [keys["w1"], NoteKey(w2, COSIGNATURE, public_key(seed("w1"))).text]
    cases: list[tuple[str, list[NoteSignature], list[str], int, str | None]] = [
        ("both witnesses", [log, one, two], both, 2, None),
        ("witnesses before the log", [two, one, log], both, 2, None),
        ("one of two", [log, two], both, 1, None),
        ("one that is not known, and not checked", [log, short, two], both[1:], 1, None),
        ("a kind that is not known", [log, later, one], both, 1, None),
        ("none wanted, none there", [log], both, 0, None),
        ("one witness twice", [log, one, again], both, 2, "witness-missing"),
        ("one key under two names", [log, one, twin], twins, 2, "witness-missing"),
        ("the unknown only", [log, two], both[:1], 1, "witness-missing"),
        ("witnesses without the log", [one, two], both, 2, "note-signature"),
        ("another time", [log, moved, two], both, 1, "note-signature"),
        ("the year 10000", [log, late], both, 0, "note-signature"),
        ("a short one", [log, short, two], both, 1, "note-signature"),
        ("a time without its end", [log, empty, two], both, 1, "note-signature"),
        ("a signature without a time", [log, plain, two], both, 1, "note-signature"),
    ]  # fmt: skip
    return [
        {"name": name, "note": write_note(text, lines), "witnesses": known, "quorum": quorum, "code": code}
        for name, lines, known, quorum, code in cases
    ]  # fmt: skip


def seed_signature(text: str, seed: bytes) -> bytes:
    return sign_note(text, "x", seed).value


def _line(note: str) -> str:
    return note.rpartition("\n\n")[2]
