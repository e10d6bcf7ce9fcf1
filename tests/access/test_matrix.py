"""Every route by everybody, with every method and with ids of others: docs/security/access.md holds.

A route without a row fails, and so does a row without a route.
"""

import dataclasses
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from werkzeug.test import TestResponse

from server import migrations
from server.base.errors import NotFound
from server.base.http import ANY_HOST, ANYONE, Rule, rule_of
from server.firms.first_run import service as first_run
from server.firms.service import Firm
from server.messages import service as messages
from server.messages import store
from server.messages.recalling import service as recalling
from server.people import service as people
from server.people.sign_ins import service as sign_ins
from tests.access.calls import CALLS, unknown
from tests.access.table import table
from tests.access.world import ORIGIN, TOM, Ids, Person, World, built

pytestmark = pytest.mark.timeout(300)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE")
OK = range(200, 300)
# Whose letters and drafts are not foreign to whom.
LETTERS = {
    "sender": {"ben"}, "colleague": {"ben"}, "admin": {"ann"}, "other firm's staff": {"eve"},
    "reader": {"ben"}, "other reader": {"ann"}, "colleague by code": {"ben"}, "staff": {"ben"},
}  # fmt: skip
DRAFTS = {"sender": {"ben"}, "admin": {"ann"}, "other firm's staff": {"eve"}, "reader": {"maya"}}
# A method that no route names is refused before anybody asks who it is: one of each kind tries.
EACH_KIND = {
    "anyone", "reader", "token at the portal", "set-up", "sender", "anyone at the pane",
    "cookie at the pane",
}  # fmt: skip
FOR_ANYONE = re.compile(r"/m/|/codes$|/visits$")
HELPDESK = re.compile(r"/helpdesk")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("access")
    path = folder / "letterlock.db"
    migrations.upgrade(f"sqlite:///{path}")
    with built(f"sqlite:///{path}", folder, path) as made:
        yield made


def routes(world: World) -> dict[str, set[str]]:
    """Path, as the table writes it, to its methods."""
    found: dict[str, set[str]] = {}
    for rule in world.app.url_map.iter_rules():
        path = re.sub(r"<(?:[^:>]+:)?(\w+)>", r"<\1>", rule.rule)
        found.setdefault(path, set()).update(rule.methods - {"OPTIONS"})
    return found


def named(world: World) -> set[str]:
    """Every route as a row names it; HEAD of a GET is the GET's."""
    return {
        f"{method} {path}"
        for path, methods in routes(world).items()
        for method in methods
        if method != "HEAD" or "GET" not in methods
    }


def make(world: World, person: Person, route: str, ids: Ids, method: str = "") -> TestResponse:
    """The right call of a route, made by a person; what it changed is undone."""
    path, more = CALLS[route](world, person, ids)
    method = method or route.partition(" ")[0]
    answer = world.call(person, method, path, **more)
    if answer.status_code in OK and method not in {"GET", "HEAD", "OPTIONS"}:
        world.restore()
    return answer


def differences(world: World, only: Iterable[str] = ()) -> list[str]:
    """Where somebody gets something else than the table says."""
    expected, found = table(), []
    for route in only or CALLS:
        for who, person in world.people.items():
            got = make(world, person, route, world.ids(person)).status_code
            if got != expected[route][who]:
                found.append(f"{route} by {who}: {got}, not {expected[route][who]}")
    return found


def frozen(answer: TestResponse) -> tuple[Any, ...]:
    """Status, headers and bytes: all that tells one answer from another."""
    headers = sorted((name, value) for name, value in answer.headers if name != "Date")
    return answer.status_code, headers, answer.data


