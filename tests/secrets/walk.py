"""Secrets through every route of the URL map, wherever a request has room for one."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from flask import Flask
from werkzeug.routing import BuildError, Rule
from werkzeug.test import TestResponse

from server.base.http import (
    ADDIN,
    BYTES,
    CLIENT,
    CODE_COOKIE,
    JSON,
    PARTIAL,
    PORTAL,
    SESSION_COOKIE,
    SETUP,
    SETUP_COOKIE,
    rule_of,
)
from tests.house import ADDIN_ORIGIN, ORIGIN, House
from tests.secrets.hoard import SETUP_ORIGIN, Hoard, fitted

WAYS: Final = 7  # of `Walker._body`
WELL_FORMED: Final = {0, 6}  # those of them that may be kept
PLAIN: Final = {"HEAD", "OPTIONS"}
COOKIES: Final = (SESSION_COOKIE, CODE_COOKIE, SETUP_COOKIE)
ENDS_WHAT_OTHERS_NEED: Final = {("sign_ins.end", "DELETE"), ("afterwards.recall", "POST")}
# Kept in clear by their purpose, and said so where they are written: looks, templates, signatures.
PUBLIC: Final = {
    "first_run.looks", "stationery.make", "stationery.change",
    "stationery.sign", "stationery.tagline",
}  # fmt: skip
_SMALL: Final = 64 * 1024


@dataclass
class Heard:
    """Every answer that was a refusal, once, and which statuses there were for which routes."""

    refusals: set[bytes] = field(default_factory=set)
    statuses: dict[str, set[int]] = field(default_factory=dict)

    def note(self, endpoint: str, answer: TestResponse) -> None:
        """Keep what an answer says, if it is a refusal."""
        self.statuses.setdefault(endpoint, set()).add(answer.status_code)
        if answer.status_code >= 400:
            head = "\n".join(f"{name}: {value}" for name, value in answer.headers)
            self.refusals.add(f"{answer.status}\n{head}\n".encode() + answer.data)

    @property
    def all_statuses(self) -> set[int]:
        return set().union(*self.statuses.values())


@dataclass
class Walker:
    """Goes through the URL map of an application."""

    house: House
    hoard: Hoard
    heard: Heard = field(default_factory=Heard)
    app: Any = None

    def __post_init__(self) -> None:
        self.app = self.app or self.house.app
        self._client = self.app.test_client(use_cookies=False)
        self._schemas = _schemas(self.app)

    def everywhere(self, turns: int) -> None:
        """All secrets through each route; of those that stand in the path, so many."""
        needles = list(self.hoard.needles.values())
        for number, (rule, method) in enumerate(routes(self.app)):
            for turn in range(min(turns, len(needles)) if method not in PLAIN else 1):
                word = needles[(number * turns + turn) % len(needles)]
                self.ask(rule, method, word, turn, who=turn % 3)
        for word in needles:
            for base, path in (
                (ORIGIN, f"/{word}"), (ADDIN_ORIGIN, f"/api/v1/{word}"), (ORIGIN, f"/m/{word}"),
                (ORIGIN, f"/static/{word}"),
                (ORIGIN, "/static/assets.json"), (f"http://{word}.example", f"/{word}"),
            ):  # fmt: skip
                self._open(path, "GET", base, self._headers(word, 2))
            self._open("/api/v1/messages", word, ADDIN_ORIGIN, self._headers(word, 0))

    def inside(self) -> None:
        """Secrets in the bodies of calls that are let in: real ids, real sign-ins, all turns."""
        ids = {"message_id": self.hoard.draft.id, "object_id": self.hoard.draft.object_id}
        word = self.hoard.secrets["set-up link"][:22]
        for rule, method in routes(self.app):
            if method in {"PUT", "POST", "PATCH"}:
                for turn in range(WAYS):
                    self.ask(rule, method, word, turn, who=0, ids=ids)

    def once(self) -> None:
        """Each route once, signed in."""
        word = self.hoard.secrets["set-up link"][:22]
        for rule, method in routes(self.app):
            if method not in PLAIN:
                self.ask(rule, method, word, 0, who=0)

    def ask(
        self,
        rule: Rule,
        method: str,
        word: str,
        turn: int,
        *,
        who: int,
        ids: dict[str, str] | None = None,
    ) -> None:
        """One call. `who`: 0 signed in, 1 with a secret in place of the sign-in, 2 nobody."""
        if who == 0 and (rule.endpoint, method) in ENDS_WHAT_OTHERS_NEED:
            who = 1
        known = rule_of(self.app.view_functions[rule.endpoint])
        assert known is not None
        base = SETUP_ORIGIN if known.caller == SETUP else ORIGIN
        if known.host == ADDIN or (known.host != PORTAL and turn % 2 and known.caller != CLIENT):
            base = ADDIN_ORIGIN
        values = {name: fitted(word) for name in rule.arguments} | (ids or {})
        path = self._path(rule, {name: values[name] for name in rule.arguments})
        if known.takes in {BYTES, PARTIAL}:
            body = b"" if turn % 2 else self.hoard.everything.encode()
            kind = known.takes if turn % 3 else self.hoard.everything
        else:
            exempt = who == 0 and rule.endpoint in PUBLIC
            way = 1 if exempt and turn % WAYS in WELL_FORMED else turn
            body, kind = self._body(rule.rule, method, way)
        headers = self._headers(word, who)
        answer = self._open(path, method, base, headers, data=body, content_type=kind or None)
        self.heard.note(rule.endpoint, answer)

    def _path(self, rule: Rule, values: dict[str, str]) -> str:
        adapter = self.app.url_map.bind("x")
        try:
            path: str = adapter.build(rule.endpoint, values)
        except BuildError:  # the bare form of a rule
            path = rule.rule
        return path

    def _open(
        self, path: str, method: str, base: str, headers: dict[str, str], **more: Any
    ) -> TestResponse:
        word = headers["Idempotency-Key"]
        query = {"q": self.hoard.everything, word: word, "reader": word, "firm_1": word}
        answer = self._client.open(
            path, method=method, base_url=base, headers=headers, query_string=query, **more
        )
        self.heard.note("anywhere", answer)
        return answer

    def _headers(self, word: str, who: int) -> dict[str, str]:
        everything = self.hoard.everything
        headers = dict.fromkeys(
            ("User-Agent", "Referer", "X-Request-Id", "X-Forwarded-For", "X-Forwarded-Host", "From",
             "Accept", "Accept-Language", "Range", "If-Match", "If-None-Match", "traceparent"),
            everything,
        )  # fmt: skip
        headers |= {
            "Idempotency-Key": fitted(word),
            "Sec-Fetch-Site": word if who == 2 else "same-origin",
            "Origin": everything,
            "Upload-Offset": word if who else "0",
            "Upload-Length": word if who else "10",
            "Upload-Complete": word if who else "?0",
            f"X-{word}": word,
        }
        if who == 0:
            headers["Authorization"] = f"Bearer {self.hoard.pane.token}"
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.hoard.cookies.items())
        elif who == 1:
            headers["Authorization"] = f"Bearer {everything}"
            headers["Cookie"] = "; ".join(f"{name}={word}" for name in (*COOKIES, word))
        else:
            headers["Authorization"] = everything
        return headers

    def _body(self, path: str, method: str, turn: int) -> tuple[bytes, str]:
        """A body, and its type: seven ways to hand over what should not be there."""
        everything, needles = self.hoard.everything, list(self.hoard.needles.values())
        if method in {"GET", "HEAD", "OPTIONS"}:
            return b"", ""
        typed = _filled(self._schemas.get((path, method), {}), needles[turn % len(needles)])
        long = _filled(self._schemas.get((path, method), {}), everything)
        ways = (
            (json.dumps(typed), JSON),
            (json.dumps({word: word for word in needles}), JSON),
            (f'{{"{everything}', JSON),
            (everything, everything),
            (json.dumps({"text": everything.ljust(_SMALL + 1)}), JSON),
            (json.dumps(needles), JSON),
            (json.dumps(long), JSON),
        )
        text, kind = ways[turn % len(ways)]
        return text.encode(), kind


def routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Each rule with each of its methods."""
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods or ()):
            yield rule, method


