"""Lanes of the proof: a pair and a browser each, one way, one kill after the other."""

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.browser import chromium
from tests.e2e.pair import FirstDay, started
from tests.prove.own_key_kills.story import (
    AFTER,
    BEFORE,
    BY_PASSWORD,
    DURING,
    PASSKEY,
    Await,
    Ground,
    Outcome,
    build,
    run,
)

WAYS: Final = (PASSKEY, BY_PASSWORD)
FLIGHTS: Final = 3  # kills while the last call is on its way; how each ends is chance
_STEP: Final = "kit/own/enrol: step("
_WORKER: Final = "crypto/"
_OF_PASSWORDS: Final = ("crypto/argon2", "crypto/stretch", "crypto/keysecrets: stretch")


def lane(way: str, seconds: float, fault: bool = False) -> list[Outcome]:  # noqa: FBT001, FBT002 sent to a process
    """A pair and a browser of its own: one whole run, then a kill at each point, for so long."""
    latest = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        folder = Path(name)
        for each in ("pair", "day", "ground"):
            (folder / each).mkdir()
        scripts = build(folder / "built", fault=fault)
        with started(folder / "pair") as pair:
            ground = Ground(FirstDay.of(pair, folder / "day"), folder / "ground")
            whole = run(browser, ground, scripts, way, None)
            outcomes = [whole]
            wanted = late(whole.told) if fault else points(whole.told, way)
            for number, point in enumerate(wanted, 1):
                if time.monotonic() > latest:
                    break
                outcomes.append(run(browser, ground, scripts, way, point))
                _say(way, number, len(wanted), outcomes[-1])
    return outcomes


def points(told: Sequence[Await], way: str) -> list[Await]:
    """Where a run is killed: before each await, after each step, and while the last call is away.

    What a password's way has in common with a passkey's within the worker is killed there alone.
    """
    found = [
        one for one in told
        if (one.moment == BEFORE and (way == PASSKEY or not _is_common(one)))
        or (one.moment == AFTER and one.place.startswith(_STEP))
    ]  # fmt: skip
    calls = [one for one in told if one.moment == DURING and one.place.startswith("kit/own/desk")]
    found += [*calls[:-1], *(calls[-1:] * FLIGHTS)]
    # The page before the worker, and its end, where the key goes over, before its beginning.
    found.reverse()
    return sorted(found, key=lambda one: one.place.startswith(_WORKER))


def late(told: Sequence[Await]) -> list[Await]:
    """Where the control is killed: around its last three steps."""
    steps = [one for one in told if one.place.startswith(_STEP) and one.moment == BEFORE]
    return steps[-3:]


def _is_common(one: Await) -> bool:
    return one.place.startswith(_WORKER) and not one.place.startswith(_OF_PASSWORDS)


def _say(way: str, number: int, of: int, one: Outcome) -> None:
    at = "" if one.at is None else f"{one.at.moment} {one.at.name}"
    wrong = f" WRONG {one.wrong}" if one.wrong else ""
    sys.stderr.write(f"{way} {number}/{of} {one.custody} {one.seconds:.1f} s {at}{wrong}\n")
    sys.stderr.flush()
