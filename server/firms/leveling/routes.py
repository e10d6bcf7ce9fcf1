"""The least level of the firm's letters: for everybody in it, changed by its administrator."""

from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask.typing import ResponseReturnValue
from pydantic import Field

from server.base.http import ADDIN, STAFF, Model, callers, current, request_key, tools
from server.firms.leveling import service as leveling
from server.firms.service import AdministratorsOnly

bp = APIBlueprint("leveling", __name__, url_prefix="/api/v1")

Level = Literal["managed", "self-held"]


class DomainIn(Model):
    """A mail domain, with all below it, and the least level of letters to it."""

    domain: Annotated[str, Field(max_length=255)]
    level: Level


class LevelsIn(Model):
    """All of it."""

    least: Level
    domains: Annotated[list[DomainIn], Field(max_length=leveling.MOST)]


@bp.get("/level-rules")
@callers(STAFF, host=ADDIN)
def show() -> ResponseReturnValue:
    """The least level of the firm's letters, for the pane of everybody in it."""
    with tools().database.read() as connection:
        return leveling.rules(connection, current("firm").id)


@bp.put("/level-rules")
@bp.input(LevelsIn)
@callers(STAFF, host=ADDIN)
def change(json_data: LevelsIn) -> ResponseReturnValue:
    """Let another least level hold; the firm's administrator only."""
    request_key()
    firm, person = current("firm"), current("person")
    if not firm.is_administrator(person.address):
        raise AdministratorsOnly
    domains = [(one.domain, one.level) for one in json_data.domains]
    with tools().database.write() as connection:
        return leveling.change(
            connection, firm=firm, person_id=person.id, least=json_data.least, domains=domains
        )