def _schemas(app: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """The JSON schema of each call's body, with what it refers to, by rule and method."""
    described = app.spec
    parts = described.get("components", {}).get("schemas", {})
    rules = {_plain(rule.rule): rule.rule for rule in app.url_map.iter_rules()}
    found = {}
    for path, calls in described["paths"].items():
        for method, call in calls.items():
            content = call.get("requestBody", {}).get("content", {}).get(JSON)
            if content:
                found[rules[path], method.upper()] = {**content["schema"], "parts": parts}
    return found


def _plain(rule: str) -> str:
    """A rule as OpenAPI writes it."""
    pieces = [
        "{" + piece.strip("<>").split(":")[-1] + "}" if piece.startswith("<") else piece
        for piece in rule.split("/")
    ]
    return "/".join(pieces)


def _filled(schema: dict[str, Any], word: str) -> Any:
    """A value of the schema's shape with the word wherever there is room."""
    parts = schema.get("parts", {})
    if "$ref" in schema:
        return _filled({**parts[schema["$ref"].rpartition("/")[2]], "parts": parts}, word)
    for way in ("anyOf", "allOf", "oneOf"):
        if way in schema:
            return _filled({**schema[way][0], "parts": parts}, word)
    kind = schema.get("type")
    if kind == "object":
        inner = schema.get("properties", {word: {}}).items()
        return {name: _filled({**one, "parts": parts}, word) for name, one in inner}
    if kind == "array":
        return [_filled({**schema.get("items", {}), "parts": parts}, word)]
    plain = {"integer": 1, "number": 1, "boolean": True}.get(str(kind), schema.get("const", word))
    return schema.get("enum", [plain])[0]
