"""The firm's part of the advice on letters."""

from typing import Annotated, Any

from apiflask import APIBlueprint
from flask.typing import ResponseReturnValue
from pydantic import Field

from server.base.http import ADDIN, STAFF, Model, callers, current, request_key, tools
from server.firms.advising import service as advising
from server.firms.advising.service import Rule
from server.firms.service import AdministratorsOnly

bp = APIBlueprint("advising", __name__, url_prefix="/api/v1")

Word = Annotated[str, Field(max_length=80)]
Words = Annotated[list[Word], Field(max_length=500)]


class TermIn(Model):
    """A word of the firm's trade, and a plain one; that may be empty."""

    term: Annotated[str, Field(min_length=1, max_length=80)]
    plain: Annotated[str, Field(max_length=200)]


class HoursIn(Model):
    """When letters may go without a word about the hour; days from Sunday as 0."""

    from_: Annotated[int, Field(ge=0, le=23, alias="from")]
    to: Annotated[int, Field(ge=1, le=24)]
    days: Annotated[list[Annotated[int, Field(ge=0, le=6)]], Field(max_length=7)]


class AdviceIn(Model):
    """All of it."""

    glossary: Annotated[list[TermIn], Field(max_length=1000)]
    blame: Words
    urgency: Words
    greetings: Words
    hours: HoursIn
    off: Annotated[list[Rule], Field(max_length=16)]
    stop: Annotated[list[Rule], Field(max_length=16)]


@bp.get("/advice-rules")
@callers(STAFF, host=ADDIN)
def show() -> ResponseReturnValue:
    """What the firm says to its advice, for the pane of everybody in it."""
    with tools().database.read() as connection:
        return advising.rules(connection, current("firm"))


@bp.put("/advice-rules")
@bp.input(AdviceIn)
@callers(STAFF, host=ADDIN)
def change(json_data: AdviceIn) -> ResponseReturnValue:
    """Let other words, hours and rules hold; the firm's administrator only."""
    request_key()
    firm, person = current("firm"), current("person")
    if not firm.is_administrator(person.address):
        raise AdministratorsOnly
    wanted: dict[str, Any] = json_data.model_dump(by_alias=True)
    with tools().database.write() as connection:
        return advising.change(connection, firm=firm, person_id=person.id, wanted=wanted)
