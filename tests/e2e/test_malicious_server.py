"""What a reader's page says when the server means harm. The table: docs/security/malicious-server.md."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from server.crypto import signing
from tests.drafts import look_up as ask_for
from tests.e2e.lying import (
    Liar,
    Log,
    Said,
    Secrets,
    append_event,
    as_sender,
    audited,
    flipped,
    index_in,
    look_up,
    own_log,
    public,
    restated,
    rotated,
)
from tests.e2e.pair import Pair
from tests.e2e.people import (
    ANN,
    MAYA,
    PATIENCE_MS,
    TOM,
    Profile,
    expect_closed,
    expect_open,
    sign_in,
)
from tests.e2e.wire import post, staff

pytestmark = pytest.mark.timeout(300)
TEXT, OTHER = "The loan is paid back.", "The other letter."
MALFORMED = (
    "Its list of contents is not written as it must be, so we cannot tell what Ann Lee signed."
)
SIGNATURE = "The signature on it is not Ann Lee's. Somebody may have changed it."
UNKNOWN = "It is signed with a key that the firm does not know as Ann Lee's."
ENVELOPE = "Its envelope is damaged and does not open."
NOT_LOGGED = (
    "It is signed with a key that does not stand in the firm's record of keys as Ann Lee's."
)
STORY = (
    "The firm's record of keys tells another story of Ann Lee's key than it told this browser before. "
    "Ring the firm."
)
PAST = (
    "The firm's record of keys is not the one that this browser saw before: it was shortened or "
    "changed. Ring the firm."
)
DAMAGED = "What came of the firm's record of keys is damaged, or not signed by the firm."


@dataclass
class Scene:
    """Maya, signed in, with her letter; and the server between."""

    pair: Pair
    profile: Profile
    page: Page
    letter: str
    liar: Liar
    secrets: Secrets
    honest: Said  # the first answer about the letter: an old one by now
    other: Said  # the one about another letter

    def open(self) -> None:
        """Load the letter's page and press "Open message"."""
        self.page.goto(f"{self.pair.url}/m/{self.letter}")
        self.page.get_by_role("button", name="Open message").click()

    def refused(self, code: str, sentence: str) -> None:
        """It stays closed, and says this."""
        self.open()
        expect(self.page.locator("#refusal-code")).to_have_text(code, timeout=PATIENCE_MS)
        expect(self.page.locator("#refusal-why")).to_have_text(sentence)
        expect_closed(self.page, TEXT)


@pytest.fixture(scope="module")
def scene(pair: Pair, browser: Browser) -> Iterator[Scene]:
    """Ann's last entry is her second, and the log grew between the first visit and the next."""
    letter, other = post(pair, ANN, (MAYA, TOM), TEXT), post(pair, ANN, (MAYA,), OTHER)
    profile = Profile.open(browser, pair)
    liar = Liar.at(profile.context, f"**/messages/{letter}/open")
    elsewhere = Liar.at(profile.context, f"**/messages/{other}/open")
    page = sign_in(profile, MAYA, letter)
    append_event(pair, ANN)
    ask_for(staff(pair, ANN), ["new@client.example"])
    page.goto(f"{pair.url}/m/{other}")
    page.get_by_role("button", name="Open message").click()
    expect_open(page, OTHER)
    yield Scene(
        pair, profile, page, letter, liar, Secrets.of(pair), liar.heard[0], elsewhere.heard[0]
    )
    profile.close()


@pytest.fixture(autouse=True)
def honest_again(scene: Scene) -> Iterator[None]:
    """Each lie ends with its test."""
    yield
    scene.liar.lie = None


def dropped(statement: Said) -> None:
    statement["readers"] = [one for one in statement["readers"] if one["address"] != TOM]


def added(statement: Said) -> None:
    more = statement["readers"][1] | {"address": "zoe@evil.example"}
    statement["readers"].append(more)


def reordered(statement: Said) -> None:
    statement["readers"].reverse()


def of_another_key(said: Said) -> Said:
    """A signature by a key that nobody knows, over the very statement."""
    return as_sender(said, signing.new_seed())


def under_another_name(said: Said) -> Said:
    """The signature of a key that nobody knows, said to be Ann's."""
    forged = signing.sign(signing.new_seed(), "letterlock/statement/v1", said["statement"])
    return said | {"signature": forged.to_json() | {"key": said["signature"]["key"]}}


