"""The portal's page where staff give letters that have waited, each with a key of their own."""

from apiflask import APIBlueprint
from flask import render_template
from flask.typing import ResponseReturnValue

from server.base.errors import NotFound
from server.base.http import PORTAL, STAFF_GUEST, callers, current, tools
from server.crypto.encoding import b64u
from server.keys import service as keys

pages = APIBlueprint("waiting_pages", __name__, enable_openapi=False)


@pages.get("/staff/waiting")
@callers(STAFF_GUEST, host=PORTAL)
def page() -> ResponseReturnValue:
    """Where the mail leads that says that a reader's key is there. The list comes by another call."""
    firm, person = current("firm"), current("person")
    if not firm.is_open:
        return render_template("not_open.html")
    directory_key, log_key = _verifiers(firm.id)
    return render_template(
        "staff_waiting.html",
        holder=person,
        stage="loading" if person else "out",
        directory_key=directory_key,
        log_key=log_key,
    )


def _verifiers(firm_id: str) -> tuple[str, str]:
    """The firm's directory key and log key; empty before anybody has written: then nothing waits."""
    with tools().database.read() as connection:
        try:
            return b64u(keys.directory_key(connection, firm_id)), keys.log_key(connection, firm_id)
        except NotFound:
            return "", ""
