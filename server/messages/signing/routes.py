"""Have a statement and its grants signed, for a managed sender."""

from typing import Annotated

from apiflask import APIBlueprint
from flask.typing import ResponseReturnValue
from pydantic import Field

from server.base.http import ANY_HOST, SIGNED_IN, Model, callers, current, once, tools
from server.crypto.grants import MAX_GRANTS
from server.messages.routes import SignatureIn, writer
from server.messages.signing import service as signing
from server.messages.signing.service import Signed

BODY = 512 * 1024

bp = APIBlueprint("signing", __name__, url_prefix="/api/v1")


class StatementIn(Model):
    """The statement to sign, and its grants, as canonical JSON texts; signed, by who holds her key."""

    statement: Annotated[str, Field(max_length=BODY)]
    grants: Annotated[
        list[Annotated[str, Field(max_length=4096)]], Field(max_length=MAX_GRANTS)
    ] = Field(default_factory=list)
    signature: SignatureIn | None = None
    grant_signatures: Annotated[list[SignatureIn], Field(max_length=MAX_GRANTS)] = Field(
        default_factory=list
    )

    def signed(self) -> Signed | None:
        """What a sender who holds her own key has signed; None: the firm's server is to sign."""
        if self.signature is None:
            return None
        grants = tuple(one.value_of() for one in self.grant_signatures)
        return Signed(statement=self.signature.value_of(), grants=grants)


@bp.post("/messages/<token:message_id>/signature")
@bp.input(StatementIn)
@callers(SIGNED_IN, host=ANY_HOST, body=BODY)
@once
def sign(message_id: str, json_data: StatementIn) -> ResponseReturnValue:
    """Sign for a managed sender, or take a self-held one's signature, after checking all of it."""
    with tools().database.write() as connection:
        signed = signing.sign(
            connection,
            tools().vault,
            firm=current("firm"),
            sender=writer(),
            message_id=message_id,
            text=json_data.statement,
            grants=json_data.grants,
            given=json_data.signed(),
        )
    grants = [signature.to_json() for signature in signed.grants]
    return {**signed.statement.to_json(), "grants": grants}