STATEMENTS: dict[str, tuple[Callable[[Said], Said], str, str]] = {
    "drops a reader": (lambda said: restated(said, dropped), "statement-signature", SIGNATURE),
    "adds a reader": (lambda said: restated(said, added), "statement-signature", SIGNATURE),
    "reorders the readers": (
        lambda said: restated(said, reordered), "statement-malformed", MALFORMED,
    ),
    "strips the signature": (lambda said: said | {"signature": None}, "envelope-malformed", ENVELOPE),
    "replaces the signature": (under_another_name, "statement-signature", SIGNATURE),
    "signs with a key of its own": (of_another_key, "sender-key-unknown", UNKNOWN),
}  # fmt: skip


@pytest.mark.parametrize("attack", STATEMENTS)
def test_a_letter_that_the_server_changed_stays_closed(scene: Scene, attack: str) -> None:
    scene.liar.lie, code, sentence = STATEMENTS[attack]
    scene.refused(code, sentence)


def test_a_server_that_changes_nothing_has_its_letter_opened(scene: Scene) -> None:
    scene.liar.lie = lambda said: json.loads(json.dumps(said))
    scene.open()
    expect_open(scene.page, TEXT)


def test_an_old_letter_in_the_place_of_the_one_asked_for_stays_closed(scene: Scene) -> None:
    scene.liar.lie = lambda said: scene.other | {"sender": said["sender"]}
    scene.refused("wrong-message", "What came is another letter than the one you asked for.")


def test_another_letters_object_in_the_place_of_its_own_is_refused(scene: Scene) -> None:
    [body] = json.loads(scene.other["statement"])["objects"]
    other = json.loads(scene.other["statement"])["message_id"]

    def swap(route: Route) -> None:
        url = f"{scene.pair.url}/api/v1/messages/{other}/objects/{body['id']}"
        route.fulfill(response=route.fetch(url=url))

    where = f"**/messages/{scene.letter}/objects/*"
    scene.page.route(where, swap)
    try:
        scene.refused("object-changed", "A part of it is not the one Ann Lee signed.")
    finally:
        scene.page.unroute(where)


def test_an_object_that_the_server_holds_back_is_named_as_missing(scene: Scene) -> None:
    where = f"**/messages/{scene.letter}/objects/*"
    gone = json.dumps({"type": "urn:letterlock:problem:not-found", "status": 404, "detail": "No."})
    scene.page.route(where, lambda route: route.fulfill(status=404, body=gone))
    try:
        with scene.profile.refusal(404):
            scene.refused("object-missing", "A part that Ann Lee signed is missing.")
    finally:
        scene.page.unroute(where)


def swapped(said: Said, secrets: Secrets) -> Said:
    """Another signing key, signed for by the directory; the log goes on as it is."""
    seed = signing.new_seed()
    sender = look_up(secrets, said["sender"], signing_key=public(seed))
    return as_sender(said, seed) | {"sender": sender}


def unsigned(said: Said, _: Secrets) -> Said:
    """Another signing key, and the directory has not signed for it."""
    seed = signing.new_seed()
    text = json.dumps(json.loads(said["sender"]["text"]) | {"signing_key": public(seed)})
    return as_sender(said, seed) | {"sender": said["sender"] | {"text": text}}


def logged(said: Said, secrets: Secrets, entries: list[str], index: int | None = None) -> Said:
    """The same keys, with a log of these entries under the log's real key."""
    at = index_in(said["sender"]) if index is None else index
    answer = Log(secrets, entries).answer(said["sender"]["log"], at)
    return said | {"sender": said["sender"] | {"log": answer}}


def rolled_back(said: Said, secrets: Secrets) -> Said:
    return logged(said, secrets, list(secrets.entries[:-1]))


def rewritten(said: Said, secrets: Secrets) -> Said:
    """As long as it was, and its last entry another one."""
    return logged(said, secrets, [*secrets.entries[:-1], secrets.entries[0]])


def regrown(said: Said, secrets: Secrets) -> Said:
    """Longer than it was, and not what it was."""
    return logged(said, secrets, [*secrets.entries[:-1], *secrets.entries[:2]])


def older_event(said: Said, secrets: Secrets) -> Said:
    """Today's log, and of Ann's entries the one before the last."""
    person = json.loads(secrets.entries[index_in(said["sender"])])["person"]
    mine = [at for at, text in enumerate(secrets.entries) if json.loads(text)["person"] == person]
    return logged(said, secrets, list(secrets.entries), mine[-2])


