"""which key signed a letter: it may be replaced later, and is then looked up by its fingerprint"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entries", sa.Column("signed_with", sa.String(length=43), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.drop_column("signed_with")