@dataclass
class Reach:
    """A person who reaches for what is not hers."""

    world: World
    person: Person

    def ids(self, route: str, *, all_of: bool) -> Iterator[Ids]:
        """Her own call with one id exchanged for a foreign one, each in turn."""
        own = self.world.ids(self.person)
        if not all_of:
            yield own
            return
        hers, drafts = self._hers(route), DRAFTS.get(self.person.column, set())
        letters = {name: letter.id for name, letter in self.world.letters.items()}
        begun = {name: draft.id for name, draft in self.world.drafts.items()}
        foreign = [one for name, one in letters.items() if name not in hers]
        yield from (dataclasses.replace(own, letter=one) for one in foreign)
        wanted = [one for name, one in begun.items() if name not in drafts] + foreign
        yield from (dataclasses.replace(own, draft=one) for one in wanted)
        yield dataclasses.replace(own, object=self.world.letters["ann"].object_id)
        port = self.person.origin.rpartition(":")[2]  # a firm's two hosts share it here
        others = [job for origin, job in self.world.jobs.items() if not origin.endswith(port)]
        yield from (dataclasses.replace(own, job=one) for one in others)
        yield dataclasses.replace(own, address=TOM)
        others = [
            each for name, each in self.world.enrolments.items() if name != self.person.column
        ]
        yield from (dataclasses.replace(own, enrolment=one["id"]) for one in others)
        kept = [one for name, one in self.world.templates.items() if name not in drafts]
        yield from (dataclasses.replace(own, template=one) for one in kept)

    def _hers(self, route: str) -> set[str]:
        if FOR_ANYONE.search(route) and not HELPDESK.search(route):
            return {"ben", "ann"} if self.person.origin == ORIGIN else {"eve"}
        if HELPDESK.search(route) and self.person.column == "admin":
            return {"ben", "ann"}
        return LETTERS.get(self.person.column, set())


def exchanged(own: Ids, foreign: Ids) -> Ids:
    """The same exchange, for an id of nobody."""
    nobody = unknown()
    changed = {
        one.name: getattr(nobody, one.name)
        for one in dataclasses.fields(Ids)
        if getattr(own, one.name) != getattr(foreign, one.name)
    }
    return dataclasses.replace(own, **changed) if changed else nobody


def told_apart(world: World, only: Iterable[str] = (), people: Iterable[str] = ()) -> list[str]:
    """Where a foreign id gets another answer than one of nobody."""
    expected, found = table(), []
    for route in only or CALLS:
        for who in people or world.people:
            person = world.people[who]
            own, reach = world.ids(person), Reach(world, person)
            if not _names_ids(world, person, route):
                continue
            inside = expected[route][who] != 401
            for foreign in reach.ids(route, all_of=inside):
                if _same_call(world, person, route, own, foreign) and inside:
                    continue
                answers = [
                    frozen(make(world, person, route, ids))
                    for ids in (foreign, exchanged(own, foreign))
                ]
                if answers[0] != answers[1]:
                    found.append(f"{route} by {who}: {answers[0][0]} and {answers[1][0]}")
    return found


def _names_ids(world: World, person: Person, route: str) -> bool:
    return not _same_call(world, person, route, world.ids(person), unknown())


def _same_call(world: World, person: Person, route: str, one: Ids, other: Ids) -> bool:
    """Whether a route does not name what differs between these ids."""
    first, second = (CALLS[route](world, person, ids) for ids in (one, other))
    unlike = {"draft_id"}  # new in each call

    def plain(call: Any) -> Any:
        path, more = call
        body = more.get("json", {})
        return path, {name: value for name, value in body.items() if name not in unlike}

    return bool(plain(first) == plain(second))


def test_every_route_has_a_row_and_every_row_a_route(world: World) -> None:
    assert set(table()) == named(world)
    assert set(CALLS) == named(world)
    assert all(set(row) == set(world.people) for row in table().values())


def test_everybody_gets_what_the_table_says(world: World) -> None:
    assert differences(world) == []


def test_a_head_is_a_get_without_a_body(world: World) -> None:
    for route in (one for one in CALLS if one.startswith("GET ")):
        for who, person in world.people.items():
            answer = make(world, person, route, world.ids(person), "HEAD")
            assert answer.status_code == table()[route][who], (route, who)
            assert answer.data == b"", (route, who)


