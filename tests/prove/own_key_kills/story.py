"""One person who becomes self-held in a browser, stopped at one await, and what she reads afterwards."""

import json
import secrets
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from playwright.sync_api import Browser, BrowserContext, Page

from server.crypto import age
from server.crypto.identity import Identity
from server.crypto.padding import unpad
from server.crypto.statement import parse_statement
from tests.e2e import wire
from tests.e2e.own_key import PASSWORD, Authenticator
from tests.e2e.pair import DATABASE, FirstDay, Pair
from tests.e2e.people import ANN, MAYA, codes
from tests.prove.own_key_kills.hands import Hands, Shut, envelope, identities
from tests.sandbox.running import eventually

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
AWAITS = HERE / "awaits.mjs"
SESSION = "__Host-session"
LIST = HERE / "awaits.txt"
SCRIPTS = ("key", "worker", "argon2")
BEFORE, DURING, AFTER = "before", "during", "after"
OLD, NEW = "old key", "new key"
PASSKEY, BY_PASSWORD = "passkey", "password"
LETTERS = ("The first letter.", "The second letter.", "The letter sent after.")
PATIENCE_S = 60
FRESH_S = 400  # of the ten minutes for which a code is fresh


@dataclass(frozen=True)
class Await:
    """One await of one run: the n-th time at its place. `moment`: before it or after it."""

    place: str
    time: int
    moment: str

    @property
    def name(self) -> str:
        """Such as `kit/own/enrol: step(…)`, and which time if it is not the first."""
        return self.place if self.time == 1 else f"{self.place}, time {self.time}"


@dataclass
class Outcome:
    """What one kill left. `custody` is the server's; `wrong` what did not open."""

    at: Await | None
    custody: str = ""
    way: str = ""
    told: list[Await] = field(default_factory=list)
    done: bool = False
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0


def build(folder: Path, *, fault: bool = False) -> dict[str, str]:
    """The scripts with the hook, by their names in the page."""
    command = ["node", str(AWAITS), str(folder), *(["--fault"] if fault else [])]
    subprocess.run(command, check=True, cwd=ROOT)
    return {name: (folder / f"{name}.js").read_text() for name in SCRIPTS}


@dataclass
class Ground:
    """A pair as it is when Maya has two letters and has just signed in; put back for each run."""

    first_day: FirstDay
    folder: Path
    letters: list[str] = field(default_factory=list)
    session: str = ""
    made: float = 0

    @property
    def pair(self) -> Pair:
        """The running one."""
        return self.first_day.pair

    def begin_anew(self) -> None:
        """As it was; made anew when her sign-in is not fresh for long any more."""
        if time.monotonic() - self.made > FRESH_S:
            self._make()
        else:
            FirstDay(self.pair, self.folder / DATABASE).begin_anew()

    def _make(self) -> None:
        self.first_day.begin_anew()
        self.letters = [wire.post(self.pair, ANN, (MAYA,), text) for text in LETTERS[:2]]
        self.session = sign_in(self.pair, self.letters[0])
        FirstDay.of(self.pair, self.folder)
        self.made = time.monotonic()


class Portal:
    """What a browser of Maya's asks the portal; the cookie is marked for https and sent by hand."""

    def __init__(self, pair: Pair, session: str = "") -> None:
        self._url = pair.url
        self._headers = {"origin": pair.url, "sec-fetch-site": "same-origin"}
        self._cookies = {SESSION: session} if session else {}

    def call(
        self, method: str, path: str, body: Any = None, *, status: int = 200
    ) -> requests.Response:
        """One call, which must be answered so."""
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = self._headers | {"idempotency-key": secrets.token_urlsafe(24), "cookie": cookies}
        url = f"{self._url}/api/v1{path}"
        answer = requests.request(method, url, json=body, headers=headers, timeout=60)
        if answer.status_code != status:
            raise Shut(f"{method} {path.split('/')[1]}: {answer.status_code}")
        self._cookies |= answer.cookies.get_dict()
        return answer


def sign_in(pair: Pair, letter: str) -> str:
    """By a code, as the letter's page does over HTTP. Returns the session."""
    seen, portal = codes(pair, MAYA), Portal(pair)
    portal.call("POST", f"/messages/{letter}/codes", {"address": MAYA}, status=202)
    code = eventually(lambda: next(iter(codes(pair, MAYA) - seen), None), within=30)
    answer = portal.call("POST", "/sessions", {"code": code}, status=201)
    return str(answer.cookies[SESSION])


