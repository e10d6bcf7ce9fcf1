"""Queries on the keys to a firm's first run."""

from sqlalchemy import Connection, select

from server.firms.first_run.models import setup_keys

LINK = "link"
BROWSER = "browser"


def add_key(
    connection: Connection, *, key_hash: str, firm_id: str, kind: str, expires: int
) -> None:
    """Keep a key's hash."""
    connection.execute(
        setup_keys.insert().values(hash=key_hash, firm_id=firm_id, kind=kind, expires=expires)
    )


def is_good(connection: Connection, *, key_hash: str, firm_id: str, kind: str, now: int) -> bool:
    """Whether this firm has such a key that is still good."""
    found = select(setup_keys.c.hash).where(
        setup_keys.c.hash == key_hash,
        setup_keys.c.firm_id == firm_id,
        setup_keys.c.kind == kind,
        setup_keys.c.expires > now,
    )
    return connection.execute(found).first() is not None


def take_key(connection: Connection, *, key_hash: str, firm_id: str, kind: str, now: int) -> bool:
    """Use a key up. Returns whether it was good; of two at once, one gets it."""
    gone = setup_keys.delete().where(
        setup_keys.c.hash == key_hash,
        setup_keys.c.firm_id == firm_id,
        setup_keys.c.kind == kind,
        setup_keys.c.expires > now,
    )
    return connection.execute(gone).rowcount == 1


def drop_keys(connection: Connection, firm_id: str) -> None:
    """Forget every key of a firm."""
    connection.execute(setup_keys.delete().where(setup_keys.c.firm_id == firm_id))
