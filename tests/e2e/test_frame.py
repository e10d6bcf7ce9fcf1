"""Letters that mean harm, in the reader's frame: nothing is asked for, nothing runs, nothing breaks.

The same in Firefox and WebKitGTK, and with single layers taken away: tests/prove/browsers/frame.py.
"""

from collections.abc import Callable, Iterator

import pytest

from tests.browser import chromium
from tests.e2e.frame_corpus.stage import ALLOWED, Report, Stage, names, staged
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.timeout(600)
Visit = Callable[[str], object]
SAMPLE = 4
MOST = 0.6  # of all letters: so many do something where nothing stands in their way


@pytest.fixture(scope="module")
def stage(microsoft: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(microsoft, tmp_path_factory.mktemp("stage")) as made:
        yield made


@pytest.fixture(scope="module")
def visit() -> Iterator[Visit]:
    """Opens an address in a browser that blocks no window."""
    with chromium("--disable-popup-blocking") as browser:
        yield browser.new_page().goto


@pytest.fixture(scope="module")
def shown(stage: Stage, visit: Visit) -> Report:
    """All letters, as the reader's page shows them."""
    return stage.play(visit)


def test_no_letter_asks_runs_or_breaks_anything(stage: Stage, shown: Report) -> None:
    assert names(stage.cases, shown.fired) == []
    assert set(shown.effects) == {case.id for case in stage.cases}


def test_nothing_is_left_of_a_letter_but_marks_and_links(shown: Report) -> None:
    assert shown.kept - ALLOWED == set()
    assert {"a[href]", "p", "table"} <= shown.kept


def test_the_page_stays_and_shows_an_ordinary_letter_after_all_of_them(shown: Report) -> None:
    assert shown.stayed


def test_the_same_letters_do_harm_where_nothing_holds_them(stage: Stage, visit: Visit) -> None:
    """The control: without sanitiser, sandbox and policy the first test would see it."""
    bare = stage.play(visit, frozenset(), every=SAMPLE)
    assert len(bare.fired) >= MOST * len(bare.effects)
    for effect in ("script", "request", "away", "taken"):
        assert any(effect in one for one in bare.effects.values()), effect
