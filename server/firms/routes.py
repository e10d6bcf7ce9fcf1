"""A firm's plain pages: the portal's front page, its brand, and what the add-in host shows."""

import json
import re
from dataclasses import asdict
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Final

from apiflask import APIBlueprint
from flask import Request, Response, render_template, send_from_directory
from flask.typing import ResponseReturnValue

from server.base.errors import NotFound
from server.base.http import ADDIN, ANY_HOST, ANYONE, PORTAL, callers, current, tools

ROOT: Final = Path(__file__).resolve().parent.parent.parent
DIST: Final = ROOT / "web" / "dist"
ICONS: Final = ROOT / "addin" / "icons"
FOR_EVER: Final = 31_536_000
ICON_SIZES: Final = ("16", "25", "32", "48", "50", "64", "75", "80", "96", "128", "144")

bp = APIBlueprint("firms", __name__, enable_openapi=False)


@cache
def assets() -> dict[str, str]:
    """Plain asset names to hashed ones, as the build wrote them."""
    found: dict[str, str] = json.loads((DIST / "assets.json").read_text())
    return found


@bp.get("/")
@callers(ANYONE, host=ANY_HOST)
def front() -> ResponseReturnValue:
    """The portal's front page; on the add-in host a plain word, with the framing header."""
    if current("host") == ADDIN:
        return render_template("pane_root.html")
    return render_template("home.html" if current("firm").is_open else "not_open.html")


@bp.get("/mails")
@callers(ANYONE, host=PORTAL)
def mails() -> ResponseReturnValue:
    """Which mails the firm sends, and from where."""
    return render_template("mails.html" if current("firm").is_open else "not_open.html")


@bp.get("/frame")
@callers(ANYONE, host=ANY_HOST)
def frame() -> ResponseReturnValue:
    """The empty document into which the reader's page and the pane put a message."""
    return render_template("frame.html")


@bp.get("/brand.css")
@callers(ANYONE, host=ANY_HOST)
def brand_css() -> ResponseReturnValue:
    """The firm's ten colours as a style sheet; the frame of a letter has it at both hosts."""
    brand = asdict(current("firm").brand)
    names = {
        "1": "firm_1", "2": "firm_2", "fill": "fill", "fill-hover": "fill_hover", "on": "on",
        "edge": "edge", "text": "text", "fill-dark": "fill_dark", "on-dark": "on_dark",
        "text-dark": "text_dark",
    }  # fmt: skip
    values = "".join(f"--firm-{name}:{brand[key]};" for name, key in names.items() if brand[key])
    response = Response(f":root{{{values}}}\n", mimetype="text/css")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@bp.get("/static/<name>")
@callers(ANYONE, host=ANY_HOST)
def static_file(name: str) -> ResponseReturnValue:
    """A built file; its name holds its hash, so it may be kept for ever."""
    response = send_from_directory(DIST, name, max_age=FOR_EVER)
    response.headers["Cache-Control"] = f"public, max-age={FOR_EVER}, immutable"
    return response


def is_stretching(asked: Request, answer: Response) -> bool:
    """Whether this is the script of the worker that stretches passwords."""
    is_script = re.fullmatch(r"/static/argon2-\w+\.js", asked.path) is not None
    return is_script and answer.status_code < HTTPStatus.BAD_REQUEST


@bp.get("/healthz")
@callers(ANYONE, host=ANY_HOST)
def health() -> ResponseReturnValue:
    """Whether this process answers and reaches its database."""
    with tools().database.read() as connection:
        connection.exec_driver_sql("SELECT 1")
    return {"status": "ok"}


@bp.get("/pane/compose")
@callers(ANYONE, host=ADDIN)
def pane_compose() -> ResponseReturnValue:
    """The task pane beside a message that is being written."""
    return render_template("pane_compose.html")


@bp.get("/pane/read")
@callers(ANYONE, host=ADDIN)
def pane_read() -> ResponseReturnValue:
    """The task pane beside a message that is being read."""
    return render_template("pane_read.html", origin=current("firm").origin)


@bp.get("/pane/document")
@callers(ANYONE, host=ADDIN)
def pane_document() -> ResponseReturnValue:
    """The task pane beside a document, in Word and Excel."""
    return render_template("pane_document.html")


@bp.get("/help")
@callers(ANYONE, host=ADDIN)
def help_page() -> ResponseReturnValue:
    """What the manifest names as support."""
    return render_template("pane_root.html")


@bp.get("/icons/icon-<size>.png")
@callers(ANYONE, host=ADDIN)
def icon(size: str) -> ResponseReturnValue:
    """An icon of the manifest. Its address never changes, so it is kept for an hour only."""
    if size not in ICON_SIZES:
        raise NotFound
    return send_from_directory(ICONS, f"icon-{size}.png", max_age=3600)


@bp.get("/favicon.ico")
@callers(ANYONE, host=ANY_HOST)
def favicon() -> ResponseReturnValue:
    """None: the tab shows the browser's own."""
    return "", HTTPStatus.NO_CONTENT