def of_somebody_else(said: Said, secrets: Secrets) -> Said:
    person = json.loads(secrets.entries[index_in(said["sender"])])["person"]
    other = next(
        at for at, text in enumerate(secrets.entries) if json.loads(text)["person"] != person
    )
    return logged(said, secrets, list(secrets.entries), other)


def unsigned_note(said: Said, secrets: Secrets) -> Said:
    """A checkpoint under a key that is not the log's."""
    other = Secrets(secrets.directory, signing.new_seed(), secrets.origin, secrets.entries)
    return logged(said, other, list(secrets.entries))


def unproved(said: Said, _: Secrets) -> Said:
    log = said["sender"]["log"]
    text = json.dumps(json.loads(log["text"]) | {"salt": flipped(json.loads(log["text"])["salt"])})
    return said | {"sender": said["sender"] | {"log": log | {"text": text}}}


LOGS: dict[str, tuple[Callable[[Said, Secrets], Said], str, str]] = {
    "swaps the key in a look-up": (swapped, "key-not-logged", NOT_LOGGED),
    "swaps it on the way": (unsigned, "sender-key-unknown", UNKNOWN),
    "rolls the log back": (rolled_back, "log-rolled-back", PAST),
    "rewrites its end": (rewritten, "log-split", PAST),
    "lets it grow from another end": (regrown, "consistency-wrong", PAST),
    "replays an old entry": (older_event, "event-rolled-back", STORY),
    "gives somebody else's entry": (of_somebody_else, "commitment-wrong", NOT_LOGGED),
    "signs a checkpoint with another key": (unsigned_note, "note-signature", DAMAGED),
    "changes the answer on the way": (unproved, "answer-signature", DAMAGED),
}


@pytest.mark.parametrize("attack", LOGS)
def test_a_key_that_the_log_does_not_bear_out_opens_nothing(scene: Scene, attack: str) -> None:
    change, code, sentence = LOGS[attack]
    scene.liar.lie = lambda said: change(said, scene.secrets)
    scene.refused(code, sentence)


def test_a_swapped_key_is_refused_at_the_first_visit_too(scene: Scene) -> None:
    kept = scene.page.evaluate("localStorage.getItem('letterlock.key-log')")
    scene.page.evaluate("localStorage.removeItem('letterlock.key-log')")
    scene.liar.lie = lambda said: swapped(said, scene.secrets)
    scene.refused("key-not-logged", NOT_LOGGED)
    scene.page.evaluate("kept => { localStorage.setItem('letterlock.key-log', kept) }", kept)


def test_an_answer_of_before_is_refused_with_the_checkpoint_that_it_holds(scene: Scene) -> None:
    scene.liar.lie = lambda _: scene.honest
    scene.refused("consistency-wrong", PAST)


def test_the_log_of_the_liar_with_nothing_changed_in_it_has_the_letter_opened(scene: Scene) -> None:
    scene.liar.lie = lambda said: logged(said, scene.secrets, list(scene.secrets.entries))
    scene.open()
    expect_open(scene.page, TEXT)


def test_a_log_made_for_one_reader_alone_is_believed_by_her_and_named_by_audit_verify(
    scene: Scene,
) -> None:
    seed, secrets = signing.new_seed(), scene.secrets

    def alone(said: Said) -> Said:
        entry = rotated(secrets.entries[index_in(said["sender"])], signing_key=public(seed))
        mine = Log(secrets, [*secrets.entries, entry])
        told = look_up(secrets, said["sender"], signing_key=public(seed))
        log = mine.answer(said["sender"]["log"], len(secrets.entries))
        return as_sender(said, seed) | {"sender": told | {"log": log}}

    scene.liar.lie = alone
    scene.open()
    expect_open(scene.page, TEXT)  # not detected: nothing that she saw before speaks against it
    scene.liar.lie = None
    scene.refused("log-rolled-back", PAST)

    fork = json.loads(alone(scene.liar.heard[-1])["sender"]["log"]["text"])["checkpoint"]
    assert [fault.words for fault in audited(scene.pair, fork)] == [
        f"the log had {len(secrets.entries) + 1} entries once, and was shortened"
    ]
    assert audited(scene.pair, own_log(secrets).note) == ()
