"""Becoming self-held, killed at an await: the short form of tests/prove/own_key_kills."""

import subprocess
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.pair import FirstDay
from tests.prove.own_key_kills.story import (
    AFTER,
    AWAITS,
    BEFORE,
    LIST,
    NEW,
    OLD,
    PASSKEY,
    ROOT,
    Await,
    Ground,
    Outcome,
    build,
    run,
)

pytestmark = pytest.mark.timeout(300)
Killing = Callable[[str, str], Outcome]
COMPLETION = 'kit/own/enrol: step("completion", '


@pytest.fixture(scope="module")
def ground(first_day: FirstDay, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Maya with two letters, signed in a moment ago."""
    yield Ground(first_day, tmp_path_factory.mktemp("ground"))
    first_day.begin_anew()


@pytest.fixture(scope="module")
def killing(browser: Browser, ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Killing:
    """Runs to a place, found by how it begins, and kills there."""
    scripts = build(tmp_path_factory.mktemp("built"))

    def kill(place: str, moment: str) -> Outcome:
        (name,) = (one for one in LIST.read_text().splitlines() if one.startswith(place))
        return run(browser, ground, scripts, PASSKEY, Await(name, 1, moment))

    return kill


def test_every_await_of_becoming_self_held_is_in_the_list_that_the_proof_kills_at() -> None:
    command = ["node", str(AWAITS), "--list"]
    found = subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert found.stdout == LIST.read_text(), f"then: {' '.join(command)} > {LIST}"


def test_killed_before_the_last_call_the_old_key_opens_every_letter(killing: Killing) -> None:
    outcome = killing(COMPLETION, BEFORE)
    assert (outcome.custody, outcome.wrong) == (OLD, [])


def test_killed_when_the_last_call_was_answered_the_new_key_opens_every_letter(
    killing: Killing,
) -> None:
    outcome = killing(COMPLETION, AFTER)
    assert (outcome.custody, outcome.wrong) == (NEW, [])


def test_nothing_that_is_shipped_can_be_stopped_so() -> None:
    hook = AWAITS.with_name("hook.js").read_text()
    scripts = list((ROOT / "web" / "dist").glob("*.js"))
    assert "__await" in hook
    assert scripts
    assert [each.name for each in scripts if "__await" in each.read_text()] == []
