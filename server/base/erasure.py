"""What was deleted is taken out of the database's files too, as far as a database can.

SQLite overwrites what it deletes (`secure_delete`, database.py), but older pages stay in the
write-ahead log until it is copied and cut. PostgreSQL leaves the bytes of a deleted row in its
page: a plain VACUUM only lets them be overwritten, so the table is written anew, in a new file.
"""

from typing import Any, Final

from psycopg import errors, sql

from server.base.database import Database

_PATIENCE_MS: Final = 2000  # everybody who comes after a waiting VACUUM FULL waits behind it


class StillRead(Exception):
    """Somebody reads what was there before: try again later."""

    def __init__(self) -> None:
        super().__init__("a reader holds the state before; nothing was lost")


def erase(database: Database, *tables: str) -> None:
    """Take what was deleted from these tables out of the files. Small tables only: they stand still.

    Not within a transaction; at any time again.

    Raises:
        StillRead: Somebody is reading, for longer than a moment.
    """
    connection = database.engine.raw_connection()
    try:
        driver: Any = connection.driver_connection
        if database.is_sqlite:
            busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                raise StillRead
            return
        _rewrite(driver, tables)
    finally:
        connection.close()


def _rewrite(driver: Any, tables: tuple[str, ...]) -> None:
    driver.autocommit = True
    try:
        driver.execute(f"SET lock_timeout = {_PATIENCE_MS}")
        for table in tables:
            driver.execute(sql.SQL("VACUUM (FULL) {}").format(sql.Identifier(table)))
    except errors.LockNotAvailable as error:
        raise StillRead from error
    finally:
        driver.execute("RESET lock_timeout")
        driver.autocommit = False
