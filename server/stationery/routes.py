"""Templates of letters, signature and the firm's line, for the pane."""

from http import HTTPStatus
from typing import Annotated

from apiflask import APIBlueprint
from flask.typing import ResponseReturnValue
from pydantic import Field

from server.base.http import (
    ADDIN,
    STAFF,
    Model,
    callers,
    created,
    current,
    once,
    request_key,
    tools,
)
from server.stationery import service as stationery
from server.stationery.service import Words

bp = APIBlueprint("stationery", __name__, url_prefix="/api/v1")

Name = Annotated[str, Field(min_length=1, max_length=80)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]
Body = Annotated[str, Field(max_length=16_000)]


class NewIn(Model):
    """A new template; `firm`: the firm's, or else one's own."""

    name: Name
    language: Language
    body: Body
    firm: bool


class TemplateIn(Model):
    """What a template says from now on; `version` is the one that this window knows."""

    name: Name
    language: Language
    body: Body
    version: int


class PlacingIn(Model):
    """Where it goes by itself: under letters that are begun, under answers."""

    letters: bool
    replies: bool


class SignatureIn(PlacingIn):
    """A signature, as html."""

    body: Annotated[str, Field(max_length=4_000)]


class TaglineIn(PlacingIn):
    """The firm's line."""

    text: Annotated[str, Field(max_length=200)]


@bp.get("/templates")
@callers(STAFF, host=ADDIN)
def all_templates() -> ResponseReturnValue:
    """The firm's templates and one's own, without their text."""
    with tools().database.read() as connection:
        found = stationery.listed(connection, firm=current("firm"), person=current("person"))
    return {"templates": found}


@bp.get("/templates/<token:template_id>")
@callers(STAFF, host=ADDIN)
def show(template_id: str) -> ResponseReturnValue:
    """One of them, with its text."""
    with tools().database.read() as connection:
        return stationery.shown(
            connection, firm=current("firm"), person=current("person"), template_id=template_id
        )


@bp.post("/templates")
@bp.input(NewIn)
@callers(STAFF, host=ADDIN)
@once
def make(json_data: NewIn) -> ResponseReturnValue:
    """Keep a new one; the firm's by its administrator only."""
    with tools().database.write() as connection:
        made = stationery.make(
            connection,
            firm=current("firm"),
            person=current("person"),
            words=Words(json_data.name, json_data.language, json_data.body),
            is_firms=json_data.firm,
        )
    return created(made)


@bp.put("/templates/<token:template_id>")
@bp.input(TemplateIn)
@callers(STAFF, host=ADDIN)
def change(template_id: str, json_data: TemplateIn) -> ResponseReturnValue:
    """Let it say something else; the firm's by its administrator only."""
    request_key()
    with tools().database.write() as connection:
        return stationery.change(
            connection,
            firm=current("firm"),
            person=current("person"),
            template_id=template_id,
            words=Words(json_data.name, json_data.language, json_data.body),
            version=json_data.version,
        )


@bp.delete("/templates/<token:template_id>")
@callers(STAFF, host=ADDIN)
@once
def remove(template_id: str) -> ResponseReturnValue:
    """Take it away; the firm's by its administrator only."""
    with tools().database.write() as connection:
        stationery.remove(
            connection, firm=current("firm"), person=current("person"), template_id=template_id
        )
    return "", HTTPStatus.NO_CONTENT


@bp.get("/ending")
@callers(STAFF, host=ADDIN)
def ending() -> ResponseReturnValue:
    """What stands under one's letters."""
    with tools().database.read() as connection:
        return stationery.ending(connection, firm=current("firm"), person=current("person"))


@bp.put("/ending/signature")
@bp.input(SignatureIn)
@callers(STAFF, host=ADDIN)
def sign(json_data: SignatureIn) -> ResponseReturnValue:
    """Change one's own signature."""
    request_key()
    with tools().database.write() as connection:
        return stationery.sign(
            connection,
            firm=current("firm"),
            person=current("person"),
            body=json_data.body,
            placing={"letters": json_data.letters, "replies": json_data.replies},
        )


@bp.put("/ending/tagline")
@bp.input(TaglineIn)
@callers(STAFF, host=ADDIN)
def tagline(json_data: TaglineIn) -> ResponseReturnValue:
    """Change the firm's line under all signatures; its administrator only."""
    request_key()
    with tools().database.write() as connection:
        return stationery.set_tagline(
            connection,
            firm=current("firm"),
            person=current("person"),
            text=json_data.text,
            placing={"letters": json_data.letters, "replies": json_data.replies},
        )
