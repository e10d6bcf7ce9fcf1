"""files, replies and drafts"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('entries', schema=None) as batch_op:
        batch_op.add_column(sa.Column('reply_to', sa.String(length=22), nullable=True))
        batch_op.add_column(sa.Column('draft_object', sa.String(length=22), nullable=True))
        batch_op.add_column(sa.Column('draft_envelope', sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column('draft_saved', sa.BigInteger(), nullable=True))
        batch_op.create_index('ix_entries_sender', ['sender_id', 'state'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('entries', schema=None) as batch_op:
        batch_op.drop_index('ix_entries_sender')
        batch_op.drop_column('draft_saved')
        batch_op.drop_column('draft_envelope')
        batch_op.drop_column('draft_object')
        batch_op.drop_column('reply_to')
