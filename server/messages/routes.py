"""Writing a message, in the pane and at the portal: sign in, look up, make, throw away."""

from typing import Annotated, Any, Literal
from uuid import UUID

from apiflask import APIBlueprint
from flask.typing import ResponseReturnValue
from pydantic import Field, field_validator

from server.base.addresses import parse_address
from server.base.errors import Invalid, NotAllowed, NotFound
from server.base.http import (
    ADDIN,
    ANY_HOST,
    PORTAL,
    READER,
    SIGNED_IN,
    Model,
    callers,
    created,
    current,
    once,
    request_key,
    tools,
)
from server.crypto.encoding import b64u
from server.crypto.log.checkpoint import MAX_SIZE
from server.crypto.signing import Signature
from server.crypto.statement import MAX_READERS
from server.keys import service as keys
from server.messages import service as messages
from server.messages.notices import service as notices
from server.messages.notices.routes import shown
from server.messages.waiting import service as waiting
from server.people import service as people
from server.people.service import Person

MessageId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22}$")]

bp = APIBlueprint("messages", __name__, url_prefix="/api/v1")


class WriteInOutlook(NotAllowed):
    """Somebody of the firm who signed in with a code by mail: it opens letters and no more."""

    code = "write-in-outlook"
    title = "Write from Outlook"
    detail = "Colleagues of the firm write and answer from Outlook. Nothing was sent."


class SignatureIn(Model):
    """A signature by the sender's key."""

    alg: Literal["Ed25519"]
    key: Annotated[str, Field(max_length=43)]
    value: Annotated[str, Field(max_length=100)]

    def value_of(self) -> Signature:
        """The same, as the cryptography takes it."""
        return Signature(**self.model_dump())


class ReaderIn(Model):
    """A reader to look up."""

    address: Annotated[str, Field(min_length=3, max_length=320)]


LogSize = Annotated[int, Field(ge=0, le=MAX_SIZE)]


class SignInIn(Model):
    """`since` is the size of the key log's checkpoint that the caller has kept; 0 for none."""

    since: LogSize = 0


class LookupsIn(Model):
    """Readers to look up, 1 to 200; `about` names the letter that a client answers, or that waits."""

    readers: Annotated[list[ReaderIn], Field(min_length=1, max_length=MAX_READERS)]
    about: MessageId | None = None
    since: LogSize = 0


class MessageIn(Model):
    """A new message, for a draft of the writer; `reply_to` names the message that is answered."""

    draft_id: str
    reply_to: MessageId | None = None

    @field_validator("draft_id")
    @classmethod
    def must_be_uuid(cls, value: str) -> str:
        """A UUID in its usual form."""
        return str(UUID(value))


def may_write() -> bool:
    """Whether this sign-in may write: staff by Entra, clients by code.

    A colleague is one by her address too, before she has ever opened the pane.
    """
    person = current("person")
    is_staff = person.kind == "staff" or current("firm").has_address(person.address)
    return not (is_staff and current("host") == PORTAL)


def gives_at_portal() -> bool:
    """Whether this is staff's own session at the portal: there they give letters that wait, and no more."""
    return current("host") == PORTAL and current("viewer") is None


def writer() -> Person:
    """Who is signed in, if this sign-in may write.

    Raises:
        WriteInOutlook: Staff by code.
    """
    if not may_write():
        raise WriteInOutlook
    person: Person = current("person")
    return person


@bp.put("/me")
@bp.input(SignInIn)
@callers(SIGNED_IN, host=ANY_HOST)
def sign_in(json_data: SignInIn) -> ResponseReturnValue:
    """Begin to write: makes the person, for staff, and her keys at the first call."""
    request_key()
    firm = current("firm")
    with tools().database.write() as connection:
        person = _staff(connection) if current("host") == ADDIN else writer()
        directory_key = keys.ensure_directory_key(connection, tools().vault, firm.id)
        keys.ensure(connection, tools().vault, person, signs=True)
        lookup = keys.look_up(connection, tools().vault, person, since=json_data.since)
        log_key = keys.log_key(connection, firm.id)
    waiting = None
    if current("host") == ADDIN:
        waiting = notices.sign_in(
            tools().database,
            current("rights"),
            firm=firm,
            person=person,
            assertion=current("assertion"),
        )
    return {
        "person": {
            "id": person.id,
            "address": person.address,
            "name": person.name,
            "admin": current("host") == ADDIN and firm.is_administrator(person.address),
            "mailbox_held": current("host") == ADDIN and person.address in firm.held,
        },
        "firm": {"id": firm.id, "name": firm.name, "portal": firm.origin},
        "directory_key": b64u(directory_key),
        "log_key": log_key,
        "lookup": lookup.to_json(),
        "held": {"count": waiting.count, "claims": waiting.claims} if waiting else None,
    }


