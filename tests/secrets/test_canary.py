"""No secret of a house is where it should not be, whatever was asked of it and whatever failed."""

from pathlib import Path
from typing import Final

import pytest
import structlog
from sqlalchemy import text

from server.base import metrics
from tests.e2e.canary import new_word
from tests.house import House
from tests.secrets import failures, operator, places
from tests.secrets.hoard import Hoard, Loot, collect, with_more
from tests.secrets.places import BACKUP, BLOBS, FILES, LOGS, METRICS, REFUSALS, TABLES, Places
from tests.secrets.walk import Walker

MUST_BE_SEEN: Final = {401, 403, 404, 405, 409, 413, 415, 416, 421, 422, 429, 500, 503}


def everything_happens(
    house: House, folder: Path, superuser: str | None, *, turns: int
) -> tuple[Hoard, Places]:
    """A house's whole life in bad words; its secrets, and all that it left behind.

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
    assert walker.heard.all_statuses >= MUST_BE_SEEN
    refusals = {REFUSALS: b"\n".join(walker.heard.refusals)}
    return hoard, gathered(house, folder, superuser, lines.getvalue(), backup) | refusals


def gathered(
    house: House, folder: Path, superuser: str | None, lines: str, backup: bytes
) -> Places:
    """What is in each place now. `backup`: in clear."""
    return {
        LOGS: lines.encode(),
        METRICS: places.metrics(),
        TABLES: places.tables(house, superuser),
        FILES: places.files(folder, "letterlock.db*"),
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


@pytest.mark.timeout(300)
def test_no_secret_is_where_it_should_not_be(
    house: House, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    is_sqlite = house.parts.database.is_sqlite
    superuser = None if is_sqlite else request.getfixturevalue("postgresql_server")
    hoard, there = everything_happens(house, tmp_path, superuser, turns=3 if is_sqlite else 2)
    assert search(hoard, there) == {}
    assert all(content for place, content in there.items() if place != FILES or is_sqlite)


def test_what_is_planted_in_a_place_is_found_there(
    house: House, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    words = {place: new_word()[:22] for place in (LOGS, TABLES, METRICS, BLOBS)}
    seed = new_word().encode()
    url = house.parts.settings.database_url
    with places.logged() as lines:
        structlog.get_logger("planted").info("request", kind=f"https://x/?code={words[LOGS]}")
        metrics.shed(words[METRICS])
        (tmp_path / "blobs").mkdir(exist_ok=True)
        (tmp_path / "blobs" / "planted").write_bytes(words[BLOBS].encode() + seed)
        with house.parts.database.write() as connection:
            hidden = f'{{"note": "{words[TABLES].encode().hex()}"}}'
            connection.execute(text("UPDATE firms SET brand = :brand"), {"brand": hidden})
        backup = operator.back_up(house.parts.settings, tmp_path)
    superuser = None if url.startswith("sqlite") else request.getfixturevalue("postgresql_server")
    there = gathered(house, tmp_path, superuser, lines.getvalue(), backup)
    found = search(Loot(words, {"seed": seed}), there)
    assert {place: set(kinds) for place, kinds in found.items() if place != FILES} == {
        LOGS: {LOGS}, METRICS: {METRICS}, TABLES: {TABLES}, BACKUP: {TABLES},
        BLOBS: {BLOBS, "seed in bytes"},
    }  # fmt: skip
