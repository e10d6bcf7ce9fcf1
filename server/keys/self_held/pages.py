"""Pages at the portal where somebody of the firm holds her own key, and brings it into a pane."""

from apiflask import APIBlueprint
from flask import render_template
from flask.typing import ResponseReturnValue

from server.base.http import PORTAL, STAFF_GUEST, callers, current

pages = APIBlueprint("staff_key_pages", __name__, enable_openapi=False)


@pages.get("/staff/key")
@callers(STAFF_GUEST, host=PORTAL)
def key() -> ResponseReturnValue:
    """Where somebody of the firm becomes the only holder of her key, or sees what opens it."""
    return _page("key.html", audience="staff")


@pages.get("/staff/pair")
@callers(STAFF_GUEST, host=PORTAL)
def pair() -> ResponseReturnValue:
    """Where the link of a pane leads. What stands behind its `#` never comes here."""
    return _page("staff_pair.html")


def _page(template: str, **facts: str) -> ResponseReturnValue:
    if not current("firm").is_open:
        return render_template("not_open.html")
    person = current("person")
    stage = "loading" if person else "out"
    return render_template(template, holder=person, stage=stage, **facts)