@bp.post("/lookups")
@bp.input(LookupsIn)
@callers(READER, host=ANY_HOST)
def look_up(json_data: LookupsIn) -> ResponseReturnValue:
    """Readers' public keys, signed by the firm's directory key; new addresses get a managed key."""
    request_key()
    person = current("person") if gives_at_portal() else writer()
    wanted = [parse_address(reader.address) for reader in json_data.readers]
    vault, since = tools().vault, json_data.since
    with tools().database.write() as connection:
        # All are found before the log is held, and all are in it before the first is looked up.
        readers = [_reader(connection, person, address, json_data.about) for address in wanted]
        for reader in readers:
            keys.ensure(connection, vault, reader, signs=False)
        found = keys.look_ups(connection, vault, readers, since=since)
    answers = zip(found, readers, strict=True)
    return {"lookups": [{**each.to_json(), "name": reader.name} for each, reader in answers]}


@bp.post("/messages")
@bp.input(MessageIn)
@callers(SIGNED_IN, host=ANY_HOST)
@once
def create(json_data: MessageIn) -> ResponseReturnValue:
    """Make a message for a draft; the same draft yields the same message."""
    with tools().database.write() as connection:
        entry = messages.create(
            connection,
            firm=current("firm"),
            sender=writer(),
            draft_id=json_data.draft_id,
            reply_to=json_data.reply_to,
        )
    return created({"id": entry["id"], "thread_id": entry["thread_id"]})


@bp.get("/messages/<token:message_id>")
@callers(SIGNED_IN, host=ANY_HOST)
def show(message_id: str) -> ResponseReturnValue:
    """How far a sender's own message is."""
    with tools().database.read() as connection:
        entry = messages.own_message(connection, current("firm"), writer(), message_id)
        standing = notices.standing(connection, entry["firm_id"], message_id, tools().vault)
    return {"state": entry["state"], "notice": shown(standing)}


@bp.delete("/messages/<token:message_id>")
@callers(SIGNED_IN, host=ANY_HOST)
def discard(message_id: str) -> ResponseReturnValue:
    """Throw a draft away with all that was uploaded for it."""
    request_key()
    messages.discard(
        tools().database,
        current("blobs"),
        firm=current("firm"),
        sender=writer(),
        message_id=message_id,
    )
    return "", 204


def _staff(connection: Any) -> Person:
    firm, claims = current("firm"), current("claims")
    return people.sign_in_staff(
        connection,
        tools().vault,
        firm_id=firm.id,
        domains=firm.domains,
        object_id=claims.object_id,
        address=claims.address,
        name=claims.name,
    )


def _reader(connection: Any, person: Person, address: str, about: str | None) -> Person:
    """The person behind an address.

    A client gets only those whom she may answer; staff at the portal only those for whom a letter
    of their own waits.
    """
    firm, vault = current("firm"), tools().vault
    if person.kind == "staff" and not gives_at_portal():
        return people.find_or_make(connection, vault, firm_id=firm.id, address=address, name="")
    if about is None:
        raise Invalid("Say which letter it is about. Nothing was looked up.")
    reader = people.find(connection, vault, firm_id=firm.id, address=address)
    if gives_at_portal():
        allowed = waiting.awaited(connection, firm=firm, sender=person, message_id=about)
    else:
        allowed = messages.answerable(connection, firm, person, about)
    if reader is None or reader.id not in allowed:
        raise NotFound
    return reader
