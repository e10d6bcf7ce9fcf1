"""Handing the add-in out: the same for the browser of the set-up link and for the administrator."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from server.admin.deployment import service as deployment
from server.admin.deployment.service import File, Place
from server.admin.manifests import service as manifests
from server.admin.manifests.service import Order
from server.base.errors import Invalid, NotFound
from server.base.http import ADDIN, ANYONE, PORTAL, SETUP, STAFF, callers, current, tools
from server.firms.service import AdministratorsOnly

pages = APIBlueprint("deployment_pages", __name__, enable_openapi=False)
bp = APIBlueprint("deployment", __name__, url_prefix="/api/v1")


@pages.get("/deployment")
@callers(ANYONE, host=PORTAL)
def page() -> ResponseReturnValue:
    """The page of the first run, the same for everybody; its script asks for the rest."""
    return render_template("deployment.html")


@pages.get("/pane/admin")
@callers(ANYONE, host=ADDIN)
def pane() -> ResponseReturnValue:
    """The same in the pane, for an administrator who has it already."""
    return render_template("pane_admin.html")


@pages.get("/pane/consent")
@callers(ANYONE, host=ADDIN)
def consented() -> ResponseReturnValue:
    """Where Entra leads after consent: what became of it. Nothing is kept or repeated of the query."""
    asked, firm = request.args, current("firm")
    if "error" in asked or asked.get("admin_consent", "").lower() != "true":
        outcome = "refused"
    else:
        outcome = "granted" if asked.get("tenant") == firm.tenant_id else "elsewhere"
    return render_template("pane_consent.html", outcome=outcome)


@bp.get("/set-up/deployment")
@callers(SETUP, host=PORTAL)
def show_set_up() -> ResponseReturnValue:
    """Files, links and scripts, for the browser of the set-up link."""
    return _shown()


@bp.get("/set-up/deployment/<kind>")
@callers(SETUP, host=PORTAL)
def file_set_up(kind: str) -> ResponseReturnValue:
    """A manifest, for the browser of the set-up link."""
    return _manifest(kind)


@bp.get("/deployment")
@callers(STAFF, host=ADDIN)
def show() -> ResponseReturnValue:
    """Files, links and scripts, for the firm's administrator."""
    _require_administrator()
    return _shown()


@bp.get("/deployment/<kind>")
@callers(STAFF, host=ADDIN)
def file(kind: str) -> ResponseReturnValue:
    """A manifest, for the firm's administrator."""
    _require_administrator()
    return _manifest(kind)


def _require_administrator() -> None:
    if not current("firm").is_administrator(current("person").address):
        raise AdministratorsOnly


def _manifest(kind: str) -> Response:
    known = next((one for one in manifests.KINDS if one == kind), None)
    if known is None:
        raise NotFound
    made = deployment.file(_order(), known)
    response = Response(made.source, mimetype="application/xml")
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return response


def _order() -> Order:
    """What was asked for: `send_mode` is the one choice that a firm has."""
    firm, wanted = current("firm"), request.args.get("send_mode", manifests.SOFT_BLOCK)
    mode = next((one for one in manifests.SEND_MODES if one == wanted), None)
    if mode is None:
        raise Invalid(f"send_mode is one of {', '.join(manifests.SEND_MODES)}.", field="send_mode")
    return Order(tenant_id=firm.tenant_id, origin=firm.addin_origin, send_mode=mode)


def _shown() -> dict[str, Any]:
    firm = current("firm")
    place = Place(
        tenant_id=firm.tenant_id,
        addin_origin=firm.addin_origin,
        admin=firm.admin,
        mailbox=firm.brand.mailbox,
        client_id=tools().client_id,
        authority=tools().authority,
        graph=tools().graph,
        portal=firm.origin,
    )
    made = deployment.files(_order())
    return {
        "firm": firm.name,
        "client_id": place.client_id,
        "tenant_id": firm.tenant_id,
        "addin_origin": firm.addin_origin,
        "mailbox": place.mailbox,
        "files": [_file(one) for one in made],
        "faults": list(dict.fromkeys(fault.words for one in made for fault in one.faults)),
        "redirects": list(deployment.redirects(firm.addin_origin)),
        "web_redirects": list(deployment.web_redirects(firm.origin)),
        "consents": [
            {"use": one.use, "permissions": list(one.permissions), "link": one.link}
            for one in deployment.consents(place)
        ],
        "scripts": {name: deployment.script(place, name) for name in deployment.SCRIPTS},
    }


def _file(made: File) -> dict[str, Any]:
    return {"kind": made.kind, "name": made.name, "id": made.id, "size": len(made.source)}
