"""keys that their owners give up: what they replace, and keyslots put aside"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("keyslots", sa.Column("retired", sa.BigInteger(), nullable=True))
    op.add_column("keyslots", sa.Column("retired_key", sa.String(length=43), nullable=True))
    op.add_column("enrolments", sa.Column("replaces", sa.String(length=43), nullable=True))


def downgrade() -> None:
    op.drop_column("enrolments", "replaces")
    op.drop_column("keyslots", "retired_key")
    op.drop_column("keyslots", "retired")
