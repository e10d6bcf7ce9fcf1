"""Each way to a token, and each refusal, as our server goes through it: live or from the tape."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol
from unittest import mock

import requests
import responses
from responses.registries import OrderedRegistry

from server.graph.entra import MAIL_READ_BASIC, Entra
from server.messages.ports import ConsentMissing, MailboxAway, SignInAgain
from tests.contract.tape import PORT, START, Tape, dumps, loads
from tests.sandbox.running import API, CLIENT, SECRET, TENANT, Sandbox

TAPES: Final = Path(__file__).parents[1] / "data" / "entra"
CHALLENGE: Final = '{"access_token":{"nbf":{"essential":true,"value":"1767225600"}}}'
NEARLY_OVER_S: Final = 3750  # of 4000: MSAL renews what ends within five minutes


class World(Protocol):
    """What is on the other side: the person, Entra's moods, what the administrator has granted."""

    def sign_in(self, claims: str | None) -> str:
        """The token that the pane gets."""

    def faults(self, **faults: Any) -> None:
        """What is to go wrong."""

    def granted(self, **granted: Any) -> None:
        """What the tenant grants."""


class Caches:
    """Kept token caches and challenges."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def load(self, person_id: str) -> str | None:
        return self.kept.get(person_id)

    def save(self, person_id: str, cache: str) -> None:
        self.kept[person_id] = cache

    def challenge(self, _person_id: str) -> str | None:
        return None


@dataclass
class Stage:
    """Our adapter, and what came of each call."""

    authority: str
    world: World
    tape: Tape
    listening: Callable[[], AbstractContextManager[Any]]
    later_s: int = 0
    caches: Caches = field(default_factory=Caches)
    outcomes: list[dict[str, Any]] = field(default_factory=list)
    secret: str = SECRET
    _entra: Entra | None = None

    @property
    def entra(self) -> Entra:
        """Made at its first use, with the secret of that moment."""
        if self._entra is None:
            self._entra = Entra(
                authority=self.authority, client_id=CLIENT, client_secret=self.secret,
                caches=self.caches,
            )  # fmt: skip
        return self._entra

    def authorise(self, claims: str | None = None, assertion: str = "") -> None:
        """On behalf of Ann, who signs in first, or with another assertion."""
        given = assertion or self.world.sign_in(claims)
        self._ask(lambda entra: entra.authorise(tenant_id=TENANT, person_id="ann", assertion=given))

    def for_person(self, **more: Any) -> None:
        self._ask(lambda entra: entra.for_person(tenant_id=TENANT, person_id="ann", **more))

    def for_system(self, **more: Any) -> None:
        self._ask(lambda entra: entra.for_system(tenant_id=TENANT, **more))

    def _ask(self, call: Callable[[Entra], str | None]) -> None:
        with self.listening():
            outcome = _outcome(lambda: call(self.entra))
        self.outcomes.append({name: self.tape.known(value) for name, value in outcome.items()})


def _outcome(call: Callable[[], str | None]) -> dict[str, Any]:
    try:
        return {"token": call()}
    except SignInAgain as again:
        return {"sign_in_again": again.claims}
    except ConsentMissing:
        return {"consent_missing": True}
    except MailboxAway as away:
        return {"away": away.after_ms}


def on_behalf_of(stage: Stage) -> None:
    stage.authorise()
    stage.for_person()


def silent_refresh(stage: Stage) -> None:
    stage.authorise()
    stage.later_s = NEARLY_OVER_S
    stage.for_person()
    stage.for_person()


def a_token_that_graph_refused(stage: Stage) -> None:
    stage.authorise()
    stage.for_person(refused=SignInAgain(CHALLENGE))


def another_permission(stage: Stage) -> None:
    stage.authorise()
    stage.for_person(permission=MAIL_READ_BASIC)


def client_credentials(stage: Stage) -> None:
    stage.for_system()
    stage.for_system()
    stage.for_system(refused=SignInAgain(None))


def second_factor(stage: Stage) -> None:
    stage.world.faults(obo="mfa")
    stage.authorise()
    stage.authorise(claims=stage.outcomes[0]["sign_in_again"])


def blocked_by_policy(stage: Stage) -> None:
    stage.world.faults(obo="blocked")
    stage.authorise()


def invalid_assertion(stage: Stage) -> None:
    stage.authorise(assertion="no-token-at-all")


def dead_refresh_token(stage: Stage) -> None:
    stage.authorise()
    first = stage.caches.kept["ann"]
    for _ in range(2):  # the first one dies when its successor is used
        stage.for_person(refused=SignInAgain(None))
    stage.caches.kept["ann"] = first
    stage.for_person(refused=SignInAgain(None))


def consent_missing(stage: Stage) -> None:
    stage.world.granted(consented=["access_as_user", "User.Read"])
    stage.authorise()


def permission_without_consent(stage: Stage) -> None:
    stage.authorise()
    stage.world.granted(consented=["access_as_user", "User.Read", "Mail.Send"])
    stage.for_person(permission=MAIL_READ_BASIC)


def wrong_secret(stage: Stage) -> None:
    stage.secret = "not-the-secret"
    stage.for_system()


def busy(stage: Stage) -> None:
    stage.world.faults(entra={"status": 503, "times": 1, "retry_after": 7})
    stage.for_system()


FLOWS: Final = {
    flow.__name__.replace("_", "-"): flow
    for flow in (
        on_behalf_of, silent_refresh, a_token_that_graph_refused, another_permission,
        client_credentials, second_factor, blocked_by_policy, invalid_assertion,
        dead_refresh_token, consent_missing, permission_without_consent, wrong_secret, busy,
    )
}  # fmt: skip


@dataclass
class _Sandboxed:
    """The running sandbox; its faults and grants end with the flow."""

    sandbox: Sandbox
    tape: Tape

    def sign_in(self, claims: str | None) -> str:
        more = {"claims_challenge": claims} if claims else {}
        token: str = self.sandbox.sign_in("ann@hart.example", [API], **more)["access_token"]
        self.tape.name(token, "assertion")
        return token

    def faults(self, **faults: Any) -> None:
        self.sandbox.faults(**faults)

    def granted(self, **granted: Any) -> None:
        answer = requests.post(f"{self.sandbox.url}/sandbox/tenant", json=granted, timeout=5)
        assert answer.ok, answer.text


class _OnTape:
    """Nobody: what they would do is on the tape."""

    def __init__(self) -> None:
        self._signed_in = 0

    def sign_in(self, _claims: str | None) -> str:
        self._signed_in += 1
        return f"assertion-{self._signed_in}"

    def faults(self, **_faults: Any) -> None:
        """On the tape already."""

    def granted(self, **_granted: Any) -> None:
        """On the tape already."""


def live(name: str, sandbox: Sandbox) -> str:
    """Go through a flow with a running sandbox; its tape."""
    tape = Tape(sandbox.port)
    world = _Sandboxed(sandbox, tape)
    stage = Stage(sandbox.url, world, tape, tape.running)
    try:
        with _clock(stage, time.time):
            FLOWS[name](stage)
    finally:
        world.faults(obo=None, entra=None)
        world.granted(consented=None)
        stage.entra.close()
    return dumps(tape.exchanges, [*stage.outcomes])


def replayed(name: str, tapes: Path = TAPES) -> tuple[list[Any], list[Any]]:
    """Go through a flow with Entra on tape: the requests made, and what came of each call."""
    tape = Tape()
    stage = Stage(f"http://localhost:{PORT}", _OnTape(), tape, nullcontext)
    with responses.RequestsMock(registry=OrderedRegistry) as player:
        player._add_from_file(tapes / f"{name}.yaml")
        with _clock(stage, lambda: START):
            FLOWS[name](stage)
        asked = [tape.asked(call.request) for call in player.calls]
    stage.entra.close()
    return asked, stage.outcomes


def on_tape(name: str) -> tuple[list[Any], list[Any]]:
    """The requests and outcomes that were recorded."""
    tape = loads((TAPES / f"{name}.yaml").read_text())
    return [one["request"] for one in tape["responses"]], tape["outcomes"]


@contextmanager
def _clock(stage: Stage, start: Callable[[], float]) -> Iterator[None]:
    """Our own process's clock goes on by `stage.later_s`; the sandbox's stays."""

    def now() -> float:
        return start() + stage.later_s

    with mock.patch("time.time", now):
        yield
