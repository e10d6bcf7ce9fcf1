"""A house's whole life in bad words, and what it left behind."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy import text

from server.base import metrics
from tests.e2e.canary import new_word
from tests.house import House
from tests.secrets import failures, operator, places
from tests.secrets.hoard import Hoard, Loot, collect, with_more
from tests.secrets.places import BACKUP, BLOBS, FILES, LOGS, METRICS, REFUSALS, TABLES, Places
from tests.secrets.walk import Heard, Walker

MUST_BE_SEEN: Final = {401, 403, 404, 405, 409, 413, 415, 416, 421, 422, 429, 500, 503}


@dataclass(frozen=True)
class Happened:
    """The secrets of a house, what it left behind in each place, and how it answered."""

    hoard: Hoard
    there: Places
    heard: Heard


def everything_happens(
    house: House, folder: Path, superuser: str | None, *, turns: int
) -> Happened:
    """A house's whole life in bad words.

    `turns`: how many secrets stand in the path of each route; all stand in the rest of a request.
    """
    with places.logged() as lines:
        hoard = with_more(collect(house), **{"database password": new_word()[:22]})
        walker = Walker(house, hoard)
        walker.everywhere(turns)
        walker.inside()
        failures.broken_views(house, hoard, walker)
        failures.dead_databases(house, hoard, walker)
        failures.too_many(house, walker, hoard)
        failures.graph_that_repeats(house, hoard)
        failures.entra_that_repeats(house, hoard)
        failures.post_office_that_repeats(house, hoard)
        failures.broken_jobs(house, hoard)
        operator.commands(house.parts.settings, hoard)
        if superuser is None:  # the settings are the same beside either engine
            operator.wrong_settings(house.parts.settings, hoard, folder)
        backup = operator.back_up(house.parts.settings, folder)
    refusals = {REFUSALS: b"\n".join(walker.heard.refusals)}
    there = gathered(house, folder, superuser, lines.getvalue(), backup) | refusals
    return Happened(hoard, there, walker.heard)


def gathered(
    house: House, folder: Path, superuser: str | None, lines: str, backup: bytes
) -> Places:
    """What is in each place now. `backup`: in clear."""
    own = {} if superuser else {FILES: places.files(folder, "letterlock.db*")}
    return own | {
        LOGS: lines.encode(),
        METRICS: places.metrics(),
        TABLES: places.tables(house, superuser),
        BLOBS: places.files(folder / "blobs", "*"),
        BACKUP: backup,
    }


def search(hoard: Loot, there: Places) -> dict[str, dict[str, set[str]]]:
    """Secrets by place."""
    return {
        place: found
        for place, content in there.items()
        if (found := hoard.found_in(content, depth=0 if place in places.RAW else 3))
    }


def planted(house: House, folder: Path, superuser: str | None) -> dict[str, dict[str, set[str]]]:
    """What is found of words that were put into places by real ways; BACKUP holds that of TABLES.

    A log line's allowed key, a metric's label, a column (as hex within JSON), a file, a sentence.
    """
    words = {place: new_word()[:22] for place in (LOGS, TABLES, METRICS, BLOBS, REFUSALS)}
    seed = new_word().encode()
    with places.logged() as lines:
        refusals = failures.that_repeat(house, words[REFUSALS])
        structlog.get_logger("planted").info("request", kind=f"https://x/?code={words[LOGS]}")
        metrics.shed(words[METRICS])
        (folder / "blobs").mkdir(exist_ok=True)
        (folder / "blobs" / "planted").write_bytes(words[BLOBS].encode() + seed)
        with house.parts.database.write() as connection:
            hidden = f'{{"note": "{words[TABLES].encode().hex()}"}}'
            connection.execute(text("UPDATE firms SET brand = :brand"), {"brand": hidden})
        backup = operator.back_up(house.parts.settings, folder)
    there = gathered(house, folder, superuser, lines.getvalue(), backup) | {REFUSALS: refusals}
    return search(Loot(words, {"seed": seed}), there)
