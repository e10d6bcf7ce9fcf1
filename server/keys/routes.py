"""The pane's sign-in and the directory."""

from typing import Annotated, Any

from apiflask import APIBlueprint
from flask.typing import ResponseReturnValue
from pydantic import Field

from server.base.addresses import parse_address
from server.base.errors import Invalid
from server.base.http import ADDIN, STAFF, Model, Nothing, callers, current, request_key, tools
from server.base.mail import UnsafeLine, one_line
from server.crypto.encoding import b64u
from server.crypto.statement import MAX_READERS
from server.keys import service as keys
from server.keys.service import Lookup
from server.people import service as people

NAME_LIMIT = 80

bp = APIBlueprint("keys", __name__, url_prefix="/api/v1")


class ReaderIn(Model):
    """A reader to look up: address, and a name where one is known."""

    address: Annotated[str, Field(min_length=3, max_length=320)]
    name: Annotated[str, Field(max_length=320)] = ""


class LookupsIn(Model):
    """Readers to look up, 1 to 200."""

    readers: Annotated[list[ReaderIn], Field(min_length=1, max_length=MAX_READERS)]


@bp.put("/me")
@bp.input(Nothing)
@callers(STAFF, host=ADDIN)
def sign_in(json_data: Nothing) -> ResponseReturnValue:  # noqa: ARG001 the body is empty
    """Sign in to the pane: makes the person and her keys at the first call."""
    request_key()
    firm, claims = current("firm"), current("claims")
    with tools().database.write() as connection:
        person = people.sign_in_staff(
            connection,
            tools().vault,
            firm_id=firm.id,
            domains=firm.domains,
            object_id=claims.object_id,
            address=claims.address,
            name=claims.name,
        )
        directory_key = keys.ensure_directory_key(connection, tools().vault, firm.id)
        keys.ensure(connection, tools().vault, person, signs=True)
        lookup = keys.look_up(connection, tools().vault, person)
    return {
        "person": {"address": person.address, "name": person.name},
        "firm": {"id": firm.id, "name": firm.name, "portal": firm.origin},
        "directory_key": b64u(directory_key),
        "lookup": _shown(lookup),
    }


@bp.post("/lookups")
@bp.input(LookupsIn)
@callers(STAFF, host=ADDIN)
def look_up(json_data: LookupsIn) -> ResponseReturnValue:
    """Readers' public keys, signed by the firm's directory key; new addresses get a managed key."""
    request_key()
    wanted = [(parse_address(reader.address), _name(reader.name)) for reader in json_data.readers]
    firm = current("firm")
    answers: list[dict[str, Any]] = []
    with tools().database.write() as connection:
        for address, name in wanted:
            reader = people.find_or_make(
                connection, tools().vault, firm_id=firm.id, address=address, name=name
            )
            keys.ensure(connection, tools().vault, reader, signs=False)
            lookup = keys.look_up(connection, tools().vault, reader)
            answers.append({**_shown(lookup), "name": reader.name})
    return {"lookups": answers}


def _shown(lookup: Lookup) -> dict[str, Any]:
    return {"text": lookup.text, "signature": lookup.signature.to_json()}


def _name(name: str) -> str:
    try:
        return one_line(name, limit=NAME_LIMIT)
    except UnsafeLine as error:
        raise Invalid("A reader's name holds a line break. Take it out and try again.") from error
