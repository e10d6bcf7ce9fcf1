"""A running pair, as on its first day for each module, and a fresh profile for each person.

`LETTERLOCK_RUNNING="http://localhost:8300 http://localhost:8301"` runs the stories against a pair
that stands already and leaves it as it is. An address gets five codes an hour, and the stories
use up to five of each: such a pair must be fresh, or an hour older than the last run.
"""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium
from tests.e2e.pair import FirstDay, Pair, standing, started
from tests.e2e.people import Profile


@pytest.fixture(scope="session")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FirstDay]:
    """The pair of this process, and what it held when it was new."""
    with started(tmp_path_factory.mktemp("pair")) as own:
        yield FirstDay.of(own, tmp_path_factory.mktemp("first day"))


@pytest.fixture(scope="module")
def pair(request: pytest.FixtureRequest) -> Pair:
    """The running pair, fresh: an address gets five codes an hour, and stories use them up."""
    if running := os.environ.get("LETTERLOCK_RUNNING"):
        return standing(running)
    first_day: FirstDay = request.getfixturevalue("first_day")
    first_day.begin_anew()
    return first_day.pair


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def profile(browser: Browser, pair: Pair) -> Iterator[Callable[..., Profile]]:
    """Makes browser profiles; at the end none of their pages may have complained."""
    made: list[Profile] = []

    def make(**options: object) -> Profile:
        made.append(Profile.open(browser, pair, **options))
        return made[-1]

    yield make
    complaints = [line for one in made for line in one.complaints]
    for one in made:
        one.close()
    assert complaints == []


@pytest.fixture
def mended(pair: Pair) -> Iterator[None]:
    """What a story sets to fail is mended after it."""
    yield
    pair.sandbox.faults(obo=None, entra=None, graph=None, delivery=None)
