"""the outbox by mailbox: limits, circuits, leases that are somebody's"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

LEASED = sa.text('leased_until > 0')


def upgrade() -> None:
    op.create_table(
        'outbox_mailboxes',
        sa.Column('id', sa.String(length=64), nullable=False),
        sa.Column('firm_id', sa.String(length=32), nullable=False),
        sa.Column('served', sa.BigInteger(), nullable=False),
        sa.Column('starts', sa.Text(), nullable=False),
        sa.Column('codes_at', sa.BigInteger(), nullable=False),
        sa.Column('notices_at', sa.BigInteger(), nullable=False),
        sa.Column('failures', sa.Integer(), nullable=False),
        sa.Column('open_until', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox_mailboxes')),
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('mailbox', sa.String(length=64), server_default='', nullable=False))
        batch_op.add_column(sa.Column('lease', sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column('reason', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('once', sa.String(length=64), nullable=True))
        batch_op.create_unique_constraint('uq_outbox_once', ['once'])
    op.execute("UPDATE outbox SET mailbox = 'firm:' || firm_id")
    op.execute(
        'INSERT INTO outbox_mailboxes'
        ' (id, firm_id, served, starts, codes_at, notices_at, failures, open_until)'
        " SELECT DISTINCT mailbox, firm_id, 0, '[]', 0, 0, 0, 0 FROM outbox"
    )
    op.create_index('ix_outbox_mailbox', 'outbox', ['mailbox', 'lane', 'state', 'run_at'])
    op.create_index(
        'ix_outbox_leased', 'outbox', ['mailbox'], sqlite_where=LEASED, postgresql_where=LEASED
    )
    with op.batch_alter_table('token_caches', schema=None) as batch_op:
        batch_op.add_column(sa.Column('challenge', sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('token_caches', schema=None) as batch_op:
        batch_op.drop_column('challenge')
    op.drop_index('ix_outbox_leased', table_name='outbox')
    op.drop_index('ix_outbox_mailbox', table_name='outbox')
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_constraint('uq_outbox_once', type_='unique')
        batch_op.drop_column('once')
        batch_op.drop_column('reason')
        batch_op.drop_column('lease')
        batch_op.drop_column('mailbox')
    op.drop_table('outbox_mailboxes')
