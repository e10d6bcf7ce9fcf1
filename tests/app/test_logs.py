"""What a log line may hold."""

import ast
import json
from pathlib import Path

import pytest
import structlog
from prometheus_client import REGISTRY

from server.base import logs
from server.base.logs import ALLOWED, LONGEST, ServerLog, only_allowed

SERVER = Path(__file__).parents[2] / "server"
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}


def calls() -> list[tuple[str, ast.Call]]:
    """Every call of a logger in the server's code."""
    return [
        (f"{path.relative_to(SERVER)}:{node.lineno}", node)
        for path in sorted(SERVER.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in LEVELS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "_log"
    ]


def test_every_line_in_the_code_holds_allowed_keys_only() -> None:
    found = calls()
    assert len(found) > 5
    for place, call in found:
        names = {keyword.arg for keyword in call.keywords} - {"exc_info", None}
        assert names <= ALLOWED, place
        assert len(call.args) == 1, place
        assert isinstance(call.args[0], ast.Constant | ast.JoinedStr | ast.Name), place


def test_nothing_else_prints_or_logs_by_the_standard_library() -> None:
    for path in SERVER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "print", path
            if isinstance(node, ast.Attribute) and node.attr == "getLogger":
                raise AssertionError(path)


def test_a_key_that_is_not_allowed_is_dropped_and_counted() -> None:
    before = REGISTRY.get_sample_value("letterlock_log_keys_dropped_total") or 0
    line = only_allowed(
        None, "", {"event": "x", "status": 200, "address": "maya@client.example", "code": "ABCD"}
    )
    assert line == {"event": "x", "status": 200}
    assert REGISTRY.get_sample_value("letterlock_log_keys_dropped_total") == before + 2


def test_no_value_is_longer_than_a_line_can_bear() -> None:
    line = only_allowed(None, "", {"event": "x" * 10_000, "kind": ["a list"], "ms": 5})
    assert len(str(line["event"])) == LONGEST + 1
    assert (line["kind"], line["ms"]) == ("['a list']", 5)


def test_the_web_servers_own_words_come_without_what_a_caller_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[dict[str, object]] = []
    monkeypatch.setattr(logs, "_log", structlog.wrap_logger(_Sink(told), processors=[only_allowed]))
    server = ServerLog.__new__(ServerLog)
    try:
        int("maya@client.example")
    except ValueError:
        server.exception("Error handling request %s", "/m/secret-id")
    server.critical("WORKER TIMEOUT (pid:%s)", 4711)
    server.exception(ValueError("maya@client.example"))
    server.warning("Invalid request from %s", "10.0.0.1")
    assert [line["kind"] for line in told] == [
        "Error handling request %s", "WORKER TIMEOUT (pid:%s) 4711", "ValueError",
    ]  # fmt: skip
    assert told[0]["error_type"] == "ValueError"
    assert str(told[0]["where"]).startswith(f"{__name__}:")
    text = json.dumps(told)
    assert "maya" not in text
    assert "secret-id" not in text


class _Sink:
    def __init__(self, told: list[dict[str, object]]) -> None:
        self._told = told

    def error(self, **line: object) -> None:
        self._told.append(line)
