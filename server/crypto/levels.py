"""At which level a message is shown, and what is said of it.

Source: docs/spec/levels.md. The server holds grants for who waits to it; what statements carry of
it, statement.py checks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from server.crypto.errors import LevelCode, LevelRefused
from server.crypto.shape import LEVELS

FINISHING: Final = frozenset({"to", "cc"})  # to a listed reader who waited


@dataclass(frozen=True, slots=True)
class Copy:
    """One envelope: role and level of its reader; `waiting` if there is no key yet."""

    role: str
    level: str
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class Leveled:
    """What is known of a message; members as in levels.md section 4."""

    custody: str
    stated: str | None
    readers: tuple[Copy, ...]
    grants: tuple[Copy, ...] = ()
    now: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A level, and the keys of the sentences that go with it."""

    level: str
    words: str
    signed: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Minimum:
    """The least level of a firm's messages; domains in lower case, as A-labels."""

    least: str
    domains: Mapping[str, str]

    def least_for(self, address: str) -> str:
        """The least level for one address, in lower case."""
        labels = address.rpartition("@")[2].split(".")
        suffixes = (".".join(labels[at:]) for at in range(len(labels)))
        own = next((self.domains[name] for name in suffixes if name in self.domains), self.least)
        return max(own, self.least, key=LEVELS.index)

    def check(self, readers: Iterable[tuple[str, str]]) -> None:
        """Refuse readers or grants, as (address, level), below it.

        Raises:
            LevelRefused: level-below.
        """
        below = any(_rank(level) < _rank(self.least_for(address)) for address, level in readers)
        _must(not below, "level-below")


def level_of(letter: Leveled) -> Shown:
    """The level to show, and the sentences that go with it.

    Raises:
        LevelRefused: Every code but level-below, in the order of levels.md section 4.
    """
    own = [reader.level for reader in letter.readers if reader.role == "sender"]
    _must(len(own) == 1, "level-sender")
    _must(letter.custody != "managed" or own[0] != "self-held", "level-custody")
    listed = _weakest(reader.level for reader in letter.readers)
    _must(letter.stated is None or _rank(letter.stated) <= _rank(listed), "level-claimed")
    stated = letter.stated or listed
    finished = [grant.level for grant in letter.grants if grant.role in FINISHING]
    kept = letter.stated is None or all(_rank(each) >= _rank(stated) for each in finished)
    _must(kept, "level-waiting")
    level = _weakest([stated, *(grant.level for grant in letter.grants)])
    waiting = sum(reader.waiting for reader in letter.readers) > len(finished)
    notes = {
        "level.own-copy": own[0] == "managed",
        "level.waiting": waiting,
        "level.lowered": letter.stated is not None and _rank(level) < _rank(letter.stated),
        "level.since": letter.now == "self-held" and level != "self-held",
    }
    return Shown(
        level=level,
        words=f"level.{level}",
        signed="signed.server" if letter.custody == "managed" else "signed.device",
        notes=tuple(note for note, holds in notes.items() if holds),
    )


def _weakest(levels: Iterable[str]) -> str:
    return min(levels, key=LEVELS.index)


def _rank(level: str) -> int:
    return LEVELS.index(level)


def _must(holds: bool, code: LevelCode) -> None:  # noqa: FBT001 an assertion that survives -O
    if not holds:
        raise LevelRefused(code)
