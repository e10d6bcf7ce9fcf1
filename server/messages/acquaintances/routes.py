"""Whom the caller may want to write to."""

from apiflask import APIBlueprint
from flask.typing import ResponseReturnValue

from server.base.http import ADDIN, SIGNED_IN, callers, current, tools
from server.messages.acquaintances import service as acquaintances

bp = APIBlueprint("acquaintances", __name__, url_prefix="/api/v1")


@bp.get("/people")
@callers(SIGNED_IN, host=ADDIN)
def show() -> ResponseReturnValue:
    """Colleagues, and those to whom the caller has written."""
    with tools().database.read() as connection:
        found = acquaintances.of(
            connection, tools().vault, firm=current("firm"), person=current("person")
        )
    return {
        "people": [
            {"address": one.address, "name": one.name, "colleague": one.is_colleague}
            for one in found
        ]
    }
