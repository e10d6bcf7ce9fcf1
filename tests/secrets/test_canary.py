"""No secret of a house is where it should not be, whatever was asked of it and whatever failed."""

from pathlib import Path

import pytest

from tests.house import House
from tests.secrets.happening import MUST_BE_SEEN, everything_happens, planted, search
from tests.secrets.places import BACKUP, BLOBS, FILES, LOGS, METRICS, REFUSALS, TABLES


@pytest.fixture
def superuser(house: House, request: pytest.FixtureRequest) -> str | None:
    """Whose address reads all of a PostgreSQL; None for SQLite."""
    if house.parts.database.is_sqlite:
        return None
    url: str = request.getfixturevalue("postgresql_server")
    return url


@pytest.mark.timeout(300)
def test_no_secret_is_where_it_should_not_be(
    house: House, tmp_path: Path, superuser: str | None
) -> None:
    seen = everything_happens(house, tmp_path, superuser, turns=2 if superuser else 3)
    assert search(seen.hoard, seen.there) == {}
    assert seen.heard.all_statuses >= MUST_BE_SEEN
    assert seen.heard.statuses.keys() >= house.app.view_functions.keys()
    assert all(seen.there.values())


def test_what_is_planted_in_a_place_is_found_there(
    house: House, tmp_path: Path, superuser: str | None
) -> None:
    found = planted(house, tmp_path, superuser)
    assert {place: set(kinds) for place, kinds in found.items() if place != FILES} == {
        LOGS: {LOGS}, METRICS: {METRICS}, TABLES: {TABLES}, BACKUP: {TABLES},
        BLOBS: {BLOBS, "seed in bytes"}, REFUSALS: {REFUSALS},
    }  # fmt: skip
