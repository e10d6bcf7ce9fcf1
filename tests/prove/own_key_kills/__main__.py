"""Becoming self-held, killed at every await: `python -m tests.prove.own_key_kills`.

The browser is killed at each await of the page and its workers (awaits.mjs), by each of the two
ways, and the server before each statement of a completion (server.py). Then the person signs in by
a code and reads every letter: by the server's copy of her old key, or by each of her keyslots.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from server import migrations
from server.base.tenancy import all_firms
from tests.house import furnished
from tests.prove.own_key_kills import server
from tests.prove.own_key_kills.lanes import FLIGHTS, WAYS, lane, points
from tests.prove.own_key_kills.server import END, Left
from tests.prove.own_key_kills.story import AFTER, BEFORE, DURING, NEW, OLD, PASSKEY, Outcome
from tests.prove.report import section, table
from tests.prove.restored import postgresql
from tests.sandbox.running import running

COMMAND: Final = "python -m tests.prove.own_key_kills"


def at_the_server() -> dict[str, list[Left]]:
    """The server's kills on each engine."""
    found = {}
    with tempfile.TemporaryDirectory() as name, postgresql() as empty:
        urls = {"SQLite": f"sqlite:///{name}/letterlock.db", "PostgreSQL": empty()}
        with running(Path(name) / "microsoft", "--moment", "0.05") as sandbox:
            for engine, url in urls.items():
                folder = Path(name) / engine
                folder.mkdir()
                migrations.upgrade(url)
                with contextmanager(furnished)(
                    url, sandbox, folder, graph_url=f"{sandbox.url}/v1.0"
                ) as house:
                    found[engine] = server.kills(house)
    return found


def markdown(
    runs: dict[str, list[Outcome]], left: dict[str, list[Left]], control: list[Outcome]
) -> str:
    """The section."""
    rows: list[list[object]] = []
    for way, outcomes in runs.items():
        awaits = [one for one in outcomes[0].told if one.moment == BEFORE]
        kills = outcomes[1:]
        seconds = sum(one.seconds for one in kills) / len(kills)
        rows.append([
            way, len(awaits), len(points(outcomes[0].told, way)), len(kills), _count(kills, OLD), _count(kills, NEW),
            sum(1 for one in kills if one.wrong), f"{seconds:.1f}",
        ])  # fmt: skip
    head = [
        "way",
        "awaits",
        "points",
        "kills",
        "old key opens all",
        "new key opens all",
        "wrong",
        "seconds each",
    ]
    at_servers: list[list[object]] = [
        [engine, len(each), sum(one.custody == OLD for one in each),
         sum(one.custody == NEW for one in each), sum(bool(one.wrong) for one in each)]
        for engine, each in left.items()
    ]  # fmt: skip
    caught = sum(bool(one.wrong) for one in control[1:])
    lists = "\n\n".join(_list(way, outcomes) for way, outcomes in runs.items())
    return f"""A client becomes the only holder of her key on `/key`, in Chromium. Her page and its workers are built
with a hook that numbers every await of the modules of `tests/prove/own_key_kills/awaits.mjs`; at one of
them the page stops for good and its browser context is closed. Then she signs in by a code in
a fresh browser and reads two letters from before and one sent after. Old key: the server opens all three, no
keyslot counts. New key: the recovery code that she had seen, and her passkey or password, each
open the slots as the server keeps them and all three letters; the server has no secret of hers left.
Slots, earlier identities and letters are opened by the server's Python, not by the browser's code.
Of a passkey the test keeps what it gave before the kill; that it gives the same again, the stories under `tests/e2e` show.

{table(head, rows)}

Points: before each await, after each step of the flow, and while each call of the flow was on its way (the
last one {FLIGHTS} times). "After" an await is elsewhere the same moment as "before" the next. What both ways do alike in the
worker is killed in the passkey's run alone. Where fewer were killed than there are points, the time of this run was over:
those of the page come first, those within the worker, which changes nothing at the server, last.

The server was killed (SIGKILL) before each SQL statement of the completion's request, COMMIT among them, and
after it before the answer, with a person each:

{table(["engine", "kills", "old key opens all", "new key opens all", "wrong"], at_servers)}

Control: a page that has the server go over before it shows the recovery code. Killed around its last
three steps, {caught} of {len(control) - 1} were found wrong. `tests/keys/test_killed.py` plants a completion that
commits between the old key and the new, and one that does not seal the old to the new; both are caught.

{lists}"""


def _list(way: str, outcomes: Sequence[Outcome]) -> str:
    """All kills of a way, numbered as their awaits are."""
    order = [(one.place, one.time) for one in outcomes[0].told if one.moment == BEFORE]
    rows: list[list[object]] = [
        [order.index((one.at.place, one.at.time)) + 1, one.at.moment, f"`{_cell(one.at.name)}`",
         "; ".join(one.wrong) or one.custody]
        for one in outcomes if one.at is not None
    ]  # fmt: skip
    rows.sort(key=lambda row: (row[0], (BEFORE, DURING, AFTER).index(str(row[1]))))
    return f"### Kills by {way}\n\n" + table(["await", "killed", "name", "all opens by"], rows)


def _cell(name: str) -> str:
    return name.replace("|", "/").replace("`", "'")


def _count(kills: Sequence[Outcome], custody: str) -> int:
    return sum(1 for one in kills if one.custody == custody and not one.wrong)


def main() -> int:
    """Run, write the section; 1 if a letter did not open, or the control was not caught."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--report", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument(
        "--seconds", type=float, default=3600, help="of kills, for each way at most"
    )
    options = parser.parse_args()
    with ProcessPoolExecutor(len(WAYS), get_context("spawn")) as pool:
        lanes = [pool.submit(lane, way, options.seconds) for way in WAYS]
        runs = {way: one.result() for way, one in zip(WAYS, lanes, strict=True)}
        control = pool.submit(lane, PASSKEY, options.seconds, True).result()
    with all_firms("a long run"):
        left = at_the_server()
    text = markdown(runs, left, control)
    if options.report:
        section("own-key-kills", "Becoming self-held, killed at every await", text, command=COMMAND)
    else:
        sys.stdout.write(text + "\n")
    wrong = [one for outcomes in runs.values() for one in outcomes if one.wrong]
    broken = [one for each in left.values() for one in each if one.wrong]
    whole = all(each[-1].before == END for each in left.values())
    caught = any(one.wrong for one in control[1:])
    return 0 if whole and caught and not wrong and not broken else 1


if __name__ == "__main__":
    sys.exit(main())
