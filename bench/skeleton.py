"""The least that the two calls of bench/load could be: bare Flask, SQL by hand, one file.

Session check, statements, transactions, locks and answers are those of server/, on the same rows,
and the firm is kept in memory as long as there.
Left out: rules of routes, models, limits, logs, metrics, headers, all errors but 401 and 404.
"""

import base64
import fcntl
import hashlib
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg.rows
from flask import Flask, Response, abort, request

from server.base.vault import Vault

FIRM = "SELECT * FROM firms WHERE origin = ? OR addin_origin = ?"
SESSION = "SELECT s.created, s.seen, s.ended, {now} AS now, p.* FROM sessions s JOIN persons p ON p.id = s.person_id WHERE s.firm_id = ? AND p.firm_id = ? AND s.id = ?"
TOUCH = "UPDATE sessions SET seen = ? WHERE firm_id = ? AND id = ?"
ENTRY = "SELECT * FROM entries WHERE firm_id = ? AND id = ?"
READERS = "SELECT * FROM readers WHERE firm_id = ? AND entry_id = ? ORDER BY position"
OBJECT = "SELECT * FROM objects WHERE firm_id = ? AND entry_id = ? AND id = ?"
DRAFTS = "SELECT id, draft_id, thread_id, reply_to, draft_saved FROM entries WHERE firm_id = ? AND sender_id = ? AND state = 'draft' AND draft_saved IS NOT NULL ORDER BY draft_saved DESC, id"
PARTS = "SELECT id, size, sha256, file IS NOT NULL AS in_row FROM objects WHERE firm_id = ? AND entry_id = ?"
DROP = "DELETE FROM objects WHERE firm_id = ? AND entry_id = ? AND id = ?"
PUT = "INSERT INTO objects (entry_id, id, firm_id, size, sha256, file) VALUES (?, ?, ?, ?, ?, ?)"
KEEP = "UPDATE entries SET draft_object = ?, draft_envelope = ?, draft_saved = ? WHERE firm_id = ? AND id = ?"
SQLITE_NOW = "CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)"
NOW = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"


def transactions(url: str) -> Callable[..., Any]:
    lite, path = url.startswith("sqlite"), url.partition(":///")[2]
    own, lock, dsn = threading.local(), threading.Lock(), url.replace("+psycopg", "")

    def connect() -> Any:
        made: Any = sqlite3.connect(path, isolation_level=None) if lite else psycopg.connect(dsn)
        made.row_factory = sqlite3.Row if lite else psycopg.rows.dict_row
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON") if lite else ():
            made.execute(f"PRAGMA {pragma}")
        own.connection = made
        return made

    @contextmanager
    def begin(firm: str = "", *, writes: bool = False) -> Iterator[Any]:
        with ExitStack() as stack:
            if writes and lite:  # one writer at a time, as in server/base/database.py
                stack.enter_context(lock)
                fcntl.flock(stack.enter_context(Path(f"{path}.lock").open("a")), fcntl.LOCK_EX)
            connection = getattr(own, "connection", None) or connect()
            stack.callback(connection.rollback)
            if lite:
                connection.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
            elif firm:
                connection.execute("SELECT set_config('letterlock.firm', %s, true)", (firm,))
            yield lambda sql, *of: connection.execute(sql if lite else sql.replace("?", "%s"), of)
            if writes:
                connection.commit()

    return begin


def memory(begin: Callable[..., Any]) -> Callable[[str], str]:
    known: dict[str, tuple[float, str]] = {}

    def firm_at(origin: str) -> str:
        since, firm = known.get(origin, (0.0, ""))
        if not firm or since < time.monotonic() - 2:
            since = time.monotonic()
            with begin() as sql:
                firm = sql(FIRM, origin, origin).fetchone()["id"]
            known[origin] = since, firm
        return firm

    return firm_at


def make() -> Flask:
    app, url = Flask(__name__), os.environ["LETTERLOCK_DATABASE_URL"]
    begin, vault = transactions(url), Vault.load(Path(os.environ["LETTERLOCK_DATA"], "master.key"))
    firm_at = memory(begin)
    now_sql, lock = (SQLITE_NOW, "") if url.startswith("sqlite") else (NOW, " FOR UPDATE")
    clock, session_sql = f"SELECT {now_sql} AS ms", SESSION.format(now=now_sql)

    def viewer() -> tuple[str, str]:
        firm = firm_at(request.host_url[:-1])
        index = vault.index("session", request.cookies.get("__Host-session", ""))
        with begin(firm) as sql:
            one = sql(session_sql, firm, firm, index).fetchone()
            if not one or one["ended"] or one["now"] > one["seen"] + 1_800_000:
                abort(401)
        for name in ("address", "name"):
            vault.unseal_text((firm, "persons", one["id"], name), one[f"{name}_sealed"])
        if request.method != "GET" and one["now"] > one["seen"] + 10_000:
            with begin(firm, writes=True) as sql:
                sql(TOUCH, sql(clock).fetchone()["ms"], firm, index)
        return firm, one["id"]

    @app.get("/api/v1/messages/<message>/objects/<item>")
    def read(message: str, item: str) -> Response:
        firm, person = viewer()
        with begin(firm) as sql:
            sql(ENTRY, firm, message).fetchone() or abort(404)
            if person not in {row["person_id"] for row in sql(READERS, firm, message).fetchall()}:
                abort(404)
            found = sql(OBJECT, firm, message, item).fetchone() or abort(404)
        return Response(bytes(found["file"]), mimetype="application/octet-stream")

    @app.put("/api/v1/messages/<message>/draft")
    def keep(message: str) -> dict[str, int]:
        (firm, person), given = viewer(), request.get_json()
        file, envelope = (base64.b64decode(given[name]) for name in ("object", "envelope"))
        sha256 = base64.urlsafe_b64encode(hashlib.sha256(file).digest()).decode()[:43]
        with begin(firm) as sql:
            (sql(ENTRY, firm, message).fetchone(), sql(DRAFTS, firm, person).fetchall())
        with begin(firm, writes=True) as sql:
            entry = sql(ENTRY + lock, firm, message).fetchone()
            drafts, _ = sql(DRAFTS, firm, person).fetchall(), sql(PARTS, firm, message).fetchall()
            if not entry or entry["sender_id"] != person or not drafts:
                abort(404)
            sql(DROP, firm, message, entry["draft_object"])
            made, now = secrets.token_urlsafe(16), sql(clock).fetchone()["ms"]
            sql(PUT, message, made, firm, len(file), sha256, file)
            sql(KEEP, made, envelope, now, firm, message)
        return {"saved": now // 1000}

    return app
