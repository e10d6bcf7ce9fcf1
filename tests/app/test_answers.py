"""What holds of every answer of the application, whoever asks and however it is served."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Response, request

from server import app as roof
from server import problems
from server.app import create_app
from server.base.headers import Headers
from server.base.http import ADDIN, PORTAL, rule_of
from tests.app.test_access import IDS, call, origins, routes
from tests.house import ORIGIN, House


def test_every_answer_says_what_it_is_and_in_which_characters(house: House) -> None:
    kinds = set()
    for method, path, rule in routes(house):
        for origin in origins(rule.host):
            answer = call(house, method, path, origin)
            if not answer.content_length:
                continue
            kind = answer.headers["Content-Type"]
            kinds.add(answer.mimetype)
            if answer.mimetype.startswith("text/"):
                assert kind.endswith("; charset=utf-8"), path
            if answer.mimetype.endswith("json") and not path.startswith("/static/"):
                assert answer.get_json() is not None, path
    assert {"text/html", "application/json", "application/problem+json"} <= kinds


@pytest.mark.parametrize("host", [PORTAL, ADDIN])
def test_over_https_every_answer_asks_for_https_for_two_years(house: House, host: str) -> None:
    settings = replace(house.parts.settings, origin="https://portal.hart.example")
    answer = Response()
    Headers(settings).secure(answer, host=host, frame=False)
    strict = answer.headers["Strict-Transport-Security"]
    assert strict == "max-age=63072000; includeSubDomains"


def test_no_answer_lets_a_page_of_another_site_read_it(house: House) -> None:
    for method, path, rule in routes(house):
        for origin in origins(rule.host):
            headers = call(house, method, path, origin, Origin="https://evil.example").headers
            assert not [name for name, _ in headers if name.startswith("Access-Control-")]
            assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_the_letters_page_alone_may_ask_for_the_camera(house: House) -> None:
    asking = set()
    for method, path, rule in routes(house):
        for origin in origins(rule.host):
            policy = call(house, method, path, origin).headers["Permissions-Policy"]
            assert "microphone=()" in policy
            if "camera=()" not in policy:
                assert "camera=(self)" in policy
                asking.add((method, path.rsplit("/", 1)[0], origin))
    assert asking == {("GET", "/m", ORIGIN)}


def test_browsers_keep_nothing_but_what_is_public(house: House) -> None:
    public = {
        "/static/<name>", "/brand.css", "/icons/icon-<size>.png", "/guard/launchevent.js",
        "/log/tile/<level>/<where>",
    }  # fmt: skip
    pane = house.pane()
    maya, letter = house.visitor(), pane.send()
    maya.sign_in(letter)
    ids, kept, asked = IDS | {"message_id": letter}, set(), 0
    for route in house.app.url_map.iter_rules():
        rule = rule_of(house.app.view_functions[route.endpoint])
        if rule is None or "GET" not in route.methods:
            continue
        path = re.sub(
            r"<(?:[^:>]+(?:\(.*?\))?:)?(\w+)>", lambda m: ids.get(m.group(1), "0"), route.rule
        )
        for origin in origins(rule.host):
            http, sent = (
                (maya.http, {})
                if origin == ORIGIN
                else (pane.http, {"Authorization": f"Bearer {pane.token}"})
            )
            with http.open(path, base_url=origin, headers=sent) as answer:
                asked += 1
                if answer.headers["Cache-Control"] != "no-store":
                    kept.add(re.sub(r"<(?:[^:>]+(?:\(.*?\))?:)?(\w+)>", r"<\1>", route.rule))
    assert asked > 40
    assert kept <= public


def test_nothing_is_served_that_is_no_route_or_built_file(house: House) -> None:
    client = house.app.test_client()
    assert (Path("web/dist") / "assets.json").exists()
    for path in (
        "/static/", "/static/.", "/static/..", "/static/%2e%2e/app.py", "/static/../server/app.py",
        "/static/..%2f..%2fpyproject.toml", "/static//etc/passwd", "/.git/config", "/.git/HEAD",
        "/.svn/entries", "/.env", "/letterlock.db", "/master.key", "/server/app.py", "/metrics",
    ):  # fmt: skip
        with client.get(path, base_url=ORIGIN) as answer:
            assert answer.status_code == 404, path


def test_a_bug_says_nothing_even_where_somebody_asked_for_debugging(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    app: Any = create_app(house.parts)

    def fails(**_: object) -> None:
        raise ValueError("maya@client.example")

    said: list[dict[str, object]] = []
    monkeypatch.setattr(problems, "_log", _Ear(said))
    fails.rule = app.view_functions["firms.front"].rule  # type: ignore[attr-defined]
    app.view_functions["firms.front"] = fails
    for path in ("/", "/console", "/?__debugger__=yes"):
        answer = app.test_client().get(path, base_url=ORIGIN)
        assert answer.status_code == (404 if path == "/console" else 500)
        for word in ("maya@", "Traceback", "ValueError", "test_answers", "werkzeug", "Flask"):
            assert word not in answer.text
    assert {line["error_type"] for line in said} == {"ValueError"}
    assert {str(line["where"]).partition(":")[0] for line in said} == {__name__}
    assert "maya@" not in str(said)


@pytest.mark.parametrize(
    ("proxies", "address", "host"),
    [(0, "127.0.0.1", "localhost:8399"), (1, "10.0.0.2", "two.example"), (2, "10.0.0.1", "one.example")],
)  # fmt: skip
def test_what_proxies_say_is_believed_of_as_many_as_were_named_and_of_no_caller(
    house: House, proxies: int, address: str, host: str
) -> None:
    settings = replace(house.parts.settings, proxies=proxies)
    app: Any = create_app(replace(house.parts, settings=settings))
    seen = []
    app.before_request_funcs[None].insert(
        0, lambda: seen.append((request.remote_addr, request.host))
    )
    headers = {
        "X-Forwarded-For": "6.6.6.6, 10.0.0.1, 10.0.0.2", "X-Real-IP": "6.6.6.6",
        "X-Forwarded-Host": "evil.example, one.example, two.example", "Forwarded": "for=6.6.6.6",
    }  # fmt: skip
    app.test_client().get("/", base_url=ORIGIN, headers=headers)
    assert seen == [(address, host)]


def test_a_refused_call_leaves_a_line_with_its_route_and_answer(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[dict[str, object]] = []
    monkeypatch.setattr(roof, "_log", _Ear(said))
    letter = "z" * 22
    call(house, "POST", f"/api/v1/messages/{letter}/open", ORIGIN)
    call(house, "POST", "/api/v1/sessions", ORIGIN, **{"Sec-Fetch-Site": "cross-site"})
    call(house, "GET", "/no/such/page", ORIGIN)
    told = [(line["method"], line["route"], line["status"]) for line in said]
    assert told == [
        ("POST", "/api/v1/messages/<token:message_id>/open", 401),
        ("POST", "/api/v1/sessions", 403),
        ("GET", "None", 404),
    ]
    assert letter not in str(said)


class _Ear:
    def __init__(self, said: list[dict[str, object]]) -> None:
        self._said = said

    def info(self, _event: str, **line: object) -> None:
        self._said.append(line)

    error = info
