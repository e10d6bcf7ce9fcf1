"""The key log as C2SP tlog-tiles has it: for witnesses, auditors and everybody else."""

import re
from typing import Final

from apiflask import APIBlueprint
from flask import Response
from flask.typing import ResponseReturnValue

from server.base.errors import NotFound
from server.base.http import ANYONE, BYTES, PORTAL, callers, current, tools
from server.crypto.log.tiles import WIDTH, Tile, bundle_path
from server.keys.log import service as log

FOR_EVER: Final = "public, max-age=31536000, immutable"
ENTRIES: Final = "entries"
_WHERE: Final = re.compile(r"((?:x[0-9]{3}/){0,4}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)
_LEVEL: Final = re.compile(r"[0-9]|[1-5][0-9]|6[0-3]", re.ASCII)

bp = APIBlueprint("key_log", __name__, url_prefix="/log", enable_openapi=False)


@bp.get("/checkpoint")
@callers(ANYONE, host=PORTAL)
def checkpoint() -> ResponseReturnValue:
    """The present checkpoint."""
    with tools().database.read() as connection:
        note = log.checkpoint(connection, current("firm").id)
    return Response(note, content_type="text/plain; charset=utf-8")


@bp.get("/tile/<level>/<path:where>")
@callers(ANYONE, host=PORTAL)
def tile(level: str, where: str) -> ResponseReturnValue:
    """A tile of hashes, or the entries of one of level 0. Neither ever changes, not even a part."""
    number, width = _parse(where)
    firm_id = current("firm").id
    if level == ENTRIES:
        _must_be(where, bundle_path(number, width))
        with tools().database.read() as connection:
            data = log.bundle(connection, firm_id, number, width)
    else:
        wanted = Tile(_level(level), number, width)
        _must_be(where, wanted.path)
        with tools().database.read() as connection:
            data = log.tile(connection, firm_id, wanted)
    return Response(data, content_type=BYTES, headers={"Cache-Control": FOR_EVER})


def _parse(where: str) -> tuple[int, int]:
    """Number and width.

    Raises:
        NotFound: No tile has such a name.
    """
    found = _WHERE.fullmatch(where)
    width = int(found[2] or WIDTH) if found else 0
    if found is None or width > WIDTH:
        raise NotFound
    return int(re.sub("[x/]", "", found[1])), width


def _level(text: str) -> int:
    if not _LEVEL.fullmatch(text):
        raise NotFound
    return int(text)


def _must_be(where: str, path: str) -> None:
    """One name for each tile: x000/001 and 001.p/256 are none.

    Raises:
        NotFound: Another name is meant.
    """
    if not path.endswith(f"/{where}") or path.count("/") != where.count("/") + 2:
        raise NotFound
