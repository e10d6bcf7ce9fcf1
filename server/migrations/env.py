"""Runs inside Alembic: every slice's tables, one connection, one transaction."""

from alembic import context

from server.base import canary, events, facts, idempotency, outbox
from server.base.database import Database, metadata
from server.base.postgresql import build_walls
from server.base.tenancy import all_firms
from server.events import models as event_models
from server.firms import models as firm_models
from server.firms.first_run import models as first_run_models
from server.keys import models as key_models
from server.messages import models as message_models
from server.people import models as people_models
from server.people.sign_ins import models as sign_in_models

TABLES = (
    canary, events, facts, idempotency, outbox, event_models, firm_models, first_run_models, key_models,
    message_models, people_models, sign_in_models,
)  # fmt: skip

database = Database(context.config.get_main_option("sqlalchemy.url") or "", patience_s=None)
with all_firms("tables are brought to this version"), database.write() as connection:
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
database.close()
