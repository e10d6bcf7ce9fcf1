"""letters that wait for a reader's key: until when, whether the sender was told, how it ended"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("readers", sa.Column("waiting_until", sa.BigInteger(), nullable=True))
    op.add_column("readers", sa.Column("waiting_told", sa.BigInteger(), nullable=True))
    op.add_column("readers", sa.Column("waiting_ended", sa.String(length=16), nullable=True))
    op.add_column("readers", sa.Column("waiting_over", sa.BigInteger(), nullable=True))
    waits = sa.text("waiting_until IS NOT NULL")
    op.create_index(
        "ix_readers_waiting",
        "readers",
        ["firm_id", "person_id"],
        sqlite_where=waits,
        postgresql_where=waits,
    )


def downgrade() -> None:
    op.drop_index("ix_readers_waiting", table_name="readers")
    with op.batch_alter_table("readers", schema=None) as batch_op:
        batch_op.drop_column("waiting_over")
        batch_op.drop_column("waiting_ended")
        batch_op.drop_column("waiting_told")
        batch_op.drop_column("waiting_until")