def test_no_route_takes_a_method_that_it_does_not_name(world: World) -> None:
    rows = table()
    for path, methods in routes(world).items():
        row = next(route for route in CALLS if route.endswith(f" {path}"))
        sender = world.people["sender"]
        address, _ = CALLS[row](world, sender, world.ids(sender))
        others = [one for one in METHODS if one not in methods]
        for who, person in world.people.items():
            cells = {rows[one][who] for one in CALLS if one.endswith(f" {path}")}
            got = world.call(person, "OPTIONS", address).status_code
            assert got in cells | {200}, (path, who)
            assert got != 200 or cells != {401}, (path, who)
            for method in others if who in EACH_KIND else ():
                got = world.call(person, method, address).status_code
                assert got == 405, (method, path, who)


def test_foreign_and_unknown_ids_get_the_same_bytes(world: World) -> None:
    assert told_apart(world) == []


def test_a_sample_holds_on_postgresql(postgresql_url: str, tmp_path: Any) -> None:
    sample = [
        route for route in CALLS if re.search(r"<message_id>(/thread|/helpdesk|/draft)?$", route)
    ]
    people = [
        "admin",
        "other reader",
        "colleague by code",
        "suspended reader",
        "other firm's staff",
    ]
    rows = table()
    with built(postgresql_url, tmp_path) as world:
        for route in sample:
            for who in people:
                got = make(world, world.people[who], route, world.ids(world.people[who]))
                assert got.status_code == rows[route][who], (route, who)
        safe = [route for route in sample if route.startswith("GET ")]
        assert told_apart(world, safe, people) == []


def _allow(world: World, endpoint: str, change: dict[str, str], patch: pytest.MonkeyPatch) -> None:
    view = world.app.view_functions[endpoint]
    rule = rule_of(view)
    assert isinstance(rule, Rule)
    patch.setattr(view, "rule", dataclasses.replace(rule, **change))


def _anybodys(connection: Any, firm: Any, _who: Any, message_id: str, **_: Any) -> Any:
    return store.entry(connection, firm.id, message_id)


def _readable(connection: Any, firm: Any, _who: Any, message_id: str, **_: Any) -> Any:
    return _anybodys(connection, firm, None, message_id), None


def _candid(connection: Any, firm: Any, who: Any, message_id: str, **_: Any) -> Any:
    entry = store.entry(connection, firm.id, message_id)
    if entry is not None and entry["sender_id"] != who.id:
        raise NotFound("This is somebody else's letter.")
    if entry is None:
        raise NotFound
    return entry


def _without(guard: str, world: World, patch: pytest.MonkeyPatch) -> None:
    """Take one guard away."""
    match guard:
        case "sign-in":
            _allow(world, "drafting.drafts", {"caller": ANYONE}, patch)
        case "host":
            _allow(world, "firms.pane_compose", {"host": ANY_HOST}, patch)
        case "own letter":
            patch.setattr(messages, "own_message", _anybodys)
        case "reader":
            patch.setattr(recalling, "readable", _readable)
        case "administrator":
            patch.setattr(Firm, "is_administrator", lambda _firm, _address: True)
        case "set-up link":
            patch.setattr(first_run, "require_browser", lambda *_, **__: None)
        case "suspended":
            patch.setattr(people.Person, "may_enter", True)
        case "idle":
            patch.setattr(sign_ins, "IDLE_MS", 10**12)


@pytest.mark.parametrize(
    ("guard", "route"),
    [
        ("sign-in", "GET /api/v1/drafts"),
        ("host", "GET /pane/compose"),
        ("own letter", "GET /api/v1/messages/<message_id>"),
        ("reader", "GET /api/v1/messages/<message_id>/thread"),
        ("administrator", "GET /api/v1/messages/<message_id>/helpdesk"),
        ("administrator", "GET /api/v1/outbox/dead"),
        ("set-up link", "GET /api/v1/set-up"),
        ("suspended", "GET /api/v1/drafts"),
        ("idle", "GET /api/v1/drafts"),
    ],
)
def test_without_one_guard_the_matrix_is_red(
    world: World, guard: str, route: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert differences(world, [route]) == []
    _without(guard, world, monkeypatch)
    assert differences(world, [route]) != []


def test_an_answer_that_tells_foreign_from_unknown_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    route = "GET /api/v1/messages/<message_id>"
    assert told_apart(world, [route], ["sender"]) == []
    monkeypatch.setattr(messages, "own_message", _candid)
    assert told_apart(world, [route], ["sender"]) != []
