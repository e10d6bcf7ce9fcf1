"""Runs inside Alembic: every slice's tables, one connection, one transaction."""

from contextlib import closing

from alembic import context

from server.base.database import Database, metadata
from server.base.postgresql import build_walls
from server.base.tenancy import all_firms
from server.migrations import tables

__all__ = ["tables"]

database = Database(context.config.get_main_option("sqlalchemy.url") or "", patience_s=None)
with (
    closing(database),
    all_firms("tables are brought to this version"),
    database.write() as connection,
):
    # SQLite's DDL is transactional once BEGIN is ours, so a migration is whole or not at all.
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        transactional_ddl=True,
    )
    context.run_migrations()
    if not database.is_sqlite:
        build_walls(connection)
