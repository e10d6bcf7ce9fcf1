"""The server killed within the completion of an enrolment: before each statement, and before it answers.

A child of this process has the application, calls the completion as a browser does, and kills
itself with SIGKILL before its n-th statement of SQL, COMMIT among them. Then the parent opens the
database anew, and the person reads her letters.
"""

import os
import re
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event

from server.crypto.errors import CryptoError
from server.crypto.identity import Identity
from tests.house import House
from tests.keys.conftest import signed_in
from tests.keys.holding import Holder
from tests.self_held import OwnKey

OLD, NEW = "old key", "new key"
END = "the answer"
TEXT = "Dear Maya"


@dataclass(frozen=True)
class Left:
    """What one kill left: before which statement, whose key counts, what did not open."""

    number: int
    before: str
    custody: str
    wrong: str


def kills(house: House, *, first: int = 1, every: int = 1, again: bool = False) -> list[Left]:
    """Kill before the statements `first`, `first + every`, …, and before the answer; a person each.

    `again`: each had a key of her own already, and puts another in its place.
    """
    left: list[Left] = []
    number = first
    while True:
        left.append(kill(house, number, again=again))
        if left[-1].before == END:
            return left
        number += every


def kill(house: House, number: int, *, at: str = "", again: bool = False) -> Left:
    """One person, one kill (before statement `number`, or the one named `at`), and what she reads."""
    address = f"client{number}@client.example"
    holder = signed_in(house, address)
    letters = [house.pane().send((address,), TEXT)]
    earlier = None
    if again:
        earlier, holder = holder, Holder(holder.visitor, holder.person)
        earlier.enrol()
        letters.append(house.pane().send((address,), TEXT))
    begun = (earlier.rotating(holder) if earlier else holder.begin()).json
    answer = holder.answer(begun["challenge"])
    before = _killed(house, holder, (begun["id"], answer), number, at)
    house.parts.database.close()
    custody, wrong = OLD, ""
    holder.visitor.own = OwnKey(holder.seeds.signing, {})  # until a keyslot that counts has opened
    try:
        own = holder.visitor.api("GET", "/keys/own").json
        custody = NEW if own["key"] == holder.key else OLD
        if custody == NEW:
            _take_up(holder, own)
        elif earlier:
            _take_up(earlier, own)
        elif own["slots"]:
            wrong = "keyslots are live that hold nothing"
        for each in (*letters, house.pane().send((address,), TEXT)):
            assert holder.visitor.read(each)["text"] == TEXT
    except (AssertionError, CryptoError, LookupError) as error:
        wrong = f"{type(error).__name__}"
    return Left(number, before, custody, wrong)


def _take_up(holder: Holder, own: dict[str, Any]) -> None:
    """Open every keyslot and every earlier identity; what she reads from now on, she reads with these."""
    slots = holder.visitor.api("GET", "/keys/own/slots").json["slots"]
    assert len(holder.open_slots(slots)) == len(own["slots"]) == len(holder.slots())
    known: dict[str, Identity] = {holder.key: holder.identity, **holder.old()}
    holder.visitor.own = OwnKey(holder.seeds.signing, known)


def _killed(house: House, holder: Holder, call: tuple[str, str], number: int, at: str) -> str:
    """Complete in a child that dies; the statement that it died before."""
    house.parts.database.engine.dispose()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _die(house, holder, call, lambda count, words: count == number or words == at, writing)
    os.close(writing)
    with os.fdopen(reading) as told:
        words = told.read()
    _, status = os.waitpid(child, 0)
    if not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
        raise ChildProcessError(words)
    return words


def _die(
    house: House,
    holder: Holder,
    call: tuple[str, str],
    is_here: Callable[[int, str], bool],
    writing: int,
) -> None:
    """The child: it ends here, and nothing of it is cleaned up."""
    count = 0

    def reach(words: str) -> None:
        nonlocal count
        count += 1
        if is_here(count, words):
            os.write(writing, words.encode())
            os.kill(os.getpid(), signal.SIGKILL)

    engine = house.parts.database.engine
    event.listen(engine, "before_cursor_execute", lambda *told: reach(_named(told[2])))
    event.listen(engine, "commit", lambda _connection: reach("COMMIT"))
    try:
        status = holder.complete(*call).status_code
        os.write(writing, (END if status == 200 else f"{status}").encode())
    finally:
        os.kill(os.getpid(), signal.SIGKILL)


def _named(statement: str) -> str:
    """Such as `UPDATE keys`: what a statement does, and to which table."""
    words = " ".join(statement.split())
    found = re.match(r"(INSERT INTO|DELETE FROM|UPDATE|SELECT.*? FROM) (\w+)", words)
    if found is None:
        return words[:40]
    return f"{found[1].split()[0]} {found[2]}"
