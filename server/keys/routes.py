"""The directory."""

from typing import Annotated, Any

from apiflask import APIBlueprint
from flask.typing import ResponseReturnValue
from pydantic import Field

from server.base.addresses import parse_address
from server.base.http import ADDIN, STAFF, Model, callers, current, request_key, tools
from server.crypto.statement import MAX_READERS
from server.keys import service as keys
from server.people import service as people

bp = APIBlueprint("keys", __name__, url_prefix="/api/v1")


class ReaderIn(Model):
    """A reader to look up."""

    address: Annotated[str, Field(min_length=3, max_length=320)]


class LookupsIn(Model):
    """Readers to look up, 1 to 200."""

    readers: Annotated[list[ReaderIn], Field(min_length=1, max_length=MAX_READERS)]


@bp.post("/lookups")
@bp.input(LookupsIn)
@callers(STAFF, host=ADDIN)
def look_up(json_data: LookupsIn) -> ResponseReturnValue:
    """Readers' public keys, signed by the firm's directory key; new addresses get a managed key."""
    request_key()
    wanted = [parse_address(reader.address) for reader in json_data.readers]
    firm = current("firm")
    answers: list[dict[str, Any]] = []
    with tools().database.write() as connection:
        for address in wanted:
            reader = people.find_or_make(
                connection, tools().vault, firm_id=firm.id, address=address, name=""
            )
            keys.ensure(connection, tools().vault, reader, signs=False)
            lookup = keys.look_up(connection, tools().vault, reader)
            answers.append({**lookup.to_json(), "name": reader.name})
    return {"lookups": answers}
