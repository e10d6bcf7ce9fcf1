"""What a sender does in the pane with a letter that was sent."""

from typing import Annotated, Final

from apiflask import APIBlueprint
from flask.typing import ResponseReturnValue
from pydantic import Field

from server.base.addresses import parse_address
from server.base.http import ADDIN, ANY_HOST, GIVER, STAFF, Model, callers, current, once, tools
from server.crypto.grants import SignedGrant
from server.messages.granting import service as granting
from server.messages.recalling import service as recalling
from server.messages.routes import SignatureIn
from server.messages.service import ADDRESSED
from server.messages.telling import service as telling

BODY: Final = 256 * 1024

bp = APIBlueprint("afterwards", __name__, url_prefix="/api/v1")


class RecallIn(Model):
    """Whether the readers whose notice has left are told by mail."""

    tell: bool = False


class ReaderIn(Model):
    """A reader of the letter."""

    address: Annotated[str, Field(min_length=3, max_length=320)]


class GrantIn(Model):
    """The canonical text of a grant; signed, by who holds her own key."""

    grant: Annotated[str, Field(max_length=4000)]
    signature: SignatureIn | None = None


class AddedIn(Model):
    """One more reader: the signed grant, both envelopes in base64, what the sender calls her.

    `before`: base64url SHA-256 of the own envelope that this one replaces, from who holds her key.
    """

    grant: Annotated[str, Field(max_length=4000)]
    signature: SignatureIn
    envelope: Annotated[str, Field(max_length=90_000)]
    own_envelope: Annotated[str, Field(max_length=90_000)]
    name: Annotated[str, Field(max_length=320)] = ""
    before: Annotated[str | None, Field(max_length=43)] = None


@bp.post("/messages/<token:message_id>/recall")
@bp.input(RecallIn)
@callers(STAFF, host=ADDIN)
@once
def recall(message_id: str, json_data: RecallIn) -> ResponseReturnValue:
    """Recall a letter of one's own; the administrator, of any colleague."""
    done = recalling.recall(
        tools().database,
        tools().vault,
        current("rights"),
        firm=current("firm"),
        caller=current("person"),
        assertion=current("assertion"),
        message_id=message_id,
        tell=json_data.tell,
    )
    return {"recalled": done.to_json()}


@bp.post("/messages/<token:message_id>/notices")
@bp.input(ReaderIn)
@callers(STAFF, host=ADDIN)
@once
def tell_again(message_id: str, json_data: ReaderIn) -> ResponseReturnValue:
    """Send the notice of one's own letter again, to one of its readers; 202 when it is queued."""
    telling.again(
        tools().database,
        tools().vault,
        current("rights"),
        firm=current("firm"),
        sender=current("person"),
        assertion=current("assertion"),
        message_id=message_id,
        address=parse_address(json_data.address),
    )
    return {"queued": True}, 202


@bp.post("/messages/<token:message_id>/readers/signature")
@bp.input(GrantIn)
@callers(GIVER, host=ANY_HOST)
@once
def sign_grant(message_id: str, json_data: GrantIn) -> ResponseReturnValue:
    """Sign a grant for one more reader of one's own letter; it takes effect with the next call."""
    with tools().database.write() as connection:
        signature = granting.sign(
            connection,
            tools().vault,
            firm=current("firm"),
            sender=current("person"),
            message_id=message_id,
            text=json_data.grant,
            given=json_data.signature.value_of() if json_data.signature else None,
            roles=_roles(),
        )
    return dict(signature.to_json())


@bp.post("/messages/<token:message_id>/readers")
@bp.input(AddedIn)
@callers(GIVER, host=ANY_HOST, body=BODY)
@once
def add_reader(message_id: str, json_data: AddedIn) -> ResponseReturnValue:
    """Let one more person read one's own letter, and queue the notice to her alone."""
    granting.add(
        tools().database,
        tools().vault,
        current("rights"),
        firm=current("firm"),
        sender=current("person"),
        assertion=current("assertion"),
        message_id=message_id,
        added=granting.Added(
            grant=SignedGrant(json_data.grant, json_data.signature.value_of()),
            envelope=json_data.envelope,
            own_envelope=json_data.own_envelope,
            name=json_data.name,
            before=json_data.before,
        ),
        roles=_roles(),
    )
    return {"queued": True}, 202


def _roles() -> frozenset[str]:
    """What may be granted here: at the portal nothing but a letter that waits."""
    return granting.ROLES if current("host") == ADDIN else ADDRESSED
