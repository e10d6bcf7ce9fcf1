"""What tests of notices look at and bring about."""

from typing import Any

from sqlalchemy import text

from tests.drafts import Draft
from tests.house import House, mailbox

ANN = "ann@hart.example"
MAYA = "maya@client.example"
NOBODY = "nobody@client.example"


def begun(house: House, *, to: tuple[str, ...] = (MAYA,), address: str = ANN) -> Draft:
    """A signed letter with a subject of its own, not sent yet."""
    made = house.pane(address).draft(to)
    made.subject = "Subject " + made.id
    made.sign()
    return made


def shown(draft: Draft) -> dict[str, Any]:
    """The notice as its sender sees it."""
    found: dict[str, Any] = draft.desk.api("GET", f"/messages/{draft.id}").json["notice"]
    return found


def notice(draft: Draft) -> tuple[str, str | None]:
    """State and detail."""
    found = shown(draft)
    return found["state"], found["detail"]


def answer(draft: Draft, words: str) -> Any:
    """The sender says what became of it."""
    return draft.desk.api("POST", f"/messages/{draft.id}/notice", {"answer": words})


def run(house: House, sql: str) -> None:
    """Change what only time or a fault changes."""
    with house.parts.database.write() as connection:
        connection.execute(text(sql))


def value(house: House, sql: str) -> Any:
    """One value of the database."""
    with house.parts.database.read() as connection:
        return connection.execute(text(sql)).scalar_one()


def due(house: House) -> None:
    """Everything that waits is due now."""
    run(house, "UPDATE outbox SET run_at = 0")
    run(house, "UPDATE outbox_mailboxes SET open_until = 0, codes_at = 0, notices_at = 0")


def grant_reading(house: House) -> None:
    """The firm has granted Mail.ReadBasic."""
    run(house, """UPDATE firms SET policies = '{"look_up": true}'""")


def sent(house: House, subject: str, address: str = ANN) -> int:
    """How many mails with this subject are in somebody's Sent Items."""
    titles = [m["subject"] for m in mailbox(house.sandbox, address, "sentitems")]
    return titles.count(subject)


def got(house: House, subject: str, address: str = MAYA) -> int:
    """How many mails with this subject somebody got."""
    return [m["subject"] for m in mailbox(house.sandbox, address)].count(subject)
