"""mails that were sealed into the record: each once for the person who seals it"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entries", sa.Column("mail_index", sa.String(length=43), nullable=True))
    op.add_column("entries", sa.Column("mail_sealed", sa.LargeBinary(), nullable=True))
    op.create_index("ix_entries_mail", "entries", ["sender_id", "mail_index"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_entries_mail", table_name="entries")
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.drop_column("mail_sealed")
        batch_op.drop_column("mail_index")
