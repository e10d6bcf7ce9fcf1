"""docs/sandbox.md lists what the sandbox can be told, and where each difference is known from."""

import re
from dataclasses import fields

import pytest

from sandbox import faults
from sandbox.app import create_app
from sandbox.config import Config
from sandbox.entra.tenant import Granted
from tests.sandbox.running import ROOT

PAGE = (ROOT / "docs/sandbox.md").read_text()
SWITCHES = PAGE.partition("## Making it fail")[2]
DIFFERENCES, _, SOURCES = PAGE.partition("## Differences")[2].partition("### Sources")
MARK = re.compile(r"\[([a-z0-9-]+)\]")
UNSETTLED = {"field", "none"}


@pytest.mark.parametrize("name", sorted(faults.NAMES))
def test_each_fault_has_a_row(name: str) -> None:
    assert re.search(rf"^\| `{name}` \|", SWITCHES, re.MULTILINE)


@pytest.mark.parametrize("name", ["status", "times", "retry_after", "path", "accepted"])
def test_each_part_of_a_fault_is_named(name: str) -> None:
    value = {"status": 503, name: 1} if name != "status" else {"status": 503}
    faults.check("graph", value)
    assert f'"{name}"' in SWITCHES


def test_no_part_of_a_fault_is_unknown_to_the_list_above() -> None:
    source = (ROOT / "sandbox/faults.py").read_text()
    known = {"status", "times", "retry_after", "path", "accepted"}
    for call in re.findall(r'fault(?:\.get\(|\[)"(\w+)"', _all_code()) + re.findall(
        r'"(\w+)"', source.partition("def _is_answer")[2].partition("def put")[0]
    ):
        assert call in known | {"fault"}, call


@pytest.mark.parametrize("name", [one.name for one in fields(Granted)])
def test_each_grant_of_the_tenant_is_named(name: str) -> None:
    assert f'"{name}"' in SWITCHES


@pytest.mark.parametrize("value", ["mfa", "blocked", "hold"])
def test_each_word_of_a_fault_is_named(value: str) -> None:
    assert f'"{value}"' in SWITCHES


def test_each_option_of_the_command_line_is_named() -> None:
    options = re.findall(r'add_argument\("(--[a-z-]+)"', (ROOT / "sandbox/__main__.py").read_text())
    assert options
    assert [one for one in options if one not in PAGE] == []


def test_each_switch_in_the_windows_address_is_named() -> None:
    source = (ROOT / "sandbox/office/src/window/faults.ts").read_text()
    switches = re.findall(r'asked\.get\("(\w+)"\)', source)
    assert switches
    assert [one for one in switches if f"&{one}=" not in SWITCHES] == []


def test_each_switchs_address_is_in_the_table_of_addresses(tmp_path: object) -> None:
    app = create_app(Config(tmp_path, 1))  # type: ignore[arg-type]
    switches = {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/sandbox/")}
    assert switches
    assert [one for one in switches if f"`{one}`" not in PAGE] == []


def test_each_difference_names_its_source_and_each_source_is_used() -> None:
    bullets = re.findall(r"^- (.*)$", DIFFERENCES, re.MULTILINE)
    assert len(bullets) > 30
    assert [bullet for bullet in bullets if not MARK.search(bullet)] == []
    given = set(re.findall(r"^- \[([a-z0-9-]+)\]: ", SOURCES, re.MULTILINE))
    assert set(MARK.findall("\n".join(bullets))) == given | UNSETTLED


def _all_code() -> str:
    return "\n".join(path.read_text() for path in (ROOT / "sandbox").rglob("*.py"))
