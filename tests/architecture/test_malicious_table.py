"""docs/security/malicious-server.md is true: its tests are there, and its sentences are what pages say."""

import re
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.test_asvs import names_in

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs/security/malicious-server.md"
COMMANDS: Final = ("server/keys/log/verifying/service.py", "server/crypto/log/refusals.py")
OUTCOMES: Final = {"refused", "named", "compared", "not detected", "opens"}
NAMED: Final = re.compile(r"`([^`:]+\.(?:py|ts))::([^`\[]+)(?:\[([^`]+)\])?`")
SAID: Final = re.compile(r"“([^”]+)”")


def rows(page: str) -> list[list[str]]:
    """The cells of each attack."""
    lines = [line for line in page.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row[0] != "attack"]


def words() -> str:
    """Whatever pages and commands can say."""
    files = [*ROOT.glob("web/kit/src/words/*.ts"), *(ROOT / path for path in COMMANDS)]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def faults(page: str) -> list[str]:
    """What is wrong with the table, one line for each fault."""
    said, found = words(), []
    for row in rows(page):
        attack, outcome, shown, test = row
        if outcome not in OUTCOMES:
            found.append(f"{attack}: {outcome} is no outcome")
        found += [
            f"{attack}: nothing says “{each}”" for each in SAID.findall(shown) if each not in said
        ]
        if (outcome == "not detected") == bool(test):
            found.append(f"{attack}: a test, or that nothing is detected")
        if outcome != "opens" and not shown:
            found.append(f"{attack}: nothing is said of it")
        found += [f"{attack}: {fault}" for fault in _missing(test)]
    return found


def _missing(test: str) -> list[str]:
    if not test:
        return []
    named = NAMED.fullmatch(test)
    if named is None:
        return ["its test is not named as file::test"]
    path, name, case = named.groups()
    if name not in names_in(path):
        return [f"there is no {path}::{name}"]
    source = (ROOT / path).read_text(encoding="utf-8")
    return [] if case is None or f'"{case}": (' in source else [f"there is no case {case}"]


def test_each_attack_has_an_outcome_a_sentence_that_is_said_and_a_test_that_is_there() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert faults(page) == []
    assert len(rows(page)) > 30


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Somebody may have changed it.”", "Nobody changed it.”"),
        ("[drops a reader]", "[drops two readers]"),
        ("::test_an_old_letter", "::test_a_new_letter"),
        ("| not detected | It signs as", "| refused | It signs as"),
    ],
)
def test_a_table_that_says_what_is_not_so_is_found(before: str, after: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert before in page
    assert faults(page.replace(before, after, 1))
