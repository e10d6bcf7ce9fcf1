"""Who may call what, from where; what every answer carries."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from server.base.access import require_rules
from server.base.database import metadata
from server.base.http import ADDIN, ANY_HOST, ANYONE, PORTAL, STAFF_GUEST, rule_of
from server.crypto.statement import parse_statement
from tests.house import ADDIN_ORIGIN, ORIGIN, House

IDS = {
    "key": "z" * 43,
    "message_id": "z" * 22,
    "job_id": "z" * 32,
    "kind": "outlook",
    "object_id": "z" * 22,
    "name": "assets.json",
    "size": "16",
    "template_id": "z" * 22,
    "credential": "z" * 22,
    "enrolment_id": "z" * 22,
    "slot": "z" * 22,
    "pairing_id": "z" * 22,
    "pane_id": "z" * 22,
    "level": "0",
    "where": "000",
}


def routes(house: House) -> list[tuple[str, str, Any]]:
    """(method, path, rule) of every route."""
    found = []
    for route in house.app.url_map.iter_rules():
        path = re.sub(r"<(?:[^:>]+:)?(\w+)>", lambda m: IDS[m.group(1)], route.rule)
        rule = rule_of(house.app.view_functions[route.endpoint])
        found += [(method, path, rule) for method in sorted(route.methods - {"OPTIONS", "HEAD"})]
    return found


def origins(host: str) -> list[str]:
    return {PORTAL: [ORIGIN], ADDIN: [ADDIN_ORIGIN], ANY_HOST: [ORIGIN, ADDIN_ORIGIN]}[host]


def call(house: House, method: str, path: str, origin: str, **headers: str) -> Any:
    sent = {"Idempotency-Key": "k" * 22, "Sec-Fetch-Site": "same-origin"} | headers
    with house.app.test_client().open(
        path, method=method, base_url=origin, headers=sent, json={} if method != "GET" else None
    ) as answer:
        return answer


def dump(house: House) -> list[str]:
    """Every row of every table."""
    with house.parts.database.read() as connection:
        return [
            str(connection.execute(text(f"SELECT * FROM {table.name} ORDER BY 1")).all())
            for table in metadata.sorted_tables
        ]


def test_a_view_that_does_not_say_who_may_call_it_stops_the_start() -> None:
    app = Flask(__name__)
    app.add_url_rule("/open", "open", lambda: "")
    with pytest.raises(RuntimeError, match="does not say"):
        require_rules(app)


def test_every_route_refuses_strangers_unless_it_is_for_anyone(house: House) -> None:
    checked = 0
    for method, path, rule in routes(house):
        for origin in origins(rule.host):
            status = call(house, method, path, origin).status_code
            if rule.caller not in {ANYONE, STAFF_GUEST}:
                assert status == 401, (method, path)
                checked += 1
    assert checked >= 24


def test_every_route_lives_on_its_own_host_only(house: House) -> None:
    for method, path, rule in routes(house):
        if rule.host == ANY_HOST:
            continue
        other = ADDIN_ORIGIN if rule.host == PORTAL else ORIGIN
        assert call(house, method, path, other).status_code == 404, (method, path)


def test_a_staff_token_does_not_open_the_portal_and_a_cookie_not_the_api(house: House) -> None:
    pane = house.pane()
    message = pane.send()
    maya = house.visitor()
    maya.sign_in(message)
    bearer = {"Authorization": f"Bearer {pane.token}"}
    assert (
        call(house, "POST", f"/api/v1/messages/{message}/open", ORIGIN, **bearer).status_code == 401
    )
    cookie = maya.http.get_cookie("__Host-session", domain="localhost")
    assert cookie is not None
    jar = {"Cookie": f"__Host-session={cookie.value}"}
    assert call(house, "GET", f"/api/v1/messages/{message}", ADDIN_ORIGIN, **jar).status_code == 401


def test_an_unknown_host_is_refused_by_every_route(house: House) -> None:
    for method, path, _ in routes(house):
        if path == "/healthz":
            continue
        assert call(house, method, path, "http://evil.example").status_code == 421


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_another_sites_page_cannot_act_for_a_reader(house: House, headers: dict[str, str]) -> None:
    for method, path, rule in routes(house):
        if rule.host in {PORTAL, ANY_HOST} and method != "GET":
            assert call(house, method, path, ORIGIN, **headers).status_code in {401, 403}
            answer = call(house, "POST", "/api/v1/sessions", ORIGIN, **headers)
            assert answer.json["type"] == "urn:letterlock:problem:wrong-origin"


def test_without_fetch_metadata_the_origin_decides(house: House) -> None:
    client = house.app.test_client()
    for origin, expected in ((ORIGIN, 403), ("http://evil.example", 403), (None, 403)):
        headers = {"Idempotency-Key": "k" * 22} | ({"Origin": origin} if origin else {})
        answer = client.post(
            "/api/v1/sessions", base_url=ORIGIN, headers=headers, json={"code": "x"}
        )
        assert answer.status_code == expected
        named = answer.json["type"].rpartition(":")[2]
        assert named == ("code-gone" if origin == ORIGIN else "wrong-origin")


def test_a_form_of_another_site_is_refused(house: House) -> None:
    answer = house.app.test_client().post(
        "/api/v1/sessions",
        base_url=ORIGIN,
        headers={"Idempotency-Key": "k" * 22, "Sec-Fetch-Site": "same-origin"},
        data={"code": "x"},
    )
    assert answer.status_code == 415


def test_an_unsafe_call_needs_an_idempotency_key(house: House) -> None:
    pane = house.pane()
    for bad in ("", "short", "x" * 65, "with spaces in it ...."):
        answer = pane.call(
            "POST", "/messages", {"draft_id": "6f0d2a7e-5b1c-4c5e-9a53-2f1f0c9d1a11"},
            headers={"Idempotency-Key": bad},
        )  # fmt: skip
        assert answer.status_code == 422


def test_the_same_key_gets_the_same_answer_and_another_body_is_refused(house: House) -> None:
    pane, same = house.pane(), {"Idempotency-Key": "s" * 22}
    first = {"draft_id": "6f0d2a7e-5b1c-4c5e-9a53-2f1f0c9d1a11"}
    answers = [pane.call("POST", "/messages", first, headers=same) for _ in range(2)]
    assert answers[0].data == answers[1].data
    other = pane.call(
        "POST", "/messages", {"draft_id": "6f0d2a7e-5b1c-4c5e-9a53-2f1f0c9d1a12"}, headers=same
    )
    assert other.json["type"] == "urn:letterlock:problem:key-reused"


def test_the_key_of_a_failed_call_may_be_used_again(house: House) -> None:
    draft = house.pane().draft()
    draft.sign()
    house.sandbox.faults(entra={"status": 503, "times": 9})
    body = {
        "subject": "", "envelopes": draft.envelopes(),
        "statement_hash": parse_statement(draft.signed).hash,
    }  # fmt: skip
    same = {"Idempotency-Key": "t" * 22}
    path = f"/messages/{draft.id}/send"
    assert draft.pane.call("POST", path, body, headers=same).status_code == 503
    house.sandbox.faults(entra=None)
    assert draft.pane.call("POST", path, body, headers=same).status_code == 202


def test_a_get_changes_nothing(house: House) -> None:
    message = house.pane().send()
    maya = house.visitor()
    maya.sign_in(message)
    before = dump(house)
    pages = (
        "/",
        "/mails",
        "/frame",
        "/brand.css",
        "/healthz",
        "/staff/key",
        "/staff/pair",
        "/staff/waiting",
    )
    for path in (f"/m/{message}", *pages):
        assert maya.call("GET", path).status_code == 200
    assert dump(house) == before


def test_every_answer_carries_the_security_headers(house: House) -> None:
    for method, path, rule in [*routes(house), ("GET", "/no/such/page", None)]:
        for origin in origins(rule.host) if rule else [ORIGIN, ADDIN_ORIGIN]:
            headers = call(house, method, path, origin).headers
            policy = headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'"), path
            assert "unsafe" not in policy
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] == "no-referrer"
            if origin == ORIGIN and path != "/frame":
                assert "frame-ancestors 'none'" in policy
                assert "require-trusted-types-for 'script'" in policy
                assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
            if origin == ADDIN_ORIGIN:
                assert "https://outlook.office.com" in policy
                assert "X-Frame-Options" not in headers
                assert "Set-Cookie" not in headers


def test_only_the_worker_of_passwords_may_compile_webassembly(house: House) -> None:
    client, files = house.app.test_client(), sorted(Path("web/dist").iterdir())
    for origin in (ORIGIN, ADDIN_ORIGIN):
        allowed = {}
        for path in [*(f"/static/{file.name}" for file in files), "/static/argon2-no.js"]:
            answer = client.get(path, base_url=origin)
            allowed[path] = answer.headers["Content-Security-Policy"]
            answer.close()
        found = [path for path, policy in allowed.items() if "wasm-unsafe-eval" in policy]
        assert len(found) == 1
        assert re.fullmatch(r"/static/argon2-\w{8}\.js", found[0])
        assert "default-src 'none'" in allowed[found[0]]
        assert "connect-src" not in allowed[found[0]]


def test_only_hashed_files_are_cached(house: House) -> None:
    name = next(p.name for p in (Path("web/dist")).iterdir() if p.suffix == ".js")
    built = house.app.test_client().get(f"/static/{name}", base_url=ORIGIN)
    assert "immutable" in built.headers["Cache-Control"]
    built.close()
    page = house.app.test_client().get("/", base_url=ORIGIN)
    assert page.headers["Cache-Control"] == "no-store"


def test_the_description_of_the_api_names_every_call(house: House) -> None:
    described = house.app.test_client().get("/api/openapi.json", base_url=ORIGIN).json["paths"]
    known = {
        re.sub(r"<(?:[^:>]+(?:\(.*?\))?:)?(\w+)>", r"{\1}", r.rule)
        for r in house.app.url_map.iter_rules()
    }
    api = {path for path in known if path.startswith("/api/v1/")}
    assert api == set(described)


def test_a_malformed_body_names_the_member_and_never_echoes_it(house: House) -> None:
    answer = house.pane().post("/messages", {"draft_id": "secret-value", "extra": 1})
    assert answer.status_code == 422
    assert answer.json["fields"] == ["draft_id"]
    assert "extra" not in answer.text
    assert "secret-value" not in answer.text


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b'"x"', b"\xff\xfe", b"null"])
def test_broken_json_is_refused_quickly(house: House, body: bytes) -> None:
    pane = house.pane()
    answer = pane.call("POST", "/messages", data=body, content_type="application/json")
    assert answer.status_code in {413, 422}
    assert answer.mimetype == "application/problem+json"
