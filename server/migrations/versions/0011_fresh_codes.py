"""fresh codes: when a session last proved its mailbox, and what a code is for"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sessions", sa.Column("proved", sa.BigInteger(), nullable=True))
    op.add_column(
        "codes",
        sa.Column("purpose", sa.String(length=8), nullable=False, server_default="letter"),
    )


def downgrade() -> None:
    with op.batch_alter_table("codes", schema=None) as batch_op:
        batch_op.drop_column("purpose")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_column("proved")