def run(
    browser: Browser, ground: Ground, scripts: dict[str, str], way: str, at: Await | None
) -> Outcome:
    """One run to this await, or to its end; the page is killed there, and then Maya reads."""
    began = time.monotonic()
    ground.begin_anew()
    password = PASSWORD if way == BY_PASSWORD else None
    with _context(browser, ground, scripts, password, at) as page:
        if password is None:
            Authenticator.add(page)
        page.goto(f"{ground.pair.url}/key", wait_until="commit")
        state = eventually(lambda: _reached(page), within=PATIENCE_S)
    told = [Await(one["place"], one["time"], one["moment"]) for one in state["told"]]
    outcome = Outcome(at, told=told, done=state["done"], way=way)
    if state["trouble"] or (at is None and not state["done"]):
        outcome.wrong.append(f"the page did not come there: {state['trouble']}")
    judge(ground, Hands.of(state, password), outcome)
    outcome.seconds = time.monotonic() - began
    return outcome


def _reached(page: Page) -> Any:
    """What the person has, once the page was stopped, or is done, or says that something is wrong."""
    state = page.evaluate("globalThis.__state ?? null")
    return state if state and (state["ended"] or state["done"] or state["trouble"]) else None


@contextmanager
def _context(
    browser: Browser,
    ground: Ground,
    scripts: dict[str, str],
    password: str | None,
    at: Await | None,
) -> Iterator[Page]:
    """A browser of Maya's whose scripts are the proof's; at the end it is gone, with no last word."""
    context = browser.new_context()
    try:
        context.set_default_timeout(PATIENCE_S * 1000)
        _sign_in_there(context, ground)
        for name, script in scripts.items():
            _serve(context, name, script)
        plan = None if at is None else {"place": at.place, "time": at.time, "moment": at.moment}
        proof = json.dumps({"plan": plan, "password": password})
        context.add_init_script(
            f"globalThis.__proof = {proof};\n{(HERE / 'person.js').read_text()}"
        )
        yield context.new_page()
    finally:
        context.close()


def _sign_in_there(context: BrowserContext, ground: Ground) -> None:
    cookie: Any = {
        "name": SESSION, "value": ground.session, "url": ground.pair.url.replace("http:", "https:"),
        "secure": True, "httpOnly": True, "sameSite": "Lax",
    }  # fmt: skip
    context.add_cookies([cookie])


def _serve(context: BrowserContext, name: str, script: str) -> None:
    def answer(route: Any) -> None:
        """As the server answers, its headers too, with the proof's script."""
        answered = route.fetch()
        route.fulfill(response=answered, body=script)

    context.route(f"**/static/{name}-*.js", answer)


def judge(ground: Ground, hands: Hands, outcome: Outcome) -> None:
    """Sign in by a code in a fresh browser; every letter of hers must open, in every way she has."""
    try:
        portal = Portal(ground.pair, sign_in(ground.pair, ground.letters[0]))
        own = portal.call("GET", "/keys/own").json()
        outcome.custody = NEW if own["custody"] == "self-held" else OLD
        letters = [*ground.letters, wire.post(ground.pair, ANN, (MAYA,), LETTERS[2])]
        ways: dict[str, Any] = {"the server": None}
        if outcome.custody == NEW:
            ways = identities(portal.call("GET", "/keys/own/slots").json(), hands)
            if set(ways) != {outcome.way, "recovery-code"}:
                outcome.wrong.append(f"her ways are {sorted(ways)}")
        for known in ways.values():
            for letter, text in zip(letters, LETTERS, strict=True):
                _read(portal, letter, text, known)
        outcome.wrong += halves(ground.pair, outcome.custody)
        if portal.call("GET", "/keys/own").json()["custody"] != own["custody"]:
            outcome.wrong.append("the key went over after the page was gone")
    except Shut as shut:
        outcome.wrong.append(str(shut))


def _read(portal: Portal, letter: str, text: str, known: Any) -> None:
    opened = envelope(portal.call("POST", f"/messages/{letter}/open", {}).json(), known)
    item = parse_statement(opened["statement"]).objects[0]
    file = portal.call("GET", f"/messages/{letter}/objects/{item.id}").content
    body = json.loads(unpad(age.decrypt(Identity.parse(opened["message_key"]), file), item.size))
    if body["text"] != text:
        raise Shut("a letter says something else")


def halves(pair: Pair, custody: str) -> list[str]:
    """What stands in the database beside the one way that counts."""
    with closing(sqlite3.connect(pair.data / DATABASE)) as database:
        person = database.execute(
            "SELECT owner_id FROM keys WHERE custody = 'self-held' AND retired IS NULL LIMIT 1"
        ).fetchone()
        live = database.execute(
            "SELECT count(*) FROM keyslots WHERE enrolment_id IS NULL"
        ).fetchone()[0]
        if custody == OLD:
            return ["keyslots are live that hold nothing"] if live or person else []
        (wrapping,) = database.execute(
            "SELECT count(*) FROM wrapping_keys WHERE owner_id = ?", person or ("",)
        ).fetchone()
        (secret,) = database.execute(
            "SELECT count(*) FROM keys WHERE owner_id = ? AND secret_sealed IS NOT NULL",
            person or ("",),
        ).fetchone()
    return ["the server still has her old key"] if wrapping or secret else []
